use actix_web::HttpResponse;

use crate::auth::Visitor;
use crate::common::error::AppError;
use crate::common::html::see_other;

/// `GET /`
pub async fn show(visitor: Visitor) -> Result<HttpResponse, AppError> {
    let signed_in = visitor.read(|visit, _| Ok(visit.person.is_some())).await?;
    Ok(see_other(false, if signed_in { "/organizations" } else { "/login" }))
}
