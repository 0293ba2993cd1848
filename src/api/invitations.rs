//! Invitations to the organization.

pub mod cancellation;
pub mod create;
pub mod document;
pub mod refusal;
pub mod resending;

use actix_web::{HttpRequest, HttpResponse, web};
use utoipa::IntoParams;

use crate::api::invitations::document::InvitationDocument;
use crate::api::json;
use crate::api::paging::{List, ListQuery, PageParams, choice};
use crate::api_auth::ApiGate;
use crate::authz::permission::InviteMembers;
use crate::authz::scope::MembersWrite;
use crate::common::error::AppError;
use crate::common::id::InvitationId;
use crate::common::paging::Page;
use crate::db::types::organization::InvitationStatus;
use crate::models::invitation::list;
use crate::services::invitations::authority::InviteAuthority;
use crate::services::invitations::visible::VisibleInvitation;

const PATH: &str = "/api/v1/invitations";

/// Which invitations a list has.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "names and schemas for the document")]
pub struct InvitationsParams {
    /// Each word must begin a word of the name or the email address.
    #[param(example = "noah")]
    q: Option<String>,
    /// Only invitations with this status.
    status: Option<InvitationStatus>,
}

/// List invitations
///
/// The newest first. Who may invite to their own companies only gets the invitations to those and the ones that they sent.
#[utoipa::path(
    get, path = "/api/v1/invitations", tag = "Invitations", operation_id = "list_invitations",
    params(InvitationsParams, PageParams),
    responses((status = 200, description = "A page of invitations", body = List<InvitationDocument>))
)]
pub async fn index(gate: ApiGate<InviteMembers, MembersWrite>, req: HttpRequest) -> Result<HttpResponse, AppError> {
    let asked = ListQuery::read::<InvitationsParams>(&req);
    let (asked, rows, next) = gate
        .read(move |actor, conn| {
            let asked = asked?;
            let statuses = InvitationStatus::ALL.iter().map(|status| (status.as_str(), *status));
            let status = choice(&asked.fields, "status", statuses)?;
            let scope = InviteAuthority::of(conn, actor)?.scope();
            let after = (asked.after.as_ref(), asked.limit);
            let listed = list::page(conn, actor.organization, &scope, status, asked.get("q"), after)?;
            let page = Page::cut(listed, asked.limit, after.0, list::key);
            let invitations = page.rows.into_iter().map(|row| row.invitation).collect();
            let rows = InvitationDocument::all(conn, actor, invitations)?;
            Ok((asked, rows, page.next))
        })
        .await?;
    asked.respond(gate.app(), PATH, rows, next)
}

/// Get an invitation
#[utoipa::path(
    get, path = "/api/v1/invitations/{invitation}", tag = "Invitations", operation_id = "get_invitation",
    params(("invitation" = InvitationId, Path, description = "The id of the invitation")),
    responses((status = 200, description = "The invitation", body = InvitationDocument))
)]
pub async fn show(
    gate: ApiGate<InviteMembers, MembersWrite>,
    invitation: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    let document = gate
        .read(move |actor, conn| {
            let authority = InviteAuthority::of(conn, actor)?;
            let visible = VisibleInvitation::find(conn, actor, &authority, &invitation)?;
            Ok(InvitationDocument::of(visible.invitation, visible.grants, actor.cx.now))
        })
        .await?;
    json(&document)
}
