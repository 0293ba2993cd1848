//! The tokens of links in account emails. Each has one purpose, expires and works once. The database keeps only its hash.

use diesel::prelude::*;

use crate::app::Ctx;
use crate::common::email::Email;
use crate::common::id::UserId;
use crate::common::time::{Span, Time};
use crate::common::token::{Seed, Token};
use crate::db::Conn;
use crate::db::schema::{email_tokens, users};
use crate::models::user::Account;

crate::text_enum! {
    pub enum TokenKind {
        /// Verifies the address of a new account.
        Verify = "verify",
        /// Sets a new password.
        Reset = "reset",
        /// Unlocks an account.
        Unlock = "unlock",
        /// Verifies a new address of an account.
        Change = "change",
        /// Reports a sign-in that was not the owner's.
        SignIn = "sign_in",
    }
}

impl TokenKind {
    pub fn lifetime(self) -> Span {
        match self {
            Self::Reset => Span::hours(1),
            Self::Verify | Self::Unlock | Self::Change => Span::hours(24),
            Self::SignIn => Span::days(7),
        }
    }
}

#[derive(Clone)]
pub struct EmailLink {
    pub account: Account,
    /// The address it was sent to.
    pub email: Email,
    /// The path to continue with, or empty.
    pub next: String,
    /// Whether it still works.
    pub open: bool,
}

#[derive(Debug)]
pub struct IssuedToken {
    /// For the email.
    pub seed: Seed,
    pub expires: Time,
}

pub fn issue(
    conn: &mut Conn,
    cx: &Ctx,
    kind: TokenKind,
    user: UserId,
    email: &Email,
    next: &str,
) -> QueryResult<IssuedToken> {
    let issued = IssuedToken {
        seed: Seed::random(),
        expires: cx.now + kind.lifetime(),
    };
    diesel::insert_into(email_tokens::table)
        .values((
            email_tokens::token_hash.eq(cx.token(&issued.seed).hash()),
            email_tokens::kind.eq(kind),
            email_tokens::user_id.eq(user),
            email_tokens::email.eq(email.as_str()),
            email_tokens::next.eq(Some(next).filter(|next| !next.is_empty())),
            email_tokens::created_at.eq(cx.now),
            email_tokens::expires_at.eq(issued.expires),
        ))
        .execute(conn)?;
    Ok(issued)
}

/// The link of a token, also when it no longer works. `None` for a link to an address that the account no longer has.
pub fn find(conn: &mut Conn, cx: &Ctx, kind: TokenKind, token: &Token) -> QueryResult<Option<EmailLink>> {
    type Row = (Account, String, Option<String>, Time, Option<Time>);
    let row: Option<Row> = email_tokens::table
        .inner_join(users::table.on(users::id.eq(email_tokens::user_id)))
        .filter(email_tokens::token_hash.eq(token.hash()))
        .filter(email_tokens::kind.eq(kind))
        .select((
            Account::as_select(),
            email_tokens::email,
            email_tokens::next,
            email_tokens::expires_at,
            email_tokens::used_at,
        ))
        .first(conn)
        .optional()?;
    Ok(row
        .filter(|(account, email, ..)| kind == TokenKind::Change || account.email == *email)
        .map(|(account, email, next, expires, used)| EmailLink {
            account,
            email: Email::stored(email),
            next: next.unwrap_or_default(),
            open: used.is_none() && expires > cx.now,
        }))
}

/// As `find`, for a link that still works.
pub fn find_open(conn: &mut Conn, cx: &Ctx, kind: TokenKind, token: &Token) -> QueryResult<Option<EmailLink>> {
    Ok(find(conn, cx, kind, token)?.filter(|link| link.open))
}

/// Uses a link. Of several requests at the same time, one gets `true`.
pub fn take(conn: &mut Conn, cx: &Ctx, kind: TokenKind, token: &Token) -> QueryResult<bool> {
    let used = diesel::update(
        email_tokens::table
            .find(token.hash())
            .filter(email_tokens::kind.eq(kind))
            .filter(email_tokens::used_at.is_null())
            .filter(email_tokens::expires_at.gt(cx.now)),
    )
    .set(email_tokens::used_at.eq(Some(cx.now)))
    .execute(conn)?;
    Ok(used == 1)
}

/// Revokes the links of an account of these kinds.
pub fn retire(conn: &mut Conn, cx: &Ctx, user: UserId, kinds: &[TokenKind]) -> QueryResult<()> {
    diesel::update(
        email_tokens::table
            .filter(email_tokens::user_id.eq(user))
            .filter(email_tokens::kind.eq_any(kinds.to_vec()))
            .filter(email_tokens::used_at.is_null()),
    )
    .set(email_tokens::used_at.eq(Some(cx.now)))
    .execute(conn)?;
    Ok(())
}

/// As [`retire`], for the account of an address, if it has one.
pub fn retire_of_address(conn: &mut Conn, cx: &Ctx, email: &Email, kind: TokenKind) -> QueryResult<()> {
    let account = users::table.filter(users::email.eq(email.as_str())).select(users::id);
    diesel::update(
        email_tokens::table
            .filter(email_tokens::user_id.eq_any(account))
            .filter(email_tokens::kind.eq(kind))
            .filter(email_tokens::used_at.is_null()),
    )
    .set(email_tokens::used_at.eq(Some(cx.now)))
    .execute(conn)?;
    Ok(())
}

/// Whether an account has an unused link of a kind since then.
pub fn issued_since(conn: &mut Conn, user: UserId, kind: TokenKind, since: Time) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        email_tokens::table
            .filter(email_tokens::user_id.eq(user))
            .filter(email_tokens::kind.eq(kind))
            .filter(email_tokens::created_at.gt(since))
            .filter(email_tokens::used_at.is_null()),
    ))
    .get_result(conn)
}

/// The path to continue with after the latest link of a kind.
pub fn latest_next(conn: &mut Conn, user: UserId, kind: TokenKind) -> QueryResult<String> {
    let next: Option<Option<String>> = email_tokens::table
        .filter(email_tokens::user_id.eq(user))
        .filter(email_tokens::kind.eq(kind))
        .order(email_tokens::created_at.desc())
        .select(email_tokens::next)
        .first(conn)
        .optional()?;
    Ok(next.flatten().unwrap_or_default())
}

/// The new address of an account that is not verified yet.
pub fn pending_email(conn: &mut Conn, cx: &Ctx, user: UserId) -> QueryResult<Option<String>> {
    email_tokens::table
        .filter(email_tokens::user_id.eq(user))
        .filter(email_tokens::kind.eq(TokenKind::Change))
        .filter(email_tokens::used_at.is_null())
        .filter(email_tokens::expires_at.gt(cx.now))
        .select(email_tokens::email)
        .first(conn)
        .optional()
}

/// How long a link that no longer works is kept, so that its page can say so.
const KEPT: Span = Span::days(7);

pub fn delete_old(conn: &mut Conn, now: Time) -> QueryResult<usize> {
    let past = now - KEPT;
    // Each condition has its index.
    let ended = diesel::delete(email_tokens::table.filter(email_tokens::expires_at.lt(past))).execute(conn)?;
    let used = diesel::delete(email_tokens::table.filter(email_tokens::used_at.lt(past))).execute(conn)?;
    Ok(ended + used)
}
