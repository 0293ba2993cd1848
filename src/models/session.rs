//! Sessions: what a browser that is signed in refers to by the token in its cookie.

use diesel::prelude::*;

use crate::app::Ctx;
use crate::authz::session_rules::{NOTED_EVERY, Proofs};
use crate::common::id::{SessionId, UserId};
use crate::common::time::{Span, Time};
use crate::common::token::Token;
use crate::db::schema::sessions;
use crate::db::{Conn, affected};

/// A session expires this long after its last request …
pub const IDLE: Span = Span::days(14);
/// … and this long after it began.
pub const ABSOLUTE: Span = Span::days(90);
/// How often the last request is noted.
pub const TOUCH: Span = NOTED_EVERY;

/// When each proof was last given, as stored.
#[expect(clippy::struct_field_names, reason = "the names of the columns")]
#[derive(Debug, Clone, Copy, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = sessions)]
pub struct ProofColumns {
    password_at: Option<Time>,
    totp_at: Option<Time>,
    backup_code_at: Option<Time>,
    passkey_at: Option<Time>,
    verified_passkey_at: Option<Time>,
}

impl From<Proofs> for ProofColumns {
    fn from(proofs: Proofs) -> Self {
        Self {
            password_at: proofs.password,
            totp_at: proofs.totp,
            backup_code_at: proofs.backup_code,
            passkey_at: proofs.passkey,
            verified_passkey_at: proofs.verified_passkey,
        }
    }
}

impl From<ProofColumns> for Proofs {
    fn from(columns: ProofColumns) -> Self {
        Self {
            password: columns.password_at,
            totp: columns.totp_at,
            backup_code: columns.backup_code_at,
            passkey: columns.passkey_at,
            verified_passkey: columns.verified_passkey_at,
        }
    }
}

/// Begins a session with a token of its own.
pub fn begin(conn: &mut Conn, cx: &Ctx, user: UserId, proofs: Proofs) -> QueryResult<(Token, SessionId)> {
    affected::person(user);
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
            ProofColumns::from(proofs),
        ))
        .execute(conn)?;
    Ok((token, id))
}

/// Adds proofs to a session: those that are `None` stay as they are. A proof is activity, and what was noted as a pause no longer
/// counts.
pub fn prove(conn: &mut Conn, cx: &Ctx, user: UserId, session: SessionId, proofs: Proofs) -> QueryResult<()> {
    affected::person(user);
    diesel::update(sessions::table.filter(sessions::id.eq(session)))
        .set((
            ProofColumns::from(proofs),
            sessions::last_seen_at.eq(cx.now),
            sessions::longest_idle.eq(0),
        ))
        .execute(conn)?;
    Ok(())
}

/// Forgets what a session proved with a second factor, when the account no longer has one.
pub fn forget_factors(conn: &mut Conn, user: UserId) -> QueryResult<()> {
    let none: Option<Time> = None;
    diesel::update(sessions::table.filter(sessions::user_id.eq(user)))
        .set((
            sessions::totp_at.eq(none),
            sessions::backup_code_at.eq(none),
            sessions::passkey_at.eq(none),
            sessions::verified_passkey_at.eq(none),
        ))
        .execute(conn)?;
    Ok(())
}

/// Replaces the token of a session, so that a stolen one does not gain the user's new permissions.
pub fn renew(conn: &mut Conn, session: SessionId) -> QueryResult<Token> {
    let token = Token::random();
    diesel::update(sessions::table.filter(sessions::id.eq(session)))
        .set(sessions::token_hash.eq(token.hash()))
        .execute(conn)?;
    Ok(token)
}

/// Saves the time and the IP address of a session's last request, and its longest pause so far.
pub fn touch(conn: &mut Conn, cx: &Ctx, session: SessionId, longest_idle: Span) -> QueryResult<()> {
    affected::no_one();
    diesel::update(sessions::table.filter(sessions::id.eq(session)))
        .set((
            sessions::last_seen_at.eq(cx.now),
            sessions::ip.eq(&cx.request.ip),
            sessions::longest_idle.eq(longest_idle.0),
        ))
        .execute(conn)?;
    Ok(())
}

/// `false` when the user has no such session.
pub fn end(conn: &mut Conn, user: UserId, session: SessionId) -> QueryResult<bool> {
    let ended = diesel::delete(
        sessions::table
            .filter(sessions::id.eq(session))
            .filter(sessions::user_id.eq(user)),
    )
    .execute(conn)?;
    Ok(ended > 0)
}

/// Ends all sessions of a user, except one; returns how many.
pub fn end_all(conn: &mut Conn, user: UserId, except: Option<SessionId>) -> QueryResult<usize> {
    let own = sessions::table.filter(sessions::user_id.eq(user));
    match except {
        Some(kept) => diesel::delete(own.filter(sessions::id.ne(kept))).execute(conn),
        None => diesel::delete(own).execute(conn),
    }
}

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub struct SessionInfo {
    pub id: SessionId,
    pub agent: String,
    pub ip: String,
    pub created_at: Time,
    pub last_seen_at: Time,
}

/// The sessions of a user that have not expired, the latest first.
pub fn of_user(conn: &mut Conn, user: UserId, now: Time) -> QueryResult<Vec<SessionInfo>> {
    sessions::table
        .filter(sessions::user_id.eq(user))
        .filter(sessions::last_seen_at.gt(now - IDLE))
        .filter(sessions::created_at.gt(now - ABSOLUTE))
        .order((sessions::last_seen_at.desc(), sessions::id.desc()))
        .limit(100)
        .select(SessionInfo::as_select())
        .load(conn)
}

pub fn delete_expired(conn: &mut Conn, now: Time) -> QueryResult<usize> {
    // Each condition has its index.
    let idle = diesel::delete(sessions::table.filter(sessions::last_seen_at.le(now - IDLE))).execute(conn)?;
    let old = diesel::delete(sessions::table.filter(sessions::created_at.le(now - ABSOLUTE))).execute(conn)?;
    Ok(idle + old)
}
