//! What the rows of a CSV file mean: whose role, where, which.

use std::collections::{BTreeSet, HashMap};

use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{AssignCompanies, ChangeRoles, Permission};
use crate::authz::role::{CompanyRole, Role};
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::id::CompanyId;
use crate::db::Conn;
use crate::db::types::organization::CompanyStatus;
use crate::models::access_matrix;
use crate::models::access_matrix::{MatrixCompany, MatrixMember};
use crate::models::custom_role;
use crate::models::custom_role::CustomRole;
use crate::services::access_matrix::state::MatrixState;
use crate::services::access_matrix::{CellValue, MatrixRow};
use crate::services::assignments::{AssignmentCheck, AssignmentError};
use crate::services::members::errors::RoleChangeError;
use crate::services::members::role::Title;
use crate::services::members::rules;
use crate::services::members::rules::MemberTarget;
use crate::services::members::visible::CompanyScope;

/// A row of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportRow {
    /// The line of the file, from 1.
    pub line: u64,
    pub email: String,
    /// The slug of the company, or nothing for the organization.
    pub company: String,
    /// The role; empty removes the assignment.
    pub role: String,
    /// What the cell was when the row was shown, as a form's value; `None` when it was not shown yet.
    pub seen: Option<String>,
}

/// What is wrong with a line.
#[derive(Debug)]
pub enum LineError {
    InvalidEmail(&'static str),
    /// No visible member has the address.
    NotMember(Email),
    /// A row without a company needs a role.
    RoleMissing,
    UnknownRole(String),
    UnknownCompany(String),
    UnknownCompanyRole(String),
    /// The actor may not change roles in the organization.
    RolesNotAllowed,
    Role(RoleChangeError),
    Assignment(AssignmentError),
    /// An earlier line is about the same cell.
    Duplicate(u64),
}

/// A built-in role by its key or label: `user_admin`, `User admin`.
pub fn built_in_role(text: &str) -> Option<Role> {
    Role::parse(&key(text))
}

fn company_role(text: &str) -> Option<CompanyRole> {
    CompanyRole::parse(&key(text))
}

fn key(text: &str) -> String {
    text.trim().to_lowercase().replace([' ', '-'], "_")
}

/// Everything that the rows name, read once.
pub(super) struct ImportDirectory {
    scope: CompanyScope,
    custom_roles: Vec<CustomRole>,
    members: HashMap<String, MatrixMember>,
    companies: HashMap<String, MatrixCompany>,
    /// The companies that the actor manages by assignment.
    own: Vec<CompanyId>,
}

/// A row, understood.
pub(super) struct ResolvedRow<'a> {
    pub member: &'a MatrixMember,
    pub company: Option<&'a MatrixCompany>,
    pub row: MatrixRow,
}

impl ImportDirectory {
    pub(super) fn load(conn: &mut Conn, actor: &Actor, rows: &[ImportRow]) -> Result<Self, AppError> {
        let organization = actor.organization;
        let emails: BTreeSet<String> = rows
            .iter()
            .filter_map(|row| Email::parse(&row.email).ok())
            .map(|email| email.to_string())
            .collect();
        let slugs: BTreeSet<String> = rows.iter().map(|row| row.company.to_lowercase()).collect();
        Ok(Self {
            scope: CompanyScope::of(conn, actor)?,
            custom_roles: custom_role::all(conn, organization)?,
            members: access_matrix::by_emails(conn, organization, &emails.into_iter().collect::<Vec<_>>())?,
            companies: access_matrix::by_slugs(conn, organization, &slugs.into_iter().collect::<Vec<_>>())?,
            own: actor.own_companies(conn, AssignCompanies::ID)?,
        })
    }

    pub(super) fn members(&self) -> impl Iterator<Item = &MatrixMember> {
        self.members.values()
    }

    pub(super) fn resolve<'a>(
        &'a self,
        actor: &Actor,
        current: &MatrixState,
        row: &ImportRow,
    ) -> Result<ResolvedRow<'a>, LineError> {
        let email = Email::parse(&row.email).map_err(LineError::InvalidEmail)?;
        let visible = |member: &&MatrixMember| self.scope.own().is_none_or(|own| current.is_within(member.id, own));
        let Some(member) = self.members.get(email.as_str()).filter(visible) else {
            return Err(LineError::NotMember(email));
        };
        let (company, value) = if row.company.is_empty() {
            (None, CellValue::Role(self.role(row)?))
        } else {
            let (company, role) = self.company(row)?;
            (Some(company), CellValue::CompanyRole(role))
        };
        let cell = (member.id, company.map(|company| company.id));
        if current.value(cell) != value.key() {
            match (&value, company) {
                (CellValue::Role(title), _) => may_change_role(actor, member, title)?,
                (CellValue::CompanyRole(role), Some(company)) => {
                    self.may_assign(actor, current, member, company, *role)
                        .map_err(LineError::Assignment)?;
                }
                (CellValue::CompanyRole(_), None) => {}
            }
        }
        let (line, seen) = (row.line, row.seen.clone());
        Ok(ResolvedRow {
            member,
            company,
            row: MatrixRow {
                line,
                cell,
                value,
                seen,
            },
        })
    }

    fn role(&self, row: &ImportRow) -> Result<Title, LineError> {
        if row.role.is_empty() {
            return Err(LineError::RoleMissing);
        }
        self.title(&row.role)
            .ok_or_else(|| LineError::UnknownRole(row.role.clone()))
    }

    /// A role by its key, its label, or the name of a custom role.
    pub(super) fn title(&self, text: &str) -> Option<Title> {
        let named = |custom: &&CustomRole| {
            custom.id.as_str() == text || custom.name.trim().to_lowercase() == text.trim().to_lowercase()
        };
        built_in_role(text)
            .map(Title::Plain)
            .or_else(|| self.custom_roles.iter().find(named).cloned().map(Title::Custom))
    }

    fn company(&self, row: &ImportRow) -> Result<(&MatrixCompany, Option<CompanyRole>), LineError> {
        let company = self
            .companies
            .get(&row.company.to_lowercase())
            .filter(|company| self.scope.sees(company.id))
            .ok_or_else(|| LineError::UnknownCompany(row.company.clone()))?;
        let role = match row.role.as_str() {
            "" => None,
            text => Some(company_role(text).ok_or_else(|| LineError::UnknownCompanyRole(text.to_owned()))?),
        };
        Ok((company, role))
    }

    fn may_assign(
        &self,
        actor: &Actor,
        current: &MatrixState,
        member: &MatrixMember,
        company: &MatrixCompany,
        role: Option<CompanyRole>,
    ) -> Result<(), AssignmentError> {
        let check = AssignmentCheck::of(actor, AssignCompanies::ID, member.id, member.role);
        let (own, present) = (self.own.contains(&company.id), current.effective(member.id, company.id));
        match role {
            Some(role) => check.give(own, present, role)?,
            None => check.touch(own, present)?,
        }
        if company.status == CompanyStatus::Archived {
            Err(AssignmentError::Archived)
        } else {
            Ok(())
        }
    }
}

fn may_change_role(actor: &Actor, member: &MatrixMember, title: &Title) -> Result<(), LineError> {
    if actor.reach::<ChangeRoles>() != Reach::Everywhere {
        return Err(LineError::RolesNotAllowed);
    }
    let target = MemberTarget {
        id: member.id,
        role: member.role,
        access_until: member.access_until,
    };
    rules::role_change(&actor.into(), &target, title.grant()).map_err(LineError::Role)
}
