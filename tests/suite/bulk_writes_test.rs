//! What one change of many rows sends to the database.

use crate::harness::server_process::ServerProcess;
use crate::harness::test_app::TestApp;

/// The statements of a request, as the log has them.
fn statements(server: &ServerProcess, ask: impl FnOnce()) -> Vec<String> {
    let before = server.log().len();
    ask();
    let log = server.log();
    let lines = log[before..].lines().filter(|line| line.contains("DEBUG"));
    lines.map(str::to_owned).collect()
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
        let sent = statements(&server, || {
            let fields = [("emails", emails.join("\n")), ("role", "viewer".into())];
            let fields = fields
                .each_ref()
                .map(|(name, value): &(&str, String)| (*name, value.as_str()));
            client.post("/organizations/bulk/invitations", &fields).expect(303);
        });
        // Other statements are those of the senders of email.
        let made = |sql: &&String| sql.contains("INSERT INTO") && !sql.contains("login_attempts");
        (sent.iter().filter(made).count(), sent)
    };
    invite(0, 1);
    let (one, _) = invite(1, 1);
    let (many, sent) = invite(1_000, 300);
    println!("{one} statements insert one invitation, {many} three hundred");
    assert!(one >= 5, "an invitation, its link, email, job and event: {sent:#?}");
    // 300 events in statements of 25 rows.
    assert!(many <= one + 12, "{many} statements: {sent:#?}");
    let count = |sql: &str| app.database.number(&format!("SELECT count(*) AS value FROM {sql}"));
    assert_eq!(count("invitations"), 302);
    assert_eq!(count("audit_events WHERE action = 'member.invited'"), 302);
    assert_eq!(count("mail_outbox WHERE kind = 'invitation'"), 302);
    app.expect_healthy();
}
