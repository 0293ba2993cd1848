//! The organizations of an account: list, creation, and leaving one.

pub mod advice;
pub mod choosing;
pub mod draft;
pub mod form;
pub mod index;
pub mod leaving;
pub mod new;
pub mod preset;
pub mod queries;
pub mod requests;
pub mod slug;
