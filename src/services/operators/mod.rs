//! What operators change: accounts, other operators, and emails.

pub mod accounts;
pub mod appoint;
pub mod mail;
pub mod reports;
