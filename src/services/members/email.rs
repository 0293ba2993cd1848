//! Emails to members about changes of their access.

use crate::auth::actor::Actor;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::mail::notice::Notice;
use crate::mail::outbox;
use crate::mail::outbox::Message;
use crate::models::membership::record::Membership;

crate::letter! {
    struct RoleChanged("mail/role_changed.html", "mail/role_changed.txt") {
        name: String,
        organization: String,
        actor: String,
        old_role: String,
        new_role: String,
        link: String,
    }
}

crate::letter! {
    struct Removed("mail/removed.html", "mail/removed.txt") {
        name: String,
        organization: String,
        actor: String,
    }
}

pub fn role_changed(conn: &mut Conn, actor: &Actor, to: &Membership, old: &str, new: &str) -> Result<(), AppError> {
    let message = RoleChanged {
        name: to.name.clone(),
        organization: actor.organization_name.clone(),
        actor: actor.person.name.clone(),
        old_role: old.to_owned(),
        new_role: new.to_owned(),
        link: actor.cx.config().link(&actor.path("")),
    };
    let (html, text) = message.parts()?;
    let subject = format!("Your role in {} is now {}", message.organization, message.new_role);
    enqueue(conn, actor, to, ("role_changed", subject), html, text)
}

pub fn removed(conn: &mut Conn, actor: &Actor, to: &Membership) -> Result<(), AppError> {
    let message = Removed {
        name: to.name.clone(),
        organization: actor.organization_name.clone(),
        actor: actor.person.name.clone(),
    };
    let (html, text) = message.parts()?;
    let subject = format!("You are no longer a member of {}", message.organization);
    enqueue(conn, actor, to, ("removed", subject), html, text)
}

pub fn suspended(conn: &mut Conn, actor: &Actor, to: &Membership) -> Result<(), AppError> {
    let (organization, who) = (&actor.organization_name, &actor.person.name);
    notice(
        conn,
        actor,
        to,
        "suspended",
        format!("Your access to {organization} is suspended"),
        format!(
            "{who} suspended your access to {organization}. Your role and assignments are kept. Your account and your other organizations don’t change."
        ),
        None,
    )
}

pub fn restored(conn: &mut Conn, actor: &Actor, to: &Membership) -> Result<(), AppError> {
    let (organization, who) = (&actor.organization_name, &actor.person.name);
    notice(
        conn,
        actor,
        to,
        "restored",
        format!("You have access to {organization} again"),
        format!("{who} restored your access to {organization}. You have the same role and assignments as before."),
        Some(("Open the organization", actor.path(""))),
    )
}

fn notice(
    conn: &mut Conn,
    actor: &Actor,
    to: &Membership,
    kind: &'static str,
    subject: String,
    text: String,
    button: Option<(&'static str, String)>,
) -> Result<(), AppError> {
    let organization = &actor.organization_name;
    let notice = Notice {
        kind,
        to_name: to.name.clone(),
        to: Email::stored(to.email.clone()),
        sender: organization.clone(),
        subject,
        paragraphs: vec![text],
        button,
        foot: format!(
            "If you think this is a mistake, contact {} or an owner of {organization}.",
            actor.person.name
        ),
        seed: None,
    };
    notice.send(conn, &actor.cx)?;
    Ok(())
}

fn enqueue(
    conn: &mut Conn,
    actor: &Actor,
    to: &Membership,
    (kind, subject): (&'static str, String),
    html: String,
    text: String,
) -> Result<(), AppError> {
    outbox::enqueue(
        conn,
        &actor.cx,
        Message {
            kind,
            to_name: to.name.clone(),
            to: Email::stored(to.email.clone()),
            subject,
            html,
            text,
            seed: None,
        },
    )?;
    Ok(())
}
