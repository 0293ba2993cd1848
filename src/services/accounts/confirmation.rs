//! A new proof in a session that is signed in: the password, a code, or a passkey.

use crate::audit::{Action, Event, Events};
use crate::auth::current_user::CurrentUser;
use crate::auth::{SignedIn, Unconfirmed};
use crate::authz::session_rules::Proofs;
use crate::common::error::AppError;
use crate::common::token::Token;
use crate::db::Conn;
use crate::models::login_attempt;
use crate::models::login_attempt::{AttemptSource, AttemptVerdict};
use crate::models::{session, user};
use crate::services::accounts::passkeys;
use crate::services::accounts::passkeys::confirmation::Confirmation;
use crate::services::accounts::second_factor::step;
use crate::services::accounts::second_factor::step::CodeMethod;
use crate::services::reauthenticate;
use crate::services::reauthenticate::PasswordError;

/// What someone proves with.
#[derive(Debug)]
pub enum GivenProof {
    Password(String),
    /// A code of the app, or a backup code.
    Code(String),
    /// The answer of a passkey (JSON).
    Credential(String),
}

#[derive(Debug)]
pub enum ConfirmError {
    Password(PasswordError),
    WrongCode,
    WrongCredential,
    Failed(AppError),
}
crate::change_error!(ConfirmError);

/// What a code or a passkey came to. The attempt has to be committed, so a refusal is no error here.
enum CodeOutcome {
    Accepted(Token),
    Wrong,
    Limited(PasswordError),
}

/// Adds the proof to the session; returns its new token.
pub async fn confirm(gate: &SignedIn<Unconfirmed>, given: GivenProof) -> Result<Token, ConfirmError> {
    match given {
        GivenProof::Password(password) => {
            reauthenticate::confirm_account(gate, password)
                .await
                .map_err(|error| match error {
                    PasswordError::Failed(error) => ConfirmError::Failed(error),
                    error => ConfirmError::Password(error),
                })?;
            gate.try_write(|person, conn| {
                let proofs = Proofs::of_password(person.cx.now);
                accept(conn, person, proofs, Events::none("the confirmation is recorded"))
            })
            .await
        }
        GivenProof::Code(code) => {
            let outcome = gate.try_write(move |person, conn| by_code(conn, person, &code)).await?;
            match outcome {
                CodeOutcome::Accepted(token) => Ok(token),
                CodeOutcome::Wrong => Err(ConfirmError::WrongCode),
                CodeOutcome::Limited(error) => Err(ConfirmError::Password(error)),
            }
        }
        GivenProof::Credential(answer) => {
            let outcome = gate
                .try_write(move |person, conn| by_passkey(conn, person, &answer))
                .await?;
            match outcome {
                CodeOutcome::Accepted(token) => Ok(token),
                CodeOutcome::Wrong | CodeOutcome::Limited(_) => Err(ConfirmError::WrongCredential),
            }
        }
    }
}

fn accept(
    conn: &mut Conn,
    person: &CurrentUser,
    proofs: Proofs,
    used: Events,
) -> Result<(Token, Events), ConfirmError> {
    session::prove(conn, &person.cx, person.id, person.session, proofs)?;
    let token = session::renew(conn, person.session)?;
    let source = AttemptSource::Session(person.session);
    login_attempt::clear(conn, person.email.as_str(), &source)?;
    let event = Event::new(Action::IdentityConfirmed, "session", person.session, "session");
    Ok((token, used.and(person.event(event))))
}

fn by_passkey(conn: &mut Conn, person: &CurrentUser, answer: &str) -> Result<(CodeOutcome, Events), ConfirmError> {
    match passkeys::prove(conn, person, answer)? {
        (Confirmation::Accepted(proofs), used) => {
            let (token, events) = accept(conn, person, proofs, used)?;
            Ok((CodeOutcome::Accepted(token), events))
        }
        (Confirmation::Refused(_), events) => Ok((CodeOutcome::Wrong, events)),
    }
}

fn by_code(conn: &mut Conn, person: &CurrentUser, code: &str) -> Result<(CodeOutcome, Events), ConfirmError> {
    let limited = match login_attempt::second_factor(conn, &person.cx, &person.email)? {
        AttemptVerdict::Allowed => None,
        AttemptVerdict::Locked => Some(PasswordError::Locked),
        AttemptVerdict::Flooded => Some(PasswordError::Flooded),
    };
    if let Some(error) = limited {
        return Ok((CodeOutcome::Limited(error), Events::none("no code is checked")));
    }
    let account = user::by_id(conn, person.id)?;
    if !account.second_factor {
        return Ok((CodeOutcome::Wrong, Events::none("the account has no second factor")));
    }
    // Backup codes have letters.
    let digits = code
        .chars()
        .all(|digit| digit.is_ascii_digit() || digit.is_whitespace());
    let method = if digits {
        CodeMethod::Totp
    } else {
        CodeMethod::BackupCode
    };
    match step::prove(conn, &person.cx, &account, method, code)? {
        Some((proofs, used)) => {
            login_attempt::clear_second_factor(conn, &account.email)?;
            let (token, events) = accept(conn, person, proofs, used)?;
            Ok((CodeOutcome::Accepted(token), events))
        }
        None => Ok((CodeOutcome::Wrong, account.event(Action::SecondFactorFailed))),
    }
}
