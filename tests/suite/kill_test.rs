//! What runs in many pieces (a review that closes, an organization that is deleted) and is killed between and within them,
//! again and again: it comes to the same end, and everything in it happened once.

use std::time::{Duration, Instant};

use tenantry::common::time::{Clock, Span};

use crate::harness::client::Client;
use crate::harness::people::{PASSWORD, found};
use crate::harness::real::{Real, said};
use crate::harness::rounds;

/// The people beside the owner: more than a review writes down at once.
fn crowd_size() -> i64 {
    rounds(2_400, 1_200) as i64
}

/// Rows are deleted faster than people are reviewed.
fn multitude() -> i64 {
    rounds(15_000, 5_000) as i64
}

fn owner(real: &Real) -> Client {
    let client = real.client();
    let fields = [
        ("name", "Olivia Hart"),
        ("email", "olivia@kill.test"),
        ("password", PASSWORD),
        ("terms", "on"),
    ];
    client.post("/signup", &fields).expect(303);
    let link = real.mail_to("olivia@kill.test").link("/verify/");
    client.post(&link, &[]).expect(303);
    found(&client, "Kill", "kill", "olivia@kill.test");
    let company = client.post("/organizations/kill/companies", &[("name", "North"), ("slug", "north")]);
    company.expect(303);
    client
}

/// Members with a place in North each, as enrolling them one by one leaves them, but for the words by which they are found.
fn crowd(real: &Real, people: i64) {
    let numbers = format!(
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < {people}) SELECT CAST(10000000 + x AS TEXT)"
    );
    // 32 hexadecimal digits, as every id has them.
    let id = format!("({numbers} || '000000000000000000000000' AS id FROM n) AS ids");
    let one = "(SELECT o.id AS org, c.id AS company, c.sort_name, c.created_at FROM organizations o JOIN companies c ON c.organization_id = o.id WHERE c.slug = 'north') AS one";
    for sql in [
        format!(
            "INSERT INTO users (id, email, name, password_hash, email_verified_at, is_operator, created_at) SELECT ids.id, ids.id || '@kill.test', 'Person', '!', 1, FALSE, 1 FROM {id}"
        ),
        format!(
            "INSERT INTO memberships (organization_id, id, user_id, role, direct_role, status, joined_at, sort_name) SELECT one.org, ids.id, ids.id, 'member', 'member', 'active', one.created_at, one.sort_name FROM {one} CROSS JOIN {id}"
        ),
        format!(
            "INSERT INTO company_assignments (organization_id, membership_id, company_id, role, direct_role, origin, sort_name, created_at) SELECT one.org, ids.id, one.company, 'editor', 'editor', 'direct', one.sort_name, one.created_at FROM {one} CROSS JOIN {id}"
        ),
        format!("UPDATE role_counts SET members = members + {people} WHERE role = 'member'"),
        format!("UPDATE companies SET member_count = {people} WHERE slug = 'north'"),
        format!("UPDATE organizations SET assignment_count = {people}"),
    ] {
        real.database.execute(&sql);
    }
    expect_sound(real);
}

#[track_caller]
fn expect_sound(real: &Real) {
    for command in [&["doctor"][..], &["audit", "verify"]] {
        let output = real.run(command);
        assert_eq!(output.status.code(), Some(0), "{command:?}: {}", said(&output));
    }
}

/// As if the two minutes had passed after which another worker takes over what a killed one had begun.
fn leases_end(real: &Real) {
    real.database
        .execute("UPDATE jobs SET lease_until = 1 WHERE lease_until IS NOT NULL");
}

