//! Emails about access requests.

use crate::auth::actor::Actor;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::mail::notice::Notice;
use crate::models::access_request::{Request, deciders};

/// The permission and where: "Manage billing", "Edit a company’s settings" in Harbor Recovery.
fn requested(actor: &Actor, request: &Request) -> String {
    let permission = request.permission_label(actor.unit);
    match &request.company_name {
        Some(company) => format!("“{permission}” in {company}"),
        None => format!("“{permission}”"),
    }
}

fn path(actor: &Actor, request: &Request) -> String {
    actor.path(&format!("/access/requests/{}", request.id))
}

/// Tells everyone who can decide the request; returns how many they are.
pub(super) fn to_decide(conn: &mut Conn, actor: &Actor, request: &Request) -> Result<usize, AppError> {
    let to = deciders(conn, &actor.cx, actor.organization, request.member, request.company)?;
    for decider in &to {
        let mut paragraphs = vec![format!(
            "{} requests {} in {}.",
            request.name,
            requested(actor, request),
            actor.organization_name
        )];
        if !request.note.is_empty() {
            paragraphs.push(format!("{} writes: {}", request.name, request.note));
        }
        let notice = Notice {
            kind: "access_requested",
            to_name: decider.name.clone(),
            to: Email::stored(decider.email.clone()),
            sender: actor.organization_name.clone(),
            subject: format!("{} requests access in {}", request.name, actor.organization_name),
            paragraphs,
            button: Some(("View request", path(actor, request))),
            foot: "You get this email because you can decide access requests. The first answer decides.".into(),
            seed: None,
        };
        notice.send(conn, &actor.cx)?;
    }
    Ok(to.len())
}

/// Tells the requester what was decided.
pub(super) fn decided(
    conn: &mut Conn,
    actor: &Actor,
    request: &Request,
    granted: bool,
    answer: &str,
) -> Result<(), AppError> {
    let (verb, subject) = if granted {
        ("granted", "Your access request was granted")
    } else {
        ("denied", "Your access request was denied")
    };
    let mut paragraphs = vec![format!(
        "{} {verb} your request for {} in {}.",
        actor.person.name,
        requested(actor, request),
        actor.organization_name
    )];
    if !answer.is_empty() {
        paragraphs.push(format!("{} writes: {answer}", actor.person.name));
    }
    let notice = Notice {
        kind: "access_decided",
        to_name: request.name.clone(),
        to: Email::stored(request.email.clone()),
        sender: actor.organization_name.clone(),
        subject: subject.into(),
        paragraphs,
        button: Some(if granted {
            ("View your permissions", actor.path("/access/mine"))
        } else {
            ("View request", path(actor, request))
        }),
        foot: String::new(),
        seed: None,
    };
    notice.send(conn, &actor.cx)?;
    Ok(())
}
