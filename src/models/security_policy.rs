//! How strictly an organization asks people to sign in, and whom a rule about the second factor concerns.

pub mod concerned;

use diesel::prelude::*;

use crate::authz::session_rules::{SessionPolicy, TwoFactorRule};
use crate::common::id::{MembershipId, UserId};
use crate::common::time::{Span, Time};
use crate::db::Conn;
use crate::db::schema::{memberships, organization_slugs, organizations};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;

/// How strictly an organization asks people to sign in, as stored.
#[derive(Debug, Clone, Copy, Queryable, Selectable)]
#[diesel(table_name = organizations)]
pub struct SecurityColumns {
    pub two_factor: TwoFactorRule,
    pub two_factor_from: Option<Time>,
    pub idle_minutes: Option<i32>,
    pub absolute_hours: Option<i32>,
    pub step_up_minutes: i32,
    pub sessions_from: Time,
}

impl SecurityColumns {
    /// As the rules read it.
    pub fn policy(&self) -> SessionPolicy {
        SessionPolicy {
            two_factor: self.two_factor,
            two_factor_from: self.two_factor_from,
            step_up: Span::minutes(self.step_up_minutes.into()),
            sessions_from: self.sessions_from,
            ..SessionPolicy::of_limits(self.idle_minutes, self.absolute_hours)
        }
    }
}

/// The policy as people set it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = organizations, treat_none_as_null = true)]
pub struct SecurityPolicy {
    pub two_factor: TwoFactorRule,
    /// How many days people have before the rule is enforced.
    #[diesel(column_name = two_factor_grace_days)]
    pub grace_days: i32,
    pub idle_minutes: Option<i32>,
    pub absolute_hours: Option<i32>,
    pub step_up_minutes: i32,
}

impl SecurityPolicy {
    /// When the rule is enforced if it is set now.
    pub fn enforced_from(&self, now: Time) -> Option<Time> {
        (self.two_factor != TwoFactorRule::Off).then(|| now + Span::days(self.grace_days.into()))
    }
}

pub fn load(conn: &mut Conn, organization: OrgId) -> QueryResult<(SecurityPolicy, Option<Time>)> {
    organizations::table
        .find(organization)
        .select((SecurityPolicy::as_select(), organizations::two_factor_from))
        .first(conn)
}

/// The time limits of the organization of a slug, for a member of it.
pub fn of_member(conn: &mut Conn, user: UserId, slug: &str) -> QueryResult<Option<SessionPolicy>> {
    let limits: Option<(Option<i32>, Option<i32>)> = memberships::table
        .inner_join(organizations::table)
        .inner_join(organization_slugs::table.on(organization_slugs::organization_id.eq(organizations::id)))
        .filter(organization_slugs::slug.eq(slug))
        .filter(organization_slugs::is_current)
        .filter(memberships::user_id.eq(user))
        .filter(memberships::status.eq(MembershipStatus::Active))
        .select((organizations::idle_minutes, organizations::absolute_hours))
        .first(conn)
        .optional()?;
    Ok(limits.map(|(idle, absolute)| SessionPolicy::of_limits(idle, absolute)))
}

pub fn set(conn: &mut Conn, organization: OrgId, policy: &SecurityPolicy) -> QueryResult<()> {
    diesel::update(organizations::table.find(organization))
        .set(policy)
        .execute(conn)?;
    Ok(())
}

/// Saves from when on the rule about the second factor is enforced. Reminders start anew.
pub fn enforce_from(conn: &mut Conn, organization: OrgId, from: Option<Time>) -> QueryResult<()> {
    diesel::update(organizations::table.find(organization))
        .set((
            organizations::two_factor_from.eq(from),
            organizations::two_factor_reminder.eq(0),
            organizations::two_factor_reminded.eq(None::<String>),
        ))
        .execute(conn)?;
    Ok(())
}

/// From this time on every member has to prove again who they are.
pub fn end_sessions(conn: &mut Conn, organization: OrgId, now: Time) -> QueryResult<()> {
    diesel::update(organizations::table.find(organization))
        .set(organizations::sessions_from.eq(now))
        .execute(conn)?;
    Ok(())
}

/// As `end_sessions`, for one member.
pub fn end_member_sessions(conn: &mut Conn, organization: OrgId, member: MembershipId, now: Time) -> QueryResult<()> {
    diesel::update(memberships::table.find((organization, member)))
        .set(memberships::sessions_from.eq(now))
        .execute(conn)?;
    Ok(())
}

/// An organization whose members are to be reminded: the rule, when it is enforced, which reminder, and after which member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueReminder {
    pub organization: OrgId,
    pub rule: TwoFactorRule,
    pub from: Time,
    /// 1: a week before, 2: a day before.
    pub reminder: i32,
    pub after: String,
}

/// The organization, its rule, the end of the grace period, the reminder that was begun, and after which member it goes on.
type GraceRow = (OrgId, TwoFactorRule, Option<Time>, i32, Option<String>);

/// How long before the end of the grace period each reminder goes out.
pub const REMINDERS: [(i32, Span); 2] = [(2, Span::days(1)), (1, Span::days(7))];

/// The first organization with a reminder to send.
pub fn due_reminder(conn: &mut Conn, now: Time) -> QueryResult<Option<DueReminder>> {
    let rows: Vec<GraceRow> = organizations::table
        .filter(organizations::two_factor_from.gt(now))
        .filter(organizations::two_factor_from.le(now + Span::days(7)))
        .filter(organizations::two_factor.ne(TwoFactorRule::Off))
        .filter(organizations::delete_after.is_null())
        .order((organizations::two_factor_from, organizations::id))
        .select((
            organizations::id,
            organizations::two_factor,
            organizations::two_factor_from,
            organizations::two_factor_reminder,
            organizations::two_factor_reminded,
        ))
        .load(conn)?;
    Ok(rows.into_iter().find_map(|(organization, rule, from, sent, after)| {
        let from = from?;
        let (reminder, _) = REMINDERS.into_iter().find(|(_, before)| from <= now + *before)?;
        let after = match after {
            Some(after) if sent == reminder => after,
            None if sent == reminder => return None,
            _ => String::new(),
        };
        Some(DueReminder {
            organization,
            rule,
            from,
            reminder,
            after,
        })
    }))
}

/// Notes how far a reminder got; `None`: to everyone.
pub fn note_reminder(conn: &mut Conn, organization: OrgId, reminder: i32, after: Option<&str>) -> QueryResult<()> {
    diesel::update(organizations::table.find(organization))
        .set((
            organizations::two_factor_reminder.eq(reminder),
            organizations::two_factor_reminded.eq(after),
        ))
        .execute(conn)?;
    Ok(())
}
