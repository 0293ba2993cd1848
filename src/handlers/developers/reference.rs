//! The reference of the API, made of its description.

mod curl;
mod operation;
mod schema;

use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::ViewKeys;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::handlers::developers::reference::operation::ApiOperation;
use crate::web::api_document::ApiDocument;
use crate::web::layout::{Layout, PageLayout};
use crate::web::nav;
use crate::web::nav::NavTab;

/// The operations of one area.
struct ApiSection {
    id: String,
    name: String,
    text: String,
    operations: Vec<ApiOperation>,
}

#[derive(Template)]
#[template(path = "developers/reference.html")]
struct ReferencePage {
    layout: Layout,
    tabs: Vec<&'static NavTab>,
    tab: &'static str,
    path: String,
    keys: String,
    /// The address of this instance.
    base: String,
    sections: Vec<ApiSection>,
}

crate::page!(ReferencePage);

impl ReferencePage {
    fn load(conn: &mut Conn, actor: &Actor, document: ApiDocument) -> Result<Self, AppError> {
        let base = actor.cx.config().base_url.clone();
        Ok(Self {
            layout: actor.layout(conn, "settings")?,
            tabs: nav::settings(actor.permissions),
            tab: "developers",
            path: actor.path("/settings"),
            keys: actor.path("/settings/developers"),
            sections: sections(document, &base),
            base,
        })
    }
}

fn sections(document: ApiDocument, base: &str) -> Vec<ApiSection> {
    let operations = ApiOperation::all(document.0, base);
    let tags = document.0["tags"].as_array().into_iter().flatten();
    tags.map(|tag| {
        let name = tag["name"].as_str().unwrap_or_default();
        ApiSection {
            id: format!("api-{}", name.to_lowercase().replace(' ', "-")),
            name: name.to_owned(),
            text: tag["description"].as_str().unwrap_or_default().to_owned(),
            operations: operations
                .iter()
                .filter(|operation| operation.section == name)
                .cloned()
                .collect(),
        }
    })
    .collect()
}

/// The parts of a text: code between backticks, and words.
fn parts(text: &str) -> impl Iterator<Item = (bool, &str)> {
    text.split('`').enumerate().map(|(at, part)| (at % 2 == 1, part))
}

/// `GET /organizations/{slug}/settings/developers/reference`
pub async fn show(gate: Gate<ViewKeys>, req: HttpRequest) -> Result<HttpResponse, AppError> {
    let document = ApiDocument::of(&req)?;
    gate.show(move |actor, conn| ReferencePage::load(conn, actor, document))
        .await
}
