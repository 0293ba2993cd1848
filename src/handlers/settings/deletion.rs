//! Deleting an organization, after its name and the password were entered.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::TransferOrDelete;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::see_other;
use crate::common::zone::Zone;
use crate::db::Conn;
use crate::handlers::password;
use crate::models::organization;
use crate::services::approvals::Outcome;
use crate::services::organizations::deletion;
use crate::services::organizations::deletion::DeletionError;
use crate::services::reauthenticate;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::messages::{ALREADY_PENDING, PENDING};

#[derive(Template)]
#[template(path = "settings/deletion.html", blocks = ["dialog"])]
struct DeletionPage {
    layout: Layout,
    organization: String,
    path: String,
    restoring: String,
    back: String,
    /// The day of the deletion, when it is scheduled.
    pending: Option<String>,
    companies: String,
    dual: bool,
    export: Option<String>,
    typed: String,
    errors: FormErrors,
}

crate::page!(DeletionPage => as_dialog);

impl DeletionPage {
    fn load(conn: &mut Conn, actor: &Actor, typed: String, errors: FormErrors) -> Result<Self, AppError> {
        let companies = actor.active_companies + actor.archived_companies;
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
            pending: actor.delete_after.map(|day| day.full(actor.org_zone)),
            companies: actor.unit.count(&companies),
            dual: organization::control(conn, actor.organization)?.applies(),
            export: actor.permissions.export_audit().then(|| actor.path("/settings/audit")),
            typed,
            errors,
        })
    }
}

/// `GET /organizations/{slug}/settings/deletion`: what would be deleted, or how to restore it.
pub async fn new(gate: Gate<TransferOrDelete>) -> Result<HttpResponse, AppError> {
    gate.show(|actor, conn| DeletionPage::load(conn, actor, String::new(), FormErrors::none()))
        .await
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct DeletionForm {
    organization_name: String,
    password: String,
}

fn name_and_zone(actor: &Actor) -> (String, Zone) {
    (actor.organization_name.clone(), actor.org_zone)
}

fn scheduled(name: &str, day: &str) -> String {
    format!("{name} will be deleted on {day}")
}

/// `POST /organizations/{slug}/settings/deletion`
pub async fn create(gate: Gate<TransferOrDelete>, form: web::Form<DeletionForm>) -> Result<HttpResponse, AppError> {
    let form = form.into_inner();
    let (typed, password) = (form.organization_name, form.password);
    let mut errors = FormErrors::none();
    let (name, zone) = gate.read(|actor, _| Ok(name_and_zone(actor))).await?;
    if typed.trim() != name {
        errors.add("organization_name", format!("Type “{name}” to confirm"));
    }
    if let Err(error) = reauthenticate::confirm(&gate, password).await {
        errors.add("password", password::message(error)?);
    }
    if !errors.is_empty() {
        return gate
            .refused(move |actor, conn| DeletionPage::load(conn, actor, typed, errors))
            .await;
    }
    let requested = gate
        .try_write(|actor, conn| {
            let (outcome, events) = deletion::request(conn, actor)?;
            let done = matches!(outcome, Outcome::Done(_));
            let path = actor.path(if done { "" } else { "/settings/general" });
            Ok(((outcome, path), events))
        })
        .await;
    let (tone, message, path) = match requested {
        Ok((Outcome::Done(day), path)) => ("warning", scheduled(&name, &day.date(zone)), path),
        Ok((Outcome::Pending(_), path)) => ("info", PENDING.to_owned(), path),
        Ok((Outcome::AlreadyPending(_), path)) => ("info", ALREADY_PENDING.to_owned(), path),
        Err(DeletionError::AlreadyScheduled) => {
            let path = gate.read(|actor, _| Ok(actor.path(""))).await?;
            ("info", "The deletion is already scheduled".to_owned(), path)
        }
        Err(DeletionError::Failed(error)) => return Err(error),
    };
    gate.tell(tone, message);
    Ok(see_other(gate.fragment(), &path))
}
