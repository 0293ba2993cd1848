//! Contact addresses of an organization.

pub mod resending;

use actix_web::{HttpResponse, web};

use crate::auth::Gate;
use crate::authz::permission::EditProfile;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::html::see_other;
use crate::handlers::settings::general::page::{GeneralInput, GeneralPage};
use crate::models::organization::contact::ContactKind;
use crate::services::organizations::contacts;
use crate::services::organizations::contacts::ContactError;

type ContactPath = web::Path<(String, String)>;

fn kind(path: &ContactPath) -> Result<ContactKind, AppError> {
    ContactKind::parse(&path.1).ok_or(AppError::NotFound)
}

#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct ContactForm {
    email: String,
}

const SENT: &str = "We sent a verification link to this address. We use the address after someone opens the link";
const BLOCKED: &str = "This address doesn’t accept emails from this organization";
const TOO_SOON: &str = "We just sent an email to this address. Wait a while before you send another";

/// `POST /organizations/{slug}/settings/contacts/{kind}`
pub async fn update(
    gate: Gate<EditProfile>,
    path: ContactPath,
    form: web::Form<ContactForm>,
) -> Result<HttpResponse, AppError> {
    let (kind, typed) = (kind(&path)?, form.into_inner().email);
    let saved = match Email::parse(&typed) {
        Err(message) => Err(message),
        Ok(email) => {
            let saved = gate
                .try_write(move |actor, conn| {
                    let ((), events) = contacts::request(conn, actor, kind, &email)?;
                    Ok((actor.path("/settings/general"), events))
                })
                .await;
            match saved {
                Ok(path) => Ok(path),
                Err(ContactError::Failed(error)) => return Err(error),
                Err(ContactError::AlreadyVerified) => Err("This address is already verified. Enter another one"),
                Err(ContactError::Blocked) => Err(BLOCKED),
                Err(ContactError::TooSoon | ContactError::NothingPending) => Err(TOO_SOON),
            }
        }
    };
    match saved {
        Ok(path) => {
            gate.tell("info", SENT);
            Ok(see_other(gate.fragment(), &path))
        }
        Err(message) => {
            let typed = GeneralInput::Contact(kind, typed, message);
            gate.refused(move |actor, conn| GeneralPage::load(actor, conn, typed))
                .await
        }
    }
}

/// `POST /organizations/{slug}/settings/contacts/{kind}/removal`
pub async fn destroy(gate: Gate<EditProfile>, path: ContactPath) -> Result<HttpResponse, AppError> {
    let kind = kind(&path)?;
    let path = gate
        .write(move |actor, conn| {
            let ((), events) = contacts::remove(conn, actor, kind)?;
            Ok((actor.path("/settings/general"), events))
        })
        .await?;
    Ok(gate.done(format!("{} removed", kind.label()), &path))
}
