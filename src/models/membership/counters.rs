//! Counters and search terms that are stored with the memberships, so that no page has to count them. Only the changes in
//! `membership` write them, in their own transaction.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::authz::role::Role;
use crate::common::id::{CompanyId, MembershipId};
use crate::common::search;
use crate::db::schema::{companies, company_assignments, member_search_terms, organizations, role_counts};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::db::{Conn, affected};
use crate::on_each;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountedAs {
    pub role: Role,
    pub status: MembershipStatus,
}

impl CountedAs {
    /// Whether the member is counted in the companies assigned to them: not while suspended, and not when their role
    /// covers every company.
    pub fn in_companies(self) -> bool {
        self.status == MembershipStatus::Active && self.role.inherited().is_none()
    }
}

/// Updates every counter for a membership that changed. `None`: not a member.
pub fn recount(
    conn: &mut Conn,
    organization: OrgId,
    membership: MembershipId,
    from: Option<CountedAs>,
    to: Option<CountedAs>,
) -> QueryResult<()> {
    affected::member(organization, membership);
    // In a fixed order, so that concurrent changes cannot deadlock.
    let mut changes: BTreeMap<Role, (i64, i64)> = BTreeMap::new();
    for (state, by) in [(from, -1), (to, 1)] {
        if let Some(state) = state {
            let change = changes.entry(state.role).or_default();
            change.0 += by;
            if state.status == MembershipStatus::Suspended {
                change.1 += by;
            }
        }
    }
    for (role, (members, suspended)) in changes {
        if (members, suspended) != (0, 0) {
            diesel::update(role_counts::table.find((organization, role)))
                .set((
                    role_counts::members.eq(role_counts::members + members),
                    role_counts::suspended.eq(role_counts::suspended + suspended),
                ))
                .execute(conn)?;
        }
    }
    let counts = |state: Option<CountedAs>| state.is_some_and(CountedAs::in_companies);
    match (counts(from), counts(to)) {
        (true, false) => count_in_all(conn, organization, membership, -1),
        (false, true) => count_in_all(conn, organization, membership, 1),
        _ => Ok(()),
    }
}

/// Counts assignments of members whose organization role does not cover the company.
pub fn count_in(conn: &mut Conn, organization: OrgId, company: CompanyId, by: i64) -> QueryResult<()> {
    diesel::update(organizations::table.find(organization))
        .set(organizations::assignment_count.eq(organizations::assignment_count + by))
        .execute(conn)?;
    diesel::update(companies::table.find((organization, company)))
        .set(companies::member_count.eq(companies::member_count + by))
        .execute(conn)?;
    Ok(())
}

fn count_in_all(conn: &mut Conn, organization: OrgId, membership: MembershipId, by: i64) -> QueryResult<()> {
    let assigned: Vec<CompanyId> = company_assignments::table
        .filter(company_assignments::organization_id.eq(organization))
        .filter(company_assignments::membership_id.eq(membership))
        .order(company_assignments::company_id)
        .select(company_assignments::company_id)
        .load(conn)?;
    assigned
        .into_iter()
        .try_for_each(|company| count_in(conn, organization, company, by))
}

pub fn add_owner(conn: &mut Conn, organization: OrgId) -> QueryResult<()> {
    diesel::update(organizations::table.find(organization))
        .set(organizations::owner_count.eq(organizations::owner_count + 1))
        .execute(conn)?;
    Ok(())
}

/// Whether the organization would have no owner without one of them. Locks the row of the organization, so that the answer
/// stays true in this transaction.
pub fn is_last_owner(conn: &mut Conn, organization: OrgId) -> QueryResult<bool> {
    diesel::update(organizations::table.find(organization))
        .set(organizations::owner_count.eq(organizations::owner_count))
        .execute(conn)?;
    let owners: i32 = organizations::table
        .find(organization)
        .select(organizations::owner_count)
        .first(conn)?;
    Ok(owners <= 1)
}

/// Counts one owner less. `is_last_owner` was checked before.
pub fn release_owner(conn: &mut Conn, organization: OrgId) -> QueryResult<()> {
    let released = diesel::update(
        organizations::table
            .filter(organizations::id.eq(organization))
            .filter(organizations::owner_count.gt(1)),
    )
    .set(organizations::owner_count.eq(organizations::owner_count - 1))
    .execute(conn)?;
    if released == 1 {
        Ok(())
    } else {
        Err(diesel::result::Error::RollbackTransaction)
    }
}

pub fn put_words(
    conn: &mut Conn,
    organization: OrgId,
    membership: MembershipId,
    full_name: &str,
    email: &str,
) -> QueryResult<()> {
    let sort_name = search::sort_key(full_name);
    let rows: Vec<_> = search::person_words(full_name, email)
        .into_iter()
        .map(|word| {
            (
                member_search_terms::organization_id.eq(organization),
                member_search_terms::word.eq(word),
                member_search_terms::sort_name.eq(&sort_name),
                member_search_terms::membership_id.eq(membership),
            )
        })
        .collect();
    on_each!(conn, c => diesel::insert_into(member_search_terms::table).values(&rows).execute(c))?;
    Ok(())
}

pub fn drop_words(conn: &mut Conn, organization: OrgId, membership: MembershipId) -> QueryResult<()> {
    diesel::delete(
        member_search_terms::table
            .filter(member_search_terms::organization_id.eq(organization))
            .filter(member_search_terms::membership_id.eq(membership)),
    )
    .execute(conn)?;
    Ok(())
}
