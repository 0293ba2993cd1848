//! Resources that a key reaches.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, LOCATION};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::api::paging::ListQuery;
use crate::api::resource_changes::{NewResourceDocument, ResourceChanges};
use crate::api::resource_document::{ResourceDocument, refused};
use crate::api::{body, json};
use crate::api_auth::ApiGate;
use crate::auth::actor::Actor;
use crate::authz::permission::{ManageChannels, ViewCompany};
use crate::authz::scope::{ResourcesRead, ResourcesWrite};
use crate::common::error::AppError;
use crate::common::id::CompanyId;
use crate::common::paging::Page;
use crate::common::problem::Problem;
use crate::db::Conn;
use crate::db::types::inventory::{ResourceKind, ResourceListing};
use crate::models::company_choice;
use crate::models::resource::list::ResourceFilter;
use crate::models::resource::{Resource, ResourceScope, list};
use crate::services::resources::{ResourceError, create as creation, edit, reach};

const PATH: &str = "/api/v1/resources";

/// The company with a slug or an id, if it is one of these; `None` when it is not.
fn company(conn: &mut Conn, actor: &Actor, text: &str, scope: &ResourceScope) -> Result<Option<CompanyId>, AppError> {
    let found = company_choice::exact(conn, actor.organization, text)?;
    Ok(found.filter(|company| scope.has(Some(*company))))
}

fn filter(conn: &mut Conn, actor: &Actor, asked: &ListQuery) -> Result<ResourceFilter, AppError> {
    let listed_as = match asked.get("archived") {
        "" | "false" => ResourceListing::Active,
        "true" => ResourceListing::Archived,
        _ => return Err(Problem::invalid("archived", "Send true or false.").into()),
    };
    let kind = match asked.get("kind") {
        "" => None,
        text => Some(ResourceKind::parse(text).ok_or_else(|| Problem::invalid("kind", "It is no kind of resource."))?),
    };
    let whole = reach::seen(conn, actor)?;
    let scope = match asked.get("company") {
        "" => whole,
        text => {
            let company = company(conn, actor, text, &whole)?;
            let company =
                company.ok_or_else(|| Problem::invalid("company", "It is no company that the key reaches."))?;
            ResourceScope::Companies {
                ids: vec![company],
                shared: false,
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

/// `GET /api/v1/resources`
pub async fn index(gate: ApiGate<ViewCompany, ResourcesRead>, req: HttpRequest) -> Result<HttpResponse, AppError> {
    let asked = ListQuery::read(&req, &["archived", "kind", "company"]);
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

/// `GET /api/v1/resources/{id}`
pub async fn show(gate: ApiGate<ViewCompany, ResourcesRead>, id: web::Path<String>) -> Result<HttpResponse, AppError> {
    let id = id.into_inner();
    let found = gate.read(move |actor, conn| reach::visible(conn, actor, &id)).await?;
    json(&ResourceDocument::from(found))
}

/// `POST /api/v1/resources`
pub async fn create(
    gate: ApiGate<ManageChannels, ResourcesWrite>,
    payload: web::Payload,
) -> Result<HttpResponse, AppError> {
    let sent: NewResourceDocument = body::read(&body::bytes(payload).await?)?;
    let kind = sent.kind()?;
    let named = sent.company.clone();
    let changes = sent.into_changes();
    let made = gate
        .try_write(move |actor, conn| {
            let terms = changes.apply(kind, None, actor.cx.now).map_err(AppError::from)?;
            let scope = reach::managed(conn, actor)?;
            let company = match &named {
                None => None,
                Some(text) => Some(company(conn, actor, text, &scope)?.ok_or(ResourceError::CompanyUnknown)?),
            };
            let (id, events) = creation::create(conn, actor, kind, company, terms)?;
            Ok((reach::visible(conn, actor, id.as_str())?, events))
        })
        .await;
    let made = made.map_err(refused)?;
    let address = gate.app().config.link(&format!("{PATH}/{}", made.id));
    let mut answer = json(&ResourceDocument::from(made))?;
    *answer.status_mut() = StatusCode::CREATED;
    let address = HeaderValue::from_str(&address).map_err(AppError::internal)?;
    answer.headers_mut().insert(LOCATION, address);
    Ok(answer)
}

/// `PATCH /api/v1/resources/{id}`
pub async fn update(
    gate: ApiGate<ManageChannels, ResourcesWrite>,
    id: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, AppError> {
    let id = id.into_inner();
    let changes: ResourceChanges = body::read(&body::bytes(payload).await?)?;
    let changed = gate
        .try_write(move |actor, conn| {
            let now = actor.cx.now;
            edit::update(conn, actor, &id, |present: &Resource| {
                let terms = changes.apply(present.kind, Some(&present.terms), now);
                terms.map_err(|problem| ResourceError::Failed(problem.into()))
            })
        })
        .await;
    json(&ResourceDocument::from(changed.map_err(refused)?))
}
