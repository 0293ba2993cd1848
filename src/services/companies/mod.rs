pub mod archive;
pub mod relocate;
pub mod update;
