//! Counts over the whole instance.

use diesel::dsl::{count_star, max, min};
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};

use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{audit_seals, instance, mail_outbox, organizations, support_sessions, users};
use crate::db::types::organization::OrganizationStatus;
use crate::mail::outbox::MailState;

#[derive(Debug, Clone)]
pub struct InstanceNumbers {
    pub organizations: i64,
    /// Organizations that allow support access.
    pub consenting: i64,
    pub accounts: i64,
    /// Accounts with a verified email address.
    pub verified: i64,
    pub operators: i64,
    /// Active support sessions.
    pub support: i64,
    /// The number of emails in each state.
    pub emails: Vec<(MailState, i64)>,
}

impl InstanceNumbers {
    pub fn emails_in(&self, wanted: MailState) -> i64 {
        self.emails
            .iter()
            .find(|(state, _)| *state == wanted)
            .map_or(0, |(_, n)| *n)
    }
}

pub fn count(conn: &mut Conn, now: Time) -> QueryResult<InstanceNumbers> {
    let emails: Vec<(MailState, i64)> = mail_outbox::table
        .group_by(mail_outbox::state)
        .select((mail_outbox::state, count_star()))
        .load(conn)?;
    let of = |wanted| emails.iter().find(|(state, _)| *state == wanted).map_or(0, |(_, n)| *n);
    Ok(InstanceNumbers {
        organizations: self::organizations(conn)?,
        consenting: organizations::table
            .filter(organizations::support_consent)
            .count()
            .get_result(conn)?,
        accounts: users::table.count().get_result(conn)?,
        verified: users::table
            .filter(users::email_verified_at.is_not_null())
            .count()
            .get_result(conn)?,
        operators: users::table.filter(users::is_operator).count().get_result(conn)?,
        support: support_sessions::table
            .filter(support_sessions::ended_at.is_null())
            .filter(support_sessions::ends_at.gt(now))
            .count()
            .get_result(conn)?,
        emails: MailState::ALL.iter().map(|state| (*state, of(*state))).collect(),
    })
}

/// Excludes the tombstones of deleted organizations.
pub fn organizations(conn: &mut Conn) -> QueryResult<i64> {
    organizations::table
        .filter(organizations::status.ne(OrganizationStatus::Deleted))
        .count()
        .get_result(conn)
}

/// The latest migration.
pub fn schema(conn: &mut Conn) -> QueryResult<String> {
    #[derive(QueryableByName)]
    struct Latest {
        #[diesel(sql_type = Nullable<Text>)]
        version: Option<String>,
    }
    let latest: Latest =
        diesel::sql_query("SELECT MAX(version) AS version FROM __diesel_schema_migrations").get_result(conn)?;
    Ok(latest.version.unwrap_or_default())
}

/// A small query, to measure the response time.
pub fn ping(conn: &mut Conn) -> QueryResult<()> {
    instance::table.count().get_result::<i64>(conn).map(|_| ())
}

/// Since when the oldest due email is due.
pub fn oldest_due(conn: &mut Conn, now: Time) -> QueryResult<Option<Time>> {
    mail_outbox::table
        .filter(mail_outbox::state.eq(MailState::Queued))
        .filter(mail_outbox::next_attempt_at.le(now))
        .select(min(mail_outbox::next_attempt_at))
        .first(conn)
}

/// When an audit log was last sealed.
pub fn sealed(conn: &mut Conn) -> QueryResult<Option<Time>> {
    audit_seals::table.select(max(audit_seals::sealed_at)).first(conn)
}
