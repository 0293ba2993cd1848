//! Reads across organizations.

pub mod mail;
pub mod numbers;
pub mod organizations;
pub mod reports;
pub mod users;

use diesel::sql_types::Text;

use crate::db::Conn;

pub type DbBackend = <Conn as diesel::Connection>::Backend;

/// How many rows a page has.
pub const PAGE: usize = 50;

#[diesel::declare_sql_function]
extern "SQL" {
    /// Both engines have it.
    fn lower(text: Text) -> Text;
}

/// The LIKE pattern of texts that contain `q`.
fn containing(q: &str) -> String {
    let plain = q.trim().to_lowercase();
    format!(
        "%{}%",
        plain.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
    )
}

/// One page, newest first. Ids sort by age.
macro_rules! newest_first {
    ($query:expr, $id:expr, $cursor:expr) => {{
        use $crate::common::paging::Direction;
        let query = match $cursor {
            Some(cursor) if cursor.direction == Direction::Next => $query.filter($id.lt(cursor.id.clone())),
            Some(cursor) => $query.filter($id.gt(cursor.id.clone())),
            None => $query,
        };
        let backwards = $cursor.is_some_and(|cursor| cursor.direction == Direction::Previous);
        let query = if backwards {
            query.order($id.asc())
        } else {
            query.order($id.desc())
        };
        query.limit(i64::try_from($crate::handlers::operator::queries::PAGE + 1).unwrap_or(i64::MAX))
    }};
}
use newest_first;
