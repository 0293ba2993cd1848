//! The company of a request, and what the actor may do there.

use diesel::OptionalExtension;

use crate::auth::actor::Actor;
use crate::authz::decision::Permissions;
use crate::authz::permission::PermissionId;
use crate::authz::role::CompanyRole;
use crate::common::error::AppError;
use crate::common::id::CompanyId;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::organization::CompanyStatus;
use crate::models::company_slug;
use crate::models::reader;

/// A company of the actor's organization.
#[derive(Debug, Clone)]
pub struct Company {
    pub id: CompanyId,
    pub name: String,
    /// Its slug, unique in the organization.
    pub slug: String,
    pub status: CompanyStatus,
    pub created_at: Time,
    pub archived_at: Option<Time>,
    /// The actor's role here: assigned, or inherited from the organization role.
    pub role: Option<CompanyRole>,
    /// What the actor may do here.
    pub permissions: Permissions,
}

impl Company {
    pub fn enter(conn: &mut Conn, actor: &Actor, slug: &str, permission: PermissionId) -> Result<Self, AppError> {
        let (company, moved) = match reader::company(conn, actor.organization, slug).optional()? {
            Some(company) => (company, false),
            None => {
                let current = company_slug::current(conn, actor.organization, slug)?;
                (reader::company(conn, actor.organization, &current)?, true)
            }
        };
        if actor.only_company().is_some_and(|only| only != company.id) {
            return Err(AppError::NotFound);
        }
        let assigned = match actor.membership() {
            Some(id) => reader::company_role(conn, actor.cx.now, actor.organization, id, company.id)?,
            None => None,
        };
        let permissions = actor.in_company(assigned);
        if !permissions.has(permission) {
            return Err(actor.refused(conn, permission, Some(company.slug))?);
        }
        if moved {
            return Err(AppError::CompanyMoved(company.slug));
        }
        Ok(Self {
            id: company.id,
            name: company.name,
            slug: company.slug,
            status: company.status,
            created_at: company.created_at,
            archived_at: company.archived_at,
            role: assigned.into_iter().chain(actor.role.inherited()).min(),
            permissions,
        })
    }

    /// A path of this company: `company.path(actor, "/settings")`.
    pub fn path(&self, actor: &Actor, rest: &str) -> String {
        actor.path(&format!("/companies/{}{rest}", self.slug))
    }
}
