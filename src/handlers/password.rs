//! What the pages say when the password that confirms a change is not accepted.

use crate::common::error::AppError;
use crate::services::reauthenticate::PasswordError;

pub const LOCKED: &str = "Too many attempts. Wait 15 minutes or use the link we sent to this address";
pub const FLOODED: &str = "Too many attempts from your network. Wait 15 minutes";

pub fn message(error: PasswordError) -> Result<&'static str, AppError> {
    match error {
        PasswordError::Missing => Ok("Enter your password"),
        PasswordError::Locked => Ok("Too many attempts. Wait 15 minutes"),
        PasswordError::Flooded => Ok(FLOODED),
        PasswordError::Incorrect => Ok("Incorrect password"),
        PasswordError::Failed(error) => Err(error),
    }
}
