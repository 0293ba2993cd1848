//! The keys of events, by which one that comes again is known.

use diesel::prelude::*;
use sha2::{Digest, Sha256};

use crate::common::id::UsageEventId;
use crate::common::time::{Span, Time};
use crate::db::Conn;
use crate::db::schema::usage_event_keys;
use crate::db::types::org_id::OrgId;
use crate::models::usage::NewUsage;
use crate::on_each;

/// Keys in one statement. Its text is the same each time, so it stays prepared.
const ROWS: usize = 25;

/// The key of an event with its content.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = usage_event_keys, treat_none_as_default_value = false)]
pub struct EventKey {
    organization_id: OrgId,
    pub event_key: String,
    pub usage_event_id: UsageEventId,
    pub content: String,
    received_at: Time,
}

impl EventKey {
    /// Of a new event.
    pub fn of(organization: OrgId, event: &NewUsage, now: Time) -> Self {
        Self {
            organization_id: organization,
            event_key: event_key(&event.source, &event.event_id),
            usage_event_id: UsageEventId::fresh(),
            content: content(event),
            received_at: now,
        }
    }
}

/// The digest of source and id: 128 bits of SHA-256 in hex.
pub fn event_key(source: &str, id: &str) -> String {
    digest(&[source.as_bytes(), id.as_bytes()], 16)
}

/// The digest of what an event says.
fn content(event: &NewUsage) -> String {
    // Without a time of its own, an event says the same whenever it is sent.
    let time = if event.is_timed { event.occurred_at.0 } else { i64::MIN };
    let numbers = [event.quantity, time].map(i64::to_be_bytes);
    let parts = [
        event.company.as_str().as_bytes(),
        event.meter.as_str().as_bytes(),
        &numbers[0],
        &numbers[1],
    ];
    digest(&parts, 8)
}

fn digest(parts: &[&[u8]], bytes: usize) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        // The length keeps two parts from being read as two others.
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hex(&hash.finalize()[..bytes])
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |half: u8| char::from(DIGITS[usize::from(half & 15)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]).collect()
}

/// Takes the keys that are new, and says which. `keys` are sorted, so that two writers never wait for each other.
pub fn take(conn: &mut Conn, keys: &[EventKey]) -> QueryResult<Vec<String>> {
    let mut taken = Vec::with_capacity(keys.len());
    let (many, rest) = keys.as_chunks::<ROWS>();
    for rows in many {
        taken.extend::<Vec<String>>(on_each!(conn, c => diesel::insert_into(usage_event_keys::table)
            .values(rows)
            .on_conflict_do_nothing()
            .returning(usage_event_keys::event_key)
            .load(c))?);
    }
    for row in rest {
        taken.extend::<Vec<String>>(on_each!(conn, c => diesel::insert_into(usage_event_keys::table)
            .values(row)
            .on_conflict_do_nothing()
            .returning(usage_event_keys::event_key)
            .load(c))?);
    }
    Ok(taken)
}

/// What was taken before under these keys: key, content, event.
pub fn known(conn: &mut Conn, organization: OrgId, keys: &[&str]) -> QueryResult<Vec<(String, String, UsageEventId)>> {
    usage_event_keys::table
        .filter(usage_event_keys::organization_id.eq(organization))
        .filter(conn.one_of(usage_event_keys::event_key, keys))
        .select((
            usage_event_keys::event_key,
            usage_event_keys::content,
            usage_event_keys::usage_event_id,
        ))
        .load(conn)
}

/// The event under a key.
pub fn find(conn: &mut Conn, organization: OrgId, key: &str) -> QueryResult<UsageEventId> {
    usage_event_keys::table
        .find((organization, key))
        .select(usage_event_keys::usage_event_id)
        .first(conn)
}

/// How long an event that comes again is known.
pub const KEPT: Span = Span::days(90);

/// Keys that are forgotten at once. The job comes again while there are more.
const AT_ONCE: i64 = 2_000;

/// Forgets keys that are older than that.
pub fn forget_old(conn: &mut Conn, now: Time) -> QueryResult<()> {
    let old: Vec<(OrgId, String)> = usage_event_keys::table
        .filter(usage_event_keys::received_at.lt(now - KEPT))
        .order(usage_event_keys::received_at)
        .limit(AT_ONCE)
        .select((usage_event_keys::organization_id, usage_event_keys::event_key))
        .load(conn)?;
    for (organization, key) in &old {
        diesel::delete(usage_event_keys::table.find((organization, key))).execute(conn)?;
    }
    Ok(())
}
