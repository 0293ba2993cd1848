//! A company as the gate found it on this request, with what the member may do there.

use std::collections::HashMap;

use diesel::prelude::*;

use super::db::Conn;
use super::member::{Member, OrgId};
use super::organization::CompanyStatus;
use super::permission::Right;
use super::rights::Rights;
use super::role::{CompanyRole, Role};
use super::schema::{companies, company_assignments, role_counts};
use crate::ground::error::AppError;
use crate::ground::id::CompanyId;
use crate::ground::time::Time;

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
    pub(super) fn enter(conn: &mut Conn, member: &Member, slug: &str, right: Right) -> Result<Self, AppError> {
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

/// How many people may work in companies: some in all of them by their organization role, some by assignment.
#[derive(Debug, Clone, Default)]
pub struct Staff {
    /// Who is in every company by organization role.
    pub inherited: i64,
    direct: HashMap<CompanyId, i64>,
}

impl Staff {
    /// Counts for the companies given, in two look-ups.
    ///
    /// # Errors
    /// When the database fails.
    pub fn count(conn: &mut Conn, organization: OrgId, wanted: &[CompanyId]) -> QueryResult<Self> {
        // Who is suspended works nowhere.
        let members: Vec<(Role, i64)> = role_counts::table
            .filter(role_counts::organization_id.eq(organization))
            .select((role_counts::role, role_counts::members - role_counts::suspended))
            .load(conn)?;
        let inherits = |role: &Role| role.inherited().is_some();
        let direct: Vec<(CompanyId, i64)> = companies::table
            .filter(companies::organization_id.eq(organization))
            .filter(companies::id.eq_any(wanted))
            .select((companies::id, companies::people))
            .load(conn)?;
        Ok(Self {
            inherited: members.iter().filter(|(role, _)| inherits(role)).map(|(_, n)| n).sum(),
            direct: direct.into_iter().collect(),
        })
    }

    /// People assigned to a company who are not in it by their organization role.
    pub fn direct(&self, company: CompanyId) -> i64 {
        self.direct.get(&company).copied().unwrap_or_default()
    }

    /// Everybody in a company, each counted once.
    pub fn total(&self, company: CompanyId) -> i64 {
        self.inherited + self.direct(company)
    }
}
