//! A company as the gate found it on this request, with what the member may do there.

use diesel::prelude::*;

use crate::auth::actor::Actor;
use crate::authz::decision::Permissions;
use crate::authz::permission::PermissionId;
use crate::authz::role::CompanyRole;
use crate::common::error::AppError;
use crate::common::id::CompanyId;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{companies, company_assignments};
use crate::db::types::organization::CompanyStatus;

/// One company of the member's organization.
#[derive(Debug, Clone)]
pub struct Company {
    pub id: CompanyId,
    pub name: String,
    /// Its slug, unique in the organization.
    pub slug: String,
    /// Whether it works.
    pub status: CompanyStatus,
    pub created_at: Time,
    /// When it was archived.
    pub archived_at: Option<Time>,
    /// The member's role here: assigned, or inherited from the organization role.
    pub role: Option<CompanyRole>,
    /// What the member may do here.
    pub permissions: Permissions,
}

impl Company {
    pub fn enter(conn: &mut Conn, actor: &Actor, slug: &str, permission: PermissionId) -> Result<Self, AppError> {
        let (id, name, slug, status, created_at, archived_at): (
            CompanyId,
            String,
            String,
            CompanyStatus,
            Time,
            Option<Time>,
        ) = companies::table
            .filter(companies::organization_id.eq(actor.organization))
            .filter(companies::slug.eq(slug))
            .select((
                companies::id,
                companies::name,
                companies::slug,
                companies::status,
                companies::created_at,
                companies::archived_at,
            ))
            .first(conn)?;
        let assigned: Option<CompanyRole> = company_assignments::table
            .filter(company_assignments::organization_id.eq(actor.organization))
            .filter(company_assignments::membership_id.eq(actor.id))
            .filter(company_assignments::company_id.eq(id))
            .filter(
                company_assignments::access_until
                    .is_null()
                    .or(company_assignments::access_until.ge(actor.cx.now)),
            )
            .select(company_assignments::role)
            .first(conn)
            .optional()?;
        let permissions = actor.in_company(assigned);
        if !permissions.has(permission) {
            return Err(actor.refused(conn, permission, Some(slug))?);
        }
        let role = assigned.into_iter().chain(actor.role.inherited()).min();
        Ok(Self {
            id,
            name,
            slug,
            status,
            created_at,
            archived_at,
            role,
            permissions,
        })
    }

    /// A path of this company: `company.path(member, "/settings")`.
    pub fn path(&self, actor: &Actor, rest: &str) -> String {
        actor.path(&format!("/companies/{}{rest}", self.slug))
    }
}
