//! Emails to members about changes of their access.

use crate::auth::actor::Actor;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::mail::message;
use crate::models::membership::record::Membership;

crate::email! {
    struct RoleChangedEmail: RoleChanged("mail/role_changed/message.html", "mail/role_changed/message.txt") {
        name: String, organization: String, actor: String, old_role: String, new_role: String, link: String
    }
}
crate::email! {
    struct MemberRemovedEmail: MemberRemoved("mail/member_removed/message.html", "mail/member_removed/message.txt") {
        name: String, organization: String, actor: String
    }
}
crate::email! {
    struct MemberSuspendedEmail: MemberSuspended("mail/member_suspended/message.html", "mail/member_suspended/message.txt") {
        name: String, organization: String, actor: String
    }
}
crate::email! {
    struct MemberRestoredEmail: MemberRestored("mail/member_restored/message.html", "mail/member_restored/message.txt") {
        name: String, organization: String, actor: String, link: String
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
    message::send(conn, &actor.cx, &to.recipient(), &email)
}

pub fn removed(conn: &mut Conn, actor: &Actor, to: &Membership) -> Result<(), AppError> {
    let email = MemberRemovedEmail {
        name: to.name.clone(),
        organization: actor.organization_name.clone(),
        actor: actor.person.name.clone(),
    };
    message::send(conn, &actor.cx, &to.recipient(), &email)
}

pub fn suspended(conn: &mut Conn, actor: &Actor, to: &Membership) -> Result<(), AppError> {
    let email = MemberSuspendedEmail {
        name: to.name.clone(),
        organization: actor.organization_name.clone(),
        actor: actor.person.name.clone(),
    };
    message::send(conn, &actor.cx, &to.recipient(), &email)
}

pub fn restored(conn: &mut Conn, actor: &Actor, to: &Membership) -> Result<(), AppError> {
    let email = MemberRestoredEmail {
        name: to.name.clone(),
        organization: actor.organization_name.clone(),
        actor: actor.person.name.clone(),
        link: actor.cx.config().link(&actor.path("")),
    };
    message::send(conn, &actor.cx, &to.recipient(), &email)
}
