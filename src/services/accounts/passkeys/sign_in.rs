//! Signing in with a passkey: alone, or as the second factor after the password.

use serde_json::Value;
use webauthn_rs::prelude::{DiscoverableAuthentication, PublicKeyCredential};

use crate::app::Ctx;
use crate::audit::{Action, Events};
use crate::auth::current_user::CurrentUser;
use crate::common::error::AppError;
use crate::common::id::UserId;
use crate::common::token::Token;
use crate::db::Conn;
use crate::models::login_attempt::AttemptVerdict;
use crate::models::passkey_ceremony::{Ceremony, CeremonyKind};
use crate::models::user::Account;
use crate::models::{login_attempt, passkey, sign_in_step, user};
use crate::services::accounts::passkeys::assertion::Checked;
use crate::services::accounts::passkeys::ceremony::Asked;
use crate::services::accounts::passkeys::{PasskeyRefusal, assertion, ceremony, refusal_of, webauthn};
use crate::services::accounts::second_factor::step;
use crate::services::accounts::second_factor::step::StepOutcome;
use crate::services::accounts::sessions::NewSession;
use crate::services::accounts::{attempt, sessions};

/// What an answer came to. Attempts have to be committed, so a refusal is never an error.
pub enum PasskeyOutcome {
    SignedIn {
        session: NewSession,
        verified: bool,
    },
    /// The answer of a sign-in without a password.
    Refused(PasskeyRefusal),
    /// The answer after a correct password.
    RefusedInStep(PasskeyRefusal),
    /// Too many attempts in this step, or its time is over: the password again.
    Over,
    /// Too many attempts on the account.
    Locked,
    /// Too many attempts from this network.
    Flooded,
}

type Outcome = Result<(PasskeyOutcome, Events), AppError>;

fn refused(refusal: PasskeyRefusal) -> (PasskeyOutcome, Events) {
    (PasskeyOutcome::Refused(refusal), Events::none("no account is known"))
}

/// What the browser asks for: in a step a passkey of its account, otherwise any that signs in alone.
pub fn ask(conn: &mut Conn, cx: &Ctx, token: Option<&Token>) -> Result<Value, AppError> {
    let webauthn = webauthn(cx)?;
    if let Some((token, account)) = open_step(conn, cx, token)? {
        return assertion::ask(conn, cx, account.id, Asked::of_step(account.id, token));
    }
    let (challenge, state) = webauthn
        .start_discoverable_authentication()
        .map_err(AppError::internal)?;
    ceremony::begin(conn, cx, Asked::of_sign_in(), &challenge, &state)
}

fn open_step<'a>(
    conn: &mut Conn,
    cx: &Ctx,
    token: Option<&'a Token>,
) -> Result<Option<(&'a Token, Account)>, AppError> {
    let Some(token) = token else { return Ok(None) };
    let account = sign_in_step::account(conn, cx.now, token)?;
    Ok(account.map(|account| (token, account)))
}

