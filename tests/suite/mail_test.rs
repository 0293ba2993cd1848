//! The outbox with an SMTP server that works, is busy, refuses, or disconnects at the worst moment.

use std::time::{Duration, Instant};

use crate::harness::database::Database;
use crate::harness::people::PASSWORD;
use crate::harness::server_process::ServerProcess;
use crate::harness::smtp::Smtp;
use crate::harness::test_app::TestApp;

const MINUTE: Duration = Duration::from_secs(60);

/// SQL that adds an email to the outbox and its job to the queue.
fn outbox_row(id: &str, email: &str) -> String {
    // An id has 32 hex digits.
    let id = format!("{:0>32}", id);
    // One transaction, as in the product: a job whose message does not exist leaves the queue.
    format!(
        "BEGIN;
         INSERT INTO jobs (id, kind, key, priority, run_at, attempts, fence, last_error, created_at)
         VALUES ('{id}', 'email', '{id}', 10, 0, 0, 0, '', 0);
         INSERT INTO mail_outbox (id, kind, to_name, to_email, subject, html, text, state, attempts, next_attempt_at, last_error, created_at)
         VALUES ('{id}', 'test', 'Noah Brandt', '{email}', 'Grüße', '<p>Hello</p>', 'Hello', 'queued', 0, 0, '', 0);
         COMMIT"
    )
}

fn state(app: &TestApp) -> Vec<String> {
    app.database.words("SELECT state AS value FROM mail_outbox ORDER BY id")
}

#[test]
fn without_smtp_an_email_is_saved_to_a_file() {
    let app = TestApp::open();
    app.database.execute(&outbox_row("1", "noah@example.test"));
    let message = app.mail_to("noah@example.test");
    assert_eq!((message.subject.as_str(), message.text.trim()), ("Grüße", "Hello"));
    assert_eq!(message.from, ("Tenantry".into(), "no-reply@console.example".into()));
    assert!(message.html.contains("<p>Hello</p>"), "{}", message.raw);
    assert_eq!(state(&app), ["sent"]);
    // A sent email is not kept and not sent again.
    assert_eq!(
        app.database
            .number("SELECT count(*) AS value FROM mail_outbox WHERE text <> '' OR html <> ''"),
        0
    );
    app.advance(MINUTE * 60 * 24);
    assert_eq!(app.emails().len(), 1);
}

#[test]
fn an_email_to_a_busy_server_is_retried_and_delivered_once() {
    let app = TestApp::with_smtp(|_| {});
    app.smtp().busy();
    app.database.execute(&outbox_row("1", "noah@example.test"));
    assert_eq!(app.emails().len(), 0);
    assert_eq!((state(&app), app.smtp().attempts()), (vec!["queued".into()], 1));

    app.smtp().accept();
    assert_eq!(app.emails().len(), 0, "the retry is not due yet");
    app.advance(MINUTE + Duration::from_secs(1));
    assert_eq!(app.emails().len(), 1);
    app.advance(MINUTE * 60 * 24);
    assert_eq!(app.emails().len(), 1);
    assert_eq!(state(&app), ["sent"]);
}

#[test]
fn an_email_to_a_permanently_busy_server_fails_with_its_reason() {
    let app = TestApp::with_smtp(|_| {});
    app.smtp().busy();
    app.database.execute(&outbox_row("1", "noah@example.test"));
    for _ in 0..20 {
        app.deliver_mail();
        app.advance(MINUTE * 60 * 3);
    }
    assert_eq!(state(&app), ["failed"]);
    let tries = app.smtp().attempts();
    assert!((3..=10).contains(&tries), "{tries} tries");
    let reason = app.database.words("SELECT last_error AS value FROM mail_outbox");
    assert!(
        reason[0].contains("451") || reason[0].contains("Try again later"),
        "{reason:?}"
    );
}

#[test]
fn a_rejected_address_bounces_without_a_retry_and_blocks_no_other_email() {
    let app = TestApp::with_smtp(|_| {});
    app.smtp().refuse("noah@example.test");
    app.database.execute(&outbox_row("1", "noah@example.test"));
    app.database.execute(&outbox_row("2", "emma@example.test"));
    let emails = app.emails();
    assert_eq!(
        emails.iter().map(|l| l.to.as_str()).collect::<Vec<_>>(),
        ["emma@example.test"]
    );
    assert_eq!(state(&app), ["bounced", "sent"]);
    app.advance(MINUTE * 60 * 24);
    app.deliver_mail();
    assert_eq!(app.smtp().attempts(), 2, "it is not tried again");
}

/// Makes the database refuse to record an email as sent, as if it were away.
fn refuse_records(database: &Database) {
    database.execute(if database.is_postgres() {
        "CREATE FUNCTION away() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'canceling statement due to a test'; END $$; \
         CREATE TRIGGER away BEFORE UPDATE ON mail_outbox FOR EACH ROW WHEN (NEW.state = 'sent') EXECUTE FUNCTION away()"
    } else {
        "CREATE TRIGGER away BEFORE UPDATE ON mail_outbox WHEN NEW.state = 'sent' BEGIN SELECT RAISE(ABORT, 'database is locked'); END"
    });
}

#[test]
fn an_email_is_sent_once_when_the_database_is_away_after_it_was_sent() {
    let app = TestApp::with_smtp(|_| {});
    refuse_records(&app.database);
    std::thread::scope(|scope| {
        app.database.execute(&outbox_row("1", "noah@example.test"));
        scope.spawn(|| app.deliver_mail());
        let end = Instant::now() + Duration::from_secs(20);
        while app.smtp().attempts() == 0 {
            assert!(Instant::now() < end, "the email was not sent");
            std::thread::sleep(Duration::from_millis(10));
        }
        std::thread::sleep(Duration::from_millis(300));
        assert_eq!(state(&app), ["sending"]);
        app.database.execute(if app.database.is_postgres() {
            "DROP FUNCTION away CASCADE"
        } else {
            "DROP TRIGGER away"
        });
    });
    assert_eq!((state(&app), app.smtp().attempts()), (vec!["sent".into()], 1));
}

