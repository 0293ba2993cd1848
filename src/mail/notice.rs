//! A letter that tells something and leads to one page: what most letters are. A letter with facts of its own has a
//! template of its own.

use crate::app::Ctx;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::id::MailId;
use crate::common::token::Seed;
use crate::db::Conn;
use crate::mail::outbox;
use crate::mail::outbox::{Message, TOKEN_PLACE};

crate::letter! {
    struct NoticeLetter("mail/notice.html", "mail/notice.txt") {
        name: String,
        sender: String,
        subject: String,
        paragraphs: Vec<String>,
        button: Option<(String, String)>,
        foot: String,
    }
}

/// What is told, and to whom.
#[derive(Debug, Clone)]
pub struct Notice {
    /// What kind, such as `access_requested`.
    pub kind: &'static str,
    /// The recipient's name, or nothing.
    pub to_name: String,
    /// The recipient's address.
    pub to: Email,
    /// The organization's name; it stands at the head.
    pub sender: String,
    /// The subject, also the heading.
    pub subject: String,
    /// Sentences, a paragraph each. Names in them are escaped like all text.
    pub paragraphs: Vec<String>,
    /// Where the one button leads: its words, and a path on this instance. `{{token}}` in it is filled in by the sender.
    pub button: Option<(&'static str, String)>,
    /// A last line below a rule, or nothing.
    pub foot: String,
    /// What the token in the path is made of.
    pub seed: Option<Seed>,
}

impl Notice {
    /// The path that carries the token: `Notice::token_path("/contacts/")`.
    pub fn token_path(before: &str) -> String {
        format!("{before}{TOKEN_PLACE}")
    }

    /// Puts it into the outbox.
    pub fn send(self, conn: &mut Conn, cx: &Ctx) -> Result<MailId, AppError> {
        let letter = NoticeLetter {
            name: self.to_name.clone(),
            sender: self.sender,
            subject: self.subject.clone(),
            paragraphs: self.paragraphs,
            button: self
                .button
                .map(|(words, path)| (words.to_owned(), cx.config().link(&path))),
            foot: self.foot,
        };
        let (html, text) = letter.parts()?;
        let letter = Message {
            kind: self.kind,
            to_name: self.to_name,
            to: self.to,
            subject: self.subject,
            html,
            text,
            seed: self.seed,
        };
        Ok(outbox::enqueue(conn, cx, letter)?)
    }
}
