//! The password once more, before what cannot be taken back: a session left open is no way to do it, or to guess it.

use diesel::prelude::*;

use crate::audit::Events;
use crate::auth::Gate;
use crate::authz::permission::Permission;
use crate::common::error::AppError;
use crate::db::schema::users;
use crate::models::login_attempt;
use crate::models::login_attempt::{FLOODED, Verdict};

/// Checks the password of the member at work, within the limits of a sign-in. The inner error is a sentence for the field.
pub async fn confirm<P: Permission>(gate: &Gate<P>, password: String) -> Result<Result<(), &'static str>, AppError> {
    if password.is_empty() {
        return Ok(Err("Enter your password"));
    }
    let stored = gate
        .write(|actor, conn| {
            let person = &actor.person;
            let stored = match login_attempt::password(conn, &actor.cx, &person.email)? {
                Verdict::Try => {
                    let hash: String = users::table.find(person.id).select(users::password_hash).first(conn)?;
                    Ok(hash)
                }
                Verdict::Locked => Err("Too many attempts. Wait 15 minutes"),
                Verdict::Flooded => Err(FLOODED),
            };
            Ok((stored, Events::none("an attempt is no change")))
        })
        .await?;
    let stored = match stored {
        Ok(stored) => stored,
        Err(sentence) => return Ok(Err(sentence)),
    };
    if !gate.app().hasher.verify(Some(stored), password).await? {
        return Ok(Err("This is not your current password"));
    }
    gate.write(|actor, conn| {
        login_attempt::forgive(conn, actor.person.email.as_str())?;
        Ok(((), Events::none("the person was there")))
    })
    .await?;
    Ok(Ok(()))
}
