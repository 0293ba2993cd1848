//! Adding members to groups and removing them.

use serde_json::{Value, json};

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::db::Conn;
use crate::models::group;
use crate::models::membership::group as writes;
use crate::models::membership::record::Membership;
use crate::services::groups::{Group, GroupError, MAX_MEMBERS, could_gain};
use crate::services::members::MemberOutcome;
use crate::services::members::ceiling::PermissionCeiling;
use crate::services::members::rules::ActorRank;

/// Adds a member to a group.
pub fn add(
    conn: &mut Conn,
    actor: &Actor,
    found: &Group,
    member: &Membership,
) -> Result<(MemberOutcome, Events), GroupError> {
    let organization = actor.organization;
    if !actor.authority().may_grant(found.role) {
        return Err(GroupError::HigherRole);
    }
    if member.id == actor.id {
        if could_gain(actor) {
            return Err(GroupError::Oneself);
        }
    } else if !ActorRank::from(actor).may_touch(member.role) {
        return Err(GroupError::HigherRank);
    }
    if group::has_member(conn, organization, found.id, member.id)? {
        return Ok((MemberOutcome::Unchanged, Events::none("a member of it already")));
    }
    if group::find(conn, organization, found.id)?.member_count >= MAX_MEMBERS {
        return Err(GroupError::TooManyMembers);
    }
    let before = PermissionCeiling::of(conn, actor, member.id)?;
    if !writes::put(conn, &actor.cx, organization, found.id, member.id)? {
        return Err(GroupError::Gone);
    }
    before.check(conn, actor, member.id)?;
    let event = Event::new(Action::GroupMemberAdded, "member", member.id, &member.name).after(group_json(found));
    Ok((MemberOutcome::Done, actor.event(event)))
}

/// Removes a member from a group. Members may always remove themselves.
pub fn remove(conn: &mut Conn, actor: &Actor, found: &Group, member: &Membership) -> Result<Events, GroupError> {
    if member.id != actor.id {
        if !actor.authority().may_grant(found.role) {
            return Err(GroupError::HigherRole);
        }
        if !ActorRank::from(actor).may_touch(member.role) {
            return Err(GroupError::HigherRank);
        }
    }
    if !writes::take(conn, &actor.cx, actor.organization, found.id, member.id)? {
        return Err(GroupError::Gone);
    }
    let event = Event::new(Action::GroupMemberRemoved, "member", member.id, &member.name).before(group_json(found));
    Ok(actor.event(event))
}

fn group_json(found: &Group) -> Value {
    json!({ "group": found.name, "group_id": found.id.as_str(), "role": found.role.as_str() })
}
