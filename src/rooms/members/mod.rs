//! Members: who belongs to an organization, in which role, in which companies, and until when.

pub mod letter;
pub mod rules;
pub mod search;
