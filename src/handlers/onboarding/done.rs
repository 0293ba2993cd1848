//! The last step: what to do next in the new organization.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::SignedIn;
use crate::authz::decision::Permissions;
use crate::common::error::AppError;
use crate::db::types::organization::UnitLabel;
use crate::handlers::onboarding::queries;
use crate::web::layout::{Layout, PageLayout};

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct DoneQuery {
    organization: String,
}

#[derive(Template)]
#[template(path = "onboarding/done.html")]
struct DonePage {
    layout: Layout,
    name: String,
    path: String,
    unit: UnitLabel,
    may: Permissions,
}

crate::page!(DonePage);

pub async fn show(gate: SignedIn, query: web::Query<DoneQuery>) -> Result<HttpResponse, AppError> {
    let slug = query.into_inner().organization.to_lowercase();
    gate.show(move |person, conn| {
        let organization = queries::own_organization(conn, person, &slug)?.ok_or(AppError::NotFound)?;
        Ok(DonePage {
            layout: person.layout(conn, "")?,
            path: format!("/organizations/{slug}"),
            may: Permissions::of(organization.role, &[]),
            name: organization.name,
            unit: organization.unit,
        })
    })
    .await
}
