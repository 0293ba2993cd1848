//! What pages say when a password is not accepted.

use crate::services::reauthenticate::ReauthenticationError;

pub const LOCKED: &str = "Too many attempts. Wait 15 minutes or use the link we sent to this address";
pub const FLOODED: &str = "Too many attempts from your network. Wait 15 minutes";

/// The message for the password field of a form that asks for the password again.
pub fn reauthentication(error: &ReauthenticationError) -> &'static str {
    match error {
        ReauthenticationError::Empty => "Enter your password",
        ReauthenticationError::Locked => "Too many attempts. Wait 15 minutes",
        ReauthenticationError::Flooded => FLOODED,
        ReauthenticationError::Wrong | ReauthenticationError::Failed(_) => "Incorrect password",
    }
}
