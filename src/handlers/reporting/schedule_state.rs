//! Stopping a scheduled report, and letting it go on.

use actix_web::{HttpResponse, web};

use crate::auth::Gate;
use crate::authz::permission::{ExportReporting, Permission, ViewReporting};
use crate::common::error::AppError;
use crate::services::report_schedules::change;

/// The organization and the schedule of a path.
type SchedulePath = web::Path<(String, String)>;

/// `POST /organizations/{slug}/reporting/schedules/{id}/resuming`
pub async fn create(gate: Gate<ExportReporting>, path: SchedulePath) -> Result<HttpResponse, AppError> {
    set(gate, path, true).await
}

/// `POST /organizations/{slug}/reporting/schedules/{id}/stopping`
pub async fn destroy(gate: Gate<ExportReporting>, path: SchedulePath) -> Result<HttpResponse, AppError> {
    set(gate, path, false).await
}

async fn set(gate: Gate<ExportReporting>, path: SchedulePath, runs: bool) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let (name, path) = gate
        .write(move |actor, conn| {
            // A schedule is no export, which alone is allowed while the organization awaits its deletion.
            actor.writable(conn, ViewReporting::ID)?;
            let (name, events) = change::set_running(conn, actor, &id, runs)?;
            Ok(((name, actor.path("/reporting/schedules")), events))
        })
        .await?;
    let message = if runs {
        format!("{name} is sent again")
    } else {
        format!("{name} is stopped. No emails are sent")
    };
    Ok(gate.done(message, &path))
}
