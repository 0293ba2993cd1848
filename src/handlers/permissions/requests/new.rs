//! Requesting access.

use actix_web::{HttpResponse, web};
use askama::Template;
use diesel::OptionalExtension;
use serde::Deserialize;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{Permission, PermissionId, ViewCompany, ViewOrganization};
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::see_other;
use crate::common::id::CompanyId;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::permissions::labels::{PermissionChoices, choices};
use crate::handlers::permissions::queries;
use crate::handlers::permissions::requests::note;
use crate::models::access_matrix;
use crate::models::access_request::NewAccessRequest;
use crate::models::company_choice;
use crate::models::company_choice::CompanyChoice;
use crate::services::access_requests::new::{AccessRequestError, AccessRequestOutcome, request, requester};
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

/// The most companies found by name.
const FOUND: usize = 8;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct AccessRequestForm {
    permission: String,
    company: String,
    /// The company that was chosen among several.
    company_id: String,
    note: String,
}

#[derive(Template)]
#[template(path = "permissions/request_new.html")]
struct NewRequestPage {
    layout: Layout,
    base: String,
    organization: String,
    unit: UnitLabel,
    form: AccessRequestForm,
    choices: PermissionChoices,
    /// The companies that match what was entered, when there are several.
    companies: Vec<CompanyChoice>,
    errors: FormErrors,
}

crate::page!(NewRequestPage);

impl NewRequestPage {
    fn load(conn: &mut Conn, actor: &Actor, form: AccessRequestForm, errors: FormErrors) -> Result<Self, AppError> {
        let companies = if errors.get("company").is_some() {
            named(conn, actor, &form.company)?
        } else {
            Vec::new()
        };
        Ok(Self {
            layout: actor.layout(conn, "mine")?,
            base: actor.path("/access"),
            organization: actor.organization_name.clone(),
            unit: actor.unit,
            choices: choices(actor.unit),
            companies,
            form,
            errors,
        })
    }
}

/// Why nothing was requested.
enum RequestError {
    Form(FormErrors),
    Refused(AccessRequestError),
    Failed(AppError),
}

crate::change_error!(RequestError);

impl From<AccessRequestError> for RequestError {
    fn from(error: AccessRequestError) -> Self {
        match error {
            AccessRequestError::Failed(error) => Self::Failed(error),
            error => Self::Refused(error),
        }
    }
}

impl AccessRequestForm {
    fn parse(&self, conn: &mut Conn, actor: &Actor) -> Result<NewAccessRequest, RequestError> {
        let mut errors = FormErrors::none();
        let permission = PermissionId::parse(&self.permission);
        if permission.is_none() {
            errors.add("permission", "Choose what you need");
        }
        let note = errors.take("note", note(&self.note));
        let company = self.company(conn, actor, &mut errors)?;
        match (permission, note) {
            (Some(permission), Some(note)) if errors.is_empty() => Ok(NewAccessRequest {
                permission,
                company,
                note,
            }),
            _ => Err(RequestError::Form(errors)),
        }
    }
}

impl AccessRequestForm {
    /// The chosen company. What is wrong is added at the field.
    fn company(
        &self,
        conn: &mut Conn,
        actor: &Actor,
        errors: &mut FormErrors,
    ) -> Result<Option<CompanyId>, RequestError> {
        let text = match self.company_id.trim() {
            "" => self.company.trim(),
            id => id,
        };
        if text.is_empty() {
            return Ok(None);
        }
        // A company that the actor doesn't see can be named by its address, which others may have told them.
        let exact = match CompanyId::parse(text) {
            Some(id) => access_matrix::company(conn, actor.organization, id).optional()?,
            None => queries::company_by_slug(conn, actor.organization, text)?,
        };
        if let Some(exact) = exact {
            return Ok(Some(exact.id));
        }
        match named(conn, actor, text)?[..] {
            [ref only] => Ok(Some(only.id)),
            [] => {
                errors.add("company", format!("No {} has this name", actor.unit.one()));
                Ok(None)
            }
            _ => {
                errors.add("company", format!("Several {} match. Choose one", actor.unit.many()));
                Ok(None)
            }
        }
    }
}

/// The companies that a text names, of those that the actor may view.
fn named(conn: &mut Conn, actor: &Actor, text: &str) -> Result<Vec<CompanyChoice>, AppError> {
    let own = match actor.reach::<ViewCompany>() {
        Reach::Everywhere => None,
        Reach::OwnCompanies => Some(actor.own_companies(conn, ViewCompany::ID)?),
        Reach::Nowhere => Some(Vec::new()),
    };
    Ok(company_choice::named(
        conn,
        actor.organization,
        own.as_deref(),
        text,
        FOUND,
    )?)
}

/// `GET /organizations/{slug}/access/requests/new`
pub async fn new(gate: Gate<ViewOrganization>, form: web::Query<AccessRequestForm>) -> Result<HttpResponse, AppError> {
    let form = form.into_inner();
    gate.show(move |actor, conn| NewRequestPage::load(conn, actor, form, FormErrors::none()))
        .await
}

/// `POST /organizations/{slug}/access/requests`
pub async fn create(
    gate: Gate<ViewOrganization>,
    form: web::Form<AccessRequestForm>,
) -> Result<HttpResponse, AppError> {
    let form = form.into_inner();
    let typed = form.clone();
    let requested = gate
        .try_write(move |actor, conn| {
            requester(conn, actor)?;
            let new = form.parse(conn, actor)?;
            let (outcome, events) = request(conn, actor, &new)?;
            let (AccessRequestOutcome::Requested(id, _) | AccessRequestOutcome::AlreadyOpen(id)) = outcome;
            Ok(((outcome, actor.path(&format!("/access/requests/{id}"))), events))
        })
        .await;
    let errors = match requested {
        Ok((AccessRequestOutcome::Requested(_, told), path)) => {
            let people = if told == 1 { "person" } else { "people" };
            return Ok(gate.done(format!("Request sent to {told} {people}"), &path));
        }
        Ok((AccessRequestOutcome::AlreadyOpen(_), path)) => {
            gate.tell("info", "You requested this already. It is waiting for a decision");
            return Ok(see_other(gate.fragment(), &path));
        }
        Err(RequestError::Failed(error)) => return Err(error),
        Err(RequestError::Form(errors)) => errors,
        Err(RequestError::Refused(AccessRequestError::AlreadyAllowed)) => {
            FormErrors::one("permission", "You already have this permission")
        }
        Err(RequestError::Refused(_)) => {
            let message = "You have requested too much today. Wait for the answers, or contact an admin";
            FormErrors::one("permission", message)
        }
    };
    gate.refused(move |actor, conn| NewRequestPage::load(conn, actor, typed, errors))
        .await
}
