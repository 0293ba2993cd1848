//! The form for a member's role.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::auth::Gate;
use crate::authz::permission::ChangeRoles;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::handlers::members::show::form::MemberForm;
use crate::handlers::members::show::refused;
use crate::handlers::members::{MemberPath, forbidden, member_path, visible};
use crate::services::members::MemberOutcome;
use crate::services::members::errors::RoleChangeError;
use crate::services::members::role;
use crate::services::members::role::Title;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RoleForm {
    role: String,
}

/// Why the form was refused.
enum RoleFormError {
    NoRole,
    Refused(RoleChangeError),
    Failed(AppError),
}

crate::change_error!(RoleFormError);

impl From<RoleChangeError> for RoleFormError {
    fn from(error: RoleChangeError) -> Self {
        match error {
            RoleChangeError::Failed(error) => Self::Failed(error),
            error => Self::Refused(error),
        }
    }
}

/// `POST /organizations/{slug}/members/{id}/role`
pub async fn update(
    gate: Gate<ChangeRoles>,
    path: MemberPath,
    form: web::Form<RoleForm>,
) -> Result<HttpResponse, AppError> {
    let ((_, id), RoleForm { role: chosen }) = (path.into_inner(), form.into_inner());
    let (member, value) = (id.clone(), chosen.clone());
    let changed = gate
        .try_write(move |actor, conn| {
            let member = visible(conn, actor, &member)?;
            let title = Title::parse(conn, actor.organization, &value)?.ok_or(RoleFormError::NoRole)?;
            let (outcome, events) = role::change(conn, actor, &member, &title)?;
            Ok::<_, RoleFormError>((message(outcome, &member.name, &title), events))
        })
        .await;
    let message = match changed {
        Ok(message) => return Ok(gate.done(message, &member_path(&gate))),
        Err(RoleFormError::Refused(RoleChangeError::NotAllowed)) => return forbidden(&gate).await,
        Err(RoleFormError::Failed(error)) => return Err(error),
        Err(RoleFormError::NoRole) => "Choose a role",
        Err(RoleFormError::Refused(error)) => error.message(),
    };
    let form = MemberForm {
        role: Some(chosen),
        ..MemberForm::default()
    };
    refused(&gate, id, form, FormErrors::one("role", message)).await
}

fn message(outcome: MemberOutcome, name: &str, title: &Title) -> String {
    let label = title.label();
    outcome.message_or(|| match outcome {
        MemberOutcome::Unchanged => format!("{name} is {label} already"),
        _ => format!("{name} is {label} now"),
    })
}
