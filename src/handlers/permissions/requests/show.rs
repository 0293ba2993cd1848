//! One access request.

use actix_web::HttpResponse;
use askama::Template;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{Permission, ViewAccess, ViewMembers, ViewOrganization};
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::permissions::labels;
use crate::handlers::permissions::person::PermissionSubject;
use crate::handlers::permissions::requests::{RequestPath, visible};
use crate::models::access_request;
use crate::models::access_request::{AccessRequest, RequestStatus};
use crate::models::membership::record::Membership;
use crate::services::access_requests::grants;
use crate::services::access_requests::grants::AccessGrant;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::NavTab;

/// A grant to choose.
struct GrantOption {
    value: String,
    label: String,
    hint: String,
}

impl GrantOption {
    fn of(grant: &AccessGrant, subject: &PermissionSubject, company: &str, unit: UnitLabel) -> Self {
        let name = &subject.person.name;
        let (label, hint) = match grant {
            AccessGrant::CompanyRole(_, role) => (
                format!("Make {name} {} of {company}", role.label()),
                format!("{}. Only there", role.can()),
            ),
            AccessGrant::Override(permission) => (
                format!("Allow “{}” for {name}", labels::label(*permission, unit)),
                "Only this permission. The role stays the same".into(),
            ),
            AccessGrant::Role(title) => (
                format!("Make {name} {}", title.label()),
                format!("{}. Now {}", title.can(unit.many()), subject.about.title),
            ),
        };
        Self {
            value: grant.value(),
            label,
            hint,
        }
    }
}

#[derive(Template)]
#[template(path = "permissions/request.html")]
pub struct RequestPage {
    layout: Layout,
    tabs: Vec<&'static NavTab>,
    tab: &'static str,
    base: String,
    members: String,
    unit: UnitLabel,
    request: AccessRequest,
    mine: bool,
    decides: bool,
    /// Whether the actor can view every member.
    everywhere: bool,
    /// The requester's role, while they are a member.
    role: Option<String>,
    ways: Vec<GrantOption>,
    chosen: String,
    answer: String,
    decided_by: Option<String>,
    errors: FormErrors,
}

impl RequestPage {
    fn title(&self) -> String {
        self.request.permission_label(self.unit)
    }

    fn is_open(&self) -> bool {
        self.request.status == RequestStatus::Open
    }
}

/// What was typed, to be shown again.
#[derive(Debug, Clone, Default)]
pub struct TypedDecision {
    pub grant: String,
    pub answer: String,
}

crate::page!(RequestPage);

impl RequestPage {
    pub fn load(
        conn: &mut Conn,
        actor: &Actor,
        id: &str,
        typed: TypedDecision,
        errors: FormErrors,
    ) -> Result<Self, AppError> {
        let request = visible(conn, actor, id)?;
        let mine = request.member == actor.id;
        let decides = !mine && request.status == RequestStatus::Open;
        let (role, ways) = requester(conn, actor, &request, decides)?;
        let decided_by = match &request.decided_by {
            Some(by) => access_request::name_of(conn, by)?,
            None => None,
        };
        Ok(Self {
            layout: actor.layout(conn, if mine { "mine" } else { "access" })?,
            tabs: nav::access(actor.permissions),
            tab: if mine { "/mine" } else { "/requests" },
            base: actor.path("/access"),
            members: actor.path("/members"),
            unit: actor.unit,
            request,
            mine,
            decides,
            everywhere: [ViewMembers::ID, ViewAccess::ID]
                .into_iter()
                .all(|permission| actor.permissions.reach(permission) == Reach::Everywhere),
            role,
            chosen: if typed.grant.is_empty() {
                ways.first().map_or_else(String::new, |way| way.value.clone())
            } else {
                typed.grant
            },
            ways,
            answer: typed.answer,
            decided_by,
            errors,
        })
    }
}

/// The role of the requester, while they are a member, and how the actor can grant the request.
fn requester(
    conn: &mut Conn,
    actor: &Actor,
    request: &AccessRequest,
    decides: bool,
) -> Result<(Option<String>, Vec<GrantOption>), AppError> {
    let person = match Membership::find(conn, actor.organization, request.member) {
        Ok(person) => person,
        Err(AppError::NotFound) => return Ok((None, Vec::new())),
        Err(error) => return Err(error),
    };
    let subject = PermissionSubject::of(conn, actor, person)?;
    let mut options = Vec::new();
    if decides {
        let company = request.company_name.as_deref().unwrap_or_default();
        options = grants::offered(conn, actor, &subject.person, &subject.inputs, request)?
            .iter()
            .map(|grant| GrantOption::of(grant, &subject, company, actor.unit))
            .collect();
    }
    Ok((Some(subject.about.title), options))
}

/// `GET /organizations/{slug}/access/requests/{id}`
pub async fn show(gate: Gate<ViewOrganization>, path: RequestPath) -> Result<HttpResponse, AppError> {
    let id = path.into_inner().1;
    gate.show(move |actor, conn| RequestPage::load(conn, actor, &id, TypedDecision::default(), FormErrors::none()))
        .await
}
