//! The draft of a new organization. It belongs to an account and changes no organization, so nothing is recorded.

use crate::audit::Events;
use crate::auth::current_user::CurrentUser;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::models::organization::draft;

const UNRECORDED: &str = "a draft changes no organization";

/// Saves what was typed, as JSON.
pub fn save(conn: &mut Conn, user: &CurrentUser, fields: &str) -> Result<((), Events), AppError> {
    draft::save(conn, user.cx.now, user.id, fields)?;
    Ok(((), Events::none(UNRECORDED)))
}

/// Deletes the draft.
pub fn discard(conn: &mut Conn, user: &CurrentUser) -> Result<((), Events), AppError> {
    draft::delete(conn, user.id)?;
    Ok(((), Events::none(UNRECORDED)))
}
