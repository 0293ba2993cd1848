//! Enabling a link.

use actix_web::{HttpResponse, web};

use crate::auth::Gate;
use crate::authz::permission::ManageOnboardingLinks;
use crate::common::error::AppError;
use crate::services::onboarding_links::switch;

pub async fn create(
    gate: Gate<ManageOnboardingLinks>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, AppError> {
    let (slug, id) = path.into_inner();
    let name = gate.write(move |actor, conn| switch::enable(conn, actor, &id)).await?;
    Ok(gate.done(
        format!("{name} is enabled"),
        &format!("/organizations/{slug}/settings/onboarding"),
    ))
}
