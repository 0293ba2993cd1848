//! Deletes files that are no longer kept.

use crate::audit::Events;
use crate::common::error::AppError;
use crate::common::time::Time;
use crate::db::Conn;
use crate::models::usage_import;

/// Files that are deleted at once. The job comes again while there are more.
const AT_ONCE: usize = 20;

/// Deletes drafts after a week, and results after 90 days. What was imported stays.
pub fn forget_old(conn: &mut Conn, now: Time) -> Result<Events, AppError> {
    for _ in 0..AT_ONCE {
        let Some((organization, import)) = usage_import::expired(conn, now)? else {
            break;
        };
        usage_import::delete(conn, organization, import)?;
    }
    Ok(Events::none("expired rows have no effect any more"))
}
