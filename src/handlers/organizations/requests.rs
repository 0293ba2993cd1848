//! Asking the operators for another organization.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::SignedIn;
use crate::auth::current_user::CurrentUser;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{refused, see_other};
use crate::db::Conn;
use crate::models::organization::of_user;
use crate::services::organizations::request::OrganizationRequestError;
use crate::services::organizations::{create, request};
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

/// Replaces the form of a new organization.
#[derive(Template)]
#[template(path = "organizations/limit.html")]
pub struct LimitPage {
    layout: Layout,
    created: i64,
    reason: String,
    errors: FormErrors,
}

crate::page!(LimitPage);

impl LimitPage {
    /// `None` when the account can create another organization.
    pub fn load_when_full(conn: &mut Conn, user: &CurrentUser) -> Result<Option<Self>, AppError> {
        let limit = create::limit(user.organization_limit, user.cx.config().organization_limit);
        let created = of_user::count_created(conn, user.id)?;
        if !create::is_full(created, limit) {
            return Ok(None);
        }
        Ok(Some(Self {
            layout: user.layout(conn, "organizations")?,
            created,
            reason: String::new(),
            errors: FormErrors::none(),
        }))
    }
}

#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct RequestForm {
    reason: String,
}

fn message(error: OrganizationRequestError) -> Result<&'static str, AppError> {
    match error {
        OrganizationRequestError::ReasonMissing => Ok("Enter what the organization is for"),
        OrganizationRequestError::ReasonTooLong => Ok("Use at most 1,000 characters"),
        OrganizationRequestError::LimitNotReached => Ok("You can create an organization without a request"),
        OrganizationRequestError::TooOften => {
            Ok("You sent three requests today. Wait for an answer, or try again tomorrow")
        }
        OrganizationRequestError::NoOperator => {
            Ok("This instance has no operator. Ask the person who gave you its address")
        }
        OrganizationRequestError::Failed(error) => Err(error),
    }
}

/// `POST /organizations/requests`
pub async fn create(gate: SignedIn, form: web::Form<RequestForm>) -> Result<HttpResponse, AppError> {
    let reason = form.into_inner().reason;
    let typed = reason.clone();
    let sent = gate
        .try_write(move |user, conn| request::request(conn, user, &typed))
        .await;
    let errors = match sent {
        Ok(()) => return Ok(gate.done("Request sent to the operators", "/organizations")),
        Err(error) => FormErrors::one("reason", message(error)?),
    };
    let page = gate.read(|user, conn| LimitPage::load_when_full(conn, user)).await?;
    match page {
        Some(page) => refused(LimitPage { reason, errors, ..page }),
        // An operator raised the limit in between.
        None => Ok(see_other(gate.fragment(), "/organizations/new")),
    }
}
