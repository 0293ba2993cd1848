//! The devices on which a person is signed in.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::current_user::CurrentUser;
use crate::auth::{SignedIn, Unverified};
use crate::common::device;
use crate::common::device::Device;
use crate::common::error::AppError;
use crate::common::html::{html, see_other};
use crate::common::id::SessionId;
use crate::common::time::Time;
use crate::db::Conn;
use crate::models::session;
use crate::models::user;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

const HERE: &str = "/account/sessions";

/// One sign-in, as a row of the page.
struct SessionRow {
    id: SessionId,
    device: Device,
    ip: String,
    began: Time,
    seen: Time,
    current: bool,
}

#[derive(Template)]
#[template(path = "accounts/sessions.html")]
struct Page {
    layout: Layout,
    now: Time,
    rows: Vec<SessionRow>,
}

/// Shows the sessions, this one first.
pub async fn page(who: SignedIn<Unverified>) -> Result<HttpResponse, AppError> {
    let page = who
        .read(|person, conn| {
            Ok(Page {
                layout: person.layout(conn, "sessions")?,
                now: person.cx.now,
                rows: rows(conn, person)?,
            })
        })
        .await?;
    html(page)
}

fn rows(conn: &mut Conn, person: &CurrentUser) -> Result<Vec<SessionRow>, AppError> {
    let mut rows: Vec<SessionRow> = user::sessions_of(conn, &person.cx, person.id)?
        .into_iter()
        .map(|(id, agent, ip, began, seen)| SessionRow {
            id,
            device: device::device(&agent),
            ip,
            began,
            seen,
            current: id == person.session,
        })
        .collect();
    rows.sort_by_key(|row| !row.current);
    Ok(rows)
}

/// Ends another session of this person.
pub async fn end(who: SignedIn<Unverified>, path: Path<String>) -> Result<HttpResponse, AppError> {
    let id = SessionId::parse(&path).ok_or(AppError::NotFound)?;
    let ended = who
        .write(move |person, conn| {
            if id == person.session {
                return Ok((false, Events::none("this session ends by signing out")));
            }
            if !session::end(conn, person.id, id)? {
                return Err(AppError::NotFound);
            }
            Ok((
                true,
                person.event(Event::new(Action::SessionEnded, "session", id, "session")),
            ))
        })
        .await?;
    if ended {
        who.tell("success", "That session is over");
    } else {
        who.tell("info", "This is the session you are in. Sign out to end it");
    }
    Ok(see_other(who.fragment(), HERE))
}

/// Ends all sessions of this person but this one.
pub async fn end_others(who: SignedIn<Unverified>) -> Result<HttpResponse, AppError> {
    let ended = who
        .write(|person, conn| {
            let ended = session::end_all(conn, person.id, Some(person.session))?;
            if ended == 0 {
                return Ok((ended, Events::none("there was no other session")));
            }
            let event = Event::new(Action::OtherSessionsEnded, "account", person.id, person.email.as_str())
                .after(json!({ "sessions": ended }));
            Ok((ended, person.event(event)))
        })
        .await?;
    match ended {
        0 => who.tell("info", "There is no other session"),
        1 => who.tell("success", "One other session is over"),
        n => who.tell("success", format!("{n} other sessions are over")),
    }
    Ok(see_other(who.fragment(), HERE))
}
