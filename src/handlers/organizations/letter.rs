//! The letter that asks the operators for another organization.

use crate::auth::current_user::CurrentUser;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::mail::outbox;
use crate::mail::outbox::Message;

crate::letter! {
    struct OrganizationRequest("mail/organization_request.html", "mail/organization_request.txt") {
        person: String,
        email: String,
        count: String,
        reason: String,
    }
}

/// Puts one letter to each operator into the outbox.
pub fn ask(
    conn: &mut Conn,
    person: &CurrentUser,
    operators: Vec<(String, String)>,
    created: i64,
    reason: &str,
) -> Result<(), AppError> {
    let letter = OrganizationRequest {
        person: person.name.clone(),
        email: person.email.to_string(),
        count: created.to_string(),
        reason: reason.to_owned(),
    };
    let (html, text) = letter.parts()?;
    for (name, email) in operators {
        let letter = Message {
            kind: "organization_request",
            to_name: name,
            to: Email::stored(email),
            subject: format!("{} asks for another organization", person.name),
            html: html.clone(),
            text: text.clone(),
            seed: None,
        };
        outbox::enqueue(conn, &person.cx, letter)?;
    }
    Ok(())
}
