//! The changes of the product, one file each. A service locks, checks the rules, writes, and returns the audit events; it
//! also sends the emails. HTML handlers, jobs and commands call the same functions.

pub mod access_matrix;
pub mod access_requests;
pub mod access_reviews;
pub mod accounts;
mod actor_authority;
pub mod api_keys;
pub mod approvals;
pub mod assignments;
pub mod companies;
pub mod custom_roles;
pub mod disk_check;
pub mod groups;
pub mod instance_key;
pub mod invitations;
pub mod members;
pub mod on_behalf;
pub mod onboarding_links;
pub mod operators;
pub mod organizations;
pub mod overrides;
#[cfg(test)]
mod permission_rules_tests;
pub mod policies;
pub mod rate_cards;
pub mod reauthenticate;
pub mod report_schedules;
pub mod reports;
pub mod resources;
pub mod support_sessions;
pub mod usage;
pub mod usage_imports;
