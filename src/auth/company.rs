//! A company as the gate found it on this request, with what the member may do there.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::auth::actor::Member;
use crate::authz::decision::Rights;
use crate::authz::permission::Right;
use crate::authz::role::{CompanyRole, Role};
use crate::common::error::AppError;
use crate::common::id::CompanyId;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{companies, company_assignments, role_counts};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::CompanyStatus;

/// One company of the member's organization.
#[derive(Debug, Clone)]
pub struct Company {
    /// Its id.
    pub id: CompanyId,
    /// Its name.
    pub name: String,
    /// Its slug, unique in the organization.
    pub slug: String,
    /// Whether it works.
    pub status: CompanyStatus,
    /// Since when.
    pub created_at: Time,
    /// When it was archived.
    pub archived_at: Option<Time>,
    /// The member's role here: assigned, or inherited from the organization role.
    pub role: Option<CompanyRole>,
    /// What the member may do here.
    pub rights: Rights,
}

impl Company {
    pub fn enter(conn: &mut Conn, member: &Member, slug: &str, right: Right) -> Result<Self, AppError> {
        let (id, name, slug, status, created_at, archived_at): (
            CompanyId,
            String,
            String,
            CompanyStatus,
            Time,
            Option<Time>,
        ) = companies::table
            .filter(companies::organization_id.eq(member.organization))
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
            .filter(company_assignments::organization_id.eq(member.organization))
            .filter(company_assignments::membership_id.eq(member.id))
            .filter(company_assignments::company_id.eq(id))
            .filter(
                company_assignments::access_until
                    .is_null()
                    .or(company_assignments::access_until.ge(member.cx.now)),
            )
            .select(company_assignments::role)
            .first(conn)
            .optional()?;
        let rights = member.in_company(assigned);
        if !rights.has(right) {
            return Err(member.refused(conn, right, Some(slug))?);
        }
        let role = assigned.into_iter().chain(member.role.inherited()).min();
        Ok(Self {
            id,
            name,
            slug,
            status,
            created_at,
            archived_at,
            role,
            rights,
        })
    }

    /// A path of this company: `company.path(member, "/settings")`.
    pub fn path(&self, member: &Member, rest: &str) -> String {
        member.path(&format!("/companies/{}{rest}", self.slug))
    }
}
