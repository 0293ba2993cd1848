//! The people of a company: finding a member, giving them a role in it, taking them off.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::json;

use super::rules::{self, Refused};
use super::settings::archived;
use super::store;
use crate::gate::CompanyGate;
use crate::gate::company::Company;
use crate::gate::db::Conn;
use crate::gate::deed::{Action, Deed, Deeds};
use crate::gate::member::{Member, Standing};
use crate::gate::membership::{self, Origin};
use crate::gate::organization::CompanyStatus;
use crate::gate::permission::{ManageCompanyMembers, Permission, Reach, ViewMembers};
use crate::gate::role::CompanyRole;
use crate::gate::shell::Shell;
use crate::ground::error::AppError;
use crate::ground::form::FormErrors;
use crate::ground::html::{html, refused, see_other};
use crate::ground::id::MembershipId;

const FOUND: i64 = 20;

/// The search.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct Query {
    q: String,
}

struct Row {
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
    shell: Shell,
    path: String,
    // Who manages the people of a company may not see the company itself (the user admin).
    back: String,
    sees: bool,
    organization: String,
    name: String,
    q: String,
    roles: &'static [CompanyRole],
    rows: Vec<Row>,
    narrow: bool,
    invites: bool,
    errors: FormErrors,
}

fn manages_everywhere(member: &Member) -> bool {
    member.reach::<ManageCompanyMembers>() == Reach::Everywhere
}

fn page(
    member: &Member,
    company: &Company,
    conn: &mut Conn,
    q: String,
    errors: FormErrors,
) -> Result<PeoplePage, AppError> {
    let org = member.organization;
    let within = match member.reach::<ViewMembers>() {
        Reach::Everywhere => None,
        _ => Some(member.own_companies(conn, ViewMembers::RIGHT)?),
    };
    let everywhere = manages_everywhere(member);
    let mut rows = Vec::new();
    for found in store::candidates(conn, org, &q, within.as_deref(), FOUND)? {
        let now = store::role_in(conn, org, company.id, found.id)?;
        let by_role = found.role.inherited() == Some(CompanyRole::Manager);
        rows.push(Row {
            closed: if by_role {
                Some("Manager by role")
            } else {
                rules::may_touch(member.may_grant(found.role), everywhere, now)
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
        shell: member.shell(conn, "companies")?,
        path: company.path(member, ""),
        back: if company.rights.view_company() {
            company.path(member, "")
        } else {
            member.path("")
        },
        sees: company.rights.view_company(),
        organization: member.path(""),
        name: company.name.clone(),
        roles: rules::grantable(everywhere),
        narrow: within.is_some(),
        invites: member.rights.invite_members(),
        q,
        rows,
        errors,
    })
}

/// `GET /organizations/{slug}/companies/{company}/members`
///
/// # Errors
/// What the gate refuses.
pub async fn search(
    gate: CompanyGate<ManageCompanyMembers>,
    query: web::Query<Query>,
) -> Result<HttpResponse, AppError> {
    let Query { q } = query.into_inner();
    let page = gate
        .read(move |member, company, conn| page(member, company, conn, q, FormErrors::none()))
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
///
/// # Errors
/// What the gate refuses.
pub async fn assign(
    gate: CompanyGate<ManageCompanyMembers>,
    form: web::Form<AssignForm>,
) -> Result<HttpResponse, AppError> {
    let AssignForm { member: id, role, q } = form.into_inner();
    let id = MembershipId::parse(&id).ok_or(AppError::NotFound)?;
    let wanted = CompanyRole::parse(&role);
    let done = gate
        .write(move |member, company, conn| give(member, company, conn, id, wanted))
        .await?;
    let sentence = match done {
        Ok((told, path)) => {
            gate.tell("success", told);
            return Ok(see_other(gate.fragment(), &path));
        }
        Err(sentence) => sentence,
    };
    let page = gate
        .read(move |member, company, conn| page(member, company, conn, q, FormErrors::one("filter-q", sentence)))
        .await?;
    refused(page)
}

/// Where somebody stands after a change: at the company, or at its people when the company is not theirs to see.
fn after(member: &Member, company: &Company) -> String {
    if company.rights.view_company() {
        company.path(member, "")
    } else {
        company.path(member, "/members")
    }
}

type Done = Result<(String, String), String>;

fn give(
    member: &Member,
    company: &Company,
    conn: &mut Conn,
    id: MembershipId,
    wanted: Option<CompanyRole>,
) -> Result<(Done, Deeds), AppError> {
    let org = member.organization;
    let standing = Standing::find(conn, org, id)?;
    let now = store::role_in(conn, org, company.id, id)?;
    let in_reach = member.may_grant(standing.role);
    let role = match rules::may_assign(in_reach, manages_everywhere(member), now, wanted) {
        _ if company.status == CompanyStatus::Archived => {
            return Ok((Err(archived(member.unit)), Deeds::none("refused")));
        }
        Ok(role) => role,
        Err(refused) => return Ok((Err(refused.sentence().into()), Deeds::none("refused"))),
    };
    let path = after(member, company);
    let told = format!("{} is {} of {}", standing.name, role.label(), company.name);
    if now == Some(role) {
        return Ok((Ok((told, path)), Deeds::none("nothing changed")));
    }
    membership::assign(conn, &member.cx, org, id, company.id, role, Origin::Direct)?;
    let deed = Deed::new(Action::MemberAssigned, "member", id, standing.name)
        .before(now.map_or_else(|| json!({}), |now| json!({ "role": now.as_str() })))
        .after(json!({ "company": company.name, "role": role.as_str() }));
    Ok((Ok((told, path)), member.did(deed)))
}

/// `POST /organizations/{slug}/companies/{company}/members/{id}/unassigning`
///
/// # Errors
/// What the gate refuses.
pub async fn unassign(
    gate: CompanyGate<ManageCompanyMembers>,
    path: web::Path<(String, String, String)>,
) -> Result<HttpResponse, AppError> {
    let (_, _, id) = path.into_inner();
    let id = MembershipId::parse(&id).ok_or(AppError::NotFound)?;
    let (done, path) = gate
        .write(move |member, company, conn| take_off(member, company, conn, id))
        .await?;
    match done {
        Ok(told) => gate.tell("success", told),
        Err(sentence) => gate.tell("danger", sentence),
    }
    Ok(see_other(gate.fragment(), &path))
}

type Taken = (Result<String, String>, String);

fn take_off(member: &Member, company: &Company, conn: &mut Conn, id: MembershipId) -> Result<(Taken, Deeds), AppError> {
    let org = member.organization;
    let standing = Standing::find(conn, org, id)?;
    let now = store::role_in(conn, org, company.id, id)?.ok_or(AppError::NotFound)?;
    let path = after(member, company);
    if company.status == CompanyStatus::Archived {
        return Ok(((Err(archived(member.unit)), path), Deeds::none("refused")));
    }
    let touched: Result<(), Refused> =
        rules::may_touch(member.may_grant(standing.role), manages_everywhere(member), Some(now));
    if let Err(refused) = touched {
        return Ok(((Err(refused.sentence().into()), path), Deeds::none("refused")));
    }
    membership::unassign(conn, org, id, company.id)?;
    let told = format!("{} is off {}", standing.name, company.name);
    let deed = Deed::new(Action::MemberUnassigned, "member", id, standing.name)
        .before(json!({ "company": company.name, "role": now.as_str() }));
    Ok(((Ok(told), path), member.did(deed)))
}
