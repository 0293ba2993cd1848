//! Letters about requests.

use crate::auth::actor::Member;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::handlers::permissions::words;
use crate::mail::notice::Notice;
use crate::models::access_request::{Request, deciders};

/// What is asked for, in words: "Manage billing", "Edit a company’s settings in Harbor Recovery".
fn wanted(member: &Member, request: &Request) -> String {
    let what = words::asked(request, &member.unit);
    match &request.company_name {
        Some(company) => format!("“{what}” in {company}"),
        None => format!("“{what}”"),
    }
}

fn path(member: &Member, request: &Request) -> String {
    member.path(&format!("/access/requests/{}", request.id))
}

/// Tells who can decide that somebody asks; how many that are.
///
/// # Errors
/// When the database fails.
pub fn asked(conn: &mut Conn, member: &Member, request: &Request) -> Result<usize, AppError> {
    let to = deciders(conn, &member.cx, member.organization, request.member, request.company)?;
    for decider in &to {
        let mut paragraphs = vec![format!(
            "{} asks for {} in {}.",
            request.name,
            wanted(member, request),
            member.organization_name
        )];
        if !request.note.is_empty() {
            paragraphs.push(format!("{} writes: {}", request.name, request.note));
        }
        let notice = Notice {
            kind: "access_requested",
            to_name: decider.name.clone(),
            to: Email::stored(decider.email.clone()),
            sender: member.organization_name.clone(),
            subject: format!("{} asks for access in {}", request.name, member.organization_name),
            paragraphs,
            button: Some(("Look at the request", path(member, request))),
            foot: "You get this because you decide requests. Whoever answers first decides.".into(),
            seed: None,
        };
        notice.send(conn, &member.cx)?;
    }
    Ok(to.len())
}

/// Tells who asked what was decided.
///
/// # Errors
/// When the database fails.
pub fn decided(
    conn: &mut Conn,
    member: &Member,
    request: &Request,
    granted: bool,
    answer: &str,
) -> Result<(), AppError> {
    let (did, subject) = if granted {
        ("granted", "You have the access that you asked for")
    } else {
        ("denied", "Your request for access was denied")
    };
    let mut paragraphs = vec![format!(
        "{} {did} your request for {} in {}.",
        member.person.name,
        wanted(member, request),
        member.organization_name
    )];
    if !answer.is_empty() {
        paragraphs.push(format!("{} writes: {answer}", member.person.name));
    }
    let notice = Notice {
        kind: "access_decided",
        to_name: request.name.clone(),
        to: Email::stored(request.email.clone()),
        sender: member.organization_name.clone(),
        subject: subject.into(),
        paragraphs,
        button: Some(if granted {
            ("See what you can do", member.path("/access/mine"))
        } else {
            ("Look at the request", path(member, request))
        }),
        foot: String::new(),
        seed: None,
    };
    notice.send(conn, &member.cx)?;
    Ok(())
}
