//! The chain: each event of an organization's log carries the hash of the event before. A changed, removed or inserted event
//! breaks every later hash.

use diesel::dsl::{exists, not, sql};
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use crate::audit::AuditEntry;
use crate::db::Conn;
use crate::db::kept::Keep;
use crate::db::schema::{audit_events, audit_heads};
use crate::db::types::org_id::OrgId;
use crate::on_each;

/// Appends events to an organization's chain. The row of the head is locked first, so that writers of one organization
/// append one after the other.
pub fn append(conn: &mut Conn, organization: OrgId, lines: Vec<AuditEntry>) -> QueryResult<()> {
    let more = i64::try_from(lines.len()).unwrap_or_default();
    let taken = on_each!(conn, c => diesel::update(audit_heads::table.find(organization))
        .set(audit_heads::seq.eq(audit_heads::seq + more))
        .kept()
        .execute(c))?;
    if taken == 0 {
        begin(conn, organization)?;
        return append(conn, organization, lines);
    }
    let (last, mut hash): (i64, String) = audit_heads::table
        .find(organization)
        .select((audit_heads::seq, audit_heads::hash))
        .first(conn)?;
    let mut seq = last - more;
    let mut rows = Vec::with_capacity(lines.len());
    for mut line in lines {
        seq += 1;
        line.seq = seq;
        line.prev_hash = std::mem::take(&mut hash);
        line.hash = line.digest();
        hash.clone_from(&line.hash);
        rows.push(ChainedEvent {
            organization_id: organization,
            line,
        });
    }
    insert(conn, &rows)?;
    on_each!(conn, c => diesel::update(audit_heads::table.find(organization))
        .set(audit_heads::hash.eq(hash))
        .kept()
        .execute(c))?;
    Ok(())
}

/// Events in one statement. Its text is the same each time, so it stays prepared.
const ROWS: usize = 25;

/// An event with its organization.
#[derive(Insertable)]
#[diesel(table_name = audit_events, treat_none_as_default_value = false)]
struct ChainedEvent {
    organization_id: OrgId,
    #[diesel(embed)]
    line: AuditEntry,
}

fn insert(conn: &mut Conn, rows: &[ChainedEvent]) -> QueryResult<()> {
    let (many, rest) = rows.as_chunks::<ROWS>();
    for rows in many {
        on_each!(conn, c => diesel::insert_into(audit_events::table).values(rows).execute(c))?;
    }
    for row in rest {
        diesel::insert_into(audit_events::table).values(row).execute(conn)?;
    }
    Ok(())
}

/// Makes the head of a chain, in the transaction that comes first, and chains the events that are there already.
fn begin(conn: &mut Conn, organization: OrgId) -> QueryResult<()> {
    let head = (
        audit_heads::organization_id.eq(organization),
        audit_heads::seq.eq(0i64),
        audit_heads::hash.eq(""),
    );
    let made =
        on_each!(conn, c => diesel::insert_into(audit_heads::table).values(head).on_conflict_do_nothing().execute(c))?;
    if made == 1 {
        take_in(conn, organization)?;
    }
    Ok(())
}

/// Chained events. It repeats the condition of the partial index; otherwise neither engine uses the index.
pub fn chained() -> SqlLiteral<Bool> {
    sql::<Bool>("audit_events.seq > 0")
}

/// Events outside of every chain.
pub fn unchained() -> SqlLiteral<Bool> {
    sql::<Bool>("audit_events.seq <= 0")
}

/// The end of a chain: its length and the last hash. `None` without events.
pub fn head(conn: &mut Conn, organization: OrgId) -> QueryResult<Option<(i64, String)>> {
    audit_heads::table
        .find(organization)
        .select((audit_heads::seq, audit_heads::hash))
        .first(conn)
        .optional()
}

/// An organization with events and no chain. Once there is a chain, an event outside of it was inserted by hand and stays
/// outside.
pub fn waiting(conn: &mut Conn) -> QueryResult<Option<OrgId>> {
    let begun = audit_heads::table.filter(audit_heads::organization_id.eq(audit_events::organization_id));
    audit_events::table
        .filter(unchained())
        .filter(not(exists(begun)))
        .order((audit_events::organization_id, audit_events::id))
        .select(audit_events::organization_id)
        .first(conn)
        .optional()
}

/// Chains the events of an organization that has no chain, oldest first.
pub fn adopt(conn: &mut Conn, organization: OrgId) -> QueryResult<()> {
    begin(conn, organization)
}

/// Events in memory while they are chained.
const AT_ONCE: i64 = 1_000;

fn take_in(conn: &mut Conn, organization: OrgId) -> QueryResult<()> {
    let (mut seq, mut hash) = (0, String::new());
    loop {
        let old: Vec<AuditEntry> = audit_events::table
            .filter(audit_events::organization_id.eq(organization))
            .filter(unchained())
            .order((audit_events::at, audit_events::id))
            .limit(AT_ONCE)
            .select(AuditEntry::as_select())
            .load(conn)?;
        if old.is_empty() {
            break;
        }
        for mut line in old {
            seq += 1;
            line.seq = seq;
            line.prev_hash = hash;
            line.hash = line.digest();
            diesel::update(audit_events::table.find((organization, &line.id)))
                .set((
                    audit_events::seq.eq(line.seq),
                    audit_events::prev_hash.eq(&line.prev_hash),
                    audit_events::hash.eq(&line.hash),
                ))
                .execute(conn)?;
            hash = line.hash;
        }
    }
    diesel::update(audit_heads::table.find(organization))
        .set((audit_heads::seq.eq(seq), audit_heads::hash.eq(hash)))
        .execute(conn)?;
    Ok(())
}
