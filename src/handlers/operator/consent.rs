//! The support access settings of an organization.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::Gate;
use crate::authz::permission::ManageSecurity;
use crate::common::error::AppError;
use crate::common::time::Time;
use crate::models::support_session;
use crate::models::support_session::{SupportConsent, SupportSession};
use crate::services::support_sessions::consent;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::NavTab;

/// How many sessions are listed. The audit log has all of them.
const SESSIONS: i64 = 50;

#[derive(Template)]
#[template(path = "operator/consent.html")]
struct ConsentPage {
    layout: Layout,
    tabs: Vec<&'static NavTab>,
    tab: &'static str,
    path: String,
    organization: String,
    now: Time,
    allowed: bool,
    by: String,
    sessions: Vec<SupportSession>,
}

crate::page!(ConsentPage);

/// `GET /organizations/{slug}/settings/support`
pub async fn show(gate: Gate<ManageSecurity>) -> Result<HttpResponse, AppError> {
    gate.show(|actor, conn| {
        let SupportConsent { allowed, by } = support_session::consent(conn, actor.organization)?;
        Ok(ConsentPage {
            layout: actor.layout(conn, "settings")?,
            tabs: nav::settings(actor.permissions),
            tab: "support",
            path: actor.path("/settings"),
            organization: actor.organization_name.clone(),
            now: actor.cx.now,
            allowed,
            by,
            sessions: support_session::sessions(conn, actor.organization, SESSIONS)?,
        })
    })
    .await
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct ConsentForm {
    allowed: String,
}

/// `POST /organizations/{slug}/settings/support`
pub async fn update(gate: Gate<ManageSecurity>, form: web::Form<ConsentForm>) -> Result<HttpResponse, AppError> {
    let allowed = match form.allowed.as_str() {
        "on" => true,
        "off" => false,
        _ => return Err(AppError::Unreadable("Choose whether to allow support access.".into())),
    };
    let path = gate
        .write(move |actor, conn| {
            let by = &actor.person.name;
            let ((), events) = consent::set(conn, actor.cx.now, actor.organization, allowed, by)?;
            Ok((actor.path("/settings/support"), events))
        })
        .await?;
    let message = if allowed {
        "Support access is on"
    } else {
        "Support access is off. Active support sessions have ended"
    };
    Ok(gate.done(message, &path))
}
