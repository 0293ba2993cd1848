//! Configuration: `tenantry.toml` in the working folder, overridden by the environment. All mistakes are reported together.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use serde::Deserialize;

crate::text_enum! {
    /// Who may sign up.
    pub enum Signup {
        /// Anybody.
        Open = "open",
        /// Only who follows an invitation (and the first account of an instance).
        Invited = "invited",
    }
}

/// The configuration of an instance; every value has been checked.
#[derive(Clone)]
pub struct Config {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// Scheme, host and port under which people reach this instance, without a slash at the end. Every link is built from it.
    pub base_url: String,
    /// Folder of the key file, the default database and, without SMTP, the emails.
    pub data_dir: PathBuf,
    /// `postgres://…` or the path of an SQLite file.
    pub database_url: String,
    /// `smtp://…` or `smtps://…`; without it emails are written to the data folder.
    pub smtp_url: Option<String>,
    /// The sender of every email.
    pub mail_from: lettre::message::Mailbox,
    /// Who may sign up.
    pub signup: Signup,
    /// Peers whose `X-Forwarded-*` headers count.
    pub trusted_proxies: Vec<IpNet>,
    /// How many organizations a person may create; `None` is no limit.
    pub organization_limit: Option<u32>,
}

// The URLs may hold passwords: no log shows a configuration whole.
impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config")
            .field("listen", &self.listen)
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    listen: Option<String>,
    base_url: Option<String>,
    data_dir: Option<String>,
    database_url: Option<String>,
    smtp_url: Option<String>,
    mail_from: Option<String>,
    signup: Option<String>,
    trusted_proxies: Option<String>,
    organization_limit: Option<String>,
}

type Field = fn(&mut Written) -> &mut Option<String>;

/// Each setting: its name in the file, and after `TENANTRY_` in upper case in the environment.
const SETTINGS: &[(&str, Field)] = &[
    ("listen", |w| &mut w.listen),
    ("base_url", |w| &mut w.base_url),
    ("data_dir", |w| &mut w.data_dir),
    ("database_url", |w| &mut w.database_url),
    ("smtp_url", |w| &mut w.smtp_url),
    ("mail_from", |w| &mut w.mail_from),
    ("signup", |w| &mut w.signup),
    ("trusted_proxies", |w| &mut w.trusted_proxies),
    ("organization_limit", |w| &mut w.organization_limit),
];

impl Config {
    /// Reads `tenantry.toml` of the working folder, if there is one, and the environment.
    ///
    /// # Errors
    /// One sentence for each fault found.
    pub fn load() -> Result<Self, Vec<String>> {
        let file = match std::fs::read_to_string("tenantry.toml") {
            Ok(text) => Some(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(vec![format!("tenantry.toml cannot be read: {error}")]),
        };
        Self::read(file.as_deref(), |name| std::env::var(name).ok())
    }

    /// Reads and checks the file and the environment.
    ///
    /// # Errors
    /// One sentence for each fault found.
    pub fn read(file: Option<&str>, environment: impl Fn(&str) -> Option<String>) -> Result<Self, Vec<String>> {
        let mut faults = Vec::new();
        let mut written: Written = match toml::from_str(file.unwrap_or_default()) {
            Ok(written) => written,
            Err(error) => {
                faults.push(format!(
                    "tenantry.toml: {}",
                    error.to_string().trim().replace('\n', " ")
                ));
                Written::default()
            }
        };
        for (name, field) in SETTINGS {
            if let Some(value) =
                environment(&format!("TENANTRY_{}", name.to_uppercase())).filter(|v| !v.trim().is_empty())
            {
                *field(&mut written) = Some(value.trim().to_owned());
            }
        }

        let listen = check(
            &mut faults,
            written.listen.as_deref().unwrap_or("127.0.0.1:8080"),
            |v| {
                v.parse::<SocketAddr>()
                    .map_err(|_| format!("TENANTRY_LISTEN: “{v}” is not an address and port, such as 127.0.0.1:8080"))
            },
        );
        let default_base = listen.map_or_else(
            || "http://127.0.0.1:8080".into(),
            |listen: SocketAddr| match listen.ip() {
                IpAddr::V4(ip) if ip.is_unspecified() => format!("http://127.0.0.1:{}", listen.port()),
                IpAddr::V6(ip) if ip.is_unspecified() => format!("http://[::1]:{}", listen.port()),
                _ => format!("http://{listen}"),
            },
        );
        let base_url = check(
            &mut faults,
            written.base_url.as_deref().unwrap_or(&default_base),
            base_url,
        );
        let data_dir = PathBuf::from(written.data_dir.as_deref().unwrap_or("./data"));
        let default_database = data_dir.join("tenantry.sqlite3").display().to_string();
        let database_url = check(
            &mut faults,
            written.database_url.as_deref().unwrap_or(&default_database),
            database_url,
        );
        let smtp_url = written
            .smtp_url
            .as_deref()
            .and_then(|v| check(&mut faults, v, smtp_url));
        let default_from = default_sender(base_url.as_deref().unwrap_or_default());
        let mail_from = check(
            &mut faults,
            written.mail_from.as_deref().unwrap_or(&default_from),
            |v| {
                v.parse::<lettre::message::Mailbox>().map_err(|_| {
                    format!("TENANTRY_MAIL_FROM: “{v}” is not an address, such as Tenantry <no-reply@example.com>")
                })
            },
        );
        let signup = check(&mut faults, written.signup.as_deref().unwrap_or("open"), |v| {
            Signup::parse(v).ok_or_else(|| format!("TENANTRY_SIGNUP: “{v}” is neither open nor invited"))
        });
        let trusted_proxies = networks(&mut faults, written.trusted_proxies.as_deref().unwrap_or_default());
        let organization_limit = written.organization_limit.as_deref().and_then(|v| {
            check(&mut faults, v, |v| {
                v.parse::<u32>()
                    .map_err(|_| format!("TENANTRY_ORGANIZATION_LIMIT: “{v}” is not a whole number"))
            })
        });

        match (listen, base_url, database_url, mail_from, signup) {
            (Some(listen), Some(base_url), Some(database_url), Some(mail_from), Some(signup)) if faults.is_empty() => {
                Ok(Self {
                    listen,
                    base_url,
                    data_dir,
                    database_url,
                    smtp_url,
                    mail_from,
                    signup,
                    trusted_proxies,
                    organization_limit,
                })
            }
            _ => Err(faults),
        }
    }

    /// A configuration on a free loopback port, for tests and the benchmark.
    #[must_use]
    pub fn local(data_dir: &Path, database_url: String) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            base_url: "http://127.0.0.1:8080".into(),
            data_dir: data_dir.to_owned(),
            database_url,
            smtp_url: None,
            mail_from: lettre::message::Mailbox::new(
                Some("Tenantry".into()),
                lettre::Address::new("no-reply", "console.example").unwrap_or_else(|_| unreachable!("a fixed address")),
            ),
            signup: Signup::Open,
            trusted_proxies: Vec::new(),
            organization_limit: None,
        }
    }

    /// Host and port of the base URL, as browsers send it in `Host`.
    pub fn host(&self) -> &str {
        host_of(&self.base_url)
    }

    /// Whether people reach this instance by HTTPS.
    pub fn is_https(&self) -> bool {
        self.base_url.starts_with("https://")
    }

    /// Whether email is sent by SMTP.
    pub fn sends_mail(&self) -> bool {
        self.smtp_url.is_some()
    }

    /// A link in an email: the base URL and a path that begins with a slash.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }
}

