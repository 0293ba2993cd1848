//! Adopting a key of another member.

use actix_web::HttpResponse;
use askama::Template;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::ManageKeys;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::db::Conn;
use crate::handlers::developers::{KeyPath, landing};
use crate::models::member_names;
use crate::services::api_keys::adopt::AdoptionError;
use crate::services::api_keys::{adopt, reach};
use crate::web::layout::{Layout, PageLayout};

#[derive(Template)]
#[template(path = "developers/adoption.html", blocks = ["dialog"])]
struct AdoptionPage {
    layout: Layout,
    name: String,
    owner: String,
    scopes: String,
    action: String,
    back: String,
    errors: FormErrors,
}

crate::page!(AdoptionPage => as_dialog);

impl AdoptionPage {
    fn load(conn: &mut Conn, actor: &Actor, id: &str, errors: FormErrors) -> Result<Self, AppError> {
        let key = reach::managed(conn, actor, id)?;
        let mut owners = member_names::names(conn, actor.organization, vec![key.owner])?;
        Ok(Self {
            layout: actor.layout(conn, "settings")?,
            owner: owners.remove(&key.owner).unwrap_or_default(),
            scopes: key.scopes().text().replace(' ', ", "),
            action: actor.path(&format!("/settings/developers/keys/{}/adoption", key.id)),
            back: landing(actor),
            name: key.name,
            errors,
        })
    }

    fn question(&self) -> String {
        format!("Adopt “{}”?", self.name)
    }
}

/// `GET /organizations/{slug}/settings/developers/keys/{id}/adoption`
pub async fn new(gate: Gate<ManageKeys>, path: KeyPath) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    gate.show(move |actor, conn| AdoptionPage::load(conn, actor, &id, FormErrors::none()))
        .await
}

/// `POST /organizations/{slug}/settings/developers/keys/{id}/adoption`
pub async fn create(gate: Gate<ManageKeys>, path: KeyPath) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let key = id.clone();
    let adopted = gate
        .try_write(move |actor, conn| {
            let (name, events) = adopt::adopt(conn, actor, &key)?;
            Ok::<_, AdoptionError>(((name, landing(actor)), events))
        })
        .await;
    let message = match adopted {
        Ok((name, path)) => return Ok(gate.done(format!("You own {name} now. It works with your permissions"), &path)),
        Err(AdoptionError::Failed(error)) => return Err(error),
        Err(AdoptionError::Own) => "You own this key already",
        Err(AdoptionError::Ended) => "This key was revoked or replaced, or it has expired. Create a new key",
        Err(AdoptionError::Changed) => "Another member adopted this key a moment ago",
    };
    let errors = FormErrors::one("adoption", message);
    gate.refused(move |actor, conn| AdoptionPage::load(conn, actor, &id, errors))
        .await
}
