//! Settings of an organization. Each tab has its own permission.

pub mod approvals;
pub mod check;
pub mod checklist;
pub mod checks;
pub mod contact_verification;
pub mod contacts;
pub mod defaults;
pub mod deletion;
pub mod dual_control;
pub mod general;
pub mod index;
pub mod owner;
pub mod profile_form;
pub mod queries;
pub mod restoration;
pub mod security;
mod security_form;
pub mod sessions;
pub mod slug;
pub mod slug_status;
pub mod transfer;
