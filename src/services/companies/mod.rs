pub mod archive;
pub mod create;
pub mod deletion;
pub mod form;
pub mod pin;
pub mod purge;
pub mod relocate;
pub mod update;
