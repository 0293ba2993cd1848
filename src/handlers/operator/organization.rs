//! One organization as operators see it.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::OperatorGate;
use crate::auth::current_user::CurrentUser;
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::time::Time;
use crate::db::Conn;
use crate::handlers::operator::queries::organizations;
use crate::handlers::operator::queries::organizations::{OperatorOrganization, OrganizationDetails};
use crate::mail::message::Recipient;
use crate::models::member_names;
use crate::models::membership::record;
use crate::models::organization::intake;
use crate::models::organization::intake::OrganizationIntake;
use crate::models::support_session;
use crate::models::support_session::SupportSession;
use crate::services::invitations::allowance;
use crate::services::invitations::allowance::InvitationAllowance;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

/// How many sessions are listed. The organization's audit log has all of them.
const SESSIONS: i64 = 20;

#[derive(Template)]
#[template(path = "operator/organization.html")]
struct OrganizationPage {
    layout: Layout,
    now: Time,
    organization: OperatorOrganization,
    members: i64,
    roles: Vec<(Role, i64)>,
    owners: Vec<Recipient>,
    domain: String,
    currency: String,
    created_by: String,
    /// Answered at creation.
    intake: OrganizationIntake,
    allowance: InvitationAllowance,
    /// The name of the member who changed support access last.
    consent_by: String,
    /// Whether the operator is a member.
    belongs: bool,
    /// The operator's own active session.
    mine: Option<SupportSession>,
    sessions: Vec<SupportSession>,
}

crate::page!(OrganizationPage);

impl OrganizationPage {
    fn load(conn: &mut Conn, operator: &CurrentUser, slug: &str) -> Result<Self, AppError> {
        let organization = organizations::find(conn, slug)?;
        let (id, now) = (organization.id, operator.cx.now);
        let roles = organizations::roles(conn, id)?;
        let sessions = support_session::sessions(conn, id, SESSIONS)?;
        let OrganizationDetails {
            domain,
            currency,
            created_by,
        } = organizations::details(conn, id)?;
        Ok(Self {
            layout: operator.layout(conn, "operator organizations")?,
            now,
            members: roles.iter().map(|(_, n)| n).sum(),
            roles,
            owners: member_names::owners(conn, id, None)?,
            domain,
            currency,
            created_by,
            intake: intake::find(conn, id)?,
            allowance: allowance::of_organization(conn, &operator.cx, id)?,
            consent_by: support_session::consent(conn, id)?.by,
            belongs: record::belongs(conn, id, operator.id)?,
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
    gate.show(move |operator, conn| OrganizationPage::load(conn, operator, &slug))
        .await
}
