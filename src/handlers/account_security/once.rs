//! New backup codes on their way to the next page, which shows them once. They are in the encrypted cookie, because the server
//! keeps nothing that signs in.

use actix_session::Session;
use actix_web::HttpRequest;
use actix_web::http::Method;

use crate::common::error::AppError;
use crate::common::html::wants_fragment;

const CODES: &str = "backup_codes";

/// Leaves new codes for the next page.
pub fn leave(session: &Session, codes: Vec<String>) -> Result<(), AppError> {
    if codes.is_empty() {
        return Ok(());
    }
    session.insert(CODES, codes).map_err(AppError::internal)
}

/// Takes the codes, for a whole page. Taking what isn't there would write the cookie anew.
pub fn take(session: &Session, req: &HttpRequest) -> Vec<String> {
    let shows = req.method() == Method::GET && !wants_fragment(req) && session.entries().contains_key(CODES);
    shows
        .then(|| session.remove_as::<Vec<String>>(CODES).and_then(Result::ok))
        .flatten()
        .unwrap_or_default()
}
