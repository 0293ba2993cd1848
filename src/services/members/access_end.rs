//! The end date of a member's access.

use serde_json::{Value, json};

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::common::id::MembershipId;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::models::membership;
use crate::models::membership::record::Membership;
use crate::services::members::MemberOutcome;
use crate::services::members::ceiling::PermissionCeiling;
use crate::services::members::errors::AccessEndError;
use crate::services::members::rules;
use crate::services::members::rules::MemberTarget;

/// Changes the end of a member's access; `None` is no end. A member whose access ended gets it back.
pub fn set(
    conn: &mut Conn,
    actor: &Actor,
    member: &Membership,
    until: Option<Time>,
) -> Result<(MemberOutcome, Events), AccessEndError> {
    if !rules::may_set_access_end(&actor.into(), &MemberTarget::from(member)) {
        return Err(AccessEndError::NotAllowed);
    }
    if until == member.access_until {
        return Ok((MemberOutcome::Unchanged, Events::none("the same day")));
    }
    AccessEndError::check(membership::set_access_until(conn, actor.organization, member, until)?)?;
    if member.ended() || member.access_until.is_some_and(|end| end < actor.cx.now) {
        PermissionCeiling::NOTHING.check(conn, actor, member.id)?;
    }
    let end = |time: Option<Time>| json!({ "access_until": time.map(Time::iso) });
    let named = (member.id, member.name.as_str());
    let before = Some(end(member.access_until));
    Ok((
        MemberOutcome::Done,
        changed(actor.organization, named, before, end(until)),
    ))
}

/// The event `member.access_end_changed`, of the whole access or of one assignment.
pub fn changed(organization: OrgId, member: (MembershipId, &str), before: Option<Value>, after: Value) -> Events {
    let (id, name) = member;
    let mut event = Event::new(Action::MemberAccessEndChanged, "member", id, name).after(after);
    if let Some(before) = before {
        event = event.before(before);
    }
    Events::organization(organization, event)
}
