//! What the room asks of the database. It looks across organizations, so nothing in here takes one, except where a page is
//! about one.

pub mod mail;
pub mod numbers;
pub mod organizations;
pub mod users;

use diesel::sql_types::Text;

use crate::db::Conn;

pub type Backend = <Conn as diesel::Connection>::Backend;

/// Rows of a page.
pub const PAGE: usize = 50;

#[diesel::declare_sql_function]
extern "SQL" {
    /// Lower case; both engines have it.
    fn lower(text: Text) -> Text;
}

/// The pattern that finds what holds the words.
fn containing(q: &str) -> String {
    let plain = q.trim().to_lowercase();
    format!(
        "%{}%",
        plain.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
    )
}

/// A page of a list that is sorted by age, the newest first: ids sort by age.
macro_rules! newest_first {
    ($query:expr, $id:expr, $place:expr) => {{
        use $crate::common::paging::Direction;
        let query = match $place {
            Some(place) if place.direction == Direction::Next => $query.filter($id.lt(place.id.clone())),
            Some(place) => $query.filter($id.gt(place.id.clone())),
            None => $query,
        };
        let backwards = $place.is_some_and(|place| place.direction == Direction::Previous);
        let query = if backwards {
            query.order($id.asc())
        } else {
            query.order($id.desc())
        };
        query.limit(i64::try_from($crate::handlers::operator::queries::PAGE + 1).unwrap_or(i64::MAX))
    }};
}
use newest_first;
