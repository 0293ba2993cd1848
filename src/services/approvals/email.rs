//! Letters about an organization as a whole.

use crate::app::Ctx;
use crate::auth::actor::Actor;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::id::ApprovalId;
use crate::common::time::Time;
use crate::common::token::Seed;
use crate::db::Conn;
use crate::mail::notice::Notice;
use crate::models::member_names;
use crate::models::membership::record::Membership;
use crate::models::organization::contact::ContactKind;
use crate::models::organization::deletion::Ended;

fn plain(actor: &Actor, kind: &'static str, to: (String, String), subject: String) -> Notice {
    let organization = actor.organization_name.clone();
    Notice {
        kind,
        to_name: to.0,
        to: Email::stored(to.1),
        foot: format!("You get this as a member of {organization}."),
        sender: organization,
        subject,
        paragraphs: Vec::new(),
        button: None,
        seed: None,
    }
}

/// Asks the new owner.
pub fn transfer(conn: &mut Conn, actor: &Actor, to: &Membership, id: ApprovalId, stays: bool) -> Result<(), AppError> {
    let (organization, who) = (&actor.organization_name, &actor.person.name);
    let then = if stays {
        "stays owner beside you"
    } else {
        "stays as admin"
    };
    let subject = format!("{who} wants to hand {organization} over to you");
    let notice = Notice {
        paragraphs: vec![
            format!("{who} wants to make you the owner of {organization}. Once you confirm, you are, and {who} {then}."),
            "An owner decides about everything in an organization, its end included. Nothing changes until you confirm. The request ends after 7 days.".into(),
        ],
        button: Some(("Look at the request", actor.path(&format!("/settings/approvals/{id}")))),
        ..plain(actor, "transfer_asked", (to.name.clone(), to.email.clone()), subject)
    };
    notice.send(conn, &actor.cx)?;
    Ok(())
}

/// Tells who asked what became of it.
pub fn decided(conn: &mut Conn, actor: &Actor, to: &Membership, label: &str, confirmed: bool) -> Result<(), AppError> {
    let (organization, who) = (&actor.organization_name, &actor.person.name);
    let (word, then) = if confirmed {
        ("confirmed", "It is done.")
    } else {
        ("refused", "Nothing was changed.")
    };
    let subject = format!("{organization}: {who} {word} what you asked for");
    let notice = Notice {
        paragraphs: vec![format!("You wanted to {label}. {who} {word} it. {then}")],
        ..plain(actor, "approval_decided", (to.name.clone(), to.email.clone()), subject)
    };
    notice.send(conn, &actor.cx)?;
    Ok(())
}

/// Tells owners and admins that the organization waits for its deletion.
pub fn scheduled(conn: &mut Conn, actor: &Actor, day: Time) -> Result<(), AppError> {
    let (organization, who) = (&actor.organization_name, &actor.person.name);
    for to in member_names::leaders(conn, actor.organization)? {
        let subject = format!("{organization} will be deleted on {}", day.date());
        let notice = Notice {
            paragraphs: vec![
                format!("{who} decided to delete {organization}. On {} everything in it is deleted, its audit log included.", day.date()),
                "Until then it can be read but not changed, and any owner can restore it. Export what you want to keep.".into(),
            ],
            button: Some(("Open the organization", actor.path(""))),
            ..plain(actor, "deletion_scheduled", to, subject)
        };
        notice.send(conn, &actor.cx)?;
    }
    Ok(())
}

/// Tells owners and admins that the organization stays.
pub fn stopped(conn: &mut Conn, actor: &Actor) -> Result<(), AppError> {
    let (organization, who) = (&actor.organization_name, &actor.person.name);
    for to in member_names::leaders(conn, actor.organization)? {
        let subject = format!("{organization} is restored");
        let notice = Notice {
            paragraphs: vec![format!(
                "{who} restored {organization}. It will not be deleted, and everything in it can be changed again."
            )],
            button: Some(("Open the organization", actor.path(""))),
            ..plain(actor, "deletion_stopped", to, subject)
        };
        notice.send(conn, &actor.cx)?;
    }
    Ok(())
}

/// Tells those who owned it that an organization is gone.
pub fn deleted(conn: &mut Conn, cx: &Ctx, ended: &Ended) -> Result<(), AppError> {
    let organization = &ended.name;
    for (_, name, email) in &ended.owners {
        let notice = Notice {
            kind: "organization_deleted",
            to_name: name.clone(),
            to: Email::stored(email.clone()),
            sender: organization.clone(),
            subject: format!("{organization} was deleted"),
            paragraphs: vec![format!(
                "The 30 days are over: {organization} and everything in it was deleted. Nobody else can take its web address."
            )],
            button: None,
            foot: format!("You get this because you were an owner of {organization}."),
            seed: None,
        };
        notice.send(conn, cx)?;
    }
    Ok(())
}

/// Writes to an address that is to become a contact.
pub fn contact(conn: &mut Conn, actor: &Actor, kind: ContactKind, to: &Email, seed: Seed) -> Result<(), AppError> {
    let (organization, who) = (&actor.organization_name, &actor.person.name);
    let notice = Notice {
        kind: "contact_asked",
        to_name: String::new(),
        to: to.clone(),
        sender: organization.clone(),
        subject: format!("Confirm this address for {organization}"),
        paragraphs: vec![
            format!("{who} entered {to} as the {} of {organization}.", kind.word()),
            format!(
                "It is used for: {}. Open the link within 24 hours to confirm it.",
                kind.purpose().to_lowercase()
            ),
        ],
        button: Some(("Confirm this address", Notice::token_path("/contacts/"))),
        foot: "You do not know this organization? Leave this email, and the address is not used.".into(),
        seed: Some(seed),
    };
    notice.send(conn, &actor.cx)?;
    Ok(())
}
