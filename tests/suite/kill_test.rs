//! Long work in many steps (closing a review, deleting an organization) that is killed repeatedly still finishes, and
//! every effect happens once.

use std::time::{Duration, Instant};

use tenantry::common::time::{Clock, Span};
use tenantry::common::zone::Zone;

use crate::harness::client::Client;
use crate::harness::people::{PASSWORD, create_organization};
use crate::harness::rounds;
use crate::harness::server_process::{ServerProcess, output_text};

/// The number of members in the review: more than one step processes.
fn review_member_count() -> i64 {
    rounds(2_400, 1_200) as i64
}

/// The number of members in the deletion: rows are deleted faster than members are reviewed.
fn deletion_member_count() -> i64 {
    rounds(15_000, 5_000) as i64
}

fn owner(server: &ServerProcess) -> Client {
    let client = server.client();
    let fields = [
        ("name", "Olivia Hart"),
        ("email", "olivia@kill.test"),
        ("password", PASSWORD),
        ("terms", "on"),
    ];
    client.post("/signup", &fields).expect(303);
    let link = server.mail_to("olivia@kill.test").link("/verify/");
    client.post(&link, &[]).expect(303);
    create_organization(&client, "Kill", "kill", "olivia@kill.test");
    let company = client.post("/organizations/kill/companies", &[("name", "North"), ("slug", "north")]);
    company.expect(303);
    client
}

/// Inserts members with an assignment to North, as if they had been added one by one.
fn insert_members(server: &ServerProcess, people: i64) {
    let numbers = format!(
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < {people}) SELECT CAST(10000000 + x AS TEXT)"
    );
    // Every id has 32 hexadecimal digits.
    let id = format!("({numbers} || '000000000000000000000000' AS id FROM n) AS ids");
    let one = "(SELECT o.id AS org, c.id AS company, c.sort_name, c.created_at FROM organizations o JOIN companies c ON c.organization_id = o.id WHERE c.slug = 'north') AS one";
    let (apart, bytes) = if server.database.is_postgres() {
        ("chr(1)", "convert_to(words.word, 'UTF8')")
    } else {
        ("char(1)", "CAST(words.word AS BLOB)")
    };
    let words = format!(
        "(SELECT ids.id, 'person' AS word FROM {id} UNION ALL SELECT ids.id, ids.id FROM {id} UNION ALL SELECT ids.id, 'kill' FROM {id} UNION ALL SELECT ids.id, {apart} || 'kill.test' FROM {id} UNION ALL SELECT ids.id, {apart} || ids.id || '@kill.test' FROM {id}) AS words"
    );
    for sql in [
        format!(
            "INSERT INTO users (id, email, name, password_hash, email_verified_at, is_operator, created_at) SELECT ids.id, ids.id || '@kill.test', 'Person', '!', 1, FALSE, 1 FROM {id}"
        ),
        format!(
            "INSERT INTO memberships (organization_id, id, user_id, role, direct_role, status, joined_at, sort_name) SELECT one.org, ids.id, ids.id, 'member', 'member', 'active', one.created_at, one.sort_name FROM {one} CROSS JOIN {id}"
        ),
        format!(
            "INSERT INTO member_search_terms (organization_id, word, sort_name, membership_id) SELECT one.org, {bytes}, one.sort_name, words.id FROM {one} CROSS JOIN {words}"
        ),
        format!(
            "INSERT INTO company_assignments (organization_id, membership_id, company_id, role, direct_role, origin, sort_name, created_at) SELECT one.org, ids.id, one.company, 'editor', 'editor', 'direct', one.sort_name, one.created_at FROM {one} CROSS JOIN {id}"
        ),
        format!("UPDATE role_counts SET members = members + {people} WHERE role = 'member'"),
        format!("UPDATE companies SET member_count = {people} WHERE slug = 'north'"),
        format!("UPDATE organizations SET assignment_count = {people}"),
    ] {
        server.database.execute(&sql);
    }
    expect_healthy(server);
}

#[track_caller]
fn expect_healthy(server: &ServerProcess) {
    for command in [&["doctor"][..], &["audit", "verify"]] {
        let output = server.run(command);
        assert_eq!(output.status.code(), Some(0), "{command:?}: {}", output_text(&output));
    }
}

