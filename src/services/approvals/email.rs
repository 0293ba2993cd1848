//! Emails about changes that wait for approval.

use crate::auth::actor::Actor;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::id::ApprovalId;
use crate::db::Conn;
use crate::mail::notice::Notice;
use crate::models::approval::LIFETIME;
use crate::models::membership::record::Membership;

fn notice(actor: &Actor, kind: &'static str, to: (String, String), subject: String) -> Notice {
    let organization = actor.organization_name.clone();
    Notice {
        kind,
        to_name: to.0,
        to: Email::stored(to.1),
        foot: format!("You get this email because you are a member of {organization}."),
        sender: organization,
        subject,
        paragraphs: Vec::new(),
        button: None,
        seed: None,
    }
}

fn link(actor: &Actor, id: ApprovalId) -> (&'static str, String) {
    ("View request", actor.path(&format!("/settings/approvals/{id}")))
}

fn days() -> i64 {
    LIFETIME.as_seconds() / 86_400
}

/// Asks another owner for approval.
pub fn requested(
    conn: &mut Conn,
    actor: &Actor,
    id: ApprovalId,
    owner: (String, String),
    label: &str,
) -> Result<(), AppError> {
    let (organization, who) = (&actor.organization_name, &actor.person.name);
    let subject = format!("{organization}: {who} needs your approval");
    let notice = Notice {
        paragraphs: vec![
            format!("{who} wants to {label}."),
            format!(
                "In {organization}, a second owner must approve this. Nothing changes until then. The request expires after {} days.",
                days()
            ),
        ],
        button: Some(link(actor, id)),
        foot: format!("You get this email because you are an owner of {organization}."),
        ..notice(actor, "approval_asked", owner, subject)
    };
    notice.send(conn, &actor.cx)?;
    Ok(())
}

/// Asks the new owner to accept.
pub fn transfer(conn: &mut Conn, actor: &Actor, to: &Membership, id: ApprovalId, stays: bool) -> Result<(), AppError> {
    let (organization, who) = (&actor.organization_name, &actor.person.name);
    let then = if stays { "remains an owner" } else { "becomes an admin" };
    let subject = format!("{who} wants to transfer {organization} to you");
    let notice = Notice {
        paragraphs: vec![
            format!(
                "{who} wants to make you the owner of {organization}. When you accept, you become the owner and {who} {then}."
            ),
            format!(
                "An owner controls everything in an organization and can delete it. Nothing changes until you accept. The request expires after {} days.",
                days()
            ),
        ],
        button: Some(link(actor, id)),
        ..notice(actor, "transfer_asked", (to.name.clone(), to.email.clone()), subject)
    };
    notice.send(conn, &actor.cx)?;
    Ok(())
}

/// Tells the requester about the decision.
pub fn decided(conn: &mut Conn, actor: &Actor, to: &Membership, label: &str, approved: bool) -> Result<(), AppError> {
    let (organization, who) = (&actor.organization_name, &actor.person.name);
    let (word, then) = if approved {
        ("approved", "The change has taken effect.")
    } else {
        ("rejected", "Nothing was changed.")
    };
    let subject = format!("{organization}: {who} {word} your request");
    let notice = Notice {
        paragraphs: vec![format!("You wanted to {label}. {who} {word} it. {then}")],
        ..notice(actor, "approval_decided", (to.name.clone(), to.email.clone()), subject)
    };
    notice.send(conn, &actor.cx)?;
    Ok(())
}
