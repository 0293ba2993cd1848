//! What a browser is asked, and whose answer it is. The state stays in the database.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::app::Ctx;
use crate::auth::current_user::CurrentUser;
use crate::common::error::AppError;
use crate::common::id::UserId;
use crate::common::token::Token;
use crate::db::Conn;
use crate::models::passkey_ceremony;
use crate::models::passkey_ceremony::{Ceremony, CeremonyKind};

/// Who may answer.
pub struct Asked {
    pub kind: CeremonyKind,
    pub user: Option<UserId>,
    pub holder: Option<String>,
}

impl Asked {
    /// The session of a person.
    pub fn of(kind: CeremonyKind, person: &CurrentUser) -> Self {
        Self {
            kind,
            user: Some(person.id),
            holder: Some(person.session.to_string()),
        }
    }

    /// The step of a sign-in.
    pub fn of_step(user: UserId, token: &Token) -> Self {
        Self {
            kind: CeremonyKind::Step,
            user: Some(user),
            holder: Some(token.hash()),
        }
    }

    /// Anyone.
    pub fn of_sign_in() -> Self {
        Self {
            kind: CeremonyKind::SignIn,
            user: None,
            holder: None,
        }
    }

    /// Whether a ceremony was asked of these.
    pub fn is(&self, ceremony: &Ceremony) -> bool {
        self.kind == ceremony.kind && self.user == ceremony.user_id && self.holder == ceremony.holder
    }
}

/// Saves the state, and returns the options for the browser (the JSON of `navigator.credentials`).
pub fn begin(
    conn: &mut Conn,
    cx: &Ctx,
    asked: Asked,
    challenge: &impl Serialize,
    state: &impl Serialize,
) -> Result<Value, AppError> {
    let mut options = serde_json::to_value(challenge)?;
    if let Some(options) = options.as_object_mut() {
        // The script chooses between autofill and a dialog.
        options.remove("mediation");
    }
    if let Some(options) = options.pointer_mut("/publicKey").and_then(Value::as_object_mut) {
        // The library takes the person for one with a security key, or asks for what nothing here uses.
        options.remove("hints");
        options.remove("extensions");
    }
    if let Some(selection) = options.pointer_mut("/publicKey/authenticatorSelection") {
        // Autofill offers only passkeys that the device keeps. The library discourages that.
        selection["residentKey"] = json!("preferred");
    }
    let text = options.pointer("/publicKey/challenge").and_then(Value::as_str);
    let text = text.ok_or_else(|| AppError::internal("options without a challenge"))?;
    let Asked { kind, user, holder } = asked;
    let ceremony = Ceremony {
        kind,
        user_id: user,
        holder,
        state: serde_json::to_string(state)?,
    };
    passkey_ceremony::begin(conn, cx.now, text, &ceremony)?;
    Ok(options)
}

/// Takes the ceremony that an answer belongs to, by the challenge in the data that the browser signed.
pub fn take(conn: &mut Conn, cx: &Ctx, client_data: &[u8]) -> Result<Option<Ceremony>, AppError> {
    #[derive(Deserialize)]
    struct ClientData {
        challenge: String,
    }
    let Ok(data) = serde_json::from_slice::<ClientData>(client_data) else {
        return Ok(None);
    };
    Ok(passkey_ceremony::take(conn, cx.now, &data.challenge)?)
}