/// Starts the program and kills it, later whenever it had done nothing yet and earlier whenever it had, until `left` says
/// that nothing is left; how often it was killed in the middle of the work.
fn until_done(real: &mut Real, whole: i64, left: impl Fn(&Real) -> i64) -> usize {
    let (mut between, mut before, mut wait) = (0, whole, 2);
    let deadline = Instant::now() + Duration::from_secs(240);
    loop {
        real.start();
        std::thread::sleep(Duration::from_millis(wait));
        real.kill();
        leases_end(real);
        let now = left(real);
        assert!(now <= before, "what was done was undone: {before} to {now}");
        if now == 0 {
            return between;
        }
        if now < before {
            between += 1;
            wait -= wait / 3;
        } else {
            wait += 2 + wait / 4;
        }
        before = now;
        assert!(Instant::now() < deadline, "{now} of {whole} are left");
    }
}

/// The program runs until `left` says that nothing is left.
#[track_caller]
fn to_the_end(real: &mut Real, left: impl Fn(&Real) -> i64) {
    real.start();
    let deadline = Instant::now() + Duration::from_secs(60);
    while left(real) > 0 {
        assert!(Instant::now() < deadline, "{} are left\n{}", left(real), real.log());
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn count(real: &Real, from: &str) -> i64 {
    real.database.number(&format!("SELECT count(*) AS value FROM {from}"))
}

#[test]
fn an_organization_whose_deletion_is_killed_again_and_again_is_deleted_once() {
    let mut real = Real::spawn();
    let olivia = owner(&real);
    crowd(&real, multitude());
    real.kill();
    real.database
        .execute("UPDATE organizations SET status = 'pending_deletion', delete_after = 1");
    let rows = |real: &Real| count(real, "memberships") + count(real, "company_assignments");
    let whole = rows(&real);
    let killed = until_done(&mut real, whole, rows);
    assert!(killed >= 2, "only {killed} kills came in the middle");
    to_the_end(&mut real, |real| {
        count(real, "organizations WHERE delete_after IS NOT NULL")
    });

    for table in [
        "memberships",
        "company_assignments",
        "companies",
        "role_counts",
        "audit_events",
        "audit_heads",
    ] {
        assert_eq!(count(&real, table), 0, "{table}");
    }
    assert_eq!(count(&real, "account_events WHERE action = 'organization.deleted'"), 1);
    assert_eq!(count(&real, "mail_outbox WHERE kind = 'organization_deleted'"), 1);
    olivia.get("/organizations/kill").expect(404);
    assert!(!olivia.get("/organizations").expect(200).has("Kill"));
    expect_sound(&real);
}

#[test]
fn a_review_whose_closing_is_killed_again_and_again_takes_each_place_away_once() {
    let mut real = Real::spawn();
    let olivia = owner(&real);
    let people = crowd_size();
    crowd(&real, people);
    let day = (Clock::default().now() + Span::days(14)).day();
    olivia
        .post(
            "/organizations/kill/access/reviews",
            &[("name", "Autumn review"), ("due", &day), ("scope", "all")],
        )
        .expect(303);
    real.kill();
    // A review of so many places is written down by the clock.
    until_done(&mut real, people, |real| people - count(real, "access_review_items"));
    to_the_end(&mut real, |real| {
        count(real, "access_reviews WHERE status = 'starting'")
    });
    assert_eq!(count(&real, "access_review_items"), people);
    real.kill();
    real.database.execute("UPDATE access_reviews SET due_at = 1");
    let killed = until_done(&mut real, people, |real| count(real, "company_assignments"));
    assert!(killed >= 2, "only {killed} kills came in the middle");
    to_the_end(&mut real, |real| count(real, "access_reviews WHERE status <> 'closed'"));

    assert_eq!(count(&real, "audit_events WHERE action = 'member.unassigned'"), people);
    assert_eq!(count(&real, "audit_events WHERE action = 'member.suspended'"), people);
    assert_eq!(count(&real, "audit_events WHERE action = 'review.closed'"), 1);
    assert_eq!(count(&real, "memberships WHERE status = 'suspended'"), people);
    let letters = count(&real, "mail_outbox WHERE kind = 'review_unconfirmed'");
    assert_eq!(letters, people, "each person is told once");
    expect_sound(&real);
}
