//! A change happens whole or not at all: whatever a service refuses, and whatever fails in the middle of it, leaves no row.

use std::sync::atomic::{AtomicUsize, Ordering};

use tenantry::routes::ROUTES;

use crate::harness::database::Database;
use crate::harness::page::Page;
use crate::harness::test_app::TestApp;
use crate::harness::{in_parallel, rounds};
use crate::roles_test::{Form, Scenario, ask};

/// The rows of every table. Left out: sessions and sign-in attempts, which are kept when a sign-in is refused; jobs and the
/// state of emails, which background work changes meanwhile; the time someone was last seen.
struct Rows<'a> {
    database: &'a Database,
    query: String,
}

impl<'a> Rows<'a> {
    fn of(database: &'a Database) -> Self {
        let tables = if database.is_postgres() {
            "SELECT table_name::text AS value FROM information_schema.tables WHERE table_schema = current_schema()"
        } else {
            "SELECT name AS value FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        };
        let queries: Vec<String> = database
            .words(tables)
            .into_iter()
            .filter(|table| !matches!(table.as_str(), "sessions" | "login_attempts" | "jobs"))
            .map(|table| format!("SELECT '{table}: ' || {} AS value FROM {table}", row(database, &table)))
            .collect();
        Self {
            database,
            query: queries.join(" UNION ALL "),
        }
    }

    fn read(&self) -> Vec<String> {
        let mut rows = self.database.words(&self.query);
        rows.sort_unstable();
        rows
    }

    #[track_caller]
    fn expect(&self, before: &[String], what: &str) {
        let after = self.read();
        let new: Vec<&String> = after.iter().filter(|row| before.binary_search(row).is_err()).collect();
        let gone: Vec<&String> = before.iter().filter(|row| after.binary_search(row).is_err()).collect();
        assert!(
            new.is_empty() && gone.is_empty(),
            "{what}: {new:#?} instead of {gone:#?}"
        );
    }
}

/// A row as text. A page version is raised by every transaction that commits, also by one that came to nothing.
fn row(database: &Database, table: &str) -> String {
    if table == "mail_outbox" {
        return "id".into();
    }
    let (columns, text) = if database.is_postgres() {
        let columns = format!(
            "SELECT column_name::text AS value FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name = '{table}' AND column_name <> 'page_version'"
        );
        (columns, "quote_nullable")
    } else {
        (
            format!("SELECT name AS value FROM pragma_table_info('{table}') WHERE name <> 'page_version'"),
            "quote",
        )
    };
    let columns: Vec<String> = database
        .words(&columns)
        .into_iter()
        .filter(|column| column != "last_seen_at")
        .map(|column| format!("{text}({column})"))
        .collect();
    columns.join(" || ',' || ")
}

/// Makes every insert into a table fail until the value is dropped.
struct Failing<'a> {
    database: &'a Database,
    table: &'static str,
}

impl<'a> Failing<'a> {
    fn new(database: &'a Database, table: &'static str) -> Self {
        let sql = if database.is_postgres() {
            format!(
                "CREATE FUNCTION fail_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'failed by a test'; END $$; \
                 CREATE TRIGGER fail_{table} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION fail_{table}()"
            )
        } else {
            format!(
                "CREATE TRIGGER fail_{table} BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'failed by a test'); END"
            )
        };
        database.execute(&sql);
        Self { database, table }
    }
}

impl Drop for Failing<'_> {
    fn drop(&mut self) {
        let table = self.table;
        let sql = if self.database.is_postgres() {
            format!("DROP TRIGGER fail_{table} ON {table}; DROP FUNCTION fail_{table}")
        } else {
            format!("DROP TRIGGER fail_{table}")
        };
        self.database.execute(&sql);
    }
}

/// Does the work for every POST route, in sixteen parts with an app each.
fn for_each_form<R: Send>(work: impl Fn(&TestApp, &Rows<'_>, &'static str) -> R + Sync) -> Vec<R> {
    let paths: Vec<&str> = ROUTES.iter().filter(|r| r.method == "POST").map(|r| r.path).collect();
    let parts: Vec<&[&str]> = paths.chunks(paths.len().div_ceil(16)).collect();
    let results = in_parallel(&parts, |part| {
        let app = TestApp::open();
        app.fixtures(|fixtures| fixtures.account("Oscar Operator", "oscar@operator.test", true));
        let rows = Rows::of(&app.database);
        part.iter().map(|path| work(&app, &rows, path)).collect::<Vec<R>>()
    });
    results.into_iter().flatten().collect()
}

