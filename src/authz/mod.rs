//! Authorization: the permission table, roles, the decision and its explanation. No database, no HTTP.

#![warn(missing_docs, clippy::missing_errors_doc)]
pub mod actor_kind;
pub mod area;
pub mod decision;
pub mod explain;
pub mod permission;
pub mod role;
pub mod scope;
pub mod session_rules;
