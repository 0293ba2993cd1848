//! Support sessions: how an operator looks into an organization that is not theirs. Only where the organization allows
//! it, with a reason, for a time, and with a line in its log.
//!
//! The organization's row is the lock: a session begins, and consent is taken back, one after the other.

use diesel::prelude::*;
use serde_json::json;

use crate::app::Ctx;
use crate::audit::{Action, ActorRef, Event, Events};
use crate::common::id::{SupportId, UserId};
use crate::common::time::{Span, Time};
use crate::db::Conn;
use crate::db::schema::{organization_slugs, organizations, support_sessions, users};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::UnitLabel;

/// Where a support session leads.
pub struct Entered {
    pub organization: OrgId,
    pub name: String,
    pub slug: String,
    pub unit: UnitLabel,
    pub active_companies: i64,
    pub archived_companies: i64,
    pub delete_after: Option<Time>,
    pub support: Support,
}

/// The running session of an operator in the organization of a slug. Consent that was taken back ends it at once.
pub fn enter(conn: &mut Conn, now: Time, operator: UserId, slug: &str) -> QueryResult<Option<Entered>> {
    type Row = (
        (OrgId, String, String, UnitLabel, i64, i64, Option<Time>),
        (SupportId, String, String, Time),
    );
    let row: Option<Row> = support_sessions::table
        .inner_join(organizations::table.on(organizations::id.eq(support_sessions::organization_id)))
        .inner_join(organization_slugs::table.on(organization_slugs::organization_id.eq(organizations::id)))
        .filter(organization_slugs::slug.eq(slug))
        .filter(organization_slugs::is_current.eq(true))
        .filter(organizations::support_consent.eq(true))
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
            ),
            (
                support_sessions::id,
                support_sessions::reason,
                support_sessions::consent_by,
                support_sessions::ends_at,
            ),
        ))
        .first(conn)
        .optional()?;
    Ok(row.map(|(place, session)| {
        let (organization, name, slug, unit, active_companies, archived_companies, delete_after) = place;
        let (id, reason, consent_by, ends_at) = session;
        Entered {
            organization,
            name,
            slug,
            unit,
            active_companies,
            archived_companies,
            delete_after,
            support: Support {
                id,
                reason,
                consent_by,
                ends_at,
            },
        }
    }))
}

/// A session that runs or ran.
#[derive(Debug, Clone, Queryable)]
pub struct Session {
    pub id: SupportId,
    /// The operator's account.
    pub operator: UserId,
    /// The operator's name.
    pub name: String,
    /// The operator's address.
    pub email: String,
    pub reason: String,
    /// Who had allowed it, by name.
    pub consent_by: String,
    pub started_at: Time,
    /// Until when at the longest.
    pub ends_at: Time,
    pub ended_at: Option<Time>,
}

impl Session {
    /// Whether it still opens something. A session past its time is over, whether or not the clock has noted it.
    pub fn runs(&self, now: Time) -> bool {
        self.ended_at.is_none() && self.ends_at > now
    }

    /// When it was over.
    pub fn over_at(&self) -> Time {
        self.ended_at.unwrap_or(self.ends_at)
    }
}

/// An organization's latest sessions, the newest first.
pub fn sessions(conn: &mut Conn, organization: OrgId, limit: i64) -> QueryResult<Vec<Session>> {
    support_sessions::table
        .inner_join(users::table.on(users::id.eq(support_sessions::operator_id)))
        .filter(support_sessions::organization_id.eq(organization))
        .order(support_sessions::id.desc())
        .limit(limit)
        .select((
            support_sessions::id,
            support_sessions::operator_id,
            users::name,
            users::email,
            support_sessions::reason,
            support_sessions::consent_by,
            support_sessions::started_at,
            support_sessions::ends_at,
            support_sessions::ended_at,
        ))
        .load(conn)
}

/// Whether operators may look in, and who said so last, by name.
pub fn consent(conn: &mut Conn, organization: OrgId) -> QueryResult<(bool, String)> {
    organizations::table
        .find(organization)
        .select((organizations::support_consent, organizations::support_consent_by))
        .first(conn)
}

/// Allows operators to look in, or takes that back; then what runs ends at once.
pub fn set_consent(conn: &mut Conn, cx: &Ctx, organization: OrgId, allowed: bool, by: &str) -> QueryResult<Events> {
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
    if changed == 0 {
        return Ok(Events::none("it was so before"));
    }
    let event = Event::new(
        Action::SupportConsentChanged,
        "organization",
        organization,
        "support access",
    )
    .before(json!({ "allowed": !allowed }))
    .after(json!({ "allowed": allowed }));
    let mut events = Events::organization(organization, event);
    if !allowed {
        let running = running().filter(support_sessions::organization_id.eq(organization));
        for open in running.select(OPEN).load(conn)? {
            events = events.and(close(conn, &open, cx.now, "consent taken back")?);
        }
    }
    Ok(events)
}

/// Why no session began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SupportError {
    /// The organization does not allow it.
    NoConsent,
    /// This operator has one there already.
    Running,
}

