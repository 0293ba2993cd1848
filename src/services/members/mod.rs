//! Changes of members. Each function checks the rules, writes, and returns the audit events.

pub mod access_edit;
pub mod access_end;
pub mod bulk;
pub mod ceiling;
pub mod email;
pub mod errors;
pub mod removal;
pub mod removal_undo;
pub mod role;
pub mod rules;
pub mod suspension;
pub mod views;
pub mod visible;

use serde_json::json;

use crate::audit::{Event, Events};
use crate::auth::actor::Actor;
use crate::common::error::AppError;
use crate::common::id::ApprovalId;
use crate::db::Conn;
use crate::models::approval::ApprovalAction;
use crate::models::membership::record::Membership;
use crate::services::approvals::{RequestedApproval, dual_control};

/// How a change ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberOutcome {
    Done,
    /// The member was in the requested state before.
    Unchanged,
    /// Another owner has to approve it. They got an email.
    Pending(ApprovalId),
    /// Another owner was asked before.
    AlreadyPending(ApprovalId),
}

impl From<RequestedApproval> for MemberOutcome {
    fn from(requested: RequestedApproval) -> Self {
        match requested {
            RequestedApproval::New(id) => Self::Pending(id),
            RequestedApproval::Before(id) => Self::AlreadyPending(id),
        }
    }
}

/// Asks a second owner for a change of an owner; `None` where no approval is needed.
fn request_approval(
    conn: &mut Conn,
    actor: &Actor,
    action: ApprovalAction,
    member: &Membership,
    details: &[(&str, &str)],
    label: String,
) -> Result<Option<(MemberOutcome, Events)>, AppError> {
    let requested = dual_control::require_member_approval(conn, actor, action, member, details, label)?;
    Ok(requested.map(|(approval, events)| (approval.into(), events)))
}

/// A change of the membership's status in an audit event.
fn status_changed(event: Event, from: &str, to: serde_json::Value) -> Event {
    event.before(json!({ "status": from })).after(to)
}
