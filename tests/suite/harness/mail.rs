//! Emails as the recipient sees them.

use std::path::Path;
use std::time::SystemTime;

use mail_parser::{Address, MessageParser};

/// One email sent by the app.
#[derive(Debug, Clone)]
pub struct ReceivedEmail {
    /// The first recipient.
    pub to: String,
    /// Name and address of the sender.
    pub from: (String, String),
    pub subject: String,
    /// `Message-ID`, without the angle brackets.
    pub message_id: String,
    /// The plain text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// The text of the attached file, if there is one.
    pub attachment: String,
    /// The link of `List-Unsubscribe`, in angle brackets.
    pub list_unsubscribe: String,
    /// The raw message.
    pub raw: String,
}

impl ReceivedEmail {
    pub fn parse(raw: &[u8]) -> Self {
        let message = MessageParser::default().parse(raw).expect("an email");
        let first = |address: Option<&Address<'_>>| {
            let person = address.and_then(|a| a.first());
            let text = |part: Option<&str>| part.unwrap_or_default().to_owned();
            person.map_or_else(Default::default, |p| (text(p.name()), text(p.address())))
        };
        Self {
            to: first(message.to()).1,
            from: first(message.from()),
            subject: message.subject().unwrap_or_default().to_owned(),
            message_id: message.message_id().unwrap_or_default().to_owned(),
            text: message.body_text(0).unwrap_or_default().into_owned(),
            html: message.body_html(0).unwrap_or_default().into_owned(),
            attachment: message
                .attachment(0)
                .and_then(|file| file.text_contents())
                .unwrap_or_default()
                .to_owned(),
            list_unsubscribe: message
                .header_raw("List-Unsubscribe")
                .map(|value| value.trim().to_owned())
                .unwrap_or_default(),
            raw: String::from_utf8_lossy(raw).into_owned(),
        }
    }

    /// The path of the first link in the text part that contains `part`, such as `/verify/`.
    #[track_caller]
    pub fn link(&self, part: &str) -> String {
        let link = self
            .text
            .split_whitespace()
            .find(|word| word.starts_with("http") && word.contains(part));
        let link = link.unwrap_or_else(|| panic!("no link with {part} in “{}”:\n{}", self.subject, self.text));
        let after_scheme = link.find("://").expect("a scheme") + 3;
        let path = link[after_scheme..]
            .find('/')
            .map_or("/", |at| &link[after_scheme + at..]);
        path.to_owned()
    }
}

/// All emails (`*.eml`) of a folder, the oldest first.
pub fn emails_in(folder: &Path) -> Vec<ReceivedEmail> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == "eml"))
        .map(|path| {
            (
                path.metadata()
                    .and_then(|m| m.modified())
                    .unwrap_or(SystemTime::UNIX_EPOCH),
                path,
            )
        })
        .collect();
    files.sort();
    files
        .iter()
        .filter_map(|(_, path)| std::fs::read(path).ok())
        .map(|raw| ReceivedEmail::parse(&raw))
        .collect()
}
