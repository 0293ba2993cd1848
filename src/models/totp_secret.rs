//! The secrets of authenticator apps: one for each account, sealed.

use diesel::prelude::*;

use crate::app::Ctx;
use crate::common::id::UserId;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::affected;
use crate::db::schema::totp_secrets;
use crate::on_each;

/// As many bytes as SHA-1 gives (RFC 4226, 4).
pub type Secret = [u8; SECRET];

pub const SECRET: usize = 20;

/// The table, for the seal.
const TABLE: &str = "totp_secrets";

/// How often an app was set up for the account: each time has another secret.
pub fn generation(conn: &mut Conn, user: UserId) -> QueryResult<i32> {
    let found: Option<i32> = totp_secrets::table
        .find(user)
        .select(totp_secrets::generation)
        .first(conn)
        .optional()?;
    Ok(found.unwrap_or_default())
}

/// When the app was set up; `None` when the account has none.
pub fn since(conn: &mut Conn, user: UserId) -> QueryResult<Option<Time>> {
    let found: Option<Option<Time>> = totp_secrets::table
        .find(user)
        .select(totp_secrets::confirmed_at)
        .first(conn)
        .optional()?;
    Ok(found.flatten())
}

/// The secret; `None` when the account has no app, or its secret was made with another key file.
pub fn find(conn: &mut Conn, cx: &Ctx, user: UserId) -> QueryResult<Option<Secret>> {
    let sealed: Option<String> = on_each!(conn, c => totp_secrets::table
        .find(user)
        .filter(totp_secrets::confirmed_at.is_not_null())
        .select(totp_secrets::secret)
        .first(c)
        .optional())?;
    let Some(sealed) = sealed else { return Ok(None) };
    let opened = cx.app.sealer.open(TABLE, &user.to_string(), &sealed);
    let secret = opened.ok().and_then(|secret| Secret::try_from(secret).ok());
    if secret.is_none() {
        tracing::warn!(%user, "the secret of an authenticator app belongs to another key file");
    }
    Ok(secret)
}

/// Keeps the secret of an app whose code of a time step was accepted. `false` when the account has an app already.
pub fn keep(conn: &mut Conn, cx: &Ctx, user: UserId, secret: &Secret, step: i64) -> QueryResult<bool> {
    affected::person(user);
    let empty = (
        totp_secrets::user_id.eq(user),
        totp_secrets::secret.eq(""),
        totp_secrets::generation.eq(0),
        totp_secrets::last_step.eq(0),
    );
    on_each!(conn, c => diesel::insert_into(totp_secrets::table).values(empty).on_conflict_do_nothing().execute(c))?;
    let kept = diesel::update(
        totp_secrets::table
            .find(user)
            .filter(totp_secrets::confirmed_at.is_null()),
    )
    .set((
        totp_secrets::secret.eq(cx.app.sealer.seal(TABLE, &user.to_string(), secret)),
        totp_secrets::confirmed_at.eq(Some(cx.now)),
        totp_secrets::last_step.eq(step),
        totp_secrets::generation.eq(totp_secrets::generation + 1),
    ))
    .execute(conn)?;
    Ok(kept == 1)
}

/// Takes a time step: `false` when a code of this step or a later one was accepted before. A step after `latest` was accepted while the
/// clock was wrong, and keeps no one out.
pub fn take_step(conn: &mut Conn, user: UserId, step: i64, latest: i64) -> QueryResult<bool> {
    affected::no_one();
    let taken = diesel::update(
        totp_secrets::table
            .find(user)
            .filter(totp_secrets::confirmed_at.is_not_null())
            .filter(totp_secrets::last_step.lt(step).or(totp_secrets::last_step.gt(latest))),
    )
    .set(totp_secrets::last_step.eq(step))
    .execute(conn)?;
    Ok(taken == 1)
}

/// Forgets the secret; `false` when there was none.
pub fn remove(conn: &mut Conn, user: UserId) -> QueryResult<bool> {
    affected::person(user);
    let none: Option<Time> = None;
    let removed = diesel::update(
        totp_secrets::table
            .find(user)
            .filter(totp_secrets::confirmed_at.is_not_null()),
    )
    .set((totp_secrets::secret.eq(""), totp_secrets::confirmed_at.eq(none)))
    .execute(conn)?;
    Ok(removed == 1)
}
