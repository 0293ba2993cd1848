//! Collecting the members of one condition, when they are few.

use std::collections::{HashMap, HashSet};

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use crate::common::id::MembershipId;
use crate::common::paging::{Cursor, Page};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{company_assignments, member_search_terms, memberships, users};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::models::member_search::conditions::{assignments, beginning, of_the_companies, of_the_row, of_the_words};
use crate::models::member_search::filter::{AccessStatus, GrantFilter, LastSeen, MemberFilter, SearchTerm};
use crate::models::member_search::scan::MemberScan;
use crate::models::member_search::{BINDS, FoundMembers, MemberRow, MemberTotal};

impl<'a> MemberScan<'a> {
    /// The first condition with at most `limit` members.
    pub fn term_for_at_most(&self, conn: &mut Conn, limit: i64) -> QueryResult<Option<SearchTerm<'a>>> {
        for term in self.wanted.terms() {
            if self.has_at_most(conn, term, limit)? {
                return Ok(Some(term));
            }
        }
        Ok(None)
    }

    /// Whether the index of the condition has at most `limit` rows.
    fn has_at_most(&self, conn: &mut Conn, term: SearchTerm<'_>, limit: i64) -> QueryResult<bool> {
        let organization = self.organization;
        let assigned = assignments!(organization)
            .select(company_assignments::membership_id)
            .offset(limit)
            .limit(1);
        let behind: Option<MembershipId> = match term {
            SearchTerm::Role(role) => return Ok(self.counts.members(Some(role)) <= limit),
            // No index has it: a small organization is read whole.
            SearchTerm::LastSeen => return Ok(self.counts.members(self.wanted.role) <= limit),
            SearchTerm::Word(word) => beginning!(organization, word)
                .select(member_search_terms::membership_id)
                .offset(limit)
                .limit(1)
                .first(conn)
                .optional()?,
            SearchTerm::Company(company) => assigned
                .filter(company_assignments::company_id.eq(company))
                .first(conn)
                .optional()?,
            SearchTerm::Within(companies) => assigned
                .filter(conn.one_of(company_assignments::company_id, companies.to_vec()))
                .first(conn)
                .optional()?,
            SearchTerm::Given(GrantFilter::Assignment(role)) => assigned
                .filter(company_assignments::role.eq(role))
                .first(conn)
                .optional()?,
            SearchTerm::Given(GrantFilter::Custom(role)) => memberships::table
                .filter(memberships::organization_id.eq(organization))
                .filter(memberships::custom_role_id.eq(role))
                .select(memberships::id)
                .offset(limit)
                .limit(1)
                .first(conn)
                .optional()?,
            SearchTerm::SecondFactor(has) => behind_factor(conn, organization, has, limit)?,
            SearchTerm::AccessStatus => {
                let only = MemberFilter {
                    role: None,
                    given: None,
                    last_seen: None,
                    second_factor: None,
                    ..self.wanted.clone()
                };
                let mut query = memberships::table
                    .filter(memberships::organization_id.eq(organization))
                    .into_boxed();
                of_the_row!(query, only);
                query
                    .select(memberships::id)
                    .offset(limit)
                    .limit(1)
                    .first(conn)
                    .optional()?
            }
        };
        Ok(behind.is_none())
    }

    /// Collects and sorts everyone who matches `term` and the other conditions, and cuts the page.
    pub fn collect(
        &self,
        conn: &mut Conn,
        term: SearchTerm<'_>,
        cursor: Option<&Cursor>,
        size: usize,
    ) -> QueryResult<FoundMembers> {
        let (organization, wanted) = (self.organization, self.wanted);
        let mut keys = match term {
            SearchTerm::Word(word) if wanted.is_words_alone() => self.keys_by_words(conn, word)?,
            term => self.keys_by(conn, term)?,
        };
        if self.descending {
            keys.reverse();
        }

        let passed = cursor.map_or(0, |cursor| {
            keys.partition_point(|(key, id)| {
                let order = (key, id).cmp(&(&cursor.key, &cursor.id));
                if self.descending { order.is_ge() } else { order.is_le() }
            })
        });
        let all = keys.len();
        let ids: Vec<String> = keys.into_iter().skip(passed).take(size + 1).map(|(_, id)| id).collect();
        let backwards = self.descending != wanted.sort.descending();
        let before = if backwards {
            all.saturating_sub(passed + ids.len().min(size))
        } else {
            passed
        };
        let mut by_id: HashMap<String, MemberRow> = memberships::table
            .inner_join(users::table)
            .filter(memberships::organization_id.eq(organization))
            .filter(conn.one_of(memberships::id, &ids))
            .select(MemberRow::as_select())
            .load::<MemberRow>(conn)?
            .into_iter()
            .map(|row| (row.id.to_string(), row))
            .collect();
        let rows = ids.iter().filter_map(|id| by_id.remove(id)).collect();
        Ok(FoundMembers {
            page: Page::cut(rows, size, cursor, |row| wanted.key(row)),
            total: MemberTotal::Exactly(i64::try_from(all).unwrap_or(i64::MAX)),
            before: Some(before),
        })
    }

    /// Everyone who has all the words, sorted. The index of words has the sort key.
    fn keys_by_words(&self, conn: &mut Conn, word: &[u8]) -> QueryResult<Vec<(Vec<u8>, String)>> {
        let organization = self.organization;
        let mut keys: Vec<(Vec<u8>, String)> = beginning!(organization, word)
            .select((member_search_terms::sort_name, member_search_terms::membership_id))
            .load(conn)?;
        // A member can have several words with one beginning.
        keys.sort_unstable();
        keys.dedup();
        for other in self.wanted.words.iter().filter(|other| *other != word) {
            let ids: Vec<&String> = keys.iter().map(|(_, id)| id).collect();
            let mut having = HashSet::new();
            for ids in ids.chunks(BINDS) {
                having.extend(
                    beginning!(organization, other)
                        .filter(conn.one_of(member_search_terms::membership_id, ids.iter().copied()))
                        .select(member_search_terms::membership_id)
                        .load::<String>(conn)?,
                );
            }
            keys.retain(|(_, id)| having.contains(id));
        }
        Ok(keys)
    }

    /// Everyone who matches the term and all other conditions, sorted.
    fn keys_by(&self, conn: &mut Conn, term: SearchTerm<'_>) -> QueryResult<Vec<(Vec<u8>, String)>> {
        let (organization, wanted) = (self.organization, self.wanted);
        let mut query = memberships::table
            .filter(memberships::organization_id.eq(organization))
            .into_boxed();
        let assigned = assignments!(organization).select(company_assignments::membership_id);
        match term {
            SearchTerm::Word(word) => {
                query = query.filter(
                    memberships::id.eq_any(beginning!(organization, word).select(member_search_terms::membership_id)),
                );
            }
            SearchTerm::Company(company) => {
                query =
                    query.filter(memberships::id.eq_any(assigned.filter(company_assignments::company_id.eq(company))));
            }
            SearchTerm::Within(companies) => {
                query = query.filter(
                    memberships::id
                        .eq_any(assigned.filter(conn.one_of(company_assignments::company_id, companies.to_vec()))),
                );
            }
            SearchTerm::Given(GrantFilter::Assignment(role)) => {
                query = query.filter(memberships::id.eq_any(assigned.filter(company_assignments::role.eq(role))));
            }
            SearchTerm::Given(GrantFilter::Custom(_))
            | SearchTerm::AccessStatus
            | SearchTerm::LastSeen
            | SearchTerm::SecondFactor(_)
            | SearchTerm::Role(_) => {}
        }
        of_the_row!(query, wanted);
        of_the_words!(query, organization, wanted, Some(term));
        of_the_companies!(query, organization, wanted, Some(term));
        let mut keys: Vec<(Vec<u8>, String)> = query
            .select((memberships::sort_name, memberships::joined_at, memberships::id))
            .load::<(Option<Vec<u8>>, Time, MembershipId)>(conn)?
            .into_iter()
            // As a condition of the query, this would make SQLite scan the index of names.
            .filter(|(sort_name, ..)| sort_name.is_some())
            .map(|(sort_name, joined, id)| (wanted.sort_key(sort_name, joined), id.to_string()))
            .collect();
        keys.sort_unstable();
        Ok(keys)
    }
}

/// A member behind the first `limit` with a second factor, or without one.
fn behind_factor(conn: &mut Conn, organization: OrgId, has: bool, limit: i64) -> QueryResult<Option<MembershipId>> {
    memberships::table
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::second_factor.eq(has))
        .select(memberships::id)
        .offset(limit)
        .limit(1)
        .first(conn)
        .optional()
}
