//! Access reviews: managers decide by a due date, unanswered assignments are removed and can be restored, and the
//! report is signed.

use std::time::Duration;

use tenantry::auth::System;
use tenantry::services::access_reviews::close;

use crate::harness::client::Client;
use crate::harness::fixtures::simultaneously;
use crate::harness::page::Page;
use crate::harness::places::Folder;
use crate::harness::test_app::TestApp;

const DAY: u64 = 86_400;

/// An organization with two companies, a manager in each, and members.
struct Setup {
    slug: String,
    organization: String,
    north: String,
    south: String,
    olivia: Client,
    mia: Client,
    sam: Client,
    ids: std::collections::BTreeMap<&'static str, String>,
}

fn create_setup(app: &TestApp, slug: &str) -> Setup {
    let email = |name: &str| format!("{name}@{slug}.test");
    app.fixtures(|fixtures| {
        let mut ids = std::collections::BTreeMap::new();
        let owner = fixtures.account("Olivia Hart", &email("olivia"), true);
        let org = fixtures.organization(slug, slug, owner);
        let north = fixtures.company(org, "North", "north");
        let south = fixtures.company(org, "South", "south");
        let mut person = |name: &'static str, role: &str, companies: &[_]| {
            let user = fixtures.account(name, &email(&name.to_lowercase()), true);
            ids.insert(name, fixtures.add_member(org, user, role, companies).to_string());
            fixtures.session_cookie(user)
        };
        let mia = person("Mia", "member", &[(north, "manager")]);
        let sam = person("Sam", "member", &[(south, "manager")]);
        // Ann has one assignment, Bob two, and Eve has an organization role as well.
        person("Ann", "member", &[(north, "viewer")]);
        person("Bob", "member", &[(north, "editor"), (south, "editor")]);
        person("Eve", "editor", &[(south, "viewer")]);
        let olivia = fixtures.session_cookie(owner);
        Setup {
            slug: slug.to_owned(),
            organization: org.to_string(),
            north: north.to_string(),
            south: south.to_string(),
            olivia: app.client_with(&olivia),
            mia: app.client_with(&mia),
            sam: app.client_with(&sam),
            ids,
        }
    })
}

impl Setup {
    fn path(&self, rest: &str) -> String {
        format!("/organizations/{}/access/reviews{rest}", self.slug)
    }

    /// Starts a review of all companies and returns its path.
    #[track_caller]
    fn start(&self, app: &TestApp, days: i64) -> String {
        let day = app.day(days);
        let fields = [("name", "Autumn review"), ("due", day.as_str()), ("scope", "all")];
        let page = self.olivia.post(&self.path(""), &fields).expect(303);
        page.location.expect("the review's page")
    }

    /// The id of a member's newest item in a company.
    fn item(&self, app: &TestApp, who: &str, company: &str) -> String {
        let sql = format!(
            "SELECT id AS value FROM access_review_items WHERE organization_id = '{}' AND membership_id = '{}' AND company_id = '{company}' ORDER BY id DESC",
            self.organization, self.ids[who]
        );
        app.database.words(&sql).first().expect("an item").clone()
    }

    fn role(&self, app: &TestApp, who: &str, company: &str) -> Option<String> {
        let sql = format!(
            "SELECT role AS value FROM company_assignments WHERE organization_id = '{}' AND membership_id = '{}' AND company_id = '{company}'",
            self.organization, self.ids[who]
        );
        app.database.words(&sql).first().cloned()
    }

    fn status(&self, app: &TestApp, who: &str) -> String {
        let sql = format!("SELECT status AS value FROM memberships WHERE id = '{}'", self.ids[who]);
        app.database.words(&sql)[0].clone()
    }

    fn events(&self, app: &TestApp, action: &str) -> i64 {
        app.database.number(&format!(
            "SELECT count(*) AS value FROM audit_events WHERE organization_id = '{}' AND action = '{action}'",
            self.organization
        ))
    }
}

/// Submits one decision.
fn decide(client: &Client, path: &str, company: &str, item: &str, wish: &str, note: &str) -> Page {
    let (decision, noted, seen) = (
        format!("decision-{item}"),
        format!("note-{item}"),
        format!("seen-{item}"),
    );
    let page = client.get(&format!("{path}/companies/{company}"));
    let shown = page.value_of(&seen).unwrap_or_default();
    let fields = [
        ("item", item),
        (decision.as_str(), wish),
        (noted.as_str(), note),
        (seen.as_str(), shown.as_str()),
    ];
    client.post(&format!("{path}/companies/{company}"), &fields)
}

