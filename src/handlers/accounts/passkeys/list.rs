//! The passkeys of an account, and the form that adds one.

use actix_web::HttpResponse;
use actix_web::web::Form;
use askama::Template;
use serde::Deserialize;

use crate::auth::SignedIn;
use crate::auth::current_user::CurrentUser;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::id::PasskeyId;
use crate::common::time::Time;
use crate::db::Conn;
use crate::handlers::accounts::passkeys::{FIELD, FULL, NAME_TAKEN, message};
use crate::models::passkey;
use crate::models::passkey::{MOST, Passkey};
use crate::services::accounts::passkeys;
use crate::services::accounts::passkeys::registration;
use crate::services::accounts::passkeys::registration::{AddError, AddOutcome};
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

pub const PATH: &str = "/account/passkeys";
/// The page that shows new backup codes, and their place in the cookie.
const CODES_PATH: &str = "/account/two-factor";
const CODES: &str = "backup_codes";

struct PasskeyRow {
    id: PasskeyId,
    name: String,
    added: Time,
    used: Option<Time>,
    synced: bool,
    /// Whether it signs in without the password.
    alone: bool,
}

impl PasskeyRow {
    fn of(passkey: &Passkey) -> Result<Self, AppError> {
        Ok(Self {
            id: passkey.id,
            name: passkey.name.clone(),
            added: passkey.created_at,
            used: passkey.last_used_at,
            synced: passkey.backed_up,
            alone: passkey.credential()?.user_verified,
        })
    }
}

#[derive(Template)]
#[template(path = "accounts/passkeys.html")]
struct PasskeysPage {
    layout: Layout,
    errors: FormErrors,
    now: Time,
    rows: Vec<PasskeyRow>,
    name: String,
    available: bool,
    full: bool,
}
crate::page!(PasskeysPage);

impl PasskeysPage {
    /// `typed` is the name that was typed before, with its errors.
    fn load(conn: &mut Conn, person: &CurrentUser, typed: Option<(String, FormErrors)>) -> Result<Self, AppError> {
        // The suggested name depends on the browser.
        person.cx.request.page.never_store();
        let passkeys = passkey::of_user(conn, person.id)?;
        let (name, errors) = typed.unwrap_or_else(|| {
            let agent = &person.cx.request.agent;
            (registration::suggested_name(&passkeys, agent), FormErrors::none())
        });
        Ok(Self {
            layout: person.layout(conn, "security")?,
            errors,
            now: person.cx.now,
            rows: passkeys.iter().map(PasskeyRow::of).collect::<Result<_, _>>()?,
            name,
            available: passkeys::are_available(&person.cx),
            full: passkeys.len() >= MOST,
        })
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct PasskeyForm {
    name: String,
    credential: String,
}

/// `GET /account/passkeys`
pub async fn index(gate: SignedIn) -> Result<HttpResponse, AppError> {
    gate.show(|person, conn| PasskeysPage::load(conn, person, None)).await
}

/// `POST /account/passkeys`
pub async fn create(gate: SignedIn, form: Form<PasskeyForm>) -> Result<HttpResponse, AppError> {
    let PasskeyForm {
        name: typed,
        credential,
    } = form.into_inner();
    let name = match registration::parse_name(&typed) {
        Ok(name) => name,
        Err(message) => return again(&gate, typed, FormErrors::one("name", message)).await,
    };
    let added = gate
        .try_write(move |person, conn| registration::add(conn, person, &name, &credential))
        .await;
    let errors = match added {
        Ok(AddOutcome::Added(codes)) => return landing(&gate, codes),
        Ok(AddOutcome::Refused(refusal)) => FormErrors::one(FIELD, message(refusal)),
        Err(AddError::NameTaken) => FormErrors::one("name", NAME_TAKEN),
        Err(AddError::Full) => FormErrors::one("name", FULL),
        Err(AddError::Failed(error)) => return Err(error),
    };
    again(&gate, typed, errors).await
}

async fn again(gate: &SignedIn, typed: String, errors: FormErrors) -> Result<HttpResponse, AppError> {
    gate.refused(move |person, conn| PasskeysPage::load(conn, person, Some((typed, errors))))
        .await
}

/// The first second factor of an account comes with backup codes, which the next page shows.
fn landing(gate: &SignedIn, codes: Vec<String>) -> Result<HttpResponse, AppError> {
    let message = "The passkey was added. Other sessions were signed out";
    if codes.is_empty() {
        return Ok(gate.done(message, PATH));
    }
    gate.session().insert(CODES, codes).map_err(AppError::internal)?;
    Ok(gate.done(message, CODES_PATH))
}
