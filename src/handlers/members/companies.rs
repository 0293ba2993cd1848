//! The forms that assign a member to a company and remove the assignment.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::app::FlashUndo;
use crate::audit::Events;
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::{AssignCompanies, Permission};
use crate::authz::role::CompanyRole;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::id::CompanyId;
use crate::common::time::Time;
use crate::db::Conn;
use crate::handlers::members::show::form::MemberForm;
use crate::handlers::members::show::refused;
use crate::handlers::members::{MemberPath, back_with_error, end_date, forbidden, member_path, visible};
use crate::models::membership;
use crate::services::assignments;
use crate::services::assignments::AssignmentError;

/// Organization, member and company of the path.
pub type AssignmentPath = web::Path<(String, String, String)>;

#[expect(clippy::struct_field_names, reason = "they are the names of the form's fields")]
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct AssignmentForm {
    company_id: String,
    company_role: String,
    /// The last day. An empty field removes it, a missing field keeps it.
    company_until: Option<String>,
}

/// Why the form was refused.
enum AssignmentFormError {
    /// In words, for the form.
    Invalid(String),
    NotAllowed,
    Failed(AppError),
}

crate::change_error!(AssignmentFormError);

/// `POST /organizations/{slug}/members/{id}/companies`
pub async fn create(
    gate: Gate<AssignCompanies>,
    path: MemberPath,
    form: web::Form<AssignmentForm>,
) -> Result<HttpResponse, AppError> {
    let ((_, id), form) = (path.into_inner(), form.into_inner());
    let member = id.clone();
    let assigned = gate
        .try_write(move |actor, conn| assign(conn, actor, &member, &form))
        .await;
    match assigned {
        Ok(message) => Ok(gate.done(message, &member_path(&gate))),
        Err(AssignmentFormError::Invalid(message)) => {
            let errors = FormErrors::one("companies", message);
            refused(&gate, id, MemberForm::default(), errors).await
        }
        Err(AssignmentFormError::NotAllowed) => forbidden(&gate).await,
        Err(AssignmentFormError::Failed(error)) => Err(error),
    }
}

fn assign(
    conn: &mut Conn,
    actor: &Actor,
    id: &str,
    form: &AssignmentForm,
) -> Result<(String, Events), AssignmentFormError> {
    let one = actor.unit.one();
    let refuse = |error: AssignmentError| match error {
        AssignmentError::Failed(error) => AssignmentFormError::Failed(error),
        AssignmentError::Archived => AssignmentFormError::Invalid(error.message(one)),
        _ => AssignmentFormError::NotAllowed,
    };
    let member = visible(conn, actor, id)?;
    if form.company_id.is_empty() {
        return Err(AssignmentFormError::Invalid(format!("Choose {}", actor.unit.a())));
    }
    let company = CompanyId::parse(&form.company_id).ok_or(AppError::NotFound)?;
    let role = CompanyRole::parse(&form.company_role)
        .ok_or_else(|| AssignmentFormError::Invalid(AssignmentError::NotGrantable.message(one)))?;
    let present =
        membership::direct_assignment(conn, actor.organization, member.id, company).map_err(AppError::from)?;
    let present = present.and_then(|assignment| assignment.until);
    let until: Option<Option<Time>> = form
        .company_until
        .as_deref()
        .map(|text| end_date(text, actor.cx.now, actor.org_zone, present))
        .transpose()
        .map_err(|message| AssignmentFormError::Invalid(message.into()))?;
    let assigned = assignments::give(conn, actor, AssignCompanies::ID, &member, company, role).map_err(refuse)?;
    let mut message = format!("{} is {} of {} now", member.name, role.label(), assigned.company);
    let mut events = assigned.events;
    if let Some(until) = until {
        let ended = assignments::end(conn, actor, AssignCompanies::ID, &member, company, until);
        let ended = ended.map_err(|error| match error {
            AssignmentError::Failed(error) => AssignmentFormError::Failed(error),
            _ => AssignmentFormError::NotAllowed,
        })?;
        events = events.and(ended.events);
        if let Some(end) = until {
            message = format!("{message}, until {}", end.date(actor.org_zone));
        }
    }
    Ok((message, events))
}

/// `POST /organizations/{slug}/members/{id}/companies/{company_id}/unassigning`
pub async fn destroy(gate: Gate<AssignCompanies>, path: AssignmentPath) -> Result<HttpResponse, AppError> {
    let (_, id, company) = path.into_inner();
    let unassigned = gate
        .try_write(move |actor, conn| {
            let member = visible(conn, actor, &id)?;
            let company = CompanyId::parse(&company).ok_or(AppError::NotFound)?;
            let before = membership::direct_assignment(conn, actor.organization, member.id, company)?;
            let unassigned = assignments::take(conn, actor, AssignCompanies::ID, &member, company)
                .map_err(|error| (error, actor.unit.one()))?;
            // The actor no longer sees a member who was only in this company of theirs.
            let profile = actor.path(&format!("/members/{id}"));
            let (path, seen) = match visible(conn, actor, &id) {
                Ok(_) => (profile.clone(), true),
                Err(AppError::NotFound) => (actor.path("/members"), false),
                Err(error) => return Err(error.into()),
            };
            let undo = before.filter(|_| seen).map(|before| {
                let until = before.until.map(|end| end.day(actor.org_zone)).unwrap_or_default();
                FlashUndo::to(format!("{profile}/companies"))
                    .with("company_id", company)
                    .with("company_role", before.role)
                    .with("company_until", until)
            });
            let message = format!("{} is no longer assigned to {}", member.name, unassigned.company);
            Ok::<_, UnassignError>(((message, path, undo), unassigned.events))
        })
        .await;
    match unassigned {
        Ok((message, path, undo)) => Ok(gate.done_with_undo(message, &path, undo)),
        Err(UnassignError::Refused(message)) => Ok(back_with_error(&gate, message)),
        Err(UnassignError::NotAllowed) => forbidden(&gate).await,
        Err(UnassignError::Failed(error)) => Err(error),
    }
}

/// Why an assignment was not removed.
enum UnassignError {
    /// In words, for the member's page.
    Refused(String),
    NotAllowed,
    Failed(AppError),
}

crate::change_error!(UnassignError);

impl From<(AssignmentError, &str)> for UnassignError {
    fn from((error, one): (AssignmentError, &str)) -> Self {
        match error {
            AssignmentError::Failed(error) => Self::Failed(error),
            AssignmentError::NotAssigned | AssignmentError::Archived | AssignmentError::ByGroup => {
                Self::Refused(error.message(one))
            }
            _ => Self::NotAllowed,
        }
    }
}
