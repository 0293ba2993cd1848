//! The companies that a key reaches.

pub mod archiving;
pub mod create;
pub mod restoring;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::paging::{List, ListQuery, PageParams, choice};
use crate::api::{body, json};
use crate::api_auth::{Answer, ApiCompanyGate, ApiGate, Refused};
use crate::auth::actor::Actor;
use crate::auth::company::Company;
use crate::authz::permission::{EditCompany, ViewCompany};
use crate::authz::scope::{CompaniesRead, CompaniesWrite};
use crate::common::error::AppError;
use crate::common::id::CompanyId;
use crate::common::paging::Page;
use crate::common::problem::Problem;
use crate::common::search;
use crate::common::slug::Slug;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::organization::CompanyStatus;
use crate::models::company;
use crate::models::company::{CompanyFilter, CompanyRow, CompanySort};
use crate::models::reader;
use crate::services::companies::form::CompanyForm;
use crate::services::companies::update;
use crate::services::companies::update::UpdateCompanyError;

const PATH: &str = "/api/v1/companies";

/// A company of the organization.
#[derive(Serialize, ToSchema)]
pub struct CompanyDocument {
    id: CompanyId,
    /// Its part of addresses. It can change; `id` never does.
    #[schema(example = "harbor-recovery")]
    slug: String,
    #[schema(example = "Harbor Recovery")]
    name: String,
    status: CompanyStatus,
    created_at: Time,
    #[schema(example = json!(null))]
    archived_at: Option<Time>,
}

impl From<CompanyRow> for CompanyDocument {
    fn from(row: CompanyRow) -> Self {
        Self {
            id: row.id,
            slug: row.slug,
            name: row.name,
            status: row.status,
            created_at: row.created_at,
            archived_at: row.archived_at,
        }
    }
}

impl From<&Company> for CompanyDocument {
    fn from(company: &Company) -> Self {
        Self {
            id: company.id,
            slug: company.slug.clone(),
            name: company.name.clone(),
            status: company.status,
            created_at: company.created_at,
            archived_at: company.archived_at,
        }
    }
}

/// The address of a company.
fn address(slug: &str) -> String {
    format!("{PATH}/{slug}")
}

/// Which companies a list has.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "names and schemas for the document")]
pub struct CompaniesParams {
    /// Whether archived companies are listed: `false` lists only active ones, `true` only archived ones, `any` both.
    #[param(inline, default = "false")]
    archived: Option<Archived>,
    /// Each word must begin a word of the name.
    #[param(example = "harbor")]
    q: Option<String>,
}

#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "names for the document")]
enum Archived {
    False,
    True,
    Any,
}

/// `archived`: only companies in use unless asked for.
fn status(asked: &ListQuery) -> Result<Option<CompanyStatus>, Problem> {
    let known = [
        ("true", Some(CompanyStatus::Archived)),
        ("false", Some(CompanyStatus::Active)),
        ("any", None),
    ];
    Ok(choice(&asked.fields, "archived", known)?.unwrap_or(Some(CompanyStatus::Active)))
}

/// List companies
///
/// The companies that the key reaches, by name.
#[utoipa::path(
    get, path = "/api/v1/companies", tag = "Companies", operation_id = "list_companies",
    params(CompaniesParams, PageParams),
    responses((status = 200, description = "A page of companies", body = List<CompanyDocument>))
)]
pub async fn index(gate: ApiGate<ViewCompany, CompaniesRead>, req: HttpRequest) -> Result<HttpResponse, AppError> {
    let asked = ListQuery::read::<CompaniesParams>(&req);
    let (asked, page) = gate
        .read(move |actor, conn| {
            // Refused here, so that a request without a valid key is told so first.
            let asked = asked?;
            let (limit, after) = (asked.limit, asked.after.clone());
            let filter = CompanyFilter {
                own: actor.limited_to::<ViewCompany>(conn)?,
                status: status(&asked)?,
                words: search::query(asked.get("q")),
                sort: CompanySort::Name,
            };
            let rows = company::list(conn, actor.organization, &filter, after.as_ref(), limit + 1)?;
            let page = Page::cut(rows, limit, after.as_ref(), |row| CompanySort::Name.key(row));
            Ok((asked, page))
        })
        .await?;
    let data: Vec<CompanyDocument> = page.rows.into_iter().map(CompanyDocument::from).collect();
    asked.respond(gate.app(), PATH, data, page.next)
}

