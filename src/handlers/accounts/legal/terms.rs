use actix_web::HttpResponse;
use askama::Template;

use crate::auth::Visitor;
use crate::common::error::AppError;
use crate::common::html::html;
use crate::web::layout::Layout;
use crate::web::layout::PublicLayout;

#[derive(Template)]
#[template(path = "legal/terms.html")]
struct TermsPage {
    layout: Layout,
}

/// `GET /legal/terms`
pub async fn show(visitor: Visitor) -> Result<HttpResponse, AppError> {
    html(TermsPage {
        layout: visitor.layout(),
    })
}
