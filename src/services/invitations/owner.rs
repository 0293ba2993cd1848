//! Invites the first owner of an organization.

use crate::app::Ctx;
use crate::audit::Events;
use crate::authz::role::Role;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::models::invitation::NewInvitation;
use crate::models::invitation_block;
use crate::services::invitations::allowance;
use crate::services::invitations::allowance::InvitationAllowance;
use crate::services::invitations::create;
use crate::services::invitations::email::InvitationSender;

/// Why the owner of a new organization is not invited.
#[derive(Debug)]
pub enum InviteOwnerError {
    DailyLimit(InvitationAllowance),
    Blocked,
    Failed(AppError),
}

crate::change_error!(InviteOwnerError);

/// Invites the owner of a new organization. Its creator is the owner until the invitation is accepted.
pub fn invite_owner(
    conn: &mut Conn,
    cx: &Ctx,
    organization: OrgId,
    sender: &InvitationSender,
    email: Email,
) -> Result<Events, InviteOwnerError> {
    let [allowance, ..] = allowance::all(conn, cx, organization, sender.user)?;
    if allowance.left == 0 {
        return Err(InviteOwnerError::DailyLimit(allowance));
    }
    if invitation_block::blocks_sender(conn, sender.user, email.as_str())? {
        return Err(InviteOwnerError::Blocked);
    }
    let owner = NewInvitation {
        email,
        first_name: String::new(),
        last_name: String::new(),
        role: Role::Owner,
        companies: Vec::new(),
        message: String::new(),
        access_until: None,
        hands_over: true,
    };
    Ok(create::save(conn, cx, organization, sender, vec![owner])?)
}
