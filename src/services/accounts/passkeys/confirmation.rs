//! Confirming with a passkey who someone is, in a session that is signed in.

use serde_json::Value;
use webauthn_rs::prelude::PublicKeyCredential;

use crate::audit::Events;
use crate::auth::current_user::CurrentUser;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::models::passkey_ceremony::CeremonyKind;
use crate::models::user;
use crate::services::accounts::passkeys::assertion::{self, Checked};
use crate::services::accounts::passkeys::ceremony;
use crate::services::accounts::passkeys::ceremony::Asked;
use crate::services::accounts::passkeys::{PasskeyRefusal, webauthn};

pub use crate::services::accounts::passkeys::assertion::Checked as Confirmation;

/// What the browser asks a passkey of the person for. Not found when they have none.
pub fn ask(conn: &mut Conn, person: &CurrentUser) -> Result<Value, AppError> {
    let asked = Asked::of(CeremonyKind::Confirm, person);
    assertion::ask(conn, &person.cx, person.id, asked)
}

/// Checks the answer (JSON). The caller saves what it says in the session. A refusal has to be committed, too: an answer is used
/// up by the first attempt.
pub fn prove(conn: &mut Conn, person: &CurrentUser, answer: &str) -> Result<(Confirmation, Events), AppError> {
    let cx = &person.cx;
    webauthn(cx)?;
    let refused = |refusal| Ok((Checked::Refused(refusal), Events::none("nothing is confirmed")));
    let Ok(answer) = serde_json::from_str::<PublicKeyCredential>(answer) else {
        return refused(PasskeyRefusal::Unreadable);
    };
    let asked = Asked::of(CeremonyKind::Confirm, person);
    let ceremony = ceremony::take(conn, cx, &answer.response.client_data_json)?;
    let Some(ceremony) = ceremony.filter(|ceremony| asked.is(ceremony)) else {
        return refused(PasskeyRefusal::Over);
    };
    let account = user::by_id(conn, person.id)?;
    assertion::check(conn, cx, &account, &ceremony, &answer)
}
