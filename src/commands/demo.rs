//! The demo.

use super::Faults;

/// Makes and serves a database of its own.
///
/// # Errors
/// Why it could not.
pub fn demo() -> Result<(), Faults> {
    Err(vec!["not yet".into()])
}
