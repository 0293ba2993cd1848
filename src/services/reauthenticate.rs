//! Asks for the password again before an irreversible change, so that an open session alone is not enough for it.

use crate::app::App;
use crate::audit::Events;
use crate::auth::current_user::CurrentUser;
use crate::auth::{AcceptedAccounts, Gate, OperatorGate, SignedIn};
use crate::authz::permission::Permission;
use crate::authz::session_rules::Proofs;
use crate::change_error;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::models::login_attempt;
use crate::models::login_attempt::{AttemptSource, AttemptVerdict};
use crate::models::session;
use crate::models::user;
use crate::models::user::Account;
use crate::services::accounts::attempt::PasswordAttempt;

#[derive(Debug)]
pub enum PasswordError {
    Missing,
    /// Too many attempts in this session.
    Locked,
    /// Too many attempts from this network.
    Flooded,
    Incorrect,
    Failed(AppError),
}

change_error!(PasswordError);

/// Counts for this session alone: wrong passwords at the sign-in page must not keep the owner of the account from changes.
fn begin(conn: &mut Conn, person: &CurrentUser) -> Result<(PasswordAttempt, Events), AppError> {
    let source = AttemptSource::Session(person.session);
    let attempt = match login_attempt::password(conn, &person.cx, &person.email, &source)? {
        AttemptVerdict::Allowed => PasswordAttempt::Allowed(Some(user::by_id(conn, person.id)?)),
        AttemptVerdict::Locked => PasswordAttempt::Locked,
        AttemptVerdict::Flooded => PasswordAttempt::Flooded,
    };
    Ok((attempt, Events::none("an attempt is not audited")))
}

async fn verify(app: &App, attempt: PasswordAttempt, password: String) -> Result<Account, PasswordError> {
    let account = match attempt {
        PasswordAttempt::Allowed(Some(account)) => account,
        PasswordAttempt::Locked => return Err(PasswordError::Locked),
        PasswordAttempt::Allowed(None) | PasswordAttempt::Flooded => return Err(PasswordError::Flooded),
    };
    if app.hasher.verify(Some(account.password_hash.clone()), password).await? {
        Ok(account)
    } else {
        Err(PasswordError::Incorrect)
    }
}

/// As `confirm`, unless the member proved who they are as lately as the organization asks for.
pub async fn confirm_unless_recent<P: Permission>(gate: &Gate<P>, password: String) -> Result<(), PasswordError> {
    if gate.read(|actor, _| Ok(actor.confirmed().is_ok())).await? {
        Ok(())
    } else {
        confirm(gate, password).await
    }
}

/// Checks the password of a member: ten attempts in 15 minutes for each session.
pub async fn confirm<P: Permission>(gate: &Gate<P>, password: String) -> Result<(), PasswordError> {
    if password.is_empty() {
        return Err(PasswordError::Missing);
    }
    let attempt = gate.write(|actor, conn| begin(conn, &actor.person)).await?;
    verify(gate.app(), attempt, password).await?;
    gate.write(|actor, conn| {
        let source = AttemptSource::Session(actor.person.session);
        login_attempt::clear(conn, actor.person.email.as_str(), &source)?;
        let person = &actor.person;
        session::prove(
            conn,
            &person.cx,
            person.id,
            person.session,
            Proofs::of_password(person.cx.now),
        )?;
        Ok(((), Events::none("an attempt is not audited")))
    })
    .await?;
    Ok(())
}

/// As `confirm`, for an operator. The change itself forgets the failed attempts.
pub async fn confirm_operator(gate: &OperatorGate, password: String) -> Result<(), PasswordError> {
    let attempt = gate.write(|operator, conn| begin(conn, operator)).await?;
    verify(gate.app(), attempt, password).await?;
    Ok(())
}

/// As `confirm`, for a change of the account itself. The change forgets the failed attempts.
pub async fn confirm_account<W: AcceptedAccounts>(
    gate: &SignedIn<W>,
    password: String,
) -> Result<Account, PasswordError> {
    if password.is_empty() {
        return Err(PasswordError::Missing);
    }
    let attempt = gate.write(|person, conn| begin(conn, person)).await?;
    verify(gate.app(), attempt, password).await
}
