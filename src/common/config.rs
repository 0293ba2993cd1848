//! Configuration: `tenantry.toml` in the working folder, overridden by the environment. All mistakes are reported together.

mod file;
mod limits;
mod values;

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use ipnet::IpNet;

use self::file::ConfigFile;
pub use self::limits::{ApiQuotas, Limits, Pace};
use self::values::{check, given};
use crate::common::email::Email;

crate::text_enum! {
    /// Who may sign up.
    pub enum Signup {
        /// Anyone.
        Open = "open",
        /// Only people with an invitation, and the first account of an instance.
        Invited = "invited",
        /// As `Invited`, and people with an address at one of the instance's domains.
        Domains = "domains",
    }
}

crate::text_enum! {
    /// Whether pages that have not changed are shown from memory.
    pub enum StoredPages {
        On = "on",
        /// Every page is made anew.
        Off = "off",
        /// Every page is made anew and compared with the stored one; a difference is an error. For tests and to look for faults.
        Compared = "compared",
    }
}

crate::text_enum! {
    /// Whether browsers may keep pages.
    pub enum BrowserCache {
        Never = "never",
        /// On the person's device, and to be confirmed by the server before each use.
        Confirmed = "confirmed",
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
    /// The domains of the addresses that sign up without an invitation, where `signup` is `Domains`.
    pub signup_domains: Vec<String>,
    /// Peers whose `X-Forwarded-*` headers are trusted.
    pub trusted_proxies: Vec<IpNet>,
    /// How many organizations a person may create; `None` is no limit.
    pub organization_limit: Option<u32>,
    /// Invitations a day of one organization; a new one sends a tenth.
    pub organization_invitations: u32,
    /// As for one organization, of one account in all of them.
    pub account_invitations: u32,
    /// Invitations a day of all accounts together.
    pub instance_invitations: u32,
    /// Whether unchanged pages are shown from memory.
    pub stored_pages: StoredPages,
    /// Whether browsers may keep pages.
    pub browser_cache: BrowserCache,
    /// A city database, for the places of sessions.
    pub geoip_file: Option<PathBuf>,
    /// Requests to the API.
    pub api_quotas: ApiQuotas,
    /// What clients may take.
    pub limits: Limits,
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

impl Config {
    /// Reads `tenantry.toml` of the working folder, if there is one, and the environment.
    ///
    /// # Errors
    /// One message for each mistake.
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
    /// One message for each mistake.
    pub fn read(file: Option<&str>, environment: impl Fn(&str) -> Option<String>) -> Result<Self, Vec<String>> {
        let mut faults = Vec::new();
        let w = ConfigFile::read(file, environment, &mut faults);
        let or = |value: &Option<String>, default: &str| value.as_deref().unwrap_or(default).to_owned();

        let listen = check(&mut faults, &or(&w.listen, "127.0.0.1:8080"), values::listen);
        let base_url = or(&w.base_url, &values::default_base_url(listen));
        let base_url = check(&mut faults, &base_url, values::base_url);
        let data_dir = PathBuf::from(or(&w.data_dir, "./data"));
        let default_database = data_dir.join("tenantry.sqlite3").display().to_string();
        let database_url = check(
            &mut faults,
            &or(&w.database_url, &default_database),
            values::database_url,
        );
        let smtp_url = given(&mut faults, w.smtp_url.as_deref(), values::smtp_url);
        let default_from = values::default_sender(base_url.as_deref().unwrap_or_default());
        let mail_from = check(&mut faults, &or(&w.mail_from, &default_from), values::sender);
        let signup = check(&mut faults, &or(&w.signup, "open"), values::signup);
        let stored_pages = check(&mut faults, &or(&w.stored_pages, "on"), values::stored_pages);
        let browser_cache = check(&mut faults, &or(&w.browser_cache, "never"), values::browser_cache);
        let geoip_file = given(&mut faults, w.geoip_file.as_deref(), values::geoip_file);
        let api_quotas = values::api_quotas(&mut faults, &w);
        let signup_domains = values::signup_domains(&mut faults, signup, &or(&w.signup_domains, ""));
        let trusted_proxies = values::networks(&mut faults, &or(&w.trusted_proxies, ""));
        let organization_limit = given(&mut faults, w.organization_limit.as_deref(), values::organization_limit);
        let limits = [
            w.organization_invitations,
            w.account_invitations,
            w.instance_invitations,
        ];
        let [organization_invitations, account_invitations, instance_invitations] =
            values::invitation_limits(&mut faults, limits);

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
                    signup_domains,
                    trusted_proxies,
                    organization_limit,
                    organization_invitations,
                    account_invitations,
                    instance_invitations,
                    stored_pages: stored_pages.unwrap_or(StoredPages::On),
                    browser_cache: browser_cache.unwrap_or(BrowserCache::Never),
                    geoip_file,
                    api_quotas,
                    limits: Limits::default(),
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
            signup_domains: Vec::new(),
            trusted_proxies: Vec::new(),
            organization_limit: None,
            organization_invitations: values::INVITATIONS[0].1,
            account_invitations: values::INVITATIONS[1].1,
            instance_invitations: values::INVITATIONS[2].1,
            stored_pages: StoredPages::On,
            browser_cache: BrowserCache::Never,
            geoip_file: None,
            api_quotas: ApiQuotas::default(),
            limits: Limits::default(),
        }
    }

    /// Host and port of the base URL, as browsers send it in `Host`.
    pub fn host(&self) -> &str {
        values::host_of(&self.base_url)
    }

    /// Whether a `Host` is the base URL's, with or without the default port of its scheme. Many proxies leave the port out, so
    /// from a trusted one a host without port is ours whatever port the base URL has.
    pub fn is_own_host(&self, host: &str, by_proxy: bool) -> bool {
        values::is_same_host(self.host(), host, if self.is_https() { 443 } else { 80 }, by_proxy)
    }

    /// Whether an address is one of a trusted proxy.
    pub fn is_proxy(&self, ip: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|net| net.contains(&ip))
    }

    /// Whether people reach this instance by HTTPS.
    pub fn is_https(&self) -> bool {
        self.base_url.starts_with("https://")
    }

    /// Whether an address is at one of the domains that sign up without an invitation.
    pub fn admits(&self, email: &Email) -> bool {
        let domain = email.as_str().rsplit_once('@').map_or("", |(_, domain)| domain);
        self.signup == Signup::Domains && self.signup_domains.iter().any(|own| own == domain)
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

#[cfg(test)]
mod tests;
