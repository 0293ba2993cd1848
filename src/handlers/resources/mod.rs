//! Resources: the lists of the organization and of a company, and the page of each.

pub mod archiving;
mod fields;
pub mod index;
mod list;
pub mod new;
pub mod of_company;
pub mod restoring;
mod row;
pub mod show;

use crate::common::form::FormErrors;
use crate::db::types::organization::UnitLabel;
use crate::services::resources::ResourceError;

/// What the page says to a refusal, at the field that it is about.
fn refusal(error: &ResourceError, unit: UnitLabel) -> FormErrors {
    let one = unit.one();
    match error {
        ResourceError::CompanyMissing => FormErrors::one("company", format!("Choose {} that you manage", unit.a())),
        ResourceError::CompanyUnknown => {
            FormErrors::one("company", format!("No {one} that you manage has this name or address"))
        }
        ResourceError::CompanyArchived => {
            FormErrors::one("company", format!("This {one} is archived. Restore it first"))
        }
        ResourceError::Archived => FormErrors::one("name", "It is archived. Restore it to change it"),
        ResourceError::ReferenceTaken => {
            FormErrors::one("external_ref", "Another resource of this kind has this reference")
        }
        ResourceError::Failed(_) => FormErrors::one("name", "Something went wrong. Try again"),
    }
}