#[test]
fn unanswered_assignments_are_removed_at_the_deadline_and_can_be_restored() {
    let app = TestApp::open();
    let setup = create_setup(&app, "campaign");
    app.database.execute(&format!(
        "UPDATE company_assignments SET access_until = 4102444800000000, origin = 'sso' WHERE membership_id = '{}'",
        setup.ids["Ann"]
    ));
    let path = setup.start(&app, 30);

    // Each manager gets one email about their companies; owners and admins get one about the assignments left to them.
    let message = app.mail_to("mia@campaign.test");
    assert!(
        message.text.contains("North") && !message.text.contains("South"),
        "{}",
        message.text
    );
    assert!(
        message.text.contains("2 assignments"),
        "her own assignment is excluded: {}",
        message.text
    );
    setup.mia.get(&message.link("/organizations/")).expect(200);
    assert!(
        app.mail_to("olivia@campaign.test")
            .text
            .contains("2 assignments of Managers")
    );
    app.sweep();
    assert_eq!(app.emails_to("mia@campaign.test").len(), 1);
    assert_eq!(app.emails_to("bob@campaign.test").len(), 0);

    // A manager sees only their own companies.
    let page = setup.mia.get(&path).expect(200);
    assert!(page.has("North") && !page.has("South"));
    setup.mia.get(&format!("{path}/companies/south")).expect(403);
    setup.sam.get(&format!("{path}/companies/north")).expect(403);
    let page = setup.mia.get(&format!("{path}/companies/north")).expect(200);
    assert!(page.has("Ann") && page.has("Bob") && page.has("This is you. Someone else decides"));

    let (bob_north, bob_south) = (
        setup.item(&app, "Bob", &setup.north),
        setup.item(&app, "Bob", &setup.south),
    );
    decide(&setup.mia, &path, "north", &bob_north, "viewer", "Only reads").expect(303);
    assert_eq!(setup.role(&app, "Bob", &setup.north).as_deref(), Some("viewer"));
    decide(&setup.sam, &path, "south", &bob_south, "remove", "").expect(303);
    assert_eq!(setup.role(&app, "Bob", &setup.south), None);
    // Decisions can be changed until the review closes: keeping restores the assignment.
    decide(&setup.sam, &path, "south", &bob_south, "editor", "").expect(303);
    assert_eq!(setup.role(&app, "Bob", &setup.south).as_deref(), Some("editor"));
    decide(&setup.sam, &path, "south", &bob_south, "remove", "Left the team").expect(303);
    let of_mia = setup.item(&app, "Mia", &setup.north);
    decide(&setup.olivia, &path, "north", &of_mia, "manager", "").expect(303);
    assert_eq!(setup.events(&app, "review.decided"), 5);

    // Nothing happens before the due date; afterwards unanswered assignments are removed.
    app.advance(Duration::from_secs(29 * DAY));
    app.sweep();
    assert_eq!(setup.role(&app, "Ann", &setup.north).as_deref(), Some("viewer"));
    app.advance(Duration::from_secs(2 * DAY));
    app.sweep();
    app.sweep();
    assert_eq!(setup.role(&app, "Ann", &setup.north), None);
    assert_eq!(setup.role(&app, "Sam", &setup.south), None);
    assert_eq!(setup.role(&app, "Eve", &setup.south), None);
    assert_eq!(setup.role(&app, "Bob", &setup.north).as_deref(), Some("viewer"));
    // Members left without any access are suspended; an organization role or a confirmed assignment prevents that.
    assert_eq!(setup.status(&app, "Ann"), "suspended");
    assert_eq!(setup.status(&app, "Sam"), "suspended");
    assert_eq!(setup.status(&app, "Eve"), "active");
    assert_eq!(setup.status(&app, "Bob"), "active");
    assert_eq!(setup.status(&app, "Mia"), "active");
    // The earlier sessions have expired.
    let (olivia, mia, ann) = (
        app.signed_in("olivia@campaign.test"),
        app.signed_in("mia@campaign.test"),
        app.signed_in("ann@campaign.test"),
    );
    ann.get("/organizations/campaign").expect(403);
    assert!(app.mail_to("ann@campaign.test").text.contains("suspended"));
    assert!(app.mail_to("eve@campaign.test").text.contains("South"));
    assert_eq!(setup.events(&app, "review.closed"), 1);
    assert_eq!(setup.events(&app, "member.suspended"), 2);
    app.expect_healthy();

    // Restoring returns the assignment with its origin and end date, and reactivates the membership.
    let page = olivia.get(&path).expect(200);
    assert!(page.has("Not confirmed") && page.has("Restore"));
    let item = setup.item(&app, "Ann", &setup.north);
    let restore = format!("{path}/items/{item}/restoring");
    mia.post(&restore, &[]).expect(403);
    let page = olivia.post(&restore, &[]).expect(303).follow(&olivia);
    assert!(page.has("Ann’s access to North is restored") && page.has("Restored"));
    assert_eq!(setup.role(&app, "Ann", &setup.north).as_deref(), Some("viewer"));
    assert_eq!(setup.status(&app, "Ann"), "active");
    let exactly = format!(
        "SELECT count(*) AS value FROM company_assignments WHERE membership_id = '{}' AND origin = 'sso' AND access_until = 4102444800000000 AND direct_role = 'viewer'",
        setup.ids["Ann"]
    );
    assert_eq!(app.database.number(&exactly), 1);
    let page = olivia.post(&restore, &[]).expect(303).follow(&olivia);
    assert!(page.has("is already restored"));
    ann.get("/organizations/campaign").expect(200);
    app.expect_healthy();

    // The next review can start.
    let day = app.day(10);
    let fields = [("name", "Winter review"), ("due", day.as_str()), ("scope", "all")];
    olivia.post(&setup.path(""), &fields).expect(303);
}

