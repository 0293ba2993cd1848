//! Suggested companies.

use actix_web::{HttpRequest, HttpResponse};

use crate::auth::Gate;
use crate::authz::decision::Reach;
use crate::authz::permission::{Permission, ViewCompany, ViewOrganization};
use crate::common::error::AppError;
use crate::handlers::suggestions::{MOST, Suggestions, typed};
use crate::models::company_found;

/// `GET /organizations/{slug}/suggestions/companies`: of those that the reader may view.
pub async fn index(gate: Gate<ViewOrganization>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let text = typed(&request);
    gate.show(move |actor, conn| {
        let within = match actor.reach::<ViewCompany>() {
            Reach::Everywhere => None,
            Reach::OwnCompanies => Some(actor.own_companies(conn, ViewCompany::ID)?),
            Reach::Nowhere => Some(Vec::new()),
        };
        let found = company_found::search(conn, actor.organization, within.as_deref(), &text, MOST)?.companies;
        let same = |name: &str| found.iter().filter(|company| company.name == name).count() > 1;
        let options = found.iter().map(|company| {
            // Two companies of one name are told apart by their address.
            let value = if same(&company.name) {
                format!("{} ({})", company.name, company.slug)
            } else {
                company.name.clone()
            };
            (value, String::new())
        });
        Ok(Suggestions {
            options: options.collect(),
        })
    })
    .await
}
