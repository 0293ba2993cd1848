//! Inviting another person to be the owner, in place of the one who was invited at creation.

use actix_web::{HttpResponse, web};

use crate::auth::Gate;
use crate::authz::permission::TransferOrDelete;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::html::see_other;
use crate::handlers::settings::general::page::{GeneralInput, GeneralPage};
use crate::services::invitations::owner;
use crate::services::invitations::owner::{ChangeOwnerError, InviteOwnerError};

#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct OwnerForm {
    owner_email: String,
}

enum OwnerFormError {
    Invalid(&'static str),
    Change(ChangeOwnerError),
}

fn message(error: OwnerFormError) -> Result<&'static str, AppError> {
    Ok(match error {
        OwnerFormError::Invalid(message) => message,
        OwnerFormError::Change(
            ChangeOwnerError::Failed(error) | ChangeOwnerError::Invite(InviteOwnerError::Failed(error)),
        ) => return Err(error),
        OwnerFormError::Change(ChangeOwnerError::NotOpen) => "This invitation is not open any more",
        OwnerFormError::Change(ChangeOwnerError::AlreadyInvited) => "This person has an open invitation already",
        OwnerFormError::Change(ChangeOwnerError::AlreadyMember) => {
            "This person is a member. Cancel the invitation, then use Transfer ownership"
        }
        OwnerFormError::Change(ChangeOwnerError::Invite(InviteOwnerError::Blocked)) => {
            "This address doesn’t accept invitations from you"
        }
        OwnerFormError::Change(ChangeOwnerError::Invite(InviteOwnerError::DailyLimit(_))) => {
            "No more invitations can be sent today. Try again tomorrow"
        }
    })
}

/// `POST /organizations/{slug}/settings/owner`
pub async fn update(gate: Gate<TransferOrDelete>, form: web::Form<OwnerForm>) -> Result<HttpResponse, AppError> {
    let typed = form.into_inner().owner_email;
    let changed = match Email::parse(&typed) {
        Err(message) => Err(OwnerFormError::Invalid(message)),
        Ok(email) => {
            let invited = email.to_string();
            gate.try_write(move |actor, conn| {
                let ((), events) = owner::change(conn, actor, email)?;
                Ok((actor.path("/settings/general"), events))
            })
            .await
            .map(|path| (path, invited))
            .map_err(OwnerFormError::Change)
        }
    };
    let error = match changed {
        Ok((path, invited)) => return Ok(gate.done(format!("{invited} is invited to be the owner"), &path)),
        Err(OwnerFormError::Change(ChangeOwnerError::NotOpen)) => {
            gate.tell("info", "No invitation to be the owner is open");
            let path = gate.read(|actor, _| Ok(actor.path("/settings/general"))).await?;
            return Ok(see_other(gate.fragment(), &path));
        }
        Err(error) => message(error)?.to_owned(),
    };
    gate.refused(move |actor, conn| GeneralPage::load(actor, conn, GeneralInput::Owner(typed, error)))
        .await
}
