//! The page of an invitation's link.

use actix_web::{HttpResponse, web};

use crate::auth::Visitor;
use crate::common::error::AppError;
use crate::common::token::Token;
use crate::handlers::invitations::link_page::InvitationLinkPage;

/// Changes nothing: mail scanners follow links.
pub async fn show(gate: Visitor, path: web::Path<String>) -> Result<HttpResponse, AppError> {
    let token = Token::received(&path);
    gate.show(move |visit, conn| InvitationLinkPage::for_visit(conn, visit, &token))
        .await
}
