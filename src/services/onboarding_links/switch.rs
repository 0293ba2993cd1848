//! Regenerates, disables and enables links.

use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::models::onboarding_link;
use crate::models::onboarding_link::OnboardingLink;
use crate::services::invitations::authority::InviteAuthority;
use crate::services::onboarding_links::grant::LinkGrant;

/// Why a link was not regenerated.
pub enum RotationError {
    /// Another member did it a moment ago. The name of the link.
    Changed(String),
    Failed(AppError),
}

crate::change_error!(RotationError);

/// Replaces the URL of a link. Returns the name of the link, as the functions below do.
pub fn rotate(conn: &mut Conn, actor: &Actor, id: &str) -> Result<(String, Events), RotationError> {
    let link = onboarding_link::find(conn, actor.organization, id)?;
    if !onboarding_link::rotate(conn, &actor.cx, &link)? {
        return Err(RotationError::Changed(link.name));
    }
    let event = Event::new(Action::LinkRotated, "onboarding_link", link.id, &link.name);
    Ok((link.name, actor.event(event)))
}

pub fn disable(conn: &mut Conn, actor: &Actor, id: &str) -> Result<(String, Events), AppError> {
    let link = onboarding_link::find(conn, actor.organization, id)?;
    if !onboarding_link::disable(conn, &actor.cx, actor.organization, link.id)? {
        return Ok((link.name, Events::none("it is disabled already")));
    }
    Ok(switched(actor, link, Action::LinkDisabled, false))
}

/// Enables a link with the permissions of the actor.
pub fn enable(conn: &mut Conn, actor: &Actor, id: &str) -> Result<(String, Events), AppError> {
    let link = onboarding_link::find(conn, actor.organization, id)?;
    let authority = InviteAuthority::of(conn, actor)?;
    if let Some(permission) = LinkGrant::from(&link).missing_permission(&authority) {
        return Err(actor.refusal(conn, permission)?);
    }
    if !onboarding_link::enable(conn, actor.organization, link.id, actor.person.id)? {
        return Ok((link.name, Events::none("it is enabled already")));
    }
    Ok(switched(actor, link, Action::LinkEnabled, true))
}

fn switched(actor: &Actor, link: OnboardingLink, action: Action, enabled: bool) -> (String, Events) {
    let event = Event::new(action, "onboarding_link", link.id, &link.name)
        .before(json!({ "enabled": !enabled }))
        .after(json!({ "enabled": enabled }));
    (link.name, actor.event(event))
}
