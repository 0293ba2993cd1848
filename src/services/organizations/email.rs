//! Emails about an organization as a whole.

use crate::app::Ctx;
use crate::auth::actor::Actor;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::time::Time;
use crate::common::token::Seed;
use crate::db::Conn;
use crate::mail::message;
use crate::mail::message::Recipient;
use crate::mail::notice::Notice;
use crate::models::member_names;
use crate::models::operator::OperatorContact;
use crate::models::organization::contact::ContactKind;
use crate::models::organization::deletion::DeletedOrganization;

fn to_leader(actor: &Actor, kind: &'static str, (name, email): (String, String), subject: String) -> Notice {
    let organization = actor.organization_name.clone();
    Notice {
        kind,
        to_name: name,
        to: Email::stored(email),
        foot: format!("You get this email because you are an owner or admin of {organization}."),
        sender: organization,
        subject,
        paragraphs: Vec::new(),
        button: Some(("Open the organization", actor.path(""))),
        seed: None,
    }
}

/// Tells owners and admins that the deletion is scheduled.
pub fn deletion_scheduled(conn: &mut Conn, actor: &Actor, day: Time) -> Result<(), AppError> {
    let (organization, who) = (&actor.organization_name, &actor.person.name);
    for leader in member_names::leaders(conn, actor.organization)? {
        let subject = format!("{organization} will be deleted on {}", day.date());
        let notice = Notice {
            paragraphs: vec![
                format!(
                    "{who} scheduled the deletion of {organization}. On {} all its data is deleted, including the audit log.",
                    day.date()
                ),
                "Until then it is read-only, and any owner can restore it. Export what you want to keep.".into(),
            ],
            ..to_leader(actor, "deletion_scheduled", leader, subject)
        };
        notice.send(conn, &actor.cx)?;
    }
    Ok(())
}

/// Tells owners and admins that the deletion is cancelled.
pub fn restored(conn: &mut Conn, actor: &Actor) -> Result<(), AppError> {
    let (organization, who) = (&actor.organization_name, &actor.person.name);
    for leader in member_names::leaders(conn, actor.organization)? {
        let subject = format!("{organization} is restored");
        let notice = Notice {
            paragraphs: vec![format!(
                "{who} restored {organization}. It will not be deleted, and members can make changes again."
            )],
            ..to_leader(actor, "deletion_stopped", leader, subject)
        };
        notice.send(conn, &actor.cx)?;
    }
    Ok(())
}

/// Tells the former owners that an organization is deleted.
pub fn deleted(conn: &mut Conn, cx: &Ctx, deleted: &DeletedOrganization) -> Result<(), AppError> {
    let organization = &deleted.name;
    for owner in &deleted.owners {
        let notice = Notice {
            kind: "organization_deleted",
            to_name: owner.name.clone(),
            to: Email::stored(owner.email.clone()),
            sender: organization.clone(),
            subject: format!("{organization} was deleted"),
            paragraphs: vec![format!(
                "The 30 days are over. {organization} and all its data were deleted. No one else can take its web address."
            )],
            button: None,
            foot: format!("You get this email because you were an owner of {organization}."),
            seed: None,
        };
        notice.send(conn, cx)?;
    }
    Ok(())
}

/// Sends the verification link to an address that is to become a contact.
pub fn contact(conn: &mut Conn, actor: &Actor, kind: ContactKind, to: &Email, seed: Seed) -> Result<(), AppError> {
    let (organization, who) = (&actor.organization_name, &actor.person.name);
    let notice = Notice {
        kind: "contact_asked",
        to_name: String::new(),
        to: to.clone(),
        sender: organization.clone(),
        subject: format!("Verify this address for {organization}"),
        paragraphs: vec![
            format!("{who} entered {to} as the {} of {organization}.", kind.word()),
            format!(
                "It is used for: {}. Open the link within 24 hours to verify it.",
                kind.purpose().to_lowercase()
            ),
        ],
        button: Some(("Verify address", Notice::token_path("/contacts/"))),
        foot: "If you don’t know this organization, ignore this email. The address is then not used.".into(),
        seed: Some(seed),
    };
    notice.send(conn, &actor.cx)?;
    Ok(())
}

crate::email! {
    struct OrganizationRequestEmail: OrganizationRequest("mail/organization_request/message.html", "mail/organization_request/message.txt") {
        person: String,
        email: String,
        count: String,
        reason: String,
    }
}

/// An account that asks for another organization.
pub struct RequestedBy<'a> {
    pub name: &'a str,
    pub email: &'a Email,
    /// How many organizations it has created.
    pub created: i64,
}

/// Asks the operators for another organization.
pub fn request(
    conn: &mut Conn,
    cx: &Ctx,
    by: &RequestedBy<'_>,
    operators: Vec<OperatorContact>,
    reason: &str,
) -> Result<(), AppError> {
    let email = OrganizationRequestEmail {
        person: by.name.to_owned(),
        email: by.email.to_string(),
        count: by.created.to_string(),
        reason: reason.to_owned(),
    };
    for operator in operators {
        let to = Recipient {
            name: operator.name,
            email: Email::stored(operator.email),
        };
        message::send(conn, cx, &to, &email)?;
    }
    Ok(())
}
