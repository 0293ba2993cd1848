//! The page behind the link that proves a new address.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use serde_json::json;

use crate::audit::{Action, Events};
use crate::auth::current_user::CurrentUser;
use crate::auth::{SignedIn, Unverified};
use crate::common::error::AppError;
use crate::common::html::{html, see_other};
use crate::common::token::Token;
use crate::db::Conn;
use crate::handlers::accounts::entry::Over;
use crate::models::email_token;
use crate::models::email_token::{Link, TokenKind};
use crate::models::session;
use crate::models::user;
use crate::services::accounts::email;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

#[derive(Template)]
#[template(path = "accounts/readdress.html")]
struct Page {
    layout: Layout,
    old: String,
    new: String,
    action: String,
}

const OVER: Over = Over {
    title: "This link has ended",
    text: "It was used, is older than a day, a newer one was sent, or another account asked for it. Your profile shows your address.",
    way_on: ("/account", "Go to your profile"),
};

const TAKEN: Over = Over {
    title: "This address has an account of its own",
    text: "An address belongs to one account. Nothing was changed: sign in with that account, or choose another address.",
    way_on: ("/account", "Go to your profile"),
};

/// The link, if this person asked for it.
fn own(person: &CurrentUser, conn: &mut Conn, token: &Token) -> Result<Option<Link>, AppError> {
    Ok(email_token::find_open(conn, &person.cx, TokenKind::Change, token)?.filter(|link| link.account.id == person.id))
}

/// Shows what the link would do.
pub async fn page(who: SignedIn<Unverified>, path: Path<String>) -> Result<HttpResponse, AppError> {
    let token = path.into_inner();
    let page = who
        .read(move |person, conn| {
            let layout = person.layout(conn, "account")?;
            Ok(match own(person, conn, &Token::received(&token))? {
                Some(link) => Ok(Page {
                    layout,
                    old: link.account.email,
                    new: link.email.to_string(),
                    action: format!("/account/email/{token}"),
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

enum Done {
    Changed(Token),
    Refused(Over, Box<Layout>),
}

/// Puts the new address in place. Every session ends, and a new one begins here.
pub async fn submit(who: SignedIn<Unverified>, path: Path<String>) -> Result<HttpResponse, AppError> {
    let token = Token::received(&path.into_inner());
    let done = who
        .write(move |person, conn| {
            let cx = &person.cx;
            let refused = |over, conn: &mut Conn| -> Result<(Done, Events), AppError> {
                let layout = Box::new(person.layout(conn, "account")?);
                Ok((Done::Refused(over, layout), Events::none("the address stays")))
            };
            let Some(link) = own(person, conn, &token)? else {
                return refused(OVER, conn);
            };
            // Its holder reads the address's mail: this tells them of their own account.
            if user::by_email(conn, &link.email)?.is_some() {
                return refused(TAKEN, conn);
            }
            if !email_token::take(conn, cx, TokenKind::Change, &token)? {
                return refused(OVER, conn);
            }
            let old = &link.account;
            let appointed = user::set_email(conn, cx, old, &link.email)?;
            session::end_all(conn, person.id, None)?;
            // An address that was never proven may be a stranger's.
            if old.verified() {
                email::email_changed(conn, cx, old, &link.email)?;
            }
            let (token, begun) = session::begin(conn, cx, person.id)?;
            let event = old
                .audit_event(Action::EmailChanged)
                .before(json!({ "email": old.email }))
                .after(json!({ "email": link.email.as_str() }));
            Ok((Done::Changed(token), person.event(event).and(appointed).and(begun)))
        })
        .await?;
    match done {
        Done::Refused(over, layout) => over.page(*layout),
        Done::Changed(token) => {
            crate::auth::current_user::remember(who.session(), &token)?;
            who.tell("success", "Your address is changed. Other sessions were signed out");
            Ok(see_other(who.fragment(), "/account"))
        }
    }
}
