//! Support sessions: an operator views an organization that allows it, with a reason and for a limited time.
//!
//! The organization's row is the lock between the begin of a session and a change of the consent.

pub mod open;

use diesel::prelude::*;

use crate::common::id::{SupportId, UserId};
use crate::common::time::Time;
use crate::common::zone::Zone;
use crate::db::Conn;
use crate::db::schema::{organization_slugs, organizations, support_sessions, users};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::UnitLabel;

/// The session of a request.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = support_sessions)]
pub struct ActiveSupport {
    pub id: SupportId,
    pub reason: String,
    /// The name of the member who allowed support access.
    pub consent_by: String,
    pub ends_at: Time,
}

/// An organization as an operator enters it by a support session.
pub struct EnteredOrganization {
    pub organization: OrgId,
    pub name: String,
    pub slug: String,
    pub unit: UnitLabel,
    pub active_companies: i64,
    pub archived_companies: i64,
    pub delete_after: Option<Time>,
    pub timezone: Zone,
    pub support: ActiveSupport,
}

/// The active session of an operator in the organization of a slug.
pub fn enter(conn: &mut Conn, now: Time, operator: UserId, slug: &str) -> QueryResult<Option<EnteredOrganization>> {
    type EnteredRow = (
        (OrgId, String, String, UnitLabel, i64, i64, Option<Time>, Zone),
        ActiveSupport,
    );
    let row: Option<EnteredRow> = support_sessions::table
        .inner_join(organizations::table.on(organizations::id.eq(support_sessions::organization_id)))
        .inner_join(organization_slugs::table.on(organization_slugs::organization_id.eq(organizations::id)))
        .filter(organization_slugs::slug.eq(slug))
        .filter(organization_slugs::is_current)
        .filter(organizations::support_consent)
        .filter(support_sessions::operator_id.eq(operator))
        .filter(support_sessions::ended_at.is_null())
        .filter(support_sessions::ends_at.gt(now))
        .order(support_sessions::ends_at.desc())
        .select((
            (
                organizations::id,
                organizations::name,
                organization_slugs::slug,
                organizations::unit_label,
                organizations::active_companies,
                organizations::archived_companies,
                organizations::delete_after,
                organizations::timezone,
            ),
            ActiveSupport::as_select(),
        ))
        .first(conn)
        .optional()?;
    Ok(row.map(|(heading, support)| {
        let (organization, name, slug, unit, active_companies, archived_companies, delete_after, timezone) = heading;
        EnteredOrganization {
            organization,
            name,
            slug,
            unit,
            active_companies,
            archived_companies,
            delete_after,
            timezone,
            support,
        }
    }))
}

/// A session in a list.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = support_sessions)]
pub struct SupportSession {
    pub id: SupportId,
    #[diesel(column_name = operator_id)]
    pub operator: UserId,
    #[diesel(select_expression = users::name)]
    pub name: String,
    #[diesel(select_expression = users::email)]
    pub email: String,
    pub reason: String,
    /// The name of the member who allowed support access.
    pub consent_by: String,
    pub started_at: Time,
    pub ends_at: Time,
    pub ended_at: Option<Time>,
}

impl SupportSession {
    /// Whether it is active. A session past its end is over before a job records that.
    pub fn runs(&self, now: Time) -> bool {
        self.ended_at.is_none() && self.ends_at > now
    }

    pub fn over_at(&self) -> Time {
        self.ended_at.unwrap_or(self.ends_at)
    }
}

/// The latest sessions of an organization, newest first.
pub fn sessions(conn: &mut Conn, organization: OrgId, limit: i64) -> QueryResult<Vec<SupportSession>> {
    support_sessions::table
        .inner_join(users::table.on(users::id.eq(support_sessions::operator_id)))
        .filter(support_sessions::organization_id.eq(organization))
        .order(support_sessions::id.desc())
        .limit(limit)
        .select(SupportSession::as_select())
        .load(conn)
}

/// Whether an organization allows support access.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = organizations)]
pub struct SupportConsent {
    #[diesel(column_name = support_consent)]
    pub allowed: bool,
    /// The name of the member who changed it last; empty for no one.
    #[diesel(column_name = support_consent_by)]
    pub by: String,
}

pub fn consent(conn: &mut Conn, organization: OrgId) -> QueryResult<SupportConsent> {
    organizations::table
        .find(organization)
        .select(SupportConsent::as_select())
        .first(conn)
}

/// `false` when it is so already.
pub fn set_consent(conn: &mut Conn, organization: OrgId, allowed: bool, by: &str) -> QueryResult<bool> {
    let changed = diesel::update(
        organizations::table
            .find(organization)
            .filter(organizations::support_consent.ne(allowed)),
    )
    .set((
        organizations::support_consent.eq(allowed),
        organizations::support_consent_by.eq(by),
    ))
    .execute(conn)?;
    Ok(changed == 1)
}

/// Who allowed support access; `None` when it is off. It stays so until the transaction ends.
pub fn lock_consent(conn: &mut Conn, organization: OrgId) -> QueryResult<Option<String>> {
    diesel::update(
        organizations::table
            .find(organization)
            .filter(organizations::support_consent),
    )
    .set(organizations::support_consent.eq(true))
    .returning(organizations::support_consent_by)
    .get_result(conn)
    .optional()
}

pub fn is_active(conn: &mut Conn, now: Time, organization: OrgId, operator: UserId) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        support_sessions::table
            .filter(support_sessions::organization_id.eq(organization))
            .filter(support_sessions::operator_id.eq(operator))
            .filter(support_sessions::ended_at.is_null())
            .filter(support_sessions::ends_at.gt(now)),
    ))
    .get_result(conn)
}

pub fn insert(
    conn: &mut Conn,
    now: Time,
    organization: OrgId,
    operator: UserId,
    support: &ActiveSupport,
) -> QueryResult<()> {
    diesel::insert_into(support_sessions::table)
        .values((
            support_sessions::organization_id.eq(organization),
            support_sessions::id.eq(support.id),
            support_sessions::operator_id.eq(operator),
            support_sessions::reason.eq(&support.reason),
            support_sessions::consent_by.eq(&support.consent_by),
            support_sessions::started_at.eq(now),
            support_sessions::ends_at.eq(support.ends_at),
        ))
        .execute(conn)?;
    Ok(())
}

pub fn exists(conn: &mut Conn, organization: OrgId, id: SupportId) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(support_sessions::table.find((organization, id)))).get_result(conn)
}
