//! Passkeys. The browser gets options as JSON and puts the answer into a form, so that every other answer is an ordinary page.

pub mod confirmation_options;
pub mod list;
pub mod options;
pub mod removal;
pub mod sign_in;
pub mod sign_in_options;

use actix_web::HttpResponse;
use serde_json::{Value, json};

use crate::services::accounts::passkeys::PasskeyRefusal;

/// The field of the answer, where its errors are shown.
pub const FIELD: &str = "credential";

const NAME_TAKEN: &str = "Another of your passkeys has this name. Choose another one";
const FULL: &str = "You have 20 passkeys, which is the limit. Remove one first";

/// What the page says.
pub fn message(refusal: PasskeyRefusal) -> &'static str {
    match refusal {
        PasskeyRefusal::Unreadable => "Your browser didn’t send a passkey. Turn on JavaScript and try again",
        PasskeyRefusal::Over => "This took too long, or the passkey was used already. Try again",
        PasskeyRefusal::Unknown => "This passkey was removed, or belongs to another account. Use another one",
        PasskeyRefusal::Exists => "An account has this passkey already. Create a new one",
        PasskeyRefusal::Unverified => {
            "Your device didn’t check that it’s you. Enter your password first, then use this passkey"
        }
        PasskeyRefusal::Counter => "This passkey may have been copied, so it wasn’t accepted. Use another one",
        PasskeyRefusal::Invalid => "This passkey wasn’t accepted. Try again, or sign in another way",
    }
}

/// The options for the browser.
fn offered(options: &Value) -> HttpResponse {
    HttpResponse::Ok().json(options)
}

/// Why there are none, in a sentence.
fn not_offered(message: &str) -> HttpResponse {
    HttpResponse::UnprocessableEntity().json(json!({ "error": message }))
}
