use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;

use crate::auth::{Visit, Visitor};
use crate::common::device;
use crate::common::error::AppError;
use crate::common::id::SessionId;
use crate::common::time::Time;
use crate::common::token::Token;
use crate::db::Conn;
use crate::handlers::accounts::page::{AccountPage, EndedLink};
use crate::models::email_token::TokenKind;
use crate::models::{email_token, session};
use crate::services::accounts::sign_in_denial;
use crate::services::accounts::sign_in_denial::DenialError;
use crate::web::layout::Layout;
use crate::web::layout::PublicLayout;

const ENDED: EndedLink = EndedLink {
    title: "This link no longer works",
    text: "It was used or is older than a week. If you think that someone else is in your account, choose a new password.",
    button: ("/password/forgot", "Choose a new password"),
};

#[derive(Template)]
#[template(path = "accounts/sign_in_denial.html")]
struct DenialPage {
    layout: Layout,
    email: String,
    /// The device and when it signed in; `None` when the session is over.
    session: Option<(String, Time)>,
    action: String,
}
crate::page!(DenialPage);

impl DenialPage {
    fn load(conn: &mut Conn, visit: &Visit, token: &str) -> Result<AccountPage<Self>, AppError> {
        let link = email_token::find_open(conn, &visit.cx, TokenKind::SignIn, &Token::received(token))?;
        let Some(link) = link else {
            return Ok(AccountPage::ended(visit.layout(), ENDED));
        };
        let id = SessionId::parse(&link.next);
        let sessions = session::of_user(conn, link.account.id, visit.cx.now)?;
        let found = sessions.into_iter().find(|session| Some(session.id) == id);
        Ok(AccountPage::shown(Self {
            layout: visit.layout(),
            email: link.account.email,
            session: found.map(|session| (device::device(&session.agent).words, session.created_at)),
            action: format!("/account/sign-ins/{token}"),
        }))
    }
}

/// `GET /account/sign-ins/{token}`
pub async fn new(visitor: Visitor, token: Path<String>) -> Result<HttpResponse, AppError> {
    visitor
        .show(move |visit, conn| DenialPage::load(conn, visit, &token))
        .await
}

/// `POST /account/sign-ins/{token}`
pub async fn create(visitor: Visitor, path: Path<String>) -> Result<HttpResponse, AppError> {
    let text = path.into_inner();
    let token = Token::received(&text);
    let denied = visitor
        .try_write(move |visit, conn| {
            let (actor, events) = sign_in_denial::deny(conn, &visit.cx, &token)?;
            Ok::<_, DenialError>(((), Some(actor), events))
        })
        .await;
    match denied {
        Ok(()) => {
            let message = "The session was ended. Choose a new password with the link that we sent you";
            Ok(visitor.done(message, "/login"))
        }
        Err(DenialError::Ended) => {
            visitor
                .refused(move |visit, conn| DenialPage::load(conn, visit, &text))
                .await
        }
        Err(DenialError::Failed(error)) => Err(error),
    }
}
