//! The way back into a locked account, from the letter.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;

use crate::audit::{Action, Events};
use crate::auth::Visitor;
use crate::common::error::AppError;
use crate::common::html::{html, see_other};
use crate::common::token::Token;
use crate::handlers::accounts::entry::Over;
use crate::models::email_token;
use crate::models::email_token::TokenKind;
use crate::models::login_attempt;
use crate::web::layout::Layout;
use crate::web::layout::PublicLayout;

#[derive(Template)]
#[template(path = "accounts/unlock.html")]
struct Page {
    layout: Layout,
    email: String,
    action: String,
}

const OVER: Over = Over {
    title: "This link has ended",
    text: "It was used or is older than a day. An account opens by itself 15 minutes after the last wrong password.",
    way_on: ("/login", "Sign in"),
};

/// Shows what the link would do.
pub async fn page(visitor: Visitor, path: Path<String>) -> Result<HttpResponse, AppError> {
    let token = path.into_inner();
    let page = visitor
        .read(move |visit, conn| {
            let link = email_token::find_open(conn, &visit.cx, TokenKind::Unlock, &Token::received(&token))?;
            let layout = visit.layout();
            Ok(match link {
                Some(link) => Ok(Page {
                    layout,
                    email: link.account.email,
                    action: format!("/unlock/{token}"),
                }),
                None => Err(layout),
            })
        })
        .await?;
    match page {
        Ok(page) => html(page),
        Err(layout) => OVER.page(layout),
    }
}

/// Opens the account.
pub async fn submit(visitor: Visitor, path: Path<String>) -> Result<HttpResponse, AppError> {
    let token = Token::received(&path.into_inner());
    let opened = visitor
        .write(move |visit, conn| {
            let link = email_token::find_open(conn, &visit.cx, TokenKind::Unlock, &token)?;
            let Some(link) = link else {
                return Ok((false, None, Events::none("the link is over")));
            };
            if !email_token::take(conn, &visit.cx, TokenKind::Unlock, &token)? {
                return Ok((false, None, Events::none("somebody else took it")));
            }
            login_attempt::forgive(conn, &link.account.email)?;
            let events = link.account.event(Action::AccountUnlocked);
            Ok((true, Some(link.account.actor()), events))
        })
        .await?;
    if !opened {
        return OVER.page(visitor.layout());
    }
    visitor.tell("success", "Your account is open again. Sign in");
    Ok(see_other(visitor.fragment(), "/login"))
}
