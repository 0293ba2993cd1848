//! Letters to people: your role changed, you were suspended, restored, removed.

use crate::auth::actor::Member;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::mail::notice::Notice;
use crate::mail::outbox;
use crate::mail::outbox::Letter;
use crate::models::membership::record::Standing;

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

/// Tells somebody that their role is another one now.
///
/// # Errors
/// When the database fails.
pub fn role_changed(conn: &mut Conn, member: &Member, to: &Standing, old: &str, new: &str) -> Result<(), AppError> {
    let letter = RoleChanged {
        name: to.name.clone(),
        organization: member.organization_name.clone(),
        actor: member.person.name.clone(),
        old_role: old.to_owned(),
        new_role: new.to_owned(),
        link: member.cx.config().link(&member.path("")),
    };
    let (html, text) = letter.parts()?;
    let subject = format!("Your role in {} is now {}", letter.organization, letter.new_role);
    enqueue(conn, member, to, ("role_changed", subject), html, text)
}

/// Tells somebody that they are no longer a member.
///
/// # Errors
/// When the database fails.
pub fn removed(conn: &mut Conn, member: &Member, to: &Standing) -> Result<(), AppError> {
    let letter = Removed {
        name: to.name.clone(),
        organization: member.organization_name.clone(),
        actor: member.person.name.clone(),
    };
    let (html, text) = letter.parts()?;
    let subject = format!("You are no longer a member of {}", letter.organization);
    enqueue(conn, member, to, ("removed", subject), html, text)
}

/// Tells somebody that they are shut out.
///
/// # Errors
/// When the database fails.
pub fn suspended(conn: &mut Conn, member: &Member, to: &Standing) -> Result<(), AppError> {
    let (organization, actor) = (&member.organization_name, &member.person.name);
    notice(
        conn,
        member,
        to,
        "suspended",
        format!("Your access to {organization} is suspended"),
        format!(
            "{actor} suspended your access to {organization}. What you have there stays as it is. Your account and your other organizations are not touched."
        ),
        None,
    )
}

/// Tells somebody that they are in again.
///
/// # Errors
/// When the database fails.
pub fn restored(conn: &mut Conn, member: &Member, to: &Standing) -> Result<(), AppError> {
    let (organization, actor) = (&member.organization_name, &member.person.name);
    notice(
        conn,
        member,
        to,
        "restored",
        format!("You have access to {organization} again"),
        format!("{actor} gave you back your access to {organization}, with the role and everything else that you had."),
        Some(("Open the organization", member.path(""))),
    )
}

fn notice(
    conn: &mut Conn,
    member: &Member,
    to: &Standing,
    kind: &'static str,
    subject: String,
    text: String,
    button: Option<(&'static str, String)>,
) -> Result<(), AppError> {
    let organization = &member.organization_name;
    let notice = Notice {
        kind,
        to_name: to.name.clone(),
        to: Email::stored(to.email.clone()),
        sender: organization.clone(),
        subject,
        paragraphs: vec![text],
        button,
        foot: format!(
            "You think this is a mistake? Write to {} or to an owner of {organization}.",
            member.person.name
        ),
        seed: None,
    };
    notice.send(conn, &member.cx)?;
    Ok(())
}

fn enqueue(
    conn: &mut Conn,
    member: &Member,
    to: &Standing,
    (kind, subject): (&'static str, String),
    html: String,
    text: String,
) -> Result<(), AppError> {
    outbox::enqueue(
        conn,
        &member.cx,
        Letter {
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
