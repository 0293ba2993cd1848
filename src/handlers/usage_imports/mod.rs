//! Importing usage and daily figures from files.

pub mod cancellation;
pub mod columns;
pub mod confirmation;
pub mod index;
pub mod rejected;
pub mod show;
mod words;

use actix_web::web;

/// The organization and the import of a path.
pub type ImportPath = web::Path<(String, String)>;
