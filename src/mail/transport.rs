//! Sends messages by SMTP, or writes them as `.eml` files to the data folder when SMTP isn't configured.

use std::path::PathBuf;
use std::time::Duration;

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart};
use lettre::transport::smtp::PoolConfig;
use lettre::{Message, SmtpTransport, Transport as _};

use crate::common::config::Config;
use crate::common::email::Email;
use crate::common::keys::Keys;
use crate::common::token::Seed;
use crate::mail::kind::EmailKind;
use crate::mail::outbox::{ClaimedMessage, DeliveryFailure, TOKEN_PLACEHOLDER};

/// One for each sending thread, so that a hanging conversation delays no other.
const CONNECTIONS: u32 = 4;

/// Where messages go.
pub enum Transport {
    /// To the configured server.
    Smtp(Box<SmtpTransport>),
    /// Files in a folder.
    Folder(PathBuf),
}

impl std::fmt::Debug for Transport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Smtp(_) => "Smtp",
            Self::Folder(_) => "Folder",
        })
    }
}

impl Transport {
    /// The transport of the configuration.
    pub fn of(config: &Config) -> Result<Self, String> {
        if let Some(url) = &config.smtp_url {
            let transport = SmtpTransport::from_url(url)
                .map_err(|error| format!("TENANTRY_SMTP_URL: {error}"))?
                .timeout(Some(Duration::from_secs(20)))
                .pool_config(PoolConfig::new().max_size(CONNECTIONS))
                .build();
            Ok(Self::Smtp(Box::new(transport)))
        } else {
            let folder = config.data_dir.join("mail");
            std::fs::create_dir_all(&folder)
                .map_err(|error| format!("{} cannot be made: {error}", folder.display()))?;
            Ok(Self::Folder(folder))
        }
    }

    /// Tries once.
    pub fn send(&self, config: &Config, keys: &Keys, message: &ClaimedMessage) -> Result<(), DeliveryFailure> {
        let permanent = |error: &dyn std::fmt::Display| DeliveryFailure {
            permanent: true,
            reason: error.to_string(),
        };
        let email = compose(config, keys, message).map_err(|error| permanent(&error))?;
        match self {
            Self::Smtp(transport) => transport.send(&email).map(|_| ()).map_err(|error| DeliveryFailure {
                permanent: error.is_permanent(),
                reason: said(&error),
            }),
            Self::Folder(folder) => {
                use std::os::unix::fs::OpenOptionsExt;
                let path = folder.join(format!("{}.eml", message.id));
                let beside = folder.join(format!(".{}.new", message.id));
                let write = || -> std::io::Result<()> {
                    use std::io::Write;
                    let mut file = std::fs::OpenOptions::new()
                        .write(true)
                        .create(true)
                        .truncate(true)
                        .mode(0o600)
                        .open(&beside)?;
                    file.write_all(&email.formatted())?;
                    file.sync_all()?;
                    std::fs::rename(&beside, &path)
                };
                write().map_err(|error| DeliveryFailure {
                    permanent: false,
                    reason: error.to_string(),
                })?;
                tracing::info!(to = %message.to_email, file = %path.display(), "email isn't configured; the message was saved to the data folder");
                Ok(())
            }
        }
    }
}

/// The server's reply, which the error's own display sometimes leaves out.
fn said(error: &lettre::transport::smtp::Error) -> String {
    use std::error::Error;
    match error.source() {
        Some(source) if !error.to_string().contains(&source.to_string()) => format!("{error}: {source}"),
        _ => error.to_string(),
    }
}

fn compose(config: &Config, keys: &Keys, message: &ClaimedMessage) -> Result<Message, String> {
    let token = message.seed.as_ref().map(|seed| keys.token(&Seed(seed.clone())));
    let fill = |text: &str| {
        token.as_ref().map_or_else(
            || text.to_owned(),
            |token| text.replace(TOKEN_PLACEHOLDER, token.as_str()),
        )
    };
    let address = Email::stored(message.to_email.clone())
        .for_delivery()
        .map_err(|error| format!("{}: {error}", message.to_email))?;
    let to = Mailbox::new(Some(message.to_name.clone()).filter(|name| !name.is_empty()), address);
    let domain = config.mail_from.email.domain().to_owned();
    let mut builder = Message::builder();
    // Without List-Unsubscribe-Post: a mail program opens the page, and the person decides there.
    if let Some(path) = EmailKind::parse(&message.kind).and_then(EmailKind::unsubscribe_path) {
        let link = format!("<{}>", config.link(&fill(path)));
        builder = builder.raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str("List-Unsubscribe"),
            link,
        ));
    }
    builder
        .from(config.mail_from.clone())
        .to(to)
        .subject(&message.subject)
        .message_id(Some(format!("<{}@{domain}>", message.id)))
        .raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".into(),
        ))
        .multipart(with_file(
            message,
            MultiPart::alternative_plain_html(fill(&message.text), fill(&message.html)),
        ))
        .map_err(|error| error.to_string())
}

/// The parts of a message, with its file if it has one.
fn with_file(message: &ClaimedMessage, parts: MultiPart) -> MultiPart {
    let (Some(name), Some(text)) = (&message.attachment_name, &message.attachment) else {
        return parts;
    };
    let kind = ContentType::parse("text/csv; charset=utf-8").unwrap_or(ContentType::TEXT_PLAIN);
    let file = Attachment::new(name.clone()).body(text.clone().into_bytes(), kind);
    MultiPart::mixed().multipart(parts).singlepart(file)
}
