//! Kills under load: acknowledged changes survive, and each email is delivered once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::harness::client::Client;
use crate::harness::people::{PASSWORD, create_organization};
use crate::harness::server_process::{ServerProcess, output_text};
use crate::harness::smtp::Smtp;

/// Signs up an owner on a server that saves its emails to files.
fn sign_up_owner(server: &ServerProcess) -> Client {
    let client = server.client();
    let fields = [
        ("name", "Olivia Hart"),
        ("email", "olivia@crash.test"),
        ("password", PASSWORD),
        ("terms", "on"),
    ];
    client.post("/signup", &fields).expect(303);
    let link = server.mail_to("olivia@crash.test").link("/verify/");
    client.post(&link, &[]).expect(303);
    create_organization(&client, "Crash", "crash", "olivia@crash.test");
    client
}

/// What the server acknowledged until it was killed.
#[derive(Default)]
struct Acknowledged {
    invited: BTreeSet<String>,
    companies: BTreeSet<String>,
}

/// Four workers send requests until the server is killed.
fn work_until_killed(server: &mut ServerProcess, client: &Client, round: usize, load: Duration) -> Acknowledged {
    let acknowledged = Mutex::new(Acknowledged::default());
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for worker in 0..4 {
            let (acknowledged, over, client) = (&acknowledged, &over, client.copy());
            scope.spawn(move || {
                for n in 0.. {
                    if over.load(Ordering::Relaxed) {
                        return;
                    }
                    let name = format!("r{round}w{worker}n{n}");
                    let company = n % 2 == 1;
                    let answer = if company {
                        client.try_post("/organizations/crash/companies", &[("name", &name), ("slug", &name)])
                    } else {
                        let email = format!("{name}@crash.test");
                        client.try_post(
                            "/organizations/crash/invitations",
                            &[("emails", &email), ("role", "viewer")],
                        )
                    };
                    // The server was killed during the request.
                    let Ok(page) = answer else { return };
                    assert_eq!(page.status, 303, "{}: {}", page.request, page.text());
                    let mut changes = acknowledged.lock().expect("no worker panicked");
                    if company {
                        &mut changes.companies
                    } else {
                        &mut changes.invited
                    }
                    .insert(name);
                }
            });
        }
        std::thread::sleep(load);
        // A loaded machine may not have acknowledged one of each by then.
        let end = Instant::now() + Duration::from_secs(20);
        let both = || {
            let changes = acknowledged.lock().expect("no worker panicked");
            !changes.invited.is_empty() && !changes.companies.is_empty()
        };
        while !both() && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(20));
        }
        server.kill();
        over.store(true, Ordering::Relaxed);
    });
    acknowledged.into_inner().expect("no worker panicked")
}

/// Resets the daily invitation limit.
fn reset_invitation_limit(server: &ServerProcess) {
    server.database.execute("UPDATE invitations SET last_sent_at = 1");
}

#[test]
fn acknowledged_changes_survive_kills_under_load() {
    let mut server = ServerProcess::spawn();
    let client = sign_up_owner(&server);
    server
        .database
        .execute("UPDATE organizations SET created_at = 1; UPDATE users SET created_at = 1");
    let mut all_acknowledged = Acknowledged::default();
    for round in 0..4 {
        reset_invitation_limit(&server);
        let changes = work_until_killed(
            &mut server,
            &client,
            round,
            Duration::from_millis(700 + 130 * round as u64),
        );
        assert!(
            !changes.invited.is_empty() && !changes.companies.is_empty(),
            "round {round}: no requests succeeded"
        );
        all_acknowledged.invited.extend(changes.invited);
        all_acknowledged.companies.extend(changes.companies);
        server.start();
    }
    let invited: BTreeSet<String> = server
        .database
        .words("SELECT email AS value FROM invitations")
        .into_iter()
        .collect();
    let lost: Vec<_> = all_acknowledged
        .invited
        .iter()
        .filter(|name| !invited.contains(&format!("{name}@crash.test")))
        .collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    let slugs: BTreeSet<String> = server
        .database
        .words("SELECT slug AS value FROM companies")
        .into_iter()
        .collect();
    let lost: Vec<_> = all_acknowledged.companies.difference(&slugs).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    // Each change has its audit event, including changes whose response was lost.
    for (action, rows) in [("member.invited", "invitations"), ("company.created", "companies")] {
        let events = server.database.number(&format!(
            "SELECT count(*) AS value FROM audit_events WHERE action = '{action}'"
        ));
        let rows = server.database.number(&format!("SELECT count(*) AS value FROM {rows}"));
        assert_eq!(events, rows, "{action}");
    }
    let emails = server
        .database
        .number("SELECT count(*) AS value FROM mail_outbox WHERE kind = 'invitation'");
    assert_eq!(emails, invited.len() as i64, "each invitation has its email");
    for command in [&["doctor"][..], &["audit", "verify"]] {
        let output = server.run(command);
        assert_eq!(output.status.code(), Some(0), "{command:?}: {}", output_text(&output));
    }
    // The session survived every kill.
    client.get("/organizations/crash/companies").expect(200);
}

