//! Deleting a scheduled report.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::{ExportReporting, Permission, ViewReporting};
use crate::common::error::AppError;
use crate::db::Conn;
use crate::services::report_schedules::{change, visible};
use crate::web::layout::{Layout, PageLayout};

/// The organization and the schedule of a path.
type SchedulePath = web::Path<(String, String)>;

#[derive(Template)]
#[template(path = "reporting/schedule_deletion.html", blocks = ["dialog"])]
struct ScheduleDeletionPage {
    layout: Layout,
    question: String,
    action: String,
    back: String,
}

crate::page!(ScheduleDeletionPage => as_dialog);

fn load(conn: &mut Conn, actor: &Actor, id: &str) -> Result<ScheduleDeletionPage, AppError> {
    let schedule = visible::managed(conn, actor, id)?;
    Ok(ScheduleDeletionPage {
        layout: actor.layout(conn, "reporting")?,
        question: format!("Delete “{}”?", schedule.name),
        action: actor.path(&format!("/reporting/schedules/{}/deletion", schedule.id)),
        back: actor.path("/reporting/schedules"),
    })
}

/// `GET /organizations/{slug}/reporting/schedules/{id}/deletion`
pub async fn new(gate: Gate<ExportReporting>, path: SchedulePath) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    gate.show(move |actor, conn| load(conn, actor, &id)).await
}

/// `POST /organizations/{slug}/reporting/schedules/{id}/deletion`
pub async fn create(gate: Gate<ExportReporting>, path: SchedulePath) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let (name, path) = gate
        .write(move |actor, conn| {
            // A schedule is no export, which alone is allowed while the organization awaits its deletion.
            actor.writable(conn, ViewReporting::ID)?;
            let (name, events) = change::delete(conn, actor, &id)?;
            Ok(((name, actor.path("/reporting/schedules")), events))
        })
        .await?;
    Ok(gate.done(format!("{name} is deleted"), &path))
}
