//! Accepting an invitation.

use actix_web::{HttpResponse, web};

use crate::auth::{Public, SignedIn};
use crate::common::error::AppError;
use crate::common::html::{query_value, see_other};
use crate::common::token::Token;
use crate::handlers::invitations::link_page::InvitationLinkPage;
use crate::services::invitations::accept;
use crate::services::invitations::accept::{AcceptError, AcceptedInvitation};

/// Back to the page of the link: people who signed in on the way return to this path, which only takes a POST.
pub async fn show(_public: Public, path: web::Path<String>) -> Result<HttpResponse, AppError> {
    let token = path.into_inner();
    Ok(see_other(false, &format!("/invitations/{}", query_value(&token))))
}

pub async fn create(gate: SignedIn, path: web::Path<String>) -> Result<HttpResponse, AppError> {
    let token = Token::received(&path);
    let accepted = token.clone();
    match gate
        .try_write(move |person, conn| accept::accept(conn, person, &accepted))
        .await
    {
        Ok(accepted) => {
            if let Some(message) = welcome(&accepted) {
                gate.tell("success", message);
            }
            Ok(see_other(gate.fragment(), &format!("/organizations/{}", accepted.slug)))
        }
        Err(AcceptError::Failed(error)) => Err(error),
        Err(AcceptError::Unavailable) => {
            let refused = token.clone();
            gate.write(move |person, conn| Ok(((), accept::note_refusal(conn, person, &refused)?)))
                .await?;
            gate.refused(move |person, conn| InvitationLinkPage::for_person(conn, person, &token))
                .await
        }
    }
}

fn welcome(accepted: &AcceptedInvitation) -> Option<String> {
    let role = accepted.joined_as?;
    Some(format!(
        "Welcome to {}. Your role is {}: {}",
        accepted.organization,
        role.label(),
        role.you_can(accepted.unit.many())
    ))
}
