//! The ways through an index: gathering few by one condition, or walking in the list's order until a page is full.

use std::collections::{HashMap, HashSet};

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use crate::common::id::{CompanyId, MembershipId};
use crate::common::name;
use crate::common::paging::{Cursor, Page};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{company_assignments, member_search_terms, memberships, users};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::models::member_search::{
    AccessStatus, BINDS, Found, Given, Mark, MemberFilter, MemberRow, Term, Total, counted,
};

macro_rules! columns {
    () => {
        (
            memberships::id,
            users::name,
            users::email,
            memberships::role,
            memberships::status,
            memberships::access_until,
            memberships::joined_at,
            memberships::last_seen_at,
            memberships::invited_by,
            memberships::custom_role_id,
            memberships::sort_name,
        )
    };
}

// The words of one organization that begin with a prefix.
macro_rules! beginning {
    ($organization:expr, $prefix:expr) => {
        member_search_terms::table
            .filter(member_search_terms::organization_id.eq($organization))
            .filter(member_search_terms::word.ge($prefix.to_vec()))
            .filter(member_search_terms::word.lt(name::prefix_end($prefix).unwrap_or_else(|| vec![0xff; 65])))
    };
}

macro_rules! assignments {
    ($organization:expr) => {
        company_assignments::table.filter(company_assignments::organization_id.eq($organization))
    };
}

// What the row itself must say: role and standing.
macro_rules! of_the_row {
    ($query:ident, $wanted:expr) => {
        if let Some(role) = $wanted.role {
            $query = $query.filter(memberships::role.eq(role));
        }
        if let Some(Given::Custom(role)) = $wanted.given {
            $query = $query.filter(memberships::custom_role_id.eq(role));
        }
        match $wanted.standing {
            None => {}
            Some(AccessStatus::Active) => {
                $query = $query.filter(memberships::status.eq(MembershipStatus::Active)).filter(
                    memberships::access_until
                        .is_null()
                        .or(memberships::access_until.ge($wanted.now)),
                );
            }
            // In the index's own words, or neither engine sees that it is meant.
            Some(AccessStatus::Suspended) => {
                $query = $query
                    .filter(diesel::dsl::sql::<Bool>("memberships.status = 'suspended'"))
                    .filter(
                        memberships::access_until
                            .is_null()
                            .or(memberships::access_until.ge($wanted.now)),
                    );
            }
            Some(AccessStatus::Ended) => {
                $query = $query
                    .filter(memberships::status.ne(MembershipStatus::Removed))
                    .filter(memberships::access_until.lt($wanted.now));
            }
        }
    };
}

// What other tables must say of the row, each by one look into an index; not what the rows were found by.
macro_rules! of_the_words {
    ($query:ident, $organization:expr, $wanted:expr, $found_by:expr) => {
        for word in $wanted.words.iter().filter(|word| $found_by != Some(Term::Word(word))) {
            $query = $query.filter(exists(
                // Only what the index by member holds is asked for, or SQLite prefers to pass all words of everybody; and
                // the limit, which changes nothing, keeps it from making a join of this.
                beginning!($organization, word)
                    .filter(member_search_terms::membership_id.eq(memberships::id))
                    .select(member_search_terms::membership_id)
                    .limit(1),
            ));
        }
    };
}
macro_rules! of_the_companies {
    ($query:ident, $organization:expr, $wanted:expr, $found_by:expr) => {
        if let Some(company) = $wanted
            .company
            .filter(|company| $found_by != Some(Term::Company(*company)))
        {
            $query = $query.filter(exists(
                assignments!($organization)
                    .filter(company_assignments::membership_id.eq(memberships::id))
                    .filter(company_assignments::company_id.eq(company))
                    .select(company_assignments::membership_id)
                    .limit(1),
            ));
        }
        if let Some(Given::Place(role)) = $wanted.given {
            // In the wanted company, in one of the reader's, or in any: the first that is said.
            let places = assignments!($organization)
                .filter(company_assignments::membership_id.eq(memberships::id))
                .filter(company_assignments::role.eq(role))
                .select(company_assignments::membership_id)
                .limit(1);
            $query = match ($wanted.company, &$wanted.within) {
                (Some(company), _) => $query.filter(exists(places.filter(company_assignments::company_id.eq(company)))),
                (None, Some(companies)) => $query.filter(exists(
                    places.filter(company_assignments::company_id.eq_any(companies.clone())),
                )),
                (None, None) => $query.filter(exists(places)),
            };
        }
        if let Some(companies) = &$wanted.within {
            $query = $query.filter(exists(
                assignments!($organization)
                    .filter(company_assignments::membership_id.eq(memberships::id))
                    .filter(company_assignments::company_id.eq_any(companies.clone()))
                    .select(company_assignments::membership_id)
                    .limit(1),
            ));
        }
    };
}

