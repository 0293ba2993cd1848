//! The settings as they are written: in the file, overridden by the environment.

use serde::Deserialize;

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConfigFile {
    pub(super) listen: Option<String>,
    pub(super) base_url: Option<String>,
    pub(super) data_dir: Option<String>,
    pub(super) database_url: Option<String>,
    pub(super) smtp_url: Option<String>,
    pub(super) mail_from: Option<String>,
    pub(super) signup: Option<String>,
    pub(super) signup_domains: Option<String>,
    pub(super) trusted_proxies: Option<String>,
    pub(super) organization_limit: Option<String>,
    pub(super) organization_invitations: Option<String>,
    pub(super) account_invitations: Option<String>,
    pub(super) instance_invitations: Option<String>,
    pub(super) stored_pages: Option<String>,
    pub(super) browser_cache: Option<String>,
    pub(super) geoip_file: Option<String>,
    pub(super) api_key_requests: Option<String>,
    pub(super) api_organization_requests: Option<String>,
}

type Field = fn(&mut ConfigFile) -> &mut Option<String>;

/// Each setting: its name in the file, and after `TENANTRY_` in upper case in the environment.
const SETTINGS: &[(&str, Field)] = &[
    ("listen", |w| &mut w.listen),
    ("base_url", |w| &mut w.base_url),
    ("data_dir", |w| &mut w.data_dir),
    ("database_url", |w| &mut w.database_url),
    ("smtp_url", |w| &mut w.smtp_url),
    ("mail_from", |w| &mut w.mail_from),
    ("signup", |w| &mut w.signup),
    ("signup_domains", |w| &mut w.signup_domains),
    ("trusted_proxies", |w| &mut w.trusted_proxies),
    ("organization_limit", |w| &mut w.organization_limit),
    ("organization_invitations", |w| &mut w.organization_invitations),
    ("account_invitations", |w| &mut w.account_invitations),
    ("instance_invitations", |w| &mut w.instance_invitations),
    ("stored_pages", |w| &mut w.stored_pages),
    ("geoip_file", |w| &mut w.geoip_file),
    ("browser_cache", |w| &mut w.browser_cache),
    ("api_key_requests", |w| &mut w.api_key_requests),
    ("api_organization_requests", |w| &mut w.api_organization_requests),
];

impl ConfigFile {
    pub(super) fn read(
        file: Option<&str>,
        environment: impl Fn(&str) -> Option<String>,
        faults: &mut Vec<String>,
    ) -> Self {
        let mut written: Self = toml::from_str(file.unwrap_or_default()).unwrap_or_else(|error| {
            faults.push(format!(
                "tenantry.toml: {}",
                error.to_string().trim().replace('\n', " ")
            ));
            Self::default()
        });
        for (name, field) in SETTINGS {
            let value = environment(&format!("TENANTRY_{}", name.to_uppercase()));
            if let Some(value) = value.filter(|v| !v.trim().is_empty()) {
                *field(&mut written) = Some(value.trim().to_owned());
            }
        }
        written
    }
}
