//! Whether changes can be saved again after the disk was full.

use crate::audit::Events;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::models::instance;

/// Writes what is there already. Fails while the disk is full.
pub fn rewrite(conn: &mut Conn) -> Result<Events, AppError> {
    instance::rewrite(conn)?;
    Ok(Events::none("a row is written as it is"))
}
