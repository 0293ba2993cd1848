//! The access matrix: the roles of many people at once, from a form or a CSV file.

pub mod apply;
pub mod diff;
pub mod import;
pub mod import_rows;
pub mod state;

use crate::authz::role::CompanyRole;
use crate::common::error::AppError;
use crate::common::id::{CompanyId, MembershipId};
use crate::services::assignments::AssignmentError;
use crate::services::members::errors::RoleChangeError;
use crate::services::members::role::Title;

/// A member's role in a company, or in the organization (`None`).
pub type CellKey = (MembershipId, Option<CompanyId>);

/// What a cell should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CellValue {
    /// A role in the organization.
    Role(Title),
    /// The member's own role in the cell's company, or none.
    CompanyRole(Option<CompanyRole>),
}

impl CellValue {
    /// The form's value; empty for no role.
    pub fn key(&self) -> String {
        match self {
            Self::Role(title) => title.value(),
            Self::CompanyRole(role) => role.map(|role| role.to_string()).unwrap_or_default(),
        }
    }

    pub fn label(&self) -> String {
        match self {
            Self::Role(title) => title.label().to_owned(),
            Self::CompanyRole(role) => role.map_or("", CompanyRole::label).to_owned(),
        }
    }
}

/// A cell as a form or a file has it.
#[derive(Debug, Clone)]
pub struct MatrixRow {
    /// The line of the file; 0 in a form.
    pub line: u64,
    pub cell: CellKey,
    pub value: CellValue,
    /// What the cell was when it was shown, as a form's value; `None` when it was not shown yet.
    pub seen: Option<String>,
}

/// A cell that changes.
#[derive(Debug, Clone)]
pub struct CellChange {
    pub line: u64,
    pub cell: CellKey,
    /// As a form's value; empty for no role.
    pub before: String,
    pub after: CellValue,
}

/// What a change does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    Added,
    Changed,
    Removed,
}

impl CellChange {
    pub fn kind(&self) -> ChangeKind {
        match (self.before.is_empty(), self.after.key().is_empty()) {
            (true, _) => ChangeKind::Added,
            (false, true) => ChangeKind::Removed,
            (false, false) => ChangeKind::Changed,
        }
    }
}

/// Why one change was refused, and with it all others.
#[derive(Debug)]
pub struct MatrixFault {
    pub cell: CellKey,
    pub line: u64,
    /// The member's name.
    pub name: String,
    pub reason: FaultReason,
}

#[derive(Debug)]
pub enum FaultReason {
    /// The cell changed after it was shown.
    Changed,
    Role(RoleChangeError),
    /// The role has a permission that the actor may not grant, by its label.
    Permission(String),
    Assignment(AssignmentError),
}

/// Why the matrix was not saved.
#[derive(Debug)]
pub enum MatrixError {
    Refused(Vec<MatrixFault>),
    Failed(AppError),
}

crate::change_error!(MatrixError);
