//! The end of an organization: decided by who types its name and their password, and taken back by any owner until the
//! last day.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::TransferOrDelete;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{html, refused, see_other};
use crate::common::time::Time;
use crate::db::Conn;
use crate::models::approval::ApprovalAction;
use crate::models::organization;
use crate::models::organization::deletion;
use crate::services::approvals::dual_control;
use crate::services::approvals::{email, execute};
use crate::services::reauthenticate;
use crate::services::reauthenticate::ReauthenticationError;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::password_messages;

#[derive(Template)]
#[template(path = "settings/deletion.html", blocks = ["dialog"])]
struct DeletionPage {
    layout: Layout,
    organization: String,
    path: String,
    restoring: String,
    back: String,
    /// The day of the deletion, when it waits for that.
    pending: Option<String>,
    companies: String,
    dual: bool,
    export: Option<String>,
    typed: String,
    errors: FormErrors,
}

impl DeletionPage {
    fn load(conn: &mut Conn, actor: &Actor, typed: String, errors: FormErrors) -> Result<Self, AppError> {
        let all = actor.active_companies + actor.archived_companies;
        Ok(Self {
            layout: actor.layout(conn, "settings")?,
            organization: actor.organization_name.clone(),
            path: actor.path("/settings/deletion"),
            restoring: actor.path("/settings/restoration"),
            back: actor.path(if actor.delete_after.is_some() {
                ""
            } else {
                "/settings/general"
            }),
            pending: actor.delete_after.map(Time::date),
            companies: actor.unit.count(&all),
            dual: organization::control(conn, actor.organization)?.holds(),
            export: actor.permissions.export_audit().then(|| actor.path("/settings/audit")),
            typed,
            errors,
        })
    }
}

/// `GET /organizations/{slug}/settings/deletion`: what would go; or, while it waits, the way back.
pub async fn confirm(gate: Gate<TransferOrDelete>) -> Result<HttpResponse, AppError> {
    let page = gate
        .read(|actor, conn| DeletionPage::load(conn, actor, String::new(), FormErrors::none()))
        .await?;
    if gate.fragment() {
        html(page.as_dialog())
    } else {
        html(page)
    }
}

/// The form as typed.
#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct DeletionForm {
    organization_name: String,
    password: String,
}

/// `POST /organizations/{slug}/settings/deletion`
pub async fn delete(gate: Gate<TransferOrDelete>, form: web::Form<DeletionForm>) -> Result<HttpResponse, AppError> {
    let form = form.into_inner();
    let mut errors = FormErrors::none();
    let typed = form.organization_name.clone();
    let named = gate
        .read(move |actor, _| Ok((typed.trim() == actor.organization_name, actor.organization_name.clone())))
        .await?;
    if let (false, name) = named {
        errors.add("organization_name", format!("Type “{name}” to confirm"));
    }
    match reauthenticate::confirm(&gate, form.password).await {
        Ok(()) => {}
        Err(ReauthenticationError::Failed(error)) => return Err(error),
        Err(error) => errors.add("password", password_messages::reauthentication(&error)),
    }
    if !errors.is_empty() {
        let typed = form.organization_name;
        let page = gate
            .read(move |actor, conn| DeletionPage::load(conn, actor, typed, errors))
            .await?;
        return if gate.fragment() {
            refused(page.as_dialog())
        } else {
            refused(page)
        };
    }
    let ((tone, word), path) = gate
        .write(|actor, conn| {
            let label = format!("delete {}", actor.organization_name);
            if let Some(waits) =
                dual_control::require_approval(conn, actor, ApprovalAction::Deletion, json!({}), label)?
            {
                let path = actor.path("/settings/general");
                return Ok(((("info", waits.word), path), waits.events));
            }
            let path = actor.path("");
            Ok(match execute::delete(conn, actor)? {
                Some(done) => ((("warning", done.word), path), done.events),
                None => (
                    (("info", "It waits for its deletion already".into()), path),
                    Events::none("another owner was faster"),
                ),
            })
        })
        .await?;
    gate.tell(tone, word);
    Ok(see_other(gate.fragment(), &path))
}

/// `POST /organizations/{slug}/settings/restoration`: it stays after all.
pub async fn restore(gate: Gate<TransferOrDelete>) -> Result<HttpResponse, AppError> {
    let (word, path) = gate
        .write_while_pending(|actor, conn| {
            let path = actor.path("/settings/general");
            if !deletion::stop(conn, actor.organization)? {
                // Its time ran out in this moment.
                if deletion::has_begun(conn, actor.organization)? {
                    return Err(AppError::NotFound);
                }
                let word = format!("{} is not waiting for its deletion", actor.organization_name);
                return Ok(((word, path), Events::none("there was nothing to stop")));
            }
            email::stopped(conn, actor)?;
            let event = Event::new(
                Action::DeletionStopped,
                "organization",
                actor.organization,
                &actor.organization_name,
            );
            let word = format!("{} is restored", actor.organization_name);
            Ok(((word, path), actor.event(event)))
        })
        .await?;
    gate.tell("success", word);
    Ok(see_other(gate.fragment(), &path))
}
