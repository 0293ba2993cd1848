//! Why a member was not changed, as problems.

use actix_web::http::StatusCode;

use crate::api_auth::Refused;
use crate::auth::actor::Actor;
use crate::authz::permission::{AssignCompanies, ChangeRoles, Permission, PermissionId, RemoveMembers};
use crate::common::problem::Problem;
use crate::db::Conn;
use crate::services::assignments::AssignmentError;
use crate::services::members::errors::{RemovalError, RoleChangeError, SuspensionError};

fn not_allowed(conn: &mut Conn, actor: &Actor, permission: PermissionId) -> Refused {
    match actor.refusal(conn, permission) {
        Ok(error) | Err(error) => error.into(),
    }
}

pub fn conflict(kind: &'static str, title: &'static str, detail: &str) -> Problem {
    Problem::new(kind, StatusCode::CONFLICT, title, detail)
}

fn last_owner() -> Problem {
    conflict(
        "last-owner",
        "The organization needs an owner",
        "Make another member an owner first.",
    )
}

fn changed() -> Problem {
    conflict(
        "changed",
        "Someone else changed the member meanwhile",
        "Read the member again, then decide.",
    )
}

pub fn role(error: RoleChangeError, conn: &mut Conn, actor: &Actor) -> Refused {
    match error {
        RoleChangeError::Failed(error) => error.into(),
        RoleChangeError::NotAllowed => not_allowed(conn, actor, ChangeRoles::ID),
        RoleChangeError::OwnerWithEndDate => {
            Problem::invalid("role", "The member’s access has an end. Owners have none.").into()
        }
        RoleChangeError::LastOwner => last_owner().into(),
        RoleChangeError::Changed => changed().into(),
    }
}

pub fn removal(error: RemovalError, conn: &mut Conn, actor: &Actor) -> Refused {
    match error {
        RemovalError::Failed(error) => error.into(),
        RemovalError::NotAllowed => not_allowed(conn, actor, RemoveMembers::ID),
        RemovalError::LastOwner => last_owner().into(),
        RemovalError::Changed => changed().into(),
    }
}

pub fn suspension(error: SuspensionError, conn: &mut Conn, actor: &Actor) -> Refused {
    match error {
        SuspensionError::Failed(error) => error.into(),
        SuspensionError::NotAllowed => not_allowed(conn, actor, RemoveMembers::ID),
        SuspensionError::LastOwner => last_owner().into(),
        SuspensionError::Changed => changed().into(),
    }
}

pub fn assignment(error: AssignmentError, conn: &mut Conn, actor: &Actor) -> Refused {
    match error {
        AssignmentError::Failed(error) => error.into(),
        AssignmentError::HigherRank
        | AssignmentError::HigherRole
        | AssignmentError::NotGrantable
        | AssignmentError::Oneself => not_allowed(conn, actor, AssignCompanies::ID),
        AssignmentError::Archived => crate::api::companies::archived().into(),
        AssignmentError::NotAssigned => conflict(
            "not-assigned",
            "The member isn’t assigned to the company",
            "There is nothing to remove.",
        )
        .into(),
        AssignmentError::ByGroup => conflict(
            "assigned-by-group",
            "The assignment comes from a group",
            "Change the group in the console.",
        )
        .into(),
    }
}
