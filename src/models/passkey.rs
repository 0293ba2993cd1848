//! Passkeys: several for each account.

use diesel::prelude::*;

use crate::common::id::UserId;
use crate::db::schema::passkeys;
use crate::db::{Conn, affected};

/// How many passkeys an account has.
pub fn count(conn: &mut Conn, user: UserId) -> QueryResult<i64> {
    passkeys::table
        .filter(passkeys::user_id.eq(user))
        .count()
        .get_result(conn)
}

/// Removes all passkeys of an account.
pub fn remove_all(conn: &mut Conn, user: UserId) -> QueryResult<()> {
    affected::person(user);
    diesel::delete(passkeys::table.filter(passkeys::user_id.eq(user))).execute(conn)?;
    Ok(())
}
