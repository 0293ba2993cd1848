//! The organization's own side: whether operators may look in, who did, and the end of it.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::audit::Events;
use crate::auth::Gate;
use crate::authz::permission::ManageSecurity;
use crate::common::error::AppError;
use crate::common::html::{html, see_other};
use crate::common::id::SupportId;
use crate::common::time::Time;
use crate::models::support_session;
use crate::models::support_session::Session;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::Tab;

/// So many sessions are shown; all of them stand in the audit log.
const SESSIONS: i64 = 50;

#[derive(Template)]
#[template(path = "operator/consent.html")]
struct ConsentPage {
    layout: Layout,
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
pub async fn show(gate: Gate<ManageSecurity>) -> Result<HttpResponse, AppError> {
    let page = gate
        .read(|actor, conn| {
            let (allowed, by) = support_session::consent(conn, actor.organization)?;
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
pub async fn save(gate: Gate<ManageSecurity>, form: web::Form<ConsentForm>) -> Result<HttpResponse, AppError> {
    let allowed = match form.allowed.as_str() {
        "on" => true,
        "off" => false,
        _ => return Err(AppError::Unreadable("Say whether operators may look in.".into())),
    };
    let path = gate
        .write(move |actor, conn| {
            let events =
                support_session::set_consent(conn, &actor.cx, actor.organization, allowed, &actor.person.name)?;
            Ok((actor.path("/settings/support"), events))
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
pub async fn end(gate: Gate<ManageSecurity>, place: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    let (_, id) = place.into_inner();
    let (path, ended) = gate
        .write(move |actor, conn| {
            let id = SupportId::parse(&id).ok_or(AppError::NotFound)?;
            let known = support_session::exists(conn, actor.organization, id)?;
            if !known {
                return Err(AppError::NotFound);
            }
            let events = support_session::end(conn, actor.cx.now, actor.organization, id)?;
            let path = actor.path("/settings/support");
            Ok(match events {
                Some(events) => ((path, true), events),
                None => ((path, false), Events::none("over before")),
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
