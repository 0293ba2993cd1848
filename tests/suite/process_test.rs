//! The server process: clean shutdown, durability when killed, quick start.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::harness::people::PASSWORD;
use crate::harness::server_process::{ServerProcess, output_text};

#[test]
fn sigterm_finishes_open_requests_and_exits_with_0_within_10_seconds() {
    let mut server = ServerProcess::spawn();
    // One idle connection, and one in the middle of sending a form.
    let idle = server.client();
    idle.get("/login").expect(200);
    let body = format!("email=nobody%40example.test&password={PASSWORD}");
    let mut slow = TcpStream::connect(("127.0.0.1", server.port())).expect("a connection");
    slow.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
    let head = format!(
        "POST /login HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n",
        server.port(),
        body.len()
    );
    let (first, rest) = body.split_at(10);
    slow.write_all(head.as_bytes())
        .and_then(|()| slow.write_all(first.as_bytes()))
        .expect("half a form");
    std::thread::sleep(Duration::from_millis(200));

    let terminated = Instant::now();
    server.terminate();
    std::thread::sleep(Duration::from_millis(200));
    slow.write_all(rest.as_bytes()).expect("the other half");
    let mut answer = [0; 12];
    slow.read_exact(&mut answer)
        .unwrap_or_else(|error| panic!("the open request was dropped: {error}\n{}", server.log()));
    assert_eq!(String::from_utf8_lossy(&answer), "HTTP/1.1 422");
    drop(slow);

    let status = server.wait(Duration::from_secs(10).saturating_sub(terminated.elapsed()));
    assert_eq!(status.and_then(|s| s.code()), Some(0), "{}", server.log());
    assert!(
        TcpStream::connect(("127.0.0.1", server.port())).is_err(),
        "the port is closed"
    );
}

#[test]
fn acknowledged_sign_ups_survive_kill_9() {
    let mut server = ServerProcess::spawn();
    let emails: Vec<String> = (0..5).map(|n| format!("person{n}@example.test")).collect();
    let fields = |email| {
        [
            ("name", "Olivia Hart"),
            ("email", email),
            ("password", PASSWORD),
            ("terms", "on"),
        ]
    };
    for email in &emails {
        server.client().post("/signup", &fields(email)).expect(303);
    }
    server.kill();

    // An email that was being sent waits for its lease of two minutes, so end it here.
    server
        .database
        .execute("UPDATE jobs SET lease_until = 1 WHERE lease_until IS NOT NULL");
    assert_eq!(server.run(&["doctor"]).status.code(), Some(0));
    server.start();
    for email in &emails {
        // Its email is sent before or after the kill, and its link works.
        let link = server.mail_to(email).link("/verify/");
        server.client().get(&link).expect(200);
        assert_eq!(
            server
                .database
                .number(&format!("SELECT count(*) AS value FROM users WHERE email = '{email}'")),
            1,
            "{email}"
        );
    }
}

#[test]
fn a_session_survives_a_restart() {
    let mut server = ServerProcess::spawn();
    let client = server.client();
    let fields = [
        ("name", "Olivia Hart"),
        ("email", "olivia@example.test"),
        ("password", PASSWORD),
        ("terms", "on"),
    ];
    client.post("/signup", &fields).expect(303);
    let link = server.mail_to("olivia@example.test").link("/verify/");
    client.post(&link, &[]).expect(303);
    client
        .post("/login", &[("email", "olivia@example.test"), ("password", PASSWORD)])
        .expect(303);
    let before = client.get("/organizations").status;
    server.kill();
    server.start();
    assert_eq!(client.get("/organizations").status, before);
    assert!(before == 200, "{before}");
}

#[test]
fn starting_on_an_existing_database_takes_under_2_seconds() {
    let mut server = ServerProcess::spawn();
    server.kill();
    let times: Vec<Duration> = (0..5)
        .map(|_| {
            let took = server.start();
            server.kill();
            took
        })
        .collect();
    let quickest = times.iter().min().expect("five");
    // Write to stderr directly: the test runner captures the print macros.
    let _ = writeln!(std::io::stderr(), "start on an existing database: {times:?}");
    assert!(*quickest < Duration::from_secs(2), "{times:?}");
}

#[test]
fn the_log_contains_no_secrets_and_no_link_tokens() {
    let server = ServerProcess::spawn();
    let client = server.client();
    let fields = [
        ("name", "Olivia Hart"),
        ("email", "olivia@example.test"),
        ("password", PASSWORD),
        ("terms", "on"),
    ];
    client.post("/signup", &fields).expect(303);
    let link = server.mail_to("olivia@example.test").link("/verify/");
    client.get(&link).expect(200);
    client.post(&link, &[]).expect(303);
    client
        .post("/login", &[("email", "olivia@example.test"), ("password", PASSWORD)])
        .expect(303);
    client.get("/organizations?q=secret-search").expect(200);
    let log = server.log();
    assert!(log.contains("/verify/{"), "the log contains route patterns:\n{log}");
    let token = link.rsplit('/').next().expect("a token");
    let mut secrets = vec![PASSWORD.to_owned(), token.to_owned(), "secret-search".to_owned()];
    secrets.extend(client.cookies().into_iter().map(|(_, value)| value));
    for secret in secrets {
        assert!(
            secret.len() < 8 || !log.contains(&secret),
            "{secret} is in the log:\n{log}"
        );
    }
}

#[test]
fn starting_on_a_used_port_reports_the_port() {
    let server = ServerProcess::spawn();
    let second = server.run(&["serve"]);
    assert_eq!(second.status.code(), Some(1));
    assert!(
        output_text(&second).contains(&server.port().to_string()),
        "{}",
        output_text(&second)
    );
}

#[test]
fn an_older_version_refuses_a_newer_schema() {
    let mut server = ServerProcess::spawn();
    server.kill();
    server
        .database
        .execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000000')");
    for command in ["serve", "migrate", "doctor"] {
        let output = server.run(&[command]);
        assert_eq!(output.status.code(), Some(1), "{command}: {}", output_text(&output));
        assert!(
            output_text(&output).contains("newer"),
            "{command}: {}",
            output_text(&output)
        );
    }
}
