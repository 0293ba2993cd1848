//! The organizations of an account.

use diesel::dsl::min;
use diesel::prelude::*;

use crate::audit::Action;
use crate::authz::role::Role;
use crate::authz::session_rules::{SessionPolicy, TwoFactorRule};
use crate::common::id::{MembershipId, UserId};
use crate::common::search;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{account_events, memberships, organization_slugs, organizations, users};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::{OrganizationStatus, UnitLabel};
use crate::on_each;

/// Locks the account, so that concurrent creations are counted one after the other, and reads the limit that an operator
/// has set for it.
pub fn lock_limit(conn: &mut Conn, user: UserId) -> QueryResult<Option<i32>> {
    // An update without a change takes the row lock on both engines.
    diesel::update(users::table.find(user))
        .set(users::id.eq(users::id))
        .execute(conn)?;
    users::table.find(user).select(users::organization_limit).first(conn)
}

/// How many organizations the account has created, without deleted ones.
pub fn count_created(conn: &mut Conn, user: UserId) -> QueryResult<i64> {
    organizations::table
        .filter(organizations::created_by.eq(user))
        .filter(organizations::status.ne(OrganizationStatus::Deleted))
        .count()
        .get_result(conn)
}

/// Whether the account is a member of an organization with this name, in any spelling.
pub fn has_named(conn: &mut Conn, user: UserId, name: &str) -> QueryResult<bool> {
    let names: Vec<String> = memberships::table
        .inner_join(organizations::table)
        .filter(memberships::user_id.eq(user))
        .filter(memberships::status.ne(MembershipStatus::Removed))
        .filter(organizations::status.ne(OrganizationStatus::Deleted))
        .select(organizations::name)
        .load(conn)?;
    let wanted = search::fold(name);
    Ok(names.iter().any(|name| search::fold(name) == wanted))
}

/// The names of the organizations that require a second factor of this person, also those whose grace period still runs.
pub fn requiring_second_factor(conn: &mut Conn, user: UserId) -> QueryResult<Vec<String>> {
    let rows: Vec<(String, TwoFactorRule, Role)> = memberships::table
        .inner_join(organizations::table)
        .filter(memberships::user_id.eq(user))
        .filter(memberships::status.ne(MembershipStatus::Removed))
        .filter(organizations::status.ne(OrganizationStatus::Deleted))
        .filter(organizations::two_factor.ne(TwoFactorRule::Off))
        .order(organizations::name)
        .select((organizations::name, organizations::two_factor, memberships::role))
        .load(conn)?;
    let requiring = rows
        .into_iter()
        .filter(|(_, rule, role)| rule.covers(role.is_owner_or_admin()));
    Ok(requiring.map(|(name, ..)| name).collect())
}

/// A policy of the strictest time limits of a person's organizations.
pub fn strictest_limits(conn: &mut Conn, user: UserId, now: Time) -> QueryResult<SessionPolicy> {
    let (idle, absolute) = on_each!(conn, c => memberships::table
        .inner_join(organizations::table)
        .filter(memberships::user_id.eq(user))
        .filter(crate::opens!(now))
        .filter(organizations::status.ne(OrganizationStatus::Deleted))
        .select((min(organizations::idle_minutes), min(organizations::absolute_hours)))
        .first(c))?;
    Ok(SessionPolicy::of_limits(idle, absolute))
}

/// How often the account has requested another organization since a time.
pub fn count_requests(conn: &mut Conn, user: UserId, since: Time) -> QueryResult<i64> {
    account_events::table
        .filter(account_events::user_id.eq(user))
        .filter(account_events::action.eq(Action::OrganizationRequested))
        .filter(account_events::at.gt(since))
        .count()
        .get_result(conn)
}

/// An organization in which the account is an active member.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = organizations)]
pub struct ActiveOrganization {
    pub id: OrgId,
    #[diesel(select_expression = memberships::id)]
    pub membership: MembershipId,
    pub name: String,
    #[diesel(select_expression = organization_slugs::slug)]
    pub slug: String,
    #[diesel(column_name = unit_label)]
    pub unit: UnitLabel,
}

/// The active organizations of an account by name, without one of them.
pub fn others(conn: &mut Conn, user: UserId, except: OrgId, limit: i64) -> QueryResult<Vec<ActiveOrganization>> {
    memberships::table
        .inner_join(organizations::table)
        .inner_join(organization_slugs::table.on(organization_slugs::organization_id.eq(organizations::id)))
        .filter(memberships::user_id.eq(user))
        .filter(memberships::status.eq(MembershipStatus::Active))
        .filter(memberships::organization_id.ne(except))
        .filter(organizations::status.eq(OrganizationStatus::Active))
        .filter(organizations::delete_after.is_null())
        .filter(organization_slugs::is_current)
        .order((organizations::name, organizations::id))
        .limit(limit)
        .select(ActiveOrganization::as_select())
        .load(conn)
}

/// The condition on a membership whose organization its account can open.
#[macro_export]
macro_rules! opens {
    ($now:expr) => {
        $crate::db::schema::memberships::status
            .eq($crate::db::types::MembershipStatus::Active)
            .and(
                $crate::db::schema::memberships::access_until
                    .is_null()
                    .or($crate::db::schema::memberships::access_until.ge($now)),
            )
    };
}

/// The slug of the organization that an account used last, among those it can open; else of the one it joined last.
pub fn last_used(conn: &mut Conn, user: UserId, now: Time) -> QueryResult<Option<String>> {
    let rows: Vec<(Option<Time>, Time, String)> = memberships::table
        .inner_join(organization_slugs::table.on(organization_slugs::organization_id.eq(memberships::organization_id)))
        .filter(memberships::user_id.eq(user))
        .filter(crate::opens!(now))
        .filter(organization_slugs::is_current)
        .select((
            memberships::last_seen_at,
            memberships::joined_at,
            organization_slugs::slug,
        ))
        .load(conn)?;
    Ok(rows.into_iter().max().map(|(.., slug)| slug))
}