#[test]
fn starting_a_review_validates_its_input_and_allows_one_open_review() {
    let app = TestApp::shared();
    let setup = create_setup(app, "starting");
    let other = create_setup(app, "startingother");
    let (soon, day) = (app.day(1), app.day(30));
    let start = |fields: &[(&str, &str)]| setup.olivia.post(&setup.path(""), fields);
    let page = start(&[("name", " "), ("due", &soon), ("scope", "all")]).expect(422);
    assert!(
        page.field_error("name").unwrap_or_default().contains("Enter a name"),
        "{}",
        page.text()
    );
    assert!(
        page.field_error("due").unwrap_or_default().contains("3 to 90 days"),
        "{}",
        page.text()
    );
    assert_eq!(page.value_of("due").as_deref(), Some(soon.as_str()));
    for due in ["", "tomorrow", "2026-02-30", &app.day(91)] {
        start(&[("name", "A"), ("due", due), ("scope", "all")]).expect(422);
    }
    start(&[("name", "A"), ("due", &day), ("scope", "some")]).expect(422);
    let page = start(&[
        ("name", "A"),
        ("due", &day),
        ("scope", "some"),
        ("company_id", &other.north),
    ])
    .expect(422);
    assert!(
        page.field_error("company_id")
            .unwrap_or_default()
            .contains("of this organization")
    );
    start(&[("name", "A"), ("due", &day), ("scope", "some"), ("company_id", "north")]).expect(404);
    let none = format!(
        "SELECT count(*) AS value FROM access_reviews WHERE organization_id = '{}'",
        setup.organization
    );
    assert_eq!(app.database.number(&none), 0);

    // Starting a review requires permission to remove members everywhere.
    for client in [&setup.mia, &app.signed_in("ann@starting.test")] {
        client.get(&setup.path("/new")).expect(403);
        client
            .post(&setup.path(""), &[("name", "A"), ("due", &day), ("scope", "all")])
            .expect(403);
    }
    // The preview shows the scope and who decides.
    let query = format!("/new?preview=1&name=A&due={day}&scope=some&company_id={}", setup.south);
    let page = setup.olivia.get(&setup.path(&query)).expect(200);
    assert!(
        page.has("1 company, 3 assignments") && page.has("Sam"),
        "{}",
        page.text()
    );
    assert!(
        setup
            .olivia
            .get(&setup.path("/new"))
            .expect(200)
            .has("without a Manager"),
        "the first company has no manager"
    );

    let fields = [
        ("name", "A"),
        ("due", day.as_str()),
        ("scope", "some"),
        ("company_id", setup.south.as_str()),
    ];
    let path = start(&fields).expect(303).location.expect("an item");
    assert!(
        app.emails_to("mia@starting.test").is_empty(),
        "North is not in the review"
    );
    let page = start(&fields).expect(422);
    assert!(page.has("still open"));

    // A review of another organization is not found.
    let foreign = path.replace("/starting/", "/startingother/");
    for end in [
        "",
        "/companies/north",
        "/closing",
        "/cancellation",
        "/report",
        "/report.json",
    ] {
        other.olivia.get(&format!("{foreign}{end}")).expect(404);
    }
    for end in ["/companies/north", "/closing", "/cancellation", "/reminding"] {
        other.olivia.post(&format!("{foreign}{end}"), &[]).expect(404);
    }
    // A company outside the scope of the review is not found.
    setup.olivia.get(&format!("{path}/companies/north")).expect(404);
    // There is no report before the review closes.
    setup.olivia.get(&format!("{path}/report")).expect(404);
    setup.olivia.get(&setup.path("/nothing")).expect(404);

    // Cancelling removes nothing and allows another review to start.
    setup.mia.post(&format!("{path}/cancellation"), &[]).expect(403);
    setup.olivia.post(&format!("{path}/cancellation"), &[]).expect(303);
    assert!(setup.olivia.get(&path).expect(200).has("Cancelled"));
    assert_eq!(setup.role(app, "Eve", &setup.south).as_deref(), Some("viewer"));
    assert_eq!(setup.events(app, "review.cancelled"), 1);
    setup.start(app, 30);
}

