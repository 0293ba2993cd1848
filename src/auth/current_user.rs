//! Who is signed in: the session cookie's token, the sessions row, the account.

use crate::app::Ctx;
use crate::audit::{ActorRef, Event, Events};
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::id::{MembershipId, SessionId, UserId};
use crate::common::time::Time;
use crate::common::token::Token;
use crate::db::Conn;
use crate::db::schema::{sessions, users};
use crate::models::session::{ABSOLUTE, IDLE, TOUCH};
use actix_session::Session;
use diesel::prelude::*;

const TOKEN: &str = "token";

/// The columns of a person that every request reads.
pub type PersonRow = (UserId, String, String, Option<Time>, bool, Option<i32>, SessionId, Time);

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
pub const fn columns() -> PersonColumns {
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
pub struct CurrentUser {
    pub id: UserId,
    /// The name as other people see it.
    pub name: String,
    pub email: Email,
    /// Whether the address is proven.
    pub verified: bool,
    /// Whether the account runs this instance.
    pub operator: bool,
    /// How many organizations this account may create, when an operator set it.
    pub organization_limit: Option<i32>,
    /// The session of this request.
    pub session: SessionId,
    pub cx: Ctx,
    seen: Time,
}

impl CurrentUser {
    pub fn from_row(row: PersonRow, cx: &Ctx) -> Self {
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
    pub fn find(conn: &mut Conn, cx: &Ctx, token: &Token) -> QueryResult<Option<Self>> {
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
    pub fn backstage(conn: &mut Conn, cx: &Ctx, user: UserId) -> QueryResult<Self> {
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
    pub fn actor(&self) -> ActorRef {
        ActorRef {
            id: self.id,
            name: self.name.clone(),
        }
    }

    /// A deed on the person's own account.
    pub fn event(&self, event: Event) -> Events {
        Events::account(self.id, event)
    }

    pub fn is_stale(&self) -> bool {
        self.cx.now - self.seen > TOUCH
    }

    /// Notes that the person was here; at most once a minute, in a transaction of its own.
    pub fn touch(&self, conn: &mut Conn, membership: Option<MembershipId>) -> QueryResult<()> {
        diesel::update(sessions::table.filter(sessions::id.eq(self.session)))
            .set((
                sessions::last_seen_at.eq(self.cx.now),
                sessions::ip.eq(&self.cx.request.ip),
            ))
            .execute(conn)?;
        if let Some(membership) = membership {
            crate::models::membership::seen(conn, self.id, membership, self.cx.now)?;
        }
        Ok(())
    }
}

/// The token of the request's cookie.
pub fn token(session: &Session) -> Option<Token> {
    session
        .get::<String>(TOKEN)
        .ok()
        .flatten()
        .map(|text| Token::received(&text))
}

/// Puts a new session's token into the cookie; everything else in the cookie is dropped.
pub fn remember(session: &Session, token: &Token) -> Result<(), AppError> {
    // Not `purge`: a purged session takes no new values.
    session.clear();
    session.renew();
    session.insert(TOKEN, token.as_str()).map_err(AppError::internal)
}
