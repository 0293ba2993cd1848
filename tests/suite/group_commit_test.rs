//! Changes of many people that share their commits: each is saved or refused by itself, and what was acknowledged survives a
//! kill.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::harness::client::Client;
use crate::harness::fixtures::{SessionCookie, simultaneously};
use crate::harness::page::Page;
use crate::harness::rounds;
use crate::harness::server_process::{ServerProcess, output_text};
use crate::harness::test_app::TestApp;

const OWNERS: usize = 8;
/// Connections of each owner.
const CONNECTIONS: usize = 3;

/// An owner's organization, by slug, and their client.
type Owner = (String, Client);

/// The same owners at each of some servers on one database.
fn owners<const N: usize>(app: &TestApp, bases: [&str; N]) -> [Vec<Owner>; N] {
    let cookies = sessions(app);
    bases.map(|base| {
        let owner = |(slug, (name, value)): &(String, SessionCookie)| {
            let client = Client::new(base);
            client.set_cookie(name, value);
            (slug.clone(), client)
        };
        cookies.iter().map(owner).collect()
    })
}

/// Owners of organizations of their own.
fn sessions(app: &TestApp) -> Vec<(String, SessionCookie)> {
    (0..OWNERS)
        .map(|n| {
            let slug = format!("group-{n}");
            let cookie = app.fixtures(|fixtures| {
                let owner = fixtures.account("Olivia Hart", &format!("olivia{n}@group.test"), true);
                let organization = fixtures.organization("Group", &slug, owner);
                fixtures.company(organization, "Taken", "taken");
                fixtures.session_cookie(owner)
            });
            (slug, cookie)
        })
        .collect()
}

/// What was answered until the server was killed, by the name of the company.
#[derive(Default)]
struct Answers {
    saved: BTreeSet<String>,
    refused: BTreeSet<String>,
}

/// Creates a company; every third one has an address that is taken. `None` when the server died during the request.
fn create(client: &Client, slug: &str, name: &str, n: usize) -> Option<Page> {
    let address = if n % 3 == 2 { "taken" } else { name };
    let fields = [("name", name), ("slug", address)];
    client
        .try_post(&format!("/organizations/{slug}/companies"), &fields)
        .ok()
}

/// All owners send changes until the server is killed.
fn work_until_killed(server: &mut ServerProcess, owners: &[Owner], round: usize, load: Duration) -> Answers {
    let answers = Mutex::new(Answers::default());
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for (at, (slug, client)) in owners.iter().enumerate() {
            for connection in 0..CONNECTIONS {
                let (answers, over, client) = (&answers, &over, client.copy());
                scope.spawn(move || {
                    for n in connection.. {
                        let name = format!("r{round}o{at}c{connection}n{n}");
                        let Some(page) = create(&client, slug, &name, n) else {
                            return;
                        };
                        let mut answers = answers.lock().expect("no worker panicked");
                        match page.status {
                            303 => answers.saved.insert(name),
                            422 => answers.refused.insert(name),
                            other => panic!("{other}: {}", page.text()),
                        };
                        if over.load(Ordering::Relaxed) {
                            return;
                        }
                    }
                });
            }
        }
        let end = Instant::now() + Duration::from_secs(20);
        while answers.lock().expect("no worker panicked").saved.is_empty() {
            assert!(Instant::now() < end, "nothing is saved:\n{}", server.log());
            std::thread::sleep(Duration::from_millis(2));
        }
        std::thread::sleep(load);
        server.kill();
        over.store(true, Ordering::Relaxed);
    });
    answers.into_inner().expect("no worker panicked")
}

/// A server process on the database of an app, which serves it, too.
fn second_server(app: &TestApp) -> ServerProcess {
    let mut server = ServerProcess::prepare();
    server
        .set("TENANTRY_DATABASE_URL", app.database.url())
        .set("TENANTRY_DATA_DIR", &app.file("").display().to_string())
        .start();
    server
}

fn names(app: &TestApp) -> BTreeSet<String> {
    // Those of the fixtures have no events.
    let sql = "SELECT name AS value FROM companies WHERE name NOT IN ('Taken', 'Group company')";
    app.database.words(sql).into_iter().collect()
}

