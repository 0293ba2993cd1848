//! The account that is signed in with a session.

use diesel::QueryResult;

use crate::app::Ctx;
use crate::app::stored::{MemberReader, PageReader, PageVersions};
use crate::audit::{ActorRef, Event, Events};
use crate::authz::session_rules::SessionFacts;
use crate::common::email::Email;
use crate::common::id::{MembershipId, SessionId, UserId};
use crate::common::time::{Span, Time};
use crate::common::token::Token;
use crate::common::zone::Zone;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::models::reader;
use crate::models::reader::{AccountRow, MembershipRow, SessionRow};
use crate::models::session::{ABSOLUTE, TOUCH};
use crate::models::{membership, session};

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
    /// The session of this request. A key has none, and the id is nil.
    pub session: SessionId,
    pub cx: Ctx,
    /// What the session proved, and when.
    pub facts: SessionFacts,
    /// Whether the account has an authenticator app or a passkey.
    pub second_factor: bool,
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
            facts: SessionFacts {
                proofs: session.proofs.into(),
                began: session.created_at,
                seen: session.last_seen_at,
                longest_idle: Span(session.longest_idle),
            },
            second_factor: account.second_factor,
        }
    }

    /// The account of a session token; `None` when the session is over.
    pub fn find(conn: &mut Conn, cx: &Ctx, token: &Token) -> QueryResult<Option<Self>> {
        let row = reader::account(conn, cx.now, token)?;
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
        self.cx.now - self.facts.seen > TOUCH
    }

    /// As the reader of a page outside of organizations.
    pub fn as_reader(&self, token: &Token, ends: Option<Time>) -> PageReader {
        let last = Time((self.facts.began + ABSOLUTE).0 - 1);
        PageReader {
            session_hash: token.hash(),
            person: self.id,
            member: None,
            until: ends.map_or(last, |ends| ends.min(last)),
            noted_until: self.facts.seen + TOUCH,
        }
    }

    /// As the reader of a page of an organization. `ends`: when their access or this session ends there, or an assignment.
    pub fn as_member(
        &self,
        token: &Token,
        organization: OrgId,
        versions: PageVersions,
        membership: &MembershipRow,
        ends: [Option<Time>; 2],
    ) -> PageReader {
        let reader = self.as_reader(token, None);
        let ends = ends.into_iter().chain([membership.access_until]).flatten();
        let visit = membership.last_seen_at.unwrap_or(Time(0));
        PageReader {
            member: Some(MemberReader {
                organization,
                membership: membership.id,
                versions,
            }),
            until: ends.fold(reader.until, Ord::min),
            noted_until: reader.noted_until.min(visit + TOUCH),
            ..reader
        }
    }

    /// Saves the time of this request, at most once a minute and in a transaction of its own.
    pub fn touch(&self, conn: &mut Conn, membership: Option<MembershipId>) -> QueryResult<()> {
        let idle = self.facts.longest_idle.max(self.cx.now - self.facts.seen);
        session::touch(conn, &self.cx, self.session, idle)?;
        if let Some(membership) = membership {
            membership::seen(conn, self.id, membership, self.cx.now)?;
        }
        Ok(())
    }
}
