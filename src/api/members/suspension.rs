//! Suspending a member.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::body;
use crate::api::members::document::{MemberDocument, PendingDocument, outcome};
use crate::api::members::{find, refusal};
use crate::api_auth::ApiGate;
use crate::authz::permission::RemoveMembers;
use crate::authz::scope::MembersWrite;
use crate::common::error::AppError;
use crate::common::id::MembershipId;
use crate::common::problem::Problem;
use crate::db::types::MembershipStatus;
use crate::services::members::suspension;

/// The longest reason, in characters.
const LONGEST: usize = 300;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SuspensionBody {
    /// In the audit log, and for members who can restore the access.
    #[serde(default)]
    #[schema(max_length = 300, example = "On leave until March")]
    reason: String,
}

/// Suspend a member
///
/// The member loses access immediately and keeps role, companies and groups.
#[utoipa::path(
    post, path = "/api/v1/members/{member}/suspension", tag = "Members", operation_id = "suspend_member",
    params(("member" = MembershipId, Path, description = "The id of the member")),
    request_body = Option<SuspensionBody>,
    responses(
        (status = 200, description = "The member as they are now", body = MemberDocument),
        (status = 202, description = "Another owner must approve it", body = PendingDocument),
        (status = 409, description = "`not-active`: the member is suspended already; `last-owner`; or `changed`")
    )
)]
pub async fn create(
    gate: ApiGate<RemoveMembers, MembersWrite>,
    member: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    let sent = body::read_optional::<SuspensionBody>(gate.body());
    gate.change(move |actor, conn| {
        let member = find(conn, actor, &member)?;
        let sent = sent?;
        let reason = sent.reason.trim();
        if reason.chars().count() > LONGEST {
            return Err(Problem::invalid("reason", format!("Use at most {LONGEST} characters.")).into());
        }
        if member.status != MembershipStatus::Active {
            return Err(refusal::conflict(
                "not-active",
                "The member is suspended already",
                "There is nothing to change.",
            )
            .into());
        }
        let (done, events) = suspension::suspend(conn, actor, &member, reason)
            .map_err(|error| refusal::suspension(error, conn, actor))?;
        Ok((outcome(conn, actor, done, member.id)?, events))
    })
    .await
}
