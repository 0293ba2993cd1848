//! The web surface: headers, hosts, origins, static files (rules 8, 14, 15 of the security page).

use crate::harness::client::{Client, form, raw};
use crate::harness::people::PASSWORD;
use crate::harness::test_app::TestApp;

#[test]
fn every_kind_of_response_has_the_security_headers() {
    let app = TestApp::shared();
    let stranger = app.client();
    let css = assets(&stranger).remove(0);
    for path in [
        "/login",
        "/signup",
        "/no-such-page",
        "/organizations",
        "/health/live",
        css.as_str(),
    ] {
        let page = stranger.get(path);
        let csp = page.header("content-security-policy");
        for part in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "form-action 'self'",
        ] {
            assert!(csp.contains(part), "{path}: {part} is not in “{csp}”");
        }
        assert!(!csp.contains("unsafe"), "{path}: {csp}");
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(page.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(page.header("cross-origin-opener-policy"), "same-origin", "{path}");
    }
}

#[test]
fn signed_in_pages_are_not_cached_and_vary_by_cookie_and_fragment() {
    let app = TestApp::shared();
    let olivia = app.owner_of("Header House", "header-house");
    for path in ["/organizations", "/organizations/header-house/members"] {
        let page = olivia.get(path).expect(200);
        assert_eq!(page.header("cache-control"), "no-store", "{path}");
        for word in ["Cookie", "HX-Request"] {
            assert!(
                page.header("vary").contains(word),
                "{path}: Vary: {}",
                page.header("vary")
            );
        }
    }
}

#[test]
fn hsts_is_sent_only_over_https() {
    let plain = TestApp::shared().client().get("/login").expect(200);
    assert_eq!(plain.header("strict-transport-security"), "");

    let app = TestApp::with(|c| c.base_url = "https://console.example.test".into());
    let page = https_client(&app).get("/login").expect(200);
    assert!(
        page.header("strict-transport-security").contains("max-age="),
        "{:?}",
        page.headers
    );
}

#[test]
fn over_https_the_session_cookie_is_bound_to_the_host() {
    let app = TestApp::with(|c| c.base_url = "https://console.example.test".into());
    let client = https_client(&app).with("Sec-Fetch-Site", "same-origin");
    let fields = form(&[
        ("name", "Olivia Hart"),
        ("email", "olivia@example.test"),
        ("password", PASSWORD),
        ("terms", "on"),
    ]);
    let page = client.send("POST", "/signup", &[], Some(fields)).expect(303);
    let cookies: Vec<&str> = page
        .headers
        .iter()
        .filter(|(n, _)| n == "set-cookie")
        .map(|(_, v)| v.as_str())
        .collect();
    let session = cookies
        .iter()
        .find(|c| c.starts_with("__Host-session="))
        .unwrap_or_else(|| panic!("{cookies:?}"));
    for part in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(session.contains(part), "{part}: {session}");
    }
    assert!(!session.contains("Domain="), "{session}");
}

#[test]
fn a_cross_site_post_is_refused() {
    let app = TestApp::shared();
    let client = app.client();
    let base = app.base();
    let other_port = format!(
        "http://127.0.0.1:{}",
        if app.port() == 65535 { 1 } else { app.port() + 1 }
    );
    let refused: &[&[(&str, &str)]] = &[
        &[("Sec-Fetch-Site", "cross-site")],
        &[("Sec-Fetch-Site", "same-site")],
        &[("Sec-Fetch-Site", "cross-site"), ("Origin", &base)],
        &[("Sec-Fetch-Site", "cross-site"), ("HX-Request", "true")],
        &[],
        &[("HX-Request", "true")],
        &[("Origin", "https://evil.example")],
        &[("Origin", "null")],
        &[("Origin", &other_port)],
        &[("Referer", &base)],
    ];
    for headers in refused {
        for path in ["/login", "/signup", "/logout", "/organizations"] {
            let page = client.send("POST", path, headers, Some(form(&[("email", "olivia@example.test")])));
            assert_eq!(page.status, 403, "{path} {headers:?}");
        }
    }
}

#[test]
fn a_same_origin_post_is_accepted_by_either_header() {
    let app = TestApp::shared();
    let base = app.base();
    let accepted: &[&[(&str, &str)]] = &[
        &[("Sec-Fetch-Site", "same-origin")],
        &[("Sec-Fetch-Site", "none")],
        &[("Origin", &base)],
    ];
    for headers in accepted {
        let page = app.client().send(
            "POST",
            "/login",
            headers,
            Some(form(&[("email", "nobody@example.test"), ("password", "x")])),
        );
        assert_eq!(page.status, 422, "{headers:?}");
    }
}

