//! How many members work in companies.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::common::id::CompanyId;
use crate::db::Conn;
use crate::db::schema::companies;
use crate::db::types::org_id::OrgId;
use crate::models::membership::role_counts::RoleCounts;

/// Members of companies: some through their organization role, some by assignment.
#[derive(Debug, Clone, Default)]
pub struct CompanyStaff {
    /// The members whose organization role covers every company.
    pub inherited: i64,
    direct: HashMap<CompanyId, i64>,
}

impl CompanyStaff {
    pub fn count(conn: &mut Conn, organization: OrgId, roles: &RoleCounts, wanted: &[CompanyId]) -> QueryResult<Self> {
        let direct: Vec<(CompanyId, i64)> = companies::table
            .filter(companies::organization_id.eq(organization))
            .filter(conn.one_of(companies::id, wanted))
            .select((companies::id, companies::member_count))
            .load(conn)?;
        Ok(Self {
            inherited: roles.in_every_company(),
            direct: direct.into_iter().collect(),
        })
    }

    /// The assigned members of a company whose organization role does not cover it.
    pub fn direct(&self, company: CompanyId) -> i64 {
        self.direct.get(&company).copied().unwrap_or_default()
    }

    pub fn total(&self, company: CompanyId) -> i64 {
        self.inherited + self.direct(company)
    }
}
