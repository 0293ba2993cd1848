//! Invites the first owner of an organization. Its creator is the owner until the invitation is accepted, and an admin after.

use crate::app::Ctx;
use crate::audit::Events;
use crate::auth::actor::Actor;
use crate::authz::role::Role;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::models::invitation;
use crate::models::invitation::NewInvitation;
use crate::models::invitation_block;
use crate::models::membership::by_user;
use crate::services::invitations::allowance;
use crate::services::invitations::allowance::InvitationAllowance;
use crate::services::invitations::email::InvitationSender;
use crate::services::invitations::{cancel, create};

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

/// Why another person was not invited to be the owner.
#[derive(Debug)]
pub enum ChangeOwnerError {
    /// No invitation to be the owner is open, or someone else sent it.
    NotOpen,
    /// The address is invited already.
    AlreadyInvited,
    AlreadyMember,
    Invite(InviteOwnerError),
    Failed(AppError),
}

crate::change_error!(ChangeOwnerError);

/// Invites another person instead of the one who was invited to be the owner.
pub fn change(conn: &mut Conn, actor: &Actor, email: Email) -> Result<((), Events), ChangeOwnerError> {
    let (cx, organization) = (&actor.cx, actor.organization);
    let was = invitation::to_own(conn, cx.now, organization)?
        .filter(|was| was.invited_by == actor.person.id)
        .ok_or(ChangeOwnerError::NotOpen)?;
    if !by_user::members_among(conn, organization, &[email.as_str()])?.is_empty() {
        return Err(ChangeOwnerError::AlreadyMember);
    }
    let open = invitation::find_pending(conn, organization, email.as_str())?;
    if open.is_some() && !(was.email == email.as_str() && was.expires_at <= cx.now) {
        return Err(ChangeOwnerError::AlreadyInvited);
    }
    let cancelled = cancel::close(conn, actor, &was)?;
    let sender = InvitationSender::from(actor);
    let invited = invite_owner(conn, cx, organization, &sender, email).map_err(|error| match error {
        InviteOwnerError::Failed(error) => ChangeOwnerError::Failed(error),
        error => ChangeOwnerError::Invite(error),
    })?;
    let events = match cancelled {
        Some(cancelled) => cancelled.and(invited),
        None => invited,
    };
    Ok(((), events))
}
