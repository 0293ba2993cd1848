//! The account that is signed in with a session.

use actix_session::Session;
use diesel::QueryResult;

use crate::app::Ctx;
use crate::app::stored::{MemberReader, PageReader};
use crate::audit::{ActorRef, Event, Events};
use crate::auth::queries;
use crate::auth::queries::{AccountRow, SessionRow};
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::id::{MembershipId, SessionId, UserId};
use crate::common::time::Time;
use crate::common::token::Token;
use crate::common::zone::Zone;
use crate::db::Conn;
use crate::models::session::{ABSOLUTE, TOUCH};
use crate::models::{membership, page_version, session};

const TOKEN: &str = "token";

/// An account that is signed in.
#[derive(Debug, Clone)]
pub struct CurrentUser {
    pub id: UserId,
    /// The name as other people see it.
    pub name: String,
    pub email: Email,
    /// Whether the email address is verified.
    pub verified: bool,
    /// Whether the account is an operator of this instance.
    pub operator: bool,
    /// How many organizations this account may create, when an operator set it.
    pub organization_limit: Option<i32>,
    /// The time zone that the account chose.
    pub zone: Option<Zone>,
    /// The session of this request.
    pub session: SessionId,
    pub cx: Ctx,
    began: Time,
    seen: Time,
}

impl CurrentUser {
    pub fn from_row(account: AccountRow, session: &SessionRow, cx: &Ctx) -> Self {
        Self {
            id: account.id,
            name: account.name,
            email: Email::stored(account.email),
            verified: account.email_verified_at.is_some(),
            operator: account.is_operator,
            organization_limit: account.organization_limit,
            zone: account.timezone,
            session: session.id,
            cx: cx.clone(),
            began: session.created_at,
            seen: session.last_seen_at,
        }
    }

    /// The account of a session token; `None` when the session is over.
    pub fn find(conn: &mut Conn, cx: &Ctx, token: &Token) -> QueryResult<Option<Self>> {
        let row = queries::account(conn, cx.now, token)?;
        Ok(row.map(|(account, session)| Self::from_row(account, &session, cx)))
    }

    /// The actor of an audit event.
    pub fn actor(&self) -> ActorRef {
        ActorRef::user(self.id, &self.name)
    }

    /// The actor of an audit event in the operator console or in a support session.
    pub fn operator_actor(&self) -> ActorRef {
        ActorRef::operator(self.id, &self.name)
    }

    /// An event on the account itself.
    pub fn event(&self, event: Event) -> Events {
        Events::account(self.id, event)
    }

    pub fn is_stale(&self) -> bool {
        self.cx.now - self.seen > TOUCH
    }

    /// As the reader of a page: in an organization with the end of the membership's access and its last visit.
    pub fn as_reader(&self, token: &Token, member: Option<(MemberReader, Option<Time>, Option<Time>)>) -> PageReader {
        let session_end = Time((self.began + ABSOLUTE).0 - 1);
        let (access_end, visit) = member.map_or((None, Some(self.seen)), |(_, end, visit)| (end, visit));
        PageReader {
            session_hash: token.hash(),
            person: self.id,
            member: member.map(|(member, ..)| member),
            until: access_end.map_or(session_end, |end| end.min(session_end)),
            noted_until: visit.map_or(Time(0), |visit| visit.min(self.seen) + TOUCH),
        }
    }

    /// Saves the time of this request, at most once a minute and in a transaction of its own.
    pub fn touch(&self, conn: &mut Conn, membership: Option<MembershipId>) -> QueryResult<()> {
        session::touch(conn, &self.cx, self.session)?;
        if let Some(membership) = membership {
            membership::seen(conn, self.id, membership, self.cx.now)?;
        }
        page_version::raise(conn)
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

/// Saves the token of a new session in the cookie and removes everything else from it.
pub fn remember(session: &Session, token: &Token) -> Result<(), AppError> {
    // Not `purge`: a purged session accepts no new values.
    session.clear();
    session.renew();
    session.insert(TOKEN, token.as_str()).map_err(AppError::internal)
}