// In order from one place to another. The bound on the first column is what the index can be entered by, on both engines;
// the second condition makes it exact.
macro_rules! in_order {
    ($query:ident, $walk:expr, $key:expr, $id:expr, $at:ident, $from:expr, $until:expr) => {
        let (from, until): (Option<&Mark>, Option<&Mark>) = ($from, $until);
        if $walk.descending {
            if let Some(Mark { $at: at, id, .. }) = from.cloned() {
                $query = $query.filter($key.le(at.clone())).filter($key.lt(at).or($id.lt(id)));
            }
            if let Some(Mark { $at: at, id, .. }) = until.cloned() {
                $query = $query.filter($key.ge(at.clone())).filter($key.gt(at).or($id.ge(id)));
            }
            $query = $query.order(($key.desc(), $id.desc()));
        } else {
            if let Some(Mark { $at: at, id, .. }) = from.cloned() {
                $query = $query.filter($key.ge(at.clone())).filter($key.gt(at).or($id.gt(id)));
            }
            if let Some(Mark { $at: at, id, .. }) = until.cloned() {
                $query = $query.filter($key.le(at.clone())).filter($key.lt(at).or($id.le(id)));
            }
            $query = $query.order(($key, $id));
        }
    };
}

/// A way through the members of an organization.
#[derive(Debug, Clone, Copy)]
pub struct Walk<'a> {
    pub organization: OrgId,
    pub wanted: &'a MemberFilter,
    pub descending: bool,
}

