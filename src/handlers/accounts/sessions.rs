use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;

use crate::auth::current_user::CurrentUser;
use crate::auth::{SignedIn, Unverified};
use crate::common::device;
use crate::common::device::Device;
use crate::common::error::AppError;
use crate::common::html::see_other;
use crate::common::id::SessionId;
use crate::common::time::Time;
use crate::db::Conn;
use crate::models::session;
use crate::models::session::SessionInfo;
use crate::services::accounts::sessions;
use crate::services::accounts::sessions::EndSessionError;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

pub const PATH: &str = "/account/sessions";

struct SessionRow {
    id: SessionId,
    device: Device,
    ip: String,
    /// City and country, where they are known.
    place: String,
    began: Time,
    seen: Time,
    current: bool,
}

#[derive(Template)]
#[template(path = "accounts/sessions.html")]
struct SessionsPage {
    layout: Layout,
    now: Time,
    rows: Vec<SessionRow>,
}
crate::page!(SessionsPage);

/// `GET /account/sessions`
pub async fn index(gate: SignedIn<Unverified>) -> Result<HttpResponse, AppError> {
    gate.show(|person, conn| {
        Ok(SessionsPage {
            layout: person.layout(conn, "sessions")?,
            now: person.cx.now,
            rows: rows(conn, person)?,
        })
    })
    .await
}

/// The current session first.
fn rows(conn: &mut Conn, person: &CurrentUser) -> Result<Vec<SessionRow>, AppError> {
    let row = |session: SessionInfo| SessionRow {
        current: session.id == person.session,
        id: session.id,
        device: device::device(&session.agent),
        place: person.cx.app.places.find(&session.ip),
        ip: session.ip,
        began: session.created_at,
        seen: session.last_seen_at,
    };
    let sessions = session::of_user(conn, person.id, person.cx.now)?;
    let mut rows: Vec<SessionRow> = sessions.into_iter().map(row).collect();
    rows.sort_by_key(|row| !row.current);
    Ok(rows)
}

/// `POST /account/sessions/{id}/ending`
pub async fn destroy(gate: SignedIn<Unverified>, path: Path<String>) -> Result<HttpResponse, AppError> {
    let id = SessionId::parse(&path).ok_or(AppError::NotFound)?;
    let ended = gate
        .try_write(move |person, conn| Ok(((), sessions::end(conn, person, id)?)))
        .await;
    match ended {
        Ok(()) => Ok(gate.done("The session was ended", PATH)),
        Err(EndSessionError::Failed(error)) => Err(error),
        Err(EndSessionError::Current) => {
            gate.tell("info", "This is your current session. Sign out to end it");
            Ok(see_other(gate.fragment(), PATH))
        }
    }
}
