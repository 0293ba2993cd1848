//! The outbox against a mail server that works, is busy, refuses, or vanishes at the worst moment.

use std::time::Duration;

use crate::harness::house::House;
use crate::harness::people::PASSWORD;
use crate::harness::real::Real;
use crate::harness::smtp::Smtp;

const MINUTE: Duration = Duration::from_secs(60);

/// A letter as a room leaves it in the outbox.
fn row(id: &str, email: &str) -> String {
    // An id is 32 hex digits.
    let id = format!("{:0>32}", id);
    format!(
        "INSERT INTO jobs (id, kind, key, priority, run_at, attempts, fence, last_error, created_at)
         VALUES ('{id}', 'email', '{id}', 10, 0, 0, 0, '', 0);
         INSERT INTO mail_outbox (id, kind, to_name, to_email, subject, html, text, state, attempts, next_attempt_at, last_error, created_at)
         VALUES ('{id}', 'test', 'Noah Brandt', '{email}', 'Grüße', '<p>Hello</p>', 'Hello', 'queued', 0, 0, '', 0)"
    )
}

fn state(house: &House) -> Vec<String> {
    house
        .database
        .words("SELECT state AS value FROM mail_outbox ORDER BY id")
}

#[test]
fn without_smtp_a_letter_becomes_a_file() {
    let house = House::open();
    house.database.execute(&row("1", "noah@example.test"));
    let letter = house.mail_to("noah@example.test");
    assert_eq!((letter.subject.as_str(), letter.text.trim()), ("Grüße", "Hello"));
    assert_eq!(letter.from, ("Tenantry".into(), "no-reply@console.example".into()));
    assert!(letter.html.contains("<p>Hello</p>"), "{}", letter.raw);
    assert_eq!(state(&house), ["sent"]);
    // What went out is not kept, and does not go out again.
    assert_eq!(
        house
            .database
            .number("SELECT count(*) AS value FROM mail_outbox WHERE text <> '' OR html <> ''"),
        0
    );
    house.advance(MINUTE * 60 * 24);
    assert_eq!(house.letters().len(), 1);
}

#[test]
fn a_busy_server_gets_the_letter_later_and_once() {
    let house = House::with_smtp(|_| {});
    house.smtp().busy();
    house.database.execute(&row("1", "noah@example.test"));
    assert_eq!(house.letters().len(), 0);
    assert_eq!((state(&house), house.smtp().attempts()), (vec!["queued".into()], 1));

    house.smtp().accept();
    assert_eq!(house.letters().len(), 0, "not before its time");
    house.advance(MINUTE + Duration::from_secs(1));
    assert_eq!(house.letters().len(), 1);
    house.advance(MINUTE * 60 * 24);
    assert_eq!(house.letters().len(), 1);
    assert_eq!(state(&house), ["sent"]);
}

#[test]
fn a_server_that_is_busy_for_ever_is_given_up_with_its_reason() {
    let house = House::with_smtp(|_| {});
    house.smtp().busy();
    house.database.execute(&row("1", "noah@example.test"));
    for _ in 0..20 {
        house.work_mail();
        house.advance(MINUTE * 60 * 3);
    }
    assert_eq!(state(&house), ["failed"]);
    let tries = house.smtp().attempts();
    assert!((3..=10).contains(&tries), "{tries} tries");
    let reason = house.database.words("SELECT last_error AS value FROM mail_outbox");
    assert!(
        reason[0].contains("451") || reason[0].contains("Try again later"),
        "{reason:?}"
    );
}

#[test]
fn an_address_that_does_not_exist_bounces_at_once_and_stops_no_other_letter() {
    let house = House::with_smtp(|_| {});
    house.smtp().refuse("noah@example.test");
    house.database.execute(&row("1", "noah@example.test"));
    house.database.execute(&row("2", "emma@example.test"));
    let letters = house.letters();
    assert_eq!(
        letters.iter().map(|l| l.to.as_str()).collect::<Vec<_>>(),
        ["emma@example.test"]
    );
    assert_eq!(state(&house), ["bounced", "sent"]);
    house.advance(MINUTE * 60 * 24);
    house.work_mail();
    assert_eq!(house.smtp().attempts(), 2, "it is not tried again");
}

#[test]
fn when_the_reply_is_lost_the_second_copy_carries_the_same_message_id() {
    let house = House::with_smtp(|_| {});
    house.smtp().drop_after_data();
    house.database.execute(&row("1", "noah@example.test"));
    assert_eq!(house.letters().len(), 1);
    assert_eq!(state(&house), ["queued"], "nobody said that it was taken");

    house.smtp().accept();
    house.advance(MINUTE + Duration::from_secs(1));
    let letters = house.letters();
    assert_eq!(letters.len(), 2);
    assert!(!letters[0].message_id.is_empty());
    assert_eq!(letters[0].message_id, letters[1].message_id);
    assert_eq!(state(&house), ["sent"]);
}

