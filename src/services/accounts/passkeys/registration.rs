//! Adding a passkey.

use serde_json::{Value, json};
use webauthn_rs::prelude::{Credential, RegisterPublicKeyCredential, SecurityKeyRegistration, Uuid, WebauthnResult};

use crate::audit::{Action, Events};
use crate::auth::current_user::CurrentUser;
use crate::common::confirm::ConfirmReason;
use crate::common::device;
use crate::common::error::AppError;
use crate::common::name;
use crate::common::time::Span;
use crate::db::Conn;
use crate::models::passkey::{MOST, Passkey};
use crate::models::passkey_ceremony::CeremonyKind;
use crate::models::{passkey, second_factor, session, sign_in_step, user};
use crate::services::accounts::passkeys::ceremony::Asked;
use crate::services::accounts::passkeys::{PasskeyRefusal, ceremony, proofs, refusal_of, webauthn};
use crate::services::accounts::second_factor::{backup_codes, email};

/// How long ago the person may have confirmed who they are.
const FRESH: Span = Span::minutes(15);
const LONGEST_NAME: usize = 60;

#[derive(Debug)]
pub enum AddError {
    /// Another passkey of the account has the name.
    NameTaken,
    /// The account has as many as it may have.
    Full,
    Failed(AppError),
}
crate::change_error!(AddError);

/// What an answer came to. It is used up either way, so a refusal is no error.
pub enum AddOutcome {
    /// With the backup codes of an account that had no second factor before.
    Added(Vec<String>),
    Refused(PasskeyRefusal),
}

/// Reads the name of a passkey.
pub fn parse_name(text: &str) -> Result<String, String> {
    name::parse(text, "a name for the passkey", LONGEST_NAME)
}

fn is_taken(passkeys: &[Passkey], name: &str) -> bool {
    let name = name.to_lowercase();
    passkeys.iter().any(|passkey| passkey.name.to_lowercase() == name)
}

/// A name that says which device it is, and that no other passkey has.
pub fn suggested_name(passkeys: &[Passkey], agent: &str) -> String {
    let device = device::device(agent).words;
    let numbered = (2..).map(|number| format!("{device} {number}"));
    let mut names = std::iter::once(device.clone()).chain(numbered);
    names.find(|name| !is_taken(passkeys, name)).unwrap_or_default()
}

/// Whether the person may add a passkey of this name now; returns those that they have.
fn check(conn: &mut Conn, person: &CurrentUser, name: Option<&str>) -> Result<Vec<Passkey>, AddError> {
    if !person.facts.is_fresh(person.cx.now, FRESH) {
        return Err(AppError::Confirm(ConfirmReason::StepUp).into());
    }
    let passkeys = passkey::of_user(conn, person.id)?;
    if passkeys.len() >= MOST {
        return Err(AddError::Full);
    }
    if name.is_some_and(|name| is_taken(&passkeys, name)) {
        return Err(AddError::NameTaken);
    }
    Ok(passkeys)
}

/// What the browser makes a passkey from. A name that is given is checked before the device makes one.
pub fn ask(conn: &mut Conn, person: &CurrentUser, name: Option<&str>) -> Result<Value, AddError> {
    let cx = &person.cx;
    let webauthn = webauthn(cx)?;
    let mut known = Vec::new();
    for passkey in check(conn, person, name)? {
        known.push(passkey.credential()?.cred_id);
    }
    let handle = Uuid::parse_str(person.id.as_str()).map_err(AppError::internal)?;
    // As a security key: a passkey of the library would have to check the person. Without attestation.
    let (challenge, state) = webauthn
        .start_securitykey_registration(handle, person.email.as_str(), &person.name, Some(known), None, None)
        .map_err(AppError::internal)?;
    let asked = Asked::of(CeremonyKind::Register, person);
    Ok(ceremony::begin(conn, cx, asked, &challenge, &state)?)
}

/// Adds the passkey that the browser made. All other sessions end.
pub fn add(conn: &mut Conn, person: &CurrentUser, name: &str, answer: &str) -> Result<(AddOutcome, Events), AddError> {
    let cx = &person.cx;
    webauthn(cx)?;
    second_factor::lock(conn, person.id)?;
    check(conn, person, Some(name))?;
    let refused = |refusal| Ok((AddOutcome::Refused(refusal), Events::none("no passkey is added")));
    let Ok(answer) = serde_json::from_str::<RegisterPublicKeyCredential>(answer) else {
        return refused(PasskeyRefusal::Unreadable);
    };
    let asked = Asked::of(CeremonyKind::Register, person);
    let ceremony = ceremony::take(conn, cx, &answer.response.client_data_json)?;
    let Some(ceremony) = ceremony.filter(|ceremony| asked.is(ceremony)) else {
        return refused(PasskeyRefusal::Over);
    };
    let state: SecurityKeyRegistration = serde_json::from_str(&ceremony.state).map_err(AppError::from)?;
    let checked = webauthn(cx)?.finish_securitykey_registration(&answer, &state);
    let made: WebauthnResult<Credential> = checked.map(Credential::from);
    let credential = match made {
        Ok(credential) => credential,
        Err(error) => return refused(refusal_of(&error)),
    };
    if passkey::add(conn, cx.now, person.id, name, &credential)?.is_none() {
        return refused(PasskeyRefusal::Exists);
    }
    let account = user::by_id(conn, person.id)?;
    second_factor::refresh(conn, person.id)?;
    let codes = if account.second_factor {
        Vec::new()
    } else {
        backup_codes::fresh(conn, person)?
    };
    session::end_all(conn, person.id, Some(person.session))?;
    sign_in_step::end_all(conn, person.id)?;
    let given = proofs(cx.now, credential.user_verified);
    session::prove(conn, cx, person.id, person.session, given)?;
    email::changed(conn, cx, &account, "A passkey was added to your account")?;
    let event = account.audit_event(Action::PasskeyAdded).after(json!({ "name": name }));
    Ok((AddOutcome::Added(codes), Events::account(account.id, event)))
}
