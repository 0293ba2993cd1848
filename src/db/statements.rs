//! The statements that are sent to the database, for whoever looks: the log, at debug level of the target `tenantry::sql`, and
//! the tests. Values are left out. Unobserved connections do nothing for it.

use std::fmt::Write;
use std::sync::OnceLock;

use diesel::connection::{Connection, InstrumentationEvent};

use crate::db::Conn;

/// Gets the URL of the database and the text of each statement.
pub type Observer = fn(database: &str, text: &str);

static OBSERVER: OnceLock<Observer> = OnceLock::new();

/// Where Diesel's description of a statement ends its text and begins its values.
const VALUES: &str = " -- binds: ";

/// Calls the function before each statement of the connections that are opened from now on. The first one stays.
pub fn observe(observer: Observer) {
    let _ = OBSERVER.set(observer);
}

/// Observes a new connection, if anyone looks.
pub(super) fn watch(conn: &mut Conn, url: &str) {
    let observer = OBSERVER.get().copied();
    let logged = tracing::enabled!(target: "tenantry::sql", tracing::Level::DEBUG);
    if observer.is_none() && !logged {
        return;
    }
    let url = url.to_owned();
    conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        let InstrumentationEvent::StartQuery { query, .. } = event else {
            return;
        };
        let mut described = String::new();
        // What cannot be described cannot be sent either, and fails there.
        if write!(described, "{query}").is_err() {
            return;
        }
        let text = described.split_once(VALUES).map_or(&*described, |(text, _)| text);
        if let Some(observer) = observer {
            observer(&url, text);
        }
        if logged {
            tracing::debug!(target: "tenantry::sql", "{text}");
        }
    });
}