/// Ends the two-minute leases of killed workers.
fn expire_leases(server: &ServerProcess) {
    server
        .database
        .execute("UPDATE jobs SET lease_until = 1 WHERE lease_until IS NOT NULL");
}

/// Starts the server and kills it as soon as it has done something, until `left` returns 0 or it was killed often enough in the middle
/// of the work. Returns how often.
fn kill_until_done(server: &mut ServerProcess, whole: i64, left: impl Fn(&ServerProcess) -> i64) -> usize {
    let (mut between, mut before) = (0, whole);
    let deadline = Instant::now() + Duration::from_secs(240);
    loop {
        server.launch();
        while left(server) == before {
            assert!(
                Instant::now() < deadline,
                "{before} of {whole} are left\n{}",
                server.log()
            );
            std::thread::sleep(Duration::from_millis(3));
        }
        // Not always right after a commit.
        std::thread::sleep(Duration::from_millis(between as u64 * 3 % 8));
        server.kill();
        expire_leases(server);
        let now = left(server);
        assert!(now < before, "finished work was undone: {before} to {now}");
        if now == 0 {
            return between;
        }
        between += 1;
        if between == rounds(30, 6) {
            return between;
        }
        before = now;
    }
}

/// Runs the server until `left` returns 0.
#[track_caller]
fn run_until_done(server: &mut ServerProcess, left: impl Fn(&ServerProcess) -> i64) {
    server.start();
    let deadline = Instant::now() + Duration::from_secs(60);
    while left(server) > 0 {
        assert!(Instant::now() < deadline, "{} are left\n{}", left(server), server.log());
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn count(server: &ServerProcess, from: &str) -> i64 {
    server.database.number(&format!("SELECT count(*) AS value FROM {from}"))
}

#[test]
fn a_repeatedly_killed_deletion_finishes_once() {
    let mut server = ServerProcess::spawn();
    let olivia = owner(&server);
    insert_members(&server, deletion_member_count());
    server.kill();
    server
        .database
        .execute("UPDATE organizations SET status = 'pending_deletion', delete_after = 1");
    let rows = |server: &ServerProcess| count(server, "memberships") + count(server, "company_assignments");
    let whole = rows(&server);
    let killed = kill_until_done(&mut server, whole, rows);
    assert!(killed >= 2, "only {killed} kills interrupted the work");
    run_until_done(&mut server, |server| {
        count(server, "organizations WHERE delete_after IS NOT NULL")
    });

    for table in [
        "memberships",
        "company_assignments",
        "companies",
        "role_counts",
        "audit_events",
        "audit_heads",
    ] {
        assert_eq!(count(&server, table), 0, "{table}");
    }
    assert_eq!(
        count(&server, "account_events WHERE action = 'organization.deleted'"),
        1
    );
    assert_eq!(count(&server, "mail_outbox WHERE kind = 'organization_deleted'"), 1);
    olivia.get("/organizations/kill").expect(404);
    assert!(!olivia.get("/organizations").expect(200).has("Kill"));
    expect_healthy(&server);
}

#[test]
fn a_repeatedly_killed_review_closing_removes_each_assignment_once() {
    let mut server = ServerProcess::spawn();
    let olivia = owner(&server);
    let people = review_member_count();
    insert_members(&server, people);
    let day = (Clock::default().now() + Span::days(14)).day(Zone::UTC);
    olivia
        .post(
            "/organizations/kill/access/reviews",
            &[("name", "Autumn review"), ("due", &day), ("scope", "all")],
        )
        .expect(303);
    server.kill();
    // A background job collects the items of a large review.
    kill_until_done(&mut server, people, |server| {
        people - count(server, "access_review_items")
    });
    run_until_done(&mut server, |server| {
        count(server, "access_reviews WHERE status = 'starting'")
    });
    assert_eq!(count(&server, "access_review_items"), people);
    server.kill();
    server.database.execute("UPDATE access_reviews SET due_at = 1");
    let killed = kill_until_done(&mut server, people, |server| count(server, "company_assignments"));
    assert!(killed >= 2, "only {killed} kills interrupted the work");
    run_until_done(&mut server, |server| {
        count(server, "access_reviews WHERE status <> 'closed'")
    });

    assert_eq!(
        count(&server, "audit_events WHERE action = 'member.unassigned'"),
        people
    );
    assert_eq!(count(&server, "audit_events WHERE action = 'member.suspended'"), people);
    assert_eq!(count(&server, "audit_events WHERE action = 'review.closed'"), 1);
    assert_eq!(count(&server, "memberships WHERE status = 'suspended'"), people);
    let emails = count(&server, "mail_outbox WHERE kind = 'review_unconfirmed'");
    assert_eq!(emails, people, "each member gets one email");
    expect_healthy(&server);
}

#[test]
fn a_repeatedly_killed_deletion_of_a_company_finishes_once() {
    let mut server = ServerProcess::spawn();
    let olivia = owner(&server);
    let people = if server.database.is_postgres() {
        6_000
    } else {
        rounds(30_000, 15_000) as i64
    };
    insert_members(&server, people);
    if server.database.is_postgres() {
        // It deletes as fast as a server starts: as on a slow disk, each batch takes a moment.
        server.database.execute(
            "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.03); RETURN NULL; END $$; \
             CREATE TRIGGER wait AFTER DELETE ON deleted_assignments FOR EACH STATEMENT EXECUTE FUNCTION wait()",
        );
    }
    let north = "/organizations/kill/companies/north";
    olivia.post(&format!("{north}/archiving"), &[]).expect(303);
    olivia
        .post(&format!("{north}/deletion"), &[("name", "North")])
        .expect(303);
    expect_healthy(&server);
    server.kill();
    let whole = count(&server, "deleted_assignments");
    assert_eq!(whole, people);
    server.database.execute("UPDATE deleted_companies SET delete_after = 1");
    let killed = kill_until_done(&mut server, whole, |server| count(server, "deleted_assignments"));
    assert!(killed >= 1, "no kill interrupted the work");
    run_until_done(&mut server, |server| count(server, "deleted_companies"));
    assert_eq!(count(&server, "former_company_slugs"), 0);
    assert_eq!(count(&server, "audit_events WHERE action = 'company.deleted'"), 1);
    expect_healthy(&server);
}

#[test]
fn a_repeatedly_killed_import_counts_each_row_once() {
    let mut server = ServerProcess::spawn();
    let olivia = owner(&server);
    let day = Clock::default().now().day(Zone::UTC);
    // Every tenth row names a meter that there isn't.
    let rows = 4_000_i64;
    let lines = (0..rows).map(|at| {
        let meter = if at % 10 == 9 { "faxes" } else { "calls" };
        format!("north,{meter},{},{day},{at}\n", at % 7 + 1)
    });
    let csv = format!("Company,Meter,Quantity,Time,ID\n{}", lines.collect::<String>());
    let path = "/organizations/kill/imports";
    let draft = olivia.upload(path, &[("kind", "events")], "csv", csv.as_bytes());
    let draft = draft.expect(303).header("location").to_owned();
    let page = olivia.get(&draft).expect(200);
    let confirmation = format!("{draft}/confirmation");
    olivia.submit(&page, &confirmation, &[]).expect_redirect(&draft);
    server.kill();
    expire_leases(&server);
    let good = rows - rows / 10;
    let left = |server: &ServerProcess| good - count(server, "usage_events");
    let begun = left(&server);
    assert!(begun > 0, "the import was over before the first kill");
    let killed = kill_until_done(&mut server, begun, left);
    assert!(killed >= 2, "only {killed} kills interrupted the work");
    run_until_done(&mut server, |server| {
        count(server, "usage_imports WHERE status <> 'finished'")
    });

    assert_eq!(count(&server, "usage_events"), good);
    let expected: i64 = (0..rows).filter(|at| at % 10 != 9).map(|at| at % 7 + 1).sum();
    let sum = "SELECT CAST(SUM(quantity) AS BIGINT) AS value FROM usage_months WHERE scope = 'active'";
    assert_eq!(server.database.number(sum), expected * 1_000_000);
    let page = olivia.get(&draft).expect(200);
    let numbers: Vec<String> = page
        .texts("dd.num")
        .iter()
        .map(|text| text.chars().filter(char::is_ascii_digit).collect())
        .collect();
    assert_eq!(numbers[..3], [good.to_string(), "0".into(), (rows / 10).to_string()]);
    let rejected = olivia.get(&format!("{draft}/rejected.csv")).expect(200);
    assert_eq!(rejected.body.lines().count() as i64, rows / 10 + 1);
    assert_eq!(count(&server, "audit_events WHERE action = 'usage.import_finished'"), 1);
    expect_healthy(&server);
}
