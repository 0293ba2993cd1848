//! The second step of a sign-in.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Form, Query};
use askama::Template;
use serde::Deserialize;

use crate::auth::{Visit, Visitor};
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{Page, local_path, query_value, see_other};
use crate::common::session_cookie;
use crate::handlers::accounts::landing::landing;
use crate::handlers::accounts::page::{AccountPage, NextQuery};
use crate::handlers::password::FLOODED;
use crate::models::{passkey, sign_in_step, totp_secret};
use crate::services::accounts::passkeys;
use crate::services::accounts::second_factor::step;
use crate::services::accounts::second_factor::step::{CodeMethod, StepOutcome};
use crate::web::layout::Layout;
use crate::web::layout::PublicLayout;

pub(super) const OVER: &str = "Sign in again: this step allows five attempts within ten minutes";

/// The address of the step, with the path to continue with.
pub fn path(next: &str) -> String {
    match local_path(next, "") {
        "" => "/login/second-factor".to_owned(),
        next => format!("/login/second-factor?next={}", query_value(next)),
    }
}

#[derive(Default, Deserialize)]
pub struct StepForm {
    #[serde(default)]
    code: String,
    #[serde(default)]
    method: String,
    #[serde(default)]
    next: String,
}

/// The page asks for a code of the app, or with `method=backup_code` for a backup code.
#[derive(Default, Deserialize)]
pub struct StepQuery {
    #[serde(default)]
    method: String,
    #[serde(default)]
    next: String,
}

#[derive(Template)]
#[template(path = "accounts/second_factor.html")]
pub struct StepPage {
    layout: Layout,
    errors: FormErrors,
    next: String,
    backup: bool,
    has_app: bool,
    /// Whether the page asks for a passkey.
    has_passkey: bool,
}
crate::page!(StepPage);

impl StepPage {
    fn other(&self) -> String {
        let method = if self.backup { "totp" } else { "backup_code" };
        format!("/login/second-factor?method={method}&next={}", query_value(&self.next))
    }
}

pub(super) async fn load(
    visitor: &Visitor,
    method: String,
    next: String,
    errors: FormErrors,
) -> Result<AccountPage<StepPage>, AppError> {
    let token = session_cookie::step(visitor.session());
    visitor
        .read(move |visit: &Visit, conn| {
            let account = match &token {
                Some(token) => sign_in_step::account(conn, visit.cx.now, token)?,
                None => None,
            };
            let next = local_path(&next, "").to_owned();
            let Some(account) = account else {
                let ask = NextQuery { next };
                return Ok(AccountPage::Redirect(ask.login()));
            };
            let has_app = totp_secret::since(conn, account.id)?.is_some();
            Ok(AccountPage::shown(StepPage {
                layout: visit.layout(),
                errors,
                backup: method == CodeMethod::BackupCode.as_str(),
                has_app,
                has_passkey: passkeys::are_available(&visit.cx) && passkey::count(conn, account.id)? > 0,
                next,
            }))
        })
        .await
}

/// `GET /login/second-factor`
pub async fn show(visitor: Visitor, query: Query<StepQuery>) -> Result<HttpResponse, AppError> {
    let StepQuery { method, next } = query.into_inner();
    let page = load(&visitor, method, next, FormErrors::none()).await?;
    page.respond(StatusCode::OK, visitor.fragment())
}

/// `POST /login/second-factor`
pub async fn create(visitor: Visitor, form: Form<StepForm>) -> Result<HttpResponse, AppError> {
    let StepForm { code, method, next } = form.into_inner();
    let Some(token) = session_cookie::step(visitor.session()) else {
        return Ok(see_other(visitor.fragment(), &NextQuery { next }.login()));
    };
    let kind = CodeMethod::parse(&method).unwrap_or(CodeMethod::Totp);
    let entered = visitor
        .write(move |visit, conn| {
            let (outcome, events) = step::enter(conn, &visit.cx, visit.person.as_ref(), &token, kind, &code)?;
            let actor = match &outcome {
                StepOutcome::SignedIn { session, .. } => Some(session.actor.clone()),
                _ => None,
            };
            Ok((outcome, actor, events))
        })
        .await?;
    let (status, message) = match entered {
        StepOutcome::SignedIn { session, verified } => {
            session_cookie::remember(visitor.session(), &session.token)?;
            return Ok(see_other(visitor.fragment(), &landing(&next, verified, &session)));
        }
        StepOutcome::Over => {
            visitor.tell("info", OVER);
            return Ok(see_other(visitor.fragment(), &NextQuery { next }.login()));
        }
        StepOutcome::Wrong => (StatusCode::UNPROCESSABLE_ENTITY, wrong(kind)),
        StepOutcome::Locked => (StatusCode::UNPROCESSABLE_ENTITY, "Too many attempts. Wait 15 minutes"),
        StepOutcome::Flooded => (StatusCode::TOO_MANY_REQUESTS, FLOODED),
    };
    let page = load(&visitor, method, next, FormErrors::one("code", message)).await?;
    page.respond(status, visitor.fragment())
}

fn wrong(kind: CodeMethod) -> &'static str {
    match kind {
        CodeMethod::Totp => "Incorrect code. Enter the 6 digits that the app shows now; each code works once",
        CodeMethod::BackupCode => "This is not one of your unused backup codes",
    }
}
