//! Reads the value of each setting, with its default.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::path::PathBuf;

use ipnet::IpNet;
use lettre::message::Mailbox;

use crate::common::config::file::ConfigFile;
use crate::common::config::{ApiQuotas, BrowserCache, Signup, StoredPages};
use crate::common::domain;
use crate::common::places::Places;

pub(super) fn check<T>(
    faults: &mut Vec<String>,
    value: &str,
    read: impl FnOnce(&str) -> Result<T, String>,
) -> Option<T> {
    read(value).map_err(|fault| faults.push(fault)).ok()
}

/// As `check`, for a setting without a default.
pub(super) fn given<T>(
    faults: &mut Vec<String>,
    value: Option<&str>,
    read: impl FnOnce(&str) -> Result<T, String>,
) -> Option<T> {
    value.and_then(|value| check(faults, value, read))
}

pub(super) fn networks(faults: &mut Vec<String>, written: &str) -> Vec<IpNet> {
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
pub(super) fn default_sender(base_url: &str) -> String {
    let host = host_of(base_url).split(':').next().unwrap_or_default();
    let named = host.contains('.') && host.parse::<IpAddr>().is_err();
    format!(
        "Tenantry <no-reply@{}>",
        if named { host } else { "localhost.localdomain" }
    )
}

pub(super) fn host_of(base_url: &str) -> &str {
    base_url.split_once("://").map_or(base_url, |(_, host)| host)
}

/// Whether a host is the own one. `any_port`: also when it names no port and the own one is not the default.
pub(super) fn is_same_host(own: &str, host: &str, default: u16, any_port: bool) -> bool {
    let (own, own_port) = name_and_port(own);
    let (name, port) = name_and_port(host);
    let same_port = match port {
        None if any_port => true,
        port => port.unwrap_or(default) == own_port.unwrap_or(default),
    };
    name.eq_ignore_ascii_case(own) && same_port
}

/// The parts of a `Host`. An IPv6 address is in brackets, so what follows its last colon is no port without one.
fn name_and_port(host: &str) -> (&str, Option<u16>) {
    let parts = host.rsplit_once(':');
    let port = parts.and_then(|(name, port)| Some((name, port.parse::<u16>().ok()?)));
    port.map_or((host, None), |(name, port)| (name, Some(port)))
}

pub(super) fn base_url(v: &str) -> Result<String, String> {
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

pub(super) fn database_url(v: &str) -> Result<String, String> {
    match v.split_once("://") {
        None | Some(("postgres" | "postgresql" | "sqlite", _)) => Ok(v.to_owned()),
        Some((scheme, _)) => Err(format!(
            "TENANTRY_DATABASE_URL: “{scheme}://” is neither postgres:// nor an SQLite file"
        )),
    }
}

pub(super) fn smtp_url(v: &str) -> Result<String, String> {
    if !v.starts_with("smtp://") && !v.starts_with("smtps://") {
        // The value may hold a password: it is not repeated.
        return Err("TENANTRY_SMTP_URL: begin with smtp:// or smtps://".into());
    }
    lettre::SmtpTransport::from_url(v)
        .map(|_| v.to_owned())
        .map_err(|error| format!("TENANTRY_SMTP_URL: {error}"))
}

pub(super) fn listen(v: &str) -> Result<SocketAddr, String> {
    v.parse()
        .map_err(|_| format!("TENANTRY_LISTEN: “{v}” is not an address and port, such as 127.0.0.1:8080"))
}

/// The base URL of an instance that names none: the address it listens on.
pub(super) fn default_base_url(listen: Option<SocketAddr>) -> String {
    listen.map_or_else(
        || "http://127.0.0.1:8080".into(),
        |listen| match listen.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => format!("http://127.0.0.1:{}", listen.port()),
            IpAddr::V6(ip) if ip.is_unspecified() => format!("http://[::1]:{}", listen.port()),
            _ => format!("http://{listen}"),
        },
    )
}

pub(super) fn sender(v: &str) -> Result<Mailbox, String> {
    v.parse()
        .map_err(|_| format!("TENANTRY_MAIL_FROM: “{v}” is not an address, such as Tenantry <no-reply@example.com>"))
}

pub(super) fn signup(v: &str) -> Result<Signup, String> {
    Signup::parse(v).ok_or_else(|| format!("TENANTRY_SIGNUP: “{v}” is not open, invited or domains"))
}

pub(super) fn stored_pages(v: &str) -> Result<StoredPages, String> {
    StoredPages::parse(v).ok_or_else(|| format!("TENANTRY_STORED_PAGES: “{v}” is not on, off or compared"))
}

pub(super) fn geoip_file(v: &str) -> Result<PathBuf, String> {
    let file = PathBuf::from(v);
    Places::open(&file).map_err(|error| format!("TENANTRY_GEOIP_FILE: {error}"))?;
    Ok(file)
}

pub(super) fn browser_cache(v: &str) -> Result<BrowserCache, String> {
    BrowserCache::parse(v).ok_or_else(|| format!("TENANTRY_BROWSER_CACHE: “{v}” is not never or confirmed"))
}

/// The domains of `TENANTRY_SIGNUP=domains`, each once.
pub(super) fn signup_domains(faults: &mut Vec<String>, signup: Option<Signup>, written: &str) -> Vec<String> {
    let words = written.split([',', ' ']).filter(|word| !word.is_empty());
    let read = |word: &str| {
        domain::parse(word.trim_start_matches('@'))
            .map_err(|_| format!("TENANTRY_SIGNUP_DOMAINS: “{word}” is not a domain, such as example.com"))
    };
    let mut domains = Vec::new();
    for word in words {
        if let Some(domain) = check(faults, word, read).filter(|domain| !domains.contains(domain)) {
            domains.push(domain);
        }
    }
    match signup {
        Some(Signup::Domains) if written.is_empty() => {
            faults.push(
                "TENANTRY_SIGNUP_DOMAINS: name the domains of TENANTRY_SIGNUP=domains, such as example.com".into(),
            );
        }
        Some(Signup::Open | Signup::Invited) if !written.is_empty() => {
            faults.push("TENANTRY_SIGNUP_DOMAINS: it has an effect only with TENANTRY_SIGNUP=domains".into());
        }
        _ => {}
    }
    domains
}

pub(super) fn organization_limit(v: &str) -> Result<u32, String> {
    v.parse()
        .map_err(|_| format!("TENANTRY_ORGANIZATION_LIMIT: “{v}” is not a whole number"))
}

/// The limits on invitations a day, and their defaults.
pub(super) const INVITATIONS: [(&str, u32); 3] = [
    ("TENANTRY_ORGANIZATION_INVITATIONS", 500),
    ("TENANTRY_ACCOUNT_INVITATIONS", 500),
    ("TENANTRY_INSTANCE_INVITATIONS", 5000),
];

/// In the order of [`INVITATIONS`].
pub(super) fn invitation_limits(faults: &mut Vec<String>, written: [Option<String>; 3]) -> [u32; 3] {
    let mut limits = INVITATIONS.map(|(_, default)| default);
    for ((limit, (name, _)), written) in limits.iter_mut().zip(INVITATIONS).zip(written) {
        let Some(written) = written else { continue };
        let read = check(faults, &written, |v| {
            v.parse().map_err(|_| format!("{name}: “{v}” is not a whole number"))
        });
        *limit = read.unwrap_or(*limit);
    }
    limits
}

pub(super) fn api_quotas(faults: &mut Vec<String>, written: &ConfigFile) -> ApiQuotas {
    let mut quotas = ApiQuotas::default();
    for (quota, written, name) in [
        (&mut quotas.key, &written.api_key_requests, "TENANTRY_API_KEY_REQUESTS"),
        (
            &mut quotas.organization,
            &written.api_organization_requests,
            "TENANTRY_API_ORGANIZATION_REQUESTS",
        ),
    ] {
        let read = |v: &str| match v {
            "off" => Ok(None),
            v => v
                .parse::<NonZeroU32>()
                .map(Some)
                .map_err(|_| format!("{name}: “{v}” is neither off nor a whole number above 0")),
        };
        if let Some(read) = written.as_deref().and_then(|v| check(faults, v, read)) {
            *quota = read;
        }
    }
    quotas
}
