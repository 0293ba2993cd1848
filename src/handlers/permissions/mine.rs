//! What the actor can do.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::{PermissionId, ViewOrganization};
use crate::authz::role::{CompanyRole, Role};
use crate::common::error::AppError;
use crate::common::html::{Page, see_other};
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::permissions::about::AboutPermission;
use crate::handlers::permissions::explain::ExplainQuery;
use crate::handlers::permissions::person::PermissionSubject;
use crate::handlers::permissions::sheet::PermissionSheet;
use crate::models::access_request;
use crate::models::access_request::AccessRequest;
use crate::models::membership::record::Membership;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::NavTab;

#[derive(Template)]
#[template(path = "permissions/mine.html")]
struct MinePage {
    layout: Layout,
    tabs: Vec<&'static NavTab>,
    tab: &'static str,
    base: String,
    organization: String,
    unit: UnitLabel,
    title: String,
    groups: Vec<String>,
    inherits: Option<&'static str>,
    permission: String,
    told: Option<AboutPermission>,
    sheet: PermissionSheet,
    requests: Vec<AccessRequest>,
    may_ask: bool,
}

crate::page!(MinePage);

/// The most own requests on the page.
const REQUESTS: i64 = 10;

impl MinePage {
    fn load(conn: &mut Conn, actor: &Actor, permission: &str) -> Result<Self, AppError> {
        let person = Membership::find(conn, actor.organization, actor.id)?;
        let subject = PermissionSubject::of(conn, actor, person)?;
        let permission = PermissionId::parse_available(permission);
        Ok(Self {
            layout: actor.layout(conn, "mine")?,
            tabs: nav::access(actor.permissions),
            tab: "/mine",
            base: actor.path("/access"),
            organization: actor.organization_name.clone(),
            unit: actor.unit,
            groups: subject.about.groups.iter().map(|group| group.name.clone()).collect(),
            inherits: Role::inherited(subject.inputs.role()).map(CompanyRole::label),
            told: permission.map(|permission| subject.about.tell(actor, permission, &subject.answer(permission))),
            permission: permission.map(PermissionId::key).unwrap_or_default().to_owned(),
            sheet: PermissionSheet::of(&subject),
            title: subject.about.title,
            requests: access_request::of(conn, actor.organization, actor.id, REQUESTS)?,
            may_ask: actor.delete_after.is_none(),
        })
    }
}

/// Where the request goes.
enum RequestTarget {
    Page(Box<MinePage>),
    Overview(String),
}

/// `GET /organizations/{slug}/access/mine`
pub async fn show(gate: Gate<ViewOrganization>, question: web::Query<ExplainQuery>) -> Result<HttpResponse, AppError> {
    let question = question.into_inner();
    let target = gate
        .read(move |actor, conn| {
            // An operator has no membership; the support banner says what they may do.
            if actor.support.is_some() {
                return Ok(RequestTarget::Overview(actor.path("")));
            }
            let page = MinePage::load(conn, actor, &question.permission)?;
            Ok(RequestTarget::Page(Box::new(page)))
        })
        .await?;
    match target {
        RequestTarget::Page(page) => page.respond(StatusCode::OK, gate.fragment()),
        RequestTarget::Overview(path) => Ok(see_other(gate.fragment(), &path)),
    }
}
