//! The address of the instance itself.

use actix_web::HttpResponse;

use crate::auth::Visitor;
use crate::common::error::AppError;
use crate::common::html::see_other;
use crate::handlers::accounts::landing;
use crate::models::organization::of_user;

/// `GET /`: the organization that the person used last.
pub async fn show(visitor: Visitor) -> Result<HttpResponse, AppError> {
    let path = visitor
        .read(|visit, conn| {
            Ok(match &visit.person {
                Some(person) => landing::home(of_user::last_used(conn, person.id, visit.cx.now)?.as_deref()),
                None => "/login".to_owned(),
            })
        })
        .await?;
    Ok(see_other(false, &path))
}
