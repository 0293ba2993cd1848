//! What passkeys are made for (the "relying party" of `WebAuthn`): the domain of the base URL.

use std::time::Duration;

use webauthn_rs::prelude::{Url, Webauthn, WebauthnBuilder};

use crate::common::config::Config;

/// The name that browsers show.
const NAME: &str = "Tenantry";
/// How long a browser may wait for the person.
const TIMEOUT: Duration = Duration::from_mins(5);

/// `None` where browsers offer no passkeys: under an IP address, and without HTTPS except on the same computer.
pub fn relying_party(config: &Config) -> Option<Webauthn> {
    let origin = Url::parse(&config.base_url).ok()?;
    let domain = origin.domain()?;
    let is_local = domain == "localhost" || domain.ends_with(".localhost");
    if !config.is_https() && !is_local {
        return None;
    }
    let builder = WebauthnBuilder::new(domain, &origin).ok()?;
    builder.rp_name(NAME).timeout(TIMEOUT).build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passkeys_need_a_domain_name_with_https() {
        let has = |base_url: &str| {
            let mut config = Config::local(std::path::Path::new("data"), String::new());
            config.base_url = base_url.to_owned();
            relying_party(&config).is_some()
        };
        for base_url in [
            "https://console.example.com",
            "https://a.example:8443",
            "http://localhost:8080",
        ] {
            assert!(has(base_url), "{base_url}");
        }
        for base_url in [
            "http://127.0.0.1:8080",
            "https://10.0.0.1",
            "https://[::1]:8443",
            "http://console.example.com",
        ] {
            assert!(!has(base_url), "{base_url}");
        }
    }
}
