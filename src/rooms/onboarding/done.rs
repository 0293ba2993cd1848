//! The last step: the organization stands, what comes next.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::store;
use crate::gate::SignedIn;
use crate::gate::organization::UnitLabel;
use crate::gate::rights::Rights;
use crate::gate::shell::Shell;
use crate::ground::error::AppError;
use crate::ground::html::html;

/// Which organization.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Query {
    organization: String,
}

#[derive(Template)]
#[template(path = "onboarding/done.html")]
struct DonePage {
    shell: Shell,
    name: String,
    path: String,
    unit: UnitLabel,
    may: Rights,
}

/// `GET /onboarding/done`
///
/// # Errors
/// What the gate refuses.
pub async fn show(gate: SignedIn, query: web::Query<Query>) -> Result<HttpResponse, AppError> {
    let slug = query.into_inner().organization.to_lowercase();
    let page = gate
        .read(move |person, conn| {
            let (name, unit, role) = store::entered(conn, person, &slug)?.ok_or(AppError::NotFound)?;
            Ok(DonePage {
                shell: person.shell(conn, "")?,
                path: format!("/organizations/{slug}"),
                may: Rights::of(role, &[]),
                name,
                unit,
            })
        })
        .await?;
    html(page)
}