impl<'a> Walk<'a> {
    /// The first condition that holds for at most so many.
    pub fn term_for_at_most(&self, conn: &mut Conn, limit: i64) -> QueryResult<Option<Term<'a>>> {
        for term in self.wanted.terms() {
            if self.holds_for_at_most(conn, term, limit)? {
                return Ok(Some(term));
            }
        }
        Ok(None)
    }

    /// Whether there is no row behind so many in the condition's index.
    fn holds_for_at_most(&self, conn: &mut Conn, term: Term<'_>, limit: i64) -> QueryResult<bool> {
        let organization = self.organization;
        let assigned = assignments!(organization)
            .select(company_assignments::membership_id)
            .offset(limit)
            .limit(1);
        let behind: Option<MembershipId> = match term {
            Term::Role(role) => return Ok(counted(conn, organization, Some(role))? <= limit),
            Term::Word(word) => beginning!(organization, word)
                .select(member_search_terms::membership_id)
                .offset(limit)
                .limit(1)
                .first(conn)
                .optional()?,
            Term::Company(company) => assigned
                .filter(company_assignments::company_id.eq(company))
                .first(conn)
                .optional()?,
            Term::Within(companies) => assigned
                .filter(company_assignments::company_id.eq_any(companies.to_vec()))
                .first(conn)
                .optional()?,
            Term::Given(Given::Place(role)) => assigned
                .filter(company_assignments::role.eq(role))
                .first(conn)
                .optional()?,
            Term::Given(Given::Custom(role)) => memberships::table
                .filter(memberships::organization_id.eq(organization))
                .filter(memberships::custom_role_id.eq(role))
                .select(memberships::id)
                .offset(limit)
                .limit(1)
                .first(conn)
                .optional()?,
            Term::Standing => {
                let only = MemberFilter {
                    role: None,
                    given: None,
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

    /// All for whom `term` and the other conditions hold, sorted here, and the page out of them.
    pub fn gather(&self, conn: &mut Conn, term: Term<'_>, place: Option<&Cursor>, size: usize) -> QueryResult<Found> {
        let (organization, wanted) = (self.organization, self.wanted);
        let mut keys = match term {
            Term::Word(word) if wanted.is_words_alone() => self.keys_by_words(conn, word)?,
            term => self.keys_by(conn, term)?,
        };
        if self.descending {
            keys.reverse();
        }

        // In the direction of reading, from the place on.
        let passed = place.map_or(0, |place| {
            keys.partition_point(|(key, id)| {
                let order = (key, id).cmp(&(&place.key, &place.id));
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
            .filter(memberships::id.eq_any(&ids))
            .select(columns!())
            .load::<MemberRow>(conn)?
            .into_iter()
            .map(|row| (row.id.to_string(), row))
            .collect();
        let rows = ids.iter().filter_map(|id| by_id.remove(id)).collect();
        Ok(Found {
            page: Page::cut(rows, size, place, |row| wanted.key(row)),
            total: Total::Exactly(i64::try_from(all).unwrap_or(i64::MAX)),
            before: Some(before),
        })
    }

    /// Who has all the words, sorted: out of the words' own index, which knows the sort key.
    fn keys_by_words(&self, conn: &mut Conn, word: &[u8]) -> QueryResult<Vec<(Vec<u8>, String)>> {
        let organization = self.organization;
        let mut keys: Vec<(Vec<u8>, String)> = beginning!(organization, word)
            .select((member_search_terms::sort_name, member_search_terms::membership_id))
            .load(conn)?;
        // Somebody has several words with one beginning.
        keys.sort_unstable();
        keys.dedup();
        for other in self.wanted.words.iter().filter(|other| *other != word) {
            let ids: Vec<&String> = keys.iter().map(|(_, id)| id).collect();
            let mut having = HashSet::new();
            for ids in ids.chunks(BINDS) {
                having.extend(
                    beginning!(organization, other)
                        .filter(member_search_terms::membership_id.eq_any(ids.iter().copied()))
                        .select(member_search_terms::membership_id)
                        .load::<String>(conn)?,
                );
            }
            keys.retain(|(_, id)| having.contains(id));
        }
        Ok(keys)
    }

    /// For whom the term and all other conditions hold, sorted.
    fn keys_by(&self, conn: &mut Conn, term: Term<'_>) -> QueryResult<Vec<(Vec<u8>, String)>> {
        let (organization, wanted) = (self.organization, self.wanted);
        let mut query = memberships::table
            .filter(memberships::organization_id.eq(organization))
            .into_boxed();
        let assigned = assignments!(organization).select(company_assignments::membership_id);
        match term {
            Term::Word(word) => {
                query = query.filter(
                    memberships::id.eq_any(beginning!(organization, word).select(member_search_terms::membership_id)),
                );
            }
            Term::Company(company) => {
                query =
                    query.filter(memberships::id.eq_any(assigned.filter(company_assignments::company_id.eq(company))));
            }
            Term::Within(companies) => {
                query = query.filter(
                    memberships::id.eq_any(assigned.filter(company_assignments::company_id.eq_any(companies.to_vec()))),
                );
            }
            Term::Given(Given::Place(role)) => {
                query = query.filter(memberships::id.eq_any(assigned.filter(company_assignments::role.eq(role))));
            }
            Term::Given(Given::Custom(_)) | Term::Standing | Term::Role(_) => {}
        }
        of_the_row!(query, wanted);
        of_the_words!(query, organization, wanted, Some(term));
        of_the_companies!(query, organization, wanted, Some(term));
        let mut keys: Vec<(Vec<u8>, String)> = query
            .select((memberships::sort_name, memberships::joined_at, memberships::id))
            .load::<(Option<Vec<u8>>, Time, MembershipId)>(conn)?
            .into_iter()
            // Asked of the database, this would lure SQLite into the index of names, past everybody.
            .filter(|(sort_name, ..)| sort_name.is_some())
            .map(|(sort_name, joined, id)| (wanted.sort_key(sort_name, joined), id.to_string()))
            .collect();
        keys.sort_unstable();
        Ok(keys)
    }

    /// Whether the walk goes along the members of one company.
    fn along(&self) -> Option<CompanyId> {
        self.wanted.company.filter(|_| self.wanted.sort.by_name())
    }

    /// Whether the places keep out who was removed and has no name to be sorted by. If not, the walk begins at the first
    /// name; both bounds at once would not do, since SQLite enters the index by the first it reads.
    fn is_bounded_below(&self, from: Option<&Mark>, until: Option<&Mark>) -> bool {
        if self.descending {
            until.is_some()
        } else {
            from.is_some()
        }
    }

    /// The member who stands `far` behind a place, whatever the conditions: where a stretch ends.
    pub fn horizon(&self, conn: &mut Conn, from: Option<&Mark>, far: i64) -> QueryResult<Option<Mark>> {
        if let Some(company) = self.along() {
            let mut query = assignments!(self.organization)
                .filter(company_assignments::company_id.eq(company))
                .select((company_assignments::sort_name, company_assignments::membership_id))
                .into_boxed();
            in_order!(
                query,
                self,
                company_assignments::sort_name,
                company_assignments::membership_id,
                name,
                from,
                None
            );
            let end: Option<(Vec<u8>, String)> = query.offset(far - 1).limit(1).first(conn).optional()?;
            return Ok(end.map(|(name, id)| Mark {
                name,
                joined: Time(0),
                id,
            }));
        }
        let mut query = memberships::table
            .filter(memberships::organization_id.eq(self.organization))
            .into_boxed();
        if self.wanted.sort.by_name() {
            if !self.is_bounded_below(from, None) {
                query = query.filter(memberships::sort_name.ge(Vec::new()));
            }
            // The index of one role lies in the order of names, too.
            if let Some(role) = self.wanted.role {
                query = query.filter(memberships::role.eq(role));
            }
            in_order!(query, self, memberships::sort_name, memberships::id, name, from, None);
            let query = query.select((memberships::sort_name, memberships::id));
            let end: Option<(Option<Vec<u8>>, String)> = query.offset(far - 1).limit(1).first(conn).optional()?;
            return Ok(end.map(|(name, id)| Mark {
                name: name.unwrap_or_default(),
                joined: Time(0),
                id,
            }));
        }
        in_order!(query, self, memberships::joined_at, memberships::id, joined, from, None);
        let query = query.select((memberships::joined_at, memberships::id));
        let end: Option<(Time, String)> = query.offset(far - 1).limit(1).first(conn).optional()?;
        Ok(end.map(|(joined, id)| Mark {
            name: Vec::new(),
            joined,
            id,
        }))
    }

    /// The next rows behind `from`, not farther than `until`.
    pub fn stretch(
        &self,
        conn: &mut Conn,
        from: Option<&Mark>,
        until: Option<&Mark>,
        limit: i64,
    ) -> QueryResult<Vec<MemberRow>> {
        let (organization, wanted) = (self.organization, self.wanted);
        if let Some(company) = self.along() {
            let mut query = assignments!(organization)
                .inner_join(
                    memberships::table.on(memberships::organization_id
                        .eq(company_assignments::organization_id)
                        .and(memberships::id.eq(company_assignments::membership_id))),
                )
                .inner_join(users::table.on(users::id.eq(memberships::user_id)))
                .filter(company_assignments::company_id.eq(company))
                .select(columns!())
                .into_boxed();
            of_the_row!(query, wanted);
            of_the_words!(query, organization, wanted, None);
            if let Some(Given::Place(role)) = wanted.given {
                query = query.filter(company_assignments::role.eq(role));
            }
            in_order!(
                query,
                self,
                company_assignments::sort_name,
                company_assignments::membership_id,
                name,
                from,
                until
            );
            return query.limit(limit).load(conn);
        }
        let mut query = memberships::table
            .inner_join(users::table)
            .filter(memberships::organization_id.eq(organization))
            .select(columns!())
            .into_boxed();
        of_the_row!(query, wanted);
        of_the_words!(query, organization, wanted, None);
        of_the_companies!(query, organization, wanted, None);
        if wanted.sort.by_name() {
            if !self.is_bounded_below(from, until) {
                query = query.filter(memberships::sort_name.ge(Vec::new()));
            }
            in_order!(query, self, memberships::sort_name, memberships::id, name, from, until);
        } else {
            query = query.filter(memberships::sort_name.is_not_null());
            in_order!(
                query,
                self,
                memberships::joined_at,
                memberships::id,
                joined,
                from,
                until
            );
        }
        query.limit(limit).load(conn)
    }
}
