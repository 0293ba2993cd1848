//! Organizations of a person: the ones they belong to, new ones, leaving one.

pub mod choosing;
pub mod index;
pub mod leaving;
pub mod letter;
pub mod new;
pub mod queries;
pub mod request;
pub mod rules;
