//! The changes that can be made to many members, each through the function that every page uses.

use crate::audit::Events;
use crate::auth::actor::Actor;
use crate::authz::permission::{AssignCompanies, Permission};
use crate::authz::role::{CompanyRole, Role};
use crate::common::error::{AppError, Refusal};
use crate::common::id::CompanyId;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::MembershipStatus;
use crate::models::membership::record::Membership;
use crate::services::assignments;
use crate::services::assignments::AssignmentError;
use crate::services::groups;
use crate::services::groups::{Group, GroupError};
use crate::services::members::errors::{AccessEndError, RemovalError, RoleChangeError, SuspensionError};
use crate::services::members::role;
use crate::services::members::role::Title;
use crate::services::members::{access_end, removal, suspension};

#[derive(Debug, Clone)]
pub enum BulkChange {
    Role(Title),
    /// Companies with a role each, and the same in words.
    Assign(Vec<(CompanyId, CompanyRole)>, Vec<String>),
    /// A company by id and name.
    Unassign(CompanyId, String),
    AccessEnd(Option<Time>),
    Group(Group),
    /// With a reason.
    Suspend(String),
    Restore,
    /// Whether the invitations that they sent are cancelled.
    Remove(bool),
}

/// Why the change of one member was refused.
#[derive(Debug)]
pub enum BulkRefusal {
    Role(RoleChangeError),
    Assignment(AssignmentError),
    AccessEnd(AccessEndError),
    OwnerWithEndDate,
    Group(GroupError),
    Suspension(SuspensionError),
    Removal(RemovalError),
    /// The actor may not grant what the change would give.
    Forbidden(Box<Refusal>),
    Failed(AppError),
}

crate::change_error!(BulkRefusal);

macro_rules! refusals {
    ($($error:ident => $variant:ident),+ $(,)?) => {$(
        impl From<$error> for BulkRefusal {
            fn from(error: $error) -> Self {
                match error {
                    $error::Failed(error) => Self::Failed(error),
                    error => Self::$variant(error),
                }
            }
        }
    )+};
}

refusals! {
    RoleChangeError => Role,
    AssignmentError => Assignment,
    AccessEndError => AccessEnd,
    GroupError => Group,
    SuspensionError => Suspension,
    RemovalError => Removal,
}

impl BulkChange {
    pub(super) fn apply(&self, conn: &mut Conn, actor: &Actor, member: &Membership) -> Result<Events, BulkRefusal> {
        Ok(match self {
            Self::Role(title) => role::change(conn, actor, member, title)?.1,
            Self::AccessEnd(_) if member.role == Role::Owner => return Err(BulkRefusal::OwnerWithEndDate),
            Self::AccessEnd(until) => access_end::set(conn, actor, member, *until)?.1,
            Self::Suspend(_) if member.status == MembershipStatus::Suspended => Events::none("suspended before"),
            Self::Suspend(reason) => suspension::suspend(conn, actor, member, reason)?.1,
            Self::Restore if member.status == MembershipStatus::Active => Events::none("active before"),
            Self::Restore => suspension::reinstate(conn, actor, member)?.1,
            Self::Remove(cancel) => removal::remove(conn, actor, member, *cancel)?.1,
            Self::Group(group) => groups::members::add(conn, actor, group, member)?.1,
            Self::Unassign(company, _) => match assignments::take(conn, actor, AssignCompanies::ID, member, *company) {
                Ok(unassigned) => unassigned.events,
                Err(AssignmentError::NotAssigned) => Events::none("not assigned before"),
                Err(error) => return Err(error.into()),
            },
            Self::Assign(companies, _) => {
                let mut events = Events::none("all were assigned before");
                for (company, role) in companies {
                    let assigned = assignments::give(conn, actor, AssignCompanies::ID, member, *company, *role)?;
                    events = events.and(assigned.events);
                }
                events
            }
        })
    }
}
