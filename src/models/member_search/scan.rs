//! Scanning an index in the order of the list, until a page is full.

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use crate::common::id::CompanyId;
use crate::common::paging::{Cursor, Page};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{company_assignments, member_search_terms, memberships, users};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::models::member_search::conditions::{
    assignments, beginning, in_order, of_the_companies, of_the_row, of_the_words,
};
use crate::models::member_search::filter::{AccessStatus, GrantFilter, LastSeen, MemberFilter, MemberSort, SearchTerm};
use crate::models::member_search::{FoundMembers, MemberCursor, MemberRow, MemberTotal, SEVERAL, STRETCH};
use crate::models::membership::role_counts::RoleCounts;
use crate::on_each;

/// A search in the members of an organization.
#[derive(Debug, Clone, Copy)]
pub struct MemberScan<'a> {
    pub organization: OrgId,
    pub wanted: &'a MemberFilter,
    pub counts: &'a RoleCounts,
    pub descending: bool,
}

impl MemberScan<'_> {
    /// Reads stretches until the page is full.
    pub(super) fn pages(
        &self,
        conn: &mut Conn,
        mut from: Option<MemberCursor>,
        cursor: Option<&Cursor>,
        size: usize,
        total: MemberTotal,
    ) -> QueryResult<FoundMembers> {
        let wanted = self.wanted;
        let mut rows = Vec::new();
        let mut length = STRETCH;
        loop {
            let until = if wanted.is_plain() && (wanted.role.is_none() || wanted.sort.by_name()) {
                None
            } else {
                self.horizon(conn, from.as_ref(), length)?
            };
            let lacking = i64::try_from(size + 1 - rows.len()).unwrap_or_default();
            rows.extend(self.stretch(conn, from.as_ref(), until.as_ref(), lacking)?);
            if rows.len() > size || until.is_none() {
                break;
            }
            if length == STRETCH
                && let Some(term) = self.term_for_at_most(conn, SEVERAL)?
            {
                return self.collect(conn, term, cursor, size);
            }
            from = until;
            length *= 4;
        }
        Ok(FoundMembers {
            before: cursor.is_none().then_some(0),
            page: Page::cut(rows, size, cursor, |row| wanted.key(row)),
            total,
        })
    }

    /// The company whose members are scanned, if it is one.
    fn along(&self) -> Option<CompanyId> {
        self.wanted.company.filter(|_| self.wanted.sort.by_name())
    }

    /// Whether the marks exclude removed members, who have no sort name. If not, the scan begins at the first name. Both
    /// bounds at once don't work, because SQLite enters the index by the first one.
    fn is_bounded_below(&self, from: Option<&MemberCursor>, until: Option<&MemberCursor>) -> bool {
        if self.descending {
            until.is_some()
        } else {
            from.is_some()
        }
    }

    /// The member `far` rows after a mark, whatever the conditions: the end of a stretch.
    fn horizon(&self, conn: &mut Conn, from: Option<&MemberCursor>, far: i64) -> QueryResult<Option<MemberCursor>> {
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
            return Ok(end.map(|(name, id)| MemberCursor {
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
            // The index by role is also sorted by name.
            if let Some(role) = self.wanted.role {
                query = query.filter(memberships::role.eq(role));
            }
            in_order!(query, self, memberships::sort_name, memberships::id, name, from, None);
            let query = query.select((memberships::sort_name, memberships::id));
            let end: Option<(Option<Vec<u8>>, String)> = query.offset(far - 1).limit(1).first(conn).optional()?;
            return Ok(end.map(|(name, id)| MemberCursor {
                name: name.unwrap_or_default(),
                joined: Time(0),
                id,
            }));
        }
        in_order!(query, self, memberships::joined_at, memberships::id, joined, from, None);
        let query = query.select((memberships::joined_at, memberships::id));
        let end: Option<(Time, String)> = query.offset(far - 1).limit(1).first(conn).optional()?;
        Ok(end.map(|(joined, id)| MemberCursor {
            name: Vec::new(),
            joined,
            id,
        }))
    }

    /// The next rows after `from`, up to `until`.
    fn stretch(
        &self,
        conn: &mut Conn,
        from: Option<&MemberCursor>,
        until: Option<&MemberCursor>,
        limit: i64,
    ) -> QueryResult<Vec<MemberRow>> {
        let (organization, wanted) = (self.organization, self.wanted);
        if let Some(company) = self.along() {
            return self.company_stretch(conn, company, from, until, limit);
        }
        if wanted.is_plain()
            && wanted.role.is_none()
            && wanted.sort == MemberSort::Name
            && !self.descending
            && from.is_none()
        {
            return self.first_page(conn, limit);
        }
        let mut query = memberships::table
            .inner_join(users::table)
            .filter(memberships::organization_id.eq(organization))
            .select(MemberRow::as_select())
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

    /// The first rows by name, the most frequent page: a statement of which nothing is put together again.
    fn first_page(&self, conn: &mut Conn, limit: i64) -> QueryResult<Vec<MemberRow>> {
        on_each!(conn, c => memberships::table
            .inner_join(users::table)
            .filter(memberships::organization_id.eq(self.organization))
            .filter(memberships::sort_name.ge(Vec::new()))
            .order((memberships::sort_name, memberships::id))
            .limit(limit)
            .select(MemberRow::as_select())
            .load(c))
    }

    fn company_stretch(
        &self,
        conn: &mut Conn,
        company: CompanyId,
        from: Option<&MemberCursor>,
        until: Option<&MemberCursor>,
        limit: i64,
    ) -> QueryResult<Vec<MemberRow>> {
        let (organization, wanted) = (self.organization, self.wanted);
        let mut query = assignments!(organization)
            .inner_join(
                memberships::table.on(memberships::organization_id
                    .eq(company_assignments::organization_id)
                    .and(memberships::id.eq(company_assignments::membership_id))),
            )
            .inner_join(users::table.on(users::id.eq(memberships::user_id)))
            .filter(company_assignments::company_id.eq(company))
            .select(MemberRow::as_select())
            .into_boxed();
        of_the_row!(query, wanted);
        of_the_words!(query, organization, wanted, None);
        if let Some(GrantFilter::Assignment(role)) = wanted.given {
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
        query.limit(limit).load(conn)
    }
}
