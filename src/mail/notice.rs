//! A notice: an email with a few sentences and a link to one page. Other emails have templates of their own, see
//! `mail::message`.

use askama::Template;

use crate::app::Ctx;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::id::MailId;
use crate::common::token::Seed;
use crate::db::Conn;
use crate::mail::outbox;
use crate::mail::outbox::{Message, TOKEN_PLACE};

#[derive(Template)]
#[template(path = "mail/notice.html")]
struct NoticeHtml<'a> {
    name: &'a str,
    sender: &'a str,
    subject: &'a str,
    paragraphs: &'a [String],
    button: Option<(&'a str, &'a str)>,
    foot: &'a str,
}

#[derive(Template)]
#[template(path = "mail/notice.txt")]
struct NoticeText<'a> {
    name: &'a str,
    sender: &'a str,
    subject: &'a str,
    paragraphs: &'a [String],
    button: Option<(&'a str, &'a str)>,
    foot: &'a str,
}

#[derive(Debug, Clone)]
pub struct Notice {
    /// What kind, such as `access_requested`.
    pub kind: &'static str,
    /// The recipient's name, or empty.
    pub to_name: String,
    pub to: Email,
    /// The organization's name, shown at the top.
    pub sender: String,
    /// Also the heading.
    pub subject: String,
    /// Plain text, escaped like all text.
    pub paragraphs: Vec<String>,
    /// The label of the button, and a path of this instance. `{{token}}` in the path is replaced when the email is sent.
    pub button: Option<(&'static str, String)>,
    /// The last line, or empty.
    pub foot: String,
    /// The seed of the token in the path.
    pub seed: Option<Seed>,
}

impl Notice {
    /// A path with the token: `Notice::token_path("/contacts/")`.
    pub fn token_path(before: &str) -> String {
        format!("{before}{TOKEN_PLACE}")
    }

    /// Adds it to the outbox.
    pub fn send(self, conn: &mut Conn, cx: &Ctx) -> Result<MailId, AppError> {
        let link = self.button.as_ref().map(|(_, path)| cx.config().link(path));
        let button = match (&self.button, &link) {
            (Some((label, _)), Some(link)) => Some((*label, link.as_str())),
            _ => None,
        };
        let html = NoticeHtml {
            name: &self.to_name,
            sender: &self.sender,
            subject: &self.subject,
            paragraphs: &self.paragraphs,
            button,
            foot: &self.foot,
        }
        .render()?;
        let text = NoticeText {
            name: &self.to_name,
            sender: &self.sender,
            subject: &self.subject,
            paragraphs: &self.paragraphs,
            button,
            foot: &self.foot,
        }
        .render()?;
        let message = Message {
            kind: self.kind,
            to_name: self.to_name,
            to: self.to,
            subject: self.subject,
            html,
            text,
            seed: self.seed,
        };
        Ok(outbox::enqueue(conn, cx, message)?)
    }
}
