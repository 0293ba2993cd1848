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
use crate::models::access_matrix::MatrixCompany;
use crate::models::access_request::NewAccessRequest;
use crate::services::access_requests::new::{AccessRequestError, AccessRequestOutcome, request, requester};
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::NavTab;

/// The most companies to choose from.
const OFFERED: i64 = 100;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct AccessRequestForm {
    permission: String,
    company: String,
    note: String,
}

#[derive(Template)]
#[template(path = "permissions/request_new.html")]
struct NewRequestPage {
    layout: Layout,
    tabs: Vec<&'static NavTab>,
    tab: &'static str,
    base: String,
    organization: String,
    unit: UnitLabel,
    form: AccessRequestForm,
    choices: PermissionChoices,
    companies: Vec<MatrixCompany>,
    errors: FormErrors,
}

crate::page!(NewRequestPage);

impl NewRequestPage {
    fn load(conn: &mut Conn, actor: &Actor, form: AccessRequestForm, errors: FormErrors) -> Result<Self, AppError> {
        // Someone who views single companies is offered those; others can be named by their address.
        let companies = match actor.reach::<ViewCompany>() {
            Reach::Everywhere => queries::companies(conn, actor.organization, None, OFFERED)?,
            Reach::OwnCompanies => {
                let own = actor.own_companies(conn, ViewCompany::ID)?;
                queries::companies(conn, actor.organization, Some(&own), OFFERED)?
            }
            Reach::Nowhere => Vec::new(),
        };
        Ok(Self {
            layout: actor.layout(conn, "mine")?,
            tabs: nav::access(actor.permissions),
            tab: "/mine",
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
        let permission = PermissionId::parse_available(&self.permission);
        if permission.is_none() {
            errors.add("permission", "Choose what you need");
        }
        let note = errors.take("note", note(&self.note));
        let text = self.company.trim();
        let company = match CompanyId::parse(text) {
            _ if text.is_empty() => None,
            Some(id) => access_matrix::company(conn, actor.organization, id).optional()?,
            None => queries::company_by_slug(conn, actor.organization, text)?,
        };
        if company.is_none() && !text.is_empty() {
            errors.add("company", format!("No {} has this address", actor.unit.one()));
        }
        match (permission, note) {
            (Some(permission), Some(note)) if errors.is_empty() => Ok(NewAccessRequest {
                permission,
                company: company.map(|company| company.id),
                note,
            }),
            _ => Err(RequestError::Form(errors)),
        }
    }
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
