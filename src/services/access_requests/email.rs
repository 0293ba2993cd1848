//! Letters about requests.

use crate::auth::actor::Actor;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::handlers::permissions::words;
use crate::mail::notice::Notice;
use crate::models::access_request::{Request, deciders};

/// What is asked for, in words: "Manage billing", "Edit a company’s settings in Harbor Recovery".
fn wanted(actor: &Actor, request: &Request) -> String {
    let what = words::asked(request, &actor.unit);
    match &request.company_name {
        Some(company) => format!("“{what}” in {company}"),
        None => format!("“{what}”"),
    }
}

fn path(actor: &Actor, request: &Request) -> String {
    actor.path(&format!("/access/requests/{}", request.id))
}

/// Tells who can decide that somebody asks; how many that are.
pub fn asked(conn: &mut Conn, actor: &Actor, request: &Request) -> Result<usize, AppError> {
    let to = deciders(conn, &actor.cx, actor.organization, request.member, request.company)?;
    for decider in &to {
        let mut paragraphs = vec![format!(
            "{} asks for {} in {}.",
            request.name,
            wanted(actor, request),
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
            subject: format!("{} asks for access in {}", request.name, actor.organization_name),
            paragraphs,
            button: Some(("Look at the request", path(actor, request))),
            foot: "You get this because you decide requests. Whoever answers first decides.".into(),
            seed: None,
        };
        notice.send(conn, &actor.cx)?;
    }
    Ok(to.len())
}

/// Tells who asked what was decided.
pub fn decided(conn: &mut Conn, actor: &Actor, request: &Request, granted: bool, answer: &str) -> Result<(), AppError> {
    let (did, subject) = if granted {
        ("granted", "You have the access that you asked for")
    } else {
        ("denied", "Your request for access was denied")
    };
    let mut paragraphs = vec![format!(
        "{} {did} your request for {} in {}.",
        actor.person.name,
        wanted(actor, request),
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
            ("See what you can do", actor.path("/access/mine"))
        } else {
            ("Look at the request", path(actor, request))
        }),
        foot: String::new(),
        seed: None,
    };
    notice.send(conn, &actor.cx)?;
    Ok(())
}
