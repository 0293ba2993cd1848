//! Who is at work: the session cookie's token, the sessions row, the person.

use actix_session::Session;
use diesel::prelude::*;

use super::context::Context;
use super::db::Conn;
use super::deed::{Action, Actor, Deed, Deeds};
use super::schema::{sessions, users};
use super::shell::Shell;
use crate::ground::email::Email;
use crate::ground::error::AppError;
use crate::ground::id::{MembershipId, SessionId, UserId};
use crate::ground::time::{Span, Time};
use crate::ground::token::Token;

const TOKEN: &str = "token";

/// A session ends this long after the last request …
pub const IDLE: Span = Span::days(14);
/// … and this long after it began, whatever happens.
pub const ABSOLUTE: Span = Span::days(90);
pub(super) const TOUCH: Span = Span::minutes(1);

/// The columns of a person that every request reads.
pub(super) type PersonRow = (UserId, String, String, Option<Time>, bool, Option<i32>, SessionId, Time);

type PersonColumns = (
    users::id,
    users::name,
    users::email,
    users::email_verified_at,
    users::is_operator,
    users::organization_limit,
    sessions::id,
    sessions::last_seen_at,
);

/// What `PersonRow` is read from.
pub(super) const fn columns() -> PersonColumns {
    (
        users::id,
        users::name,
        users::email,
        users::email_verified_at,
        users::is_operator,
        users::organization_limit,
        sessions::id,
        sessions::last_seen_at,
    )
}

/// Somebody signed in.
#[derive(Debug, Clone)]
pub struct Person {
    /// The account.
    pub id: UserId,
    /// The name as other people see it.
    pub name: String,
    /// The address.
    pub email: Email,
    /// Whether the address is proven.
    pub verified: bool,
    /// Whether the account runs this instance.
    pub operator: bool,
    /// How many organizations this account may create, when an operator set it.
    pub organization_limit: Option<i32>,
    /// The session of this request.
    pub session: SessionId,
    /// The request.
    pub cx: Context,
    seen: Time,
}

impl Person {
    pub(super) fn from_row(row: PersonRow, cx: &Context) -> Self {
        let (id, name, email, verified_at, operator, organization_limit, session, seen) = row;
        Self {
            id,
            name,
            email: Email::stored(email),
            verified: verified_at.is_some(),
            operator,
            organization_limit,
            session,
            cx: cx.clone(),
            seen,
        }
    }

    /// The person of a session token; `None` when the session is over.
    pub(super) fn find(conn: &mut Conn, cx: &Context, token: &Token) -> QueryResult<Option<Self>> {
        let row: Option<PersonRow> = sessions::table
            .inner_join(users::table)
            .filter(sessions::token_hash.eq(token.hash()))
            .filter(sessions::last_seen_at.gt(cx.now - IDLE))
            .filter(sessions::created_at.gt(cx.now - ABSOLUTE))
            .select(columns())
            .first(conn)
            .optional()?;
        Ok(row.map(|row| Self::from_row(row, cx)))
    }

    /// An account as commands act for it: without a session, and only behind `Backstage`.
    ///
    /// # Errors
    /// When there is no such account or the database fails.
    pub fn backstage(conn: &mut Conn, cx: &Context, user: UserId) -> QueryResult<Self> {
        let (name, email, verified_at, operator): (String, String, Option<Time>, bool) = users::table
            .find(user)
            .select((users::name, users::email, users::email_verified_at, users::is_operator))
            .first(conn)?;
        Ok(Self::from_row(
            (
                user,
                name,
                email,
                verified_at,
                operator,
                None,
                SessionId::fresh(),
                cx.now,
            ),
            cx,
        ))
    }

    /// The name for the log.
    pub fn actor(&self) -> Actor {
        Actor {
            id: self.id,
            name: self.name.clone(),
        }
    }

    /// A deed on the person's own account.
    pub fn did(&self, deed: Deed) -> Deeds {
        Deeds::account(self.id, deed)
    }

