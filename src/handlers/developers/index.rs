//! The list of keys.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::ViewKeys;
use crate::common::error::AppError;
use crate::common::html::on_this_page;
use crate::common::paging::{Cursor, Page};
use crate::db::Conn;
use crate::handlers::developers::once;
use crate::handlers::developers::once::ShownKey;
use crate::handlers::developers::row::KeyRow;
use crate::models::api_key::list;
use crate::services::api_keys::reach;
use crate::web::layout::{Layout, PageLayout};
use crate::web::nav;
use crate::web::nav::NavTab;

/// Rows of a page.
const PAGE: usize = 25;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct KeysQuery {
    after: String,
}

#[derive(Template)]
#[template(path = "developers/index.html")]
struct DevelopersPage {
    layout: Layout,
    tabs: Vec<&'static NavTab>,
    tab: &'static str,
    path: String,
    base: String,
    manages: bool,
    /// The key that was just made.
    new_key: Option<ShownKey>,
    rows: Vec<KeyRow>,
    previous: Option<String>,
    next: Option<String>,
}

crate::page!(DevelopersPage);

impl DevelopersPage {
    fn load(
        conn: &mut Conn,
        actor: &Actor,
        cursor: Option<&Cursor>,
        new_key: Option<ShownKey>,
    ) -> Result<Self, AppError> {
        // A use of a key changes the page, and no version.
        actor.cx.request.page.never_store();
        let base = actor.path("/settings/developers");
        let own = reach::companies::<ViewKeys>(conn, actor)?;
        let listed = list::page(conn, actor.cx.now, actor.organization, own.as_deref(), cursor, PAGE)?;
        let page = Page::cut(listed, PAGE, cursor, |listed| (Vec::new(), listed.key.id.to_string()));
        let link = |after: Option<String>| after.map(|after| format!("{base}?after={after}"));
        Ok(Self {
            layout: actor.layout(conn, "settings")?,
            tabs: nav::settings(actor.permissions),
            tab: "developers",
            path: actor.path("/settings"),
            manages: actor.permissions.manage_keys(),
            new_key,
            rows: KeyRow::all(conn, actor, page.rows)?,
            previous: link(page.previous),
            next: link(page.next),
            base,
        })
    }

    fn caption(&self) -> String {
        on_this_page(self.rows.len(), "key", "keys")
    }
}

/// `GET /organizations/{slug}/settings/developers`
pub async fn index(
    gate: Gate<ViewKeys>,
    req: HttpRequest,
    query: web::Query<KeysQuery>,
) -> Result<HttpResponse, AppError> {
    let (cursor, new_key) = (Cursor::parse(&query.after), once::take(gate.session(), &req));
    gate.show(move |actor, conn| DevelopersPage::load(conn, actor, cursor.as_ref(), new_key))
        .await
}
