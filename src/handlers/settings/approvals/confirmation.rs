use actix_web::HttpResponse;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::ViewOrganization;
use crate::common::error::AppError;
use crate::common::id::ApprovalId;
use crate::handlers::settings::approvals::{ApprovalPath, approval_path, parse_id, refused, refused_with, words};
use crate::services::approvals::decide;
use crate::services::approvals::decide::ApprovalOutcome;
use crate::services::approvals::execute::ExecutedChange;

/// `POST /organizations/{slug}/settings/approvals/{id}/confirmation`
pub async fn create(gate: Gate<ViewOrganization>, path: ApprovalPath) -> Result<HttpResponse, AppError> {
    let id = parse_id(&path)?;
    let approved = gate
        .try_write(move |actor, conn| {
            let (approved, events) = decide::approve(conn, actor, id)?;
            let next = match &approved {
                ApprovalOutcome::Executed(executed) => next(actor, id, executed),
                ApprovalOutcome::Lapsed(_) => approval_path(actor, id),
            };
            let organization = (actor.organization_name.clone(), actor.org_zone);
            Ok(((approved, organization, next), events))
        })
        .await;
    match approved {
        Ok((ApprovalOutcome::Executed(executed), (organization, zone), next)) => {
            Ok(gate.done(words::executed(&organization, zone, &executed), &next))
        }
        Ok((ApprovalOutcome::Lapsed(error), ..)) => refused_with(&gate, id, words::not_applied(&error)).await,
        Err(error) => refused(&gate, id, error).await,
    }
}

/// The web address may be another one, and the actor may have no access anymore.
fn next(actor: &Actor, id: ApprovalId, executed: &ExecutedChange) -> String {
    match executed {
        ExecutedChange::SlugChanged(slug) => format!("/organizations/{slug}/settings/approvals/{id}"),
        ExecutedChange::Removed { own: true, .. } | ExecutedChange::Suspended { own: true, .. } => {
            "/organizations".into()
        }
        _ => approval_path(actor, id),
    }
}
