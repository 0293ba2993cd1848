//! Log lines: for people on a terminal, JSON otherwise.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// Starts logging to standard error. `TENANTRY_LOG` narrows or widens it (default `info`).
pub fn start() {
    let filter = EnvFilter::try_from_env("TENANTRY_LOG")
        .unwrap_or_else(|_| EnvFilter::new("info,actix_server=warn,diesel_migrations=warn"));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false);
    // A second start in one process (tests) keeps the first one's.
    let _ = if std::io::stderr().is_terminal() {
        lines.with_ansi(true).compact().try_init()
    } else {
        lines.json().flatten_event(true).with_current_span(false).try_init()
    };
}
