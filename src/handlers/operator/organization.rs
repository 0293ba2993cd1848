//! One organization as operators see it: counts and owners, and the way in.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::OperatorGate;
use crate::auth::current_user::CurrentUser;
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::html::html;
use crate::common::time::Time;
use crate::db::Conn;
use crate::handlers::operator::queries::organizations as store;
use crate::handlers::operator::queries::organizations::Listed;
use crate::models::support_session;
use crate::models::support_session::Session;
use crate::services::invitations::allowance;
use crate::services::invitations::allowance::Allowance;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

/// So many past sessions are shown; all of them stand in the organization's own log.
const SESSIONS: i64 = 20;

#[derive(Template)]
#[template(path = "operator/organization.html")]
struct OrganizationPage {
    layout: Layout,
    now: Time,
    organization: Listed,
    members: i64,
    roles: Vec<(Role, i64)>,
    owners: Vec<(String, String)>,
    domain: String,
    timezone: String,
    currency: String,
    created_by: String,
    allowance: Allowance,
    /// Who allowed operators in, or took it back, by name.
    consent_by: String,
    /// Whether this operator has a place in it.
    belongs: bool,
    /// This operator's own session, while it runs.
    mine: Option<Session>,
    sessions: Vec<Session>,
}

impl OrganizationPage {
    fn of(operator: &CurrentUser, conn: &mut Conn, slug: &str) -> Result<Self, AppError> {
        let organization = store::find(conn, slug)?;
        let (id, now) = (organization.id, operator.cx.now);
        let roles = store::roles(conn, id)?;
        let sessions = support_session::sessions(conn, id, SESSIONS)?;
        let (domain, timezone, currency, created_by) = store::more(conn, id)?;
        let (_, consent_by) = support_session::consent(conn, id)?;
        Ok(Self {
            layout: operator.layout(conn, "operator organizations")?,
            now,
            members: roles.iter().map(|(_, n)| n).sum(),
            roles,
            owners: store::owners(conn, id)?,
            domain,
            timezone,
            currency,
            created_by,
            allowance: allowance::allowance(conn, id, now)?,
            consent_by,
            belongs: store::has(conn, id, operator.id)?,
            mine: sessions
                .iter()
                .find(|session| session.operator == operator.id && session.runs(now))
                .cloned(),
            sessions,
            organization,
        })
    }
}

/// `GET /operator/organizations/{slug}`
pub async fn show(gate: OperatorGate, slug: web::Path<String>) -> Result<HttpResponse, AppError> {
    html(
        gate.read(move |operator, conn| OrganizationPage::of(operator, conn, &slug))
            .await?,
    )
}
