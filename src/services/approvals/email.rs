//! Emails about changes that wait for approval.

use crate::auth::actor::Actor;
use crate::common::error::AppError;
use crate::common::id::ApprovalId;
use crate::db::Conn;
use crate::mail::message;
use crate::mail::message::Recipient;
use crate::mail::name::MailName;
use crate::models::approval::LIFETIME;
use crate::models::membership::record::Membership;

crate::email! {
    struct ApprovalRequestedEmail: ApprovalRequested("mail/approval_requested/message.html", "mail/approval_requested/message.txt") {
        name: MailName, organization: MailName, requester: MailName, change: String, days: i64, link: String
    }
}
crate::email! {
    struct TransferRequestedEmail: TransferRequested("mail/transfer_requested/message.html", "mail/transfer_requested/message.txt") {
        name: MailName, organization: MailName, requester: MailName, stays: bool, days: i64, link: String
    }
}
crate::email! {
    struct ApprovalDecidedEmail: ApprovalDecided("mail/approval_decided/message.html", "mail/approval_decided/message.txt") {
        name: MailName, organization: MailName, actor: MailName, change: String, approved: bool
    }
}

fn link(actor: &Actor, id: ApprovalId) -> String {
    let path = actor.path(&format!("/settings/approvals/{id}"));
    actor.cx.config().link(&path)
}

/// The change has names in it, so the whole of it is quoted.
fn quoted(change: &str) -> String {
    format!("“{}”", change.replace(['“', '”', '"'], "’"))
}

fn days() -> i64 {
    LIFETIME.as_seconds() / 86_400
}

/// Asks another owner for approval.
pub fn requested(
    conn: &mut Conn,
    actor: &Actor,
    id: ApprovalId,
    owner: &Recipient,
    change: &str,
) -> Result<(), AppError> {
    let email = ApprovalRequestedEmail {
        name: MailName::of(&owner.name),
        organization: MailName::of(&actor.organization_name),
        requester: MailName::of(&actor.person.name),
        change: quoted(change),
        days: days(),
        link: link(actor, id),
    };
    message::send(conn, &actor.cx, owner, &email)
}

/// Asks the new owner to accept.
pub fn transfer(conn: &mut Conn, actor: &Actor, to: &Membership, id: ApprovalId, stays: bool) -> Result<(), AppError> {
    let email = TransferRequestedEmail {
        name: MailName::of(&to.name),
        organization: MailName::of(&actor.organization_name),
        requester: MailName::of(&actor.person.name),
        stays,
        days: days(),
        link: link(actor, id),
    };
    message::send(conn, &actor.cx, &to.recipient(), &email)
}

/// Tells the requester about the decision.
pub fn decided(conn: &mut Conn, actor: &Actor, to: &Membership, change: &str, approved: bool) -> Result<(), AppError> {
    let email = ApprovalDecidedEmail {
        name: MailName::of(&to.name),
        organization: MailName::of(&actor.organization_name),
        actor: MailName::of(&actor.person.name),
        change: quoted(change),
        approved,
    };
    message::send(conn, &actor.cx, &to.recipient(), &email)
}
