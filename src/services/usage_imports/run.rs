//! Imports a confirmed file, a piece at a time. Each piece is one transaction with its result, so that a crash neither loses rows
//! nor counts them twice.

use serde_json::json;

use crate::app::Ctx;
use crate::audit::{Action, ActorRef, Event, Events};
use crate::authz::permission::{EditCompanyData, Permission};
use crate::common::error::AppError;
use crate::common::id::ImportId;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::db::types::usage_import::ImportStatus;
use crate::models::usage_import;
use crate::models::usage_import::pieces;
use crate::models::usage_import::rejections::{self, Rejection};
use crate::models::usage_import::{ImportCounts, UsageImport};
use crate::services::on_behalf;
use crate::services::usage_imports::reader;
use crate::services::usage_imports::rows;
use crate::services::usage_imports::rows::RowOutcome;

/// The file that a job imports.
#[derive(Debug, Clone, Copy)]
pub struct ImportKey {
    pub organization: OrgId,
    pub import: ImportId,
}

impl ImportKey {
    /// The key of the job.
    pub fn text(self) -> String {
        format!("{}:{}", self.organization, self.import)
    }
}

/// What a step of an import did.
#[derive(Debug)]
pub struct ImportStep {
    /// Whether nothing is left to do.
    pub over: bool,
    pub actor: Option<ActorRef>,
    pub events: Events,
}

impl ImportStep {
    fn over(actor: Option<ActorRef>, events: Events) -> Self {
        Self {
            over: true,
            actor,
            events,
        }
    }
}

/// Imports the next piece in the name of the member who confirmed it, with the permissions of now.
pub fn step(conn: &mut Conn, cx: &Ctx, key: &str) -> Result<ImportStep, AppError> {
    let Some((organization, import)) = usage_import::running(conn, key)? else {
        return Ok(ImportStep::over(None, Events::none("it is over")));
    };
    organization.advisory_lock(conn)?;
    let by = import.confirmed_by.unwrap_or(import.created_by);
    let actor = match on_behalf::of(conn, cx, organization, by)? {
        Some(actor) if actor.permissions.has(EditCompanyData::ID) && actor.delete_after.is_none() => actor,
        _ => return stop(conn, cx, organization, &import),
    };
    let audited = Some(actor.audited());
    let Some((piece, file_rows)) = pieces::next(conn, organization, import.id, -1)? else {
        usage_import::end(conn, organization, import.id, ImportStatus::Finished, cx.now)?;
        let event = Event::new(Action::UsageImportFinished, "import", import.id, &import.file_name).after(json!({
            "kind": import.kind.as_str(), "imported": import.accepted, "known": import.duplicates, "rejected": import.rejected,
        }));
        return Ok(ImportStep::over(audited, actor.event(event)));
    };
    let reader = reader(&actor, &import);
    let (outcomes, events) = rows::import(conn, &actor, import.kind, &reader, &file_rows)?;
    let mut counts = ImportCounts::default();
    let mut rejected = Vec::new();
    for (row, outcome) in file_rows.into_iter().zip(outcomes) {
        match outcome {
            RowOutcome::Accepted => counts.accepted += 1,
            RowOutcome::Known => counts.duplicates += 1,
            RowOutcome::Rejected(fault) => {
                counts.rejected += 1;
                let column = fault.field().and_then(|field| reader.columns.position(field));
                rejected.push(Rejection::of(row, column, serde_json::to_string(&fault)?));
            }
        }
    }
    rejections::insert(conn, organization, import.id, &rejected)?;
    usage_import::count(conn, organization, import.id, counts)?;
    pieces::delete(conn, organization, import.id, piece)?;
    Ok(ImportStep {
        over: false,
        actor: audited,
        events,
    })
}

/// Whoever confirmed it may not import any more. What was imported stays, the rest is dropped.
fn stop(conn: &mut Conn, cx: &Ctx, organization: OrgId, import: &UsageImport) -> Result<ImportStep, AppError> {
    usage_import::end(conn, organization, import.id, ImportStatus::Stopped, cx.now)?;
    let event = Event::new(Action::UsageImportStopped, "import", import.id, &import.file_name).after(json!({
        "kind": import.kind.as_str(), "imported": import.accepted, "left": import.row_count - import.counts().total(),
    }));
    Ok(ImportStep::over(None, Events::organization(organization, event)))
}
