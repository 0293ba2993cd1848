//! Contact addresses of an organization.

pub mod resending;

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::EditProfile;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::see_other;
use crate::db::Conn;
use crate::models::organization::contact;
use crate::models::organization::contact::{ContactKind, OrganizationContact};
use crate::services::organizations::contacts;
use crate::services::organizations::contacts::ContactError;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

type ContactPath = web::Path<(String, String)>;

#[derive(Template)]
#[template(path = "settings/contact.html", blocks = ["dialog"])]
struct ContactPage {
    layout: Layout,
    path: String,
    back: String,
    contact: OrganizationContact,
    email: String,
    errors: FormErrors,
}

crate::page!(ContactPage => as_dialog);

impl ContactPage {
    fn load(
        conn: &mut Conn,
        actor: &Actor,
        kind: ContactKind,
        typed: Option<String>,
        errors: FormErrors,
    ) -> Result<Self, AppError> {
        let contact = contact::find(conn, actor.organization, kind)?;
        let email = typed.unwrap_or_else(|| {
            let known = [&contact.pending_email, &contact.email];
            known
                .into_iter()
                .find(|email| !email.is_empty())
                .cloned()
                .unwrap_or_default()
        });
        Ok(Self {
            layout: actor.layout(conn, "settings")?,
            path: actor.path(&format!("/settings/contacts/{kind}")),
            back: actor.path("/settings/general"),
            contact,
            email,
            errors,
        })
    }
}

fn kind(path: &ContactPath) -> Result<ContactKind, AppError> {
    ContactKind::parse(&path.1).ok_or(AppError::NotFound)
}

/// `GET /organizations/{slug}/settings/contacts/{kind}`
pub async fn edit(gate: Gate<EditProfile>, path: ContactPath) -> Result<HttpResponse, AppError> {
    let kind = kind(&path)?;
    gate.show(move |actor, conn| ContactPage::load(conn, actor, kind, None, FormErrors::none()))
        .await
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
            let errors = FormErrors::one("email", message);
            gate.refused(move |actor, conn| ContactPage::load(conn, actor, kind, Some(typed), errors))
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
