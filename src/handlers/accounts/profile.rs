//! The profile page: name, time zone, address and password. Each card is a form of its own.

use actix_web::HttpResponse;
use askama::Template;

use crate::auth::current_user::CurrentUser;
use crate::auth::{SignedIn, Unverified};
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::zone;
use crate::db::Conn;
use crate::handlers::password;
use crate::models::email_token;
use crate::models::organization::heading;
use crate::models::report_schedule;
use crate::services::reauthenticate::PasswordError;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

pub const PATH: &str = "/account";

#[derive(Template)]
#[template(path = "accounts/profile.html")]
pub struct ProfilePage {
    layout: Layout,
    errors: FormErrors,
    name: String,
    timezone: String,
    zones: Vec<(&'static str, Vec<(&'static str, &'static str)>)>,
    /// The current address.
    current: String,
    verified: bool,
    /// The new address that was typed.
    email: String,
    /// The new address that is not verified yet.
    awaited: Option<String>,
    /// The reports that are sent to this account: id, name and organization.
    reports: Vec<(String, String, String)>,
}
crate::page!(ProfilePage);

/// What was typed into a form that is shown again.
#[derive(Debug, Default)]
pub struct TypedProfile {
    pub name: Option<String>,
    pub timezone: Option<String>,
    pub email: String,
}

impl ProfilePage {
    pub fn load(
        conn: &mut Conn,
        person: &CurrentUser,
        typed: TypedProfile,
        errors: FormErrors,
    ) -> Result<Self, AppError> {
        Ok(Self {
            layout: person.layout(conn, "account")?,
            errors,
            name: typed.name.unwrap_or_else(|| person.name.clone()),
            timezone: typed
                .timezone
                .unwrap_or_else(|| person.zone.map_or_else(String::new, |zone| zone.name().to_owned())),
            zones: zone::by_region(),
            current: person.email.to_string(),
            verified: person.verified,
            email: typed.email,
            awaited: email_token::pending_email(conn, &person.cx, person.id)?,
            reports: reports(conn, person)?,
        })
    }
}

fn reports(conn: &mut Conn, person: &CurrentUser) -> Result<Vec<(String, String, String)>, AppError> {
    let mut reports = Vec::new();
    for (organization, schedule, _) in report_schedule::of_user(conn, person.id)? {
        let found = report_schedule::find(conn, organization, schedule)?;
        let organization = heading::heading(conn, organization)?;
        reports.push((schedule.to_string(), found.name, organization.name));
    }
    Ok(reports)
}

/// `GET /account`
pub async fn show(gate: SignedIn<Unverified>) -> Result<HttpResponse, AppError> {
    gate.show(|person, conn| ProfilePage::load(conn, person, TypedProfile::default(), FormErrors::none()))
        .await
}

/// The page after a refusal.
pub(super) async fn again(
    gate: &SignedIn<Unverified>,
    typed: TypedProfile,
    field: &'static str,
    message: impl Into<String>,
) -> Result<HttpResponse, AppError> {
    let errors = FormErrors::one(field, message);
    gate.refused(move |person, conn| ProfilePage::load(conn, person, typed, errors))
        .await
}

/// The page after a current password that is not accepted.
pub(super) async fn password_refused(
    gate: &SignedIn<Unverified>,
    typed: TypedProfile,
    field: &'static str,
    error: PasswordError,
) -> Result<HttpResponse, AppError> {
    let message = match error {
        // An unlock email was sent.
        PasswordError::Locked => password::LOCKED,
        error => password::message(error)?,
    };
    again(gate, typed, field, message).await
}
