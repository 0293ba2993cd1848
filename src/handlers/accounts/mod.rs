//! Accounts: who somebody is. Sign-up, proof of the address, sign-in and sign-out, passwords, the profile, sessions.
//!
//! Two rules shape every page here. No answer tells whether an address has an account: text, status and time are the
//! same for both. And whoever proves an address owns the account: every session that others began before ends.

pub mod entry;
pub mod legal;
pub mod log_in;
pub mod profile;
pub mod readdress;
pub mod reset;
pub mod rules;
pub mod sessions;
pub mod sign_up;
pub mod theme;
pub mod unlock;
pub mod verify;
