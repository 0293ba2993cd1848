//! Discards a draft.

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::db::types::usage_import::ImportStatus;
use crate::models::usage_import;
use crate::services::usage_imports::find;

/// Why a file was not discarded.
#[derive(Debug)]
pub enum DiscardError {
    /// It was confirmed.
    Started,
    Failed(AppError),
}

crate::change_error!(DiscardError);

/// Discards a draft with its rows.
///
/// # Errors
/// When it is none any more.
pub fn discard(conn: &mut Conn, actor: &Actor, id: &str) -> Result<((), Events), DiscardError> {
    let import = find(conn, actor, id)?;
    if import.status != ImportStatus::Draft {
        return Err(DiscardError::Started);
    }
    usage_import::delete(conn, actor.organization, import.id)?;
    let event = Event::new(Action::UsageImportDiscarded, "import", import.id, &import.file_name);
    Ok(((), actor.event(event)))
}