#[test]
fn an_invalid_answer_shows_an_error_and_saves_nothing() {
    let app = TestApp::shared();
    let setup = create_setup(app, "rows");
    let path = setup.start(app, 30);
    let north = format!("{path}/companies/north");
    let (ann, bob, mia) = (
        setup.item(app, "Ann", &setup.north),
        setup.item(app, "Bob", &setup.north),
        setup.item(app, "Mia", &setup.north),
    );
    let send = |client: &Client, rows: &[(&str, &str)]| {
        let named: Vec<(String, String)> = rows
            .iter()
            .flat_map(|(item, wish)| {
                [
                    ("item".to_owned(), (*item).to_owned()),
                    (format!("decision-{item}"), (*wish).to_owned()),
                ]
            })
            .collect();
        let fields: Vec<(&str, &str)> = named.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        client.post(&north, &fields)
    };
    // One valid and one invalid row: nothing is saved, the error is at the invalid row, and the other keeps its input.
    let page = send(&setup.mia, &[(&ann, "remove"), (&bob, "emperor")]).expect(422);
    assert!(page.has("Choose one of the answers"), "{}", page.text());
    assert_eq!(page.value_of(&format!("decision-{ann}")).as_deref(), Some("remove"));
    assert_eq!(setup.role(app, "Ann", &setup.north).as_deref(), Some("viewer"));
    // No one decides about themselves, not even together with others, or grants more than they may.
    let page = send(&setup.mia, &[(&ann, "viewer"), (&mia, "manager")]).expect(422);
    assert!(page.has("This is you"));
    let page = send(&setup.mia, &[(&bob, "manager")]).expect(422);
    assert!(page.has("Choose an answer that you may give"));
    // Items of other companies or other reviews, and unknown items, are not found.
    let elsewhere = setup.item(app, "Bob", &setup.south);
    send(&setup.mia, &[(&ann, "viewer"), (&elsewhere, "remove")]).expect(404);
    send(&setup.mia, &[("nothing", "viewer")]).expect(404);
    setup.sam.post(&north, &[("item", ann.as_str())]).expect(403);
    let long = "x".repeat(201);
    decide(&setup.mia, &path, "north", &ann, "viewer", &long).expect(422);
    decide(&setup.mia, &path, "north", &ann, "", "why").expect(422);
    let untouched = format!(
        "SELECT count(*) AS value FROM access_review_items WHERE organization_id = '{}' AND decision <> 'open'",
        setup.organization
    );
    assert_eq!(app.database.number(&untouched), 0);

    // "Keep all" confirms everyone shown except oneself.
    let fields = [("item", ann.as_str()), ("item", bob.as_str()), ("bulk", "keep")];
    let page = setup.mia.post(&north, &fields).expect(303).follow(&setup.mia);
    assert!(
        page.has("2 answers saved") && page.has("2 of 3 answered"),
        "{}",
        page.text()
    );

    // An assignment that changed in the meantime shows its current state, and one that is gone can be marked as
    // removed.
    let assign = [("company_id", setup.north.as_str()), ("company_role", "editor")];
    let people = format!("/organizations/rows/members/{}", setup.ids["Ann"]);
    setup.olivia.post(&format!("{people}/companies"), &assign).expect(303);
    assert!(setup.mia.get(&north).expect(200).has("Editor now"));
    setup
        .olivia
        .post(&format!("{people}/companies/{}/unassigning", setup.north), &[])
        .expect(303);
    assert!(setup.mia.get(&north).expect(200).has("No longer assigned"));
    decide(&setup.mia, &path, "north", &ann, "remove", "").expect(303);
}

