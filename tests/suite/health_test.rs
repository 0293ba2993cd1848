//! What load balancers and log readers rely on.

use crate::harness::client::raw;
use crate::harness::database::Database;
use crate::harness::test_app::TestApp;

#[test]
fn a_running_server_reports_live_and_ready() {
    let client = TestApp::shared().client();
    assert_eq!(client.get("/health/live").expect(200).body.trim(), "live");
    assert_eq!(client.get("/health/ready").expect(200).body.trim(), "ready");
}

/// Makes every change fail as it does on a full disk, until it is dropped.
struct FullDisk<'a> {
    database: &'a Database,
    tables: Vec<String>,
}

impl<'a> FullDisk<'a> {
    fn of(database: &'a Database) -> Self {
        let tables = database.words(if database.is_postgres() {
            "SELECT table_name::text AS value FROM information_schema.tables WHERE table_schema = current_schema()"
        } else {
            "SELECT name AS value FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        });
        if database.is_postgres() {
            database.execute(
                "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS \
                 $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device'; END $$",
            );
        }
        for table in &tables {
            for verb in ["INSERT", "UPDATE"] {
                database.execute(&if database.is_postgres() {
                    format!(
                        "CREATE TRIGGER full_{verb} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION full_disk()"
                    )
                } else {
                    format!(
                        "CREATE TRIGGER full_{verb}_{table} BEFORE {verb} ON {table} \
                         BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
                    )
                });
            }
        }
        Self { database, tables }
    }
}

impl Drop for FullDisk<'_> {
    fn drop(&mut self) {
        if self.database.is_postgres() {
            self.database.execute("DROP FUNCTION full_disk CASCADE");
            return;
        }
        for table in &self.tables {
            for verb in ["INSERT", "UPDATE"] {
                self.database.execute(&format!("DROP TRIGGER full_{verb}_{table}"));
            }
        }
    }
}

#[test]
fn a_full_disk_is_not_ready_until_a_change_can_be_saved() {
    let app = TestApp::open();
    let olivia = app.owner_of("Harbor Agency", "harbor").impatient();
    let client = app.client().impatient();
    let disk = FullDisk::of(&app.database);
    let form = [("name", "Cedar Studio"), ("slug", "cedar")];
    let refused = olivia.post("/organizations/harbor/companies", &form);
    assert_eq!(refused.status, 503);
    refused.expect_text("disk is full");
    for _ in 0..3 {
        assert_eq!(client.get("/health/ready").status, 503);
        assert_eq!(client.send("HEAD", "/health/ready", &[], None).status, 503);
        // The process runs, and pages can be read.
        client.get("/health/live").expect(200);
        olivia.get("/organizations/harbor/companies").expect(200);
    }
    drop(disk);
    assert_eq!(client.send("HEAD", "/health/ready", &[], None).status, 200);
    client.get("/health/ready").expect(200);
    olivia.post("/organizations/harbor/companies", &form).expect(303);
}

#[test]
fn health_checks_answer_probes_by_ip_address() {
    let answer = raw(
        TestApp::shared().port(),
        "GET /health/ready HTTP/1.1\r\nHost: 10.1.2.3:9\r\nConnection: close\r\n\r\n",
    );
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[test]
fn every_response_has_a_unique_request_id() {
    let client = TestApp::shared().client();
    let ids: Vec<String> = ["/login", "/login", "/no-such-page", "/health/live"]
        .iter()
        .map(|path| client.get(path).header("x-request-id").to_owned())
        .collect();
    for (at, id) in ids.iter().enumerate() {
        assert!(id.len() >= 16, "{id}");
        assert!(!ids[..at].contains(id), "{ids:?}");
    }
}

#[test]
fn only_a_trusted_proxy_can_set_the_request_id() {
    let mine = "0123456789abcdef-mine";
    let client = TestApp::shared().client().with("X-Request-Id", mine);
    assert_ne!(client.get("/login").header("x-request-id"), mine);

    let behind_proxy = TestApp::with(|c| c.trusted_proxies = vec!["127.0.0.1/32".parse().expect("a network")]);
    let client = behind_proxy.client();
    assert_eq!(
        client.with("X-Request-Id", mine).get("/login").header("x-request-id"),
        mine
    );
    let forged = "abc\"} {\"forged";
    assert_ne!(
        client.with("X-Request-Id", forged).get("/login").header("x-request-id"),
        forged
    );
}
