//! The web address of an organization.

use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::change_error;
use crate::common::error::AppError;
use crate::common::slug::Slug;
use crate::db::Conn;
use crate::models::approval::ApprovalAction;
use crate::models::organization;
use crate::models::organization::SlugChange;
use crate::services::approvals::{Outcome, dual_control};

#[derive(Debug)]
pub enum SlugError {
    /// Another organization has or had the slug.
    Taken,
    TooOften,
    /// The slug was changed in between.
    Changed,
    Failed(AppError),
}

change_error!(SlugError);

/// Changes the slug, or requests the approval of a second owner.
pub fn change(conn: &mut Conn, actor: &Actor, to: &Slug) -> Result<(Outcome, Events), SlugError> {
    let payload = json!({ "from": actor.slug, "to": to.as_str() });
    let label = format!(
        "change the web address of {} from {} to {to}",
        actor.organization_name, actor.slug
    );
    match dual_control::require_approval(conn, actor, ApprovalAction::Slug, payload, label)? {
        Some((approval, events)) => Ok((approval.into(), events)),
        None => Ok((Outcome::Done(()), apply(conn, actor, to)?)),
    }
}

/// Changes the slug without asking for approval.
pub fn apply(conn: &mut Conn, actor: &Actor, to: &Slug) -> Result<Events, SlugError> {
    let organization = actor.organization;
    match organization::change_slug(conn, actor.cx.now, organization, &actor.slug, to)? {
        SlugChange::Done => {}
        SlugChange::Taken => return Err(SlugError::Taken),
        SlugChange::TooOften => return Err(SlugError::TooOften),
        SlugChange::Changed => return Err(SlugError::Changed),
    }
    let event = Event::new(
        Action::SlugChanged,
        "organization",
        organization,
        &actor.organization_name,
    )
    .before(json!({ "slug": actor.slug }))
    .after(json!({ "slug": to.as_str() }));
    Ok(actor.event(event))
}

/// Whether a slug can be used, and what is suggested instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SlugAvailability {
    Free,
    /// The organization's own current one.
    Current,
    /// An earlier one of the organization.
    Former,
    Taken {
        free: Option<Slug>,
    },
}

/// Whether a new organization can use a slug.
pub fn availability(conn: &mut Conn, slug: &Slug) -> Result<SlugAvailability, AppError> {
    let free = organization::free_like(conn, slug.as_str())?;
    Ok(if free.as_ref() == Some(slug) {
        SlugAvailability::Free
    } else {
        SlugAvailability::Taken { free }
    })
}

/// Whether the actor's organization can change to a slug.
pub fn availability_for(conn: &mut Conn, actor: &Actor, slug: &Slug) -> Result<SlugAvailability, AppError> {
    if slug.as_str() == actor.slug {
        return Ok(SlugAvailability::Current);
    }
    let former = organization::former(conn, actor.organization)?;
    Ok(if former.iter().any(|former| former == slug.as_str()) {
        SlugAvailability::Former
    } else if organization::is_free(conn, slug.as_str())? {
        SlugAvailability::Free
    } else {
        SlugAvailability::Taken { free: None }
    })
}
