//! Adding members to a group and removing them.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::auth::Gate;
use crate::authz::permission::ChangeRoles;
use crate::common::error::AppError;
use crate::common::html::see_other;
use crate::common::id::MembershipId;
use crate::handlers::groups::show::refused;
use crate::handlers::groups::{GroupPath, changing, group_path};
use crate::models::membership::record::Membership;
use crate::services::groups;
use crate::services::groups::GroupError;
use crate::services::members::MemberOutcome;

/// Organization, group and member of the path.
pub type GroupMemberPath = web::Path<(String, String, String)>;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct GroupMemberForm {
    member_id: String,
    q: String,
}

/// `POST /organizations/{slug}/access/groups/{id}/members`
pub async fn create(
    gate: Gate<ChangeRoles>,
    path: GroupPath,
    form: web::Form<GroupMemberForm>,
) -> Result<HttpResponse, AppError> {
    let ((_, id), GroupMemberForm { member_id, q }) = (path.into_inner(), form.into_inner());
    let group = id.clone();
    let added = gate
        .try_write(move |actor, conn| {
            let group = changing(conn, actor, &group)?;
            let member = MembershipId::parse(&member_id).ok_or(AppError::NotFound)?;
            let member = Membership::find(conn, actor.organization, member)?;
            let (outcome, events) = groups::members::add(conn, actor, &group, &member)?;
            let message = match outcome {
                MemberOutcome::Unchanged => format!("{} is already in {}", member.name, group.name),
                _ => format!("Added {} to {}", member.name, group.name),
            };
            Ok::<_, GroupError>((message, events))
        })
        .await;
    match added {
        Ok(message) => Ok(gate.done(message, &group_path(&gate))),
        Err(GroupError::Failed(error)) => Err(error),
        Err(error) => refused(&gate, id, q, error.message()).await,
    }
}

/// `POST /organizations/{slug}/access/groups/{id}/members/{member}/removal`
pub async fn destroy(gate: Gate<ChangeRoles>, path: GroupMemberPath) -> Result<HttpResponse, AppError> {
    let (_, id, member) = path.into_inner();
    let removed = gate
        .try_write(move |actor, conn| {
            let group = changing(conn, actor, &id)?;
            let member = MembershipId::parse(&member).ok_or(AppError::NotFound)?;
            let member = Membership::find(conn, actor.organization, member)?;
            let events = groups::members::remove(conn, actor, &group, &member)?;
            let message = format!("{} is no longer in {}", member.name, group.name);
            Ok::<_, GroupError>((message, events))
        })
        .await;
    match removed {
        Ok(message) => Ok(gate.done(message, &group_path(&gate))),
        Err(GroupError::Failed(error)) => Err(error),
        Err(error) => {
            gate.tell("danger", error.message());
            Ok(see_other(gate.fragment(), &group_path(&gate)))
        }
    }
}
