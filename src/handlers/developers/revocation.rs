//! Revoking a key.

use actix_web::HttpResponse;
use askama::Template;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::ManageKeys;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::handlers::developers::{KeyPath, landing};
use crate::services::api_keys::{reach, revoke};
use crate::web::layout::{Layout, PageLayout};

#[derive(Template)]
#[template(path = "developers/revocation.html", blocks = ["dialog"])]
struct RevocationPage {
    layout: Layout,
    name: String,
    /// When and from where it was used last.
    used: Option<(String, String)>,
    action: String,
    back: String,
}

crate::page!(RevocationPage => as_dialog);

impl RevocationPage {
    fn load(conn: &mut Conn, actor: &Actor, id: &str) -> Result<Self, AppError> {
        // A use of the key changes the page, and no version.
        actor.cx.request.page.never_store();
        let key = reach::managed(conn, actor, id)?;
        let used = key.last_used_at.map(|at| at.ago(actor.cx.now, actor.zone));
        Ok(Self {
            layout: actor.layout(conn, "settings")?,
            used: used.map(|ago| (ago, key.last_used_ip)),
            action: actor.path(&format!("/settings/developers/keys/{}/revocation", key.id)),
            back: landing(actor),
            name: key.name,
        })
    }

    fn question(&self) -> String {
        format!("Revoke “{}”?", self.name)
    }
}

/// `GET /organizations/{slug}/settings/developers/keys/{id}/revocation`
pub async fn new(gate: Gate<ManageKeys>, path: KeyPath) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    gate.show(move |actor, conn| RevocationPage::load(conn, actor, &id))
        .await
}

/// `POST /organizations/{slug}/settings/developers/keys/{id}/revocation`
pub async fn create(gate: Gate<ManageKeys>, path: KeyPath) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let (name, path) = gate
        .write(move |actor, conn| {
            let (name, events) = revoke::revoke(conn, actor, &id)?;
            Ok(((name, landing(actor)), events))
        })
        .await?;
    Ok(gate.done(
        format!("{name} is revoked. Requests with this key fail from now on"),
        &path,
    ))
}
