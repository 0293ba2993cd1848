//! Members: who belongs to the organization, and with which role.

pub mod companies;
pub mod document;
pub mod refusal;
pub mod restoration;
pub mod suspension;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::api::members::document::{MemberDocument, PendingDocument, outcome};
use crate::api::paging::{List, ListQuery, PageParams, choice, flag, known_fields};
use crate::api::{body, json};
use crate::api_auth::{Answer, ApiGate, company_named};
use crate::auth::actor::Actor;
use crate::authz::permission::{ChangeRoles, Permission, RemoveMembers, ViewMembers};
use crate::authz::role::Role;
use crate::authz::scope::{MembersRead, MembersWrite};
use crate::common::error::AppError;
use crate::common::id::MembershipId;
use crate::common::problem::Problem;
use crate::common::search;
use crate::db::Conn;
use crate::models::member_search;
use crate::models::member_search::{AccessStatus, MemberFilter};
use crate::models::membership::record::Membership;
use crate::services::members::removal::MemberRemoval;
use crate::services::members::role;
use crate::services::members::role::Title;
use crate::services::members::visible;

const PATH: &str = "/api/v1/members";

/// Which members a list has.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "names and schemas for the document")]
pub struct MembersParams {
    /// Each word must begin a word of the name or the email address.
    #[param(example = "noah")]
    q: Option<String>,
    /// Only members with this role in the organization.
    role: Option<Role>,
    /// Only members assigned to this company: its slug or its id.
    #[param(example = "harbor-recovery")]
    company: Option<String>,
    /// `ending`: access ends within 7 days.
    status: Option<AccessStatus>,
}

fn filter(conn: &mut Conn, actor: &Actor, asked: &ListQuery) -> Result<MemberFilter, AppError> {
    let within = actor.limited_to::<ViewMembers>(conn)?;
    let mut filter = MemberFilter::by_words(search::query(asked.get("q")), within, actor.cx.now);
    filter.role = choice(
        &asked.fields,
        "role",
        Role::ALL.iter().map(|role| (role.as_str(), *role)),
    )?;
    let statuses = AccessStatus::ALL.iter().map(|status| (status.as_str(), *status));
    filter.access_status = choice(&asked.fields, "status", statuses)?;
    let company = asked.get("company");
    if !company.is_empty() {
        let unknown = || Problem::invalid("company", "Send the slug or the id of a company that the key reaches.");
        let found = company_named(conn, actor, company, ViewMembers::ID);
        filter.company = Some(found.map_err(|error| error.or_problem(unknown))?.id);
    }
    Ok(filter)
}

/// List members
///
/// The members that the key reaches, by name. Who may see members of their own companies only gets those.
#[utoipa::path(
    get, path = "/api/v1/members", tag = "Members", operation_id = "list_members",
    params(MembersParams, PageParams),
    responses((status = 200, description = "A page of members", body = List<MemberDocument>))
)]
pub async fn index(gate: ApiGate<ViewMembers, MembersRead>, req: HttpRequest) -> Result<HttpResponse, AppError> {
    let asked = ListQuery::read::<MembersParams>(&req);
    let (asked, rows, next) = gate
        .read(move |actor, conn| {
            let asked = asked?;
            let filter = filter(conn, actor, &asked)?;
            let after = asked.after.as_ref();
            let found = member_search::page(conn, actor.organization, &filter, after, asked.limit)?;
            let customs = member_search::customs(conn, actor.organization, &found.page.rows)?;
            let rows = found.page.rows.into_iter();
            let rows: Vec<MemberDocument> = rows
                .map(|row| MemberDocument::of(row, &customs, actor.cx.now))
                .collect();
            Ok((asked, rows, found.page.next))
        })
        .await?;
    asked.respond(gate.app(), PATH, rows, next)
}

/// A member whom the key reaches.
pub(super) fn find(conn: &mut Conn, actor: &Actor, id: &str) -> Result<Membership, AppError> {
    let id = MembershipId::parse(id).ok_or(AppError::NotFound)?;
    visible::visible(conn, actor, ViewMembers::ID, id)
}