#[test]
fn a_server_that_wants_a_login_gets_it() {
    let smtp = Smtp::with_login("console:secret");
    let house = House::with(|config| config.smtp_url = Some(smtp.url()));
    house.database.execute(&row("1", "noah@example.test"));
    house.work_mail();
    assert_eq!(
        smtp.letters().len(),
        1,
        "{:?}",
        house.database.words("SELECT last_error AS value FROM mail_outbox")
    );
}

#[test]
fn pages_are_served_while_the_mail_server_hangs() {
    let smtp = Smtp::start();
    smtp.hang(3);
    let house = House::with(|config| config.smtp_url = Some(smtp.url()));
    house.database.execute(&row("1", "noah@example.test"));
    let end = std::time::Instant::now() + Duration::from_secs(2);
    while std::time::Instant::now() < end {
        house.client().get("/health/ready").expect(200);
        house.database.execute("UPDATE instance SET created_at = created_at");
    }
    house.work_mail();
    assert_eq!(smtp.letters().len(), 1);
}

#[test]
fn hanging_conversations_delay_neither_urgent_email_nor_background_jobs() {
    let smtp = Smtp::start();
    smtp.stall("slow@example.test", 12);
    let house = House::with(|config| config.smtp_url = Some(smtp.url()));
    // More than the senders that take every message.
    for n in 1..=6 {
        house.database.execute(&row(&n.to_string(), "slow@example.test"));
    }
    let begun = std::time::Instant::now();
    while house
        .database
        .number("SELECT count(*) AS value FROM mail_outbox WHERE state = 'sending'")
        < 3
    {
        assert!(begun.elapsed() < Duration::from_secs(10), "no one sends");
        std::thread::sleep(Duration::from_millis(20));
    }
    house.database.execute(
        "INSERT INTO login_attempts (id, email, ip, kind, at) VALUES ('00000000000000000000000000000009', 'a@b.test', '', 'login', 0)",
    );
    house.advance(MINUTE * 2);
    house
        .client()
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
    let arrived = |address: &str| smtp.letters().iter().any(|letter| letter.to == address);
    let waited = std::time::Instant::now();
    while !arrived("emma@example.test")
        || house
            .database
            .number("SELECT count(*) AS value FROM login_attempts WHERE at = 0")
            > 0
    {
        assert!(
            waited.elapsed() < Duration::from_secs(9),
            "urgent: {}, jobs: {:?}",
            arrived("emma@example.test"),
            house
                .database
                .number("SELECT count(*) AS value FROM login_attempts WHERE at = 0")
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(
        !arrived("slow@example.test"),
        "the slow recipient is still being waited for"
    );
}

#[test]
fn idle_background_jobs_write_nothing() {
    let house = House::open();
    let olivia = house.owner_of("Lakeside Agency", "lakeside");
    house.work_mail();
    house.sweep();
    let rows = || {
        house.database.words(
            "SELECT kind || ' ' || CAST(fence AS TEXT) || ' ' || CAST(run_at AS TEXT) AS value FROM jobs ORDER BY kind",
        )
    };
    let before = rows();
    for _ in 0..5 {
        house.sweep();
    }
    assert_eq!(rows(), before);
    olivia.get("/organizations/lakeside").expect(200);
}

#[test]
fn a_sender_that_was_killed_while_sending_sends_after_its_lease() {
    let smtp = Smtp::start();
    smtp.hang(30);
    let mut real = Real::prepare();
    real.set("TENANTRY_SMTP_URL", &smtp.url());
    assert_eq!(real.run(&["migrate"]).status.code(), Some(0));
    real.database.execute(&row("1", "noah@example.test"));
    real.start();
    let sending = "SELECT count(*) AS value FROM mail_outbox WHERE state = 'sending'";
    let end = std::time::Instant::now() + Duration::from_secs(10);
    while real.database.number(sending) == 0 {
        assert!(std::time::Instant::now() < end, "nobody sends:\n{}", real.log());
        std::thread::sleep(Duration::from_millis(20));
    }
    real.kill();
    smtp.accept();
    assert_eq!(smtp.letters().len(), 0);
    // Two minutes of lease are too long for a test.
    real.database
        .execute("UPDATE jobs SET lease_until = 1 WHERE lease_until IS NOT NULL");
    real.start();
    let end = std::time::Instant::now() + Duration::from_secs(15);
    while smtp.letters().is_empty() {
        assert!(std::time::Instant::now() < end, "nobody sends again:\n{}", real.log());
        std::thread::sleep(Duration::from_millis(50));
    }
}
