//! The one row of the instance: which key file its data belongs to.

use diesel::prelude::*;

use crate::db::Conn;
use crate::db::schema::instance;

/// The fingerprint of the key; `None` before the first start.
pub fn key_fingerprint(conn: &mut Conn) -> QueryResult<Option<String>> {
    instance::table.select(instance::key_fingerprint).first(conn)
}

/// Records the key of the first start. `false` when there is one already, perhaps of a start at the same moment.
pub fn record_key(conn: &mut Conn, fingerprint: &str) -> QueryResult<bool> {
    let recorded = diesel::update(instance::table.filter(instance::key_fingerprint.is_null()))
        .set(instance::key_fingerprint.eq(Some(fingerprint)))
        .execute(conn)?;
    Ok(recorded == 1)
}

/// Records another key instead.
pub fn replace_key(conn: &mut Conn, fingerprint: &str) -> QueryResult<()> {
    diesel::update(instance::table)
        .set(instance::key_fingerprint.eq(Some(fingerprint)))
        .execute(conn)?;
    Ok(())
}

/// Writes the row as it is: whether the disk has room for a change.
pub fn rewrite(conn: &mut Conn) -> QueryResult<()> {
    diesel::update(instance::table)
        .set(instance::key_fingerprint.eq(instance::key_fingerprint))
        .execute(conn)?;
    Ok(())
}