    /// The frame of a page outside any organization.
    ///
    /// # Errors
    /// When the database fails.
    pub fn shell(&self, conn: &mut Conn, section: &'static str) -> Result<Shell, AppError> {
        Shell::for_person(conn, self, section)
    }

    pub(super) fn is_stale(&self) -> bool {
        self.cx.now - self.seen > TOUCH
    }

    /// Notes that the person was here; at most once a minute, in a transaction of its own.
    pub(super) fn touch(&self, conn: &mut Conn, membership: Option<MembershipId>) -> QueryResult<()> {
        diesel::update(sessions::table.filter(sessions::id.eq(self.session)))
            .set((
                sessions::last_seen_at.eq(self.cx.now),
                sessions::ip.eq(&self.cx.request.ip),
            ))
            .execute(conn)?;
        if let Some(membership) = membership {
            super::membership::seen(conn, self.id, membership, self.cx.now)?;
        }
        Ok(())
    }
}

/// The token of the request's cookie.
pub(super) fn token(session: &Session) -> Option<Token> {
    session
        .get::<String>(TOKEN)
        .ok()
        .flatten()
        .map(|text| Token::received(&text))
}

/// Puts a new session's token into the cookie; everything else in the cookie is dropped.
///
/// # Errors
/// When the cookie cannot be written.
pub fn remember(session: &Session, token: &Token) -> Result<(), AppError> {
    // Not `purge`: a purged session takes no new values.
    session.clear();
    session.renew();
    session.insert(TOKEN, token.as_str()).map_err(AppError::internal)
}

/// Begins a session: always a new row with a new token.
///
/// # Errors
/// When the database fails.
pub fn begin(conn: &mut Conn, cx: &Context, user: UserId) -> QueryResult<(Token, Deeds)> {
    let token = Token::random();
    let id = SessionId::fresh();
    diesel::insert_into(sessions::table)
        .values((
            sessions::token_hash.eq(token.hash()),
            sessions::id.eq(id),
            sessions::user_id.eq(user),
            sessions::ip.eq(&cx.request.ip),
            sessions::agent.eq(&cx.request.agent),
            sessions::created_at.eq(cx.now),
            sessions::last_seen_at.eq(cx.now),
        ))
        .execute(conn)?;
    let deed = Deed::new(Action::SignedIn, "session", id, "session")
        .after(serde_json::json!({ "ip": cx.request.ip, "agent": cx.request.agent }));
    Ok((token, Deeds::account(user, deed)))
}

/// Gives a session another token: whoever knew the one before is out when its person's rights rise.
///
/// # Errors
/// When the database fails.
pub fn renew(conn: &mut Conn, session: SessionId) -> QueryResult<Token> {
    let token = Token::random();
    diesel::update(sessions::table.filter(sessions::id.eq(session)))
        .set(sessions::token_hash.eq(token.hash()))
        .execute(conn)?;
    Ok(token)
}

/// Ends one session of a person; `false` when it is not theirs or already over.
///
/// # Errors
/// When the database fails.
pub fn end(conn: &mut Conn, user: UserId, session: SessionId) -> QueryResult<bool> {
    let ended = diesel::delete(
        sessions::table
            .filter(sessions::id.eq(session))
            .filter(sessions::user_id.eq(user)),
    )
    .execute(conn)?;
    Ok(ended > 0)
}

/// Ends all sessions of a person but one; how many there were.
///
/// # Errors
/// When the database fails.
pub fn end_all(conn: &mut Conn, user: UserId, except: Option<SessionId>) -> QueryResult<usize> {
    let mine = sessions::table.filter(sessions::user_id.eq(user));
    match except {
        Some(kept) => diesel::delete(mine.filter(sessions::id.ne(kept))).execute(conn),
        None => diesel::delete(mine).execute(conn),
    }
}

/// Deletes the sessions that are over, for the clock.
///
/// # Errors
/// When the database fails.
pub fn sweep(conn: &mut Conn, now: Time) -> QueryResult<usize> {
    diesel::delete(
        sessions::table.filter(
            sessions::last_seen_at
                .le(now - IDLE)
                .or(sessions::created_at.le(now - ABSOLUTE)),
        ),
    )
    .execute(conn)
}
