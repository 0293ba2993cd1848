//! How many people work in companies.

use crate::authz::role::Role;
use crate::common::id::CompanyId;
use crate::db::Conn;
use crate::db::schema::{companies, role_counts};
use crate::db::types::org_id::OrgId;
use diesel::prelude::*;
use std::collections::HashMap;

/// How many people may work in companies: some in all of them by their organization role, some by assignment.
#[derive(Debug, Clone, Default)]
pub struct Staff {
    /// Who is in every company by organization role.
    pub inherited: i64,
    direct: HashMap<CompanyId, i64>,
}

impl Staff {
    /// Counts for the companies given, in two look-ups.
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
            .select((companies::id, companies::member_count))
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
