//! Transfer of ownership: an owner asks a member, who becomes the owner by accepting.

use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::authz::role::Role;
use crate::change_error;
use crate::common::error::AppError;
use crate::common::id::{ApprovalId, MembershipId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::models::approval;
use crate::models::approval::{ApprovalAction, NewApproval};
use crate::models::membership::record::Membership;
use crate::models::organization;
use crate::services::approvals::email;
use crate::services::members::errors::RoleChangeError;
use crate::services::members::role;

#[derive(Debug)]
pub enum ProposalError {
    /// With dual control, a role change makes owners.
    DualControlOn,
    AlreadyOwner,
    /// The member is suspended, or their access ends.
    NotActive,
    AlreadyRequested,
    Failed(AppError),
}

change_error!(ProposalError);

/// The request to a member, as it is shown to the actor.
#[derive(Debug)]
pub struct TransferProposal {
    pub approval: ApprovalId,
    pub member: String,
}

/// Asks a member to become the owner, by email.
pub fn propose(
    conn: &mut Conn,
    actor: &Actor,
    member: MembershipId,
    stays: bool,
) -> Result<(TransferProposal, Events), ProposalError> {
    let member = Membership::find(conn, actor.organization, member)?;
    if organization::control(conn, actor.organization)?.applies() {
        return Err(ProposalError::DualControlOn);
    }
    if member.access.direct_role == Role::Owner {
        return Err(ProposalError::AlreadyOwner);
    }
    if member.status != MembershipStatus::Active || member.access_until.is_some() {
        return Err(ProposalError::NotActive);
    }
    let requester = (actor.organization, actor.organization_name.as_str(), actor.id);
    let (approval, events) = record(conn, actor.cx.now, requester, &member, stays)?;
    email::transfer(conn, actor, &member, approval, stays)?;
    Ok((
        TransferProposal {
            approval,
            member: member.name,
        },
        events,
    ))
}

/// Saves the request without an email. The requester is an organization, its name, and a membership.
pub fn record(
    conn: &mut Conn,
    now: Time,
    (organization, name, requested_by): (OrgId, &str, MembershipId),
    member: &Membership,
    stays: bool,
) -> Result<(ApprovalId, Events), ProposalError> {
    let new = NewApproval {
        action: ApprovalAction::Transfer,
        payload: json!({ "member": member.id.as_str(), "stays": if stays { "yes" } else { "no" } }),
        label: format!("transfer {name} to {}", member.name),
        requested_by,
        approver: Some(member.id),
    };
    let Some(approval) = approval::insert(conn, now, organization, &new)? else {
        return Err(ProposalError::AlreadyRequested);
    };
    let event =
        Event::new(Action::TransferProposed, "member", member.id, &member.name).after(json!({ "stays": stays }));
    Ok((approval, Events::organization(organization, event)))
}

#[derive(Debug)]
pub enum TransferError {
    RequesterNotOwner,
    DualControlOn,
    /// An owner's access has no end, and the actor's has one.
    AccessEnds,
    /// A role changed in between.
    Conflict,
    Failed(AppError),
}

change_error!(TransferError);

impl From<RoleChangeError> for TransferError {
    fn from(error: RoleChangeError) -> Self {
        match error {
            RoleChangeError::Failed(error) => Self::Failed(error),
            RoleChangeError::OwnerWithEndDate => Self::AccessEnds,
            RoleChangeError::NotAllowed | RoleChangeError::LastOwner | RoleChangeError::Changed => Self::Conflict,
        }
    }
}

/// Makes the actor the owner, and the requester an admin unless they stay owner.
pub fn accept(
    conn: &mut Conn,
    actor: &Actor,
    requester: &Membership,
    requester_stays: bool,
) -> Result<Events, TransferError> {
    let organization = actor.organization;
    if requester.access.direct_role != Role::Owner {
        return Err(TransferError::RequesterNotOwner);
    }
    if organization::control(conn, organization)?.applies() {
        return Err(TransferError::DualControlOn);
    }
    let member = Membership::find(conn, organization, actor.id)?;
    let events = role::accept_ownership(conn, actor, &member)?;
    if requester_stays {
        return Ok(events);
    }
    Ok(events.and(role::step_down(conn, &actor.cx, organization, requester)?))
}
