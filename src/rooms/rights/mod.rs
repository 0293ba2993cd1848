//! Rights that can be switched, explained and asked for: overrides, policies, custom roles, reasons, requests.

pub mod decision;
pub mod explain;
mod letter;
pub mod overrides;
mod person;
pub mod policies;
pub mod preview;
pub mod requests;
pub mod roles;
pub mod rules;
mod sheet;
pub mod store;
pub mod words;
