//! What load balancers and log readers rely on.

use crate::harness::client::raw;
use crate::harness::test_app::TestApp;

#[test]
fn a_running_server_reports_live_and_ready() {
    let client = TestApp::shared().client();
    assert_eq!(client.get("/health/live").expect(200).body.trim(), "live");
    assert_eq!(client.get("/health/ready").expect(200).body.trim(), "ready");
}

#[test]
fn health_checks_answer_probes_by_ip_address() {
    let answer = raw(
        TestApp::shared().port(),
        "GET /health/ready HTTP/1.1\r\nHost: 10.1.2.3:9\r\nConnection: close\r\n\r\n",
    );
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[test]
fn every_response_has_a_unique_request_id() {
    let client = TestApp::shared().client();
    let ids: Vec<String> = ["/login", "/login", "/no-such-page", "/health/live"]
        .iter()
        .map(|path| client.get(path).header("x-request-id").to_owned())
        .collect();
    for (at, id) in ids.iter().enumerate() {
        assert!(id.len() >= 16, "{id}");
        assert!(!ids[..at].contains(id), "{ids:?}");
    }
}

#[test]
fn only_a_trusted_proxy_can_set_the_request_id() {
    let mine = "0123456789abcdef-mine";
    let client = TestApp::shared().client().with("X-Request-Id", mine);
    assert_ne!(client.get("/login").header("x-request-id"), mine);

    let behind_proxy = TestApp::with(|c| c.trusted_proxies = vec!["127.0.0.1/32".parse().expect("a network")]);
    let client = behind_proxy.client();
    assert_eq!(
        client.with("X-Request-Id", mine).get("/login").header("x-request-id"),
        mine
    );
    let forged = "abc\"} {\"forged";
    assert_ne!(
        client.with("X-Request-Id", forged).get("/login").header("x-request-id"),
        forged
    );
}
