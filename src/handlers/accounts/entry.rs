//! What several ways into an account share: the front door, the trace of a sign-up, the page of a link that is over.

use actix_session::Session;
use actix_web::HttpResponse;
use askama::Template;
use serde::{Deserialize, Serialize};

use crate::app::Ctx;
use crate::audit::{Action, Event, Events};
use crate::auth::{Visit, Visitor};
use crate::common::error::AppError;
use crate::common::html::{html_with, see_other};
use crate::common::id::UserId;
use crate::common::token::Token;
use crate::db::Conn;
use crate::db::types::organization::InvitationStatus;
use crate::handlers::accounts::rules;
use crate::models::invitation;
use crate::models::invitation::Invitation;
use crate::models::session;
use crate::models::user;
use crate::web::layout::Layout;

/// The front door.
pub async fn home(visitor: Visitor) -> Result<HttpResponse, AppError> {
    let inside = visitor.read(|visit, _| Ok(visit.person.is_some())).await?;
    Ok(see_other(false, if inside { "/organizations" } else { "/login" }))
}

/// Who signed up in this browser, kept in its encrypted cookie. For an address that had an account before, `user` is
/// nobody's id: the cookie looks alike in both cases.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SignedUp {
    user: String,
    /// The address as it was signed up with.
    pub email: String,
}

const SIGNED_UP: &str = "signed_up";

impl SignedUp {
    /// The trace of this browser.
    pub fn of(session: &Session) -> Option<Self> {
        session.get(SIGNED_UP).ok().flatten()
    }

    /// Leaves the trace.
    pub fn leave(session: &Session, user: Option<UserId>, email: &str) -> Result<(), AppError> {
        let trace = Self {
            user: user.unwrap_or_else(UserId::fresh).to_string(),
            email: email.to_owned(),
        };
        session.insert(SIGNED_UP, trace).map_err(AppError::internal)
    }

    /// Whether this browser signed this account up.
    pub fn is(&self, user: UserId) -> bool {
        self.user == user.as_str()
    }
}

/// Begins a session, always a new one; the one this browser was in before ends.
pub fn begin(visit: &Visit, conn: &mut Conn, user: UserId) -> Result<(Token, Events), AppError> {
    let mut events = Events::default();
    if let Some(before) = &visit.person
        && session::end(conn, before.id, before.session)?
    {
        events = before.event(Event::new(Action::SignedOut, "session", before.session, "session"));
    }
    let (token, begun) = session::begin(conn, &visit.cx, user)?;
    Ok((token, events.and(begun)))
}

/// An invitation that still opens, with the organization's name.
pub struct Invited {
    pub invitation: Invitation,
    /// The organization's name.
    pub organization: String,
}

/// The invitation to which `next` leads, when its link still opens. Who holds the link reads the invited address's mail.
pub fn invited(conn: &mut Conn, cx: &Ctx, next: &str) -> Result<Option<Invited>, AppError> {
    let Some(token) = rules::invitation_token(next) else {
        return Ok(None);
    };
    let found = invitation::find_by_token(conn, &Token::received(token))?.filter(|found| {
        !found.superseded
            && found.invitation.status == InvitationStatus::Pending
            && found.invitation.expires_at > cx.now
    });
    let Some(found) = found else { return Ok(None) };
    Ok(Some(Invited {
        organization: user::organization_name(conn, found.invitation.organization_id)?,
        invitation: found.invitation,
    }))
}

#[derive(Template)]
#[template(path = "accounts/over.html")]
struct OverPage {
    layout: Layout,
    title: &'static str,
    text: &'static str,
    way_on: (&'static str, &'static str),
}

/// What somebody sees whose link does not open: what happened, and a way on (path and label).
pub struct Over {
    pub title: &'static str,
    pub text: &'static str,
    pub way_on: (&'static str, &'static str),
}

impl Over {
    /// The page, as 404: what the address names is not there.
    pub fn page(self, layout: Layout) -> Result<HttpResponse, AppError> {
        html_with(
            actix_web::http::StatusCode::NOT_FOUND,
            OverPage {
                layout,
                title: self.title,
                text: self.text,
                way_on: self.way_on,
            },
        )
    }
}
