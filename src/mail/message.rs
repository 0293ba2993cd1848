//! The one way to write an email: a folder in `templates/mail` with `message.html` and `message.txt`, a struct with the facts
//! for both, declared by `email!`, and one call of [`send`]. The first line of the text is the subject.

use crate::app::Ctx;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::token::Seed;
use crate::db::Conn;
use crate::mail::kind::EmailKind;
use crate::mail::name::MailName;
use crate::mail::outbox;
use crate::mail::outbox::{Message, TOKEN_PLACEHOLDER};

/// An email with its facts. Made by the macro `email!`.
pub trait EmailTemplate {
    const KIND: EmailKind;

    fn html(&self) -> askama::Result<String>;

    /// The text part, with the subject as its first line.
    fn text(&self) -> askama::Result<String>;
}

/// Declares an email: its kind, its two templates and the facts that they show.
#[macro_export]
macro_rules! email {
    ($vis:vis struct $name:ident: $kind:ident($html:literal, $text:literal) { $($field:ident: $type:ty),+ $(,)? }) => {
        #[derive(Debug)]
        $vis struct $name { $($vis $field: $type),+ }

        impl $crate::mail::message::EmailTemplate for $name {
            const KIND: $crate::mail::kind::EmailKind = $crate::mail::kind::EmailKind::$kind;

            fn html(&self) -> askama::Result<String> {
                #[derive(askama::Template)]
                #[template(path = $html)]
                struct Html<'a> { $($field: &'a $type),+ }
                askama::Template::render(&Html { $($field: &self.$field),+ })
            }

            fn text(&self) -> askama::Result<String> {
                #[derive(askama::Template)]
                #[template(path = $text)]
                struct Text<'a> { $($field: &'a $type),+ }
                askama::Template::render(&Text { $($field: &self.$field),+ })
            }
        }
    };
}

#[derive(Debug, Clone)]
pub struct Recipient {
    /// The name, or empty.
    pub name: String,
    pub email: Email,
}

impl Recipient {
    /// Someone whose address is stored.
    pub fn stored(name: impl Into<String>, email: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            email: Email::stored(email.into()),
        }
    }
}

/// A link in an email whose token is filled in when the email is sent: `path` and the token.
pub fn token_link(cx: &Ctx, path: &str) -> String {
    cx.config().link(&format!("{path}/{TOKEN_PLACEHOLDER}"))
}

/// Puts an email into the outbox, in the transaction of the change that causes it.
pub fn send(conn: &mut Conn, cx: &Ctx, to: &Recipient, email: &impl EmailTemplate) -> Result<(), AppError> {
    enqueue(conn, cx, to, email, None)
}

/// As [`send`], for an email with a [`token_link`].
pub fn send_with_token(
    conn: &mut Conn,
    cx: &Ctx,
    to: &Recipient,
    email: &impl EmailTemplate,
    seed: Seed,
) -> Result<(), AppError> {
    enqueue(conn, cx, to, email, Some(seed))
}

/// Does the same work, and sends nothing: the time that it takes must not tell whether an address has an account.
pub fn send_to_no_one(conn: &mut Conn, cx: &Ctx, email: &impl EmailTemplate) -> Result<(), AppError> {
    enqueue(conn, cx, &Recipient::stored("", ""), email, Some(Seed::random()))
}

fn enqueue(
    conn: &mut Conn,
    cx: &Ctx,
    to: &Recipient,
    email: &impl EmailTemplate,
    seed: Option<Seed>,
) -> Result<(), AppError> {
    outbox::enqueue(conn, cx, compose(to, email, seed)?)?;
    Ok(())
}

/// Renders an email, for [`outbox::enqueue_all`].
pub fn compose<E: EmailTemplate>(to: &Recipient, email: &E, seed: Option<Seed>) -> Result<Message, AppError> {
    let text = email.text()?;
    Ok(Message {
        kind: E::KIND,
        to_name: MailName::of(&to.name).plain_or("").to_owned(),
        to: to.email.clone(),
        subject: subject(&text).to_owned(),
        html: email.html()?,
        text,
        seed,
        organization: None,
        attachment: None,
    })
}

fn subject(text: &str) -> &str {
    text.lines().next().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_folder_is_an_email() {
        let folders = std::fs::read_dir("templates/mail").expect("the templates");
        let mut folders: Vec<String> = folders
            .map(|entry| entry.expect("an entry"))
            .filter(|entry| entry.path().is_dir())
            .map(|entry| entry.file_name().into_string().expect("a name"))
            .collect();
        folders.sort();
        let mut kinds: Vec<&str> = EmailKind::ALL.iter().map(|kind| kind.as_str()).collect();
        kinds.sort_unstable();
        assert_eq!(folders, kinds);
    }

    #[test]
    fn the_first_line_of_the_text_is_the_subject() {
        assert_eq!(
            subject("Verify your email address\n\nHello"),
            "Verify your email address"
        );
        assert_eq!(subject(""), "");
    }
}
