//! Declining an invitation.

use actix_web::{HttpResponse, web};

use crate::auth::Visitor;
use crate::auth::current_user::CurrentUser;
use crate::common::error::AppError;
use crate::common::html::see_other;
use crate::common::token::Token;
use crate::handlers::invitations::link_page::InvitationLinkPage;
use crate::services::invitations::decline;
use crate::services::invitations::decline::DeclineError;

/// Declines as the invited person, or as anyone with the link who is signed out.
pub async fn create(gate: Visitor, path: web::Path<String>) -> Result<HttpResponse, AppError> {
    let token = Token::received(&path);
    let declined = token.clone();
    let result = gate
        .try_write(move |visit, conn| {
            let person = visit.person.as_ref();
            let events = decline::decline(conn, &visit.cx, person, &declined)?;
            Ok(((), person.map(CurrentUser::actor), events))
        })
        .await;
    match result {
        Ok(()) => Ok(see_other(gate.fragment(), &format!("/invitations/{}", token.as_str()))),
        Err(DeclineError::Failed(error)) => Err(error),
        Err(DeclineError::Unavailable) => {
            gate.refused(move |visit, conn| InvitationLinkPage::for_visit(conn, visit, &token))
                .await
        }
    }
}
