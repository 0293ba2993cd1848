//! Says what the columns of a draft have, and starts its import.

use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::common::error::AppError;
use crate::common::id::ImportId;
use crate::db::Conn;
use crate::db::types::usage_import::ImportStatus;
use crate::models::usage_import;
use crate::queue::{self, JobKind, Priority};
use crate::services::usage_imports::columns::{ColumnsFault, ImportColumns};
use crate::services::usage_imports::find;
use crate::services::usage_imports::run::ImportKey;

/// Why a draft was not changed or started.
#[derive(Debug)]
pub enum ConfirmationError {
    /// It was confirmed before.
    Started,
    Columns(ColumnsFault),
    /// Its columns were changed since they were shown.
    Stale,
    Failed(AppError),
}

crate::change_error!(ConfirmationError);

/// Says what the columns of a draft have.
///
/// # Errors
/// When they can't be used.
pub fn set_columns(
    conn: &mut Conn,
    actor: &Actor,
    id: &str,
    columns: &ImportColumns,
) -> Result<(ImportId, Events), ConfirmationError> {
    let import = find(conn, actor, id)?;
    if import.status != ImportStatus::Draft {
        return Err(ConfirmationError::Started);
    }
    columns.check(import.kind).map_err(ConfirmationError::Columns)?;
    usage_import::set_columns(conn, actor.organization, import.id, &columns.texts())?;
    Ok((import.id, Events::none("a draft counts for nothing")))
}

/// Starts the import of a draft, as it was shown.
///
/// # Errors
/// When it was not started.
pub fn confirm(
    conn: &mut Conn,
    actor: &Actor,
    id: &str,
    shown: &ImportColumns,
) -> Result<(ImportId, Events), ConfirmationError> {
    let import = find(conn, actor, id)?;
    let columns = ImportColumns::read(&import.columns());
    columns.check(import.kind).map_err(ConfirmationError::Columns)?;
    if columns != *shown {
        return Err(ConfirmationError::Stale);
    }
    let now = actor.cx.now;
    if !usage_import::confirm(conn, actor.organization, import.id, actor.id, now)? {
        return Err(ConfirmationError::Started);
    }
    let key = ImportKey {
        organization: actor.organization,
        import: import.id,
    };
    queue::enqueue(conn, JobKind::ImportUsage, &key.text(), Priority::NORMAL, (now, now))?;
    let event = Event::new(Action::UsageImportStarted, "import", import.id, &import.file_name).after(json!({
        "kind": import.kind.as_str(), "rows": import.row_count,
    }));
    Ok((import.id, actor.event(event)))
}
