//! The page behind the link that confirms a contact's address. Whoever reads the address's mail may open it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::Visitor;
use crate::auth::current_user::CurrentUser;
use crate::common::error::AppError;
use crate::common::html::{html, html_with};
use crate::common::token::Token;
use crate::models::organization::contact;
use crate::web::layout::Layout;
use crate::web::layout::PublicLayout;

#[derive(Template)]
#[template(path = "settings/proof.html")]
struct ProofPage {
    layout: Layout,
    icon: &'static str,
    title: String,
    text: String,
    /// Where the button posts to, while there is something to confirm.
    action: Option<String>,
}

fn over(layout: Layout) -> Result<HttpResponse, AppError> {
    let page = ProofPage {
        layout,
        icon: "clock",
        title: "This link has ended".into(),
        text: "It was used, is older than a day, or a newer one was sent. Who entered the address can send another."
            .into(),
        action: None,
    };
    html_with(StatusCode::NOT_FOUND, page)
}

/// `GET /contacts/{token}`: says what would be confirmed. It changes nothing: mail scanners follow links.
pub async fn page(gate: Visitor, path: web::Path<String>) -> Result<HttpResponse, AppError> {
    let token = path.into_inner();
    let (asked, layout, token) = gate
        .read(move |visit, conn| {
            let asked = contact::by_token(conn, &visit.cx, &Token::received(&token))?;
            Ok((asked, visit.layout(), token))
        })
        .await?;
    let Some(asked) = asked else {
        return over(layout);
    };
    html(ProofPage {
        layout,
        icon: "mail",
        title: "Confirm this address".into(),
        text: format!(
            "{} becomes the {} of {}. It is used for: {}.",
            asked.contact.pending_email,
            asked.contact.kind.word(),
            asked.name,
            asked.contact.kind.purpose().to_lowercase()
        ),
        action: Some(format!("/contacts/{token}")),
    })
}

/// `POST /contacts/{token}`: from now on the address is used.
pub async fn confirm(gate: Visitor, path: web::Path<String>) -> Result<HttpResponse, AppError> {
    let token = Token::received(&path.into_inner());
    let (done, layout) = gate
        .write(move |visit, conn| {
            let actor = visit.person.as_ref().map(CurrentUser::actor);
            let nothing = Events::none("the link had ended");
            let Some(asked) = contact::by_token(conn, &visit.cx, &token)? else {
                return Ok(((None, visit.layout()), actor, nothing));
            };
            if !contact::prove(conn, &visit.cx, &token, &asked)? {
                return Ok(((None, visit.layout()), actor, nothing));
            }
            let kind = asked.contact.kind;
            let event = Event::new(Action::ContactProven, "contact", kind, kind.label())
                .before(json!({ "email": asked.contact.email }))
                .after(json!({ "email": asked.contact.pending_email }));
            let events = Events::organization(asked.organization, event);
            Ok(((Some(asked), visit.layout()), actor, events))
        })
        .await?;
    let Some(asked) = done else {
        return over(layout);
    };
    html(ProofPage {
        layout,
        icon: "circle-check",
        title: "Confirmed".into(),
        text: format!(
            "{} is the {} of {} from now on.",
            asked.contact.pending_email,
            asked.contact.kind.word(),
            asked.name
        ),
        action: None,
    })
}
