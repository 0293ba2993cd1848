//! What an account signs in with: its second factor, backup codes, and proving again who someone is.

pub mod backup_codes;
pub mod confirmation;
pub mod ending;
pub mod once;
pub mod overview;
pub mod removal;
pub mod two_factor;
