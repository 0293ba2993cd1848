//! The token in the browser's encrypted cookie.

use actix_session::Session;

use crate::common::error::AppError;
use crate::common::token::Token;

const TOKEN: &str = "token";
const STEP: &str = "step";

/// The token of the request's cookie.
pub fn token(session: &Session) -> Option<Token> {
    session
        .get::<String>(TOKEN)
        .ok()
        .flatten()
        .map(|text| Token::received(&text))
}

/// Saves the token of a new session in the cookie and removes everything else from it.
///
/// # Errors
/// When the cookie can't be written.
pub fn remember(session: &Session, token: &Token) -> Result<(), AppError> {
    // Not `purge`: a purged session accepts no new values.
    session.clear();
    session.renew();
    session.insert(TOKEN, token.as_str()).map_err(AppError::internal)
}

/// Keeps the token of a sign-in that waits for its second factor. A session that the browser has stays until that is given.
///
/// # Errors
/// When the cookie can't be written.
pub fn remember_step(session: &Session, token: &Token) -> Result<(), AppError> {
    session.insert(STEP, token.as_str()).map_err(AppError::internal)
}

/// The token of a sign-in that waits for its second factor.
pub fn step(session: &Session) -> Option<Token> {
    session
        .get::<String>(STEP)
        .ok()
        .flatten()
        .map(|text| Token::received(&text))
}
