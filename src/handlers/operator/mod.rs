//! The operator console. Of an organization it shows its name, its counts, and its owners with their addresses. Everything
//! else needs a support session.

pub mod appointment;
pub mod consent;
pub mod health;
pub mod home;
pub mod invitation_limit;
pub mod limit;
pub mod mail;
pub mod mail_preview;
pub mod mail_retry;
pub mod organization;
pub mod organizations;
pub mod queries;
pub mod reports;
pub mod rules;
pub mod second_factor;
pub mod sessions;
pub mod support;
pub mod support_ending;
pub mod user;
pub mod users;