#[test]
fn a_resend_after_a_lost_reply_keeps_the_message_id() {
    let app = TestApp::with_smtp(|_| {});
    app.smtp().drop_after_data();
    app.database.execute(&outbox_row("1", "noah@example.test"));
    assert_eq!(app.emails().len(), 1);
    assert_eq!(state(&app), ["queued"], "no reply confirmed it");

    app.smtp().accept();
    app.advance(MINUTE + Duration::from_secs(1));
    let emails = app.emails();
    assert_eq!(emails.len(), 2);
    assert!(!emails[0].message_id.is_empty());
    assert_eq!(emails[0].message_id, emails[1].message_id);
    assert_eq!(state(&app), ["sent"]);
}

#[test]
fn the_sender_logs_in_to_the_smtp_server() {
    let smtp = Smtp::with_login("console:secret");
    let app = TestApp::with(|config| config.smtp_url = Some(smtp.url()));
    app.database.execute(&outbox_row("1", "noah@example.test"));
    app.deliver_mail();
    assert_eq!(
        smtp.emails().len(),
        1,
        "{:?}",
        app.database.words("SELECT last_error AS value FROM mail_outbox")
    );
}

#[test]
fn pages_are_served_while_the_smtp_server_hangs() {
    let smtp = Smtp::start();
    smtp.hang(3);
    let app = TestApp::with(|config| config.smtp_url = Some(smtp.url()));
    app.database.execute(&outbox_row("1", "noah@example.test"));
    let end = std::time::Instant::now() + Duration::from_secs(2);
    while std::time::Instant::now() < end {
        app.client().get("/health/ready").expect(200);
        app.database.execute("UPDATE instance SET created_at = created_at");
    }
    app.deliver_mail();
    assert_eq!(smtp.emails().len(), 1);
}

#[test]
fn hanging_smtp_connections_delay_neither_urgent_emails_nor_background_jobs() {
    let smtp = Smtp::start();
    smtp.stall("slow@example.test", 12);
    let app = TestApp::with(|config| config.smtp_url = Some(smtp.url()));
    // More than the senders for all kinds of emails.
    for n in 1..=6 {
        app.database.execute(&outbox_row(&n.to_string(), "slow@example.test"));
    }
    let begun = std::time::Instant::now();
    while app
        .database
        .number("SELECT count(*) AS value FROM mail_outbox WHERE state = 'sending'")
        < 3
    {
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "too few emails are being sent"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    app.database.execute(
        "INSERT INTO login_attempts (id, email, ip, kind, at) VALUES ('00000000000000000000000000000009', 'a@b.test', '', 'login', 0)",
    );
    app.advance(MINUTE * 2);
    app.client()
        .post(
            "/signup",
            &[
                ("name", "Emma Stone"),
                ("email", "emma@example.test"),
                ("password", PASSWORD),
                ("terms", "on"),
            ],
        )
        .expect(303);
    let arrived = |address: &str| smtp.emails().iter().any(|message| message.to == address);
    let waited = std::time::Instant::now();
    while !arrived("emma@example.test")
        || app
            .database
            .number("SELECT count(*) AS value FROM login_attempts WHERE at = 0")
            > 0
    {
        assert!(
            waited.elapsed() < Duration::from_secs(9),
            "urgent: {}, jobs: {:?}",
            arrived("emma@example.test"),
            app.database
                .number("SELECT count(*) AS value FROM login_attempts WHERE at = 0")
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(!arrived("slow@example.test"), "the slow recipient has not answered yet");
}

#[test]
fn idle_background_jobs_write_nothing() {
    let app = TestApp::open();
    let olivia = app.owner_of("Lakeside Agency", "lakeside");
    app.deliver_mail();
    app.sweep();
    let rows = || {
        app.database.words(
            "SELECT kind || ' ' || CAST(fence AS TEXT) || ' ' || CAST(run_at AS TEXT) AS value FROM jobs ORDER BY kind",
        )
    };
    let before = rows();
    for _ in 0..5 {
        app.sweep();
    }
    assert_eq!(rows(), before);
    olivia.get("/organizations/lakeside").expect(200);
}

#[test]
fn an_email_is_sent_after_the_lease_of_a_killed_sender_ends() {
    let smtp = Smtp::start();
    smtp.hang(30);
    let mut server = ServerProcess::prepare();
    server.set("TENANTRY_SMTP_URL", &smtp.url());
    assert_eq!(server.run(&["migrate"]).status.code(), Some(0));
    server.database.execute(&outbox_row("1", "noah@example.test"));
    server.start();
    let sending = "SELECT count(*) AS value FROM mail_outbox WHERE state = 'sending'";
    let end = std::time::Instant::now() + Duration::from_secs(10);
    while server.database.number(sending) == 0 {
        assert!(
            std::time::Instant::now() < end,
            "no email is being sent:\n{}",
            server.log()
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    server.kill();
    smtp.accept();
    assert_eq!(smtp.emails().len(), 0);
    // The two-minute lease is too long for a test.
    server
        .database
        .execute("UPDATE jobs SET lease_until = 1 WHERE lease_until IS NOT NULL");
    server.start();
    let end = std::time::Instant::now() + Duration::from_secs(15);
    while smtp.emails().is_empty() {
        assert!(
            std::time::Instant::now() < end,
            "the email was not sent again:\n{}",
            server.log()
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}
