//! Files with usage and daily figures: checked first, imported once, with a reason for each row that is not.

use std::collections::BTreeMap;

use tenantry::common::time::Time;

use crate::harness::client::Client;
use crate::harness::page::Page;
use crate::harness::test_app::TestApp;

/// An owner of an organization with companies North, South and an archived Old.
fn owner(app: &TestApp, slug: &str) -> Client {
    let client = app.owner_of("Lakeside Agency", slug);
    for name in ["North", "South", "Old"] {
        let path = format!("/organizations/{slug}/companies");
        client
            .post(&path, &[("name", name), ("slug", &name.to_lowercase())])
            .expect(303);
    }
    client
        .post(&format!("/organizations/{slug}/companies/old/archiving"), &[])
        .expect(303);
    client
}

fn upload(client: &Client, slug: &str, kind: &str, csv: &str) -> Page {
    let path = format!("/organizations/{slug}/imports");
    client.upload(&path, &[("kind", kind)], "csv", csv.as_bytes())
}

/// Uploads a file, and gives the path of its page.
#[track_caller]
fn draft(client: &Client, slug: &str, kind: &str, csv: &str) -> String {
    let page = upload(client, slug, kind, csv).expect(303);
    page.header("location").to_owned()
}

/// Confirms a draft as its page shows it, and waits for the end.
#[track_caller]
fn import(app: &TestApp, client: &Client, path: &str) -> Page {
    let page = client.get(path).expect(200);
    client
        .submit(&page, &format!("{path}/confirmation"), &[])
        .expect_redirect(path);
    app.import_usage();
    client.get(path).expect(200)
}

/// The numbers of a page: new or imported, known before, with errors or rejected.
fn numbers(page: &Page) -> [i64; 3] {
    let texts = page.texts("dd.num");
    let number = |at: usize| {
        let text: &String = texts.get(at).expect("three numbers");
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        digits.parse().expect("a number")
    };
    [number(0), number(1), number(2)]
}

fn sum(app: &TestApp, slug: &str, meter: &str) -> i64 {
    app.database.number(&format!(
        "SELECT CAST(COALESCE(SUM(u.quantity), 0) AS BIGINT) AS value FROM usage_months u JOIN organization_slugs s ON \
         s.organization_id = u.organization_id WHERE s.slug = '{slug}' AND u.scope = 'active' AND u.meter = '{meter}'"
    ))
}

fn day(app: &TestApp, days: i64) -> String {
    Time(app.now() + days * 86_400_000_000).iso()[..10].to_owned()
}

#[test]
fn nothing_counts_before_the_file_is_confirmed_and_each_row_counts_once() {
    let app = TestApp::open();
    let client = owner(&app, "import-once");
    let csv = format!(
        "Company,Meter,Quantity,Time\nnorth,calls,2,{0} 10:00\nNORTH,SMS segments,0.5,{0} 10:00\nSouth,calls,3,{0}\nsouth,calls,3,{0}\n",
        day(&app, -1)
    );
    let path = draft(&client, "import-once", "events", &csv);
    let page = client.get(&path).expect(200);
    assert_eq!(numbers(&page), [4, 0, 0], "equal rows each count");
    app.import_usage();
    assert_eq!(sum(&app, "import-once", "calls"), 0);

    let page = import(&app, &client, &path);
    assert_eq!(numbers(&page), [4, 0, 0]);
    assert_eq!(sum(&app, "import-once", "calls"), 8_000_000);
    assert_eq!(sum(&app, "import-once", "sms_segments"), 500_000);
    client
        .post(
            &format!("{path}/confirmation"),
            &[("columns", "company,meter,quantity,time")],
        )
        .expect(422);

    let again = draft(&client, "import-once", "events", &csv);
    assert_eq!(numbers(&client.get(&again).expect(200)), [0, 4, 0]);
    let more = format!("{csv}north,calls,1,{}\n", day(&app, -2));
    let again = draft(&client, "import-once", "events", &more);
    assert_eq!(numbers(&import(&app, &client, &again)), [1, 4, 0]);
    assert_eq!(sum(&app, "import-once", "calls"), 9_000_000);
    let log = client.get("/organizations/import-once/settings/audit").expect(200);
    assert!(log.has("Started the import of people.csv") && log.has("Imported people.csv"));
}

