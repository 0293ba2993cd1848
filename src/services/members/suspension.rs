//! Suspending members and restoring their access.

use serde_json::json;

use crate::app::Ctx;
use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::id::UserId;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::models::approval::ApprovalAction;
use crate::models::membership;
use crate::models::membership::record::Membership;
use crate::services::members::ceiling::PermissionCeiling;
use crate::services::members::email;
use crate::services::members::errors::SuspensionError;
use crate::services::members::rules;
use crate::services::members::rules::MemberTarget;
use crate::services::members::{MemberOutcome, request_approval, status_changed};

/// Suspends a member. The reason appears in the audit log and to members who can restore access.
pub fn suspend(
    conn: &mut Conn,
    actor: &Actor,
    member: &Membership,
    reason: &str,
) -> Result<(MemberOutcome, Events), SuspensionError> {
    if !rules::may_remove(&actor.into(), &MemberTarget::from(member)) {
        return Err(SuspensionError::NotAllowed);
    }
    if member.access.direct_role == Role::Owner {
        actor.confirmed()?;
        let (label, details) = (format!("suspend the owner {}", member.name), [("reason", reason)]);
        let pending = request_approval(conn, actor, ApprovalAction::Suspension, member, &details, label)?;
        if let Some(pending) = pending {
            return Ok(pending);
        }
    }
    Ok((MemberOutcome::Done, suspend_now(conn, actor, member, reason)?))
}

/// Suspends a member after the rules were checked.
pub fn suspend_now(
    conn: &mut Conn,
    actor: &Actor,
    member: &Membership,
    reason: &str,
) -> Result<Events, SuspensionError> {
    let events = write(conn, &actor.cx, actor.organization, member, actor.person.id, reason)?;
    email::suspended(conn, actor, member)?;
    Ok(events)
}

/// Suspends a member without the email, for an access review, which sends its own.
pub fn suspend_without_email(
    conn: &mut Conn,
    cx: &Ctx,
    organization: OrgId,
    member: &Membership,
    by: UserId,
    reason: &str,
) -> Result<Events, SuspensionError> {
    write(conn, cx, organization, member, by, reason)
}

fn write(
    conn: &mut Conn,
    cx: &Ctx,
    organization: OrgId,
    member: &Membership,
    by: UserId,
    reason: &str,
) -> Result<Events, SuspensionError> {
    let outcome = membership::suspend(conn, cx, organization, member, Some(by), reason)?;
    SuspensionError::check(outcome)?;
    let event = Event::new(Action::MemberSuspended, "member", member.id, &member.name);
    let after = json!({ "status": MembershipStatus::Suspended.as_str(), "reason": reason });
    let event = status_changed(event, MembershipStatus::Active.as_str(), after);
    Ok(Events::organization(organization, event))
}

/// Restores a suspended member's access.
pub fn reinstate(
    conn: &mut Conn,
    actor: &Actor,
    member: &Membership,
) -> Result<(MemberOutcome, Events), SuspensionError> {
    if !rules::may_remove(&actor.into(), &MemberTarget::from(member)) {
        return Err(SuspensionError::NotAllowed);
    }
    if member.access.direct_role == Role::Owner {
        actor.confirmed()?;
        let label = format!("restore the access of the owner {}", member.name);
        let pending = request_approval(conn, actor, ApprovalAction::Restoration, member, &[], label)?;
        if let Some(pending) = pending {
            return Ok(pending);
        }
    }
    Ok((MemberOutcome::Done, reinstate_now(conn, actor, member)?))
}

/// Restores a suspended member's access after the rules were checked.
pub fn reinstate_now(conn: &mut Conn, actor: &Actor, member: &Membership) -> Result<Events, SuspensionError> {
    SuspensionError::check(membership::reinstate(conn, &actor.cx, actor.organization, member)?)?;
    PermissionCeiling::NOTHING.check(conn, actor, member.id)?;
    email::restored(conn, actor, member)?;
    let event = Event::new(Action::MemberRestored, "member", member.id, &member.name);
    let after = json!({ "status": MembershipStatus::Active.as_str() });
    Ok(actor.event(status_changed(event, MembershipStatus::Suspended.as_str(), after)))
}

/// Suspends members whose access has ended, at most `limit`. They have no permissions from that moment anyway; this
/// brings counters and audit log up to date.
pub fn end_due(conn: &mut Conn, cx: &Ctx, limit: i64) -> Result<Events, AppError> {
    let mut events = Events::none("nothing was due");
    for (organization, id) in membership::due_to_end(conn, cx.now, limit)? {
        let member = Membership::find(conn, organization, id)?;
        if membership::suspend(conn, cx, organization, &member, None, "")? != membership::MembershipOutcome::Done {
            continue;
        }
        let event = Event::new(Action::MemberAccessEnded, "member", id, &member.name);
        let end = member.access_until.map(Time::iso);
        let after = json!({ "status": MembershipStatus::Suspended.as_str(), "access_until": end });
        let event = status_changed(event, MembershipStatus::Active.as_str(), after);
        events = events.and(Events::organization(organization, event));
    }
    Ok(events)
}
