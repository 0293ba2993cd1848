//! The link that verifies a new address of an account.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;

use crate::auth::current_user::CurrentUser;
use crate::auth::{SignedIn, Unverified};
use crate::common::error::AppError;
use crate::common::session_cookie;
use crate::common::token::Token;
use crate::db::Conn;
use crate::handlers::accounts::page::{AccountPage, EndedLink, EndedLinkPage};
use crate::services::accounts::email_change;
use crate::services::accounts::email_change::ChangeEmailError;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

#[derive(Template)]
#[template(path = "accounts/email_change.html")]
struct EmailChangePage {
    layout: Layout,
    old: String,
    new: String,
    action: String,
}
crate::page!(EmailChangePage);

const ENDED: EndedLink = EndedLink {
    title: "This link no longer works",
    text: "It was used, is older than a day, was replaced by a newer one, or is for another account. \
           A change of the password or a locked account ends it too. Your profile shows your address.",
    button: ("/account", "Go to your profile"),
};

const TAKEN: EndedLink = EndedLink {
    title: "This address has an account of its own",
    text: "An address can have one account. Nothing changed: sign in with that account, or choose another address.",
    button: ("/account", "Go to your profile"),
};

impl EmailChangePage {
    fn load(conn: &mut Conn, person: &CurrentUser, token: &str) -> Result<AccountPage<Self>, AppError> {
        let layout = person.layout(conn, "account")?;
        let link = email_change::find_link(conn, person, &Token::received(token))?;
        Ok(match link {
            Some(link) => AccountPage::shown(Self {
                layout,
                old: link.account.email,
                new: link.email.to_string(),
                action: format!("/account/email/{token}"),
            }),
            None => AccountPage::ended(layout, ENDED),
        })
    }
}

/// `GET /account/email/{token}`
pub async fn edit(gate: SignedIn<Unverified>, path: Path<String>) -> Result<HttpResponse, AppError> {
    let token = path.into_inner();
    gate.show(move |person, conn| EmailChangePage::load(conn, person, &token))
        .await
}

/// `POST /account/email/{token}`
pub async fn update(gate: SignedIn<Unverified>, path: Path<String>) -> Result<HttpResponse, AppError> {
    let token = Token::received(&path.into_inner());
    let ended = match gate
        .try_write(move |person, conn| email_change::confirm(conn, person, &token))
        .await
    {
        Ok(session) => {
            session_cookie::remember(gate.session(), &session.token)?;
            let message = "Your email address is changed. Other sessions were signed out";
            return Ok(gate.done(message, "/account"));
        }
        Err(ChangeEmailError::Failed(error)) => return Err(error),
        Err(ChangeEmailError::Ended) => ENDED,
        Err(ChangeEmailError::Taken) => TAKEN,
    };
    gate.refused(move |person, conn| Ok(EndedLinkPage::new(person.layout(conn, "account")?, ended)))
        .await
}
