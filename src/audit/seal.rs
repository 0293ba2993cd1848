//! Seals: the end of a chain at the end of a day, signed with the key of the instance. A rewritten chain does not match
//! them.

use diesel::prelude::*;

use crate::app::Ctx;
use crate::audit::chain::chained;
use crate::common::time::{Span, Time};
use crate::common::zone::Zone;
use crate::db::Conn;
use crate::db::schema::{audit_events, audit_heads, audit_seals};
use crate::db::types::org_id::OrgId;
use crate::on_each;

/// The end of a chain at the end of a day.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = audit_seals)]
pub struct Seal {
    /// The day, `YYYY-MM-DD` in UTC.
    pub day: String,
    /// The last line.
    pub seq: i64,
    /// Its hash.
    pub hash: String,
    /// The signature of [`message`], in hex.
    pub signature: String,
    /// When it was made.
    pub sealed_at: Time,
}

/// The signed text. `when` is a day, or the moment of an export.
pub fn message(organization: OrgId, when: &str, seq: i64, hash: &str) -> String {
    format!("tenantry-seal-1\n{organization}\n{when}\n{seq}\n{hash}")
}

impl Seal {
    /// The signed text.
    pub fn message(&self, organization: OrgId) -> String {
        message(organization, &self.day, self.seq, &self.hash)
    }
}

/// The day to seal at `now`: yesterday.
fn day(now: Time) -> String {
    (now - Span::days(1)).day(Zone::UTC)
}

// Chains that grew since their last seal and have no seal of that day.
macro_rules! due {
    ($day:expr) => {
        audit_heads::table
            .filter(audit_heads::seq.gt(audit_heads::sealed_seq))
            .filter(audit_heads::sealed_day.lt($day))
            .order(audit_heads::organization_id)
            .select(audit_heads::organization_id)
    };
}

/// Whether a chain has to be sealed.
pub fn is_due(conn: &mut Conn, now: Time) -> QueryResult<bool> {
    let first: Option<OrgId> = due!(day(now)).first(conn).optional()?;
    Ok(first.is_some())
}

/// Seals at most `most` chains for yesterday, at their last line of that day. Returns how many were checked.
pub fn seal(conn: &mut Conn, cx: &Ctx, most: i64) -> QueryResult<usize> {
    let day = day(cx.now);
    let organizations: Vec<OrgId> = due!(day.as_str()).limit(most).load(conn)?;
    for organization in &organizations {
        let here = audit_heads::table.find(organization);
        // Two processes seal a chain once. A chain that began after the end of the day is sealed the day after.
        let mine = diesel::update(here.filter(audit_heads::sealed_day.lt(&day)))
            .set(audit_heads::sealed_day.eq(&day))
            .execute(conn)?;
        let Some((seq, hash)) = end_of(conn, *organization, &day)?.filter(|_| mine == 1) else {
            continue;
        };
        let message = message(*organization, &day, seq, &hash);
        let row = (
            audit_seals::organization_id.eq(organization),
            audit_seals::day.eq(&day),
            audit_seals::seq.eq(seq),
            audit_seals::hash.eq(&hash),
            audit_seals::signature.eq(cx.app.keys.signer().sign(message.as_bytes())),
            audit_seals::sealed_at.eq(cx.now),
        );
        on_each!(conn, c => diesel::insert_into(audit_seals::table).values(row).on_conflict_do_nothing().execute(c))?;
        diesel::update(here)
            .set(audit_heads::sealed_seq.eq(seq))
            .execute(conn)?;
    }
    Ok(organizations.len())
}

/// The last line of a day, unless it is sealed. Soon after midnight few lines come after it.
fn end_of(conn: &mut Conn, organization: OrgId, day: &str) -> QueryResult<Option<(i64, String)>> {
    let sealed: i64 = audit_heads::table
        .find(organization)
        .select(audit_heads::sealed_seq)
        .first(conn)?;
    audit_events::table
        .filter(audit_events::organization_id.eq(organization))
        .filter(chained())
        .filter(audit_events::seq.gt(sealed))
        .filter(audit_events::at.le(Time::end_of_day(day, Zone::UTC).unwrap_or(Time(0))))
        .order(audit_events::seq.desc())
        .select((audit_events::seq, audit_events::hash))
        .first(conn)
        .optional()
}

/// The seals on lines from `first` to `last`, in the order of the lines.
pub fn between(conn: &mut Conn, organization: OrgId, first: i64, last: i64) -> QueryResult<Vec<Seal>> {
    audit_seals::table
        .filter(audit_seals::organization_id.eq(organization))
        .filter(audit_seals::seq.between(first, last))
        .order((audit_seals::seq, audit_seals::day))
        .select(Seal::as_select())
        .load(conn)
}

/// The newest seal.
pub fn latest(conn: &mut Conn, organization: OrgId) -> QueryResult<Option<Seal>> {
    audit_seals::table
        .filter(audit_seals::organization_id.eq(organization))
        .order(audit_seals::day.desc())
        .select(Seal::as_select())
        .first(conn)
        .optional()
}

/// The first seal that covers a line.
pub fn covering(conn: &mut Conn, organization: OrgId, line: i64) -> QueryResult<Option<Seal>> {
    audit_seals::table
        .filter(audit_seals::organization_id.eq(organization))
        .filter(audit_seals::seq.ge(line))
        .order((audit_seals::seq, audit_seals::day))
        .select(Seal::as_select())
        .first(conn)
        .optional()
}
