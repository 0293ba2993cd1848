use super::*;

fn read(pairs: &[(&str, &str)]) -> Result<Config, Vec<String>> {
    Config::read(None, |name| {
        pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned())
    })
}

#[test]
fn nothing_configured_is_a_working_house() {
    let config = read(&[]).unwrap();
    assert_eq!(config.base_url, "http://127.0.0.1:8080");
    assert!(config.database_url.ends_with("data/tenantry.sqlite3"));
    assert!(!config.sends_mail());
}

#[test]
fn every_fault_is_told_at_once() {
    let faults = read(&[
        ("TENANTRY_LISTEN", "here"),
        ("TENANTRY_BASE_URL", "console.example.com"),
        ("TENANTRY_DATABASE_URL", "mysql://x"),
        ("TENANTRY_SMTP_URL", "http://mail"),
        ("TENANTRY_MAIL_FROM", "no address"),
        ("TENANTRY_SIGNUP", "maybe"),
        ("TENANTRY_TRUSTED_PROXIES", "10.0.0.0/8 nowhere"),
        ("TENANTRY_ORGANIZATION_LIMIT", "-1"),
    ])
    .unwrap_err();
    assert_eq!(faults.len(), 8, "{faults:?}");
}

#[test]
fn the_environment_overrides_the_file_and_an_unknown_word_in_it_is_a_fault() {
    let config = Config::read(Some("signup = \"invited\"\nlisten = \"0.0.0.0:9\""), |n| {
        (n == "TENANTRY_LISTEN").then(|| "127.0.0.1:7".into())
    })
    .unwrap();
    assert_eq!((config.signup, config.listen.port()), (Signup::Invited, 7));
    assert!(Config::read(Some("sign_up = \"open\""), |_| None).is_err());
}
