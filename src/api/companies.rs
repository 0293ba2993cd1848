//! The companies that a key reaches.

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use crate::api::json;
use crate::api::paging::ListQuery;
use crate::api_auth::{ApiCompanyGate, ApiGate};
use crate::auth::actor::Actor;
use crate::auth::company::Company;
use crate::authz::decision::Reach;
use crate::authz::permission::{Permission, ViewCompany};
use crate::authz::scope::CompaniesRead;
use crate::common::error::AppError;
use crate::common::id::CompanyId;
use crate::common::paging::Page;
use crate::common::problem::Problem;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::organization::CompanyStatus;
use crate::models::company;
use crate::models::company::{CompanyFilter, CompanyRow, CompanySort};

const PATH: &str = "/api/v1/companies";

#[derive(Serialize)]
struct CompanyDocument {
    id: String,
    slug: String,
    name: String,
    status: &'static str,
    created_at: String,
    archived_at: Option<String>,
}

impl From<CompanyRow> for CompanyDocument {
    fn from(row: CompanyRow) -> Self {
        Self {
            id: row.id.to_string(),
            slug: row.slug,
            name: row.name,
            status: row.status.as_str(),
            created_at: row.created_at.iso(),
            archived_at: row.archived_at.map(Time::iso),
        }
    }
}

/// `archived`: only companies in use unless asked for.
fn status(archived: &str) -> Result<Option<CompanyStatus>, Problem> {
    match archived {
        "" | "false" => Ok(Some(CompanyStatus::Active)),
        "true" => Ok(Some(CompanyStatus::Archived)),
        "any" => Ok(None),
        _ => Err(Problem::invalid("archived", "Send true, false or any.")),
    }
}

/// The companies to which the actor is limited; `None`: all.
fn own(conn: &mut Conn, actor: &Actor) -> Result<Option<Vec<CompanyId>>, AppError> {
    Ok(match actor.reach::<ViewCompany>() {
        Reach::Everywhere => None,
        _ => Some(actor.own_companies(conn, ViewCompany::ID)?),
    })
}

/// `GET /api/v1/companies`
pub async fn index(gate: ApiGate<ViewCompany, CompaniesRead>, req: HttpRequest) -> Result<HttpResponse, AppError> {
    let asked = ListQuery::read(&req, &["archived"]);
    let (asked, page) = gate
        .read(move |actor, conn| {
            // Refused here, so that a request without a valid key is told so first.
            let asked = asked?;
            let status = status(asked.get("archived"))?;
            let (limit, after) = (asked.limit, asked.after.clone());
            let filter = CompanyFilter {
                own: own(conn, actor)?,
                status,
                words: Vec::new(),
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

/// `GET /api/v1/companies/{company}`
pub async fn show(gate: ApiCompanyGate<ViewCompany, CompaniesRead>) -> Result<HttpResponse, AppError> {
    let document = gate.read(|_, company, _| Ok(of(company))).await?;
    json(&document)
}

fn of(company: &Company) -> CompanyDocument {
    CompanyDocument {
        id: company.id.to_string(),
        slug: company.slug.clone(),
        name: company.name.clone(),
        status: company.status.as_str(),
        created_at: company.created_at.iso(),
        archived_at: company.archived_at.map(Time::iso),
    }
}
