//! Pages about permissions: overrides, policies, custom roles, explanations, access requests.

pub mod about;
pub mod custom_roles;
pub mod effect;
pub mod explain;
pub mod labels;
pub mod mine;
pub mod overrides;
pub mod person;
pub mod policies;
pub mod queries;
pub mod requests;
pub mod role_deletion;
pub mod role_preview;
pub mod sheet;
