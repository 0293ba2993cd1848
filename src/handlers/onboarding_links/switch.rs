//! A new address for a link; switching it off and on.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::Gate;
use crate::authz::permission::ManageOnboardingLinks;
use crate::common::error::AppError;
use crate::common::html::{html, see_other};
use crate::handlers::onboarding_links::form::missing;
use crate::models::onboarding_link;
use crate::services::invitations::authority;
use crate::services::onboarding_links::resolve::LinkGrant;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

#[derive(Template)]
#[template(path = "onboarding_links/rotation.html", blocks = ["dialog"])]
struct Rotation {
    layout: Layout,
    name: String,
    action: String,
    back: String,
}

/// Asks before a link gets a new address.
pub async fn confirm(
    gate: Gate<ManageOnboardingLinks>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let page = gate
        .read(move |actor, conn| {
            let link = onboarding_link::find(conn, actor.organization, &id)?;
            Ok(Rotation {
                layout: actor.layout(conn, "settings")?,
                action: actor.path(&format!("/settings/onboarding/{}/rotation", link.id)),
                back: actor.path("/settings/onboarding"),
                name: link.name,
            })
        })
        .await?;
    if gate.fragment() {
        html(page.as_dialog())
    } else {
        html(page)
    }
}

/// Gives a link a new address.
pub async fn rotate(
    gate: Gate<ManageOnboardingLinks>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let (word, list) = gate
        .write(move |actor, conn| {
            let link = onboarding_link::find(conn, actor.organization, &id)?;
            let list = actor.path("/settings/onboarding");
            if !onboarding_link::rotate(conn, &actor.cx, &link)? {
                let word = format!("{} got a new address from somebody else just now", link.name);
                return Ok(((word, list), Events::none("somebody else was faster")));
            }
            let word = format!("{} has a new address. The one before does not open any more", link.name);
            let event = Event::new(Action::LinkRotated, "onboarding_link", link.id, &link.name);
            Ok(((word, list), actor.event(event)))
        })
        .await?;
    gate.tell("success", word);
    Ok(see_other(gate.fragment(), &list))
}

/// Switches a link off.
pub async fn disable(
    gate: Gate<ManageOnboardingLinks>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, AppError> {
    turn(gate, path.into_inner().1, false).await
}

/// Switches a link on again. Who does so vouches for it from then on, and must be able to.
pub async fn enable(
    gate: Gate<ManageOnboardingLinks>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, AppError> {
    turn(gate, path.into_inner().1, true).await
}

async fn turn(gate: Gate<ManageOnboardingLinks>, id: String, on: bool) -> Result<HttpResponse, AppError> {
    let (word, list) = gate
        .write(move |actor, conn| {
            let organization = actor.organization;
            let link = onboarding_link::find(conn, organization, &id)?;
            let (action, turned) = if on {
                let voucher = authority::voucher(conn, actor)?;
                if let Some(permission) = missing(&voucher, &LinkGrant::from(&link)) {
                    return Err(actor.refusal(conn, permission)?);
                }
                let turned = onboarding_link::enable(conn, organization, link.id, actor.person.id)?;
                (Action::LinkEnabled, turned)
            } else {
                let turned = onboarding_link::disable(conn, &actor.cx, organization, link.id)?;
                (Action::LinkDisabled, turned)
            };
            let events = if turned {
                let event = Event::new(action, "onboarding_link", link.id, &link.name);
                actor.event(event.before(json!({ "enabled": !on })).after(json!({ "enabled": on })))
            } else {
                Events::none("it is so already")
            };
            let word = format!("{} is switched {}", link.name, if on { "on" } else { "off" });
            Ok(((word, actor.path("/settings/onboarding")), events))
        })
        .await?;
    gate.tell("success", word);
    Ok(see_other(gate.fragment(), &list))
}