/// Get a company
#[utoipa::path(
    get, path = "/api/v1/companies/{company}", tag = "Companies", operation_id = "get_company",
    params(("company" = String, Path, description = "Its slug or its id")),
    responses((status = 200, description = "The company", body = CompanyDocument))
)]
pub async fn show(gate: ApiCompanyGate<ViewCompany, CompaniesRead>) -> Result<HttpResponse, AppError> {
    let document = gate.read(|_, company, _| Ok(CompanyDocument::from(company))).await?;
    json(&document)
}

/// What is changed. A field that is missing stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CompanyChanges {
    #[schema(min_length = 1, max_length = 80, example = "Harbor Recovery")]
    name: Option<String>,
    /// The earlier slug leads to the present one and stays reserved.
    #[schema(
        min_length = 2,
        max_length = 40,
        pattern = "^[a-z0-9]+(-[a-z0-9]+)*$",
        example = "harbor-recovery"
    )]
    slug: Option<String>,
}

/// Change a company
///
/// Changes the name or the slug of an active company.
#[utoipa::path(
    patch, path = "/api/v1/companies/{company}", tag = "Companies", operation_id = "update_company",
    params(("company" = String, Path, description = "Its slug or its id")),
    request_body = CompanyChanges,
    responses(
        (status = 200, description = "The company as it is now", body = CompanyDocument),
        (status = 409, description = "`company-archived`, or `slug-taken`: another company has or had the slug")
    )
)]
pub async fn update(gate: ApiCompanyGate<EditCompany, CompaniesWrite>) -> Result<HttpResponse, AppError> {
    let sent = body::read::<CompanyChanges>(gate.body());
    gate.change(move |actor, company, conn| {
        let sent = sent?;
        let form = CompanyForm {
            name: sent.name.unwrap_or_else(|| company.name.clone()),
            slug: sent.slug.unwrap_or_else(|| company.slug.clone()),
            ..CompanyForm::default()
        };
        if form.slug.trim().is_empty() {
            return Err(Problem::invalid("slug", "Enter a short name for the address.").into());
        }
        let new = form.parse(actor.unit).map_err(|errors| create::invalid(&errors))?;
        let ((), events) =
            update::update(conn, actor, company, &new.name, &new.slug).map_err(|error| refused(error, &new.slug))?;
        Ok((Answer::ok(&present(conn, actor, new.slug.as_str())?)?, events))
    })
    .await
}

/// The company as it is after a change.
fn present(conn: &mut Conn, actor: &Actor, slug: &str) -> Result<CompanyDocument, AppError> {
    let row = reader::company(conn, actor.organization, slug)?;
    Ok(CompanyDocument {
        id: row.id,
        slug: row.slug,
        name: row.name,
        status: row.status,
        created_at: row.created_at,
        archived_at: row.archived_at,
    })
}

fn refused(error: UpdateCompanyError, slug: &Slug) -> Refused {
    match error {
        UpdateCompanyError::Failed(error) => error.into(),
        UpdateCompanyError::Archived => archived().into(),
        UpdateCompanyError::SlugTaken { free } => create::slug_taken(slug, free.as_ref()).into(),
        UpdateCompanyError::TooOften => Problem::invalid(
            "slug",
            "The slug changed too often lately. Go back to an earlier one, or try again in 30 days.",
        )
        .into(),
    }
}

/// Only an active company can be changed.
pub fn archived() -> Problem {
    Problem::new(
        "company-archived",
        StatusCode::CONFLICT,
        "The company is archived",
        "Restore it first.",
    )
}
