//! Resources that a key reaches.

use actix_web::{HttpRequest, HttpResponse, web};
use utoipa::IntoParams;

use crate::api::paging::{List, ListQuery, PageParams, choice, flag};
use crate::api::resource_changes::{NewResourceDocument, ResourceChanges};
use crate::api::resource_document::{ResourceDocument, refused};
use crate::api::{body, json};
use crate::api_auth::{Answer, ApiGate};
use crate::auth::actor::Actor;
use crate::authz::permission::{ManageChannels, ViewCompany};
use crate::authz::scope::{ResourcesRead, ResourcesWrite};
use crate::common::error::AppError;
use crate::common::id::{CompanyId, ResourceId};
use crate::common::paging::Page;
use crate::common::problem::Problem;
use crate::db::Conn;
use crate::db::types::inventory::{ResourceKind, ResourceListing};
use crate::models::resource::list::ResourceFilter;
use crate::models::resource::scope::{ResourceScope, SharedResources};
use crate::models::resource::{Resource, list};
use crate::models::{company_choice, resource};
use crate::services::resources::{ResourceError, create as creation, edit, reach};

const PATH: &str = "/api/v1/resources";

/// The company with a slug or an id, if it is one of these; `None` when it is not.
fn company(conn: &mut Conn, actor: &Actor, text: &str, scope: &ResourceScope) -> Result<Option<CompanyId>, AppError> {
    let found = company_choice::exact(conn, actor.organization, text)?;
    Ok(found.filter(|company| scope.has(Some(*company))))
}

fn filter(conn: &mut Conn, actor: &Actor, asked: &ListQuery) -> Result<ResourceFilter, AppError> {
    let listed_as = if flag(&asked.fields, "archived")? {
        ResourceListing::Archived
    } else {
        ResourceListing::Active
    };
    let shared = flag(&asked.fields, "shared")?;
    let kinds = ResourceKind::ALL.iter().map(|kind| (kind.as_str(), *kind));
    let kind = choice(&asked.fields, "kind", kinds)?;
    let whole = reach::seen(conn, actor)?;
    let scope = match asked.get("company") {
        "" => whole,
        text => {
            let company = company(conn, actor, text, &whole)?;
            let company =
                company.ok_or_else(|| Problem::invalid("company", "It is no company that the key reaches."))?;
            if shared {
                let status = resource::company_status(conn, actor.organization, company)?;
                reach::applying(conn, actor.organization, company, status.ok_or(AppError::NotFound)?)?
            } else {
                ResourceScope::Companies {
                    ids: vec![company],
                    shared: SharedResources::None,
                }
            }
        }
    };
    Ok(ResourceFilter {
        scope,
        listed_as,
        kind,
        words: Vec::new(),
    })
}

/// Which resources a list has.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "names and schemas for the document")]
pub struct ResourcesParams {
    /// `true` lists archived resources and those of archived companies, `false` the others.
    #[param(inline, default = "false")]
    archived: Option<bool>,
    /// `agent`, `campaign`, `lead_list`, `phone_number`, `knowledge_source` or `app`.
    #[param(example = "agent")]
    kind: Option<String>,
    /// The slug or the id of a company.
    #[param(example = "harbor-recovery")]
    company: Option<String>,
    /// `true`, with a company: also the resources of the whole organization that apply to it.
    #[param(inline, default = "false")]
    shared: Option<bool>,
}

/// List resources
///
/// The resources that the key reaches, by name.
#[utoipa::path(
    get, path = "/api/v1/resources", tag = "Resources", operation_id = "list_resources",
    params(ResourcesParams, PageParams),
    responses((status = 200, description = "A page of resources", body = List<ResourceDocument>))
)]
pub async fn index(gate: ApiGate<ViewCompany, ResourcesRead>, req: HttpRequest) -> Result<HttpResponse, AppError> {
    let asked = ListQuery::read::<ResourcesParams>(&req);
    let (asked, page) = gate
        .read(move |actor, conn| {
            let asked = asked?;
            let filter = filter(conn, actor, &asked)?;
            let (limit, after) = (asked.limit, asked.after.clone());
            let rows = list::page(conn, actor.organization, &filter, after.as_ref(), limit + 1)?;
            Ok((asked, Page::cut(rows, limit, after.as_ref(), list::key)))
        })
        .await?;
    let data: Vec<ResourceDocument> = page.rows.into_iter().map(ResourceDocument::from).collect();
    asked.respond(gate.app(), PATH, data, page.next)
}

/// Get a resource
#[utoipa::path(
    get, path = "/api/v1/resources/{id}", tag = "Resources", operation_id = "get_resource",
    params(("id" = ResourceId, Path, description = "The id of the resource")),
    responses((status = 200, description = "The resource", body = ResourceDocument))
)]
pub async fn show(gate: ApiGate<ViewCompany, ResourcesRead>, id: web::Path<String>) -> Result<HttpResponse, AppError> {
    let id = id.into_inner();
    let found = gate.read(move |actor, conn| reach::visible(conn, actor, &id)).await?;
    json(&ResourceDocument::from(found))
}

/// Create a resource
#[utoipa::path(
    post, path = "/api/v1/resources", tag = "Resources", operation_id = "create_resource",
    request_body = NewResourceDocument,
    responses(
        (status = 201, description = "The new resource", body = ResourceDocument, headers(("Location" = String, description = "Its address"))),
        (status = 409, description = "`company-archived`: the company is archived")
    )
)]
pub async fn create(gate: ApiGate<ManageChannels, ResourcesWrite>) -> Result<HttpResponse, AppError> {
    let sent = body::read::<NewResourceDocument>(gate.body());
    gate.change(move |actor, conn| {
        let sent = sent?;
        let kind = sent.kind()?;
        let named = sent.company.clone();
        let terms = sent.into_changes().apply(kind, None, actor.cx.now)?;
        let scope = reach::managed(conn, actor)?;
        let company = match &named {
            None => None,
            Some(text) => {
                let found = company(conn, actor, text, &scope)?;
                Some(found.ok_or_else(|| refused(ResourceError::CompanyUnknown))?)
            }
        };
        let (id, events) = creation::create(conn, actor, kind, company, terms).map_err(refused)?;
        let document = ResourceDocument::from(reach::visible(conn, actor, id.as_str())?);
        Ok((Answer::created(format!("{PATH}/{id}"), &document)?, events))
    })
    .await
}

/// Change a resource
///
/// A field that is missing stays as it is; null empties it.
#[utoipa::path(
    patch, path = "/api/v1/resources/{id}", tag = "Resources", operation_id = "update_resource",
    params(("id" = ResourceId, Path, description = "The id of the resource")),
    request_body = ResourceChanges,
    responses(
        (status = 200, description = "The resource as it is now", body = ResourceDocument),
        (status = 409, description = "`resource-archived`, or `company-archived`: restore it first")
    )
)]
pub async fn update(
    gate: ApiGate<ManageChannels, ResourcesWrite>,
    id: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    let id = id.into_inner();
    let sent = body::read::<ResourceChanges>(gate.body());
    gate.change(move |actor, conn| {
        let (changes, now) = (sent?, actor.cx.now);
        let changed = edit::update(conn, actor, &id, |present: &Resource| {
            let terms = changes.apply(present.kind, Some(&present.terms), now);
            terms.map_err(|problem| ResourceError::Failed(problem.into()))
        });
        let (resource, events) = changed.map_err(refused)?;
        Ok((Answer::ok(&ResourceDocument::from(resource))?, events))
    })
    .await
}
