//! The companies that a member is assigned to.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::body::Named;
use crate::api::members::{find, refusal};
use crate::api::paging::List;
use crate::api::{body, json};
use crate::api_auth::{Answer, ApiGate, Refused, company_named};
use crate::auth::actor::Actor;
use crate::authz::permission::{AssignCompanies, Permission, ViewMembers};
use crate::authz::role::CompanyRole;
use crate::authz::scope::{MembersRead, MembersWrite};
use crate::common::day::Day;
use crate::common::error::AppError;
use crate::common::id::{CompanyId, MembershipId};
use crate::common::problem::Problem;
use crate::common::time::Time;
use crate::db::Conn;
use crate::models::membership;
use crate::models::membership::assigned;
use crate::models::membership::assigned::AssignedCompany;
use crate::services::assignments;

/// An assignment of a member to a company.
#[derive(Serialize, ToSchema)]
pub struct AssignmentDocument {
    company_id: CompanyId,
    #[schema(example = "harbor-recovery")]
    company_slug: String,
    #[schema(example = "Harbor Recovery")]
    company_name: String,
    /// The effective role: the higher of the assigned one and those of groups.
    role: CompanyRole,
    /// Whether a group gives it.
    by_group: bool,
    /// When the assignment ends.
    #[schema(example = json!(null))]
    access_until: Option<Time>,
}

impl From<AssignedCompany> for AssignmentDocument {
    fn from(row: AssignedCompany) -> Self {
        Self {
            company_id: row.id,
            company_slug: row.slug,
            company_name: row.name,
            role: row.role,
            by_group: row.direct.is_none(),
            access_until: row.access_until,
        }
    }
}

/// The companies of a member that the key reaches.
fn load(conn: &mut Conn, actor: &Actor, member: MembershipId) -> Result<Vec<AssignmentDocument>, AppError> {
    let within = actor.limited_to::<ViewMembers>(conn)?;
    let rows = assigned::companies_of(conn, actor.organization, member)?.into_iter();
    let seen = rows.filter(|row| within.as_ref().is_none_or(|within| within.contains(&row.id)));
    Ok(seen.map(AssignmentDocument::from).collect())
}

/// List a member’s companies
///
/// All companies that the member is assigned to, by name. Some roles in the organization apply in every company without an assignment.
#[utoipa::path(
    get, path = "/api/v1/members/{member}/companies", tag = "Members", operation_id = "list_assignments",
    params(("member" = MembershipId, Path, description = "The id of the member")),
    responses((status = 200, description = "The assignments", body = List<AssignmentDocument>))
)]
pub async fn index(
    gate: ApiGate<ViewMembers, MembersRead>,
    member: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    let rows = gate
        .read(move |actor, conn| {
            let member = find(conn, actor, &member)?;
            load(conn, actor, member.id)
        })
        .await?;
    json(&List::of(rows))
}

/// The role, and until when.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignmentBody {
    role: CompanyRole,
    /// The access ends with this day, in the organization’s time zone. `null` removes the end; without the field it stays.
    #[serde(default, deserialize_with = "body::named")]
    #[schema(value_type = Option<Day>)]
    access_until: Named<Day>,
}

/// The member and the company of the path.
type AssignmentPath = web::Path<(String, String)>;

/// Assign a member to a company
///
/// Assigns the member, or changes the role and the end of the assignment.
#[utoipa::path(
    put, path = "/api/v1/members/{member}/companies/{company}", tag = "Members", operation_id = "assign_member",
    params(
        ("member" = MembershipId, Path, description = "The id of the member"),
        ("company" = String, Path, description = "The slug or the id of the company")
    ),
    request_body = AssignmentBody,
    responses(
        (status = 200, description = "The assignment as it is now", body = AssignmentDocument),
        (status = 409, description = "`company-archived`, or `assigned-by-group`: only the group can set an end")
    )
)]
pub async fn update(
    gate: ApiGate<AssignCompanies, MembersWrite>,
    path: AssignmentPath,
) -> Result<HttpResponse, AppError> {
    let sent = body::read::<AssignmentBody>(gate.body());
    gate.change(move |actor, conn| {
        let member = find(conn, actor, &path.0)?;
        let company = company_named(conn, actor, &path.1, AssignCompanies::ID)?.id;
        let sent = sent?;
        let permission = AssignCompanies::ID;
        let given = assignments::give(conn, actor, permission, &member, company, sent.role)
            .map_err(|error| refusal::assignment(error, conn, actor))?;
        let mut events = given.events;
        if let Some(day) = sent.access_until {
            let until = end(conn, actor, (member.id, company), day)?;
            let ended = assignments::end(conn, actor, permission, &member, company, until)
                .map_err(|error| refusal::assignment(error, conn, actor))?;
            events = events.and(ended.events);
        }
        let rows = assigned::companies_of(conn, actor.organization, member.id)?;
        let row = rows
            .into_iter()
            .find(|row| row.id == company)
            .ok_or(AppError::NotFound)?;
        Ok((Answer::ok(&AssignmentDocument::from(row))?, events))
    })
    .await
}

/// The end of a day that is not over.
fn end(
    conn: &mut Conn,
    actor: &Actor,
    (member, company): (MembershipId, CompanyId),
    day: Option<Day>,
) -> Result<Option<Time>, Refused> {
    let Some(day) = day else { return Ok(None) };
    let present = membership::direct_assignment(conn, actor.organization, member, company)?;
    let present = present.and_then(|assignment| assignment.until);
    match Time::end_of_day_or(&day.iso(), actor.org_zone, present) {
        Some(end) if end >= actor.cx.now => Ok(Some(end)),
        _ => Err(Problem::invalid("access_until", "Send today or a later day.").into()),
    }
}

/// Remove an assignment
#[utoipa::path(
    delete, path = "/api/v1/members/{member}/companies/{company}", tag = "Members", operation_id = "unassign_member",
    params(
        ("member" = MembershipId, Path, description = "The id of the member"),
        ("company" = String, Path, description = "The slug or the id of the company")
    ),
    responses(
        (status = 204, description = "The assignment is removed"),
        (status = 409, description = "`not-assigned`, `assigned-by-group`, or `company-archived`")
    )
)]
pub async fn destroy(
    gate: ApiGate<AssignCompanies, MembersWrite>,
    path: AssignmentPath,
) -> Result<HttpResponse, AppError> {
    gate.change(move |actor, conn| {
        let member = find(conn, actor, &path.0)?;
        let company = company_named(conn, actor, &path.1, AssignCompanies::ID)?.id;
        let taken = assignments::take(conn, actor, AssignCompanies::ID, &member, company)
            .map_err(|error| refusal::assignment(error, conn, actor))?;
        Ok((Answer::none(), taken.events))
    })
    .await
}
