//! The audit log: who sees which events, what exports verify, and that any tampering in the database is found.

use std::process::{Command, Output};
use std::time::{Duration, Instant};

use tenantry::audit::verify;
use tenantry::audit::verify::{VerifyCursor, VerifyStep};
use tenantry::audit::{Action, Event, Events};
use tenantry::auth::System;

use crate::harness::client::{Client, encode};
use crate::harness::fixtures::simultaneously;
use crate::harness::page::Page;
use crate::harness::people::PASSWORD;
use crate::harness::places::{Folder, repository};
use crate::harness::server_process::output_text;
use crate::harness::test_app::TestApp;
use crate::roles_test::Scenario;

/// A scenario and the client of its actor.
fn scenario(app: &TestApp, actor: &str, slug: &str) -> (Scenario, Client) {
    let scenario = Scenario::create(app, actor, slug);
    let client = app.client_with(scenario.actor.as_ref().expect("an actor"));
    // The session's expiry would add an event at an unpredictable time.
    app.database
        .execute("UPDATE support_sessions SET ended_at = started_at WHERE ended_at IS NULL");
    (scenario, client)
}

fn log(slug: &str, rest: &str) -> String {
    format!("/organizations/{slug}/settings/audit{rest}")
}

/// The event descriptions of the list, newest first.
fn descriptions(page: &Page) -> Vec<String> {
    page.texts("#events .who__text > span:first-child")
}

/// Adds events to an organization's log through the audit module.
fn add_events(app: &TestApp, slug: &str, events: impl Fn() -> Vec<Event>) {
    let system = System::of(app.product(), "test");
    let organization = app.fixtures(|fixtures| fixtures.organization_of(slug));
    system
        .write(|_, _| {
            let events = events()
                .into_iter()
                .map(|event| Events::organization(organization, event));
            Ok(((), Events::all(events)))
        })
        .expect("lines");
}

/// Copies the last event of an organization. Only for what reads many events: their chain does not verify.
fn repeat_last_event(app: &TestApp, organization: &str, times: usize) {
    let columns = "v, at, actor_kind, actor_id, actor_name, on_behalf_of, company_id, ip, agent, request_id, action, \
        target_kind, target_id, target_label, before, after";
    app.database.execute(&format!(
        "WITH RECURSIVE copies (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < {times}) \
         INSERT INTO audit_events (organization_id, id, {columns}, seq, prev_hash, hash) \
         SELECT organization_id, '000000000000700080000000' || CAST(10000000 + n AS TEXT), {columns}, seq + n, prev_hash, hash \
         FROM audit_events CROSS JOIN copies WHERE organization_id = '{organization}' \
         AND seq = (SELECT seq FROM audit_heads WHERE organization_id = '{organization}'); \
         UPDATE audit_heads SET seq = seq + {times} WHERE organization_id = '{organization}'"
    ));
    let copied = format!("SELECT count(*) AS value FROM audit_events WHERE organization_id = '{organization}'");
    assert!(
        app.database.number(&copied) > i64::try_from(times).expect("few"),
        "nothing was copied"
    );
}

fn companies(from: usize, to: usize) -> Vec<Event> {
    (from..to)
        .map(|n| Event::new(Action::CompanyCreated, "company", n, format!("Company {n}")))
        .collect()
}

/// Runs `tenantry audit …` on the app's data folder and database.
fn audit(app: &TestApp, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tenantry"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TENANTRY_")) {
        command.env_remove(name);
    }
    command
        .arg("audit")
        .args(arguments)
        .current_dir(app.file(""))
        .env("TENANTRY_DATA_DIR", app.file(""))
        .env("TENANTRY_DATABASE_URL", app.database.url())
        .output()
        .expect("the program")
}

#[track_caller]
fn expect_valid(app: &TestApp, slug: &str, client: &Client) {
    let output = audit(app, &["verify", "--organization", slug]);
    assert_eq!(output.status.code(), Some(0), "{}", output_text(&output));
    let page = client.get(&log(slug, "/verification?run=1")).expect(200);
    assert!(
        page.has("All events from 1 to") || page.has("Event 1 is valid"),
        "{}",
        page.text()
    );
}

