//! Role changes and assignments with one result type each.

use crate::audit::Events;
use crate::auth::actor::Actor;
use crate::authz::permission::PermissionId;
use crate::authz::role::CompanyRole;
use crate::common::error::AppError;
use crate::common::id::CompanyId;
use crate::db::Conn;
use crate::models::membership::record::Membership;
use crate::services::assignments;
pub use crate::services::assignments::Placed;
use crate::services::members::role;
use crate::services::members::role::Title;
use crate::services::members::rules::MemberChangeError;

/// Why a role was not changed.
#[derive(Debug)]
pub enum RoleChangeError {
    NotAllowed,
    OwnerWithEndDate,
    LastOwner,
    Changed,
    Failed(AppError),
}

/// Why an assignment was not changed.
#[derive(Debug)]
pub enum AssignmentError {
    HigherRank,
    HigherRole,
    NotGrantable,
    Oneself,
    Archived,
    NotAssigned,
    ByGroup,
    Failed(AppError),
}

crate::change_error!(RoleChangeError, AssignmentError);

impl From<MemberChangeError> for RoleChangeError {
    fn from(error: MemberChangeError) -> Self {
        match error {
            MemberChangeError::NotAllowed => Self::NotAllowed,
            MemberChangeError::OwnerWithEnd => Self::OwnerWithEndDate,
            MemberChangeError::LastOwner => Self::LastOwner,
            MemberChangeError::Changed => Self::Changed,
        }
    }
}

impl From<assignments::AssignmentError> for AssignmentError {
    fn from(error: assignments::AssignmentError) -> Self {
        use assignments::AssignmentError as Refused;
        match error {
            Refused::HigherRank => Self::HigherRank,
            Refused::HigherRole => Self::HigherRole,
            Refused::NotGrantable => Self::NotGrantable,
            Refused::Oneself => Self::Oneself,
            Refused::Archived => Self::Archived,
            Refused::NotAssigned => Self::NotAssigned,
            Refused::ByGroup => Self::ByGroup,
        }
    }
}

/// How a role change ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// The member has had the role before.
    Unchanged,
    /// Another owner has to approve it. They got an email.
    Pending,
    /// Another owner has been asked before.
    AlreadyPending,
}

pub fn change(
    conn: &mut Conn,
    actor: &Actor,
    member: &Membership,
    title: &Title,
) -> Result<(Outcome, Events), RoleChangeError> {
    let unchanged = Title::of(conn, actor.organization, member)? == *title;
    let done = role::change(conn, actor, member, title)??;
    let outcome = if unchanged {
        Outcome::Unchanged
    } else if done.events.is_empty() {
        Outcome::AlreadyPending
    } else {
        let now = Membership::find(conn, actor.organization, member.id)?;
        if Title::of(conn, actor.organization, &now)? == *title {
            Outcome::Done
        } else {
            Outcome::Pending
        }
    };
    Ok((outcome, done.events))
}

pub fn give(
    conn: &mut Conn,
    actor: &Actor,
    permission: PermissionId,
    member: &Membership,
    company: CompanyId,
    role: CompanyRole,
) -> Result<Placed, AssignmentError> {
    Ok(assignments::give(conn, actor, permission, member, company, role)??)
}

pub fn take(
    conn: &mut Conn,
    actor: &Actor,
    permission: PermissionId,
    member: &Membership,
    company: CompanyId,
) -> Result<Placed, AssignmentError> {
    Ok(assignments::take(conn, actor, permission, member, company)??)
}
