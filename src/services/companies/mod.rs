pub mod create;
pub mod form;
