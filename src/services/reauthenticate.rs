//! The password of the user again, before an irreversible change, so that an open session is not enough. Attempts are limited
//! like those of a sign-in, and committed before the change begins.

use crate::app::Ctx;
use crate::audit::Events;
use crate::auth::current_user::CurrentUser;
use crate::auth::{Gate, OperatorGate, SignedIn, Unverified};
use crate::authz::permission::Permission;
use crate::common::error::AppError;
use crate::common::password::Hasher;
use crate::db::Conn;
use crate::models::login_attempt;
use crate::models::login_attempt::AttemptVerdict;
use crate::models::user;
use crate::models::user::Account;
use crate::services::accounts::attempt;
use crate::services::accounts::attempt::PasswordAttempt;

#[derive(Debug)]
pub enum ReauthenticationError {
    /// No password was entered.
    Empty,
    Wrong,
    Locked,
    Flooded,
    Failed(AppError),
}
crate::change_error!(ReauthenticationError);

/// Checks the password of a member.
pub async fn confirm<P: Permission>(gate: &Gate<P>, password: String) -> Result<(), ReauthenticationError> {
    if password.is_empty() {
        return Err(ReauthenticationError::Empty);
    }
    let attempt = gate.write(|actor, conn| begin(conn, &actor.cx, &actor.person)).await?;
    verify(&gate.app().hasher, attempt, password).await?;
    gate.write(|actor, conn| clear(&actor.person, conn)).await?;
    Ok(())
}

/// Checks the password of an operator.
pub async fn confirm_operator(gate: &OperatorGate, password: String) -> Result<(), ReauthenticationError> {
    if password.is_empty() {
        return Err(ReauthenticationError::Empty);
    }
    let attempt = gate.write(|operator, conn| begin(conn, &operator.cx, operator)).await?;
    verify(&gate.app().hasher, attempt, password).await?;
    gate.write(clear).await?;
    Ok(())
}

/// Checks the password of a user before a change of the account itself. The caller's change clears the attempts.
pub async fn confirm_account(gate: &SignedIn<Unverified>, password: String) -> Result<Account, ReauthenticationError> {
    let attempt = gate
        .write(|person, conn| attempt::begin(conn, &person.cx, &person.email))
        .await?;
    verify(&gate.app().hasher, attempt, password).await
}

fn begin(conn: &mut Conn, cx: &Ctx, person: &CurrentUser) -> Result<(PasswordAttempt, Events), AppError> {
    let attempt = match login_attempt::password(conn, cx, &person.email)? {
        AttemptVerdict::Allowed => PasswordAttempt::Allowed(Some(user::by_id(conn, person.id)?)),
        AttemptVerdict::Locked => PasswordAttempt::Locked,
        AttemptVerdict::Flooded => PasswordAttempt::Flooded,
    };
    Ok((attempt, Events::none("attempts are counted apart")))
}

fn clear(person: &CurrentUser, conn: &mut Conn) -> Result<((), Events), AppError> {
    login_attempt::clear(conn, person.email.as_str())?;
    Ok(((), Events::none("attempts are counted apart")))
}

async fn verify(hasher: &Hasher, attempt: PasswordAttempt, password: String) -> Result<Account, ReauthenticationError> {
    let account = match attempt {
        PasswordAttempt::Allowed(Some(account)) => account,
        PasswordAttempt::Locked => return Err(ReauthenticationError::Locked),
        PasswordAttempt::Allowed(None) | PasswordAttempt::Flooded => return Err(ReauthenticationError::Flooded),
    };
    if hasher.verify(Some(account.password_hash.clone()), password).await? {
        Ok(account)
    } else {
        Err(ReauthenticationError::Wrong)
    }
}
