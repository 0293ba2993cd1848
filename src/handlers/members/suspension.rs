//! Suspending a member.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::app::FlashUndo;
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::RemoveMembers;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::db::Conn;
use crate::handlers::members::{MemberPath, member_path, removable};
use crate::models::api_key::list;
use crate::models::membership::record::Membership;
use crate::services::members::MemberOutcome;
use crate::services::members::errors::SuspensionError;
use crate::services::members::suspension;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

/// The longest reason, in characters.
pub const LONGEST: usize = 300;

#[derive(Template)]
#[template(path = "members/suspension.html", blocks = ["dialog"])]
struct SuspensionPage {
    layout: Layout,
    organization: String,
    person: Membership,
    path: String,
    back: String,
    reason: String,
    /// The API keys that stop working.
    keys: Vec<String>,
    errors: FormErrors,
}

crate::page!(SuspensionPage => as_dialog);

impl SuspensionPage {
    fn load(conn: &mut Conn, actor: &Actor, id: &str, reason: String, errors: FormErrors) -> Result<Self, AppError> {
        let member = removable(conn, actor, id)?;
        Ok(Self {
            layout: actor.layout(conn, "members")?,
            organization: actor.organization_name.clone(),
            path: actor.path(&format!("/members/{}/suspension", member.id)),
            back: actor.path(&format!("/members/{}", member.id)),
            keys: list::names_of_owners(conn, actor.cx.now, actor.organization, &[member.id], list::NAMED)?,
            person: member,
            reason,
            errors,
        })
    }

    fn question(&self) -> String {
        format!("Suspend {}?", self.person.name)
    }

    fn verb(&self) -> String {
        format!("Suspend {}", self.person.name)
    }
}

/// The reason as stored, or what is wrong with it.
pub fn parse_reason(text: &str) -> Result<String, String> {
    let reason = text.trim();
    if reason.chars().count() > LONGEST {
        Err(format!("Use at most {LONGEST} characters"))
    } else {
        Ok(reason.to_owned())
    }
}

/// `GET /organizations/{slug}/members/{id}/suspension`
pub async fn new(gate: Gate<RemoveMembers>, path: MemberPath) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    gate.show(move |actor, conn| SuspensionPage::load(conn, actor, &id, String::new(), FormErrors::none()))
        .await
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SuspensionForm {
    reason: String,
}

/// `POST /organizations/{slug}/members/{id}/suspension`
pub async fn create(
    gate: Gate<RemoveMembers>,
    path: MemberPath,
    form: web::Form<SuspensionForm>,
) -> Result<HttpResponse, AppError> {
    let ((_, id), SuspensionForm { reason: typed }) = (path.into_inner(), form.into_inner());
    let reason = match parse_reason(&typed) {
        Ok(reason) => reason,
        Err(message) => return refuse(&gate, id, typed, FormErrors::one("reason", message)).await,
    };
    let member = id.clone();
    let suspended = gate
        .try_write(move |actor, conn| {
            let member = removable(conn, actor, &member)?;
            let (outcome, events) = suspension::suspend(conn, actor, &member, &reason)?;
            let done = || format!("{} is suspended. Role, companies and groups are kept", member.name);
            let undo = FlashUndo::to(actor.path(&format!("/members/{}/restoration", member.id)));
            let undo = Some(undo).filter(|_| outcome == MemberOutcome::Done);
            Ok::<_, SuspensionError>(((outcome.message_or(done), undo), events))
        })
        .await;
    match suspended {
        Ok((message, undo)) => Ok(gate.done_with_undo(message, &member_path(&gate), undo)),
        Err(SuspensionError::Failed(error)) => Err(error),
        Err(error) => refuse(&gate, id, typed, FormErrors::one("suspension", error.message())).await,
    }
}

async fn refuse(
    gate: &Gate<RemoveMembers>,
    id: String,
    reason: String,
    errors: FormErrors,
) -> Result<HttpResponse, AppError> {
    gate.refused(move |actor, conn| SuspensionPage::load(conn, actor, &id, reason, errors))
        .await
}
