//! The people of a company: finding a member, giving them a role in it, taking them off.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::audit::Events;
use crate::auth::CompanyGate;
use crate::auth::actor::Actor;
use crate::auth::company::Company;
use crate::authz::decision::Reach;
use crate::authz::permission::{ManageCompanyMembers, Permission, ViewMembers};
use crate::authz::role::CompanyRole;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{html, refused, see_other};
use crate::common::id::MembershipId;
use crate::db::Conn;
use crate::models::membership::record::Membership;
use crate::services::assignments;
use crate::services::assignments::{AssignmentCheck, AssignmentError};
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

const FOUND: i64 = 20;

/// The search.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct Query {
    q: String,
}

struct CompanyMemberRow {
    id: String,
    name: String,
    email: String,
    // The role in the organization.
    role: &'static str,
    // The role in this company.
    now: Option<CompanyRole>,
    // Nothing to give: why.
    closed: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "companies/people.html", blocks = ["results"])]
struct PeoplePage {
    layout: Layout,
    path: String,
    // Who manages the people of a company may not see the company itself (the user admin).
    back: String,
    sees: bool,
    organization: String,
    name: String,
    q: String,
    roles: &'static [CompanyRole],
    rows: Vec<CompanyMemberRow>,
    narrow: bool,
    invites: bool,
    errors: FormErrors,
}

fn page(
    actor: &Actor,
    company: &Company,
    conn: &mut Conn,
    q: String,
    errors: FormErrors,
) -> Result<PeoplePage, AppError> {
    let org = actor.organization;
    let within = match actor.reach::<ViewMembers>() {
        Reach::Everywhere => None,
        _ => Some(actor.own_companies(conn, ViewMembers::ID)?),
    };
    let permission = ManageCompanyMembers::ID;
    let mut rows = Vec::new();
    for found in crate::handlers::companies::queries::people::candidates(conn, org, &q, within.as_deref(), FOUND)? {
        let now = assignments::role_in(conn, org, found.id, company.id)?;
        let by_role = found.role.inherited() == Some(CompanyRole::Manager);
        rows.push(CompanyMemberRow {
            closed: if by_role {
                Some("Manager by role")
            } else {
                AssignmentCheck::of(actor, permission, found.id, found.role)
                    .touch(true, now)
                    .err()
                    .map(|_| "Not yours to change")
            },
            id: found.id.to_string(),
            name: found.name,
            email: found.email,
            role: found.role.label(),
            now,
        });
    }
    Ok(PeoplePage {
        layout: actor.layout(conn, "companies")?,
        path: company.path(actor, ""),
        back: if company.permissions.view_company() {
            company.path(actor, "")
        } else {
            actor.path("")
        },
        sees: company.permissions.view_company(),
        organization: actor.path(""),
        name: company.name.clone(),
        roles: assignments::grantable(actor.permissions.reach(permission)),
        narrow: within.is_some(),
        invites: actor.permissions.invite_members(),
        q,
        rows,
        errors,
    })
}

/// `GET /organizations/{slug}/companies/{company}/members`
pub async fn search(
    gate: CompanyGate<ManageCompanyMembers>,
    query: web::Query<Query>,
) -> Result<HttpResponse, AppError> {
    let Query { q } = query.into_inner();
    let page = gate
        .read(move |actor, company, conn| page(actor, company, conn, q, FormErrors::none()))
        .await?;
    if gate.fragment() {
        html(page.as_results())
    } else {
        html(page)
    }
}

/// The form of one row.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct AssignForm {
    member: String,
    role: String,
    q: String,
}

/// `POST /organizations/{slug}/companies/{company}/members`
pub async fn assign(
    gate: CompanyGate<ManageCompanyMembers>,
    form: web::Form<AssignForm>,
) -> Result<HttpResponse, AppError> {
    let AssignForm { member: id, role, q } = form.into_inner();
    let id = MembershipId::parse(&id).ok_or(AppError::NotFound)?;
    let wanted = CompanyRole::parse(&role);
    let done = gate
        .write(move |actor, company, conn| give(actor, company, conn, id, wanted))
        .await?;
    let sentence = match done {
        Ok((told, path)) => {
            gate.tell("success", told);
            return Ok(see_other(gate.fragment(), &path));
        }
        Err(sentence) => sentence,
    };
    let page = gate
        .read(move |actor, company, conn| page(actor, company, conn, q, FormErrors::one("filter-q", sentence)))
        .await?;
    refused(page)
}

/// Where somebody stands after a change: at the company, or at its people when the company is not theirs to see.
fn after(actor: &Actor, company: &Company) -> String {
    if company.permissions.view_company() {
        company.path(actor, "")
    } else {
        company.path(actor, "/members")
    }
}

type Done = Result<(String, String), String>;

fn give(
    actor: &Actor,
    company: &Company,
    conn: &mut Conn,
    id: MembershipId,
    wanted: Option<CompanyRole>,
) -> Result<(Done, Events), AppError> {
    let person = Membership::find(conn, actor.organization, id)?;
    let Some(role) = wanted else {
        return Ok((
            Err(AssignmentError::NotGrantable.message(actor.unit.one())),
            Events::none("no role was chosen"),
        ));
    };
    match assignments::give(conn, actor, ManageCompanyMembers::ID, &person, company.id, role) {
        Ok(placed) => {
            let told = format!("{} is {} of {}", person.name, role.label(), placed.company);
            Ok((Ok((told, after(actor, company))), placed.events))
        }
        Err(AssignmentError::Failed(error)) => Err(error),
        Err(refused) => Ok((Err(refused.message(actor.unit.one())), Events::none("refused"))),
    }
}

/// `POST /organizations/{slug}/companies/{company}/members/{id}/unassigning`
pub async fn unassign(
    gate: CompanyGate<ManageCompanyMembers>,
    path: web::Path<(String, String, String)>,
) -> Result<HttpResponse, AppError> {
    let (_, _, id) = path.into_inner();
    let id = MembershipId::parse(&id).ok_or(AppError::NotFound)?;
    let (done, path) = gate
        .write(move |actor, company, conn| take_off(actor, company, conn, id))
        .await?;
    match done {
        Ok(told) => gate.tell("success", told),
        Err(sentence) => gate.tell("danger", sentence),
    }
    Ok(see_other(gate.fragment(), &path))
}

type Taken = (Result<String, String>, String);

fn take_off(actor: &Actor, company: &Company, conn: &mut Conn, id: MembershipId) -> Result<(Taken, Events), AppError> {
    let person = Membership::find(conn, actor.organization, id)?;
    let path = after(actor, company);
    match assignments::take(conn, actor, ManageCompanyMembers::ID, &person, company.id) {
        Ok(placed) => Ok((
            (Ok(format!("{} is off {}", person.name, placed.company)), path),
            placed.events,
        )),
        Err(AssignmentError::NotAssigned) => Err(AppError::NotFound),
        Err(AssignmentError::Failed(error)) => Err(error),
        Err(refused) => Ok(((Err(refused.message(actor.unit.one())), path), Events::none("refused"))),
    }
}
