//! Declines an invitation.

use serde_json::json;

use crate::app::Ctx;
use crate::audit::{Action, Event, Events};
use crate::auth::current_user::CurrentUser;
use crate::common::error::AppError;
use crate::common::token::Token;
use crate::db::Conn;
use crate::db::types::organization::InvitationStatus;
use crate::mail::name::MailName;
use crate::mail::outbox;
use crate::models::invitation;
use crate::services::invitations::email;
use crate::services::invitations::resolve::ResolvedInvitation;

/// Why an invitation was not declined.
pub enum DeclineError {
    /// The page of the link says why.
    Unavailable,
    Failed(AppError),
}

crate::change_error!(DeclineError);

/// Declines as the invited person, or as anyone with the link who is signed out. Tells the inviter.
pub fn decline(conn: &mut Conn, cx: &Ctx, person: Option<&CurrentUser>, token: &Token) -> Result<Events, DeclineError> {
    let resolved = ResolvedInvitation::find(conn, cx, token, person)?.ok_or(AppError::NotFound)?;
    let was = &resolved.invitation;
    let declined = resolved.situation.may_decline()
        && invitation::close(conn, cx, was.organization_id, was.id, InvitationStatus::Declined)?;
    if !declined {
        return Err(DeclineError::Unavailable);
    }
    if let Some(mail) = was.mail_id {
        outbox::withdraw(conn, mail)?;
    }
    // The inviter typed the address, and the person their name.
    let who = person.map_or_else(|| MailName::words(&was.email), |person| MailName::of(&person.name));
    email::declined(conn, cx, was, who, &resolved.organization)?;
    let by = if person.is_some() { "account" } else { "link" };
    let event = Event::new(Action::InvitationDeclined, "invitation", was.id, &was.email)
        .before(json!({ "status": was.status.as_str() }))
        .after(json!({ "status": InvitationStatus::Declined.as_str(), "by": by }));
    Ok(Events::organization(was.organization_id, event))
}
