//! Emails about changes that wait for approval.

use crate::auth::actor::Actor;
use crate::common::error::AppError;
use crate::common::id::ApprovalId;
use crate::db::Conn;
use crate::mail::message;
use crate::mail::message::Recipient;
use crate::models::approval::LIFETIME;
use crate::models::membership::record::Membership;

crate::email! {
    struct ApprovalRequestedEmail: ApprovalRequested("mail/approval_requested/message.html", "mail/approval_requested/message.txt") {
        name: String, organization: String, requester: String, change: String, days: i64, link: String
    }
}
crate::email! {
    struct TransferRequestedEmail: TransferRequested("mail/transfer_requested/message.html", "mail/transfer_requested/message.txt") {
        name: String, organization: String, requester: String, stays: bool, days: i64, link: String
    }
}
crate::email! {
    struct ApprovalDecidedEmail: ApprovalDecided("mail/approval_decided/message.html", "mail/approval_decided/message.txt") {
        name: String, organization: String, actor: String, change: String, approved: bool
    }
}

fn link(actor: &Actor, id: ApprovalId) -> String {
    let path = actor.path(&format!("/settings/approvals/{id}"));
    actor.cx.config().link(&path)
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
        name: owner.name.clone(),
        organization: actor.organization_name.clone(),
        requester: actor.person.name.clone(),
        change: change.to_owned(),
        days: days(),
        link: link(actor, id),
    };
    message::send(conn, &actor.cx, owner, &email)
}

/// Asks the new owner to accept.
pub fn transfer(conn: &mut Conn, actor: &Actor, to: &Membership, id: ApprovalId, stays: bool) -> Result<(), AppError> {
    let email = TransferRequestedEmail {
        name: to.name.clone(),
        organization: actor.organization_name.clone(),
        requester: actor.person.name.clone(),
        stays,
        days: days(),
        link: link(actor, id),
    };
    message::send(conn, &actor.cx, &to.recipient(), &email)
}

/// Tells the requester about the decision.
pub fn decided(conn: &mut Conn, actor: &Actor, to: &Membership, change: &str, approved: bool) -> Result<(), AppError> {
    let email = ApprovalDecidedEmail {
        name: to.name.clone(),
        organization: actor.organization_name.clone(),
        actor: actor.person.name.clone(),
        change: change.to_owned(),
        approved,
    };
    message::send(conn, &actor.cx, &to.recipient(), &email)
}
