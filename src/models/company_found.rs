//! Companies that a form finds by their name.

use diesel::prelude::*;

use crate::common::id::{CompanyId, MembershipId};
use crate::common::search;
use crate::db::Conn;
use crate::db::schema::organizations;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::CompanyStatus;
use crate::models::company_choice;
use crate::models::company_choice::CompanyChoice;
use crate::models::company_words::CompanyWords;
use crate::models::word_search::WordSearch;

/// Companies that match, at most as many as were asked for.
#[derive(Debug, Clone)]
pub struct FoundChoices {
    pub companies: Vec<CompanyChoice>,
    /// How many match. `None`: more than are here, not counted.
    pub total: Option<usize>,
}

impl FoundChoices {
    /// Out of up to `limit + 1` companies.
    fn cut(mut companies: Vec<CompanyChoice>, limit: usize, total: Option<usize>) -> Self {
        let total = total.or_else(|| (companies.len() <= limit).then_some(companies.len()));
        companies.truncate(limit);
        Self { companies, total }
    }
}

/// The first active companies whose name has words that begin like those of `q`, by name. `within`: only these.
pub fn search(
    conn: &mut Conn,
    organization: OrgId,
    within: Option<&[CompanyId]>,
    q: &str,
    limit: usize,
) -> QueryResult<FoundChoices> {
    let words = search::query(q);
    if !words.is_empty() {
        let table = active(organization, within, None);
        return by_words(conn, &table, &words, limit);
    }
    let Some(within) = within else {
        let all: i64 = organizations::table
            .find(organization)
            .select(organizations::active_companies)
            .first(conn)?;
        let first = company_choice::active_companies(conn, organization, i64::try_from(limit).unwrap_or(i64::MAX))?;
        return Ok(FoundChoices::cut(first, limit, usize::try_from(all).ok()));
    };
    let all = company_choice::among(conn, organization, within)?;
    let total = all.len();
    Ok(FoundChoices::cut(all, limit, Some(total)))
}

/// As [`search`] for at least one word, without the companies that a member is assigned to.
pub fn search_unassigned(
    conn: &mut Conn,
    organization: OrgId,
    member: MembershipId,
    within: Option<&[CompanyId]>,
    words: &[Vec<u8>],
    limit: usize,
) -> QueryResult<FoundChoices> {
    by_words(conn, &active(organization, within, Some(member)), words, limit)
}

fn active(organization: OrgId, own: Option<&[CompanyId]>, without: Option<MembershipId>) -> CompanyWords<'_> {
    CompanyWords {
        organization,
        status: Some(CompanyStatus::Active),
        own,
        without,
        by_age: false,
    }
}

fn by_words(conn: &mut Conn, table: &CompanyWords<'_>, words: &[Vec<u8>], limit: usize) -> QueryResult<FoundChoices> {
    let search = WordSearch {
        table,
        words,
        from: None,
        descending: false,
        limit: limit + 1,
    };
    let found = search.find(conn)?;
    let ids: Vec<CompanyId> = found.places.iter().filter_map(|(_, id)| CompanyId::parse(id)).collect();
    let companies = company_choice::among(conn, table.organization, &ids)?;
    Ok(FoundChoices::cut(companies, limit, found.total))
}