/// Get a member
#[utoipa::path(
    get, path = "/api/v1/members/{member}", tag = "Members", operation_id = "get_member",
    params(("member" = MembershipId, Path, description = "The id of the member")),
    responses((status = 200, description = "The member", body = MemberDocument))
)]
pub async fn show(
    gate: ApiGate<ViewMembers, MembersRead>,
    member: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    let document = gate
        .read(move |actor, conn| {
            let member = find(conn, actor, &member)?;
            MemberDocument::load(conn, actor, member.id)
        })
        .await?;
    json(&document)
}

/// What is changed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberChanges {
    /// A role in the organization, or the id of a custom role.
    #[schema(
        pattern = "^(owner|admin|user_admin|billing_admin|editor|viewer|member|[0-9a-f]{32})$",
        example = "editor"
    )]
    role: String,
}

/// Change a member’s role
///
/// Takes effect immediately. A key gives no role that its owner may not give, and never makes an owner.
#[utoipa::path(
    patch, path = "/api/v1/members/{member}", tag = "Members", operation_id = "update_member",
    params(("member" = MembershipId, Path, description = "The id of the member")),
    request_body = MemberChanges,
    responses(
        (status = 200, description = "The member as they are now", body = MemberDocument),
        (status = 202, description = "Another owner must approve the change", body = PendingDocument),
        (status = 409, description = "`last-owner`: the organization needs an owner; or `changed`: someone else changed the member meanwhile")
    )
)]
pub async fn update(
    gate: ApiGate<ChangeRoles, MembersWrite>,
    member: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    let sent = body::read::<MemberChanges>(gate.body());
    gate.change(move |actor, conn| {
        let member = find(conn, actor, &member)?;
        let title = Title::parse(conn, actor.organization, &sent?.role)?
            .ok_or_else(|| Problem::invalid("role", "Send the name of a role or the id of a custom role."))?;
        let (done, events) =
            role::change(conn, actor, &member, &title).map_err(|error| refusal::role(error, conn, actor))?;
        Ok((outcome(conn, actor, done, member.id)?, events))
    })
    .await
}

/// What else a removal does.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "names and schemas for the document")]
pub struct RemovalParams {
    /// Whether pending invitations that the member sent are cancelled.
    #[param(default = false)]
    cancel_invitations: Option<bool>,
}

impl RemovalParams {
    fn read(req: &HttpRequest) -> Result<bool, AppError> {
        let fields = known_fields::<Self>(req, &[])?;
        Ok(flag(&fields, "cancel_invitations")?)
    }
}

/// Remove a member
///
/// The member loses access immediately. In the console the removal can be undone for 24 hours.
#[utoipa::path(
    delete, path = "/api/v1/members/{member}", tag = "Members", operation_id = "remove_member",
    params(("member" = MembershipId, Path, description = "The id of the member"), RemovalParams),
    responses(
        (status = 204, description = "The member is removed"),
        (status = 202, description = "Another owner must approve the removal", body = PendingDocument),
        (status = 409, description = "`last-owner`, or `changed`")
    )
)]
pub async fn destroy(
    gate: ApiGate<RemoveMembers, MembersWrite>,
    member: web::Path<String>,
    req: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let cancel = RemovalParams::read(&req);
    gate.change(move |actor, conn| {
        let member = find(conn, actor, &member)?;
        let removal =
            MemberRemoval::plan(conn, actor, &member).map_err(|error| refusal::removal(error, conn, actor))?;
        let (done, events) = removal
            .apply(conn, actor, cancel?)
            .map_err(|error| refusal::removal(error, conn, actor))?;
        let pending = PendingDocument::of(done);
        let answer = pending.map_or_else(|| Ok(Answer::none()), |pending| pending.answer())?;
        Ok((answer, events))
    })
    .await
}
