//! Behind reverse proxies: which `Host` is accepted, and who counts as the sender. The examples of `docs/OPERATIONS.md` are run
//! where the proxy is installed, and otherwise replaced by the headers that it sends.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::harness::client::{form, raw};
use crate::harness::people::PASSWORD;
use crate::harness::places::{Folder, free_port, repository};
use crate::harness::test_app::TestApp;

const EMAIL: &str = "noah@proxy.test";
/// The address of the person behind the proxy.
const SENDER: &str = "203.0.113.9";

/// An instance at this address, behind a proxy on 127.0.0.1.
fn behind_a_proxy(base_url: &str) -> TestApp {
    let app = TestApp::with(|config| {
        config.base_url = base_url.into();
        config.trusted_proxies = vec!["127.0.0.1/32".parse().expect("a network")];
    });
    app.fixtures(|fixtures| fixtures.account("Noah Brandt", EMAIL, true));
    app
}

fn sign_in(headers: &str) -> String {
    let body = form(&[("email", EMAIL), ("password", PASSWORD)]);
    format!(
        "POST /login HTTP/1.1\r\n{headers}\r\nSec-Fetch-Site: same-origin\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or("no answer")
}

/// The IP address of the newest session.
fn sender(app: &TestApp) -> String {
    let sql = "SELECT ip AS value FROM sessions ORDER BY created_at DESC LIMIT 1";
    app.database.words(sql).pop().unwrap_or_default()
}

/// What each proxy of the document sends for a request to this host, whose sender claims to be someone else.
fn proxies(typed: &str) -> Vec<(&'static str, String)> {
    let name = match typed.rsplit_once(':') {
        Some((name, port)) if port.parse::<u16>().is_ok() => name,
        _ => typed,
    };
    let for_two = format!("X-Forwarded-For: 6.6.6.6, {SENDER}");
    let for_one = format!("X-Forwarded-For: {SENDER}");
    vec![
        // `$host` has no port; a header that is set to "" is not sent.
        (
            "nginx",
            format!("Host: {name}\r\n{for_two}\r\nX-Request-Id: 0123456789abcdef0123456789abcdef"),
        ),
        ("nginx with $http_host", format!("Host: {typed}\r\n{for_two}")),
        (
            "Caddy",
            format!("Host: {typed}\r\n{for_one}\r\nX-Forwarded-Host: {typed}\r\nX-Forwarded-Proto: https"),
        ),
        (
            "Traefik",
            format!(
                "Host: {typed}\r\n{for_one}\r\nX-Forwarded-Host: {typed}\r\nX-Forwarded-Port: 443\r\n\
                 X-Forwarded-Proto: https\r\nX-Forwarded-Server: traefik\r\nX-Real-Ip: {SENDER}"
            ),
        ),
        // It adds a line of its own after the one of the client.
        (
            "HAProxy",
            format!("Host: {typed}\r\nX-Forwarded-For: 6.6.6.6\r\n{for_one}"),
        ),
    ]
}

#[test]
fn the_headers_of_every_proxy_lead_to_the_page_and_name_the_sender() {
    for (base_url, typed) in [
        ("https://console.example.com", "console.example.com"),
        ("https://console.example.com", "console.example.com:443"),
        ("https://console.example.com:8443", "console.example.com:8443"),
        ("http://console.example.com", "console.example.com:80"),
        ("http://console.example.com:8080", "Console.Example.com:8080"),
    ] {
        let app = behind_a_proxy(base_url);
        for (proxy, headers) in proxies(typed) {
            let page = raw(
                app.port(),
                &format!("GET /login HTTP/1.1\r\n{headers}\r\nConnection: close\r\n\r\n"),
            );
            assert_eq!(status(&page), "200", "{proxy} for {base_url}: {page}");
            app.advance(Duration::from_secs(1));
            let answer = raw(app.port(), &sign_in(&headers));
            assert_eq!(status(&answer), "303", "{proxy} for {base_url}: {answer}");
            assert_eq!(sender(&app), SENDER, "{proxy} for {base_url}");
        }
        for (proxy, headers) in proxies("evil.example") {
            let answer = raw(
                app.port(),
                &format!("GET /login HTTP/1.1\r\n{headers}\r\nConnection: close\r\n\r\n"),
            );
            assert_eq!(status(&answer), "421", "{proxy} for {base_url}");
        }
    }
}

#[test]
fn without_a_trusted_proxy_the_port_must_match_and_forwarded_headers_are_ignored() {
    let app = TestApp::with(|config| config.base_url = "https://console.example.com:8443".into());
    app.fixtures(|fixtures| fixtures.account("Noah Brandt", EMAIL, true));
    let get = |host: &str| {
        let headers = format!("Host: {host}\r\nX-Forwarded-Host: console.example.com:8443");
        raw(
            app.port(),
            &format!("GET /login HTTP/1.1\r\n{headers}\r\nConnection: close\r\n\r\n"),
        )
    };
    assert_eq!(status(&get("console.example.com:8443")), "200");
    for host in ["console.example.com", "console.example.com:443", "evil.example:8443"] {
        assert_eq!(status(&get(host)), "421", "{host}");
    }
    let headers = format!("Host: console.example.com:8443\r\nX-Forwarded-For: {SENDER}");
    assert_eq!(status(&raw(app.port(), &sign_in(&headers))), "303");
    assert_eq!(sender(&app), "127.0.0.1");
}

#[test]
fn the_default_port_in_the_host_is_no_mismatch_without_a_proxy_either() {
    for (base_url, hosts) in [
        (
            "https://console.example.com",
            ["console.example.com", "console.example.com:443"],
        ),
        (
            "http://console.example.com",
            ["console.example.com", "console.example.com:80"],
        ),
    ] {
        let app = TestApp::with(|config| config.base_url = base_url.into());
        for host in hosts {
            let answer = raw(
                app.port(),
                &format!("GET /login HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"),
            );
            assert_eq!(status(&answer), "200", "{base_url}: {host}");
        }
        for host in ["console.example.com:8080", "console.example.com:1"] {
            let answer = raw(
                app.port(),
                &format!("GET /login HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"),
            );
            assert_eq!(status(&answer), "421", "{base_url}: {host}");
        }
    }
}

/// The example of a proxy in the document.
fn example(language: &str) -> String {
    let document = std::fs::read_to_string(repository().join("docs/OPERATIONS.md")).expect("the document");
    let fence = format!("```{language}\n");
    let (_, after) = document
        .split_once(&fence)
        .unwrap_or_else(|| panic!("no example for {language}"));
    after.split("```").next().expect("the example ends").to_owned()
}

/// A proxy that runs; it ends with this value.
struct Proxy {
    process: Child,
    port: u16,
    _folder: Folder,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Proxy {
    /// Runs the example with other addresses and without TLS. `None` where the proxy is not installed.
    fn run(name: &str, app: &TestApp) -> Option<Self> {
        let program = ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"]
            .iter()
            .map(|folder| format!("{folder}/{name}"))
            .find(|path| std::path::Path::new(path).exists())?;
        let (folder, port) = (Folder::new(), free_port());
        let example = example(name);
        assert!(example.contains("127.0.0.1:8080"), "{example}");
        let example = example.replace("127.0.0.1:8080", &format!("127.0.0.1:{}", app.port()));
        let place = folder.path().display().to_string();
        let file = folder.join("proxy.conf");
        let (config, arguments): (String, Vec<String>) = match name {
            "nginx" => {
                let lines: Vec<&str> = example
                    .lines()
                    .filter(|line| !line.trim().starts_with("ssl_"))
                    .collect();
                let server = lines
                    .join("\n")
                    .replace("listen 443 ssl;", &format!("listen 127.0.0.1:{port};"));
                let temporary: Vec<String> = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
                    .iter()
                    .map(|kind| format!("{kind}_temp_path {place}/{kind};"))
                    .collect();
                (
                    format!(
                        "daemon off; master_process off; pid {place}/pid; error_log stderr; events {{}}\n\
                         http {{ access_log off; {}\n{server}\n}}",
                        temporary.join(" ")
                    ),
                    vec!["-p".into(), place, "-c".into(), file.display().to_string()],
                )
            }
            "caddy" => (
                format!(
                    "{{\n admin off\n auto_https off\n}}\n{}",
                    example.replace(
                        "console.example.com {",
                        &format!("http://console.example.com:{port} {{")
                    )
                ),
                ["run", "--adapter", "caddyfile", "--config"]
                    .map(str::to_owned)
                    .into_iter()
                    .chain([file.display().to_string()])
                    .collect(),
            ),
            "haproxy" => (
                example.replace(
                    "bind :443 ssl crt /etc/haproxy/console.example.com.pem",
                    &format!("bind 127.0.0.1:{port}"),
                ),
                vec!["-db".into(), "-f".into(), file.display().to_string()],
            ),
            other => panic!("{other} is not run"),
        };
        assert!(
            config.contains(&port.to_string()),
            "the address was not replaced:\n{config}"
        );
        std::fs::write(&file, &config).expect("written");
        let log = std::fs::File::create(folder.join("log")).expect("a log");
        // setpriv: if the test process is killed, the proxy must end too.
        let mut process = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", &program])
            .args(arguments)
            .env("HOME", folder.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a handle"))
            .stderr(log)
            .spawn()
            .expect("the proxy");
        let end = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = process.try_wait().expect("its state").is_some();
            let log = || std::fs::read_to_string(folder.join("log")).unwrap_or_default();
            assert!(
                !ended && Instant::now() < end,
                "{name} does not serve:\n{config}\n{}",
                log()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(Self {
            process,
            port,
            _folder: folder,
        })
    }

    /// A request from 127.0.0.2, which is no trusted proxy.
    fn ask(&self, request: &str) -> String {
        let to = std::net::SocketAddr::from(([127, 0, 0, 1], self.port));
        let mut stream = actix_web::rt::System::new().block_on(async {
            let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
            socket.bind(([127, 0, 0, 2], 0).into()).expect("an address");
            let stream = socket.connect(to).await.expect("the proxy");
            stream.into_std().expect("a stream")
        });
        stream.set_nonblocking(false).expect("blocking");
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .expect("a timeout");
        stream.write_all(request.as_bytes()).expect("sent");
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }
}

fn the_example_works(name: &str) {
    for (base_url, typed) in [
        ("https://console.example.com", "console.example.com"),
        ("https://console.example.com", "console.example.com:443"),
        ("https://console.example.com:8443", "console.example.com:8443"),
    ] {
        let app = behind_a_proxy(base_url);
        let Some(proxy) = Proxy::run(name, &app) else {
            // `bin/test` installs it; its headers are tested above.
            return;
        };
        let headers = format!("Host: {typed}\r\nX-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Host: evil.example");
        let page = proxy.ask(&format!(
            "GET /login HTTP/1.1\r\n{headers}\r\nConnection: close\r\n\r\n"
        ));
        assert_eq!(status(&page), "200", "{name} for {base_url}: {page}");
        assert!(page.contains("<form"), "{name} for {base_url}: {page}");
        let answer = proxy.ask(&sign_in(&headers));
        assert_eq!(status(&answer), "303", "{name} for {base_url}: {answer}");
        assert_eq!(sender(&app), "127.0.0.2", "{name} for {base_url}");
        // A foreign host gets no page, also when the request names ours as forwarded.
        let (host, _) = base_url.split_once("://").map(|(_, host)| (host, ())).expect("a host");
        let headers = format!("Host: evil.example\r\nX-Forwarded-Host: {host}");
        let answer = proxy.ask(&format!(
            "GET /login HTTP/1.1\r\n{headers}\r\nConnection: close\r\n\r\n"
        ));
        assert!(!answer.contains("<form"), "{name} for {base_url}: {answer}");
    }
}

#[test]
fn the_nginx_example_of_the_document_works() {
    the_example_works("nginx");
}

#[test]
fn the_caddy_example_of_the_document_works() {
    the_example_works("caddy");
}

#[test]
fn the_haproxy_example_of_the_document_works() {
    the_example_works("haproxy");
}

#[test]
fn the_traefik_example_of_the_document_routes_the_host_to_the_instance() {
    let example = example("yaml");
    for part in ["Host(`console.example.com`)", "url: http://127.0.0.1:8080"] {
        assert!(example.contains(part), "{part}: {example}");
    }
    assert!(!example.contains("passHostHeader: false"), "the host must be passed on");
}
