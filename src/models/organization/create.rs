//! How an organization begins.

use diesel::prelude::*;

use crate::app::Ctx;
use crate::audit::{Action, Event, Events};
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::id::{CompanyId, UserId};
use crate::common::name;
use crate::common::slug::Slug;
use crate::db::Conn;
use crate::db::schema::{companies, organization_slugs, organizations, role_counts};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::{CompanyStatus, OrganizationStatus, OrganizationType, Region};
use crate::models::membership;
use crate::models::membership::Origin;
use crate::models::membership::add::NewMembership;
use crate::on_each;

/// What a new organization begins with.
#[derive(Debug, Clone)]
pub struct NewOrganization {
    pub name: String,
    pub slug: Slug,
    /// What kind it is.
    pub organization_type: OrganizationType,
    /// Where its data is wanted.
    pub region: Region,
    /// Its domain, unproven; empty for none.
    pub domain: String,
}

/// Why no organization was made.
#[derive(Debug)]
pub enum CreateRefused {
    /// Somebody has the slug.
    SlugTaken,
    Failed(AppError),
}

impl From<diesel::result::Error> for CreateRefused {
    fn from(error: diesel::result::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// Makes an organization with its slug, its first company and its creator as owner.
pub fn create(
    conn: &mut Conn,
    cx: &Ctx,
    creator: UserId,
    new: &NewOrganization,
) -> Result<(OrgId, Events), CreateRefused> {
    // A savepoint: a slug that somebody takes in this moment undoes the organization and nothing else.
    conn.transaction(|conn| make(conn, cx, creator, new))
}

fn make(conn: &mut Conn, cx: &Ctx, creator: UserId, new: &NewOrganization) -> Result<(OrgId, Events), CreateRefused> {
    let id = OrgId::fresh();
    let unit = new.organization_type.unit();
    diesel::insert_into(organizations::table)
        .values((
            organizations::id.eq(id),
            organizations::name.eq(&new.name),
            organizations::organization_type.eq(new.organization_type),
            organizations::unit_label.eq(unit),
            organizations::status.eq(OrganizationStatus::Active),
            organizations::region.eq(new.region),
            organizations::domain.eq(&new.domain),
            organizations::owner_count.eq(0),
            organizations::active_companies.eq(1i64),
            organizations::created_by.eq(creator),
            organizations::created_at.eq(cx.now),
        ))
        .execute(conn)?;
    let slug = (
        organization_slugs::slug.eq(new.slug.as_str()),
        organization_slugs::organization_id.eq(id),
        organization_slugs::is_current.eq(true),
        organization_slugs::created_at.eq(cx.now),
    );
    let placed = on_each!(conn, c => diesel::insert_into(organization_slugs::table).values(slug).on_conflict_do_nothing().execute(c))?;
    if placed == 0 {
        return Err(CreateRefused::SlugTaken);
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
    let first = format!("{} {}", new.name, unit.one());
    let company = CompanyId::fresh();
    diesel::insert_into(companies::table)
        .values((
            companies::organization_id.eq(id),
            companies::id.eq(company),
            companies::name.eq(&first),
            companies::slug.eq("main"),
            companies::sort_name.eq(name::sort_key(&first)),
            companies::status.eq(CompanyStatus::Active),
            companies::created_at.eq(cx.now),
        ))
        .execute(conn)?;
    let enrolment = NewMembership {
        role: Role::Owner,
        access_until: None,
        invited_by: None,
        origin: Origin::Direct,
        companies: Vec::new(),
    };
    membership::add(conn, cx, id, creator, &enrolment).map_err(CreateRefused::Failed)?;
    let events = Events::organization(
        id,
        Event::new(Action::OrganizationCreated, "organization", id, &new.name)
            .after(serde_json::json!({ "name": new.name, "slug": new.slug.as_str(), "type": new.organization_type.as_str(), "region": new.region.as_str(), "domain": new.domain })),
    )
    .and(Events::organization(id, Event::new(Action::CompanyCreated, "company", company, &first).after(serde_json::json!({ "name": first, "slug": "main" }))));
    Ok((id, events))
}
