//! A person's own places in companies.

use diesel::prelude::*;
use serde_json::json;

use crate::app::Ctx;
use crate::audit::{Action, Event, Events};
use crate::authz::role::{CompanyRole, Role};
use crate::common::error::AppError;
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

/// Takes the membership's row, so that whoever else settles this person waits; what it says now.
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

/// Gives a member a role of their own in a company, or changes it. A group may give a higher one.
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
    // What is given anew begins anew: an end that has passed is no more.
    diesel::update(
        company_assignments::table
            .find((organization, membership, company))
            .filter(company_assignments::access_until.lt(cx.now)),
    )
    .set(company_assignments::access_until.eq(None::<Time>))
    .execute(conn)?;
    let place = diesel::update(company_assignments::table.find((organization, membership, company)));
    if groups == 0 {
        place
            .set((
                company_assignments::role.eq(role),
                company_assignments::direct_role.eq(Some(role)),
                company_assignments::origin.eq(origin),
            ))
            .execute(conn)?;
        return Ok(());
    }
    place
        .set((
            company_assignments::direct_role.eq(Some(role)),
            company_assignments::origin.eq(origin),
        ))
        .execute(conn)?;
    recompute_effective(conn, cx, organization, membership)
}

/// A member's own place in a company, as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable)]
pub struct OwnPlace {
    /// The role of their own.
    pub role: CompanyRole,
    /// Where it comes from.
    pub origin: Origin,
    pub until: Option<Time>,
}

/// What somebody has of their own in a company; `None` also when a group alone gives it.
pub fn own_place(
    conn: &mut Conn,
    organization: OrgId,
    membership: MembershipId,
    company: CompanyId,
) -> QueryResult<Option<OwnPlace>> {
    let found: Option<(Option<CompanyRole>, Origin, Option<Time>)> = company_assignments::table
        .find((organization, membership, company))
        .select((
            company_assignments::direct_role,
            company_assignments::origin,
            company_assignments::access_until,
        ))
        .first(conn)
        .optional()?;
    Ok(found.and_then(|(role, origin, until)| role.map(|role| OwnPlace { role, origin, until })))
}

/// Gives somebody back what they had of their own in a company. Who calls this must see that the one who gives it back
/// may give it.
pub fn put_back(
    conn: &mut Conn,
    cx: &Ctx,
    organization: OrgId,
    membership: MembershipId,
    company: CompanyId,
    place: OwnPlace,
) -> QueryResult<()> {
    assign(conn, cx, organization, membership, company, place.role, place.origin)?;
    diesel::update(company_assignments::table.find((organization, membership, company)))
        .set(company_assignments::access_until.eq(place.until))
        .execute(conn)?;
    Ok(())
}

/// Takes a member's own role in a company away; `false` when they have none of their own. What a group gives stays.
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

/// Changes when a member's own place in a company ends; `None` is no end. `false` when they have no place of their own.
pub fn set_place_until(
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

/// Takes away the places in companies whose end has passed, at most `most`, for the clock. They give no right from that
/// moment on anyway; what a group gives in the same company counts again from here on.
pub fn end_due_places(conn: &mut Conn, cx: &Ctx, most: i64) -> Result<Events, AppError> {
    type Due = (OrgId, MembershipId, CompanyId, Option<CompanyRole>, Option<Time>);
    let due: Vec<Due> = company_assignments::table
        .filter(company_assignments::access_until.lt(cx.now))
        .order((
            company_assignments::organization_id,
            company_assignments::membership_id,
            company_assignments::company_id,
        ))
        .limit(most)
        .select((
            company_assignments::organization_id,
            company_assignments::membership_id,
            company_assignments::company_id,
            company_assignments::direct_role,
            company_assignments::access_until,
        ))
        .load(conn)?;
    let mut events = Events::none("as many as were due");
    for (organization, membership, company, role, until) in due {
        if !unassign(conn, cx, organization, membership, company)? {
            continue;
        }
        let person: String = memberships::table
            .inner_join(users::table)
            .filter(memberships::organization_id.eq(organization))
            .filter(memberships::id.eq(membership))
            .select(users::name)
            .first(conn)?;
        let name: String = companies::table
            .find((organization, company))
            .select(companies::name)
            .first(conn)?;
        let event = Event::new(Action::MemberUnassigned, "member", membership, person).before(json!({
            "company": name,
            "company_id": company.as_str(),
            "role": role.map(CompanyRole::as_str),
            "access_until": until.map(Time::iso),
        }));
        events = events.and(Events::organization(organization, event));
    }
    Ok(events)
}
