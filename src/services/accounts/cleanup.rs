//! Deletes expired sessions, steps of sign-ins and requests to passkeys, old login attempts, old email tokens, old drafts, requests that were never answered, the keys of
//! usage events of which none can come again, and answers of the API that no repeated request gets any more. The job asks first whether there are any.

use crate::common::error::AppError;
use crate::common::time::Time;
use crate::db::Conn;
use crate::models::organization::draft;
use crate::models::usage::key;
use crate::models::{account_request, api_answer, email_token, login_attempt, passkey_ceremony, session, sign_in_step};

pub fn delete_expired(conn: &mut Conn, now: Time) -> Result<(), AppError> {
    session::delete_expired(conn, now)?;
    sign_in_step::delete_expired(conn, now)?;
    passkey_ceremony::delete_expired(conn, now)?;
    login_attempt::delete_old(conn, now)?;
    email_token::delete_old(conn, now)?;
    account_request::delete_old(conn, now)?;
    draft::delete_old(conn, now)?;
    key::forget_old(conn, now)?;
    api_answer::forget_old(conn, now)?;
    Ok(())
}
