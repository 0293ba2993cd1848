//! The words by which companies are found: those of name and reference. The verbs that write companies keep them in the same transaction.

use std::collections::HashSet;

use diesel::prelude::*;

use crate::common::id::{CompanyId, MembershipId};
use crate::common::search;
use crate::db::Conn;
use crate::db::schema::{companies, company_assignments, company_search_terms};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::CompanyStatus;
use crate::models::company_settings;
use crate::models::word_search;
use crate::models::word_search::{Place, WordTable};
use crate::on_each;

type DbBackend = <Conn as diesel::Connection>::Backend;

/// Companies of an organization by name, or by age.
#[derive(Debug, Clone, Copy)]
pub struct CompanyWords<'a> {
    pub organization: OrgId,
    /// `None` for all.
    pub status: Option<CompanyStatus>,
    /// Only these.
    pub own: Option<&'a [CompanyId]>,
    /// Without those that this member is assigned to.
    pub without: Option<MembershipId>,
    pub by_age: bool,
}

impl CompanyWords<'_> {
    /// Identifiers sort by age.
    fn key(&self, sort_name: Vec<u8>) -> Vec<u8> {
        if self.by_age { Vec::new() } else { sort_name }
    }

    fn statuses(&self) -> Vec<CompanyStatus> {
        self.status.map_or(CompanyStatus::ALL.to_vec(), |status| vec![status])
    }

    fn next_of(
        &self,
        conn: &mut Conn,
        status: Option<CompanyStatus>,
        from: Option<&Place<Vec<u8>>>,
        descending: bool,
        limit: usize,
    ) -> QueryResult<Vec<Place<Vec<u8>>>> {
        let mut query = companies::table
            .filter(companies::organization_id.eq(self.organization))
            .select((companies::sort_name, companies::id))
            .limit(i64::try_from(limit).unwrap_or(i64::MAX))
            .into_boxed::<DbBackend>();
        if let Some(status) = status {
            query = query.filter(companies::status.eq(status));
        }
        if let Some(own) = self.own {
            query = query.filter(conn.one_of(companies::id, own));
        }
        if let Some((name, id)) = from.cloned() {
            // The index is entered by the name; the second condition makes the bound exact.
            query = match (self.by_age, descending) {
                (true, true) => query.filter(companies::id.lt(id)),
                (true, false) => query.filter(companies::id.gt(id)),
                (false, true) => query
                    .filter(companies::sort_name.le(name.clone()))
                    .filter(companies::sort_name.lt(name).or(companies::id.lt(id))),
                (false, false) => query
                    .filter(companies::sort_name.ge(name.clone()))
                    .filter(companies::sort_name.gt(name).or(companies::id.gt(id))),
            };
        }
        query = match (self.by_age, descending) {
            (true, true) => query.order(companies::id.desc()),
            (true, false) => query.order(companies::id),
            (false, true) => query.order((companies::sort_name.desc(), companies::id.desc())),
            (false, false) => query.order((companies::sort_name, companies::id)),
        };
        let rows: Vec<Place<Vec<u8>>> = query.load(conn)?;
        Ok(rows.into_iter().map(|(name, id)| (self.key(name), id)).collect())
    }
}

