//! Who is at work: the session cookie's token, the sessions row, the person.

use diesel::prelude::*;

use crate::app::Ctx;
use crate::audit::{Action, Event, Events};
use crate::common::id::{SessionId, UserId};
use crate::common::time::{Span, Time};
use crate::common::token::Token;
use crate::db::Conn;
use crate::db::schema::sessions;

/// A session ends this long after the last request …
pub const IDLE: Span = Span::days(14);
/// … and this long after it began, whatever happens.
pub const ABSOLUTE: Span = Span::days(90);
pub const TOUCH: Span = Span::minutes(1);

/// Begins a session: always a new row with a new token.
pub fn begin(conn: &mut Conn, cx: &Ctx, user: UserId) -> QueryResult<(Token, Events)> {
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
    let event = Event::new(Action::SignedIn, "session", id, "session")
        .after(serde_json::json!({ "ip": cx.request.ip, "agent": cx.request.agent }));
    Ok((token, Events::account(user, event)))
}

/// Gives a session another token: whoever knew the one before is out when its person's rights rise.
pub fn renew(conn: &mut Conn, session: SessionId) -> QueryResult<Token> {
    let token = Token::random();
    diesel::update(sessions::table.filter(sessions::id.eq(session)))
        .set(sessions::token_hash.eq(token.hash()))
        .execute(conn)?;
    Ok(token)
}

/// Saves the time and the IP address of a session's last request.
pub fn touch(conn: &mut Conn, cx: &Ctx, session: SessionId) -> QueryResult<()> {
    diesel::update(sessions::table.filter(sessions::id.eq(session)))
        .set((sessions::last_seen_at.eq(cx.now), sessions::ip.eq(&cx.request.ip)))
        .execute(conn)?;
    Ok(())
}

/// Ends one session of a person; `false` when it is not theirs or already over.
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
pub fn end_all(conn: &mut Conn, user: UserId, except: Option<SessionId>) -> QueryResult<usize> {
    let mine = sessions::table.filter(sessions::user_id.eq(user));
    match except {
        Some(kept) => diesel::delete(mine.filter(sessions::id.ne(kept))).execute(conn),
        None => diesel::delete(mine).execute(conn),
    }
}

/// Deletes the sessions that are over, for the clock.
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
