//! Asks for the password again before an irreversible change, so that an open session alone is not enough for it.

use crate::app::App;
use crate::audit::Events;
use crate::auth::current_user::CurrentUser;
use crate::auth::{Gate, OperatorGate};
use crate::authz::permission::Permission;
use crate::change_error;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::models::login_attempt;
use crate::models::login_attempt::Verdict;
use crate::models::user;

#[derive(Debug)]
pub enum PasswordError {
    Missing,
    /// Too many attempts for this account.
    Locked,
    /// Too many attempts from this network.
    Flooded,
    Incorrect,
    Failed(AppError),
}

change_error!(PasswordError);

/// Whether a counted attempt can be verified. A refused one is no error, because the count must be committed.
enum Attempt {
    Verify(String),
    Locked,
    Flooded,
}

fn begin(conn: &mut Conn, person: &CurrentUser) -> Result<(Attempt, Events), AppError> {
    let attempt = match login_attempt::password(conn, &person.cx, &person.email)? {
        Verdict::Try => Attempt::Verify(user::by_id(conn, person.id)?.password_hash),
        Verdict::Locked => Attempt::Locked,
        Verdict::Flooded => Attempt::Flooded,
    };
    Ok((attempt, Events::none("an attempt is not audited")))
}

async fn verify(app: &App, attempt: Attempt, password: String) -> Result<(), PasswordError> {
    let hash = match attempt {
        Attempt::Verify(hash) => hash,
        Attempt::Locked => return Err(PasswordError::Locked),
        Attempt::Flooded => return Err(PasswordError::Flooded),
    };
    if app.hasher.verify(Some(hash), password).await? {
        Ok(())
    } else {
        Err(PasswordError::Incorrect)
    }
}

/// Checks the password of a member, within the limits of a sign-in.
pub async fn confirm<P: Permission>(gate: &Gate<P>, password: String) -> Result<(), PasswordError> {
    if password.is_empty() {
        return Err(PasswordError::Missing);
    }
    let attempt = gate.write(|actor, conn| begin(conn, &actor.person)).await?;
    verify(gate.app(), attempt, password).await?;
    gate.write(|actor, conn| {
        login_attempt::forgive(conn, actor.person.email.as_str())?;
        Ok(((), Events::none("an attempt is not audited")))
    })
    .await?;
    Ok(())
}

/// As `confirm`, for an operator. The change itself forgets the failed attempts.
pub async fn confirm_operator(gate: &OperatorGate, password: String) -> Result<(), PasswordError> {
    let attempt = gate.write(|operator, conn| begin(conn, operator)).await?;
    verify(gate.app(), attempt, password).await
}