#[test]
fn each_acknowledged_sign_up_has_its_account_and_one_email_despite_kills() {
    let mut server = ServerProcess::spawn();
    let mut emails = Vec::new();
    for round in 0..4 {
        for n in 0..2 {
            let email = format!("r{round}n{n}@crash.test");
            let fields = [
                ("name", "Noah Brandt"),
                ("email", email.as_str()),
                ("password", PASSWORD),
                ("terms", "on"),
            ];
            server.client().post("/signup", &fields).expect(303);
            emails.push(email);
        }
        // Before, while and after the account is created.
        std::thread::sleep(Duration::from_millis(15 * round));
        server.kill();
        // The two-minute lease of a killed worker is too long for a test.
        server
            .database
            .execute("UPDATE jobs SET lease_until = 1 WHERE lease_until IS NOT NULL");
        server.start();
    }
    let open = "SELECT count(*) AS value FROM account_requests";
    let end = Instant::now() + Duration::from_secs(20);
    while server.database.number(open) > 0 {
        assert!(Instant::now() < end, "requests are left:\n{}", server.log());
        std::thread::sleep(Duration::from_millis(20));
    }
    let accounts = server.database.words("SELECT email AS value FROM users ORDER BY 1");
    assert_eq!(accounts, emails);
    for email in &emails {
        let sent = format!("SELECT count(*) AS value FROM mail_outbox WHERE to_email = '{email}'");
        assert_eq!(server.database.number(&sent), 1, "{email}");
        let signed_up = format!(
            "SELECT count(*) AS value FROM account_events WHERE action = 'account.signed_up' \
             AND user_id = (SELECT id FROM users WHERE email = '{email}')"
        );
        assert_eq!(server.database.number(&signed_up), 1, "{email}");
    }
}

#[test]
fn each_acknowledged_invitation_is_emailed_once_despite_kills_and_smtp_failures() {
    let smtp = Smtp::start();
    let mut server = ServerProcess::spawn();
    let client = sign_up_owner(&server);
    // From now on, emails are sent by SMTP.
    server.kill();
    server.set("TENANTRY_SMTP_URL", &smtp.url());
    server
        .database
        .execute("UPDATE organizations SET created_at = 1; UPDATE users SET created_at = 1");
    let mut acknowledged = BTreeSet::new();
    for round in 0..4 {
        match round {
            0 => smtp.busy(),
            1 => smtp.drop_after_data(),
            2 => smtp.hang(2),
            _ => smtp.accept(),
        }
        server.start();
        reset_invitation_limit(&server);
        acknowledged.extend(work_until_killed(&mut server, &client, round, Duration::from_millis(900)).invited);
    }
    smtp.accept();
    server.start();
    assert!(acknowledged.len() >= 8, "too few requests succeeded: {acknowledged:?}");
    let open = "SELECT count(*) AS value FROM mail_outbox WHERE state IN ('queued', 'sending')";
    let end = Instant::now() + Duration::from_secs(60);
    let mut names = ["Olivia", "Olivia Hart"].iter().cycle();
    while server.database.number(open) > 0 {
        assert!(Instant::now() < end, "emails are left:\n{}", server.log());
        // Retry delays and leases take minutes, so end them here.
        server
            .database
            .execute("UPDATE jobs SET run_at = 1 WHERE kind = 'email' AND lease_until IS NULL");
        std::thread::sleep(Duration::from_secs(1));
        server
            .database
            .execute("UPDATE jobs SET lease_until = 1 WHERE lease_until IS NOT NULL");
        // A committed email wakes the sender.
        client.post("/account/name", &[("name", names.next().expect("an endless iterator"))]);
    }
    let given_up = server
        .database
        .words("SELECT last_error AS value FROM mail_outbox WHERE state <> 'sent'");
    assert!(given_up.is_empty(), "{given_up:?}");

    // A mailbox keeps one email per Message-ID (RFC 5322, 3.6.4).
    let mut ids: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut links: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for message in smtp.emails() {
        assert!(!message.message_id.is_empty(), "{}", message.raw);
        links
            .entry(message.to.clone())
            .or_default()
            .insert(message.link("/invitations/"));
        ids.entry(message.to).or_default().insert(message.message_id);
    }
    for name in &acknowledged {
        let email = format!("{name}@crash.test");
        let count = ids.get(&email).map_or(0, BTreeSet::len);
        assert_eq!(count, 1, "{email} has {count} emails");
    }
    assert!(
        ids.values().all(|ids| ids.len() == 1),
        "someone has two emails: {ids:?}"
    );
    assert!(
        links.values().all(|links| links.len() == 1),
        "copies of an email differ"
    );
    // Every email belongs to an existing invitation, and its link opens.
    let invited: BTreeSet<String> = server
        .database
        .words("SELECT email AS value FROM invitations")
        .into_iter()
        .collect();
    assert_eq!(ids.keys().cloned().collect::<BTreeSet<_>>(), invited);
    let (_, some) = links.iter().next().expect("an email");
    server
        .client()
        .get(some.iter().next().expect("a link"))
        .expect(200)
        .expect_text("Join Crash");
    let doctor = server.run(&["doctor"]);
    assert_eq!(doctor.status.code(), Some(0), "{}", output_text(&doctor));
}
