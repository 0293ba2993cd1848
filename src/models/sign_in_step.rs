//! Sign-ins whose password was correct and whose second factor is awaited. They open nothing.

use diesel::prelude::*;

use crate::app::Ctx;
use crate::common::id::UserId;
use crate::common::time::{Span, Time};
use crate::common::token::Token;
use crate::db::Conn;
use crate::db::affected;
use crate::db::schema::{sign_in_steps, users};
use crate::models::user::Account;
use crate::on_each;

/// How long the second factor is awaited.
pub const LIFETIME: Span = Span::minutes(10);
/// How many times it may be tried.
const ATTEMPTS: i32 = 5;

/// Begins a step for an account whose password was checked.
pub fn begin(conn: &mut Conn, cx: &Ctx, account: &Account) -> QueryResult<Token> {
    affected::no_one();
    let token = Token::random();
    diesel::insert_into(sign_in_steps::table)
        .values((
            sign_in_steps::token_hash.eq(token.hash()),
            sign_in_steps::user_id.eq(account.id),
            sign_in_steps::password_hash.eq(&account.password_hash),
            sign_in_steps::attempts.eq(0),
            sign_in_steps::created_at.eq(cx.now),
            sign_in_steps::expires_at.eq(cx.now + LIFETIME),
        ))
        .execute(conn)?;
    Ok(token)
}

/// The account of a step; `None` when the step is over, or the password was changed.
pub fn account(conn: &mut Conn, now: Time, token: &Token) -> QueryResult<Option<Account>> {
    on_each!(conn, c => sign_in_steps::table
        .inner_join(users::table.on(users::id.eq(sign_in_steps::user_id)))
        .filter(sign_in_steps::token_hash.eq(token.hash()))
        .filter(sign_in_steps::expires_at.gt(now))
        .filter(sign_in_steps::attempts.lt(ATTEMPTS))
        .filter(sign_in_steps::password_hash.eq(users::password_hash))
        .select(Account::as_select())
        .first(c)
        .optional())
}

/// Counts an attempt before it is checked: `false` when there were too many, or the step is over.
pub fn take_attempt(conn: &mut Conn, now: Time, token: &Token) -> QueryResult<bool> {
    affected::no_one();
    let counted = diesel::update(
        sign_in_steps::table
            .find(token.hash())
            .filter(sign_in_steps::expires_at.gt(now))
            .filter(sign_in_steps::attempts.lt(ATTEMPTS)),
    )
    .set(sign_in_steps::attempts.eq(sign_in_steps::attempts + 1))
    .execute(conn)?;
    Ok(counted == 1)
}

/// Ends a step: `false` when it had ended.
pub fn end(conn: &mut Conn, token: &Token) -> QueryResult<bool> {
    affected::no_one();
    Ok(diesel::delete(sign_in_steps::table.find(token.hash())).execute(conn)? == 1)
}

/// Ends all steps of an account.
pub fn end_all(conn: &mut Conn, user: UserId) -> QueryResult<()> {
    diesel::delete(sign_in_steps::table.filter(sign_in_steps::user_id.eq(user))).execute(conn)?;
    Ok(())
}

pub fn delete_expired(conn: &mut Conn, now: Time) -> QueryResult<usize> {
    diesel::delete(sign_in_steps::table.filter(sign_in_steps::expires_at.le(now))).execute(conn)
}
