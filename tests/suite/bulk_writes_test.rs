//! What one change of many rows sends to the database.

use std::time::{Duration, Instant};

use crate::harness::server_process::ServerProcess;
use crate::harness::test_app::TestApp;

/// The statements of a change, as the log has them, from the look-up of the session to the last audit event. The senders of email
/// have nothing to do meanwhile.
fn statements(server: &ServerProcess, change: impl FnOnce()) -> Vec<String> {
    let before = server.log().len();
    change();
    let log = server.log();
    let lines = log[before..].lines().filter(|line| line.contains("DEBUG"));
    // They look for work now and then.
    let looks = |line: &&str| line.contains("jobs") && !line.contains("INSERT INTO");
    let lines: Vec<&str> = lines.filter(|line| !looks(line)).collect();
    let begin = lines
        .iter()
        .position(|line| line.contains("SELECT") && line.contains("sessions"));
    let end = lines
        .iter()
        .rposition(|line| line.contains("INSERT INTO") && line.contains("audit_events"));
    let (begin, end) = (begin.expect("the session"), end.expect("an event"));
    lines[begin..=end].iter().map(|line| (*line).to_owned()).collect()
}

/// Waits until no email is to be sent.
fn all_sent(app: &TestApp) {
    let end = Instant::now() + Duration::from_secs(60);
    while app
        .database
        .number("SELECT count(*) AS value FROM jobs WHERE kind = 'email'")
        > 0
    {
        assert!(Instant::now() < end, "emails are not sent");
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_millis(100));
}

#[test]
fn three_hundred_invitations_cost_few_statements_more_than_one() {
    let app = TestApp::open();
    let (name, value) = app.fixtures(|fixtures| {
        let olivia = fixtures.account("Olivia Hart", "olivia@bulk.test", true);
        fixtures.organization("Bulk", "bulk", olivia);
        fixtures.session_cookie(olivia)
    });
    // What is new sends a tenth of the day's limit.
    app.database
        .execute("UPDATE organizations SET created_at = 1; UPDATE users SET created_at = 1");
    let mut server = ServerProcess::prepare();
    server
        .set("TENANTRY_DATABASE_URL", app.database.url())
        .set("TENANTRY_DATA_DIR", &app.file("").display().to_string())
        .set("TENANTRY_LOG", "warn,tenantry::sql=debug")
        .start();
    let client = server.client();
    client.set_cookie(&name, &value);
    let invite = |from: usize, count: usize| {
        let emails: Vec<String> = (from..from + count).map(|n| format!("person{n}@bulk.test")).collect();
        all_sent(&app);
        statements(&server, || {
            let fields = [("emails", emails.join("\n")), ("role", "viewer".into())];
            let fields = fields
                .each_ref()
                .map(|(name, value): &(&str, String)| (*name, value.as_str()));
            client.post("/organizations/bulk/invitations", &fields).expect(303);
        })
    };
    invite(0, 1);
    let one = invite(1, 1);
    let many = invite(1_000, 300);
    println!(
        "{} statements invite one person, {} three hundred",
        one.len(),
        many.len()
    );
    let inserts = one.iter().filter(|sql| sql.contains("INSERT INTO")).count();
    assert!(inserts >= 5, "an invitation, its link, email, job and event: {one:#?}");
    // 300 events leave in statements of 25 rows.
    assert!(many.len() <= one.len() + 11, "{many:#?}");
    // What is read about the organization, the person who invites and the addresses is read once.
    let reads = |sent: &[String]| sent.iter().filter(|sql| sql.contains("SELECT")).count();
    assert_eq!(reads(&many), reads(&one), "{many:#?}");
    let count = |sql: &str| app.database.number(&format!("SELECT count(*) AS value FROM {sql}"));
    assert_eq!(count("invitations"), 302);
    assert_eq!(count("audit_events WHERE action = 'member.invited'"), 302);
    assert_eq!(count("mail_outbox WHERE kind = 'invitation'"), 302);
    app.expect_healthy();
}
