//! Mailed links: each for one purpose, for a while, once. The database keeps the hash of what stands in the letter.

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
    /// What a link is for.
    pub enum TokenKind {
        /// Proves the address of a sign-up.
        Verify = "verify",
        /// Sets a new password.
        Reset = "reset",
        /// Opens a locked account.
        Unlock = "unlock",
        /// Proves a new address.
        Change = "change",
    }
}

impl TokenKind {
    /// How long a link of this kind opens.
    pub fn lifetime(self) -> Span {
        match self {
            Self::Reset => Span::hours(1),
            Self::Verify | Self::Unlock | Self::Change => Span::hours(24),
        }
    }
}

/// A link that somebody holds.
#[derive(Clone)]
pub struct Link {
    pub account: Account,
    /// The address it was sent to.
    pub email: Email,
    /// Where its holder wanted to go.
    pub next: String,
    /// Whether it still opens.
    pub open: bool,
}

/// What a new link is made of.
#[derive(Debug)]
pub struct Issued {
    /// For the letter.
    pub seed: Seed,
    pub expires: Time,
}

/// Makes a link.
pub fn issue(
    conn: &mut Conn,
    cx: &Ctx,
    kind: TokenKind,
    user: UserId,
    email: &Email,
    next: &str,
) -> QueryResult<Issued> {
    let issued = Issued {
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

/// The link of a token, open or not. One that was mailed to an address the account has given up is none.
pub fn find(conn: &mut Conn, cx: &Ctx, kind: TokenKind, token: &Token) -> QueryResult<Option<Link>> {
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
        .map(|(account, email, next, expires, used)| Link {
            account,
            email: Email::stored(email),
            next: next.unwrap_or_default(),
            open: used.is_none() && expires > cx.now,
        }))
}

/// As `find`, for a link that still opens.
pub fn find_open(conn: &mut Conn, cx: &Ctx, kind: TokenKind, token: &Token) -> QueryResult<Option<Link>> {
    Ok(find(conn, cx, kind, token)?.filter(|link| link.open))
}

/// Uses a link up; of any number of holders at once, one gets `true`.
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

/// Makes the open links of an account stop working: those of one kind, or all.
pub fn retire(conn: &mut Conn, cx: &Ctx, user: UserId, kind: Option<TokenKind>) -> QueryResult<()> {
    let kinds = kind.map_or_else(|| TokenKind::ALL.to_vec(), |kind| vec![kind]);
    diesel::update(
        email_tokens::table
            .filter(email_tokens::user_id.eq(user))
            .filter(email_tokens::kind.eq_any(kinds))
            .filter(email_tokens::used_at.is_null()),
    )
    .set(email_tokens::used_at.eq(Some(cx.now)))
    .execute(conn)?;
    Ok(())
}

/// Whether an account has an open link of a kind that was made after a moment.
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

/// Where the latest link of a kind leads.
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

/// The new address that an account waits to have proven.
pub fn awaited(conn: &mut Conn, cx: &Ctx, user: UserId) -> QueryResult<Option<String>> {
    email_tokens::table
        .filter(email_tokens::user_id.eq(user))
        .filter(email_tokens::kind.eq(TokenKind::Change))
        .filter(email_tokens::used_at.is_null())
        .filter(email_tokens::expires_at.gt(cx.now))
        .select(email_tokens::email)
        .first(conn)
        .optional()
}

/// Deletes links that have been over for a week; until then their holders are told that they are.
pub fn sweep(conn: &mut Conn, now: Time) -> QueryResult<()> {
    let past = now - Span::days(7);
    diesel::delete(email_tokens::table.filter(email_tokens::expires_at.lt(past).or(email_tokens::used_at.lt(past))))
        .execute(conn)?;
    Ok(())
}
