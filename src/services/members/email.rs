//! Emails to members about changes of their access.

use crate::auth::actor::Actor;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::mail::message;
use crate::mail::message::Recipient;
use crate::mail::notice::Notice;
use crate::models::membership::record::Membership;

crate::email! {
    struct RoleChangedEmail: RoleChanged("mail/role_changed/message.html", "mail/role_changed/message.txt") {
        name: String,
        organization: String,
        actor: String,
        old_role: String,
        new_role: String,
        link: String,
    }
}

crate::email! {
    struct RemovedEmail: MemberRemoved("mail/removed/message.html", "mail/removed/message.txt") {
        name: String,
        organization: String,
        actor: String,
    }
}

pub fn role_changed(conn: &mut Conn, actor: &Actor, to: &Membership, old: &str, new: &str) -> Result<(), AppError> {
    let email = RoleChangedEmail {
        name: to.name.clone(),
        organization: actor.organization_name.clone(),
        actor: actor.person.name.clone(),
        old_role: old.to_owned(),
        new_role: new.to_owned(),
        link: actor.cx.config().link(&actor.path("")),
    };
    message::send(conn, &actor.cx, &recipient(to), &email)?;
    Ok(())
}

pub fn removed(conn: &mut Conn, actor: &Actor, to: &Membership) -> Result<(), AppError> {
    let email = RemovedEmail {
        name: to.name.clone(),
        organization: actor.organization_name.clone(),
        actor: actor.person.name.clone(),
    };
    message::send(conn, &actor.cx, &recipient(to), &email)?;
    Ok(())
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

fn recipient(to: &Membership) -> Recipient {
    Recipient {
        name: to.name.clone(),
        email: Email::stored(to.email.clone()),
    }
}
