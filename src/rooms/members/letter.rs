//! The letters of this room: your role changed, you were removed.

use crate::gate::db::Conn;
use crate::gate::member::{Member, Standing};
use crate::gate::role::Role;
use crate::ground::email::Email;
use crate::ground::error::AppError;
use crate::post::outbox::{self, Letter};

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
pub fn role_changed(conn: &mut Conn, member: &Member, to: &Standing, role: Role) -> Result<(), AppError> {
    let letter = RoleChanged {
        name: to.name.clone(),
        organization: member.organization_name.clone(),
        actor: member.person.name.clone(),
        old_role: to.role.label().to_owned(),
        new_role: role.label().to_owned(),
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
