//! Rights that can be switched, explained and asked for: overrides, policies, custom roles, reasons, requests.

pub mod decision;
pub mod explain;
pub mod overrides;
pub mod person;
pub mod policies;
pub mod preview;
pub mod queries;
pub mod requests;
pub mod roles;
pub mod rules;
pub mod sheet;
pub mod words;
