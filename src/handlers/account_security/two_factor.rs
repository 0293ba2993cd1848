//! Setting up an authenticator app, and what an account with one sees.

use actix_web::web::{Form, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use crate::auth::SignedIn;
use crate::auth::current_user::CurrentUser;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{local_path, query_value, see_other};
use crate::common::session_cookie;
use crate::common::time::Time;
use crate::db::Conn;
use crate::handlers::account_security::once;
use crate::handlers::password;
use crate::models::organization::of_user;
use crate::models::{backup_code, totp_secret};
use crate::services::accounts::second_factor::setup;
use crate::services::accounts::second_factor::setup::{QrImage, SetupError};
use crate::services::reauthenticate;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

pub const PATH: &str = "/account/two-factor";

/// The name that authenticator apps show.
const ISSUER: &str = "Tenantry";

/// A secret as the page shows it.
struct ShownSecret {
    text: String,
    qr: QrImage,
}

#[derive(Template)]
#[template(path = "account_security/two_factor.html")]
pub struct TwoFactorPage {
    layout: Layout,
    errors: FormErrors,
    /// The code that was typed.
    code: String,
    next: String,
    since: Option<Time>,
    /// New codes, shown once.
    codes: Vec<String>,
    codes_left: i64,
    second_factor: bool,
    /// `None` after a refusal: a secret is not shown again with an error.
    secret: Option<ShownSecret>,
    required_by: Vec<String>,
}
crate::page!(TwoFactorPage);

impl TwoFactorPage {
    pub fn load(
        conn: &mut Conn,
        person: &CurrentUser,
        next: &str,
        codes: Vec<String>,
        refused: Option<(String, FormErrors)>,
    ) -> Result<Self, AppError> {
        person.cx.request.page.never_store();
        let since = totp_secret::since(conn, person.id)?;
        let secret = match (since, &refused) {
            (None, None) => {
                let secret = setup::offer(conn, person)?;
                Some(ShownSecret {
                    qr: secret.qr(ISSUER, person.email.as_str())?,
                    text: secret.text(),
                })
            }
            _ => None,
        };
        let (code, errors) = refused.unwrap_or_default();
        Ok(Self {
            layout: person.layout(conn, "security")?,
            errors,
            code,
            next: local_path(next, "").to_owned(),
            since,
            codes,
            codes_left: backup_code::left(conn, person.id)?,
            second_factor: person.second_factor,
            secret,
            required_by: of_user::requiring_second_factor(conn, person.id)?,
        })
    }

    /// For password managers.
    fn email(&self) -> &str {
        self.layout.person.as_ref().map_or("", |person| &person.email)
    }

    /// The page with the secret, after a refusal.
    fn again(&self) -> String {
        path(&self.next)
    }
}

/// The page, with the path to continue with.
pub fn path(next: &str) -> String {
    match local_path(next, "") {
        "" => PATH.to_owned(),
        next => format!("{PATH}?next={}", query_value(next)),
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct TwoFactorForm {
    code: String,
    password: String,
    next: String,
}

/// `GET /account/two-factor`
pub async fn show(gate: SignedIn, req: HttpRequest, query: Query<TwoFactorForm>) -> Result<HttpResponse, AppError> {
    let (next, codes) = (query.into_inner().next, once::take(gate.session(), &req));
    gate.show(move |person, conn| TwoFactorPage::load(conn, person, &next, codes, None))
        .await
}

/// `POST /account/two-factor`
pub async fn create(gate: SignedIn, form: Form<TwoFactorForm>) -> Result<HttpResponse, AppError> {
    let TwoFactorForm { code, password, next } = form.into_inner();
    let checked = match reauthenticate::confirm_account(&gate, password).await {
        Ok(account) => account,
        Err(error) => return again(&gate, next, code, "password", password::message(error)?).await,
    };
    let typed = code.clone();
    let set_up = gate
        .try_write(move |person, conn| setup::confirm(conn, person, &checked, &typed))
        .await;
    match set_up {
        Ok(new) => {
            session_cookie::remember(gate.session(), &new.token)?;
            once::leave(gate.session(), new.codes)?;
            Ok(gate.done(
                "Two-factor authentication is on. Other sessions were signed out",
                &path(&next),
            ))
        }
        Err(SetupError::WrongCode) => {
            let message = "Incorrect code. Enter the 6 digits that the app shows now";
            again(&gate, next, code, "code", message).await
        }
        Err(SetupError::Exists) => {
            gate.tell("info", "Your account already has an authenticator app");
            Ok(see_other(gate.fragment(), &path(&next)))
        }
        Err(SetupError::Changed) => {
            let message = "Your password was changed in the meantime. Try again";
            again(&gate, next, code, "password", message).await
        }
        Err(SetupError::Failed(error)) => Err(error),
    }
}

async fn again(
    gate: &SignedIn,
    next: String,
    code: String,
    field: &'static str,
    message: &'static str,
) -> Result<HttpResponse, AppError> {
    let refused = Some((code, FormErrors::one(field, message)));
    gate.refused(move |person, conn| TwoFactorPage::load(conn, person, &next, Vec::new(), refused))
        .await
}
