//! The answer of a passkey that an account has: what it says about the person, or why it is refused.

use serde_json::json;
use webauthn_rs::prelude::{
    AuthenticationResult, Credential, PublicKeyCredential, SecurityKey, SecurityKeyAuthentication, WebauthnResult,
};

use crate::app::Ctx;
use crate::audit::{Action, Events};
use crate::authz::session_rules::Proofs;
use crate::common::error::AppError;
use crate::common::id::UserId;
use crate::db::Conn;
use crate::models::passkey;
use crate::models::passkey::Passkey;
use crate::models::passkey_ceremony::Ceremony;
use crate::models::user::Account;
use crate::services::accounts::passkeys::ceremony;
use crate::services::accounts::passkeys::ceremony::Asked;
use crate::services::accounts::passkeys::{PasskeyRefusal, email, proofs, refusal_of, webauthn};

/// What an answer came to. The ceremony that it used up and the event of a refusal have to be committed, so a refusal is no error.
pub enum Checked {
    Accepted(Proofs),
    Refused(PasskeyRefusal),
}

/// Asks for one of the passkeys of an account. Those whose device can check the person have to.
pub fn ask(conn: &mut Conn, cx: &Ctx, user: UserId, asked: Asked) -> Result<serde_json::Value, AppError> {
    let webauthn = webauthn(cx)?;
    let mut keys = Vec::new();
    for passkey in passkey::of_user(conn, user)? {
        keys.push(SecurityKey::from(passkey.credential()?));
    }
    if keys.is_empty() {
        return Err(AppError::NotFound);
    }
    let (challenge, state) = webauthn
        .start_securitykey_authentication(&keys)
        .map_err(AppError::internal)?;
    ceremony::begin(conn, cx, asked, &challenge, &state)
}

/// Checks the answer to [`ask`].
pub fn check(
    conn: &mut Conn,
    cx: &Ctx,
    account: &Account,
    ceremony: &Ceremony,
    answer: &PublicKeyCredential,
) -> Result<(Checked, Events), AppError> {
    let webauthn = webauthn(cx)?;
    // It may have been removed since.
    let found = passkey::by_credential(conn, &answer.raw_id)?.filter(|passkey| passkey.user_id == account.id);
    let Some(passkey) = found else {
        return Ok((
            Checked::Refused(PasskeyRefusal::Unknown),
            Events::none("an unknown passkey says nothing"),
        ));
    };
    let credential = passkey.credential()?;
    let state: SecurityKeyAuthentication = serde_json::from_str(&ceremony.state)?;
    let result = webauthn.finish_securitykey_authentication(answer, &state);
    settle(conn, cx, account, (&passkey, &credential), result)
}

/// Saves the use of a passkey, or that it is refused because its counter ran backwards.
pub fn settle(
    conn: &mut Conn,
    cx: &Ctx,
    account: &Account,
    (passkey, credential): (&Passkey, &Credential),
    result: WebauthnResult<AuthenticationResult>,
) -> Result<(Checked, Events), AppError> {
    let refusal = match result {
        Ok(result) => {
            if passkey::used(conn, cx.now, passkey, result.counter(), result.backup_state())? {
                let verified = result.user_verified() && credential.user_verified;
                let accepted = Checked::Accepted(proofs(cx.now, verified));
                return Ok((accepted, Events::none("what the passkey is used for is recorded")));
            }
            PasskeyRefusal::Counter
        }
        Err(error) => refusal_of(&error),
    };
    let events = if refusal == PasskeyRefusal::Counter {
        email::refused(conn, cx, account, passkey)?;
        let event = account.audit_event(Action::PasskeyRefused);
        Events::account(account.id, event.after(json!({ "name": passkey.name })))
    } else {
        Events::none("the caller records a failed sign-in")
    };
    Ok((Checked::Refused(refusal), events))
}