fn scenario(app: &TestApp, path: &str) -> Scenario {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    // The pages of operators exist for operators only.
    let actor = if path.starts_with("/operator") {
        "operator"
    } else {
        "owner"
    };
    let slug = format!("whole-{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let scenario = Scenario::create(app, actor, &slug);
    // What background jobs do to it anyway is done before.
    app.sweep();
    app.answer_requests();
    scenario
}

fn post(app: &TestApp, path: &str, scenario: &Scenario, form: &Form) -> Page {
    let client = app.client_with(scenario.actor.as_ref().expect("an actor"));
    ask(&client, "POST", &scenario.path(path, "none"), form)
}

#[test]
fn a_change_whose_email_or_audit_event_fails_is_rolled_back() {
    let failed: Vec<(String, bool, bool)> = for_each_form(|app, rows, path| {
        let scenario = scenario(app, path);
        let before = rows.read();
        let fails = |tables: &[&'static str]| {
            let faults: Vec<Failing<'_>> = tables.iter().map(|table| Failing::new(&app.database, table)).collect();
            let page = post(app, path, &scenario, &scenario.form(path));
            drop(faults);
            let failed = page.status >= 500;
            if failed {
                rows.expect(&before, &format!("{} with failing {tables:?}", page.request));
            }
            failed
        };
        let event = fails(&["audit_events", "account_events"]);
        (path.to_owned(), event, fails(&["mail_outbox"]))
    });
    let events = failed.iter().filter(|(_, event, _)| *event).count();
    let emails: Vec<&str> = failed
        .iter()
        .filter(|(.., email)| *email)
        .map(|(path, ..)| path.as_str())
        .collect();
    assert!(
        events >= 50 && emails.len() >= 15,
        "only {events} audit events failed, and the emails of {emails:#?}"
    );
}

#[test]
fn a_refused_change_leaves_no_row() {
    let refusals: Vec<usize> = for_each_form(|app, rows, path| {
        let mut current = scenario(app, path);
        let mut refusals = 0;
        let mut check = |current: &mut Scenario, form: &Form, what: &str| {
            // An acceptance by another account is recorded, but only the first one.
            if path == "/invitations/{token}/acceptance" {
                post(app, path, current, form);
            }
            let before = rows.read();
            let page = post(app, path, current, form);
            assert!(page.status < 500, "{} ({what}): {}", page.request, page.status);
            // A refused sign-in is recorded.
            if page.status >= 400 && path != "/login" {
                rows.expect(&before, &format!("{} ({what}): {}", page.request, page.status));
                refusals += 1;
            } else {
                *current = scenario(app, path);
            }
        };
        for form in wrong_forms(&current.form(path)) {
            check(&mut current, &form, &format!("{form:?}"));
        }
        for (state, sql) in STATES {
            app.database.execute(&sql.replace("{org}", &current.organization));
            let form = current.form(path);
            check(&mut current, &form, state);
        }
        refusals
    });
    let routes = refusals.iter().filter(|count| **count > 0).count();
    let total: usize = refusals.iter().sum();
    assert!(routes >= 80 && total >= 200, "only {total} refusals of {routes} routes");
}

/// States in which a valid form may be refused. `{org}` is the organization.
const STATES: &[(&str, &str)] = &[
    (
        "companies archived",
        "UPDATE companies SET status = 'archived' WHERE organization_id = '{org}'",
    ),
    (
        "pending deletion",
        "UPDATE organizations SET status = 'pending_deletion', delete_after = 9000000000000000 WHERE id = '{org}'",
    ),
    (
        "members suspended",
        "UPDATE memberships SET status = 'suspended' WHERE organization_id = '{org}' AND role <> 'owner'",
    ),
    (
        "two owners must approve",
        "UPDATE organizations SET dual_control = TRUE WHERE id = '{org}'",
    ),
];

/// The form with one field wrong at a time: empty, far too long, unknown, missing. All of them with `bin/test --long`.
fn wrong_forms(form: &Form) -> Vec<Form> {
    let wrong = ["", &"x".repeat(5_000), "00000000000070008000000000000000"].map(str::to_owned);
    let all: Vec<Form> = (0..form.len())
        .flat_map(|at| {
            let with = |value: &String| {
                let mut other = form.clone();
                other[at].1.clone_from(value);
                other
            };
            let mut missing = form.clone();
            missing.remove(at);
            wrong.iter().map(with).chain([missing]).collect::<Vec<Form>>()
        })
        .collect();
    // Every fifth one: four ways to be wrong and five have no common factor, so each way comes up.
    all.into_iter().step_by(rounds(1, 5)).collect()
}
