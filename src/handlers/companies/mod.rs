//! Companies: the units below an organization, their people, their settings, archiving and restoring.

pub mod archiving;
pub mod index;
pub mod moving;
pub mod new;
pub mod people;
pub mod queries;
pub mod settings;
pub mod show;
