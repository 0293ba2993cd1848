//! How many members have each role, from the stored counters.

use diesel::prelude::*;

use crate::authz::role::Role;
use crate::db::Conn;
use crate::db::schema::role_counts;
use crate::db::types::org_id::OrgId;
use crate::on_each;

#[derive(Debug, Clone, Copy, Queryable, Selectable)]
#[diesel(table_name = role_counts)]
pub struct RoleCount {
    pub role: Role,
    pub members: i64,
    pub suspended: i64,
}

#[derive(Debug, Clone, Default)]
pub struct RoleCounts(Vec<RoleCount>);

impl FromIterator<RoleCount> for RoleCounts {
    fn from_iter<T: IntoIterator<Item = RoleCount>>(counts: T) -> Self {
        Self(counts.into_iter().collect())
    }
}

impl RoleCounts {
    pub fn load(conn: &mut Conn, organization: OrgId) -> QueryResult<Self> {
        let counts = on_each!(conn, c => role_counts::table
            .filter(role_counts::organization_id.eq(organization))
            .select(RoleCount::as_select())
            .load(c))?;
        Ok(Self(counts))
    }

    /// The members with one role, or all.
    pub fn members(&self, role: Option<Role>) -> i64 {
        let counts = self.0.iter().filter(|count| role.is_none_or(|role| role == count.role));
        counts.map(|count| count.members).sum()
    }

    /// The members who are not suspended: what every number named “Members” counts.
    pub fn active(&self) -> i64 {
        self.members(None) - self.suspended()
    }

    /// The members who are suspended or whose access ended.
    pub fn suspended(&self) -> i64 {
        self.0.iter().map(|count| count.suspended).sum()
    }

    /// The active members whose role covers every company.
    pub fn in_every_company(&self) -> i64 {
        let counts = self.0.iter().filter(|count| count.role.inherited().is_some());
        counts.map(|count| count.members - count.suspended).sum()
    }
}
