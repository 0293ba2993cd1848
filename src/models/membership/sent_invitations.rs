//! The invitations that a member sent.

use diesel::prelude::*;

use crate::common::id::{InvitationId, MailId, UserId};
use crate::db::Conn;
use crate::db::schema::invitations;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::InvitationStatus;

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = invitations)]
pub struct SentInvitation {
    pub id: InvitationId,
    pub email: String,
    /// The latest email in the outbox.
    pub mail_id: Option<MailId>,
}

/// The pending invitations that a user sent, oldest first.
pub fn pending(conn: &mut Conn, organization: OrgId, user: UserId) -> QueryResult<Vec<SentInvitation>> {
    invitations::table
        .filter(invitations::organization_id.eq(organization))
        .filter(invitations::status.eq(InvitationStatus::Pending))
        .filter(invitations::invited_by.eq(user))
        .order((invitations::created_at, invitations::id))
        .select(SentInvitation::as_select())
        .load(conn)
}
