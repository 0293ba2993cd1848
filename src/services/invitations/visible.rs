//! An invitation that a member sees and can change.

use crate::auth::actor::Actor;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::models::invitation;
use crate::models::invitation::search;
use crate::models::invitation::{CompanyGrant, Invitation, pairs};
use crate::services::invitations::authority;
use crate::services::invitations::authority::InviteAuthority;

#[derive(Debug, Clone)]
pub struct VisibleInvitation {
    pub invitation: Invitation,
    pub grants: Vec<CompanyGrant>,
}

impl VisibleInvitation {
    /// Finds an invitation by the id in a path or form.
    pub fn find(conn: &mut Conn, actor: &Actor, authority: &InviteAuthority, id: &str) -> Result<Self, AppError> {
        let invitation = search::find_in_scope(conn, actor.organization, &authority.scope(), id)?;
        let grants = invitation::grants_of(conn, actor.organization, invitation.id)?;
        Ok(Self { invitation, grants })
    }

    /// As `find`, for an actor who can give what it offers.
    pub fn find_authorized(
        conn: &mut Conn,
        actor: &Actor,
        authority: &InviteAuthority,
        id: &str,
    ) -> Result<Self, AppError> {
        let visible = Self::find(conn, actor, authority, id)?;
        if visible.is_covered_by(authority) {
            Ok(visible)
        } else {
            Err(authority::refusal(conn, actor, visible.invitation.role)?)
        }
    }

    pub fn is_covered_by(&self, authority: &InviteAuthority) -> bool {
        authority.covers(self.invitation.role, &pairs(&self.grants))
    }
}
