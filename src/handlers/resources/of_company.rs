//! The resources of a company, with those of the whole organization, which it has as well.

use actix_web::{HttpResponse, web};

use crate::auth::CompanyGate;
use crate::auth::actor::Actor;
use crate::auth::company::Company;
use crate::authz::permission::ViewCompany;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::db::types::organization::CompanyStatus;
use crate::handlers::resources::list::{ListPage, Listing, ResourcesQuery};
use crate::models::company_choice::CompanyChoices;
use crate::services::resources::reach;

/// `GET /organizations/{slug}/companies/{company}/resources`
pub async fn index(
    gate: CompanyGate<ViewCompany>,
    query: web::Query<ResourcesQuery>,
) -> Result<HttpResponse, AppError> {
    let query = query.into_inner();
    gate.show(move |actor, company, conn| load(conn, actor, company, query))
        .await
}

fn load(conn: &mut Conn, actor: &Actor, company: &Company, query: ResourcesQuery) -> Result<ListPage, AppError> {
    let active = company.status == CompanyStatus::Active;
    let scope = reach::applying(conn, actor.organization, company.id, company.status)?;
    let creates = active && company.permissions.manage_channels();
    let listing = Listing {
        path: company.path(actor, "/resources"),
        whole: scope.clone(),
        scope,
        choices: CompanyChoices::default(),
        new: creates.then(|| actor.path(&format!("/resources/new?company={}", company.slug))),
    };
    let query = ResourcesQuery {
        company: String::new(),
        ..query
    };
    ListPage::load(conn, actor, Some(company), listing, query)
}
