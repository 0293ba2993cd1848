//! Emails to members about changes of their access.

use crate::auth::actor::Actor;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::mail::message;
use crate::mail::name::MailName;
use crate::models::membership::record::Membership;

crate::email! {
    struct RoleChangedEmail: RoleChanged("mail/role_changed/message.html", "mail/role_changed/message.txt") {
        name: MailName, organization: MailName, actor: MailName, old_role: MailName, new_role: MailName, link: String
    }
}
crate::email! {
    struct MemberRemovedEmail: MemberRemoved("mail/member_removed/message.html", "mail/member_removed/message.txt") {
        name: MailName, organization: MailName, actor: MailName
    }
}
crate::email! {
    struct MemberSuspendedEmail: MemberSuspended("mail/member_suspended/message.html", "mail/member_suspended/message.txt") {
        name: MailName, organization: MailName, actor: MailName
    }
}
crate::email! {
    struct MemberRestoredEmail: MemberRestored("mail/member_restored/message.html", "mail/member_restored/message.txt") {
        name: MailName, organization: MailName, actor: MailName, link: String
    }
}

pub fn role_changed(
    conn: &mut Conn,
    actor: &Actor,
    to: &Membership,
    old_role: MailName,
    new_role: MailName,
) -> Result<(), AppError> {
    let email = RoleChangedEmail {
        name: MailName::of(&to.name),
        organization: MailName::of(&actor.organization_name),
        actor: MailName::of(&actor.person.name),
        old_role,
        new_role,
        link: actor.cx.config().link(&actor.path("")),
    };
    message::send(conn, &actor.cx, &to.recipient(), &email)
}

pub fn removed(conn: &mut Conn, actor: &Actor, to: &Membership) -> Result<(), AppError> {
    let email = MemberRemovedEmail {
        name: MailName::of(&to.name),
        organization: MailName::of(&actor.organization_name),
        actor: MailName::of(&actor.person.name),
    };
    message::send(conn, &actor.cx, &to.recipient(), &email)
}

pub fn suspended(conn: &mut Conn, actor: &Actor, to: &Membership) -> Result<(), AppError> {
    let email = MemberSuspendedEmail {
        name: MailName::of(&to.name),
        organization: MailName::of(&actor.organization_name),
        actor: MailName::of(&actor.person.name),
    };
    message::send(conn, &actor.cx, &to.recipient(), &email)
}

pub fn restored(conn: &mut Conn, actor: &Actor, to: &Membership) -> Result<(), AppError> {
    let email = MemberRestoredEmail {
        name: MailName::of(&to.name),
        organization: MailName::of(&actor.organization_name),
        actor: MailName::of(&actor.person.name),
        link: actor.cx.config().link(&actor.path("")),
    };
    message::send(conn, &actor.cx, &to.recipient(), &email)
}
