//! The last check of everything that changes what somebody may do: nobody gets more by it than they had before and than
//! the one who does it may hand out. It looks at what came out, so that no combination of roles, groups, overrides and
//! custom roles is a way around it.

use crate::auth::actor;
use crate::auth::actor::Member;
use crate::authz::decision::Grounds;
use crate::authz::permission::RightSet;
use crate::common::error::AppError;
use crate::common::id::MembershipId;
use crate::db::Conn;
use crate::models::membership::access;

/// What somebody could do before a change.
#[derive(Debug, Clone, Copy)]
pub struct Before(RightSet);

impl Before {
    /// Reads it.
    ///
    /// # Errors
    /// `NotFound` also for another organization's member.
    pub fn of(conn: &mut Conn, member: &Member, id: MembershipId) -> Result<Self, AppError> {
        Ok(Self(held(&access::grounds(
            conn,
            member.cx.now,
            member.organization,
            id,
        )?)))
    }

    /// For somebody who could do nothing before.
    pub const NOTHING: Self = Self(RightSet::NONE);

    /// Checks what came out.
    ///
    /// # Errors
    /// The refusal that names the right that is not the actor's to give; with it the whole change is undone.
    pub fn check(self, conn: &mut Conn, member: &Member, id: MembershipId) -> Result<(), AppError> {
        let after = held(&access::grounds(conn, member.cx.now, member.organization, id)?);
        // Nobody raises themselves, not even to what they may make of others.
        let own = if id == member.id {
            RightSet::NONE
        } else {
            member.authority().ceiling()
        };
        let beyond = after.without(self.0).without(own);
        match beyond.iter().next() {
            None => Ok(()),
            Some(right) => Err(member.refusal(conn, right)?),
        }
    }
}

/// What they could do while in force: who is suspended is looked at as if they were back.
fn held(grounds: &Grounds) -> RightSet {
    let back = Grounds {
        in_force: true,
        read_only: false,
        ..grounds.clone()
    };
    back.rights().everywhere()
}
