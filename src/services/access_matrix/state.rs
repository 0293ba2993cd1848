//! The current roles of some people.

use std::collections::{HashMap, HashSet};

use crate::auth::actor::Actor;
use crate::authz::role::CompanyRole;
use crate::common::error::AppError;
use crate::common::id::{CompanyId, MembershipId};
use crate::db::Conn;
use crate::models::access_matrix;
use crate::models::access_matrix::{AssignedRole, MatrixMember};
use crate::services::access_matrix::{CellKey, MatrixRow};
use crate::services::members::visible::CompanyScope;

#[derive(Debug)]
pub struct MatrixState {
    members: HashMap<MembershipId, MatrixMember>,
    roles: HashMap<(MembershipId, CompanyId), AssignedRole>,
}

impl MatrixState {
    pub fn load(conn: &mut Conn, actor: &Actor, members: &[MembershipId]) -> Result<Self, AppError> {
        let mut ids = members.to_vec();
        ids.sort_unstable();
        ids.dedup();
        Ok(Self {
            members: access_matrix::by_ids(conn, actor.organization, &ids)?,
            roles: access_matrix::assigned_roles(conn, actor.organization, &ids)?,
        })
    }

    #[cfg(test)]
    pub fn of_assignments(roles: impl Iterator<Item = ((MembershipId, CompanyId), AssignedRole)>) -> Self {
        Self {
            members: HashMap::new(),
            roles: roles.collect(),
        }
    }

    /// A cell as a form's value; empty for no role.
    pub fn value(&self, (member, company): CellKey) -> String {
        match company {
            None => self.members.get(&member).map(MatrixMember::title).unwrap_or_default(),
            Some(company) => {
                let role = self.roles.get(&(member, company));
                role.and_then(|(_, own)| *own)
                    .map(|role| role.to_string())
                    .unwrap_or_default()
            }
        }
    }

    /// The effective role of a member in a company.
    pub fn effective(&self, member: MembershipId, company: CompanyId) -> Option<CompanyRole> {
        self.roles.get(&(member, company)).map(|(role, _)| *role)
    }

    /// Whether a member is in one of these companies.
    pub fn is_within(&self, member: MembershipId, companies: &[CompanyId]) -> bool {
        companies
            .iter()
            .any(|company| self.roles.contains_key(&(member, *company)))
    }

    pub fn name(&self, member: MembershipId) -> String {
        self.members
            .get(&member)
            .map(|member| member.name.clone())
            .unwrap_or_default()
    }

    /// Fails unless the actor can see every member and company of the rows: no one learns of them by changing them.
    pub fn check_visible(&self, conn: &mut Conn, actor: &Actor, rows: &[MatrixRow]) -> Result<(), AppError> {
        let scope = CompanyScope::of(conn, actor)?;
        let mut known = HashSet::new();
        for (member, company) in rows.iter().map(|row| row.cell) {
            let seen = self.members.contains_key(&member) && scope.own().is_none_or(|own| self.is_within(member, own));
            if !seen || company.is_some_and(|company| !scope.sees(company)) {
                return Err(AppError::NotFound);
            }
            if let Some(company) = company
                && known.insert(company)
            {
                access_matrix::company(conn, actor.organization, company)?;
            }
        }
        Ok(())
    }
}
