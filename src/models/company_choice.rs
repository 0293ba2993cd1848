//! Companies to choose from.

use diesel::prelude::*;

use crate::common::id::{CompanyId, MembershipId};
use crate::common::search;
use crate::db::Conn;
use crate::db::schema::{companies, company_assignments};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::CompanyStatus;
use crate::models::company_found;
use crate::on_each;

/// A company in a picker or filter.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = companies)]
pub struct CompanyChoice {
    pub id: CompanyId,
    pub name: String,
    pub slug: String,
}

/// The most companies in a select. With more, the user types a name.
const MOST: usize = 50;

#[derive(Debug, Clone, Default)]
pub struct CompanyChoices {
    /// Empty when there are too many for a select.
    pub companies: Vec<CompanyChoice>,
    /// Whether there are too many for a select.
    pub typed: bool,
}

impl CompanyChoices {
    /// The active companies: all, or those in `within`.
    pub fn of(
        conn: &mut Conn,
        organization: OrgId,
        active_companies: i64,
        within: Option<&[CompanyId]>,
    ) -> QueryResult<Self> {
        let too_many = |count: usize| count > MOST;
        // The number is known, so too many are not read.
        let companies = match within {
            None if too_many(usize::try_from(active_companies).unwrap_or(usize::MAX)) => return Ok(Self::TYPED),
            None => self::active_companies(conn, organization, i64::MAX)?,
            Some(within) => among(conn, organization, within)?,
        };
        if too_many(companies.len()) {
            return Ok(Self::TYPED);
        }
        Ok(Self {
            companies,
            typed: false,
        })
    }

    const TYPED: Self = Self {
        companies: Vec::new(),
        typed: true,
    };
}

/// The active ones among some companies, by name.
pub fn among(conn: &mut Conn, organization: OrgId, these: &[CompanyId]) -> QueryResult<Vec<CompanyChoice>> {
    let these = conn.one_of(companies::id, these);
    on_each!(conn, c => companies::table
        .filter(companies::organization_id.eq(organization))
        .filter(companies::status.eq(CompanyStatus::Active))
        .filter(these)
        .order((companies::sort_name, companies::id))
        .select(CompanyChoice::as_select())
        .load(c))
}

/// The active companies by name, at most `limit`.
pub fn active_companies(conn: &mut Conn, organization: OrgId, limit: i64) -> QueryResult<Vec<CompanyChoice>> {
    on_each!(conn, c => companies::table
        .filter(companies::organization_id.eq(organization))
        .filter(companies::status.eq(CompanyStatus::Active))
        .order((companies::sort_name, companies::id))
        .limit(limit)
        .select(CompanyChoice::as_select())
        .load(c))
}

/// The active companies that a member is not assigned to, all or some, by name, at most `limit`.
pub fn unassigned(
    conn: &mut Conn,
    organization: OrgId,
    member: MembershipId,
    within: Option<&[CompanyId]>,
    limit: i64,
) -> QueryResult<Vec<CompanyChoice>> {
    let assigned = company_assignments::table
        .filter(company_assignments::organization_id.eq(organization))
        .filter(company_assignments::membership_id.eq(member))
        .filter(company_assignments::company_id.eq(companies::id));
    let mut query = companies::table
        .filter(companies::organization_id.eq(organization))
        .filter(companies::status.eq(CompanyStatus::Active))
        .filter(diesel::dsl::not(diesel::dsl::exists(assigned)))
        .order((companies::sort_name, companies::id))
        .limit(limit)
        .select(CompanyChoice::as_select())
        .into_boxed::<<Conn as diesel::Connection>::Backend>();
    if let Some(within) = within {
        query = query.filter(conn.one_of(companies::id, within));
    }
    query.load(conn)
}

/// The slug in a suggestion like "North (north-2)", or the text itself.
fn slug_in(text: &str) -> &str {
    let inner = text.strip_suffix(')').and_then(|text| text.rsplit_once(" ("));
    inner.map_or(text, |(_, slug)| slug)
}

/// The companies that a text names: the one with this id or slug, the active ones with this name, or else those that it finds,
/// at most `limit`. `within`: only these.
pub fn named(
    conn: &mut Conn,
    organization: OrgId,
    within: Option<&[CompanyId]>,
    text: &str,
    limit: usize,
) -> QueryResult<Vec<CompanyChoice>> {
    let text = text.trim();
    let (id, slug) = (CompanyId::parse(text), slug_in(text));
    let mut found: Vec<CompanyChoice> = match id {
        Some(id) => companies::table
            .find((organization, id))
            .select(CompanyChoice::as_select())
            .load(conn)?,
        None => companies::table
            .filter(companies::organization_id.eq(organization))
            .filter(companies::slug.eq(slug))
            .select(CompanyChoice::as_select())
            .load(conn)?,
    };
    found.retain(|company| within.is_none_or(|within| within.contains(&company.id)));
    if !found.is_empty() || id.is_some() {
        return Ok(found);
    }
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut same = companies::table
        .filter(companies::organization_id.eq(organization))
        .filter(companies::status.eq(CompanyStatus::Active))
        .filter(companies::sort_name.eq(search::sort_key(text)))
        .order(companies::id)
        .limit(most)
        .select(CompanyChoice::as_select())
        .into_boxed::<<Conn as diesel::Connection>::Backend>();
    if let Some(within) = within {
        same = same.filter(conn.one_of(companies::id, within));
    }
    let same: Vec<CompanyChoice> = same.load(conn)?;
    if !same.is_empty() {
        return Ok(same);
    }
    Ok(company_found::search(conn, organization, within, text, limit)?.companies)
}

/// The company with this id or slug, also an archived one.
pub fn exact(conn: &mut Conn, organization: OrgId, text: &str) -> QueryResult<Option<CompanyId>> {
    let mut query = companies::table
        .filter(companies::organization_id.eq(organization))
        .select(companies::id)
        .into_boxed::<<Conn as diesel::Connection>::Backend>();
    query = match CompanyId::parse(text) {
        Some(id) => query.filter(companies::id.eq(id)),
        None => query.filter(companies::slug.eq(text.to_owned())),
    };
    query.first(conn).optional()
}

/// The company with an id, a slug, or the beginning of a name.
pub fn company_meant(conn: &mut Conn, organization: OrgId, text: &str) -> QueryResult<Option<CompanyChoice>> {
    let text = slug_in(text);
    let exact: Option<CompanyChoice> = companies::table
        .filter(companies::organization_id.eq(organization))
        .filter(companies::slug.eq(text))
        .select(CompanyChoice::as_select())
        .first(conn)
        .optional()?;
    if exact.is_some() {
        return Ok(exact);
    }
    if let Some(id) = CompanyId::parse(text) {
        return companies::table
            .find((organization, id))
            .select(CompanyChoice::as_select())
            .first(conn)
            .optional();
    }
    let beginning = search::sort_key(text);
    let Some(end) = search::prefix_end(&beginning) else {
        return Ok(None);
    };
    companies::table
        .filter(companies::organization_id.eq(organization))
        .filter(companies::status.eq(CompanyStatus::Active))
        .filter(companies::sort_name.ge(beginning))
        .filter(companies::sort_name.lt(end))
        .order((companies::sort_name, companies::id))
        .select(CompanyChoice::as_select())
        .first(conn)
        .optional()
}
