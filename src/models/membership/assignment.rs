//! Direct assignments of members to companies.

use diesel::prelude::*;

use crate::app::Ctx;
use crate::authz::role::{CompanyRole, Role};
use crate::common::id::{CompanyId, MembershipId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{companies, company_assignments, memberships, users};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::models::membership::Origin;
use crate::models::membership::counters::{CountedAs, count_in};
use crate::models::membership::effective::recompute_effective;
use crate::on_each;

/// Locks and reads the membership, so that concurrent changes of its assignments wait.
fn lock_row(
    conn: &mut Conn,
    organization: OrgId,
    membership: MembershipId,
) -> QueryResult<(Option<Vec<u8>>, CountedAs, i32)> {
    diesel::update(memberships::table.find((organization, membership)))
        .set(memberships::group_count.eq(memberships::group_count))
        .execute(conn)?;
    let (sort_name, role, status, groups): (Option<Vec<u8>>, Role, MembershipStatus, i32) = memberships::table
        .find((organization, membership))
        .select((
            memberships::sort_name,
            memberships::role,
            memberships::status,
            memberships::group_count,
        ))
        .first(conn)?;
    Ok((sort_name, CountedAs { role, status }, groups))
}

/// Assigns a member to a company directly, or changes the role. A group may give a higher one.
pub fn assign(
    conn: &mut Conn,
    cx: &Ctx,
    organization: OrgId,
    membership: MembershipId,
    company: CompanyId,
    role: CompanyRole,
    origin: Origin,
) -> QueryResult<()> {
    let (sort_name, counted, groups) = lock_row(conn, organization, membership)?;
    let row = (
        company_assignments::organization_id.eq(organization),
        company_assignments::membership_id.eq(membership),
        company_assignments::company_id.eq(company),
        company_assignments::role.eq(role),
        company_assignments::direct_role.eq(Some(role)),
        company_assignments::origin.eq(origin),
        company_assignments::sort_name.eq(sort_name.unwrap_or_default()),
        company_assignments::created_at.eq(cx.now),
    );
    let placed = on_each!(conn, c => diesel::insert_into(company_assignments::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    if placed == 1 {
        if counted.in_companies() {
            count_in(conn, organization, company, 1)?;
        }
        return Ok(());
    }
    // A new assignment does not keep an end that has passed.
    diesel::update(
        company_assignments::table
            .find((organization, membership, company))
            .filter(company_assignments::access_until.lt(cx.now)),
    )
    .set(company_assignments::access_until.eq(None::<Time>))
    .execute(conn)?;
    let assignment = diesel::update(company_assignments::table.find((organization, membership, company)));
    if groups == 0 {
        assignment
            .set((
                company_assignments::role.eq(role),
                company_assignments::direct_role.eq(Some(role)),
                company_assignments::origin.eq(origin),
            ))
            .execute(conn)?;
        return Ok(());
    }
    assignment
        .set((
            company_assignments::direct_role.eq(Some(role)),
            company_assignments::origin.eq(origin),
        ))
        .execute(conn)?;
    recompute_effective(conn, cx, organization, membership)
}

/// A direct assignment of a member to a company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable)]
pub struct DirectAssignment {
    pub role: CompanyRole,
    pub origin: Origin,
    pub until: Option<Time>,
}

/// The direct assignment to a company; `None` also when only a group gives access.
pub fn direct_assignment(
    conn: &mut Conn,
    organization: OrgId,
    membership: MembershipId,
    company: CompanyId,
) -> QueryResult<Option<DirectAssignment>> {
    let found: Option<(Option<CompanyRole>, Origin, Option<Time>)> = company_assignments::table
        .find((organization, membership, company))
        .select((
            company_assignments::direct_role,
            company_assignments::origin,
            company_assignments::access_until,
        ))
        .first(conn)
        .optional()?;
    Ok(found.and_then(|(role, origin, until)| role.map(|role| DirectAssignment { role, origin, until })))
}

/// Restores a direct assignment. The caller checks that the actor may assign it.
pub fn restore_assignment(
    conn: &mut Conn,
    cx: &Ctx,
    organization: OrgId,
    membership: MembershipId,
    company: CompanyId,
    direct: DirectAssignment,
) -> QueryResult<()> {
    assign(conn, cx, organization, membership, company, direct.role, direct.origin)?;
    diesel::update(company_assignments::table.find((organization, membership, company)))
        .set(company_assignments::access_until.eq(direct.until))
        .execute(conn)?;
    Ok(())
}

/// Removes a direct assignment; `false` when there is none. What a group gives is kept.
pub fn unassign(
    conn: &mut Conn,
    cx: &Ctx,
    organization: OrgId,
    membership: MembershipId,
    company: CompanyId,
) -> QueryResult<bool> {
    let (_, counted, groups) = lock_row(conn, organization, membership)?;
    let own = company_assignments::table
        .find((organization, membership, company))
        .filter(company_assignments::direct_role.is_not_null());
    if groups == 0 {
        let taken = diesel::delete(own).execute(conn)?;
        if taken == 1 && counted.in_companies() {
            count_in(conn, organization, company, -1)?;
        }
        return Ok(taken == 1);
    }
    let taken = diesel::update(own)
        .set((
            company_assignments::direct_role.eq(None::<CompanyRole>),
            company_assignments::access_until.eq(None::<Time>),
        ))
        .execute(conn)?;
    if taken == 0 {
        return Ok(false);
    }
    recompute_effective(conn, cx, organization, membership)?;
    Ok(true)
}

/// Changes when a direct assignment ends; `None` is no end. `false` when there is none.
pub fn set_assignment_end(
    conn: &mut Conn,
    organization: OrgId,
    membership: MembershipId,
    company: CompanyId,
    until: Option<Time>,
) -> QueryResult<bool> {
    let changed = diesel::update(
        company_assignments::table
            .find((organization, membership, company))
            .filter(company_assignments::direct_role.is_not_null()),
    )
    .set(company_assignments::access_until.eq(until))
    .execute(conn)?;
    Ok(changed == 1)
}

/// A direct assignment whose end has passed.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = company_assignments)]
pub struct DueAssignment {
    #[diesel(column_name = organization_id)]
    pub organization: OrgId,
    #[diesel(column_name = membership_id)]
    pub member: MembershipId,
    #[diesel(column_name = company_id)]
    pub company: CompanyId,
    #[diesel(column_name = direct_role)]
    pub role: Option<CompanyRole>,
    #[diesel(column_name = access_until)]
    pub until: Option<Time>,
}

/// The assignments whose end has passed, at most `limit`.
pub fn due_assignments(conn: &mut Conn, now: Time, limit: i64) -> QueryResult<Vec<DueAssignment>> {
    company_assignments::table
        .filter(company_assignments::access_until.lt(now))
        .order((
            company_assignments::organization_id,
            company_assignments::membership_id,
            company_assignments::company_id,
        ))
        .limit(limit)
        .select(DueAssignment::as_select())
        .load(conn)
}

/// The names of a member and a company.
pub fn names_of(
    conn: &mut Conn,
    organization: OrgId,
    member: MembershipId,
    company: CompanyId,
) -> QueryResult<(String, String)> {
    let member = memberships::table
        .inner_join(users::table)
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::id.eq(member))
        .select(users::name)
        .first(conn)?;
    let company = companies::table
        .find((organization, company))
        .select(companies::name)
        .first(conn)?;
    Ok((member, company))
}
