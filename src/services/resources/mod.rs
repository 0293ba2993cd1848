//! Resources: creating, changing, archiving and restoring them.

pub mod archive;
pub mod create;
pub mod edit;
mod events;
pub mod form;
pub mod reach;

use crate::common::error::AppError;

/// Why a resource was not created or changed.
#[derive(Debug)]
pub enum ResourceError {
    /// The actor manages no resources of the whole organization.
    CompanyMissing,
    /// It is none in which the actor manages resources.
    CompanyUnknown,
    /// Its company is archived.
    CompanyArchived,
    /// It is archived itself.
    Archived,
    /// Another resource of its kind has the reference.
    ReferenceTaken,
    Failed(AppError),
}

crate::change_error!(ResourceError);
