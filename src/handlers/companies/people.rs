//! Assigning members to a company.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::app::FlashUndo;
use crate::auth::CompanyGate;
use crate::auth::actor::Actor;
use crate::auth::company::Company;
use crate::authz::decision::Reach;
use crate::authz::permission::{ManageCompanyMembers, Permission, ViewMembers};
use crate::authz::role::CompanyRole;
use crate::change_error;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::see_other;
use crate::common::id::MembershipId;
use crate::common::time::Time;
use crate::db::Conn;
use crate::handlers::companies::queries;
use crate::models::membership;
use crate::models::membership::record::Membership;
use crate::services::assignments;
use crate::services::assignments::{AssignmentCheck, AssignmentError};
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

const FOUND: i64 = 20;

#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct CandidatesQuery {
    q: String,
}

struct CompanyMemberRow {
    id: String,
    name: String,
    email: String,
    /// In the organization.
    role: &'static str,
    /// In this company.
    now: Option<CompanyRole>,
    /// Why the role can't be changed.
    closed: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "companies/people.html", blocks = ["results"])]
struct PeoplePage {
    layout: Layout,
    path: String,
    /// A user admin manages the members of companies and can't view the companies.
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

crate::page!(PeoplePage => as_results);

fn load(
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
    for found in queries::people::candidates(conn, org, &q, within.as_deref(), FOUND)? {
        let now = assignments::role_in(conn, org, found.id, company.id)?;
        let by_role = found.role.inherited() == Some(CompanyRole::Manager);
        rows.push(CompanyMemberRow {
            closed: if by_role {
                Some("Manager by role")
            } else {
                AssignmentCheck::of(actor, permission, found.id, found.role)
                    .touch(true, now)
                    .err()
                    .map(|_| "You can’t change this")
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
pub async fn index(
    gate: CompanyGate<ManageCompanyMembers>,
    query: web::Query<CandidatesQuery>,
) -> Result<HttpResponse, AppError> {
    let q = query.into_inner().q;
    gate.show(move |actor, company, conn| load(actor, company, conn, q, FormErrors::none()))
        .await
}

#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct AssignForm {
    member: String,
    role: String,
    /// The last day, from the button that undoes a removal. An empty field removes it, a missing field keeps it.
    until: Option<String>,
    q: String,
}

enum AssignmentFormError {
    Refused(String),
    Failed(AppError),
}

change_error!(AssignmentFormError);

impl AssignmentFormError {
    fn new(error: AssignmentError, one: &str) -> Self {
        match error {
            AssignmentError::Failed(error) => Self::Failed(error),
            error => Self::Refused(error.message(one)),
        }
    }
}

/// `POST /organizations/{slug}/companies/{company}/members`
pub async fn create(
    gate: CompanyGate<ManageCompanyMembers>,
    form: web::Form<AssignForm>,
) -> Result<HttpResponse, AppError> {
    let AssignForm { member, role, until, q } = form.into_inner();
    let id = MembershipId::parse(&member).ok_or(AppError::NotFound)?;
    let role = CompanyRole::parse(&role);
    let assigned = gate
        .try_write(move |actor, company, conn| {
            let refused = |error| AssignmentFormError::new(error, actor.unit.one());
            let member = Membership::find(conn, actor.organization, id)?;
            let role = role.ok_or_else(|| refused(AssignmentError::NotGrantable))?;
            let placed =
                assignments::give(conn, actor, ManageCompanyMembers::ID, &member, company.id, role).map_err(refused)?;
            let message = format!("{} is now {} of {}", member.name, role.label(), placed.company);
            let mut events = placed.events;
            if let Some(until) = until.and_then(|text| Time::end_of_day(&text, actor.org_zone)) {
                let ended = assignments::end(conn, actor, ManageCompanyMembers::ID, &member, company.id, Some(until));
                events = events.and(ended.map_err(refused)?.events);
            }
            Ok(((message, next(actor, company)), events))
        })
        .await;
    match assigned {
        Ok((message, path)) => Ok(gate.done(message, &path)),
        Err(AssignmentFormError::Refused(message)) => {
            let errors = FormErrors::one("filter-q", message);
            gate.refused(move |actor, company, conn| load(actor, company, conn, q, errors))
                .await
        }
        Err(AssignmentFormError::Failed(error)) => Err(error),
    }
}

/// The company, or its members when the actor can't view the company.
fn next(actor: &Actor, company: &Company) -> String {
    if company.permissions.view_company() {
        company.path(actor, "")
    } else {
        company.path(actor, "/members")
    }
}

/// `POST /organizations/{slug}/companies/{company}/members/{id}/unassigning`
pub async fn destroy(
    gate: CompanyGate<ManageCompanyMembers>,
    path: web::Path<(String, String, String)>,
) -> Result<HttpResponse, AppError> {
    let id = MembershipId::parse(&path.2).ok_or(AppError::NotFound)?;
    let removed = gate
        .try_write(move |actor, company, conn| {
            let member = Membership::find(conn, actor.organization, id)?;
            let before = membership::direct_assignment(conn, actor.organization, member.id, company.id)?;
            let placed =
                assignments::take(conn, actor, ManageCompanyMembers::ID, &member, company.id).map_err(|error| {
                    match error {
                        AssignmentError::NotAssigned => AssignmentFormError::Failed(AppError::NotFound),
                        error => AssignmentFormError::new(error, actor.unit.one()),
                    }
                })?;
            let undo = before.map(|before| {
                let until = before.until.map(|end| end.day(actor.org_zone)).unwrap_or_default();
                FlashUndo::to(company.path(actor, "/members"))
                    .with("member", member.id)
                    .with("role", before.role)
                    .with("until", until)
            });
            let message = format!("{} was removed from {}", member.name, placed.company);
            Ok(((message, undo), placed.events))
        })
        .await;
    let path = gate.read(|actor, company, _| Ok(next(actor, company))).await?;
    match removed {
        Ok((message, undo)) => Ok(gate.done_with_undo(message, &path, undo)),
        Err(AssignmentFormError::Refused(message)) => {
            gate.tell("danger", message);
            Ok(see_other(gate.fragment(), &path))
        }
        Err(AssignmentFormError::Failed(error)) => Err(error),
    }
}
