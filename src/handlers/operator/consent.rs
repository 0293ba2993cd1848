//! The organization's own side: whether operators may look in, who did, and the end of it.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::audit::Deeds;
use crate::auth::Gate;
use crate::authz::permission::ManageSecurity;
use crate::common::error::AppError;
use crate::common::html::{html, see_other};
use crate::common::id::SupportId;
use crate::common::time::Time;
use crate::models::support_session;
use crate::models::support_session::Session;
use crate::web::layout::Shell;
use crate::web::nav;
use crate::web::nav::Tab;

/// So many sessions are shown; all of them stand in the audit log.
const SESSIONS: i64 = 50;

#[derive(Template)]
#[template(path = "operator/consent.html")]
struct ConsentPage {
    shell: Shell,
    tabs: Vec<&'static Tab>,
    tab: &'static str,
    path: String,
    organization: String,
    now: Time,
    allowed: bool,
    by: String,
    sessions: Vec<Session>,
}

/// `GET /organizations/{slug}/settings/support`
///
/// # Errors
/// What the gate refuses.
pub async fn show(gate: Gate<ManageSecurity>) -> Result<HttpResponse, AppError> {
    let page = gate
        .read(|member, conn| {
            let (allowed, by) = support_session::consent(conn, member.organization)?;
            Ok(ConsentPage {
                shell: member.shell(conn, "settings")?,
                tabs: nav::settings(member.rights),
                tab: "support",
                path: member.path("/settings"),
                organization: member.organization_name.clone(),
                now: member.cx.now,
                allowed,
                by,
                sessions: support_session::sessions(conn, member.organization, SESSIONS)?,
            })
        })
        .await?;
    html(page)
}

/// The switch.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct ConsentForm {
    allowed: String,
}

/// `POST /organizations/{slug}/settings/support`
///
/// # Errors
/// What the gate refuses.
pub async fn save(gate: Gate<ManageSecurity>, form: web::Form<ConsentForm>) -> Result<HttpResponse, AppError> {
    let allowed = match form.allowed.as_str() {
        "on" => true,
        "off" => false,
        _ => return Err(AppError::Unreadable("Say whether operators may look in.".into())),
    };
    let path = gate
        .write(move |member, conn| {
            let deeds =
                support_session::set_consent(conn, &member.cx, member.organization, allowed, &member.person.name)?;
            Ok((member.path("/settings/support"), deeds))
        })
        .await?;
    if allowed {
        gate.tell("success", "Operators may look in now");
    } else {
        gate.tell("success", "Operators are kept out, and nobody looks in any more");
    }
    Ok(see_other(gate.fragment(), &path))
}

/// `POST /organizations/{slug}/settings/support/{id}/ending`
///
/// # Errors
/// What the gate refuses; not found for another organization's session.
pub async fn end(gate: Gate<ManageSecurity>, place: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    let (_, id) = place.into_inner();
    let (path, ended) = gate
        .write(move |member, conn| {
            let id = SupportId::parse(&id).ok_or(AppError::NotFound)?;
            let known = support_session::exists(conn, member.organization, id)?;
            if !known {
                return Err(AppError::NotFound);
            }
            let deeds = support_session::end(conn, member.cx.now, member.organization, id)?;
            let path = member.path("/settings/support");
            Ok(match deeds {
                Some(deeds) => ((path, true), deeds),
                None => ((path, false), Deeds::none("over before")),
            })
        })
        .await?;
    if ended {
        gate.tell("success", "The session is over");
    } else {
        gate.tell("info", "That session was over already");
    }
    Ok(see_other(gate.fragment(), &path))
}