#[test]
fn when_two_managers_decide_in_parallel_one_gets_a_conflict() {
    let app = TestApp::open();
    let setup = create_setup(&app, "race");
    let other = app.fixtures(|fixtures| {
        let user = fixtures.account("Max", "max@race.test", true);
        let org = fixtures.organization_of("race");
        let north = tenantry::common::id::CompanyId::parse(&setup.north).expect("an id");
        fixtures.add_member(org, user, "member", &[(north, "manager")]);
        fixtures.session_cookie(user)
    });
    let max = app.client_with(&other);
    let path = setup.start(&app, 30);
    let north = format!("{path}/companies/north");
    let bob = setup.item(&app, "Bob", &setup.north);
    for round in 0..20 {
        decide(&setup.mia, &path, "north", &bob, "editor", &format!("Round {round}")).expect(303);
        let (decision, shown) = (format!("decision-{bob}"), format!("seen-{bob}"));
        let seen = setup.mia.get(&north).value_of(&shown).unwrap_or_default();
        let jobs = [(&setup.mia, "viewer"), (&max, "remove")].map(|(client, wish)| {
            let (decision, shown, seen, bob, north) = (&decision, &shown, &seen, &bob, &north);
            move || client.post(north, &[("item", bob), (decision, wish), (shown, seen)])
        });
        let pages = simultaneously(Vec::from(jobs));
        let mut statuses: Vec<u16> = pages.iter().map(|page| page.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 422], "round {round}");
        assert!(pages.iter().any(|page| page.has("Someone else answered")));
        let won = if pages[0].status == 303 { Some("viewer") } else { None };
        assert_eq!(setup.role(&app, "Bob", &setup.north).as_deref(), won);
    }
    let open = format!(
        "SELECT open AS value FROM access_review_companies WHERE company_id = '{}'",
        setup.north
    );
    assert_eq!(
        app.database.number(&open),
        3,
        "Mia, Ann and Max wait; Max came before the review"
    );
    app.expect_healthy();
}

#[test]
fn reminders_are_sent_on_schedule_and_manually_once_a_day() {
    let app = TestApp::open();
    let setup = create_setup(&app, "remind");
    let path = setup.start(&app, 30);
    let emails = |who: &str| app.emails_to(&format!("{who}@remind.test")).len();
    assert_eq!((emails("mia"), emails("sam")), (1, 1));
    app.sweep();
    app.advance(Duration::from_secs(24 * DAY));
    for _ in 0..3 {
        app.sweep();
    }
    assert_eq!((emails("mia"), emails("sam")), (2, 2));
    let (olivia, mia) = (app.signed_in("olivia@remind.test"), app.signed_in("mia@remind.test"));
    // Managers without open items get no reminder.
    for who in ["Ann", "Bob"] {
        let item = setup.item(&app, who, &setup.north);
        let role = setup.role(&app, who, &setup.north).expect("a role");
        decide(&mia, &path, "north", &item, &role, "").expect(303);
    }
    let page = olivia
        .post(&format!("{path}/reminding"), &[])
        .expect(303)
        .follow(&olivia);
    assert!(page.has("gets a reminder"));
    let page = olivia
        .post(&format!("{path}/reminding"), &[])
        .expect(303)
        .follow(&olivia);
    assert!(page.has("less than 24 hours ago"), "{}", page.text());
    mia.post(&format!("{path}/reminding"), &[]).expect(403);
    app.sweep();
    assert_eq!((emails("mia"), emails("sam")), (2, 3));
    // The due date ends with its last hour, whatever hour the review started at.
    app.advance(Duration::from_secs(6 * DAY));
    app.sweep();
    app.sweep();
    assert_eq!((emails("mia"), emails("sam")), (2, 4));
    assert!(app.mail_to("sam@remind.test").subject.contains("Reminder"));
}

