//! What the pages say when the password that confirms a change is not accepted.

use crate::common::error::AppError;
use crate::models::login_attempt::FLOODED;
use crate::services::reauthenticate::PasswordError;

pub fn message(error: PasswordError) -> Result<&'static str, AppError> {
    match error {
        PasswordError::Missing => Ok("Enter your password"),
        PasswordError::Locked => Ok("Too many attempts. Wait 15 minutes"),
        PasswordError::Flooded => Ok(FLOODED),
        PasswordError::Incorrect => Ok("Incorrect password"),
        PasswordError::Failed(error) => Err(error),
    }
}
