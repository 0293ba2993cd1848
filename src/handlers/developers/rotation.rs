//! Rotating a key.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::ManageKeys;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::see_other;
use crate::common::time::Span;
use crate::db::Conn;
use crate::handlers::developers::{KeyPath, landing, once};
use crate::handlers::password;
use crate::models::member_names;
use crate::services::api_keys::rotate::{LONGEST, RotationError};
use crate::services::api_keys::{reach, rotate};
use crate::services::reauthenticate;
use crate::web::layout::{Layout, PageLayout};

const ENDED: &str = "This key was revoked or replaced, or it has expired. Create a new key";

const OVERLAPS: [(&str, &str); 5] = [
    ("0", "Stop immediately"),
    ("1", "1 hour"),
    ("24", "24 hours"),
    ("72", "3 days"),
    ("168", "7 days"),
];

#[derive(Template)]
#[template(path = "developers/rotation.html", blocks = ["dialog"])]
struct RotationPage {
    layout: Layout,
    name: String,
    /// The owner, if that is another member.
    owner: Option<String>,
    /// When the new key expires.
    ends: Option<String>,
    action: String,
    back: String,
    overlaps: Vec<(&'static str, &'static str)>,
    overlap_hours: String,
    asks_password: bool,
    errors: FormErrors,
}

crate::page!(RotationPage => as_dialog);

impl RotationPage {
    fn load(
        conn: &mut Conn,
        actor: &Actor,
        id: &str,
        overlap_hours: String,
        mut errors: FormErrors,
    ) -> Result<Self, AppError> {
        // Whether it asks for the password depends on the time.
        actor.cx.request.page.never_store();
        let key = reach::managed(conn, actor, id)?;
        if !rotate::is_possible(&key, actor.cx.now) {
            errors.add("rotation", ENDED);
        }
        let mut owners = member_names::names(conn, actor.organization, vec![key.owner])?;
        let renewed = rotate::renewed(&key, actor.cx.now, actor.org_zone);
        Ok(Self {
            layout: actor.layout(conn, "settings")?,
            owner: owners.remove(&key.owner).filter(|_| key.owner != actor.id),
            ends: renewed.expires_at.map(|end| end.date(actor.org_zone)),
            action: actor.path(&format!("/settings/developers/keys/{}/rotation", key.id)),
            back: landing(actor),
            name: key.name,
            overlaps: OVERLAPS.to_vec(),
            overlap_hours,
            asks_password: actor.confirmed().is_err(),
            errors,
        })
    }

    fn question(&self) -> String {
        format!("Rotate “{}”?", self.name)
    }
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct RotationForm {
    overlap_hours: String,
    password: String,
}

impl RotationForm {
    fn overlap(&self) -> Result<Span, String> {
        match self.overlap_hours.trim().parse::<i64>() {
            Ok(hours) if (0..=LONGEST).contains(&hours) => Ok(Span::hours(hours)),
            _ => Err(format!("Enter a number of hours from 0 to {LONGEST}")),
        }
    }
}

/// `GET /organizations/{slug}/settings/developers/keys/{id}/rotation`
pub async fn new(gate: Gate<ManageKeys>, path: KeyPath) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    gate.show(move |actor, conn| RotationPage::load(conn, actor, &id, "24".into(), FormErrors::none()))
        .await
}

/// `POST /organizations/{slug}/settings/developers/keys/{id}/rotation`
pub async fn create(
    gate: Gate<ManageKeys>,
    path: KeyPath,
    form: web::Form<RotationForm>,
) -> Result<HttpResponse, AppError> {
    let ((_, id), form) = (path.into_inner(), form.into_inner());
    let named = id.clone();
    // Before the password, so that a key of others is not found either way.
    gate.read(move |actor, conn| reach::managed(conn, actor, &named))
        .await?;
    let mut errors = FormErrors::none();
    let overlap = errors.take("overlap_hours", form.overlap());
    if let Err(error) = reauthenticate::confirm_unless_recent(&gate, form.password.clone()).await {
        errors.add("password", password::message(error)?);
    }
    if let (Some(overlap), true) = (overlap, errors.is_empty()) {
        let key = id.clone();
        let rotated = gate
            .try_write(move |actor, conn| {
                let (new, events) = rotate::rotate(conn, actor, &key, overlap)?;
                Ok::<_, RotationError>(((new, landing(actor)), events))
            })
            .await;
        match rotated {
            Ok((new, path)) => {
                once::leave(gate.session(), new)?;
                return Ok(see_other(gate.fragment(), &path));
            }
            Err(RotationError::Ended) => errors.add("rotation", ENDED),
            Err(RotationError::Failed(error)) => return Err(error),
        }
    }
    gate.refused(move |actor, conn| RotationPage::load(conn, actor, &id, form.overlap_hours, errors))
        .await
}