impl WordTable for CompanyWords<'_> {
    type Key = Vec<u8>;

    fn beginning(&self, conn: &mut Conn, word: &[u8], limit: usize) -> QueryResult<Vec<Place<Vec<u8>>>> {
        let (from, until) = search::range(word);
        let rows: Vec<Place<Vec<u8>>> = company_search_terms::table
            .filter(company_search_terms::organization_id.eq(self.organization))
            .filter(company_search_terms::status.eq_any(self.statuses()))
            .filter(company_search_terms::word.ge(from))
            .filter(company_search_terms::word.lt(until))
            .limit(i64::try_from(limit).unwrap_or(i64::MAX))
            .select((company_search_terms::sort_name, company_search_terms::company_id))
            .load(conn)?;
        Ok(rows.into_iter().map(|(name, id)| (self.key(name), id)).collect())
    }

    fn having(&self, conn: &mut Conn, word: &[u8], ids: &[&String]) -> QueryResult<HashSet<String>> {
        let (from, until) = search::range(word);
        let having: Vec<String> = company_search_terms::table
            .filter(company_search_terms::organization_id.eq(self.organization))
            .filter(conn.one_of(company_search_terms::company_id, ids))
            .filter(company_search_terms::word.ge(from))
            .filter(company_search_terms::word.lt(until))
            .select(company_search_terms::company_id)
            .load(conn)?;
        Ok(having.into_iter().collect())
    }

    fn next(
        &self,
        conn: &mut Conn,
        from: Option<&Place<Vec<u8>>>,
        descending: bool,
        limit: usize,
    ) -> QueryResult<Vec<Place<Vec<u8>>>> {
        if self.by_age {
            return self.next_of(conn, self.status, from, descending, limit);
        }
        // The index by name begins with the status.
        let mut places = Vec::new();
        for status in self.statuses() {
            places.extend(self.next_of(conn, Some(status), from, descending, limit)?);
        }
        Ok(word_search::first(places, descending, limit))
    }

    fn admit(&self, conn: &mut Conn, places: &mut Vec<Place<Vec<u8>>>) -> QueryResult<()> {
        if let Some(own) = self.own {
            let own: HashSet<&str> = own.iter().map(CompanyId::as_str).collect();
            places.retain(|(_, id)| own.contains(id.as_str()));
        }
        if let Some(member) = self.without {
            let assigned: Vec<String> = company_assignments::table
                .filter(company_assignments::organization_id.eq(self.organization))
                .filter(company_assignments::membership_id.eq(member))
                .filter(conn.one_of(company_assignments::company_id, places.iter().map(|(_, id)| id)))
                .select(company_assignments::company_id)
                .load(conn)?;
            places.retain(|(_, id)| !assigned.contains(id));
        }
        Ok(())
    }
}

/// Saves the words of a new company, or of one whose words were dropped.
pub fn put(
    conn: &mut Conn,
    organization: OrgId,
    company: CompanyId,
    name: &str,
    status: CompanyStatus,
) -> QueryResult<()> {
    let sort_name = search::sort_key(name);
    let reference = company_settings::reference(conn, organization, company)?;
    let rows: Vec<_> = search::words_of(&[name, reference.as_deref().unwrap_or_default()])
        .into_iter()
        .map(|word| {
            (
                company_search_terms::organization_id.eq(organization),
                company_search_terms::status.eq(status),
                company_search_terms::word.eq(word),
                company_search_terms::sort_name.eq(&sort_name),
                company_search_terms::company_id.eq(company),
            )
        })
        .collect();
    if !rows.is_empty() {
        on_each!(conn, c => diesel::insert_into(company_search_terms::table).values(&rows).execute(c))?;
    }
    Ok(())
}

macro_rules! of_company {
    ($organization:expr, $company:expr) => {
        company_search_terms::table
            .filter(company_search_terms::organization_id.eq($organization))
            .filter(company_search_terms::company_id.eq($company))
    };
}

/// Replaces the words of a company that has a new name.
pub fn replace(
    conn: &mut Conn,
    organization: OrgId,
    company: CompanyId,
    name: &str,
    status: CompanyStatus,
) -> QueryResult<()> {
    diesel::delete(of_company!(organization, company)).execute(conn)?;
    put(conn, organization, company, name, status)
}

pub fn set_status(conn: &mut Conn, organization: OrgId, company: CompanyId, to: CompanyStatus) -> QueryResult<()> {
    diesel::update(of_company!(organization, company))
        .set(company_search_terms::status.eq(to))
        .execute(conn)?;
    Ok(())
}
