//! A new address for a link; switching it off and on.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::json;

use crate::audit::{Action, Deed, Deeds};
use crate::auth::Gate;
use crate::authz::permission::ManageOnboardingLinks;
use crate::common::error::AppError;
use crate::common::html::{html, see_other};
use crate::handlers::onboarding_links::form::missing;
use crate::models::onboarding_link;
use crate::services::invitations::authority;
use crate::services::onboarding_links::resolve::Gift;
use crate::web::layout::Shell;

#[derive(Template)]
#[template(path = "links/rotation.html", blocks = ["dialog"])]
struct Rotation {
    shell: Shell,
    name: String,
    action: String,
    back: String,
}

/// Asks before a link gets a new address.
///
/// # Errors
/// What the gate refuses.
pub async fn confirm(
    gate: Gate<ManageOnboardingLinks>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let page = gate
        .read(move |member, conn| {
            let link = onboarding_link::find(conn, member.organization, &id)?;
            Ok(Rotation {
                shell: member.shell(conn, "settings")?,
                action: member.path(&format!("/settings/onboarding/{}/rotation", link.id)),
                back: member.path("/settings/onboarding"),
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
///
/// # Errors
/// What the gate refuses.
pub async fn rotate(
    gate: Gate<ManageOnboardingLinks>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let (word, list) = gate
        .write(move |member, conn| {
            let link = onboarding_link::find(conn, member.organization, &id)?;
            let list = member.path("/settings/onboarding");
            if !onboarding_link::rotate(conn, &member.cx, &link)? {
                let word = format!("{} got a new address from somebody else just now", link.name);
                return Ok(((word, list), Deeds::none("somebody else was faster")));
            }
            let word = format!("{} has a new address. The one before does not open any more", link.name);
            let deed = Deed::new(Action::LinkRotated, "onboarding_link", link.id, &link.name);
            Ok(((word, list), member.did(deed)))
        })
        .await?;
    gate.tell("success", word);
    Ok(see_other(gate.fragment(), &list))
}

/// Switches a link off.
///
/// # Errors
/// What the gate refuses.
pub async fn disable(
    gate: Gate<ManageOnboardingLinks>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, AppError> {
    turn(gate, path.into_inner().1, false).await
}

/// Switches a link on again. Who does so vouches for it from then on, and must be able to.
///
/// # Errors
/// What the gate refuses, and the refusal that names the right which is not theirs to give.
pub async fn enable(
    gate: Gate<ManageOnboardingLinks>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, AppError> {
    turn(gate, path.into_inner().1, true).await
}

async fn turn(gate: Gate<ManageOnboardingLinks>, id: String, on: bool) -> Result<HttpResponse, AppError> {
    let (word, list) = gate
        .write(move |member, conn| {
            let organization = member.organization;
            let link = onboarding_link::find(conn, organization, &id)?;
            let (action, turned) = if on {
                let voucher = authority::voucher(conn, member)?;
                if let Some(right) = missing(&voucher, &Gift::from(&link)) {
                    return Err(member.refusal(conn, right)?);
                }
                let turned = onboarding_link::enable(conn, organization, link.id, member.person.id)?;
                (Action::LinkEnabled, turned)
            } else {
                let turned = onboarding_link::disable(conn, &member.cx, organization, link.id)?;
                (Action::LinkDisabled, turned)
            };
            let deeds = if turned {
                let deed = Deed::new(action, "onboarding_link", link.id, &link.name);
                member.did(deed.before(json!({ "enabled": !on })).after(json!({ "enabled": on })))
            } else {
                Deeds::none("it is so already")
            };
            let word = format!("{} is switched {}", link.name, if on { "on" } else { "off" });
            Ok(((word, member.path("/settings/onboarding")), deeds))
        })
        .await?;
    gate.tell("success", word);
    Ok(see_other(gate.fragment(), &list))
}
