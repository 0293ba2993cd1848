//! Dual control: an organization can require that a second owner approves irreversible changes. Each of them calls
//! `require_approval` first.

use serde_json::{Value, json};

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::authz::role::Role;
use crate::common::error::{AppError, Refusal};
use crate::common::id::{ApprovalId, MembershipId};
use crate::db::Conn;
use crate::models::approval;
use crate::models::approval::{Approval, ApprovalAction, NewApproval};
use crate::models::membership::access;
use crate::models::membership::record::Membership;
use crate::models::{member_names, organization};
use crate::services::approvals::RequestedApproval;
use crate::services::approvals::email;
use crate::services::members::rules::ActorRank;

/// Requests the approval of a second owner. `None` when the change needs none.
pub fn require_approval(
    conn: &mut Conn,
    actor: &Actor,
    action: ApprovalAction,
    payload: Value,
    label: String,
) -> Result<Option<(RequestedApproval, Events)>, AppError> {
    if !organization::control(conn, actor.organization)?.applies() {
        return Ok(None);
    }
    let new = NewApproval {
        action,
        payload,
        label,
        requested_by: actor.id,
        approver: None,
    };
    let Some(id) = approval::insert(conn, actor.cx.now, actor.organization, &new)? else {
        let before = approval::find_open(conn, actor.cx.now, actor.organization, &new)?.ok_or(AppError::Busy)?;
        return Ok(Some((
            RequestedApproval::Before(before),
            Events::none("the same change waits"),
        )));
    };
    for owner in member_names::owners(conn, actor.organization, Some(actor.id))? {
        email::requested(conn, actor, id, &owner, &new.label)?;
    }
    Ok(Some((RequestedApproval::New(id), actor.event(requested(id, &new)))))
}

/// As `require_approval`, for a change of an owner or one that makes an owner. Changes of oneself need no approval.
pub fn require_member_approval(
    conn: &mut Conn,
    actor: &Actor,
    action: ApprovalAction,
    member: &Membership,
    details: &[(&str, &str)],
    label: String,
) -> Result<Option<(RequestedApproval, Events)>, AppError> {
    if member.id == actor.id {
        return Ok(None);
    }
    let mut payload = json!({ "member": member.id.as_str() });
    for (name, value) in details {
        payload[*name] = json!(value);
    }
    require_approval(conn, actor, action, payload, label)
}

fn requested(id: ApprovalId, new: &NewApproval) -> Event {
    Event::new(Action::ApprovalRequested, "approval", id, &new.label).after(json!({ "action": new.action.as_str() }))
}

/// Whether the actor can approve or reject: the named approver, or any owner but the requester.
pub fn may_decide(approval: &Approval, actor: &Actor) -> bool {
    match approval.approver_id {
        Some(approver) => approver == actor.id,
        None => actor.role == Role::Owner && actor.id != approval.requested_by,
    }
}

/// The requester, with what they can grant now. `None` when their access has ended.
pub fn requester(
    conn: &mut Conn,
    actor: &Actor,
    approval: &Approval,
) -> Result<Option<(Membership, ActorRank)>, AppError> {
    let (organization, id) = (actor.organization, approval.requested_by);
    let inputs = access::access_inputs(conn, actor.cx.now, organization, id)?;
    if !inputs.in_force {
        return Ok(None);
    }
    let authority = inputs.authority();
    Ok(Some((
        Membership::find(conn, organization, id)?,
        ActorRank { id, authority },
    )))
}

/// With dual control, one owner alone restores no removed owner.
pub fn refusal(actor: &Actor, name: &str) -> AppError {
    AppError::Forbidden(Box::new(Refusal {
        slug: actor.slug.clone(),
        reason: Some(format!(
            "{name} was an owner, and dual control is on. Invite them again, then make them an owner. Another owner must approve that."
        )),
        ..Refusal::default()
    }))
}

/// The name of the requester, also after they were removed.
pub fn requester_name(conn: &mut Conn, approval: &Approval) -> Result<Option<String>, AppError> {
    let id: MembershipId = approval.requested_by;
    Ok(member_names::names(conn, approval.organization_id, vec![id])?.remove(&id))
}
