//! What a page outside an organization shows of it.

use diesel::prelude::*;

use crate::common::time::Time;
use crate::common::zone::Zone;
use crate::db::Conn;
use crate::db::schema::{organization_slugs, organizations};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::{OrganizationStatus, UnitLabel};

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = organizations)]
pub struct OrganizationHeading {
    pub name: String,
    #[diesel(select_expression = organization_slugs::slug)]
    pub slug: String,
    /// Its word for companies.
    #[diesel(column_name = unit_label)]
    pub unit: UnitLabel,
    pub status: OrganizationStatus,
    delete_after: Option<Time>,
    #[diesel(column_name = timezone)]
    pub zone: Zone,
}

impl OrganizationHeading {
    pub fn is_active(&self) -> bool {
        self.status == OrganizationStatus::Active
    }

    pub fn awaits_deletion(&self) -> bool {
        self.delete_after.is_some()
    }
}

pub fn heading(conn: &mut Conn, organization: OrgId) -> QueryResult<OrganizationHeading> {
    organizations::table
        .inner_join(organization_slugs::table)
        .filter(organizations::id.eq(organization))
        .filter(organization_slugs::is_current)
        .select(OrganizationHeading::as_select())
        .first(conn)
}

pub fn created_at(conn: &mut Conn, organization: OrgId) -> QueryResult<Time> {
    organizations::table
        .find(organization)
        .select(organizations::created_at)
        .first(conn)
}