#[test]
fn a_review_report_is_signed_and_verifies_with_openssl() {
    let app = TestApp::open();
    let setup = create_setup(&app, "sealed");
    let path = setup.start(&app, 30);
    let bob = setup.item(&app, "Bob", &setup.north);
    decide(&setup.mia, &path, "north", &bob, "viewer", "=1+1").expect(303);
    let page = setup.olivia.get(&format!("{path}/closing")).expect(200);
    assert!(
        page.has("5 assignments are not answered") && page.has("Mia"),
        "{}",
        page.text()
    );
    let page = setup
        .olivia
        .post(&format!("{path}/closing"), &[])
        .expect(303)
        .follow(&setup.olivia);
    assert!(
        page.has("The report is signed") && page.has("Closed"),
        "{}",
        page.text()
    );
    // Closing twice has no further effect.
    setup.olivia.post(&format!("{path}/closing"), &[]).expect(303);
    app.sweep();
    assert_eq!(setup.events(&app, "review.closed"), 1);
    let page = decide(&setup.olivia, &path, "north", &bob, "remove", "")
        .expect(303)
        .follow(&setup.olivia);
    assert!(page.has("The review is over"), "{}", page.text());
    assert_eq!(setup.role(&app, "Bob", &setup.north).as_deref(), Some("viewer"));

    let file = |end: &str| setup.olivia.get(&format!("{path}/report.{end}")).expect(200).bytes;
    let json: serde_json::Value = serde_json::from_slice(&file("json")).expect("JSON");
    assert_eq!(
        serde_json::to_vec(&json).expect("text"),
        file("json"),
        "keys are sorted, no spaces"
    );
    assert_eq!(json["totals"]["change"], 1);
    assert_eq!(json["totals"]["unconfirmed"], 5);
    let items = json["assignments"].as_array().expect("assignments");
    let changed = items.iter().find(|item| item["decision"] == "change").expect("Bob's");
    assert_eq!(
        (
            &changed["before"],
            &changed["after"],
            &changed["decided_by"],
            &changed["note"]
        ),
        (&"editor".into(), &"viewer".into(), &"Mia".into(), &"=1+1".into())
    );
    let csv = String::from_utf8(file("csv")).expect("text");
    assert!(csv.contains("'=1+1"), "{csv}");

    let folder = Folder::new();
    for end in ["json", "sig", "pem"] {
        std::fs::write(folder.join(&format!("report.{end}")), file(end)).expect("a file");
    }
    let verifies = || {
        let command = "pkeyutl -verify -pubin -inkey report.pem -rawin -in report.json -sigfile report.sig";
        let status = std::process::Command::new("openssl")
            .args(command.split(' '))
            .current_dir(folder.path())
            .output()
            .expect("openssl");
        status.status.success()
    };
    assert!(verifies());
    let page = setup.olivia.get(&format!("{path}/report")).expect(200);
    assert!(page.has("Signature verified"));
    let tampered = String::from_utf8(file("json"))
        .expect("text")
        .replace("\"viewer\"", "\"editor\"");
    std::fs::write(folder.join("report.json"), tampered).expect("a file");
    assert!(!verifies());
    app.database
        .execute("UPDATE access_reviews SET report = replace(report, '\"Mia\"', '\"Sam\"')");
    assert!(
        setup
            .olivia
            .get(&format!("{path}/report"))
            .expect(200)
            .has("Signature not valid")
    );
    for client in [&setup.mia, &setup.sam] {
        assert!(client.get(&format!("{path}/report.json")).status >= 403);
    }
}

