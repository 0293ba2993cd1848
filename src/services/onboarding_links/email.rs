//! Letters about requests to come in: to who decides, and to who asked.

use crate::app::Ctx;
use crate::auth::actor::Actor;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::time::Span;
use crate::db::Conn;
use crate::mail::notice::Notice;
use crate::models::join_request;
use crate::models::onboarding_link::Link;
use crate::services::onboarding_links::queries;
use crate::services::onboarding_links::resolve::{LinkGrant, OrganizationHeading};

use crate::services::onboarding_links::admit::Newcomer;
use crate::services::onboarding_links::rules::TOLD_A_DAY;

/// Tells the people who may decide that somebody asks to come in. On a day of very many requests the queue tells it alone.
pub fn asked(
    conn: &mut Conn,
    cx: &Ctx,
    link: &Link,
    host: &OrganizationHeading,
    newcomer: &Newcomer,
) -> Result<(), AppError> {
    let today = join_request::asked_since(conn, link.organization_id, cx.now - Span::days(1))?;
    if today > TOLD_A_DAY {
        return Ok(());
    }
    let Newcomer { name, email, wish, .. } = newcomer;
    let what = match wish {
        Some(wish) => format!(
            "{name} ({email}) asks to set up {} as {} of {}.",
            wish.name,
            host.unit.a(),
            host.name
        ),
        None => format!("{name} ({email}) asks to join {} as {}.", host.name, link.role.label()),
    };
    for (to_name, to) in queries::deciders(conn, cx, link.organization_id, &LinkGrant::from(link))? {
        let notice = Notice {
            kind: "join_requested",
            to_name,
            to: Email::stored(to),
            sender: host.name.clone(),
            subject: format!("{name} asks to join {}", host.name),
            paragraphs: vec![
                what.clone(),
                format!(
                    "They came by the onboarding link “{}”. Their address is proven.",
                    link.name
                ),
            ],
            button: Some((
                "Decide about the request",
                format!("/organizations/{}/settings/onboarding/requests", host.slug),
            )),
            foot: "You get this because you may decide about requests.".into(),
            seed: None,
        };
        notice.send(conn, cx)?;
    }
    Ok(())
}

/// Tells who asked that they are in.
pub fn approved(conn: &mut Conn, actor: &Actor, to: &Newcomer, company: Option<&str>) -> Result<(), AppError> {
    let organization = &actor.organization_name;
    let (what, path) = match (company, &to.wish) {
        (Some(slug), Some(wish)) => (
            format!("{} is set up in {organization}, and you can work in it.", wish.name),
            actor.path(&format!("/companies/{slug}")),
        ),
        _ => (format!("You can work in {organization} now."), actor.path("")),
    };
    let notice = Notice {
        kind: "join_approved",
        to_name: to.name.clone(),
        to: Email::stored(to.email.clone()),
        sender: organization.clone(),
        subject: format!("Welcome to {organization}"),
        paragraphs: vec![format!("{} let you in.", actor.person.name), what],
        button: Some(("Open it", path)),
        foot: String::new(),
        seed: None,
    };
    notice.send(conn, &actor.cx)?;
    Ok(())
}

/// Tells who asked that they are not let in.
pub fn denied(conn: &mut Conn, actor: &Actor, name: &str, email: &str) -> Result<(), AppError> {
    let organization = &actor.organization_name;
    let notice = Notice {
        kind: "join_denied",
        to_name: name.to_owned(),
        to: Email::stored(email.to_owned()),
        sender: organization.clone(),
        subject: format!("Your request to join {organization} was declined"),
        paragraphs: vec![format!(
            "{organization} declined your request. Ask the people you know there if you think this is a mistake. Your account is not touched."
        )],
        button: None,
        foot: String::new(),
        seed: None,
    };
    notice.send(conn, &actor.cx)?;
    Ok(())
}
