pub mod archive;
pub mod create;
pub mod form;
pub mod relocate;
pub mod update;
