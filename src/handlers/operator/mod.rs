//! The instance page: organizations, accounts, letters, health, and support sessions. Of an organization it shows what is
//! needed to help: its name, its counts, its owners with their addresses. Everything else opens by a support session alone.

pub mod consent;
pub mod health;
pub mod home;
pub mod letter;
pub mod mail;
pub mod organization;
pub mod organizations;
pub mod queries;
pub mod rules;
pub mod support;
pub mod user;
pub mod users;
