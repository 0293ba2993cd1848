//! The last check of every change of permissions. It compares the permissions before and after, so that no combination of
//! roles, groups, overrides and custom roles gives a member more than the actor may grant.

use crate::auth::actor::Actor;
use crate::authz::decision::AccessInputs;
use crate::authz::permission::PermissionSet;
use crate::common::error::AppError;
use crate::common::id::MembershipId;
use crate::db::Conn;
use crate::models::membership::access;

/// The permissions of a member before a change.
#[derive(Debug, Clone, Copy)]
pub struct PermissionCeiling(PermissionSet);

impl PermissionCeiling {
    pub fn of(conn: &mut Conn, actor: &Actor, id: MembershipId) -> Result<Self, AppError> {
        let inputs = access::access_inputs(conn, actor.cx.now, actor.organization, id)?;
        Ok(Self(permissions(&inputs)))
    }

    /// For a member who had no access before.
    pub const NOTHING: Self = Self(PermissionSet::NONE);

    /// Refuses what the member gained beyond what the actor may grant.
    pub fn check(self, conn: &mut Conn, actor: &Actor, id: MembershipId) -> Result<(), AppError> {
        let after = permissions(&access::access_inputs(conn, actor.cx.now, actor.organization, id)?);
        // Members give themselves nothing, not even what they may give to others.
        let own = if id == actor.id {
            PermissionSet::NONE
        } else {
            actor.authority().ceiling()
        };
        let beyond = after.without(self.0).without(own);
        match beyond.iter().next() {
            None => Ok(()),
            Some(permission) => Err(actor.refusal(conn, permission)?),
        }
    }
}

/// Suspended members are treated as active, because a change takes effect when their access is restored.
fn permissions(inputs: &AccessInputs) -> PermissionSet {
    let active = AccessInputs {
        in_force: true,
        read_only: false,
        ..inputs.clone()
    };
    active.permissions().everywhere()
}
