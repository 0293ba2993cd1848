//! Applies an approved change of a member.

use crate::audit::Events;
use crate::auth::actor::Actor;
use crate::common::error::AppError;
use crate::common::id::MembershipId;
use crate::db::Conn;
use crate::models::approval::{Approval, ApprovalAction};
use crate::models::membership::record::Membership;
use crate::services::approvals::execute::{ApprovalRequester, ExecuteError, ExecutedChange};
use crate::services::members::role::Title;
use crate::services::members::rules;
use crate::services::members::rules::MemberTarget;
use crate::services::members::{removal, role, suspension};

pub fn execute(
    conn: &mut Conn,
    actor: &Actor,
    approval: &Approval,
    requester: &ApprovalRequester,
) -> Result<(ExecutedChange, Events), ExecuteError> {
    let id = MembershipId::parse(&approval.text("member")).ok_or(AppError::NotFound)?;
    let member = match Membership::find(conn, actor.organization, id) {
        Ok(member) => member,
        Err(AppError::NotFound) => return Err(ExecuteError::MemberLeft),
        Err(error) => return Err(error.into()),
    };
    if approval.action == ApprovalAction::Role {
        return change_role(conn, actor, approval, requester, &member);
    }
    if !rules::may_remove(&requester.rank, &MemberTarget::from(&member)) {
        return Err(requester.not_allowed());
    }
    let (name, own) = (member.name.clone(), member.id == actor.id);
    Ok(match approval.action {
        ApprovalAction::Removal => {
            let cancel_invitations = approval.text("cancel_invitations") == "yes";
            let events =
                removal::remove_now(conn, actor, &member, cancel_invitations).map_err(ExecuteError::NotRemoved)?;
            (ExecutedChange::Removed { member: name, own }, events)
        }
        ApprovalAction::Suspension => {
            let events = suspension::suspend_now(conn, actor, &member, &approval.text("reason"))
                .map_err(ExecuteError::NotSuspended)?;
            (ExecutedChange::Suspended { member: name, own }, events)
        }
        _ => (
            ExecutedChange::Reinstated { member: name },
            suspension::reinstate_now(conn, actor, &member).map_err(ExecuteError::NotSuspended)?,
        ),
    })
}

fn change_role(
    conn: &mut Conn,
    actor: &Actor,
    approval: &Approval,
    requester: &ApprovalRequester,
    member: &Membership,
) -> Result<(ExecutedChange, Events), ExecuteError> {
    let organization = actor.organization;
    let Some(title) = Title::parse(conn, organization, &approval.text("role"))? else {
        return Err(ExecuteError::RoleDeleted);
    };
    rules::role_change(&requester.rank, &MemberTarget::from(member), title.grant())
        .map_err(ExecuteError::RoleNotAllowed)?;
    if Title::of(conn, organization, member)? == title {
        return Err(ExecuteError::AlreadyHasRole {
            member: member.name.clone(),
            role: title.label().to_owned(),
        });
    }
    let events = role::change_now(conn, actor, member, &title).map_err(ExecuteError::RoleNotChanged)?;
    let executed = ExecutedChange::RoleChanged {
        member: member.name.clone(),
        role: title.label().to_owned(),
    };
    Ok((executed, events))
}
