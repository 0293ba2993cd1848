//! The emails about invitations.

use crate::app::Ctx;
use crate::auth::actor::Actor;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::id::UserId;
use crate::common::token::Seed;
use crate::common::zone::Zone;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::mail::message;
use crate::mail::message::{Recipient, token_link};
use crate::mail::name::MailName;
use crate::mail::outbox;
use crate::mail::outbox::Message;
use crate::models::invitation;
use crate::models::invitation::{CompanyGrant, Invitation, NewInvitation};
use crate::models::organization::heading::OrganizationHeading;
use crate::models::user;

crate::email! {
    struct InvitationEmail: Invitation("mail/invitation/message.html", "mail/invitation/message.txt") {
        inviter: MailName,
        inviter_email: String,
        organization: MailName,
        role: String,
        companies: Vec<(MailName, String)>,
        unit_many: String,
        can: String,
        message: Option<String>,
        link: String,
        block_link: String,
        expires: String,
        email: String,
        access_until: Option<String>,
        first_name: MailName,
    }
}

crate::email! {
    struct InvitationDeclinedEmail: InvitationDeclined("mail/invitation_declined/message.html", "mail/invitation_declined/message.txt") {
        who: MailName,
        organization: MailName,
        link: String,
    }
}

/// Who invites, and to which organization.
#[derive(Debug, Clone)]
pub struct InvitationSender {
    pub user: UserId,
    pub name: String,
    pub email: String,
    pub organization: String,
    /// The organization's word for companies.
    pub unit: UnitLabel,
    /// The organization's time zone.
    pub zone: Zone,
}

impl From<&Actor> for InvitationSender {
    fn from(actor: &Actor) -> Self {
        Self {
            user: actor.person.id,
            name: actor.person.name.clone(),
            email: actor.person.email.to_string(),
            organization: actor.organization_name.clone(),
            unit: actor.unit,
            zone: actor.org_zone,
        }
    }
}

impl InvitationSender {
    /// The member who sent an invitation, which can be another one than the actor.
    fn of(conn: &mut Conn, actor: &Actor, invited_by: UserId) -> Result<Self, AppError> {
        let sender = Self::from(actor);
        if invited_by == sender.user {
            return Ok(sender);
        }
        let inviter = user::by_id(conn, invited_by)?;
        Ok(Self {
            user: inviter.id,
            name: inviter.name,
            email: inviter.email,
            ..sender
        })
    }
}

/// The email of an invitation, with the link of the seed. `expires` is for the recipient: in their time zone, if they have one.
pub fn invitation(
    cx: &Ctx,
    sender: &InvitationSender,
    invitation: &NewInvitation,
    expires: String,
    seed: Seed,
) -> Result<Message, AppError> {
    let optional = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let email = InvitationEmail {
        role: invitation.role.label().to_owned(),
        companies: invitation
            .companies
            .iter()
            .map(|grant| (MailName::of(&grant.name), grant.role.label().to_owned()))
            .collect(),
        unit_many: sender.unit.many().to_owned(),
        can: format!("{}.", invitation.role.you_can(sender.unit.many())),
        message: optional(&invitation.message),
        link: token_link(cx, "/invitations"),
        block_link: format!("{}/blocking", token_link(cx, "/invitations")),
        expires,
        email: invitation.email.to_string(),
        access_until: invitation.access_until.map(|end| end.full(sender.zone)),
        first_name: MailName::of(&invitation.first_name),
        inviter: MailName::of(&sender.name),
        inviter_email: sender.email.clone(),
        organization: MailName::of(&sender.organization),
    };
    let to = Recipient {
        name: format!("{} {}", invitation.first_name, invitation.last_name)
            .trim()
            .to_owned(),
        email: invitation.email.clone(),
    };
    message::compose(&to, &email, Some(seed))
}

/// Queues the email of a saved invitation again, in place of the one before.
pub fn replace(
    conn: &mut Conn,
    actor: &Actor,
    row: &Invitation,
    companies: Vec<CompanyGrant>,
    seed: Seed,
) -> Result<(), AppError> {
    if let Some(before) = row.mail_id {
        outbox::withdraw(conn, before)?;
    }
    let sender = InvitationSender::of(conn, actor, row.invited_by)?;
    let content = NewInvitation {
        email: Email::stored(row.email.clone()),
        first_name: row.first_name.clone(),
        last_name: row.last_name.clone(),
        role: row.role,
        companies,
        message: row.message.clone(),
        access_until: row.access_until,
        hands_over: row.hands_over,
    };
    let zone = user::zones(conn, &[&row.email])?.remove(&row.email);
    let expires = row.expires_at.full(zone.unwrap_or(sender.zone));
    let mut message = invitation(&actor.cx, &sender, &content, expires, seed)?;
    message.organization = Some(row.organization_id);
    let mail = outbox::enqueue(conn, &actor.cx, message)?;
    invitation::set_mail(conn, row.organization_id, row.id, mail)?;
    Ok(())
}

/// Tells the inviter that `who` declined.
pub fn declined(
    conn: &mut Conn,
    cx: &Ctx,
    invitation: &Invitation,
    who: MailName,
    organization: &OrganizationHeading,
) -> Result<(), AppError> {
    let inviter = user::by_id(conn, invitation.invited_by)?;
    let slug = &organization.slug;
    let email = InvitationDeclinedEmail {
        who,
        organization: MailName::of(&organization.name),
        link: cx
            .config()
            .link(&format!("/organizations/{slug}/invitations?status=declined")),
    };
    message::send(conn, cx, &inviter.recipient(), &email)
}
