//! A member, and a change of one that waits for approval.

use actix_web::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api_auth::Answer;
use crate::auth::actor::Actor;
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::id::{ApprovalId, CustomRoleId, MembershipId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::models::custom_role::CustomRole;
use crate::models::member_search;
use crate::models::member_search::{AccessStatus, MemberRow};
use crate::services::members::MemberOutcome;

/// A member of the organization.
#[derive(Serialize, ToSchema)]
pub struct MemberDocument {
    id: MembershipId,
    #[schema(example = "Noah Brandt")]
    name: String,
    #[schema(example = "noah@northwind.example")]
    email: String,
    /// The effective role: the higher of their own and those of their groups.
    role: Role,
    /// The custom role that they have.
    custom_role: Option<CustomRoleDocument>,
    status: AccessStatus,
    /// When the access ends.
    #[schema(example = json!(null))]
    access_until: Option<Time>,
    joined_at: Time,
    last_active_at: Option<Time>,
}

/// A role that the organization made of permissions.
#[derive(Serialize, ToSchema)]
pub struct CustomRoleDocument {
    id: CustomRoleId,
    #[schema(example = "Analyst")]
    name: String,
}

impl MemberDocument {
    pub fn of(row: MemberRow, customs: &[CustomRole], now: Time) -> Self {
        let custom = customs.iter().find(|custom| Some(custom.id) == row.custom_role);
        Self {
            status: row.access_status(now),
            id: row.id,
            name: row.name,
            email: row.email,
            role: row.role,
            custom_role: custom.map(|custom| CustomRoleDocument {
                id: custom.id,
                name: custom.name.clone(),
            }),
            access_until: row.access_until,
            joined_at: row.joined_at,
            last_active_at: row.last_seen_at,
        }
    }

    /// The member as they are now.
    pub fn load(conn: &mut Conn, actor: &Actor, id: MembershipId) -> Result<Self, AppError> {
        let row = member_search::row::find(conn, actor.organization, id)?;
        let customs = member_search::customs(conn, actor.organization, std::slice::from_ref(&row))?;
        Ok(Self::of(row, &customs, actor.cx.now))
    }
}

/// A change that another owner must approve.
#[derive(Serialize, ToSchema)]
pub struct PendingDocument {
    #[schema(example = "pending")]
    status: &'static str,
    /// The approval, as the console shows it.
    approval_id: ApprovalId,
}

impl PendingDocument {
    pub fn of(outcome: MemberOutcome) -> Option<Self> {
        match outcome {
            MemberOutcome::Pending(approval_id) | MemberOutcome::AlreadyPending(approval_id) => Some(Self {
                status: "pending",
                approval_id,
            }),
            MemberOutcome::Done | MemberOutcome::Unchanged => None,
        }
    }

    pub fn answer(&self) -> Result<Answer, AppError> {
        Answer::new(StatusCode::ACCEPTED, self)
    }
}

/// The member after a change, or what it waits for.
pub fn outcome(
    conn: &mut Conn,
    actor: &Actor,
    outcome: MemberOutcome,
    member: MembershipId,
) -> Result<Answer, AppError> {
    match PendingDocument::of(outcome) {
        Some(pending) => pending.answer(),
        None => Answer::ok(&MemberDocument::load(conn, actor, member)?),
    }
}
