//! One organization as operators see it: counts and owners, and the way in.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::store::organizations::{self as store, Listed};
use crate::gate::OperatorGate;
use crate::gate::db::Conn;
use crate::gate::role::Role;
use crate::gate::session::Person;
use crate::gate::shell::Shell;
use crate::gate::support::{self, Session};
use crate::ground::error::AppError;
use crate::ground::html::html;
use crate::ground::time::Time;
use crate::people::allowance::{self, Allowance};

/// So many past sessions are shown; all of them stand in the organization's own log.
const SESSIONS: i64 = 20;

#[derive(Template)]
#[template(path = "operator/organization.html")]
struct OrganizationPage {
    shell: Shell,
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
    fn of(operator: &Person, conn: &mut Conn, slug: &str) -> Result<Self, AppError> {
        let organization = store::find(conn, slug)?;
        let (id, now) = (organization.id, operator.cx.now);
        let roles = store::roles(conn, id)?;
        let sessions = support::sessions(conn, id, SESSIONS)?;
        let (domain, timezone, currency, created_by) = store::more(conn, id)?;
        let (_, consent_by) = support::consent(conn, id)?;
        Ok(Self {
            shell: operator.shell(conn, "operator organizations")?,
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
///
/// # Errors
/// What the gate refuses.
pub async fn show(gate: OperatorGate, slug: web::Path<String>) -> Result<HttpResponse, AppError> {
    html(
        gate.read(move |operator, conn| OrganizationPage::of(operator, conn, &slug))
            .await?,
    )
}
