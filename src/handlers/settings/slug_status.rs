use actix_web::{HttpResponse, web};

use crate::auth::Gate;
use crate::authz::permission::ChangeSlug;
use crate::common::error::AppError;
use crate::common::html::html;
use crate::common::slug::Slug;
use crate::handlers::organizations::slug::SlugStatus;
use crate::services::organizations::slug;

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct SlugStatusQuery {
    slug: String,
}

/// `GET /organizations/{slug}/settings/slug/status`: whether the organization can change to a web address.
pub async fn show(gate: Gate<ChangeSlug>, query: web::Query<SlugStatusQuery>) -> Result<HttpResponse, AppError> {
    let typed = query.into_inner().slug;
    let status = gate
        .read(move |actor, conn| {
            if typed.trim().is_empty() {
                return Ok(SlugStatus::default());
            }
            match Slug::parse_free(&typed) {
                Ok(slug) => Ok(SlugStatus::of(&slug, slug::availability_for(conn, actor, &slug)?)),
                Err(message) => Ok(SlugStatus::bad(message)),
            }
        })
        .await?;
    html(status)
}
