//! The card of an organization whose owner was invited.

use crate::auth::actor::Actor;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::db::types::organization::InvitationStatus;
use crate::models::invitation;
use crate::models::user;

pub struct OwnerCard {
    pub email: String,
    /// Who is the owner until then.
    pub until: String,
    /// Whether the actor sent the invitation, and can change it.
    pub mine: bool,
    pub expired: bool,
    /// When it expires or expired.
    pub ends: String,
    pub resending: String,
    pub cancellation: String,
    /// The address of another owner, as it was typed.
    pub typed: String,
}

impl OwnerCard {
    pub fn load(conn: &mut Conn, actor: &Actor, typed: String) -> Result<Option<Self>, AppError> {
        let now = actor.cx.now;
        let Some(invited) = invitation::to_own(conn, now, actor.organization)? else {
            return Ok(None);
        };
        let expired = invited.status_at(now) == InvitationStatus::Expired;
        let mine = invited.invited_by == actor.person.id && actor.permissions.transfer_or_delete();
        Ok(Some(Self {
            until: if mine {
                "you are".into()
            } else {
                format!("{} is", user::by_id(conn, invited.invited_by)?.name)
            },
            mine,
            expired,
            ends: if expired {
                invited.expires_at.ago(now, actor.zone)
            } else {
                invited.expires_at.ahead(now, actor.zone)
            },
            resending: actor.path(&format!("/invitations/{}/resending", invited.id)),
            cancellation: actor.path(&format!("/invitations/{}/cancellation", invited.id)),
            email: invited.email,
            typed,
        }))
    }
}
