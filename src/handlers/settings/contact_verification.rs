//! The page behind the verification link of a contact address. It is open to everyone who has the link.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::Visitor;
use crate::auth::current_user::CurrentUser;
use crate::common::error::AppError;
use crate::common::html::{html, html_with};
use crate::common::token::Token;
use crate::models::organization::contact;
use crate::services::organizations::contacts;
use crate::services::organizations::contacts::VerificationError;
use crate::web::layout::Layout;
use crate::web::layout::PublicLayout;

#[derive(Template)]
#[template(path = "settings/contact_verification.html")]
struct VerificationPage {
    layout: Layout,
    icon: &'static str,
    title: &'static str,
    text: String,
    /// Where the button posts to, while there is something to verify.
    action: Option<String>,
}

fn invalid(layout: Layout) -> Result<HttpResponse, AppError> {
    let page = VerificationPage {
        layout,
        icon: "clock",
        title: "This link is no longer valid",
        text: "It was used, has expired, or was replaced by a newer one. The person who entered the address can send another."
            .into(),
        action: None,
    };
    html_with(StatusCode::NOT_FOUND, page)
}

/// `GET /contacts/{token}`: changes nothing, because mail scanners open links.
pub async fn show(gate: Visitor, path: web::Path<String>) -> Result<HttpResponse, AppError> {
    let token = path.into_inner();
    let received = Token::received(&token);
    let (found, layout) = gate
        .read(move |visit, conn| Ok((contact::by_token(conn, &visit.cx, &received)?, visit.layout())))
        .await?;
    let Some(found) = found else {
        return invalid(layout);
    };
    html(VerificationPage {
        layout,
        icon: "mail",
        title: "Verify this address",
        text: format!(
            "{} becomes the {} of {}. It is used for: {}.",
            found.contact.pending_email,
            found.contact.kind.word(),
            found.name,
            found.contact.kind.purpose().to_lowercase()
        ),
        action: Some(format!("/contacts/{token}")),
    })
}

/// `POST /contacts/{token}`
pub async fn create(gate: Visitor, path: web::Path<String>) -> Result<HttpResponse, AppError> {
    let token = Token::received(&path.into_inner());
    let verified = gate
        .try_write(move |visit, conn| {
            let (found, events) = contacts::verify(conn, &visit.cx, &token)?;
            let actor = visit.person.as_ref().map(CurrentUser::actor);
            Ok(((found, visit.layout()), actor, events))
        })
        .await;
    let (found, layout) = match verified {
        Ok(verified) => verified,
        Err(VerificationError::Failed(error)) => return Err(error),
        Err(VerificationError::LinkInvalid) => {
            return invalid(gate.read(|visit, _| Ok(visit.layout())).await?);
        }
    };
    html(VerificationPage {
        layout,
        icon: "circle-check",
        title: "Address verified",
        text: format!(
            "{} is now the {} of {}.",
            found.contact.pending_email,
            found.contact.kind.word(),
            found.name
        ),
        action: None,
    })
}
