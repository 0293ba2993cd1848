use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;

use crate::auth::{Visit, Visitor};
use crate::common::error::AppError;
use crate::common::token::Token;
use crate::db::Conn;
use crate::handlers::accounts::page::{AccountPage, EndedLink};
use crate::models::email_token;
use crate::models::email_token::TokenKind;
use crate::services::accounts::unlock;
use crate::services::accounts::unlock::UnlockError;
use crate::web::layout::Layout;
use crate::web::layout::PublicLayout;

#[derive(Template)]
#[template(path = "accounts/unlock.html")]
struct UnlockPage {
    layout: Layout,
    email: String,
    action: String,
}
crate::page!(UnlockPage);

const ENDED: EndedLink = EndedLink {
    title: "This link no longer works",
    text: "It was used or is older than a day. An account unlocks 15 minutes after the last incorrect password.",
    button: ("/login", "Sign in"),
};

impl UnlockPage {
    fn load(conn: &mut Conn, visit: &Visit, token: &str) -> Result<AccountPage<Self>, AppError> {
        let link = email_token::find_open(conn, &visit.cx, TokenKind::Unlock, &Token::received(token))?;
        let layout = visit.layout();
        Ok(match link {
            Some(link) => AccountPage::shown(Self {
                layout,
                email: link.account.email,
                action: format!("/unlock/{token}"),
            }),
            None => AccountPage::ended(layout, ENDED),
        })
    }
}

/// `GET /unlock/{token}`
pub async fn new(visitor: Visitor, path: Path<String>) -> Result<HttpResponse, AppError> {
    let token = path.into_inner();
    visitor
        .show(move |visit, conn| UnlockPage::load(conn, visit, &token))
        .await
}

/// `POST /unlock/{token}`
pub async fn create(visitor: Visitor, path: Path<String>) -> Result<HttpResponse, AppError> {
    let text = path.into_inner();
    let token = Token::received(&text);
    let unlocked = visitor
        .try_write(move |visit, conn| {
            let (actor, events) = unlock::unlock(conn, &visit.cx, &token)?;
            Ok(((), Some(actor), events))
        })
        .await;
    match unlocked {
        Ok(()) => Ok(visitor.done("Your account is unlocked. Sign in", "/login")),
        Err(UnlockError::Failed(error)) => Err(error),
        Err(UnlockError::Ended) => {
            visitor
                .refused(move |visit, conn| UnlockPage::load(conn, visit, &text))
                .await
        }
    }
}