/// Signs in with the answer (JSON) to [`ask`].
pub fn enter(conn: &mut Conn, cx: &Ctx, before: Option<&CurrentUser>, token: Option<&Token>, answer: &str) -> Outcome {
    webauthn(cx)?;
    let answer = serde_json::from_str::<PublicKeyCredential>(answer).ok();
    let ceremony = match &answer {
        Some(answer) => ceremony::take(conn, cx, &answer.response.client_data_json)?,
        None => None,
    };
    if let (Some(answer), Some(ceremony)) = (&answer, &ceremony)
        && ceremony.kind == CeremonyKind::SignIn
    {
        return alone(conn, cx, before, ceremony, answer);
    }
    let Some((token, account)) = open_step(conn, cx, token)? else {
        return Ok(match (answer, ceremony.map(|ceremony| ceremony.kind)) {
            (None, _) => refused(PasskeyRefusal::Unreadable),
            (_, Some(CeremonyKind::Step)) => (PasskeyOutcome::Over, Events::none("the step is over")),
            _ => refused(PasskeyRefusal::Over),
        });
    };
    if let Some(limited) = count(conn, cx, token, &account)? {
        return Ok((limited, Events::none("no passkey is checked")));
    }
    let in_step = |refusal| {
        (
            PasskeyOutcome::RefusedInStep(refusal),
            account.event(Action::SecondFactorFailed),
        )
    };
    let Some(answer) = answer else {
        return Ok(in_step(PasskeyRefusal::Unreadable));
    };
    let asked = Asked::of_step(account.id, token);
    let Some(ceremony) = ceremony.filter(|ceremony| asked.is(ceremony)) else {
        return Ok(in_step(PasskeyRefusal::Over));
    };
    let (checked, used) = assertion::check(conn, cx, &account, &ceremony, &answer)?;
    match checked {
        Checked::Refused(PasskeyRefusal::Counter) => Ok((PasskeyOutcome::RefusedInStep(PasskeyRefusal::Counter), used)),
        Checked::Refused(refusal) => Ok(in_step(refusal)),
        Checked::Accepted(proofs) => {
            let (outcome, events) = step::finish(conn, cx, before, token, &account, proofs)?;
            let outcome = match outcome {
                StepOutcome::SignedIn { session, verified } => PasskeyOutcome::SignedIn { session, verified },
                _ => PasskeyOutcome::Over,
            };
            Ok((outcome, events))
        }
    }
}

/// Counts an attempt on the second factor before it is checked; returns why there can be none.
fn count(conn: &mut Conn, cx: &Ctx, token: &Token, account: &Account) -> Result<Option<PasskeyOutcome>, AppError> {
    match login_attempt::second_factor(conn, cx, &account.address())? {
        AttemptVerdict::Allowed => {}
        AttemptVerdict::Flooded => return Ok(Some(PasskeyOutcome::Flooded)),
        AttemptVerdict::Locked => {
            attempt::lock(conn, cx, &account.address())?;
            return Ok(Some(PasskeyOutcome::Locked));
        }
    }
    let taken = sign_in_step::take_attempt(conn, cx.now, token)?;
    Ok((!taken).then_some(PasskeyOutcome::Over))
}

/// Signs in without a password: the passkey says which account it is of.
fn alone(
    conn: &mut Conn,
    cx: &Ctx,
    before: Option<&CurrentUser>,
    ceremony: &Ceremony,
    answer: &PublicKeyCredential,
) -> Outcome {
    let webauthn = webauthn(cx)?;
    let (handle, credential_id) = match webauthn.identify_discoverable_authentication(answer) {
        Ok(identified) => identified,
        Err(error) => return Ok(refused(refusal_of(&error))),
    };
    let owner = UserId::parse(&handle.simple().to_string());
    let found = passkey::by_credential(conn, credential_id)?.filter(|passkey| owner == Some(passkey.user_id));
    let Some(passkey) = found else {
        return Ok(refused(PasskeyRefusal::Unknown));
    };
    let credential = passkey.credential()?;
    if !credential.user_verified {
        return Ok(refused(PasskeyRefusal::Unverified));
    }
    let account = user::by_id(conn, passkey.user_id)?;
    let state: DiscoverableAuthentication = serde_json::from_str(&ceremony.state)?;
    let result = webauthn.finish_discoverable_authentication_v2(answer, state, &credential);
    let (checked, used) = assertion::settle(conn, cx, &account, (&passkey, &credential), result)?;
    match checked {
        Checked::Refused(refusal) => Ok((PasskeyOutcome::Refused(refusal), used)),
        Checked::Accepted(proofs) => {
            let (session, begun) = sessions::begin(conn, cx, before, &account, proofs)?;
            let verified = account.verified();
            Ok((PasskeyOutcome::SignedIn { session, verified }, begun))
        }
    }
}