#[test]
fn each_row_with_an_error_is_named_with_its_column_and_can_be_sent_again() {
    let app = TestApp::open();
    let client = owner(&app, "import-errors");
    let yesterday = day(&app, -1);
    let cases = [
        (format!("nobody,calls,1,{yesterday}"), "“nobody” is no client of yours"),
        (format!("old,calls,1,{yesterday}"), "“old” is archived"),
        (format!("north,faxes,1,{yesterday}"), "“faxes” is no meter"),
        (format!("north,calls,-1,{yesterday}"), "-1 is below 0"),
        (format!("north,calls,many,{yesterday}"), "“many” is no number"),
        (format!("north,calls,\"1,500\",{yesterday}"), "“1,500” has a comma"),
        (format!("north,calls,0.0000001,{yesterday}"), "more than six decimals"),
        (format!("north,calls,1,{}", day(&app, -40)), "more than 35 days ago"),
        (
            format!("north,calls,1,{}", day(&app, 2)),
            "more than five minutes ahead",
        ),
        ("north,calls,1,3/11/26".to_owned(), "“3/11/26” is no time"),
        ("north,calls,1,".to_owned(), "A row needs a time"),
        (format!(",calls,1,{yesterday}"), "Empty"),
        (format!("north,calls,1,{yesterday}"), ""),
    ];
    let lines: Vec<&str> = cases.iter().map(|(line, _)| line.as_str()).collect();
    let csv = format!("Company,Meter,Quantity,Time\n{}\n", lines.join("\n"));
    let path = draft(&client, "import-errors", "events", &csv);
    let page = client.get(&path).expect(200);
    assert_eq!(numbers(&page), [1, 0, 12]);
    let page = import(&app, &client, &path);
    assert_eq!(numbers(&page), [1, 0, 12]);
    let errors: Vec<String> = page.texts("section[aria-labelledby=errors-h] tbody tr");
    for (at, (_, words)) in cases.iter().enumerate().filter(|(_, (_, words))| !words.is_empty()) {
        let line = format!("Line {}", at + 2);
        let row = errors
            .iter()
            .find(|row| row.starts_with(&format!("{line} ")) || row.starts_with(&line));
        assert!(
            row.is_some_and(|row| row.contains(words)),
            "{line}: {words}\n{errors:#?}"
        );
    }
    let file = client.get(&format!("{path}/rejected.csv")).expect(200);
    assert!(file.body.contains("Company,Meter,Quantity,Time,error"), "{}", file.body);
    assert_eq!(file.body.lines().count(), 13);
    assert!(!file.body.contains("=cmd"));

    // Corrected and sent again, with the column of errors still in it.
    let corrected = format!("Company,Meter,Quantity,Time,error\nnorth,calls,4,{yesterday},Line 5: -1 is below 0\n");
    let again = draft(&client, "import-errors", "events", &corrected);
    assert_eq!(numbers(&import(&app, &client, &again)), [1, 0, 0]);
    assert_eq!(sum(&app, "import-errors", "calls"), 5_000_000);
}

#[test]
fn the_progress_of_an_import_updates_itself_until_it_shows_the_result() {
    let app = TestApp::open();
    let olivia = owner(&app, "progress");
    let csv = "company,meter,quantity,id\nnorth,calls,3,1\nnowhere,calls,4,2\n";
    let path = draft(&olivia, "progress", "events", csv);
    import(&app, &olivia, &path);
    let done = olivia.fragment(&path).expect(200);
    assert!(done.has("Imported") && done.has("Rows with errors"), "{}", done.body);
    assert!(!done.body.contains("hx-get"), "{}", done.body);
    app.database.execute("UPDATE usage_imports SET status = 'running'");
    let running = olivia.fragment(&path).expect(200);
    assert!(running.has("You can leave this page"), "{}", running.body);
    assert!(running.body.contains("hx-trigger=\"every 2s\""), "{}", running.body);
}

