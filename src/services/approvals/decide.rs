//! The decisions about a change that waits for approval.

use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::authz::permission::{Permission, TransferOrDelete};
use crate::authz::role::Role;
use crate::change_error;
use crate::common::error::AppError;
use crate::common::id::ApprovalId;
use crate::db::Conn;
use crate::models::approval;
use crate::models::approval::{Approval, ApprovalAction, ApprovalStatus};
use crate::models::membership::record::Membership;
use crate::services::approvals::dual_control;
use crate::services::approvals::email;
use crate::services::approvals::execute;
use crate::services::approvals::execute::{ExecuteError, ExecutedChange};

#[derive(Debug)]
pub enum DecisionError {
    /// Someone decided it in between.
    NotOpen,
    /// It cannot be applied now. The request stays open.
    NotApplied(ExecuteError),
    Failed(AppError),
}

change_error!(DecisionError);

/// The result of an approval.
#[derive(Debug)]
pub enum ApprovalOutcome {
    Executed(ExecutedChange),
    /// It can never be applied, so the request is over.
    Lapsed(ExecuteError),
}

/// An approval that the actor can view: owners, the requester, the approver, and who decided it.
pub fn find(conn: &mut Conn, actor: &Actor, id: ApprovalId) -> Result<Approval, AppError> {
    let approval = approval::find(conn, actor.organization, id)?.ok_or(AppError::NotFound)?;
    let concerned = approval.requested_by == actor.id
        || approval.approver_id == Some(actor.id)
        || approval.decided_by == Some(actor.person.id)
        || (actor.role == Role::Owner && actor.support.is_none());
    if concerned {
        Ok(approval)
    } else {
        Err(AppError::NotFound)
    }
}

fn find_to_decide(conn: &mut Conn, actor: &Actor, id: ApprovalId) -> Result<Approval, AppError> {
    let approval = find(conn, actor, id)?;
    if dual_control::may_decide(&approval, actor) {
        Ok(approval)
    } else {
        Err(actor.refusal(conn, TransferOrDelete::ID)?)
    }
}

fn close(conn: &mut Conn, actor: &Actor, approval: &Approval, to: ApprovalStatus) -> Result<(), DecisionError> {
    if approval::close(conn, actor.cx.now, approval, to, Some(actor.person.id))? {
        Ok(())
    } else {
        Err(DecisionError::NotOpen)
    }
}

fn event(actor: &Actor, approval: &Approval, action: Action) -> Events {
    actor.event(
        Event::new(action, "approval", approval.id, &approval.label)
            .after(json!({ "action": approval.action.as_str() })),
    )
}

/// Approves and applies a change, and emails the requester.
pub fn approve(conn: &mut Conn, actor: &Actor, id: ApprovalId) -> Result<(ApprovalOutcome, Events), DecisionError> {
    actor.confirmed()?;
    let approval = find_to_decide(conn, actor, id)?;
    let requested_by = dual_control::requester_name(conn, &approval)?;
    // A savepoint, because a lapsed request is closed after its change was rolled back.
    match conn.attempt(|conn| apply(conn, actor, &approval)) {
        Ok((executed, events)) => {
            let events = events
                .and(event(actor, &approval, Action::ApprovalApproved))
                .on_behalf_of(requested_by);
            Ok((ApprovalOutcome::Executed(executed), events))
        }
        Err(DecisionError::NotApplied(error)) if error.lapses() => {
            close(conn, actor, &approval, ApprovalStatus::Lapsed)?;
            Ok((
                ApprovalOutcome::Lapsed(error),
                event(actor, &approval, Action::ApprovalExpired),
            ))
        }
        Err(error) => Err(error),
    }
}

fn apply(conn: &mut Conn, actor: &Actor, approval: &Approval) -> Result<(ExecutedChange, Events), DecisionError> {
    close(conn, actor, approval, ApprovalStatus::Approved)?;
    // Read first: the change may remove the requester's membership.
    let requester = Membership::find(conn, actor.organization, approval.requested_by);
    let executed = execute::execute(conn, actor, approval).map_err(|error| match error {
        ExecuteError::Failed(error) => DecisionError::Failed(error),
        error => DecisionError::NotApplied(error),
    })?;
    if let Ok(requester) = requester {
        email::decided(conn, actor, &requester, &approval.label, true)?;
    }
    Ok(executed)
}

/// Rejects a change, and emails the requester.
pub fn reject(conn: &mut Conn, actor: &Actor, id: ApprovalId) -> Result<((), Events), DecisionError> {
    let approval = find_to_decide(conn, actor, id)?;
    close(conn, actor, &approval, ApprovalStatus::Rejected)?;
    if let Ok(requester) = Membership::find(conn, actor.organization, approval.requested_by) {
        email::decided(conn, actor, &requester, &approval.label, false)?;
    }
    let action = match approval.action {
        ApprovalAction::Transfer => Action::TransferDeclined,
        _ => Action::ApprovalRejected,
    };
    Ok(((), event(actor, &approval, action)))
}

/// Withdraws the actor's own request.
pub fn withdraw(conn: &mut Conn, actor: &Actor, id: ApprovalId) -> Result<((), Events), DecisionError> {
    let approval = find(conn, actor, id)?;
    if approval.requested_by != actor.id {
        return Err(actor.refusal(conn, TransferOrDelete::ID)?.into());
    }
    close(conn, actor, &approval, ApprovalStatus::Withdrawn)?;
    Ok(((), event(actor, &approval, Action::ApprovalWithdrawn)))
}
