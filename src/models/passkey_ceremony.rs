//! What passkeys were asked to sign and did not sign yet. Each row is found by its challenge, and deleted by the first answer.

use diesel::prelude::*;

use crate::common::id::UserId;
use crate::common::time::{Span, Time};
use crate::common::token::Token;
use crate::db::schema::passkey_ceremonies;
use crate::db::{Conn, affected};
use crate::on_each;

/// How long an answer is awaited.
pub const LIFETIME: Span = Span::minutes(5);

crate::text_enum! {
    /// What a passkey is asked for.
    pub enum CeremonyKind {
        /// To be made.
        Register = "register",
        /// To sign in alone.
        SignIn = "sign_in",
        /// To be the second factor after the password.
        Step = "step",
        /// To confirm who someone is.
        Confirm = "confirm",
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = passkey_ceremonies)]
pub struct Ceremony {
    pub kind: CeremonyKind,
    /// `None` when the account is not known yet.
    pub user_id: Option<UserId>,
    /// The session, or the hash of the token of a sign-in step, that may answer.
    pub holder: Option<String>,
    /// JSON.
    pub state: String,
}

/// Any text may come as a challenge; its hash has one length.
fn hash(challenge: &str) -> String {
    Token::received(challenge).hash()
}

/// Saves what is asked.
pub fn begin(conn: &mut Conn, now: Time, challenge: &str, asked: &Ceremony) -> QueryResult<()> {
    affected::no_one();
    diesel::insert_into(passkey_ceremonies::table)
        .values((
            passkey_ceremonies::challenge_hash.eq(hash(challenge)),
            passkey_ceremonies::kind.eq(asked.kind),
            passkey_ceremonies::user_id.eq(asked.user_id),
            passkey_ceremonies::holder.eq(&asked.holder),
            passkey_ceremonies::state.eq(&asked.state),
            passkey_ceremonies::expires_at.eq(now + LIFETIME),
        ))
        .execute(conn)?;
    Ok(())
}

/// Takes what a challenge belongs to. `None` when it is unknown, was answered before, or is too old.
pub fn take(conn: &mut Conn, now: Time, challenge: &str) -> QueryResult<Option<Ceremony>> {
    affected::no_one();
    let hash = hash(challenge);
    let found = on_each!(conn, c => passkey_ceremonies::table
        .find(&hash)
        .filter(passkey_ceremonies::expires_at.gt(now))
        .select(Ceremony::as_select())
        .first(c)
        .optional())?;
    let taken = diesel::delete(passkey_ceremonies::table.find(&hash)).execute(conn)?;
    Ok(found.filter(|_| taken == 1))
}

pub fn delete_expired(conn: &mut Conn, now: Time) -> QueryResult<usize> {
    diesel::delete(passkey_ceremonies::table.filter(passkey_ceremonies::expires_at.le(now))).execute(conn)
}
