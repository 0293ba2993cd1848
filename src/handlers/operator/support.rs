//! Starting a support session, with a reason, a duration and the operator's password.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::OperatorGate;
use crate::auth::current_user::CurrentUser;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{query_value, see_other};
use crate::common::session_cookie;
use crate::db::Conn;
use crate::handlers::operator::queries::organizations;
use crate::handlers::operator::queries::organizations::OperatorOrganization;
use crate::handlers::operator::rules;
use crate::handlers::password;
use crate::models::member_names;
use crate::models::membership::record;
use crate::models::support_session;
use crate::services::reauthenticate;
use crate::services::support_sessions::begin;
use crate::services::support_sessions::begin::SupportError;
use crate::services::support_sessions::email::SupportedOrganization;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

#[derive(Default, Clone, serde::Deserialize)]
#[serde(default)]
pub struct SupportForm {
    reason: String,
    minutes: String,
    password: String,
}

/// Why no session can start, said before the form asks for anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SupportObstacle {
    Member,
    NoConsent,
    AlreadyActive,
}

impl SupportObstacle {
    fn of(
        conn: &mut Conn,
        operator: &CurrentUser,
        organization: &OperatorOrganization,
    ) -> Result<Option<Self>, AppError> {
        if record::belongs(conn, organization.id, operator.id)? {
            return Ok(Some(Self::Member));
        }
        if !organization.consent {
            return Ok(Some(Self::NoConsent));
        }
        let active = support_session::enter(conn, operator.cx.now, operator.id, &organization.slug)?;
        Ok(active.map(|_| Self::AlreadyActive))
    }
}

#[derive(Template)]
#[template(path = "operator/support.html", blocks = ["dialog"])]
struct SupportPage {
    layout: Layout,
    organization: OperatorOrganization,
    path: String,
    obstacle: Option<SupportObstacle>,
    /// Whom to ask for consent: names, addresses, and the addresses with a message begun.
    owners: Vec<(String, String, String)>,
    reason: String,
    minutes: String,
    errors: FormErrors,
}

crate::page!(SupportPage => as_dialog);

impl SupportPage {
    fn load(
        conn: &mut Conn,
        operator: &CurrentUser,
        slug: &str,
        form: SupportForm,
        errors: FormErrors,
    ) -> Result<Self, AppError> {
        let organization = organizations::find(conn, slug)?;
        let owners = member_names::owners(conn, organization.id, None)?;
        Ok(Self {
            layout: operator.layout(conn, "operator organizations")?,
            obstacle: SupportObstacle::of(conn, operator, &organization)?,
            owners: owners
                .into_iter()
                .map(|owner| {
                    let link = consent_link(operator, &organization, owner.email.as_str(), &form.reason);
                    (owner.name, owner.email.to_string(), link)
                })
                .collect(),
            path: format!("/operator/organizations/{}", organization.slug),
            organization,
            reason: form.reason,
            minutes: form.minutes,
            errors,
        })
    }

    fn title(&self) -> String {
        format!("View {} as support", self.organization.name)
    }
}

/// An email to an owner that asks for consent, begun in the operator's own mail program.
fn consent_link(operator: &CurrentUser, organization: &OperatorOrganization, email: &str, reason: &str) -> String {
    let settings = operator
        .cx
        .config()
        .link(&format!("/organizations/{}/settings/support", organization.slug));
    let why = if reason.is_empty() { "(your reason)" } else { reason };
    let body = format!(
        "To help you with {}, I need to view it as support: {why}\n\nTo allow it, turn on support access here: {settings}\n\nYou can turn it off at any time.",
        organization.name
    );
    let subject = format!("Support access to {}", organization.name);
    format!(
        "mailto:{email}?subject={}&body={}",
        query_value(&subject),
        query_value(&body)
    )
}

/// `GET /operator/organizations/{slug}/support`
pub async fn new(gate: OperatorGate, slug: web::Path<String>) -> Result<HttpResponse, AppError> {
    let form = SupportForm {
        minutes: "15".to_owned(),
        ..SupportForm::default()
    };
    gate.show(move |operator, conn| SupportPage::load(conn, operator, &slug, form, FormErrors::none()))
        .await
}

fn message(error: SupportError) -> Result<&'static str, AppError> {
    match error {
        SupportError::Member => Ok("You are a member of this organization. Open it as a member"),
        SupportError::NoConsent => {
            Ok("This organization doesn’t allow support access. A member who can manage security can turn it on")
        }
        SupportError::AlreadyActive => Ok("You already have an active session in this organization. End it first"),
        SupportError::Failed(error) => Err(error),
    }
}

/// `POST /operator/organizations/{slug}/support`
pub async fn create(
    gate: OperatorGate,
    slug: web::Path<String>,
    form: web::Form<SupportForm>,
) -> Result<HttpResponse, AppError> {
    let (slug, mut form) = (slug.into_inner(), form.into_inner());
    let password = std::mem::take(&mut form.password);
    let errors = match rules::support_request(&form.reason, &form.minutes, &password) {
        Err(errors) => errors,
        Ok(request) => match reauthenticate::confirm_operator(&gate, password).await {
            Err(error) => FormErrors::one("password", password::message(error)?),
            Ok(()) => {
                let slug = slug.clone();
                let begun = gate
                    .try_write(move |operator, conn| {
                        let found = organizations::find(conn, &slug)?;
                        let path = format!("/organizations/{}", found.slug);
                        let organization = SupportedOrganization {
                            id: found.id,
                            name: found.name,
                            slug: found.slug,
                            zone: found.zone,
                        };
                        let (token, events) = begin::begin_as(conn, operator, &organization, &request)?;
                        Ok(((path, token), events))
                    })
                    .await;
                match begun {
                    Ok((path, token)) => {
                        session_cookie::remember(gate.session(), &token)?;
                        return Ok(see_other(gate.fragment(), &path));
                    }
                    Err(error) => FormErrors::one("reason", message(error)?),
                }
            }
        },
    };
    gate.refused(move |operator, conn| SupportPage::load(conn, operator, &slug, form, errors))
        .await
}
