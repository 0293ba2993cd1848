pub mod begin;
pub mod consent;
pub mod email;
pub mod end;
