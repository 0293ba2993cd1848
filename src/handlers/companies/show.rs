//! One company and its people.

use actix_web::HttpResponse;
use askama::Template;

use crate::auth::CompanyGate;
use crate::auth::actor::Actor;
use crate::auth::company::Company;
use crate::authz::decision::Permissions;
use crate::authz::permission::{EditCompany, ManageCompanyMembers, Permission, ViewCompany};
use crate::common::error::AppError;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::inventory::ResourceListing;
use crate::db::types::organization::{CompanyStatus, UnitLabel};
use crate::handlers::companies::queries;
use crate::models::company_pin;
use crate::models::company_staff::CompanyStaff;
use crate::models::resource::counts;
use crate::services::assignments::AssignmentCheck;
use crate::services::resources::reach;
use crate::web::history;
use crate::web::history::ObjectHistory;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

const PEOPLE: i64 = 50;

struct CompanyMemberRow {
    name: String,
    email: String,
    role: &'static str,
    company_role: &'static str,
    /// When their assignment ends.
    until: Option<Time>,
    /// Where the reader removes the assignment, if they can.
    unassigning: Option<String>,
}

struct CompanyPeople {
    rows: Vec<CompanyMemberRow>,
    assigned: i64,
    /// Whether more are assigned than are shown.
    more: bool,
    total: i64,
    inherited: i64,
}

#[derive(Template)]
#[template(path = "companies/show.html")]
struct ShowPage {
    layout: Layout,
    organization: String,
    /// The overview of the organization, and whether the reader may view it.
    home: String,
    overview: bool,
    list: String,
    path: String,
    unit: UnitLabel,
    may: Permissions,
    name: String,
    slug: String,
    here: String,
    created: (String, String),
    archived: Option<String>,
    /// Whether the reader has pinned it; `None` in a support session.
    pinned: Option<bool>,
    /// Where a reader who can only view it asks for more.
    ask: Option<String>,
    people: Option<CompanyPeople>,
    /// How many resources it has of each kind, its own and those of the whole organization.
    resources: Vec<(&'static str, i64)>,
    history: Option<ObjectHistory>,
}

/// `GET /organizations/{slug}/companies/{company}`
pub async fn show(gate: CompanyGate<ViewCompany>) -> Result<HttpResponse, AppError> {
    gate.show(load).await
}

crate::page!(ShowPage);

fn load(actor: &Actor, company: &Company, conn: &mut Conn) -> Result<ShowPage, AppError> {
    let org = actor.organization;
    let path = company.path(actor, "");
    let archived = company.status == CompanyStatus::Archived;
    Ok(ShowPage {
        layout: actor.layout(conn, "companies")?,
        organization: actor.organization_name.clone(),
        home: actor.path(""),
        overview: actor.permissions.view_overview(),
        pinned: match actor.membership() {
            Some(member) => Some(company_pin::is_pinned(conn, org, member, company.id)?),
            None => None,
        },
        ask: ask(actor, company),
        list: actor.path("/companies"),
        unit: actor.unit,
        may: company.permissions,
        name: company.name.clone(),
        slug: company.slug.clone(),
        here: match company.role {
            Some(role) => format!("Your role here: {}", role.label()),
            None => format!("Your role in the organization: {}", actor.role.label()),
        },
        created: (company.created_at.iso(), company.created_at.full(actor.zone)),
        archived: archived.then(|| company.archived_at.map_or_else(String::new, |at| at.full(actor.zone))),
        people: people(actor, company, conn)?,
        resources: resources(actor, company, conn)?,
        history: history::history(conn, actor, "company", company.id)?,
        path,
    })
}

fn resources(actor: &Actor, company: &Company, conn: &mut Conn) -> Result<Vec<(&'static str, i64)>, AppError> {
    let scope = reach::applying(conn, actor.organization, company.id, company.status)?;
    let listed_as = match company.status {
        CompanyStatus::Active => ResourceListing::Active,
        CompanyStatus::Archived => ResourceListing::Archived,
    };
    let numbers = counts::by_kind(conn, actor.organization, &scope, listed_as)?;
    Ok(numbers
        .into_iter()
        .map(|(kind, number)| (kind.plural(), number))
        .collect())
}

/// Where a member who can only view the company asks for more.
fn ask(actor: &Actor, company: &Company) -> Option<String> {
    let asks = !company.permissions.edit_company() && actor.membership().is_some() && actor.delete_after.is_none();
    asks.then(|| {
        let (key, slug) = (EditCompany::ID.key(), &company.slug);
        actor.path(&format!("/access/requests/new?permission={key}&company={slug}"))
    })
}

fn people(actor: &Actor, company: &Company, conn: &mut Conn) -> Result<Option<CompanyPeople>, AppError> {
    if !company.permissions.view_company_members() {
        return Ok(None);
    }
    let (org, path) = (actor.organization, company.path(actor, ""));
    let archived = company.status == CompanyStatus::Archived;
    let counts = actor.role_counts(conn)?;
    let staff = CompanyStaff::count(conn, org, counts, &[company.id])?;
    let manages = company.permissions.manage_company_members() && !archived;
    let rows: Vec<_> = queries::people::assigned(conn, org, company.id, PEOPLE)?
        .into_iter()
        .map(|row| {
            let check = AssignmentCheck::of(actor, ManageCompanyMembers::ID, row.id, row.role);
            let touched = check.touch(true, Some(row.company_role));
            CompanyMemberRow {
                unassigning: (manages && touched.is_ok()).then(|| format!("{path}/members/{}/unassigning", row.id)),
                name: row.name,
                email: row.email,
                role: row.role.label(),
                company_role: row.company_role.label(),
                until: row.access_until,
            }
        })
        .collect();
    let assigned = queries::people::count_assigned(conn, org, company.id)?;
    Ok(Some(CompanyPeople {
        rows,
        assigned,
        more: assigned > PEOPLE,
        total: staff.total(company.id),
        inherited: staff.inherited,
    }))
}