fn check<T>(faults: &mut Vec<String>, value: &str, read: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
    read(value).map_err(|fault| faults.push(fault)).ok()
}

fn networks(faults: &mut Vec<String>, written: &str) -> Vec<IpNet> {
    let words = written.split([',', ' ']).filter(|word| !word.is_empty());
    words
        .filter_map(|word| {
            check(faults, word, |v| {
                let net = v.parse::<IpNet>().or_else(|_| v.parse::<IpAddr>().map(IpNet::from));
                net.map_err(|_| {
                    format!("TENANTRY_TRUSTED_PROXIES: “{v}” is neither an address nor a network, such as 10.0.0.0/8")
                })
            })
        })
        .collect()
}

/// A mail address needs a domain name: an instance that is reached by number gets one that leads nowhere.
fn default_sender(base_url: &str) -> String {
    let host = host_of(base_url).split(':').next().unwrap_or_default();
    let named = host.contains('.') && host.parse::<IpAddr>().is_err();
    format!(
        "Tenantry <no-reply@{}>",
        if named { host } else { "localhost.localdomain" }
    )
}

fn host_of(base_url: &str) -> &str {
    base_url.split_once("://").map_or(base_url, |(_, host)| host)
}

fn base_url(v: &str) -> Result<String, String> {
    let fault = || format!("TENANTRY_BASE_URL: “{v}” is not an address such as https://console.example.com");
    let url: actix_web::http::Uri = v.trim_end_matches('/').parse().map_err(|_| fault())?;
    let scheme = url
        .scheme_str()
        .filter(|s| matches!(*s, "http" | "https"))
        .ok_or_else(fault)?;
    let authority = url
        .authority()
        .filter(|a| !a.as_str().contains('@'))
        .ok_or_else(fault)?;
    if !matches!(url.path(), "" | "/") || url.query().is_some() {
        return Err(format!("TENANTRY_BASE_URL: “{v}” must not have a path"));
    }
    let default_port = if scheme == "https" { ":443" } else { ":80" };
    let authority = authority.as_str().to_lowercase();
    Ok(format!(
        "{scheme}://{}",
        authority.strip_suffix(default_port).unwrap_or(&authority)
    ))
}

fn database_url(v: &str) -> Result<String, String> {
    match v.split_once("://") {
        None | Some(("postgres" | "postgresql" | "sqlite", _)) => Ok(v.to_owned()),
        Some((scheme, _)) => Err(format!(
            "TENANTRY_DATABASE_URL: “{scheme}://” is neither postgres:// nor an SQLite file"
        )),
    }
}

fn smtp_url(v: &str) -> Result<String, String> {
    if !v.starts_with("smtp://") && !v.starts_with("smtps://") {
        // The value may hold a password: it is not repeated.
        return Err("TENANTRY_SMTP_URL: begin with smtp:// or smtps://".into());
    }
    lettre::SmtpTransport::from_url(v)
        .map(|_| v.to_owned())
        .map_err(|error| format!("TENANTRY_SMTP_URL: {error}"))
}

#[cfg(test)]
mod tests;
