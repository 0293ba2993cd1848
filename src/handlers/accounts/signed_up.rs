//! Who signed up in this browser, kept in its encrypted cookie until they verify their address.

use actix_session::Session;
use serde::{Deserialize, Serialize};

use crate::common::error::AppError;
use crate::common::id::UserId;

/// For an address that already had an account, `user` is a random id: the cookie looks the same in both cases.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SignedUp {
    user: String,
    /// The address that was entered.
    pub email: String,
}

const KEY: &str = "signed_up";

impl SignedUp {
    pub fn read(session: &Session) -> Option<Self> {
        session.get(KEY).ok().flatten()
    }

    pub fn store(session: &Session, user: Option<UserId>, email: &str) -> Result<(), AppError> {
        let signed_up = Self {
            user: user.unwrap_or_else(UserId::fresh).to_string(),
            email: email.to_owned(),
        };
        session.insert(KEY, signed_up).map_err(AppError::internal)
    }

    /// Whether this browser signed up the account.
    pub fn is(&self, user: UserId) -> bool {
        self.user == user.as_str()
    }
}
