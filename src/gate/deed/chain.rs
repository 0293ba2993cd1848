//! The chain: each line of an organization's log carries the hash of the line before, so that nothing in between can be
//! changed, taken out or put in without every later hash telling it.

use diesel::prelude::*;

use super::Entry;
use crate::gate::db::Conn;
use crate::gate::member::OrgId;
use crate::gate::schema::{deed_heads, deeds};
use crate::on_each;

/// Puts lines at the end of an organization's chain. The head's row is taken first: writers of one organization append
/// one after the other.
pub(super) fn append(conn: &mut Conn, organization: OrgId, lines: Vec<Entry>) -> QueryResult<()> {
    let more = i64::try_from(lines.len()).unwrap_or_default();
    let taken = diesel::update(deed_heads::table.find(organization))
        .set(deed_heads::seq.eq(deed_heads::seq + more))
        .execute(conn)?;
    if taken == 0 {
        begin(conn, organization)?;
        return append(conn, organization, lines);
    }
    let (last, mut hash): (i64, String) = deed_heads::table
        .find(organization)
        .select((deed_heads::seq, deed_heads::hash))
        .first(conn)?;
    let mut seq = last - more;
    for mut line in lines {
        seq += 1;
        line.seq = seq;
        line.prev_hash = hash;
        line.hash = line.digest();
        diesel::insert_into(deeds::table)
            .values((deeds::organization_id.eq(organization), &line))
            .execute(conn)?;
        hash = line.hash;
    }
    diesel::update(deed_heads::table.find(organization))
        .set(deed_heads::hash.eq(hash))
        .execute(conn)?;
    Ok(())
}

fn begin(conn: &mut Conn, organization: OrgId) -> QueryResult<()> {
    let head = (
        deed_heads::organization_id.eq(organization),
        deed_heads::seq.eq(0i64),
        deed_heads::hash.eq(""),
    );
    on_each!(conn, c => diesel::insert_into(deed_heads::table).values(head).on_conflict_do_nothing().execute(c))?;
    Ok(())
}

/// Links the lines that were written before there was a chain, oldest first, at most `most` of them; how many there were.
///
/// # Errors
/// When the database fails.
pub fn adopt(conn: &mut Conn, most: i64) -> QueryResult<usize> {
    let orphans: Vec<(OrgId, Entry)> = deeds::table
        .filter(deeds::seq.eq(0i64))
        .order((deeds::organization_id, deeds::id))
        .limit(most)
        .select((deeds::organization_id, Entry::as_select()))
        .load(conn)?;
    let found = orphans.len();
    for (organization, mut line) in orphans {
        begin(conn, organization)?;
        let (seq, hash): (i64, String) = deed_heads::table
            .find(organization)
            .select((deed_heads::seq, deed_heads::hash))
            .first(conn)?;
        line.seq = seq + 1;
        line.prev_hash = hash;
        line.hash = line.digest();
        diesel::update(deeds::table.find((organization, line.id.to_string())))
            .set((
                deeds::seq.eq(line.seq),
                deeds::prev_hash.eq(&line.prev_hash),
                deeds::hash.eq(&line.hash),
            ))
            .execute(conn)?;
        diesel::update(deed_heads::table.find(organization))
            .set((deed_heads::seq.eq(line.seq), deed_heads::hash.eq(&line.hash)))
            .execute(conn)?;
    }
    Ok(found)
}
