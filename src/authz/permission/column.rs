//! The columns of a permission table.

use crate::authz::permission::rows::CONSOLE;
use crate::authz::permission::table::RoleDefaults;
use crate::authz::role::{CompanyRole, Role};

/// A column of a permission table: a role in the organization, a role in a company, or the operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RoleColumn {
    /// An operator in a support session.
    Operator,
    /// A role in the organization.
    Organization(Role),
    /// A role in a company.
    Company(CompanyRole),
}

/// The number of columns.
pub const COLUMNS: usize = 1 + Role::ALL.len() + CompanyRole::ALL.len();

impl RoleColumn {
    /// Its position in a row.
    pub const fn at(self) -> usize {
        match self {
            Self::Operator => 0,
            Self::Organization(role) => 1 + role as usize,
            Self::Company(role) => 1 + Role::ALL.len() + role as usize,
        }
    }

    /// The columns that people can have, highest first.
    pub fn of_members() -> impl Iterator<Item = Self> {
        let organization = Role::ALL.iter().map(|role| Self::Organization(*role));
        organization.chain(CompanyRole::ALL.iter().map(|role| Self::Company(*role)))
    }

    /// The stable name: `admin`, `company.manager`.
    pub fn key(self) -> String {
        match self {
            Self::Operator => "operator".into(),
            Self::Organization(role) => role.as_str().into(),
            Self::Company(role) => format!("company.{role}"),
        }
    }

    /// The column with a stable name.
    pub fn parse(key: &str) -> Option<Self> {
        match key.strip_prefix("company.") {
            Some(role) => CompanyRole::parse(role).map(Self::Company),
            None => Role::parse(key).map(Self::Organization),
        }
    }

    /// The name for people.
    pub fn label(self) -> String {
        match self {
            Self::Operator => "Operator".into(),
            Self::Organization(role) => role.label().into(),
            Self::Company(role) => format!("Company {}", role.label().to_lowercase()),
        }
    }

    /// The console's permissions in this column by mark.
    pub fn marks(self) -> &'static RoleDefaults {
        CONSOLE.column(self)
    }
}
