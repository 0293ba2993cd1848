use crate::app::Ctx;
use crate::audit::{Action, ActorRef, Events};
use crate::common::error::AppError;
use crate::common::token::Token;
use crate::db::Conn;
use crate::models::email_token;
use crate::models::email_token::TokenKind;
use crate::models::login_attempt;

#[derive(Debug)]
pub enum UnlockError {
    /// The link no longer works.
    Ended,
    Failed(AppError),
}
crate::change_error!(UnlockError);

/// Unlocks the account of a link.
pub fn unlock(conn: &mut Conn, cx: &Ctx, token: &Token) -> Result<(ActorRef, Events), UnlockError> {
    let link = email_token::find_open(conn, cx, TokenKind::Unlock, token)?.ok_or(UnlockError::Ended)?;
    if !email_token::take(conn, cx, TokenKind::Unlock, token)? {
        return Err(UnlockError::Ended);
    }
    login_attempt::clear_all(conn, &link.account.email)?;
    Ok((link.account.actor(), link.account.event(Action::AccountUnlocked)))
}
