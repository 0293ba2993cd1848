//! The page of a change that waits for approval.

pub mod confirmation;
pub mod refusal;
pub mod withdrawal;
pub mod words;

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::ViewOrganization;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::id::ApprovalId;
use crate::db::Conn;
use crate::models::approval;
use crate::models::approval::{Approval, ApprovalAction, ApprovalStatus};
use crate::services::approvals::{decide, dual_control};
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

type ApprovalPath = web::Path<(String, String)>;

fn parse_id(path: &ApprovalPath) -> Result<ApprovalId, AppError> {
    ApprovalId::parse(&path.1).ok_or(AppError::NotFound)
}

/// How a request ended.
struct ApprovalClosing {
    tone: &'static str,
    description: String,
}

#[derive(Template)]
#[template(path = "settings/approval.html")]
struct ApprovalPage {
    layout: Layout,
    organization: String,
    path: String,
    back: Option<String>,
    title: &'static str,
    by: String,
    text: String,
    consequence: &'static str,
    asked: (String, String),
    ends: String,
    over: Option<ApprovalClosing>,
    may_decide: bool,
    may_withdraw: bool,
    errors: FormErrors,
}

crate::page!(ApprovalPage);

impl ApprovalPage {
    fn load(conn: &mut Conn, actor: &Actor, id: ApprovalId, errors: FormErrors) -> Result<Self, AppError> {
        let approval = decide::find(conn, actor, id)?;
        let open = approval.is_open(actor.cx.now);
        Ok(Self {
            layout: actor.layout(conn, "settings")?,
            organization: actor.organization_name.clone(),
            path: approval_path(actor, id),
            back: actor
                .permissions
                .edit_profile()
                .then(|| actor.path("/settings/general")),
            title: if approval.action == ApprovalAction::Transfer {
                "Transfer of ownership"
            } else {
                "Approval request"
            },
            by: dual_control::requester_name(conn, &approval)?.unwrap_or_default(),
            consequence: words::consequence(approval.action),
            asked: (approval.created_at.iso(), approval.created_at.full(actor.zone)),
            ends: approval.expires_at.full(actor.zone),
            may_decide: open && dual_control::may_decide(&approval, actor),
            may_withdraw: open && approval.requested_by == actor.id,
            over: closing(conn, actor, &approval, open)?,
            text: approval.label,
            errors,
        })
    }
}

fn approval_path(actor: &Actor, id: ApprovalId) -> String {
    actor.path(&format!("/settings/approvals/{id}"))
}

fn closing(
    conn: &mut Conn,
    actor: &Actor,
    approval: &Approval,
    open: bool,
) -> Result<Option<ApprovalClosing>, AppError> {
    if open {
        return Ok(None);
    }
    let who = approval::decided_by(conn, approval)?.unwrap_or_default();
    let when = approval.decided_at.map(|at| at.full(actor.zone)).unwrap_or_default();
    let (tone, description) = match approval.status {
        ApprovalStatus::Open | ApprovalStatus::Expired => (
            "warning",
            format!(
                "Expired on {} without a decision.",
                approval.expires_at.full(actor.zone)
            ),
        ),
        ApprovalStatus::Approved => (
            "success",
            format!("{who} approved it on {when}. The change has taken effect."),
        ),
        ApprovalStatus::Rejected => ("info", format!("{who} rejected it on {when}. Nothing was changed.")),
        ApprovalStatus::Withdrawn => ("info", format!("{who} withdrew it on {when}. Nothing was changed.")),
        ApprovalStatus::Lapsed => (
            "warning",
            "It can no longer be applied, because a role or a status has changed. Nothing was changed.".into(),
        ),
    };
    Ok(Some(ApprovalClosing { tone, description }))
}

/// `GET /organizations/{slug}/settings/approvals/{id}`
pub async fn show(gate: Gate<ViewOrganization>, path: ApprovalPath) -> Result<HttpResponse, AppError> {
    let id = parse_id(&path)?;
    gate.show(move |actor, conn| ApprovalPage::load(conn, actor, id, FormErrors::none()))
        .await
}

/// The page after a decision that was not possible.
async fn refused(
    gate: &Gate<ViewOrganization>,
    id: ApprovalId,
    error: decide::DecisionError,
) -> Result<HttpResponse, AppError> {
    let message = match error {
        decide::DecisionError::Failed(error) => return Err(error),
        error => words::refusal(&error),
    };
    refused_with(gate, id, message).await
}

async fn refused_with(
    gate: &Gate<ViewOrganization>,
    id: ApprovalId,
    message: String,
) -> Result<HttpResponse, AppError> {
    let errors = FormErrors::one("decision", message);
    gate.refused(move |actor, conn| ApprovalPage::load(conn, actor, id, errors))
        .await
}
