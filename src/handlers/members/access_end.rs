//! The form for the end date of a member's access.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::auth::Gate;
use crate::authz::permission::ChangeRoles;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::time::Time;
use crate::common::zone::Zone;
use crate::handlers::members::show::form::MemberForm;
use crate::handlers::members::show::refused;
use crate::handlers::members::{MemberPath, end_date, forbidden, member_path, visible};
use crate::services::members::access_end;
use crate::services::members::errors::AccessEndError;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct AccessEndForm {
    access_until: String,
}

/// `POST /organizations/{slug}/members/{id}/access-end`
pub async fn update(
    gate: Gate<ChangeRoles>,
    path: MemberPath,
    form: web::Form<AccessEndForm>,
) -> Result<HttpResponse, AppError> {
    let ((_, id), AccessEndForm { access_until }) = (path.into_inner(), form.into_inner());
    let (member, typed) = (id.clone(), access_until.clone());
    let changed = gate
        .try_write(move |actor, conn| {
            let member = visible(conn, actor, &member)?;
            let until = end_date(&typed, actor.cx.now, actor.org_zone, None).map_err(AccessEndFormError::Invalid)?;
            let (_, events) = access_end::set(conn, actor, &member, until)?;
            Ok::<_, AccessEndFormError>((message(&member.name, until, actor.org_zone), events))
        })
        .await;
    match changed {
        Ok(message) => Ok(gate.done(message, &member_path(&gate))),
        Err(AccessEndFormError::NotAllowed) => forbidden(&gate).await,
        Err(AccessEndFormError::Failed(error)) => Err(error),
        Err(AccessEndFormError::Invalid(message)) => refuse(&gate, id, access_until, message).await,
    }
}

/// Why the form was refused.
enum AccessEndFormError {
    /// In words, for the form.
    Invalid(&'static str),
    NotAllowed,
    Failed(AppError),
}

crate::change_error!(AccessEndFormError);

impl From<AccessEndError> for AccessEndFormError {
    fn from(error: AccessEndError) -> Self {
        match error {
            AccessEndError::NotAllowed => Self::NotAllowed,
            AccessEndError::Failed(error) => Self::Failed(error),
            error @ AccessEndError::Changed => Self::Invalid(error.message()),
        }
    }
}

async fn refuse(
    gate: &Gate<ChangeRoles>,
    id: String,
    access_until: String,
    message: &str,
) -> Result<HttpResponse, AppError> {
    let form = MemberForm {
        access_until: Some(access_until),
        ..MemberForm::default()
    };
    refused(gate, id, form, FormErrors::one("access_until", message)).await
}

fn message(name: &str, until: Option<Time>, zone: Zone) -> String {
    match until {
        Some(end) => format!("{name} has access until {}", end.date(zone)),
        None => format!("{name} has access without an end date"),
    }
}