#[track_caller]
fn expect_whole(app: &TestApp, server: &ServerProcess) {
    let created = "SELECT count(*) AS value FROM audit_events WHERE action = 'company.created'";
    assert_eq!(
        app.database.number(created),
        names(app).len() as i64,
        "each saved company has its event"
    );
    for command in [&["doctor"][..], &["audit", "verify"]] {
        let output = server.run(command);
        assert_eq!(output.status.code(), Some(0), "{command:?}: {}", output_text(&output));
    }
}

#[test]
fn a_kill_during_shared_commits_loses_nothing_that_was_acknowledged() {
    let app = TestApp::open();
    let mut server = second_server(&app);
    let [owners] = owners(&app, [server.client().base()]);
    let (mut saved, mut refused) = (BTreeSet::new(), BTreeSet::new());
    for round in 0..rounds(30, 5) {
        // Not a multiple of what a commit takes, so that kills fall into any part of one.
        let load = Duration::from_micros(60_000 + 47_300 * (round as u64 % 7));
        let answers = work_until_killed(&mut server, &owners, round, load);
        saved.extend(answers.saved);
        refused.extend(answers.refused);
        let kept = names(&app);
        let lost: Vec<_> = saved.difference(&kept).collect();
        assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
        let undone: Vec<_> = refused.intersection(&kept).collect();
        assert!(undone.is_empty(), "refused and saved: {undone:?}");
        server.start();
    }
    assert!(
        saved.len() > 20 && refused.len() > 5,
        "{} saved, {} refused",
        saved.len(),
        refused.len()
    );
    expect_whole(&app, &server);
}

#[test]
fn two_servers_on_one_database_save_what_they_acknowledge() {
    let app = TestApp::open();
    let server = second_server(&app);
    let [there, here] = owners(&app, [server.client().base(), app.base().as_str()]);
    let work = |at: usize, (slug, client): &Owner| {
        let (slug, client) = (slug.clone(), client.copy());
        move || {
            for n in 0..6 {
                let name = format!("s{at}n{n}");
                let page = create(&client, &slug, &name, n).expect("an answer");
                assert_eq!(page.status, if n % 3 == 2 { 422 } else { 303 }, "{}", page.text());
            }
        }
    };
    let all: Vec<_> = there
        .iter()
        .chain(&here)
        .enumerate()
        .map(|(at, owner)| work(at, owner))
        .collect();
    simultaneously(all);
    assert_eq!(names(&app).len(), OWNERS * 2 * 4);
    expect_whole(&app, &server);
}

#[test]
fn a_change_that_fails_in_the_database_fails_alone() {
    let app = TestApp::open();
    // The engine itself refuses it, in the middle of the change.
    let (function, body) = if app.database.is_postgres() {
        (
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.name = 'Refused' THEN RAISE EXCEPTION 'by a test'; END IF; RETURN NEW; END $$;",
            "FOR EACH ROW EXECUTE FUNCTION refuse()",
        )
    } else {
        (
            "",
            "WHEN NEW.name = 'Refused' BEGIN SELECT RAISE(ABORT, 'by a test'); END",
        )
    };
    app.database.execute(&format!(
        "{function} CREATE TRIGGER refuse BEFORE INSERT ON companies {body}"
    ));
    let [owners] = owners(&app, [app.base().as_str()]);
    let change = |n: usize| {
        let (slug, client) = &owners[n % OWNERS];
        let (slug, client) = (slug.clone(), client.copy());
        move || {
            let (name, address) = if n % 4 == 3 {
                ("Refused".to_owned(), format!("refused-{n}"))
            } else {
                (format!("n{n}"), format!("n{n}"))
            };
            let fields = [("name", name.as_str()), ("slug", address.as_str())];
            client.post(&format!("/organizations/{slug}/companies"), &fields).status
        }
    };
    let statuses = simultaneously((0..48).map(change).collect());
    for (n, status) in statuses.into_iter().enumerate() {
        assert_eq!(status, if n % 4 == 3 { 500 } else { 303 }, "change {n}");
    }
    let expected: BTreeSet<String> = (0..48).filter(|n| n % 4 != 3).map(|n| format!("n{n}")).collect();
    assert_eq!(names(&app), expected);
    app.expect_healthy();
}
