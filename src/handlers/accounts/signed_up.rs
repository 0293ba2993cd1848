//! Who signed up in this browser, kept in its encrypted cookie until they verify their address.

use actix_session::Session;
use serde::{Deserialize, Serialize};

use crate::common::error::AppError;
use crate::common::id::UserId;

/// The account gets the id of `user`, unless the address has an account already: the cookie looks the same in both cases.
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

    /// For a sign-up with this address. A second one in the same browser keeps the id of the first one.
    pub fn again(session: &Session, email: &str) -> Self {
        let before = Self::read(session).filter(|before| before.email == email);
        before.unwrap_or_else(|| Self {
            user: UserId::fresh().to_string(),
            email: email.to_owned(),
        })
    }

    pub fn store(&self, session: &Session) -> Result<(), AppError> {
        session.insert(KEY, self).map_err(AppError::internal)
    }

    /// The id of the account that it creates.
    pub fn user(&self) -> UserId {
        UserId::parse(&self.user).unwrap_or_else(UserId::fresh)
    }

    /// Whether this browser signed up the account.
    pub fn is(&self, user: UserId) -> bool {
        self.user == user.as_str()
    }
}
