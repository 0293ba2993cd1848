//! The last check of everything that changes what somebody may do: nobody gets more by it than they had before and than
//! the one who does it may hand out. It looks at what came out, so that no combination of roles, groups, overrides and
//! custom roles is a way around it.

use crate::auth::actor::Actor;
use crate::authz::decision::AccessInputs;
use crate::authz::permission::PermissionSet;
use crate::common::error::AppError;
use crate::common::id::MembershipId;
use crate::db::Conn;
use crate::models::membership::access;

/// What somebody could do before a change.
#[derive(Debug, Clone, Copy)]
pub struct PermissionCeiling(PermissionSet);

impl PermissionCeiling {
    /// Reads it.
    pub fn of(conn: &mut Conn, actor: &Actor, id: MembershipId) -> Result<Self, AppError> {
        Ok(Self(held(&access::access_inputs(
            conn,
            actor.cx.now,
            actor.organization,
            id,
        )?)))
    }

    /// For somebody who could do nothing before.
    pub const NOTHING: Self = Self(PermissionSet::NONE);

    /// Checks what came out.
    pub fn check(self, conn: &mut Conn, actor: &Actor, id: MembershipId) -> Result<(), AppError> {
        let after = held(&access::access_inputs(conn, actor.cx.now, actor.organization, id)?);
        // Nobody raises themselves, not even to what they may make of others.
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

/// What they could do while in force: who is suspended is looked at as if they were back.
fn held(inputs: &AccessInputs) -> PermissionSet {
    let back = AccessInputs {
        in_force: true,
        read_only: false,
        ..inputs.clone()
    };
    back.permissions().everywhere()
}
