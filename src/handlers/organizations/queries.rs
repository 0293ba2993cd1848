//! What the organizations of a person are read from. The person stands in the place of the organization here: every
//! function looks at one person's own rows.

use std::collections::HashMap;

use diesel::dsl::count_star;
use diesel::prelude::*;

use crate::audit::Action;
use crate::authz::role::Role;
use crate::common::id::{MembershipId, UserId};
use crate::common::slug::Slug;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{
    account_events, companies, company_assignments, memberships, organization_slugs, organizations, role_counts, users,
};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::{CompanyStatus, OrganizationStatus, OrganizationType, UnitLabel};
use crate::models::organization;

/// An organization of a person.
#[derive(Debug, Clone, Queryable)]
pub struct Mine {
    pub id: OrgId,
    pub name: String,
    pub slug: String,
    /// What kind it is.
    pub organization_type: OrganizationType,
    /// Its word for companies.
    pub unit: UnitLabel,
    pub membership: MembershipId,
    pub role: Role,
    /// Whether the membership counts.
    pub status: MembershipStatus,
    /// The last moment of access.
    pub access_until: Option<Time>,
    pub joined_at: Time,
    pub last_seen_at: Option<Time>,
    /// When the organization will be deleted, while it waits for that.
    pub delete_after: Option<Time>,
}

/// The organizations of a person.
pub fn mine(conn: &mut Conn, user: UserId) -> QueryResult<Vec<Mine>> {
    memberships::table
        .inner_join(organizations::table)
        .inner_join(organization_slugs::table.on(organization_slugs::organization_id.eq(organizations::id)))
        .filter(memberships::user_id.eq(user))
        .filter(memberships::status.ne(MembershipStatus::Removed))
        .filter(organization_slugs::is_current.eq(true))
        .select((
            organizations::id,
            organizations::name,
            organization_slugs::slug,
            organizations::organization_type,
            organizations::unit_label,
            memberships::id,
            memberships::role,
            memberships::status,
            memberships::access_until,
            memberships::joined_at,
            memberships::last_seen_at,
            organizations::delete_after,
        ))
        .load(conn)
}

/// Counts by organization.
pub type Counts = HashMap<OrgId, i64>;

/// How many members each organization of a person has.
pub fn members(conn: &mut Conn, user: UserId) -> QueryResult<Counts> {
    let rows: Vec<(OrgId, i64)> = role_counts::table
        .inner_join(memberships::table.on(memberships::organization_id.eq(role_counts::organization_id)))
        .filter(memberships::user_id.eq(user))
        .filter(memberships::status.ne(MembershipStatus::Removed))
        .select((role_counts::organization_id, role_counts::members))
        .load(conn)?;
    let mut counts = Counts::new();
    for (organization, members) in rows {
        *counts.entry(organization).or_default() += members;
    }
    Ok(counts)
}

/// How many active companies each organization of a person has.
pub fn companies(conn: &mut Conn, user: UserId) -> QueryResult<Counts> {
    let rows: Vec<(OrgId, i64)> = companies::table
        .inner_join(memberships::table.on(memberships::organization_id.eq(companies::organization_id)))
        .filter(memberships::user_id.eq(user))
        .filter(memberships::status.ne(MembershipStatus::Removed))
        .filter(companies::status.eq(CompanyStatus::Active))
        .group_by(companies::organization_id)
        .select((companies::organization_id, count_star()))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// How many companies are assigned to the person in each organization.
pub fn assigned(conn: &mut Conn, user: UserId) -> QueryResult<Counts> {
    let rows: Vec<(OrgId, i64)> = company_assignments::table
        .inner_join(
            memberships::table.on(memberships::organization_id
                .eq(company_assignments::organization_id)
                .and(memberships::id.eq(company_assignments::membership_id))),
        )
        .inner_join(
            companies::table.on(companies::organization_id
                .eq(company_assignments::organization_id)
                .and(companies::id.eq(company_assignments::company_id))),
        )
        .filter(memberships::user_id.eq(user))
        .filter(memberships::status.ne(MembershipStatus::Removed))
        .filter(companies::status.eq(CompanyStatus::Active))
        .group_by(company_assignments::organization_id)
        .select((company_assignments::organization_id, count_star()))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Whether a person belongs to any organization.
pub fn has_any(conn: &mut Conn, user: UserId) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        memberships::table
            .filter(memberships::user_id.eq(user))
            .filter(memberships::status.ne(MembershipStatus::Removed)),
    ))
    .get_result(conn)
}

/// How many organizations a person has created.
pub fn created(conn: &mut Conn, user: UserId) -> QueryResult<i64> {
    organizations::table
        .filter(organizations::created_by.eq(user))
        .filter(organizations::status.ne(OrganizationStatus::Deleted))
        .count()
        .get_result(conn)
}

/// Makes every other transaction that locks this person wait: what is counted next stays true until the commit.
pub fn lock(conn: &mut Conn, user: UserId) -> QueryResult<()> {
    // An update that changes nothing takes the row's lock on both engines.
    diesel::update(users::table.find(user))
        .set(users::id.eq(users::id))
        .execute(conn)?;
    Ok(())
}

/// A slug like this one that nobody has; the slug itself when it is free.
pub fn free_like(conn: &mut Conn, slug: &str) -> QueryResult<Option<Slug>> {
    for candidate in std::iter::once(slug.to_owned()).chain(Slug::alternatives(slug)) {
        if let Ok(candidate) = Slug::parse_free(&candidate)
            && organization::is_free(conn, candidate.as_str())?
        {
            return Ok(Some(candidate));
        }
    }
    Ok(None)
}

/// Whether an organization has one owner only.
pub fn has_one_owner(conn: &mut Conn, org: OrgId) -> QueryResult<bool> {
    let owners: i32 = organizations::table
        .find(org)
        .select(organizations::owner_count)
        .first(conn)?;
    Ok(owners == 1)
}

/// Name and address of the people who run this installation.
pub fn operators(conn: &mut Conn) -> QueryResult<Vec<(String, String)>> {
    users::table
        .filter(users::is_operator.eq(true))
        .filter(users::email_verified_at.is_not_null())
        .order(users::id)
        .limit(20)
        .select((users::name, users::email))
        .load(conn)
}

/// How often a person has asked for another organization since a moment.
pub fn asked(conn: &mut Conn, user: UserId, since: Time) -> QueryResult<i64> {
    account_events::table
        .filter(account_events::user_id.eq(user))
        .filter(account_events::action.eq(Action::OrganizationRequested))
        .filter(account_events::at.gt(since))
        .count()
        .get_result(conn)
}
