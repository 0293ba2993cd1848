//! The end of an organization: decided by who types its name and their password, and taken back by any owner until the
//! last day.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::json;

use crate::audit::{Action, Deed, Deeds};
use crate::auth::Gate;
use crate::auth::actor::Member;
use crate::authz::permission::TransferOrDelete;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{html, refused, see_other};
use crate::common::time::Time;
use crate::db::Conn;
use crate::models::approval::Matter;
use crate::models::organization;
use crate::models::organization::deletion;
use crate::services::approvals::dual_control;
use crate::services::approvals::{email, execute};
use crate::services::reauthenticate;
use crate::web::layout::Shell;

#[derive(Template)]
#[template(path = "settings/deletion.html", blocks = ["dialog"])]
struct DeletionPage {
    shell: Shell,
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
    fn load(conn: &mut Conn, member: &Member, typed: String, errors: FormErrors) -> Result<Self, AppError> {
        let all = member.active_companies + member.archived_companies;
        Ok(Self {
            shell: member.shell(conn, "settings")?,
            organization: member.organization_name.clone(),
            path: member.path("/settings/deletion"),
            restoring: member.path("/settings/restoration"),
            back: member.path(if member.delete_after.is_some() {
                ""
            } else {
                "/settings/general"
            }),
            pending: member.delete_after.map(Time::date),
            companies: member.unit.count(&all),
            dual: organization::control(conn, member.organization)?.holds(),
            export: member.rights.export_audit().then(|| member.path("/settings/audit")),
            typed,
            errors,
        })
    }
}

/// `GET /organizations/{slug}/settings/deletion`: what would go; or, while it waits, the way back.
///
/// # Errors
/// What the gate refuses.
pub async fn confirm(gate: Gate<TransferOrDelete>) -> Result<HttpResponse, AppError> {
    let page = gate
        .read(|member, conn| DeletionPage::load(conn, member, String::new(), FormErrors::none()))
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
///
/// # Errors
/// What the gate refuses.
pub async fn delete(gate: Gate<TransferOrDelete>, form: web::Form<DeletionForm>) -> Result<HttpResponse, AppError> {
    let form = form.into_inner();
    let mut errors = FormErrors::none();
    let typed = form.organization_name.clone();
    let named = gate
        .read(move |member, _| {
            Ok((
                typed.trim() == member.organization_name,
                member.organization_name.clone(),
            ))
        })
        .await?;
    if let (false, name) = named {
        errors.add("organization_name", format!("Type “{name}” to confirm"));
    }
    if let Err(sentence) = reauthenticate::confirm(&gate, form.password).await? {
        errors.add("password", sentence);
    }
    if !errors.is_empty() {
        let typed = form.organization_name;
        let page = gate
            .read(move |member, conn| DeletionPage::load(conn, member, typed, errors))
            .await?;
        return if gate.fragment() {
            refused(page.as_dialog())
        } else {
            refused(page)
        };
    }
    let ((tone, word), path) = gate
        .write(|member, conn| {
            let label = format!("delete {}", member.organization_name);
            if let Some(waits) = dual_control::hold(conn, member, Matter::Deletion, json!({}), label)? {
                let path = member.path("/settings/general");
                return Ok(((("info", waits.word), path), waits.deeds));
            }
            let path = member.path("");
            Ok(match execute::delete(conn, member)? {
                Some(done) => ((("warning", done.word), path), done.deeds),
                None => (
                    (("info", "It waits for its deletion already".into()), path),
                    Deeds::none("another owner was faster"),
                ),
            })
        })
        .await?;
    gate.tell(tone, word);
    Ok(see_other(gate.fragment(), &path))
}

/// `POST /organizations/{slug}/settings/restoration`: it stays after all.
///
/// # Errors
/// What the gate refuses.
pub async fn restore(gate: Gate<TransferOrDelete>) -> Result<HttpResponse, AppError> {
    let (word, path) = gate
        .write_while_pending(|member, conn| {
            let path = member.path("/settings/general");
            if !deletion::stop(conn, member.organization)? {
                // Its time ran out in this moment.
                if deletion::has_begun(conn, member.organization)? {
                    return Err(AppError::NotFound);
                }
                let word = format!("{} is not waiting for its deletion", member.organization_name);
                return Ok(((word, path), Deeds::none("there was nothing to stop")));
            }
            email::stopped(conn, member)?;
            let deed = Deed::new(
                Action::DeletionStopped,
                "organization",
                member.organization,
                &member.organization_name,
            );
            let word = format!("{} is restored", member.organization_name);
            Ok(((word, path), member.did(deed)))
        })
        .await?;
    gate.tell("success", word);
    Ok(see_other(gate.fragment(), &path))
}
