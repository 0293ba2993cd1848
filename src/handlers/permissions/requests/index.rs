//! The access requests that the actor decides.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::DecideRequests;
use crate::common::error::AppError;
use crate::common::html::on_this_page;
use crate::common::paging::{Cursor, Page};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::permissions::requests::own_companies;
use crate::models::access_request;
use crate::models::access_request::{AccessRequest, PAGE};
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::NavTab;

/// The most decided requests below the open ones.
const LATELY: usize = 10;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct RequestsQuery {
    status: String,
    after: String,
}

#[derive(Template)]
#[template(path = "permissions/requests.html")]
struct RequestsPage {
    layout: Layout,
    tabs: Vec<&'static NavTab>,
    tab: &'static str,
    base: String,
    unit: UnitLabel,
    now: Time,
    open: bool,
    rows: Vec<AccessRequest>,
    lately: Vec<AccessRequest>,
    previous: Option<String>,
    next: Option<String>,
}

impl RequestsPage {
    fn caption(&self) -> String {
        on_this_page(self.rows.len(), "request", "requests")
    }

    fn load(conn: &mut Conn, actor: &Actor, query: &RequestsQuery) -> Result<Self, AppError> {
        let organization = actor.organization;
        let own = own_companies(conn, actor)?;
        let (open, cursor) = (query.status != "closed", Cursor::parse(&query.after));
        let rows = access_request::list(conn, organization, own.as_deref(), open, cursor.as_ref(), PAGE)?;
        let Page { rows, previous, next } = Page::cut(rows, PAGE, cursor.as_ref(), |row| {
            (row.created_at.0.to_be_bytes().to_vec(), row.id.to_string())
        });
        let mut lately = Vec::new();
        if open && previous.is_none() {
            lately = access_request::list(conn, organization, own.as_deref(), false, None, LATELY)?;
            lately.truncate(LATELY);
        }
        let base = actor.path("/access");
        let status = if open { "open" } else { "closed" };
        let link = |after: Option<String>| after.map(|after| format!("{base}/requests?status={status}&after={after}"));
        Ok(Self {
            layout: actor.layout(conn, "access")?,
            tabs: nav::access(actor.permissions),
            tab: "/requests",
            unit: actor.unit,
            now: actor.cx.now,
            open,
            rows,
            lately,
            previous: link(previous),
            next: link(next),
            base,
        })
    }
}

crate::page!(RequestsPage);

/// `GET /organizations/{slug}/access/requests`
pub async fn index(gate: Gate<DecideRequests>, query: web::Query<RequestsQuery>) -> Result<HttpResponse, AppError> {
    let query = query.into_inner();
    gate.show(move |actor, conn| RequestsPage::load(conn, actor, &query))
        .await
}