/// Begins a session; who allowed it is noted by name as of now.
pub fn begin(
    conn: &mut Conn,
    cx: &Ctx,
    operator: &ActorRef,
    organization: OrgId,
    reason: &str,
    length: Span,
) -> QueryResult<Result<(SupportId, Events), SupportError>> {
    // Takes the row, so that consent cannot be taken back between here and the commit.
    let consent_by: Option<String> = diesel::update(
        organizations::table
            .find(organization)
            .filter(organizations::support_consent.eq(true)),
    )
    .set(organizations::support_consent.eq(true))
    .returning(organizations::support_consent_by)
    .get_result(conn)
    .optional()?;
    let Some(consent_by) = consent_by else {
        return Ok(Err(SupportError::NoConsent));
    };
    let running: i64 = running()
        .filter(support_sessions::organization_id.eq(organization))
        .filter(support_sessions::operator_id.eq(operator.id))
        .filter(support_sessions::ends_at.gt(cx.now))
        .count()
        .get_result(conn)?;
    if running > 0 {
        return Ok(Err(SupportError::Running));
    }
    let (id, ends_at) = (SupportId::fresh(), cx.now + length);
    diesel::insert_into(support_sessions::table)
        .values((
            support_sessions::organization_id.eq(organization),
            support_sessions::id.eq(id),
            support_sessions::operator_id.eq(operator.id),
            support_sessions::reason.eq(reason),
            support_sessions::consent_by.eq(&consent_by),
            support_sessions::started_at.eq(cx.now),
            support_sessions::ends_at.eq(ends_at),
        ))
        .execute(conn)?;
    let event = Event::new(Action::SupportBegan, "support", id, &operator.name)
        .after(json!({ "reason": reason, "until": ends_at.iso() }));
    let events = Events::organization(organization, event).on_behalf_of(Some(consent_by));
    Ok(Ok((id, events)))
}

/// Whether an organization has or had this session.
pub fn exists(conn: &mut Conn, organization: OrgId, id: SupportId) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(support_sessions::table.find((organization, id)))).get_result(conn)
}

/// Ends one session of an organization; `None` when it is over.
pub fn end(conn: &mut Conn, now: Time, organization: OrgId, id: SupportId) -> QueryResult<Option<Events>> {
    let open = running()
        .filter(support_sessions::organization_id.eq(organization))
        .filter(support_sessions::id.eq(id))
        .select(OPEN)
        .first(conn)
        .optional()?;
    match open {
        Some(open) => close(conn, &open, now, "ended by hand").map(Some),
        None => Ok(None),
    }
}

/// Ends what an operator has running: in one organization, or everywhere.
pub fn end_of(conn: &mut Conn, now: Time, operator: UserId, organization: Option<OrgId>) -> QueryResult<Events> {
    let all: Vec<Open> = running()
        .filter(support_sessions::operator_id.eq(operator))
        .select(OPEN)
        .load(conn)?;
    let mut events = Events::none("nothing runs");
    for open in all.iter().filter(|open| organization.is_none_or(|only| only == open.0)) {
        events = events.and(close(conn, open, now, "ended by hand")?);
    }
    Ok(events)
}

/// Ends what is past its time, at most so many, for the clock.
pub fn sweep(conn: &mut Conn, now: Time, most: i64) -> QueryResult<Events> {
    let over: Vec<Open> = running()
        .filter(support_sessions::ends_at.le(now))
        .order(support_sessions::ends_at)
        .limit(most)
        .select(OPEN)
        .load(conn)?;
    let mut events = Events::none("no session is past its time");
    for open in &over {
        events = events.and(close(conn, open, open.5, "time is up")?);
    }
    Ok(events)
}

/// An open session: organization, id, operator's name, reason, who allowed it, its end.
type Open = (OrgId, SupportId, String, String, String, Time);

type OpenColumns = (
    support_sessions::organization_id,
    support_sessions::id,
    users::name,
    support_sessions::reason,
    support_sessions::consent_by,
    support_sessions::ends_at,
);

const OPEN: OpenColumns = (
    support_sessions::organization_id,
    support_sessions::id,
    users::name,
    support_sessions::reason,
    support_sessions::consent_by,
    support_sessions::ends_at,
);

#[diesel::dsl::auto_type]
fn running() -> _ {
    support_sessions::table
        .inner_join(users::table.on(users::id.eq(support_sessions::operator_id)))
        .filter(support_sessions::ended_at.is_null())
}

/// The guard makes two that end it at once note it once.
fn close(conn: &mut Conn, open: &Open, at: Time, how: &str) -> QueryResult<Events> {
    let (organization, id, operator, reason, consent_by, _) = open;
    let ended = diesel::update(
        support_sessions::table
            .find((*organization, *id))
            .filter(support_sessions::ended_at.is_null()),
    )
    .set(support_sessions::ended_at.eq(Some(at)))
    .execute(conn)?;
    if ended == 0 {
        return Ok(Events::none("it was ended in this moment"));
    }
    let event = Event::new(Action::SupportEnded, "support", id, operator)
        .before(json!({ "reason": reason }))
        .after(json!({ "how": how, "allowed_by": consent_by }));
    Ok(Events::organization(*organization, event))
}

/// A support session: an operator in an organization that is not theirs.
#[derive(Debug, Clone)]
pub struct Support {
    pub id: SupportId,
    pub reason: String,
    /// Who allowed operators in, by name.
    pub consent_by: String,
    pub ends_at: Time,
}