#[track_caller]
fn expect_invalid(app: &TestApp, slug: &str, client: &Client, line: i64, what: &str) {
    let output = audit(app, &["verify", "--organization", slug]);
    let text = output_text(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(
        text.contains(&format!("{slug}: ")) && text.contains(what),
        "{what} is not in: {text}"
    );
    assert!(!text.contains("All valid"), "{text}");
    client
        .get(&log(slug, "/verification?run=1"))
        .expect(200)
        .expect_text(&format!("is not valid at event {line}"));
}

#[test]
fn the_log_is_filtered_by_actor_action_kind_target_text_and_date() {
    let app = TestApp::open();
    let (scenario, owner) = scenario(&app, "owner", "narrow");
    let at = |rest: &str| format!("/organizations/narrow{rest}");
    owner
        .post(
            &at(&format!("/members/{}/role", scenario.member)),
            &[("role", "viewer")],
        )
        .expect(303);
    owner
        .post(
            &at("/invitations"),
            &[("emails", "noah@narrow.test"), ("role", "editor")],
        )
        .expect(303);
    let tara = app.sign_in("tara@narrow.test");
    tara.get(&at("")).expect(200);
    let all = descriptions(&owner.get(&log("narrow", "")).expect(200));
    assert_eq!(
        all,
        [
            "Signed in",
            "Invited noah@narrow.test as Editor",
            "Changed Tara narrow from Member to Viewer",
            "Renamed Nord to North",
        ]
    );
    let found = |query: &str| descriptions(&owner.get(&log("narrow", query)).expect(200));
    assert_eq!(found("?action=member.role_changed"), all[2..3]);
    assert_eq!(found("?action=member"), all[1..3]);
    assert_eq!(found("?kind=login"), all[..1]);
    assert_eq!(found("?kind=change"), all[1..]);
    assert_eq!(found("?kind=login&action=member"), Vec::<String>::new());
    assert_eq!(found(&format!("?target=member:{}", scenario.member)), all[2..3]);
    assert_eq!(found("?q=NOAH"), all[1..2]);
    assert_eq!(found("?q=alex%20tara"), all[2..3]);
    assert_eq!(found("?actor=alex"), all[1..3]);
    assert_eq!(found("?actor=tara%40narrow.test"), all[..1]);
    assert_eq!(found("?actor=Tenantry"), all[3..]);
    let alex = app
        .database
        .words("SELECT id AS value FROM users WHERE email = 'actor@narrow.test'");
    assert_eq!(found(&format!("?actor={}", alex[0])), all[1..3]);
    let (today, tomorrow, yesterday) = (app.day(0), app.day(1), app.day(-1));
    assert_eq!(found(&format!("?from={today}&to={today}")), all);
    assert!(found(&format!("?from={tomorrow}")).is_empty());
    assert!(found(&format!("?to={yesterday}")).is_empty());
    // htmx loads only the list.
    let part = owner.fragment(&log("narrow", "?q=noah")).expect(200);
    assert_eq!(descriptions(&part), all[1..2]);
    assert!(!part.body.contains("<html"));

    for (query, field) in [
        ("?from=soon", "from"),
        ("?from=2026-02-30", "from"),
        ("?from=2026-11-02&to=2026-11-01", "to"),
        ("?action=nothing.known", "action"),
        ("?kind=odd", "action"),
        ("?target=member", "target"),
    ] {
        let page = owner.get(&log("narrow", query)).expect(422);
        assert_eq!(page.all("#errors a", "href"), [format!("#{field}")], "{query}");
        assert!(descriptions(&page).is_empty());
        owner.get(&log("narrow", &format!(".csv{query}"))).expect(400);
    }
    owner.get(&log("narrow", "?after=rubbish&from=")).expect(200);
}

#[test]
fn an_event_shows_its_details_and_has_a_permalink() {
    let app = TestApp::open();
    let (scenario, owner) = scenario(&app, "owner", "lines");
    let owner = owner.with(
        "User-Agent",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36",
    );
    let change = format!("/organizations/lines/members/{}/role", scenario.member);
    let done = owner.post(&change, &[("role", "billing_admin")]).expect(303);
    let list = owner.get(&log("lines", "")).expect(200);
    let detail = list.texts("#line-2 .event__body")[0].clone();
    for words in [
        "was Member",
        "is Billing admin",
        "Alex lines",
        "IP address 127.0.0.1",
        "Device Chrome on Windows",
        done.header("x-request-id"),
        "member.role_changed",
        "Tara lines (member)",
    ] {
        assert!(detail.contains(words), "“{words}” is not in {detail}");
    }
    let line = owner
        .get(&list.link("Event 2: link and verification").expect("a permalink"))
        .expect(200);
    let hash = |seq: i64| {
        app.database
            .words(&format!("SELECT hash AS value FROM audit_events WHERE seq = {seq}"))
            .remove(0)
    };
    for words in [
        &hash(1),
        &hash(2),
        "Verified",
        "Changed Tara lines from Member to Billing admin",
    ] {
        assert!(line.has(words), "“{words}” is not in {}", line.text());
    }
    let first = owner
        .get(&line.link("Event 1").expect("the previous event"))
        .expect(200);
    first.clone().expect_text("None: this is the first event");
    owner.get(&first.link("Event 2").expect("the next event")).expect(200);
    for gone in ["3", "0", "-1", "x", "99999999999999999999"] {
        owner.get(&log("lines", &format!("/{gone}"))).expect(404);
    }
    // The request id finds the event, and the member's page links to its history.
    let again = owner.get(&log("lines", &format!("?q={}", done.header("x-request-id"))));
    assert_eq!(descriptions(&again).len(), 1);
    let profile = owner
        .get(&format!("/organizations/lines/members/{}", scenario.member))
        .expect(200)
        .expect_text("changed Tara lines from Member to Billing admin");
    let all = owner.get(&profile.link("View all").expect("the history")).expect(200);
    assert_eq!(descriptions(&all).len(), 1);
    owner
        .get(&format!("/organizations/lines/companies/{}", scenario.north_slug))
        .expect(200)
        .expect_text("renamed Nord to North");
}

#[test]
fn each_role_sees_only_its_part_of_the_log() {
    let app = TestApp::shared();
    for (actor, part) in [
        ("owner", &["company", "other", "invited", "organization", "sign-in"][..]),
        ("admin", &["company", "other", "invited", "organization", "sign-in"]),
        ("billing", &[]),
        ("user-ad", &["invited"]),
        ("manager", &["company"]),
    ] {
        let slug = format!("sight-{actor}");
        let (scenario, client) = scenario(app, actor, &slug);
        let (south, invitation) = (scenario.south.clone(), scenario.invitation.clone());
        add_events(app, &slug, || {
            vec![
                Event::new(Action::CompanyEdited, "company", &south, "other"),
                Event::new(Action::InvitationCancelled, "invitation", &invitation, "invited"),
                Event::new(Action::OrganizationEdited, "organization", "x", "organization"),
                Event::new(Action::SignedIn, "account", "x", "somebody"),
            ]
        });
        // The scenario's own event has number 1 and is about north.
        let lines = [
            ("company", 1),
            ("other", 2),
            ("invited", 3),
            ("organization", 4),
            ("sign-in", 5),
        ];
        let seen: Vec<i64> = lines
            .iter()
            .filter(|(name, _)| part.contains(name))
            .map(|(_, seq)| *seq)
            .collect();
        let list = client.get(&log(&slug, "")).expect(200);
        let ids = |page: &Page| -> Vec<i64> {
            let ids = page.all("#events details", "id").into_iter();
            let mut ids: Vec<i64> = ids.map(|id| id["line-".len()..].parse().unwrap()).collect();
            ids.sort_unstable();
            ids
        };
        assert_eq!(ids(&list), seen, "{actor}");
        assert_eq!(list.has("You see"), part.len() < 5, "{actor}");
        for (name, seq) in lines {
            let status = if seen.contains(&seq) { 200 } else { 404 };
            let page = client.get(&log(&slug, &format!("/{seq}")));
            assert_eq!(page.status, status, "{actor}: {name}");
            // A filter shows no more than the list.
            let page = client.get(&log(
                &slug,
                &format!(
                    "?action={}",
                    ["company", "company", "invitation", "organization", "account"][seq as usize - 1]
                ),
            ));
            assert_eq!(ids(&page).contains(&seq), seen.contains(&seq), "{actor}: {name}");
        }
        // The overview shows the same events, without sign-ins.
        let overview = client.get(&format!("/organizations/{slug}")).expect(200);
        let whole = matches!(actor, "owner" | "admin");
        assert_eq!(overview.has("changed the organization’s settings"), whole, "{actor}");
        let people = whole || actor == "user-ad";
        assert_eq!(overview.has("cancelled the invitation of invited"), people, "{actor}");
        assert!(!overview.has("signed in"), "{actor}");
        let may_export = matches!(actor, "owner" | "admin");
        for file in [".csv", ".jsonl"] {
            client.get(&log(&slug, file)).expect(if may_export { 200 } else { 403 });
        }
        assert_eq!(list.has("CSV"), may_export);
        // Members see their own changes.
        if actor == "user-ad" {
            let name = [("name", "Alex Other")];
            client.post("/account/name", &name).expect(303);
            let role = format!("/organizations/{slug}/members/{}/role", scenario.member);
            client.post(&role, &[("role", "viewer")]).expect(303);
            assert!(client.get(&log(&slug, "")).has("Changed Tara"));
        }
    }
    for actor in ["editor", "viewer", "member", "co-edit", "co-view"] {
        let (_, client) = scenario(app, actor, &format!("sight-{actor}"));
        client.get(&log(&format!("sight-{actor}"), "")).expect(403);
        let company = client.get(&format!("/organizations/sight-{actor}/companies/north-sight-{actor}"));
        assert!(!company.has("View all"), "{actor}");
    }
    // A manager of another company sees none of these events.
    let (_, afar) = scenario(app, "other-co", "sight-afar");
    assert!(descriptions(&afar.get(&log("sight-afar", "")).expect(200)).is_empty());
}

#[test]
fn a_long_log_is_paged_forwards_and_backwards() {
    let app = TestApp::open();
    let (_, owner) = scenario(&app, "owner", "long");
    add_events(&app, "long", || companies(0, 119));
    let seqs = |page: &Page| page.all("#events details", "id");
    let lines = |from: i64, to: i64| -> Vec<String> { (to..=from).rev().map(|n| format!("line-{n}")).collect() };
    let first = owner.get(&log("long", "")).expect(200);
    assert_eq!(seqs(&first), lines(120, 71));
    assert!(first.all("a[rel=prev]", "href").is_empty());
    let next = |page: &Page, rel: &str| owner.get(&page.all(&format!("a[rel={rel}]"), "href")[0]).expect(200);
    let second = next(&first, "next");
    assert_eq!(seqs(&second), lines(70, 21));
    let third = next(&second, "next");
    assert_eq!(seqs(&third), lines(20, 1));
    assert!(third.all("a[rel=next]", "href").is_empty());
    assert_eq!(seqs(&next(&third, "prev")), lines(70, 21));
    assert_eq!(seqs(&next(&next(&third, "prev"), "prev")), lines(120, 71));
    // Paging works the same with filters.
    let narrow = owner.get(&log("long", "?q=company&action=company")).expect(200);
    assert_eq!(seqs(&narrow), lines(120, 71));
    assert_eq!(seqs(&next(&next(&narrow, "next"), "next")), lines(20, 2));
}

#[test]
fn a_search_of_a_very_long_log_stops_and_can_continue() {
    let app = TestApp::open();
    let (scenario, owner) = scenario(&app, "owner", "endless");
    // Make the log appear long: the cost of a search depends on event numbers, not on time.
    let far = 60_000;
    app.database.execute(&format!(
        "UPDATE audit_heads SET seq = seq + {far} WHERE organization_id = '{}'",
        scenario.organization
    ));
    add_events(&app, "endless", || companies(0, 1));
    repeat_last_event(&app, &scenario.organization, 21_000);
    let mut page = owner.get(&log("endless", "?q=nord%20nowhere")).expect(200);
    page.clone().expect_text("Searched back to");
    // On a slow machine it also stops by time, and more than once.
    let mut continued = 0;
    while let Some(on) = page.link("Search further back") {
        page = owner.get(&on).expect(200);
        continued += 1;
        assert!(continued < 30, "the search comes no further");
    }
    assert!(continued > 0);
}

#[test]
fn a_csv_export_has_every_matching_event_and_escapes_formulas() {
    let app = TestApp::open();
    let (_, owner) = scenario(&app, "owner", "sheet");
    add_events(&app, "sheet", || {
        vec![Event::new(
            Action::CompanyCreated,
            "company",
            "x",
            "=cmd|' /C calc'!A0\n\"quoted\", Zoë",
        )]
    });
    let page = owner.get(&log("sheet", ".csv")).expect(200);
    assert_eq!(page.header("content-type"), "text/csv; charset=utf-8");
    assert!(page.header("content-disposition").contains("sheet-audit-"));
    let rows: Vec<csv::StringRecord> = csv::Reader::from_reader(page.body.trim_start_matches('\u{feff}').as_bytes())
        .records()
        .map(|row| row.expect("a row"))
        .collect();
    let column = |n: usize| rows.iter().map(|row| row[n].to_owned()).collect::<Vec<_>>();
    assert_eq!(column(0), ["1", "2", "3"]);
    assert_eq!(column(8), ["company.edited", "company.created", "audit.exported"]);
    assert_eq!(&rows[1][12], "'=cmd|' /C calc'!A0\n\"quoted\", Zoë");
    assert_eq!(&rows[2][4], "Alex sheet");
    assert_eq!([column(1), column(3)], [["2", "2", "2"], ["system", "system", "user"]]);
    assert_eq!(&rows[0][14], r#"{"name":"North"}"#);
    // The export itself is an event, and filters apply to exports.
    assert_eq!(
        descriptions(&owner.get(&log("sheet", "?kind=security")))[0],
        "Exported the audit log as CSV"
    );
    let narrow = owner.get(&log("sheet", ".csv?action=company.edited")).expect(200);
    assert_eq!(narrow.body.lines().count(), 2);
    let none = owner.get(&log("sheet", ".csv?q=nowhere")).expect(200);
    assert_eq!(none.body.lines().count(), 1);
}

/// The script from the documentation.
fn script() -> String {
    let text = std::fs::read_to_string(repository().join("docs/AUDIT.md")).expect("the documentation");
    let (_, rest) = text.split_once("```python\n").expect("a script");
    let script = rest.split_once("```").expect("its end").0.to_owned();
    assert!(
        script.lines().count() <= 40,
        "the script is short enough to be reviewed"
    );
    script
}

/// Runs the script on an export: exit code and output.
fn run_script(folder: &Folder, export: &[u8], key: &str) -> (Option<i32>, String) {
    std::fs::write(folder.join("check.py"), script()).expect("written");
    std::fs::write(folder.join("audit.jsonl"), export).expect("written");
    std::fs::write(folder.join("key.pem"), key).expect("written");
    let output = Command::new("python3")
        .args(["check.py", "audit.jsonl", "key.pem"])
        .current_dir(folder.join(""))
        .output()
        .expect("python3");
    (output.status.code(), output_text(&output))
}

#[test]
fn the_documented_script_verifies_an_export_and_detects_changes() {
    let mut app = TestApp::open();
    let (_, owner) = scenario(&app, "owner", "proof");
    let odd = [
        "Zoë \u{1f98a}\u{2028}",
        "a\"b\\c\u{7f}\u{85}",
        "= 1e21",
        "\t\u{1}",
        "مرحبا",
    ];
    add_events(&app, "proof", || {
        let event = |label: &&str| {
            Event::new(Action::CompanyEdited, "company", "x", *label).after(serde_json::json!({
                "name": label, "count": 9_007_199_254_740_992u64, "more": u64::MAX, "less": -5, "part": 0.1, "huge": 1e21,
                "nested": { "ß": [null, true, { "b": 1, "a": [] }], "": "" },
            }))
        };
        odd.iter().map(event).collect()
    });
    app.advance(Duration::from_secs(86_400));
    app.sweep();
    app.ask_for_no_confirmation();
    let owner = owner.copy();
    let export = owner.get(&log("proof", ".jsonl")).expect(200).bytes;
    let key = output_text(&audit(&app, &["key"]));
    assert_eq!(owner.get(&log("proof", "/key.pem")).expect(200).body, key);
    owner
        .get(&log("proof", "/verification"))
        .expect(200)
        .expect_text(key.lines().nth(1).expect("a key"));
    let folder = Folder::new();
    assert_eq!(
        run_script(&folder, &export, &key),
        (Some(0), "7 events are valid, all from 1 to 7\n".into())
    );
    let text = String::from_utf8(export.clone()).expect("UTF-8");
    let rows: Vec<&str> = text.lines().collect();
    assert_eq!(rows.len(), 9);
    assert!(rows[0].contains("\"seals\":[{"), "{}", rows[0]);
    let with = |rows: &[&str]| rows.join("\n") + "\n";
    let changed = |what: &str, export: &str, says: &str| {
        let (status, said) = run_script(&folder, export.as_bytes(), &key);
        assert_eq!(status, Some(1), "{what}: {said}");
        assert!(said.contains(says), "{what}: {said}");
    };
    changed(
        "a changed word",
        &text.replacen("Nord", "Nora", 1),
        "event 1 was changed",
    );
    let mut less = rows.clone();
    less.remove(4);
    changed("a removed event", &with(&less), "event 5");
    let mut swapped = rows.clone();
    swapped.swap(3, 4);
    changed("two swapped events", &with(&swapped), "event 4");
    let mut short = rows.clone();
    short.remove(7);
    changed("a removed last event", &with(&short), "the last events are missing");
    changed("a truncated file", &with(&rows[..5]), "the file is incomplete");
    changed(
        "a false filter flag",
        &with(&short).replace("\"complete\":true", "\"complete\":false"),
        "the file was changed",
    );
    let other = TestApp::open();
    let foreign = output_text(&audit(&other, &["key"]));
    let (status, said) = run_script(&folder, &export, &foreign);
    assert_eq!(
        (status, said.contains("not signed with this key")),
        (Some(1), true),
        "{said}"
    );

    // A filtered export verifies what it contains.
    let part = owner.get(&log("proof", ".jsonl?q=proof")).expect(200).bytes;
    let (status, said) = run_script(&folder, &part, &key);
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("the export was filtered"), "{said}");
    // The key comes from the key file, so it survives a restart.
    app.restart();
    assert_eq!(self::output_text(&audit(&app, &["key"])), key);
}

#[test]
fn verification_finds_every_kind_of_tampering_at_the_affected_event() {
    let app = TestApp::open();
    let mut number = 0;
    // `{}` is the organization's id.
    let cases: &[(&str, &str, i64, &str)] = &[
        (
            "a changed word",
            "UPDATE audit_events SET target_label = 'Company 99' WHERE organization_id = '{}' AND seq = 5",
            5,
            "event 5 was changed",
        ),
        (
            "a changed time",
            "UPDATE audit_events SET at = at + 1 WHERE organization_id = '{}' AND seq = 5",
            5,
            "event 5 was changed",
        ),
        (
            "an unknown action",
            "UPDATE audit_events SET action = 'company.praised', before = 'x' WHERE organization_id = '{}' AND seq = 5",
            5,
            "event 5 was changed",
        ),
        (
            "a changed hash",
            "UPDATE audit_events SET hash = prev_hash WHERE organization_id = '{}' AND seq = 5",
            5,
            "event 5 was changed",
        ),
        (
            "a removed event",
            "DELETE FROM audit_events WHERE organization_id = '{}' AND seq = 5",
            5,
            "event 5 is missing",
        ),
        (
            "a removed event with the following ones renumbered",
            "DELETE FROM audit_events WHERE organization_id = '{}' AND seq = 5;
             UPDATE audit_events SET seq = 5 WHERE organization_id = '{}' AND seq = 6;
             UPDATE audit_events SET seq = 6 WHERE organization_id = '{}' AND seq = 7;
             UPDATE audit_events SET seq = 7 WHERE organization_id = '{}' AND seq = 8;
             UPDATE audit_heads SET seq = 7 WHERE organization_id = '{}'",
            5,
            "event 5 was changed",
        ),
        (
            "a truncated end",
            "DELETE FROM audit_events WHERE organization_id = '{}' AND seq > 6",
            7,
            "events 7 to 8 are missing",
        ),
        (
            "a truncated end with a matching head",
            "DELETE FROM audit_events WHERE organization_id = '{}' AND seq > 6;
             UPDATE audit_heads SET seq = 6, hash = (SELECT hash FROM audit_events WHERE organization_id = '{}' AND seq = 6) WHERE organization_id = '{}'",
            7,
            "events 7 to 8 are missing",
        ),
        (
            "two swapped events",
            "UPDATE audit_events SET seq = 100 WHERE organization_id = '{}' AND seq = 5;
             UPDATE audit_events SET seq = 5 WHERE organization_id = '{}' AND seq = 6;
             UPDATE audit_events SET seq = 6 WHERE organization_id = '{}' AND seq = 100",
            5,
            "event 5 was changed",
        ),
        (
            "an event appended after the head",
            "INSERT INTO audit_events (organization_id, id, at, actor_name, ip, agent, request_id, action, target_kind, target_id, target_label, before, after, v, actor_kind, seq, prev_hash, hash)
             SELECT organization_id, 'f' || id, at, actor_name, ip, agent, request_id, action, target_kind, target_id, target_label, before, after, v, actor_kind, seq + 1, hash, hash FROM audit_events WHERE organization_id = '{}' AND seq = 8",
            9,
            "beyond the head",
        ),
        (
            "an event inserted outside of the chain",
            "INSERT INTO audit_events (organization_id, id, at, actor_name, ip, agent, request_id, action, target_kind, target_id, target_label, before, after, v, actor_kind)
             SELECT organization_id, 'f' || id, at, actor_name, ip, agent, request_id, action, target_kind, target_id, target_label, before, after, v, actor_kind FROM audit_events WHERE organization_id = '{}' AND seq = 8",
            9,
            "outside of the chain",
        ),
        (
            "a head with another hash",
            "UPDATE audit_heads SET hash = 'f' WHERE organization_id = '{}'",
            8,
            "the head does not have the hash",
        ),
        (
            "no head",
            "DELETE FROM audit_heads WHERE organization_id = '{}'",
            1,
            "no head",
        ),
        (
            "a forged seal",
            "UPDATE audit_seals SET hash = (SELECT hash FROM audit_events WHERE organization_id = '{}' AND seq = 3), seq = 3 WHERE organization_id = '{}'",
            3,
            "is not signed by this instance",
        ),
    ];
    for (what, sql, line, says) in cases {
        number += 1;
        let slug = format!("tampered-{number}");
        let (scenario, owner) = scenario(&app, "owner", &slug);
        add_events(&app, &slug, || companies(0, 7));
        app.advance(Duration::from_secs(86_400));
        app.sweep();
        app.ask_for_no_confirmation();
        expect_valid(&app, &slug, &owner);
        app.database.execute(&sql.replace("{}", &scenario.organization));
        println!("{what}");
        // Background jobs must not hide the tampering.
        app.sweep();
        expect_invalid(&app, &slug, &owner, *line, says);
        // The list stays available.
        owner.get(&log(&slug, "")).expect(200);
        // If the head does not match the events, nothing can be added, so the export event fails.
        let stuck = says.contains("beyond the head") || says.contains("no head");
        owner.get(&log(&slug, ".csv")).expect(if stuck { 500 } else { 200 });
    }
    // A broken log does not stop the verification of the others.
    let (_, owner) = scenario(&app, "owner", "sound");
    expect_valid(&app, "sound", &owner);
    let output = audit(&app, &["verify"]);
    assert_eq!(output.status.code(), Some(1));
    let text = output_text(&output);
    assert!(text.contains("sound: event 1 is valid"), "{text}");
    assert!(text.contains("tenantry: tampered-1: event 5 was changed"), "{text}");
}

#[test]
fn a_rewritten_chain_contradicts_its_seal() {
    let app = TestApp::open();
    let (scenario, owner) = scenario(&app, "owner", "anew");
    add_events(&app, "anew", || companies(0, 7));
    app.advance(Duration::from_secs(86_400));
    app.sweep();
    // Delete the log and write other events with the audit module itself.
    app.database.execute(&format!(
        "DELETE FROM audit_events WHERE organization_id = '{0}'; DELETE FROM audit_heads WHERE organization_id = '{0}'",
        scenario.organization
    ));
    add_events(&app, "anew", || companies(1, 9));
    expect_invalid(&app, "anew", &owner, 8, "does not have the hash in the seal of");
}

#[test]
fn each_day_with_events_is_sealed_once() {
    let app = TestApp::open();
    let (_, owner) = scenario(&app, "owner", "sealed");
    let seals = || {
        app.database
            .words("SELECT day || ' ' || seq AS value FROM audit_seals ORDER BY day")
    };
    app.sweep();
    assert!(seals().is_empty(), "the day is not over");
    app.advance(Duration::from_secs(86_400));
    app.sweep();
    app.sweep();
    assert_eq!(seals(), [format!("{} 1", app.day(-1))]);
    app.advance(Duration::from_secs(86_400));
    app.sweep();
    assert_eq!(seals().len(), 1, "no events, so nothing is sealed");
    add_events(&app, "sealed", || companies(0, 3));
    app.advance(Duration::from_secs(2 * 86_400));
    app.sweep();
    assert_eq!(seals()[1..], [format!("{} 4", app.day(-1))]);
    // Events after midnight belong to the next day's seal.
    add_events(&app, "sealed", || companies(3, 4));
    app.sweep();
    assert_eq!(seals().len(), 2);
    owner
        .get(&log("sealed", "/verification?run=1"))
        .expect(200)
        .expect_text("All events from 1 to 5 are valid")
        .expect_text("with event 4");
    owner
        .get(&log("sealed", "/4"))
        .expect(200)
        .expect_text(", with event 4");
}

#[test]
fn a_verification_resumes_and_cannot_be_made_to_skip_events() {
    let app = TestApp::open();
    let (scenario, owner) = scenario(&app, "owner", "steps");
    add_events(&app, "steps", || companies(0, 24));
    let mut page = owner.get(&log("steps", "/verification?run=1&lines=10")).expect(200);
    page.clone().expect_text("Events 1 to 10 are valid");
    let next = |page: &Page| page.all("#check [hx-get]", "hx-get")[0].clone();
    let cursor = next(&page);
    page = owner.fragment(&cursor).expect(200);
    page.clone().expect_text("Events 1 to 20 are valid");
    page = owner.fragment(&next(&page)).expect(200);
    page.expect_text("All events from 1 to 25 are valid");
    // A forged or foreign cursor restarts the verification.
    app.database.execute(&format!(
        "UPDATE audit_events SET target_label = 'x' WHERE organization_id = '{}' AND seq = 3",
        scenario.organization
    ));
    let hash = app
        .database
        .words(&format!(
            "SELECT hash AS value FROM audit_events WHERE organization_id = '{}' AND seq = 20",
            scenario.organization
        ))
        .remove(0);
    let (_, other) = self::scenario(&app, "owner", "steps-other");
    add_events(&app, "steps-other", || companies(0, 24));
    let foreign = next(&other.get(&log("steps-other", "/verification?run=1&lines=20")));
    let foreign = foreign.split_once('?').expect("a query").1.to_owned();
    for query in [
        format!("cursor=20.{hash}.{}", "0".repeat(128)),
        format!("cursor=20.{hash}."),
        "cursor=rubbish".into(),
        foreign,
    ] {
        owner
            .get(&log("steps", &format!("/verification?{query}")))
            .expect(200)
            .expect_text("is not valid at event 3");
    }
    // The same verification without HTTP, ten events at a time.
    let system = System::of(app.product(), "test");
    let organization = app.fixtures(|fixtures| fixtures.organization_of("steps-other"));
    let (mut at, mut steps) = (VerifyCursor::default(), 0);
    loop {
        let signer = app.product().keys.signer();
        steps += 1;
        match system
            .read(|_, conn| Ok(verify::step(conn, &signer, organization, at.clone(), 10)?))
            .expect("a step")
        {
            VerifyStep::On(on) => at = on,
            VerifyStep::Whole(whole) => break assert_eq!((whole.lines, steps), (25, 3)),
            VerifyStep::Broken(broken) => panic!("{broken}"),
        }
    }
}

#[test]
fn two_organizations_have_separate_logs() {
    let app = TestApp::open();
    let (_, mine) = scenario(&app, "owner", "mine");
    let (theirs, other) = scenario(&app, "owner", "theirs");
    add_events(&app, "theirs", || companies(0, 3));
    assert_eq!(descriptions(&mine.get(&log("mine", ""))).len(), 1);
    mine.get(&log("mine", "/2")).expect(404);
    for rest in ["", ".csv", ".jsonl", "/1", "/verification", "/key.pem"] {
        mine.get(&log("theirs", rest)).expect(404);
    }
    let target = format!("?target={}", encode(&format!("company:{}", theirs.north)));
    assert!(descriptions(&mine.get(&log("mine", &target))).is_empty());
    for file in [".csv", ".jsonl"] {
        let page = mine.get(&log("mine", file)).expect(200);
        assert!(!page.body.contains("theirs") && !page.body.contains(&theirs.organization));
    }
    // An event moved from one log to the other breaks both.
    app.database.execute(&format!(
        "DELETE FROM audit_events WHERE seq = 2 AND organization_id <> '{0}';
         UPDATE audit_events SET organization_id = (SELECT organization_id FROM audit_events WHERE organization_id <> '{0}' LIMIT 1) WHERE organization_id = '{0}' AND seq = 2",
        theirs.organization
    ));
    expect_invalid(&app, "mine", &mine, 2, "event 2");
    expect_invalid(&app, "theirs", &other, 2, "event 2 is missing");
}

#[test]
fn twenty_parallel_writers_leave_one_chain_without_gaps() {
    let app = TestApp::open();
    let (_, owner) = scenario(&app, "owner", "crowd");
    let jobs: Vec<_> = (0..20)
        .map(|worker| {
            let client = owner.copy();
            move || {
                for n in 0..5 {
                    let name = format!("w{worker}n{n}");
                    client
                        .post("/organizations/crowd/companies", &[("name", &name), ("slug", &name)])
                        .expect(303);
                }
            }
        })
        .collect();
    simultaneously(jobs);
    let number = |sql: &str| app.database.number(sql);
    assert_eq!(number("SELECT count(*) AS value FROM audit_events"), 101);
    assert_eq!(number("SELECT max(seq) AS value FROM audit_events"), 101);
    expect_valid(&app, "crowd", &owner);
    app.expect_healthy();
}

#[test]
fn failed_sign_ins_and_account_locks_appear_in_the_members_organization_logs() {
    let app = TestApp::open();
    let (_, owner) = scenario(&app, "owner", "guessed");
    let (_, elsewhere) = scenario(&app, "owner", "unconcerned");
    let wrong = |email: &str| {
        app.client()
            .with("User-Agent", "curl/8.5.0")
            .post("/login", &[("email", email), ("password", "not-the-password-9")])
            .expect(422)
    };
    let known = wrong("tara@guessed.test");
    let unknown = wrong("nobody@guessed.test");
    assert_eq!(known.text().replace("tara@", "nobody@"), unknown.text());
    let failed = "SELECT count(*) AS value FROM audit_events WHERE action = 'account.sign_in_failed'";
    let end = Instant::now() + Duration::from_secs(10);
    while app.database.number(failed) < 1 {
        assert!(Instant::now() < end, "a wrong password is not recorded");
        std::thread::sleep(Duration::from_millis(10));
    }
    let list = owner.get(&log("guessed", "?kind=login")).expect(200);
    assert_eq!(
        descriptions(&list),
        ["Rejected a sign-in as tara@guessed.test: incorrect password"]
    );
    assert!(list.has("IP address 127.0.0.1 Device curl"), "{}", list.text());
    // Further attempts add no events once the account is locked.
    for _ in 0..14 {
        wrong("tara@guessed.test");
    }
    app.answer_requests();
    let locked = owner.get(&log("guessed", "?kind=security")).expect(200);
    assert_eq!(
        descriptions(&locked),
        ["Locked the account tara@guessed.test after too many incorrect passwords"]
    );
    let end = Instant::now() + Duration::from_secs(10);
    while app.database.number(failed) < 10 {
        assert!(Instant::now() < end, "a wrong password is not recorded");
        std::thread::sleep(Duration::from_millis(10));
    }
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(app.database.number(failed), 10);
    assert!(descriptions(&elsewhere.get(&log("unconcerned", "?kind=login"))).is_empty());
    // Unlocking by email adds an event, followed by the sign-in.
    let link = app.mail_to("tara@guessed.test").link("/unlock/");
    let client = app.client();
    client.post(&link, &[]).expect(303);
    let fields = [("email", "tara@guessed.test"), ("password", PASSWORD)];
    client.post("/login", &fields).expect(303);
    let all = descriptions(&owner.get(&log("guessed", "")));
    assert_eq!(all[..2], ["Signed in", "Unlocked the account tara@guessed.test"]);
    expect_valid(&app, "guessed", &owner);
}

#[test]
fn the_audit_command_reports_what_it_verified() {
    let app = TestApp::open();
    let (_, _owner) = scenario(&app, "owner", "told");
    add_events(&app, "told", || companies(0, 3));
    let output = audit(&app, &["verify"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(
        output_text(&output),
        "told: events 1 to 4 are valid, not sealed yet.\nAll valid: 1 log, 4 events.\n"
    );
    let output = audit(&app, &["verify", "--organization", "nowhere"]);
    assert_eq!(
        (output.status.code(), output_text(&output).as_str()),
        (Some(1), "tenantry: there is no organization nowhere\n")
    );
    let key = output_text(&audit(&app, &["key"]));
    assert!(key.starts_with("-----BEGIN PUBLIC KEY-----\n") && key.ends_with("-----END PUBLIC KEY-----\n"));
}
