//! The last step: the organization stands, what comes next.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::SignedIn;
use crate::authz::decision::Permissions;
use crate::common::error::AppError;
use crate::common::html::html;
use crate::db::types::organization::UnitLabel;
use crate::handlers::onboarding::queries;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

/// Which organization.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Query {
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

/// `GET /onboarding/done`
pub async fn show(gate: SignedIn, query: web::Query<Query>) -> Result<HttpResponse, AppError> {
    let slug = query.into_inner().organization.to_lowercase();
    let page = gate
        .read(move |person, conn| {
            let (name, unit, role) = queries::entered(conn, person, &slug)?.ok_or(AppError::NotFound)?;
            Ok(DonePage {
                layout: person.layout(conn, "")?,
                path: format!("/organizations/{slug}"),
                may: Permissions::of(role, &[]),
                name,
                unit,
            })
        })
        .await?;
    html(page)
}
