//! The open requests to join.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::DecideRequests;
use crate::common::error::AppError;
use crate::common::html::on_this_page;
use crate::common::id::JoinId;
use crate::common::paging::{Cursor, Page};
use crate::db::Conn;
use crate::handlers::onboarding_links::wording;
use crate::models::join_request;
use crate::models::join_request::OpenRequest;
use crate::services::invitations::authority::InviteAuthority;
use crate::services::onboarding_links::decide;
use crate::services::onboarding_links::grant::LinkGrant;
use crate::web::layout::{Layout, PageLayout};
use crate::web::nav;
use crate::web::nav::NavTab;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct JoinRequestsQuery {
    after: String,
}

struct JoinRequestRow {
    id: JoinId,
    name: String,
    email: String,
    link: String,
    access: String,
    company: String,
    asked: (String, String),
    /// Whether the actor can't give the access.
    beyond: bool,
}

impl JoinRequestRow {
    fn new(actor: &Actor, authority: &InviteAuthority, row: OpenRequest) -> Self {
        Self {
            id: row.request.id,
            beyond: !LinkGrant::from(&row.link).is_granted_by(authority),
            access: wording::access(&row.link, actor.unit),
            link: row.link.name,
            company: row.request.company_name,
            asked: (
                row.request.created_at.iso(),
                row.request.created_at.ago(actor.cx.now, actor.zone),
            ),
            name: row.name,
            email: row.email,
        }
    }
}

#[derive(Template)]
#[template(path = "onboarding_links/requests.html")]
pub struct JoinRequestsPage {
    layout: Layout,
    tabs: Vec<&'static NavTab>,
    tab: &'static str,
    path: String,
    base: String,
    copies: bool,
    waiting: i64,
    rows: Vec<JoinRequestRow>,
    /// Why the last decision was not saved.
    refusal: Option<String>,
    previous: Option<String>,
    next: Option<String>,
}

crate::page!(JoinRequestsPage);

impl JoinRequestsPage {
    pub fn load(
        conn: &mut Conn,
        actor: &Actor,
        cursor: Option<&Cursor>,
        refusal: Option<String>,
    ) -> Result<Self, AppError> {
        decide::check_permission(conn, actor)?;
        let base = actor.path("/settings/onboarding");
        let listed = join_request::list_open(conn, actor.organization, cursor)?;
        let page = Page::cut(listed, join_request::PAGE, cursor, |row| {
            (Vec::new(), row.request.id.to_string())
        });
        let authority = InviteAuthority::of(conn, actor)?;
        let page_link = |after: Option<String>| after.map(|after| format!("{base}/requests?after={after}"));
        Ok(Self {
            layout: actor.layout(conn, "settings")?,
            tabs: nav::settings(actor.permissions),
            tab: "onboarding",
            path: actor.path("/settings"),
            copies: actor.permissions.copy_onboarding_links(),
            waiting: join_request::count_open(conn, actor.organization)?,
            previous: page_link(page.previous),
            next: page_link(page.next),
            rows: page
                .rows
                .into_iter()
                .map(|row| JoinRequestRow::new(actor, &authority, row))
                .collect(),
            refusal,
            base,
        })
    }

    fn caption(&self) -> String {
        on_this_page(self.rows.len(), "request", "requests")
    }
}

pub async fn index(gate: Gate<DecideRequests>, query: web::Query<JoinRequestsQuery>) -> Result<HttpResponse, AppError> {
    let cursor = Cursor::parse(&query.after);
    gate.show(move |actor, conn| JoinRequestsPage::load(conn, actor, cursor.as_ref(), None))
        .await
}
