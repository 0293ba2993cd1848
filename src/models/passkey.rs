//! Passkeys: several for each account.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use diesel::prelude::*;
use webauthn_rs::prelude::Credential;

use crate::common::error::AppError;
use crate::common::id::{PasskeyId, UserId};
use crate::common::time::Time;
use crate::db::schema::passkeys;
use crate::db::{Conn, affected};
use crate::on_each;

/// How many passkeys an account may have.
pub const MOST: usize = 20;

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = passkeys)]
pub struct Passkey {
    pub id: PasskeyId,
    pub user_id: UserId,
    pub name: String,
    /// JSON.
    credential: String,
    counter: i64,
    /// Whether a provider keeps a copy, such as the password manager of the browser.
    pub backed_up: bool,
    pub created_at: Time,
    pub last_used_at: Option<Time>,
}

impl Passkey {
    /// The credential with its public key and the highest counter so far.
    pub fn credential(&self) -> Result<Credential, AppError> {
        let mut credential: Credential = serde_json::from_str(&self.credential)?;
        credential.counter = u32::try_from(self.counter).map_err(AppError::internal)?;
        Ok(credential)
    }
}

fn stored_id(credential_id: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(credential_id)
}

/// How many passkeys an account has.
pub fn count(conn: &mut Conn, user: UserId) -> QueryResult<i64> {
    passkeys::table
        .filter(passkeys::user_id.eq(user))
        .count()
        .get_result(conn)
}

/// The passkeys of an account, the oldest first.
pub fn of_user(conn: &mut Conn, user: UserId) -> QueryResult<Vec<Passkey>> {
    passkeys::table
        .filter(passkeys::user_id.eq(user))
        .order(passkeys::id)
        .select(Passkey::as_select())
        .load(conn)
}

pub fn find(conn: &mut Conn, user: UserId, id: PasskeyId) -> QueryResult<Option<Passkey>> {
    passkeys::table
        .find(id)
        .filter(passkeys::user_id.eq(user))
        .select(Passkey::as_select())
        .first(conn)
        .optional()
}

/// The passkey with the id that its device gave it.
pub fn by_credential(conn: &mut Conn, credential_id: &[u8]) -> QueryResult<Option<Passkey>> {
    let id = stored_id(credential_id);
    on_each!(conn, c => passkeys::table
        .filter(passkeys::credential_id.eq(&id))
        .select(Passkey::as_select())
        .first(c)
        .optional())
}

/// Adds a passkey; `None` when an account has it already.
pub fn add(
    conn: &mut Conn,
    now: Time,
    user: UserId,
    name: &str,
    credential: &Credential,
) -> Result<Option<PasskeyId>, AppError> {
    affected::person(user);
    let id = PasskeyId::fresh();
    let row = (
        passkeys::id.eq(id),
        passkeys::user_id.eq(user),
        passkeys::credential_id.eq(stored_id(&credential.cred_id)),
        passkeys::name.eq(name),
        passkeys::credential.eq(serde_json::to_string(credential)?),
        passkeys::counter.eq(i64::from(credential.counter)),
        passkeys::backup_eligible.eq(credential.backup_eligible),
        passkeys::backed_up.eq(credential.backup_state),
        passkeys::created_at.eq(now),
    );
    let added =
        on_each!(conn, c => diesel::insert_into(passkeys::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok((added == 1).then_some(id))
}

/// Saves a use with its counter and backup flag. `false` when the counter is not higher than before, which it must be unless
/// the device has none (zero).
pub fn used(conn: &mut Conn, now: Time, passkey: &Passkey, counter: u32, backed_up: bool) -> QueryResult<bool> {
    affected::person(passkey.user_id);
    let counter = i64::from(counter);
    let saved = diesel::update(
        passkeys::table
            .find(passkey.id)
            .filter(passkeys::counter.lt(counter.max(1))),
    )
    .set((
        passkeys::counter.eq(counter),
        passkeys::backed_up.eq(backed_up),
        passkeys::last_used_at.eq(Some(now)),
    ))
    .execute(conn)?;
    Ok(saved == 1)
}

/// Removes a passkey of an account; `false` when it has no such passkey.
pub fn remove(conn: &mut Conn, user: UserId, id: PasskeyId) -> QueryResult<bool> {
    affected::person(user);
    let removed = diesel::delete(passkeys::table.find(id).filter(passkeys::user_id.eq(user))).execute(conn)?;
    Ok(removed == 1)
}

/// Removes all passkeys of an account.
pub fn remove_all(conn: &mut Conn, user: UserId) -> QueryResult<()> {
    affected::person(user);
    diesel::delete(passkeys::table.filter(passkeys::user_id.eq(user))).execute(conn)?;
    Ok(())
}
