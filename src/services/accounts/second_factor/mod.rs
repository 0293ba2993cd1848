//! The second factor of an account: an authenticator app, backup codes, passkeys, and the step of a sign-in that asks for one.

pub mod backup_codes;
pub mod email;
pub mod removal;
pub mod setup;
pub mod step;
pub mod totp;
