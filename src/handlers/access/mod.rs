//! Access control: who has which role where and why, changed for one person or for many at once.

pub mod assign;
pub mod import;
pub mod matrix;
pub mod people;
pub mod queries;
pub mod rules;
pub mod save;
pub mod sheet;

use crate::auth::actor::Member;
use crate::authz::decision::Reach;
use crate::authz::permission::{AssignCompanies, ChangeRoles, Permission, ViewAccess};
use crate::common::error::AppError;
use crate::common::id::CompanyId;
use crate::db::Conn;
use crate::models::company_choice;
use crate::models::company_choice::{Choice, Choices};

/// Whether somebody may change anything on these pages.
fn may_change(member: &Member) -> bool {
    member.reach::<ChangeRoles>() == Reach::Everywhere || member.rights.has(AssignCompanies::RIGHT)
}
