//! What an organization says of itself, and how carefully it is to be changed.

use diesel::prelude::*;

use crate::authz::decision::RolePolicies;
use crate::db::Conn;
use crate::db::schema::organizations;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::{OrganizationType, Region, UnitLabel};

/// What an organization says of itself, as its settings change it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Profile {
    pub name: String,
    /// What kind it is.
    pub organization_type: OrganizationType,
    /// Its word for companies.
    pub unit: UnitLabel,
    /// Where its data is wanted.
    pub region: Region,
    /// Its domain, unproven; empty for none.
    pub domain: String,
    /// The time zone's IANA name.
    pub timezone: String,
    /// The currency's ISO 4217 code.
    pub currency: String,
}

/// The profile as it is.
pub fn profile(conn: &mut Conn, organization: OrgId) -> QueryResult<Profile> {
    organizations::table
        .find(organization)
        .select((
            organizations::name,
            organizations::organization_type,
            organizations::unit_label,
            organizations::region,
            organizations::domain,
            organizations::timezone,
            organizations::currency,
        ))
        .first(conn)
}

/// Puts a profile in place of the one before.
pub fn set_profile(conn: &mut Conn, organization: OrgId, profile: &Profile) -> QueryResult<()> {
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

/// Puts the switched cells of the roles in place of those that were read; `false` when somebody else switched some in
/// between.
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

/// How many active owners there are, and whether a second one confirms what cannot be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable)]
pub struct Control {
    pub owners: i32,
    /// Whether it is switched on.
    pub switched: bool,
}

impl Control {
    /// Whether it holds: with one owner left there is nobody who could confirm.
    pub fn holds(self) -> bool {
        self.switched && self.owners > 1
    }
}

/// The dual control of an organization.
pub fn control(conn: &mut Conn, organization: OrgId) -> QueryResult<Control> {
    organizations::table
        .find(organization)
        .select((organizations::owner_count, organizations::dual_control))
        .first(conn)
}

/// Switches dual control; `false` when it was so before, or when there are not two owners to switch it on.
pub fn set_control(conn: &mut Conn, organization: OrgId, on: bool) -> QueryResult<bool> {
    let at_least = if on { 2 } else { 0 };
    let switched = diesel::update(
        organizations::table
            .filter(organizations::id.eq(organization))
            .filter(organizations::dual_control.ne(on))
            .filter(organizations::owner_count.ge(at_least)),
    )
    .set(organizations::dual_control.eq(on))
    .execute(conn)?;
    Ok(switched == 1)
}
