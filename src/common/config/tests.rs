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
    assert_eq!(
        (
            config.organization_invitations,
            config.account_invitations,
            config.instance_invitations
        ),
        (500, 500, 5000)
    );
    assert_eq!(
        read(&[("TENANTRY_ACCOUNT_INVITATIONS", "20")])
            .unwrap()
            .account_invitations,
        20
    );
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
        ("TENANTRY_STORED_PAGES", "sometimes"),
        ("TENANTRY_BROWSER_CACHE", "always"),
        ("TENANTRY_TRUSTED_PROXIES", "10.0.0.0/8 nowhere"),
        ("TENANTRY_ORGANIZATION_LIMIT", "-1"),
        ("TENANTRY_ORGANIZATION_INVITATIONS", "many"),
        ("TENANTRY_ACCOUNT_INVITATIONS", "-5"),
        ("TENANTRY_INSTANCE_INVITATIONS", "1.5"),
    ])
    .unwrap_err();
    assert_eq!(faults.len(), 13, "{faults:?}");
}

#[test]
fn sign_up_can_be_limited_to_domains() {
    let domains = (
        "TENANTRY_SIGNUP_DOMAINS",
        "Meridian.example, @bücher.example meridian.example",
    );
    let config = read(&[("TENANTRY_SIGNUP", "domains"), domains]).unwrap();
    assert_eq!(config.signup_domains, ["meridian.example", "bücher.example"]);
    let admits = |text: &str| config.admits(&Email::parse(text).unwrap());
    assert!(admits("Ida@xn--bcher-kva.example") && admits("maya@meridian.example"));
    assert!(!admits("maya@mail.meridian.example") && !admits("meridian.example@evil.test"));
    for wrong in [
        &[("TENANTRY_SIGNUP", "domains")][..],
        &[("TENANTRY_SIGNUP", "domains"), ("TENANTRY_SIGNUP_DOMAINS", "nowhere")],
        &[("TENANTRY_SIGNUP", "invited"), domains],
        &[domains],
    ] {
        let faults = read(wrong).unwrap_err();
        assert!(
            faults.len() == 1 && faults[0].starts_with("TENANTRY_SIGNUP_DOMAINS"),
            "{faults:?}"
        );
    }
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

#[test]
fn a_host_is_ours_with_or_without_the_default_port_and_from_a_proxy_without_any() {
    let ours = |base_url: &str, host: &str, by_proxy: bool| {
        read(&[("TENANTRY_BASE_URL", base_url)])
            .unwrap()
            .is_own_host(host, by_proxy)
    };
    for by_proxy in [true, false] {
        for host in ["console.example.com", "CONSOLE.example.com", "console.example.com:443"] {
            assert!(ours("https://console.example.com", host, by_proxy), "{host}");
            assert!(ours("https://console.example.com:443", host, by_proxy), "{host}");
        }
        assert!(ours("http://console.example.com", "console.example.com:80", by_proxy));
        assert!(ours(
            "https://console.example.com:8443",
            "console.example.com:8443",
            by_proxy
        ));
        assert!(ours("http://[::1]:8080", "[::1]:8080", by_proxy) && ours("http://[::1]", "[::1]:80", by_proxy));
        assert_eq!(
            ours("https://console.example.com:8443", "console.example.com", by_proxy),
            by_proxy
        );
        assert_eq!(ours("http://[::1]:8080", "[::1]", by_proxy), by_proxy);
        for host in [
            "",
            ":443",
            "evil.example",
            "evil.example:443",
            "console.example.com:80",
            "console.example.com:8443",
            "console.example.com.evil.example",
            "console.example.com:443:443",
            "console.example.com:443@evil.example",
            "console.example.com, evil.example",
            "console.example.com:",
            "sub.console.example.com",
        ] {
            assert!(!ours("https://console.example.com", host, by_proxy), "{host}");
        }
        assert!(!ours(
            "https://console.example.com:8443",
            "console.example.com:443",
            by_proxy
        ));
        assert!(!ours("http://console.example.com", "console.example.com:443", by_proxy));
    }
}
