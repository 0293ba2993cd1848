//! The resources of an organization that the reader sees.

use actix_web::{HttpResponse, web};

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::ViewCompany;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::handlers::resources::list::{ListPage, Listing, ResourcesQuery};
use crate::models::company_choice;
use crate::models::company_choice::CompanyChoices;
use crate::models::resource::scope::{ResourceScope, SharedResources};
use crate::services::resources::reach;

/// `GET /organizations/{slug}/resources`
pub async fn index(gate: Gate<ViewCompany>, query: web::Query<ResourcesQuery>) -> Result<HttpResponse, AppError> {
    let query = query.into_inner();
    gate.show(move |actor, conn| load(conn, actor, query)).await
}

fn load(conn: &mut Conn, actor: &Actor, query: ResourcesQuery) -> Result<ListPage, AppError> {
    let whole = reach::seen(conn, actor)?;
    let own = match &whole {
        ResourceScope::Everything => None,
        ResourceScope::Companies { ids, .. } => Some(ids.as_slice()),
    };
    let scope = match query.company.trim() {
        "" => whole.clone(),
        // Those of one company; of none when the text names none.
        typed => {
            let named = company_choice::named(conn, actor.organization, own, typed, 1)?;
            ResourceScope::Companies {
                ids: named.into_iter().map(|company| company.id).take(1).collect(),
                shared: SharedResources::None,
            }
        }
    };
    let listing = Listing {
        path: actor.path("/resources"),
        scope,
        choices: CompanyChoices::of(conn, actor.organization, actor.active_companies, own)?,
        new: actor
            .permissions
            .manage_channels()
            .then(|| actor.path("/resources/new")),
        whole,
    };
    ListPage::load(conn, actor, None, listing, query)
}
