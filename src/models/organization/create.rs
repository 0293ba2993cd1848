//! The rows of a new organization.

use diesel::prelude::*;
use diesel::result::Error;

use crate::authz::role::Role;
use crate::common::id::UserId;
use crate::common::slug::Slug;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{organization_slugs, organizations, role_counts};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::{OrganizationStatus, OrganizationType, Region, UnitLabel};
use crate::models::settings_review;
use crate::on_each;

#[derive(Debug, Clone)]
pub struct NewOrganization {
    pub name: String,
    pub slug: Slug,
    pub organization_type: OrganizationType,
    /// Its word for companies.
    pub unit: UnitLabel,
    pub region: Region,
    /// Unverified; empty for none.
    pub domain: String,
}

/// Inserts an organization without companies and members. `None` when the slug is taken; then nothing is inserted.
pub fn insert(conn: &mut Conn, now: Time, creator: UserId, new: &NewOrganization) -> QueryResult<Option<OrgId>> {
    match conn.transaction(|conn| insert_rows(conn, now, creator, new)) {
        Ok(id) => Ok(Some(id)),
        Err(Error::RollbackTransaction) => Ok(None),
        Err(error) => Err(error),
    }
}

fn insert_rows(conn: &mut Conn, now: Time, creator: UserId, new: &NewOrganization) -> QueryResult<OrgId> {
    let id = OrgId::fresh();
    diesel::insert_into(organizations::table)
        .values((
            organizations::id.eq(id),
            organizations::name.eq(&new.name),
            organizations::organization_type.eq(new.organization_type),
            organizations::unit_label.eq(new.unit),
            organizations::status.eq(OrganizationStatus::Active),
            organizations::region.eq(new.region),
            organizations::domain.eq(&new.domain),
            organizations::owner_count.eq(0),
            organizations::created_by.eq(creator),
            organizations::created_at.eq(now),
            organizations::checklist_due_at.eq(Some(now + settings_review::EVERY)),
        ))
        .execute(conn)?;
    let slug = (
        organization_slugs::slug.eq(new.slug.as_str()),
        organization_slugs::organization_id.eq(id),
        organization_slugs::is_current.eq(true),
        organization_slugs::created_at.eq(now),
    );
    let inserted = on_each!(conn, c => diesel::insert_into(organization_slugs::table).values(slug).on_conflict_do_nothing().execute(c))?;
    if inserted == 0 {
        return Err(Error::RollbackTransaction);
    }
    for role in Role::ALL {
        diesel::insert_into(role_counts::table)
            .values((
                role_counts::organization_id.eq(id),
                role_counts::role.eq(*role),
                role_counts::members.eq(0i64),
            ))
            .execute(conn)?;
    }
    Ok(id)
}
