//! What an actor may do and see.

use diesel::QueryResult;

use crate::audit::visibility;
use crate::audit::visibility::{Visibility, VisiblePart};
use crate::auth::actor::Actor;
use crate::authz::decision::{Authority, Permissions, Reach};
use crate::authz::permission::{ChangeRoles, Permission, PermissionId, ViewAudit};
use crate::authz::role::{CompanyRole, Role};
use crate::common::error::AppError;
use crate::common::id::CompanyId;
use crate::db::Conn;
use crate::models::membership::access;
use crate::models::membership::role_counts::RoleCounts;

impl Actor {
    pub fn with(self, conn: &mut Conn, permission: PermissionId) -> Result<Self, AppError> {
        if self.permissions.has(permission) {
            Ok(self)
        } else {
            Err(self.refusal(conn, permission)?)
        }
    }

    /// As `with`, for a change. In a support session a permission to view allows no change.
    pub fn with_change(self, conn: &mut Conn, permission: PermissionId) -> Result<Self, AppError> {
        if self.only_views(permission) {
            return Err(self.refusal(conn, permission)?);
        }
        self.with(conn, permission)
    }

    /// Whether this is a support session and the permission only allows to view.
    pub fn only_views(&self, permission: PermissionId) -> bool {
        self.support.is_some() && permission.only_reads()
    }

    /// Which events of the log the actor sees.
    pub fn visibility(&self, conn: &mut Conn) -> QueryResult<Visibility> {
        if self.support.is_some() {
            return Ok(Visibility::Everything);
        }
        let Some(areas) = visibility::areas(&self.inputs) else {
            return Ok(Visibility::Everything);
        };
        let companies = if self.permissions.own().has(ViewAudit::ID) {
            self.own_companies(conn, ViewAudit::ID)?
        } else {
            Vec::new()
        };
        Ok(Visibility::Part(VisiblePart {
            reader: self.person.id.to_string(),
            areas,
            companies: companies.iter().map(ToString::to_string).collect(),
        }))
    }

    /// What this actor may grant.
    pub fn authority(&self) -> Authority {
        Authority {
            role: self.role,
            permissions: self.permissions,
            policies: self.inputs.policies,
        }
    }

    /// Where a permission applies.
    pub fn reach<P: Permission>(&self) -> Reach {
        self.permissions.reach(P::ID)
    }

    /// The permissions in a company where the actor is assigned as `company` (`None`: not assigned).
    pub fn in_company(&self, company: Option<CompanyRole>) -> Permissions {
        if self.support.is_some() {
            self.permissions
        } else {
            self.inputs.in_company(company)
        }
    }

    /// Whether the actor may grant a role, and so change a member who has it.
    pub fn may_grant(&self, role: Role) -> bool {
        match self.reach::<ChangeRoles>() {
            Reach::Everywhere => self.authority().may_grant(role),
            // A company manager only adds members to the company.
            Reach::OwnCompanies => role == Role::Member,
            Reach::Nowhere => false,
        }
    }

    /// The roles that the actor may grant, highest first.
    pub fn grantable(&self) -> Vec<Role> {
        Role::ALL.iter().copied().filter(|role| self.may_grant(*role)).collect()
    }

    /// The companies in which an assignment gives the actor the permission, for `Reach::OwnCompanies`.
    pub fn own_companies(&self, conn: &mut Conn, permission: PermissionId) -> QueryResult<Vec<CompanyId>> {
        let assignments = if let Some(assignments) = self.assignments.get() {
            assignments
        } else {
            let found = access::assignments(conn, self.cx.now, self.organization, self.id)?;
            self.assignments.get_or_init(|| found)
        };
        Ok(access::giving(assignments, &self.inputs, permission))
    }

    /// Keeps what was read together with something else.
    pub fn know_role_counts(&self, counts: RoleCounts) {
        let _ = self.role_counts.set(counts);
    }

    /// How many members of the organization have each role, as of the beginning of the request.
    pub fn role_counts(&self, conn: &mut Conn) -> QueryResult<&RoleCounts> {
        if let Some(counts) = self.role_counts.get() {
            return Ok(counts);
        }
        let found = RoleCounts::load(conn, self.organization)?;
        Ok(self.role_counts.get_or_init(|| found))
    }
}
