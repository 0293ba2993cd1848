//! Whether an account has a second factor, as its row keeps it.

use diesel::dsl::exists;
use diesel::prelude::*;

use crate::common::id::UserId;
use crate::db::schema::{memberships, passkeys, totp_secrets, users};
use crate::db::{Conn, affected};

/// Saves whether the account has an authenticator app or a passkey, after a change of either; returns it.
pub fn refresh(conn: &mut Conn, user: UserId) -> QueryResult<bool> {
    // Lists of members show it.
    affected::everyone();
    let app = totp_secrets::table
        .find(user)
        .filter(totp_secrets::confirmed_at.is_not_null());
    let has_app: bool = diesel::select(exists(app)).get_result(conn)?;
    let has = has_app || diesel::select(exists(passkeys::table.filter(passkeys::user_id.eq(user)))).get_result(conn)?;
    diesel::update(users::table.find(user))
        .set(users::second_factor.eq(has))
        .execute(conn)?;
    diesel::update(memberships::table.filter(memberships::user_id.eq(user)))
        .set(memberships::second_factor.eq(has))
        .execute(conn)?;
    Ok(has)
}

/// Whether the account has a second factor.
pub fn of(conn: &mut Conn, user: UserId) -> QueryResult<bool> {
    users::table.find(user).select(users::second_factor).first(conn)
}

/// Locks what an account proves with, so that a policy that demands it and a removal wait for each other.
pub fn lock(conn: &mut Conn, user: UserId) -> QueryResult<()> {
    conn.advisory_lock(&format!("second factor {user}"))
}
