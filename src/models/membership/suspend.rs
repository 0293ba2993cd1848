//! Shutting somebody out for a while, and letting them in again: by hand, or at the end of their access.

use diesel::prelude::*;
use serde_json::json;

use crate::app::Ctx;
use crate::audit::{Action, Event, Events};
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::id::{MembershipId, UserId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::memberships;
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::models::membership::counters::{CountedAs, add_owner, recount, release_owner};
use crate::models::membership::record::Membership;
use crate::models::membership::{Outcome, current, owns};

fn moved(
    conn: &mut Conn,
    organization: OrgId,
    standing: &Membership,
    from: MembershipStatus,
    to: MembershipStatus,
) -> QueryResult<()> {
    let counted = |status| CountedAs {
        role: standing.role,
        status,
    };
    recount(conn, organization, standing.id, Some(counted(from)), Some(counted(to)))
}

/// Shuts somebody out: no rights from the next request on; everything they have stays written. `by` is an account, or
/// `None` when time did it.
pub fn suspend(
    conn: &mut Conn,
    cx: &Ctx,
    organization: OrgId,
    standing: &Membership,
    by: Option<UserId>,
    reason: &str,
) -> QueryResult<Outcome> {
    if standing.status != MembershipStatus::Active {
        return Ok(Outcome::Changed);
    }
    if owns(standing) && !release_owner(conn, organization)? {
        return Ok(Outcome::LastOwner);
    }
    let changed = diesel::update(current!(organization, standing))
        .set((
            memberships::status.eq(MembershipStatus::Suspended),
            memberships::suspended_at.eq(Some(cx.now)),
            memberships::suspended_by.eq(by.map(|by| by.to_string())),
            memberships::suspend_reason.eq(reason),
        ))
        .execute(conn)?;
    if changed == 0 {
        if owns(standing) {
            add_owner(conn, organization)?;
        }
        return Ok(Outcome::Changed);
    }
    moved(
        conn,
        organization,
        standing,
        MembershipStatus::Active,
        MembershipStatus::Suspended,
    )?;
    Ok(Outcome::Done)
}

/// Lets somebody in again who is shut out. An end of access that has passed is taken away.
pub fn reinstate(conn: &mut Conn, cx: &Ctx, organization: OrgId, standing: &Membership) -> QueryResult<Outcome> {
    let until = standing.access_until.filter(|end| *end >= cx.now);
    activate(conn, organization, standing, until)
}

fn activate(conn: &mut Conn, organization: OrgId, standing: &Membership, until: Option<Time>) -> QueryResult<Outcome> {
    if standing.status != MembershipStatus::Suspended {
        return Ok(Outcome::Changed);
    }
    let changed = diesel::update(current!(organization, standing))
        .set((
            memberships::status.eq(MembershipStatus::Active),
            memberships::suspended_at.eq(None::<Time>),
            memberships::suspended_by.eq(None::<String>),
            memberships::suspend_reason.eq(""),
            memberships::access_until.eq(until),
        ))
        .execute(conn)?;
    if changed == 0 {
        return Ok(Outcome::Changed);
    }
    if standing.access.direct_role == Role::Owner {
        add_owner(conn, organization)?;
    }
    moved(
        conn,
        organization,
        standing,
        MembershipStatus::Suspended,
        MembershipStatus::Active,
    )?;
    Ok(Outcome::Done)
}

/// Changes when somebody's access ends. Who was shut out by an end that is no more is let in again.
pub fn set_access_until(
    conn: &mut Conn,
    organization: OrgId,
    standing: &Membership,
    until: Option<Time>,
) -> QueryResult<Outcome> {
    if standing.ended() {
        return activate(conn, organization, standing, until);
    }
    let changed = diesel::update(current!(organization, standing))
        .set(memberships::access_until.eq(until))
        .execute(conn)?;
    Ok(if changed == 0 { Outcome::Changed } else { Outcome::Done })
}

/// Shuts out whose access has ended, at most `most` people, for the clock. They are without rights from that moment on
/// anyway; this brings the numbers and the log up to it.
pub fn end_due(conn: &mut Conn, cx: &Ctx, most: i64) -> Result<Events, AppError> {
    let due: Vec<(OrgId, MembershipId)> = memberships::table
        .filter(memberships::status.eq(MembershipStatus::Active))
        .filter(memberships::access_until.lt(cx.now))
        .order((memberships::organization_id, memberships::id))
        .limit(most)
        .select((memberships::organization_id, memberships::id))
        .load(conn)?;
    let mut events = Events::none("as many as were due");
    for (organization, id) in due {
        let person = Membership::find(conn, organization, id)?;
        let end = person.access_until;
        if suspend(conn, cx, organization, &person, None, "")? != Outcome::Done {
            continue;
        }
        let event = Event::new(Action::MemberAccessEnded, "member", id, &person.name)
            .before(json!({ "status": MembershipStatus::Active.as_str() }))
            .after(json!({ "status": MembershipStatus::Suspended.as_str(), "access_until": end.map(Time::iso) }));
        events = events.and(Events::organization(organization, event));
    }
    Ok(events)
}
