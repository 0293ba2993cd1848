//! Passkeys (`WebAuthn`): adding and removing them, signing in with one, and confirming who someone is.
//!
//! A passkey whose device checks the person, by fingerprint, face or PIN, is two factors and signs in alone. Whether it does is
//! decided when it is added: a thief can set a PIN on a security key that had none. Any other passkey is a second factor only.

mod assertion;
mod ceremony;
pub mod confirmation;
mod email;
pub mod registration;
pub mod removal;
pub mod sign_in;

use webauthn_rs::Webauthn;
use webauthn_rs::prelude::WebauthnError;

use crate::app::Ctx;
use crate::authz::session_rules::Proofs;
use crate::common::error::AppError;
use crate::common::time::Time;

pub use crate::services::accounts::passkeys::confirmation::prove;

/// Why what a browser sent is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasskeyRefusal {
    /// It is no answer of a passkey.
    Unreadable,
    /// It was used before, is too old, or was asked of another session.
    Over,
    /// No account has the passkey, or not this one.
    Unknown,
    /// The account has the passkey already.
    Exists,
    /// The device did not check the person, or the passkey is a second factor only.
    Unverified,
    /// The signature counter is not higher than before: there may be a copy of the passkey.
    Counter,
    /// Another origin, a wrong signature, or anything else that does not fit.
    Invalid,
}

/// Whether this instance has passkeys.
pub fn are_available(cx: &Ctx) -> bool {
    cx.app.webauthn.is_some()
}

fn webauthn(cx: &Ctx) -> Result<&Webauthn, AppError> {
    cx.app.webauthn.as_ref().ok_or(AppError::NotFound)
}

fn refusal_of(error: &WebauthnError) -> PasskeyRefusal {
    match error {
        WebauthnError::UserNotVerified => PasskeyRefusal::Unverified,
        WebauthnError::CredentialPossibleCompromise => PasskeyRefusal::Counter,
        WebauthnError::CredentialNotFound | WebauthnError::InvalidUserUniqueId => PasskeyRefusal::Unknown,
        _ => PasskeyRefusal::Invalid,
    }
}

/// What a passkey says about the person now.
fn proofs(now: Time, verified: bool) -> Proofs {
    let (verified_passkey, passkey) = if verified { (Some(now), None) } else { (None, Some(now)) };
    Proofs {
        passkey,
        verified_passkey,
        ..Proofs::default()
    }
}