#[test]
fn an_unknown_host_gets_421() {
    let port = TestApp::shared().port();
    for host in ["evil.example", "127.0.0.1", "localhost", "127.0.0.1:1", ""] {
        let answer = raw(
            port,
            &format!("GET /login HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"),
        );
        assert!(answer.starts_with("HTTP/1.1 421"), "{host}: {answer}");
    }
    // A forwarded host from an untrusted client is ignored.
    let answer = raw(
        port,
        &format!(
            "GET /login HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"
        ),
    );
    assert!(answer.starts_with("HTTP/1.1 421"), "{answer}");
}

#[test]
fn a_redirect_never_uses_the_forwarded_host() {
    let app = TestApp::shared();
    let answer = raw(
        app.port(),
        &format!(
            "GET /organizations HTTP/1.1\r\nHost: {}\r\nX-Forwarded-Host: evil.example\r\nConnection: close\r\n\r\n",
            app.base().replace("http://", "")
        ),
    );
    assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
    assert!(!answer.contains("evil.example"), "{answer}");
}

#[test]
fn static_files_are_immutable_and_compressed() {
    let client = TestApp::shared().client();
    let all = assets(&client);
    assert!(
        all.iter().any(|a| a.ends_with(".css")) && all.iter().any(|a| a.ends_with(".js")),
        "{all:?}"
    );
    for path in all {
        let plain = client
            .send("GET", &path, &[("Accept-Encoding", "identity")], None)
            .expect(200);
        let control = plain.header("cache-control");
        assert!(
            control.contains("immutable") && control.contains("max-age=31536000") && control.contains("public"),
            "{path}: {control}"
        );
        assert!(plain.header("vary").contains("Accept-Encoding"), "{path}");
        assert_eq!(plain.header("content-encoding"), "", "{path}");
        assert_eq!(plain.header("set-cookie"), "", "{path}");

        let small = client
            .send("GET", &path, &[("Accept-Encoding", "gzip, deflate, br, zstd")], None)
            .expect(200);
        assert_eq!(small.header("content-encoding"), "br", "{path}");
        let mut unpacked = Vec::new();
        brotli::BrotliDecompress(&mut small.bytes.as_slice(), &mut unpacked).expect("brotli");
        assert!(unpacked == plain.bytes, "{path}: the compressed file differs");
        assert!(
            small.bytes.len() * 3 < plain.bytes.len() * 2,
            "{path}: {} of {}",
            small.bytes.len(),
            plain.bytes.len()
        );
    }
}

#[test]
fn pages_load_nothing_from_other_origins_and_nothing_inline() {
    let client = TestApp::shared().client();
    for path in ["/login", "/signup", "/no-such-page"] {
        let page = client.get(path);
        for (selector, attribute) in [
            ("[src]", "src"),
            ("link[href]", "href"),
            ("use", "href"),
            ("form", "action"),
        ] {
            for target in page.all(selector, attribute) {
                let ours = target.starts_with('/') && !target.starts_with("//");
                assert!(ours || target.starts_with("data:"), "{path}: {target}");
            }
        }
        assert!(
            page.all("[style]", "style").is_empty(),
            "{path}: CSP forbids inline styles"
        );
        assert!(
            page.texts("style, script:not([src])").is_empty(),
            "{path}: CSP forbids inline scripts and styles"
        );
    }
}

#[test]
fn an_unknown_path_shows_a_not_found_page() {
    let client = TestApp::shared().client();
    client.get("/no-such-page").expect(404).expect_text("Page not found");
    assert_eq!(
        client
            .send("DELETE", "/login", &[("Sec-Fetch-Site", "same-origin")], None)
            .status,
        405
    );
    for path in [
        "/static/../Cargo.toml",
        "/static/%2e%2e%2fCargo.toml",
        "/organizations/%00",
        "/organizations/%ff",
    ] {
        let page = client.get(path);
        assert!(matches!(page.status, 303 | 400 | 404), "{path}: {}", page.status);
    }
}

/// Style sheet, script and icons of the login page.
fn assets(client: &Client) -> Vec<String> {
    let page = client.get("/login").expect(200);
    let mut all = page.all("link[rel=stylesheet]", "href");
    all.extend(page.all("script[src]", "src"));
    all.extend(
        page.all("use", "href")
            .iter()
            .map(|href| href.split('#').next().unwrap_or_default().to_owned()),
    );
    all.dedup();
    assert!(all.len() >= 2, "{all:?}");
    all
}

/// A client behind the proxy that terminates HTTPS for this app.
fn https_client(app: &TestApp) -> Client {
    app.client().with("Host", "console.example.test")
}