#[test]
fn closing_a_review_resumes_after_an_interruption() {
    let app = TestApp::open();
    let setup = create_setup(&app, "killed");
    // More members than one step processes.
    app.fixtures(|fixtures| {
        let org = fixtures.organization_of("killed");
        let north = tenantry::common::id::CompanyId::parse(&setup.north).expect("an id");
        for n in 0..70 {
            let user = fixtures.account(&format!("Person {n}"), &format!("p{n}@killed.test"), true);
            fixtures.add_member(org, user, "member", &[(north, "viewer")]);
        }
    });
    let path = setup.start(&app, 30);
    let id = path.rsplit('/').next().expect("an id").to_owned();
    let open = "SELECT count(*) AS value FROM access_review_items WHERE decision = 'open'";
    assert_eq!(app.database.number(open), 76);
    app.database.execute("UPDATE access_reviews SET status = 'closing'");
    // One step runs, and then the process dies.
    let review = tenantry::common::id::ReviewId::parse(&id).expect("an id");
    let system = System::of(app.product(), "test");
    let org = app.fixtures(|fixtures| fixtures.organization_of("killed"));
    let left = system
        .write(|cx, conn| close::step(conn, cx, org, review))
        .expect("a step");
    assert_eq!(left, close::ClosingWork::People);
    let after = app.database.number(open);
    assert!(after > 0 && after < 76, "{after}");
    app.sweep();
    app.sweep();
    assert_eq!(app.database.number(open), 0);
    assert_eq!(setup.events(&app, "review.closed"), 1);
    assert_eq!(
        setup.events(&app, "member.suspended"),
        74,
        "70, Mia, Sam, Ann and Bob, each once"
    );
    let emails = "SELECT count(*) AS value FROM mail_outbox WHERE kind = 'review_unconfirmed'";
    assert_eq!(app.database.number(emails), 75, "and Eve, who keeps her role");
    assert!(setup.olivia.get(&path).expect(200).has("Closed"));
    app.expect_healthy();
}

#[test]
fn an_open_review_follows_changes_to_managers_members_and_companies() {
    let app = TestApp::open();
    let setup = create_setup(&app, "meanwhile");
    let path = setup.start(&app, 30);
    // A former manager can't decide, a new assignment is not part of the review, and a removed member has no item.
    let people = |who: &str, rest: &str| format!("/organizations/meanwhile/members/{}{rest}", setup.ids[who]);
    let assign = |who: &str, company: &str, role: &str| {
        let fields = [("company_id", company), ("company_role", role)];
        setup.olivia.post(&people(who, "/companies"), &fields).expect(303);
    };
    assign("Sam", &setup.south, "viewer");
    assign("Ann", &setup.south, "viewer");
    setup.sam.get(&format!("{path}/companies/south")).expect(403);
    setup.sam.get(&path).expect(403);
    setup.olivia.post(&people("Bob", "/removal"), &[]).expect(303);
    let south = setup.olivia.get(&format!("{path}/companies/south")).expect(200);
    assert!(!south.has("Ann") && south.has("No longer assigned"), "{}", south.text());
    assert!(setup.olivia.get(&path).expect(200).has("Owners and admins"));
    // In an archived company, assignments can be confirmed but not changed.
    setup
        .olivia
        .post("/organizations/meanwhile/companies/north/archiving", &[])
        .expect(303);
    let ann = setup.item(&app, "Ann", &setup.north);
    decide(&setup.mia, &path, "north", &ann, "editor", "").expect(422);
    decide(&setup.mia, &path, "north", &ann, "viewer", "").expect(303);
    // A review is paused while its organization awaits deletion.
    app.database
        .execute("UPDATE organizations SET delete_after = 9000000000000000");
    app.advance(Duration::from_secs(31 * DAY));
    app.sweep();
    assert_eq!(setup.role(&app, "Sam", &setup.south).as_deref(), Some("viewer"));
    let olivia = app.signed_in("olivia@meanwhile.test");
    olivia.post(&format!("{path}/closing"), &[]).expect(403);
    olivia.get(&path).expect(200);
    app.database.execute("UPDATE organizations SET delete_after = NULL");
    app.sweep();
    // The report can still be downloaded.
    app.database
        .execute("UPDATE organizations SET delete_after = 9000000000000000");
    olivia.get(&format!("{path}/report.json")).expect(200);
    assert_eq!(setup.role(&app, "Sam", &setup.south), None);
    // Ann's new assignment is outside the review, so she keeps access.
    assert_eq!(setup.role(&app, "Ann", &setup.south).as_deref(), Some("viewer"));
    assert_eq!(setup.status(&app, "Ann"), "active");
    assert_eq!(setup.status(&app, "Bob"), "removed");
    let gone = "SELECT count(*) AS value FROM access_review_items WHERE decision = 'gone'";
    assert_eq!(app.database.number(gone), 2);
    app.expect_healthy();
}