#[test]
fn a_file_that_cannot_be_read_is_refused_at_its_field_with_what_was_pasted() {
    let app = TestApp::open();
    let client = owner(&app, "import-refused");
    let path = "/organizations/import-refused/imports";
    let refused = |fields: &[(&str, &str)], field: &str, words: &str| {
        let page = client.post(path, fields).expect(422);
        let error = page.field_error(field).unwrap_or_default();
        assert!(error.contains(words), "{field}: {error}");
        page
    };
    refused(&[("kind", "events")], "csv", "Choose a file or paste rows");
    refused(
        &[("kind", "faxes"), ("text", "a,b\n1,2")],
        "kind",
        "Choose what the rows are",
    );
    refused(
        &[("kind", "events"), ("text", "company,meter\n")],
        "text",
        "no rows below the header",
    );
    let page = refused(
        &[("kind", "facts"), ("text", "company,date\nnorth\n\"open")],
        "text",
        "Some lines can’t be read",
    );
    assert!(
        page.has("company,date") && page.body.contains("north"),
        "what was pasted stays"
    );
    let workbook = client.upload(path, &[("kind", "events")], "csv", b"PK\x03\x04\x14\x00\x06\x00");
    assert!(workbook.expect(422).field_error("csv").is_some());
    assert_eq!(app.database.number("SELECT count(*) AS value FROM usage_imports"), 0);

    // Columns that leave a doubt are confirmed by a person.
    let draft = draft(
        &client,
        "import-refused",
        "events",
        "What,Who,How many,Id\ncalls,north,2,a1\n",
    );
    let page = client.get(&draft).expect(200);
    assert!(page.has("Choose Client for one column"));
    client
        .post(&format!("{draft}/confirmation"), &[("columns", ",,,id")])
        .expect(422);
    let columns = |texts: [&'static str; 4]| texts.map(|text| ("column", text));
    let two = client.post(
        &format!("{draft}/columns"),
        &columns(["meter", "company", "company", "id"]),
    );
    assert!(two.expect(422).has("Choose Client for one column only"));
    client
        .post(
            &format!("{draft}/columns"),
            &columns(["meter", "company", "quantity", "id"]),
        )
        .expect_redirect(&draft);
    assert_eq!(numbers(&import(&app, &client, &draft)), [1, 0, 0]);
    assert_eq!(sum(&app, "import-refused", "calls"), 2_000_000);
}

#[test]
fn daily_figures_change_what_the_row_names_and_leave_the_rest() {
    let app = TestApp::open();
    let client = owner(&app, "import-figures");
    let (first, second) = (day(&app, -2), day(&app, -1));
    let csv = format!(
        "Company;Date;Open cases;New;placed_minor\nNorth;{first};120;4;50000\nNorth;{second};121;;\nSouth;{};1;1;1\nSouth;{first};1,5;1;1\nSouth;{first};;;\n",
        day(&app, 2)
    );
    let path = draft(&client, "import-figures", "facts", &csv);
    assert_eq!(numbers(&client.get(&path).expect(200)), [2, 0, 3]);
    let page = import(&app, &client, &path);
    assert_eq!(numbers(&page), [2, 0, 3]);
    assert!(page.has("has not begun") && page.has("no whole number") && page.has("No figure"));
    let more = format!("company,date,cases_closed,cases_open\nnorth,{first},3,\nnorth,{second},,121\n");
    let path = draft(&client, "import-figures", "facts", &more);
    assert_eq!(numbers(&import(&app, &client, &path)), [1, 1, 0]);
    let figure = |column: &str| {
        app.database.number(&format!(
            "SELECT CAST(COALESCE(SUM({column}), -1) AS BIGINT) AS value FROM company_facts"
        ))
    };
    assert_eq!(figure("cases_open"), 241);
    assert_eq!(figure("cases_new"), 4);
    assert_eq!(figure("cases_closed"), 3);
    assert_eq!(figure("placed_minor"), 50_000);
    assert_eq!(figure("recovered_minor"), -1);
    let events = "SELECT count(*) AS value FROM audit_events WHERE action = 'usage.facts_changed'";
    assert_eq!(app.database.number(events), 3, "each change of a day is in the log");
}

#[test]
fn a_member_with_own_companies_imports_and_sees_only_theirs() {
    let app = TestApp::open();
    let client = owner(&app, "import-own");
    let max = app.fixtures(|fixtures| {
        let organization = fixtures.organization_of("import-own");
        let north = fixtures.company_of(organization, "north");
        let max = fixtures.account("Max Own", "max@import-own.test", true);
        fixtures.add_member(organization, max, "member", &[(north, "editor")]);
        fixtures.session_cookie(max)
    });
    let max = app.client_with(&max);
    let yesterday = day(&app, -1);
    let csv = format!("company,meter,quantity,time\nnorth,calls,1,{yesterday}\nsouth,calls,1,{yesterday}\n");
    let theirs = draft(&client, "import-own", "events", &csv);
    let own = draft(&max, "import-own", "events", &csv);
    let page = max.get(&own).expect(200);
    assert_eq!(numbers(&page), [1, 0, 1]);
    max.get(&theirs).expect(404);
    max.post(
        &format!("{theirs}/confirmation"),
        &[("columns", "company,meter,quantity,time")],
    )
    .expect(404);
    max.get(&format!("{theirs}/rejected.csv")).expect(404);
    let list = max.get("/organizations/import-own/imports").expect(200);
    assert_eq!(list.texts("tbody tr").len(), 1);
    assert_eq!(numbers(&import(&app, &max, &own)), [1, 0, 1]);
    client.get(&own).expect(200);

    let other = owner(&app, "import-elsewhere");
    let id = own.rsplit('/').next().expect("an id");
    other
        .get(&format!("/organizations/import-elsewhere/imports/{id}"))
        .expect(404);
    let viewer = app.member(&client, "import-own", "Vic View", "vic@import-own.test", "viewer");
    viewer.get("/organizations/import-own/imports").expect(403);
}

#[test]
fn an_import_stops_when_whoever_started_it_loses_access() {
    let app = TestApp::open();
    let client = owner(&app, "import-stops");
    let eve = app.member(&client, "import-stops", "Eve Editor", "eve@import-stops.test", "editor");
    let yesterday = day(&app, -1);
    let csv = format!("company,meter,quantity,time\nnorth,calls,1,{yesterday}\n");
    let path = draft(&eve, "import-stops", "events", &csv);
    let page = eve.get(&path).expect(200);
    // The worker of the app must not be faster than the suspension.
    app.database
        .execute("UPDATE memberships SET status = 'suspended' WHERE sort_name IS NOT NULL AND role = 'editor'");
    eve.submit(&page, &format!("{path}/confirmation"), &[]).expect(403);
    app.database
        .execute("UPDATE memberships SET status = 'active' WHERE status = 'suspended'");
    app.database
        .execute("UPDATE usage_imports SET status = 'running', confirmed_at = 1, confirmed_by = created_by");
    app.database
        .execute("UPDATE memberships SET status = 'suspended' WHERE role = 'editor'");
    let key = app
        .database
        .words("SELECT organization_id || ':' || id AS value FROM usage_imports")
        .pop()
        .expect("an import");
    app.database.execute(&format!(
        "INSERT INTO jobs (id, kind, key, priority, run_at, attempts, fence, last_error, created_at) VALUES \
         ('{}', 'import_usage', '{key}', 10, 1, 0, 0, '', 1)",
        "0".repeat(32)
    ));
    app.import_usage();
    let page = client.get(&path).expect(200);
    assert!(page.has("Stopped") && page.has("lost access"));
    assert_eq!(sum(&app, "import-stops", "calls"), 0);
}

#[test]
fn a_draft_is_discarded_by_hand_or_after_a_week_and_results_after_90_days() {
    let app = TestApp::open();
    let client = owner(&app, "import-gone");
    let csv = format!("company,meter,quantity,time\nnorth,calls,1,{}\n", day(&app, -1));
    let path = draft(&client, "import-gone", "events", &csv);
    client
        .post(&format!("{path}/cancellation"), &[])
        .expect_redirect("/organizations/import-gone/imports");
    client.get(&path).expect(404);
    let old = draft(&client, "import-gone", "events", &csv);
    let done = draft(&client, "import-gone", "events", &csv);
    import(&app, &client, &done);
    client.post(&format!("{done}/cancellation"), &[]).expect(422);
    let day = std::time::Duration::from_secs(24 * 3600);
    app.advance(8 * day);
    app.sweep();
    let left = |table: &str| app.database.number(&format!("SELECT count(*) AS value FROM {table}"));
    assert_eq!((left("usage_imports"), left("usage_import_pieces")), (1, 0), "{old}");
    app.advance(90 * day);
    app.sweep();
    assert_eq!(left("usage_imports"), 0);
    assert_eq!(left("usage_events"), 1, "what was imported stays");
}

#[test]
fn a_decimal_comma_is_understood_where_it_leaves_no_doubt() {
    let app = TestApp::open();
    let client = owner(&app, "import-comma");
    let yesterday = day(&app, -1);
    let csv = format!(
        "Firma;Meter;Menge;Datum\nnorth;calls;1,5;{yesterday}\nnorth;calls;1,500;{yesterday}\nnorth;calls;1.500,25;{yesterday}\n"
    );
    let path = draft(&client, "import-comma", "events", &csv);
    assert_eq!(numbers(&import(&app, &client, &path)), [1, 0, 2]);
    assert_eq!(sum(&app, "import-comma", "calls"), 1_500_000);
}

#[test]
fn a_large_file_is_imported_whole_and_adds_up() {
    let app = TestApp::open();
    let client = owner(&app, "import-large");
    let mut csv = "company,meter,quantity,time,id\n".to_owned();
    let mut expected: BTreeMap<&str, i64> = BTreeMap::new();
    for row in 0..1_100_i64 {
        let meter = ["calls", "sms_segments", "leads"][(row % 3) as usize];
        let company = ["north", "south"][(row % 2) as usize];
        csv.push_str(&format!("{company},{meter},{row},{},r{row}\n", day(&app, -(row % 30))));
        *expected.entry(meter).or_default() += row * 1_000_000;
    }
    let path = draft(&client, "import-large", "events", &csv);
    assert_eq!(numbers(&import(&app, &client, &path)), [1_100, 0, 0]);
    for (meter, expected) in expected {
        assert_eq!(sum(&app, "import-large", meter), expected, "{meter}");
    }
}
