//! The text of a new key on its way to the next page, which shows it once. It is in the encrypted cookie, because the server
//! keeps nothing that opens the API.

use actix_session::Session;
use actix_web::HttpRequest;
use actix_web::http::Method;
use serde::{Deserialize, Serialize};

use crate::common::error::AppError;
use crate::common::html::wants_fragment;
use crate::services::api_keys::create::NewKey;

const NEW_KEY: &str = "new_key";

/// A key that is shown once.
#[derive(Debug, Serialize, Deserialize)]
pub struct ShownKey {
    pub name: String,
    pub key: String,
}

/// Leaves a new key for the next page.
pub fn leave(session: &Session, new: NewKey) -> Result<(), AppError> {
    let shown = ShownKey {
        name: new.name,
        key: new.key.as_str().to_owned(),
    };
    session.insert(NEW_KEY, shown).map_err(AppError::internal)
}

/// Takes the key, for a whole page. Taking what isn't there would write the cookie anew.
pub fn take(session: &Session, req: &HttpRequest) -> Option<ShownKey> {
    let shows = req.method() == Method::GET && !wants_fragment(req) && session.entries().contains_key(NEW_KEY);
    shows
        .then(|| session.remove_as::<ShownKey>(NEW_KEY).and_then(Result::ok))
        .flatten()
}
