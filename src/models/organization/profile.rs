//! The profile of an organization, its role policies and its dual control.

use diesel::prelude::*;

use crate::authz::decision::RolePolicies;
use crate::db::schema::organizations;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::{OrganizationType, Region, UnitLabel};
use crate::db::{Conn, affected};

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = organizations)]
pub struct OrganizationProfile {
    pub name: String,
    pub organization_type: OrganizationType,
    #[diesel(column_name = unit_label)]
    pub unit: UnitLabel,
    pub region: Region,
    /// Unverified; empty for none.
    pub domain: String,
    /// An IANA name.
    pub timezone: String,
    /// An ISO 4217 code.
    pub currency: String,
}

pub fn profile(conn: &mut Conn, organization: OrgId) -> QueryResult<OrganizationProfile> {
    organizations::table
        .find(organization)
        .select(OrganizationProfile::as_select())
        .first(conn)
}

pub fn set_profile(conn: &mut Conn, organization: OrgId, profile: &OrganizationProfile) -> QueryResult<()> {
    // The name is in the switcher of every member, on pages of other organizations too.
    affected::everyone();
    diesel::update(organizations::table.find(organization))
        .set((
            organizations::name.eq(&profile.name),
            organizations::organization_type.eq(profile.organization_type),
            organizations::unit_label.eq(profile.unit),
            organizations::region.eq(profile.region),
            organizations::domain.eq(&profile.domain),
            organizations::timezone.eq(&profile.timezone),
            organizations::currency.eq(&profile.currency),
        ))
        .execute(conn)?;
    Ok(())
}

#[cfg(test)]
impl OrganizationProfile {
    /// A profile for tests.
    pub fn example() -> Self {
        Self {
            name: "Acme".into(),
            organization_type: OrganizationType::Enterprise,
            unit: UnitLabel::Company,
            region: Region::Europe,
            domain: String::new(),
            timezone: "Europe/Berlin".into(),
            currency: "EUR".into(),
        }
    }
}

/// Replaces the role policies. `false` when they are no longer those of `before`.
pub fn set_policies(
    conn: &mut Conn,
    organization: OrgId,
    before: &RolePolicies,
    after: &RolePolicies,
) -> QueryResult<bool> {
    let changed = diesel::update(
        organizations::table
            .find(organization)
            .filter(organizations::policies.eq(before.text())),
    )
    .set(organizations::policies.eq(after.text()))
    .execute(conn)?;
    Ok(changed == 1)
}

/// Dual control: a second owner must approve irreversible changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = organizations)]
pub struct DualControl {
    #[diesel(column_name = owner_count)]
    pub owners: i32,
    /// Whether it is on.
    #[diesel(column_name = dual_control)]
    pub is_on: bool,
}

impl DualControl {
    /// Whether it applies. With one owner left, no one could approve.
    pub fn applies(self) -> bool {
        self.is_on && self.owners > 1
    }
}

pub fn control(conn: &mut Conn, organization: OrgId) -> QueryResult<DualControl> {
    organizations::table
        .find(organization)
        .select(DualControl::as_select())
        .first(conn)
}

/// Turns dual control on or off. `false` when it is so already, or when there is no second owner to turn it on.
pub fn set_control(conn: &mut Conn, organization: OrgId, on: bool) -> QueryResult<bool> {
    let at_least = if on { 2 } else { 0 };
    let changed = diesel::update(
        organizations::table
            .filter(organizations::id.eq(organization))
            .filter(organizations::dual_control.ne(on))
            .filter(organizations::owner_count.ge(at_least)),
    )
    .set(organizations::dual_control.eq(on))
    .execute(conn)?;
    Ok(changed == 1)
}
