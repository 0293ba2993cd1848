//! Emails about access requests.

use crate::auth::actor::Actor;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::mail::message;
use crate::mail::message::Recipient;
use crate::mail::name::MailName;
use crate::models::access_request::{AccessRequest, deciders};

crate::email! {
    struct AccessRequestedEmail: AccessRequested("mail/access_requested/message.html", "mail/access_requested/message.txt") {
        name: MailName, organization: MailName, requester: MailName, requested: String, note: String, link: String
    }
}
crate::email! {
    struct AccessDecidedEmail: AccessDecided("mail/access_decided/message.html", "mail/access_decided/message.txt") {
        name: MailName, organization: MailName, actor: MailName, requested: String, granted: bool, answer: String, link: String
    }
}

/// The permission and where: “Manage billing”, “Edit a company’s settings” in “Harbor Recovery”.
fn requested(actor: &Actor, request: &AccessRequest) -> String {
    let permission = request.permission_label(actor.unit);
    match &request.company_name {
        Some(company) => format!("“{permission}” in {}", MailName::of(company)),
        None => format!("“{permission}”"),
    }
}

fn path(actor: &Actor, request: &AccessRequest) -> String {
    actor.path(&format!("/access/requests/{}", request.id))
}

/// Tells everyone who can decide the request; returns how many they are.
pub(super) fn to_decide(conn: &mut Conn, actor: &Actor, request: &AccessRequest) -> Result<usize, AppError> {
    let deciders = deciders(conn, &actor.cx, actor.organization, request.member, request.company)?;
    for decider in &deciders {
        let email = AccessRequestedEmail {
            name: MailName::of(&decider.name),
            organization: MailName::of(&actor.organization_name),
            requester: MailName::of(&request.name),
            requested: requested(actor, request),
            note: request.note.clone(),
            link: actor.cx.config().link(&path(actor, request)),
        };
        let to = Recipient::stored(&decider.name, &decider.email);
        message::send(conn, &actor.cx, &to, &email)?;
    }
    Ok(deciders.len())
}

/// Tells the requester what was decided.
pub(super) fn decided(
    conn: &mut Conn,
    actor: &Actor,
    request: &AccessRequest,
    granted: bool,
    answer: &str,
) -> Result<(), AppError> {
    let path = if granted {
        actor.path("/access/mine")
    } else {
        path(actor, request)
    };
    let email = AccessDecidedEmail {
        name: MailName::of(&request.name),
        organization: MailName::of(&actor.organization_name),
        actor: MailName::of(&actor.person.name),
        requested: requested(actor, request),
        granted,
        answer: answer.to_owned(),
        link: actor.cx.config().link(&path),
    };
    let to = Recipient::stored(&request.name, &request.email);
    message::send(conn, &actor.cx, &to, &email)
}
