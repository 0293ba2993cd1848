//! Changes what an open invitation offers. Its link stays the same.

use serde_json::{Value, json};

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::time::Time;
use crate::db::Conn;
use crate::mail::outbox;
use crate::models::invitation;
use crate::models::invitation::{CompanyGrant, search};
use crate::models::invitation_block;
use crate::services::invitations::authority::InviteAuthority;
use crate::services::invitations::create::{InvitationTerms, Invitee};
use crate::services::invitations::email;
use crate::services::invitations::transition;
use crate::services::invitations::transition::InvitationEvent;
use crate::services::invitations::visible::VisibleInvitation;

/// Why an invitation was not changed.
pub enum InvitationEditError {
    /// It is not open.
    Closed,
    /// The new owner of an organization can have no other role.
    OwnerOnly,
    /// Another request changed it in between.
    Changed,
    Failed(AppError),
}

crate::change_error!(InvitationEditError);

/// Changes names and terms. The actor is the inviter from now on.
pub fn edit(
    conn: &mut Conn,
    actor: &Actor,
    authority: &InviteAuthority,
    visible: &VisibleInvitation,
    person: Invitee,
    terms: &InvitationTerms,
) -> Result<Events, InvitationEditError> {
    let was = &visible.invitation;
    if terms.role == Role::Owner {
        actor.confirmed()?;
    }
    if transition::next(was.status_at(actor.cx.now), InvitationEvent::Edit).is_none() {
        return Err(InvitationEditError::Closed);
    }
    if was.hands_over && terms.role != Role::Owner {
        return Err(InvitationEditError::OwnerOnly);
    }
    // The creator of the organization is part of what it hands over.
    let by = if was.hands_over { was.invited_by } else { authority.user };
    let to = person.invitation(terms, was.hands_over);
    if !invitation::edit(conn, was, by, &to)? {
        return Err(InvitationEditError::Changed);
    }
    let event = Event::new(Action::InvitationEdited, "invitation", was.id, &was.email)
        .before(facts(was.role, &visible.grants, was.access_until))
        .after(facts(to.role, &to.companies, to.access_until));
    update_email(conn, actor, visible, to.companies)?;
    Ok(actor.event(event))
}

fn facts(role: Role, companies: &[CompanyGrant], access_until: Option<Time>) -> Value {
    let companies: Vec<String> = companies.iter().map(CompanyGrant::label).collect();
    json!({ "role": role.as_str(), "companies": companies, "access_until": access_until.map(Time::iso) })
}

/// An email that was not sent yet offers what the invitation offers now.
fn update_email(
    conn: &mut Conn,
    actor: &Actor,
    visible: &VisibleInvitation,
    companies: Vec<CompanyGrant>,
) -> Result<(), AppError> {
    let was = &visible.invitation;
    let Some(mail) = was.mail_id else { return Ok(()) };
    if !search::is_queued(conn, mail)? {
        return Ok(());
    }
    let sender = actor.person.id;
    if !invitation_block::blocked_among(conn, actor.organization, sender, &[was.email.as_str()])?.is_empty() {
        outbox::withdraw(conn, mail)?;
        return Ok(());
    }
    let row = invitation::find(conn, actor.organization, was.id)?.ok_or(AppError::NotFound)?;
    if let Some((_, seed)) = search::seeds(conn, actor.organization, &[was.id])?.pop() {
        email::replace(conn, actor, &row, companies, seed)?;
    }
    Ok(())
}
