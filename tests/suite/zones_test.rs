//! Time zones: a day that someone enters is a day of the organization, times are shown to each reader in their own zone,
//! and the audit log counts days in it.

use std::time::Duration;

use tenantry::common::time::Time;

use crate::harness::client::Client;
use crate::harness::page::Page;
use crate::harness::test_app::TestApp;

const LOS_ANGELES: &str = "America/Los_Angeles";
const AUCKLAND: &str = "Pacific/Auckland";
const KATHMANDU: &str = "Asia/Kathmandu";

/// There UTC and each of the three zones have different hours, and two of them another day.
const NOW: &str = "2040-01-16T06:00:00Z";

fn at(text: &str) -> Time {
    Time::parse_iso(text).expect("a moment")
}

/// Moves the app's clock to a moment.
#[track_caller]
fn go(app: &TestApp, moment: &str) {
    let ahead = u64::try_from(at(moment).0 - app.now()).expect("the clock only moves forward");
    app.advance(Duration::from_micros(ahead));
}

/// An organization in a time zone, with an editor who has one company, and their clients.
struct Zoned<'a> {
    app: &'a TestApp,
    slug: String,
    owner: Client,
    member: String,
    editor: Client,
}

impl<'a> Zoned<'a> {
    fn new(app: &'a TestApp, slug: &str, zone: &str) -> Self {
        let (member, owner, editor) = app.fixtures(|fixtures| {
            let olivia = fixtures.account("Olivia Hart", &format!("olivia@{slug}.test"), true);
            let noah = fixtures.account("Noah Brandt", &format!("noah@{slug}.test"), true);
            let organization = fixtures.organization("Lakeside", slug, olivia);
            let company = fixtures.company(organization, "Harbor", "harbor");
            let member = fixtures.add_member(organization, noah, "member", &[(company, "editor")]);
            (
                member.to_string(),
                fixtures.session_cookie(olivia),
                fixtures.session_cookie(noah),
            )
        });
        let (owner, editor) = (app.client_with(&owner), app.client_with(&editor));
        let this = Self {
            app,
            slug: slug.to_owned(),
            owner,
            member,
            editor,
        };
        this.move_to(zone);
        this
    }

    fn path(&self, rest: &str) -> String {
        format!("/organizations/{}{rest}", self.slug)
    }

    fn member_path(&self, rest: &str) -> String {
        self.path(&format!("/members/{}{rest}", self.member))
    }

    /// Changes the organization's time zone.
    fn move_to(&self, zone: &str) {
        let profile = [
            ("name", "Lakeside"),
            ("domain", ""),
            ("region", "eu"),
            ("organization_type", "enterprise"),
            ("unit_label", "company"),
            ("timezone", zone),
        ];
        self.owner.post(&self.path("/settings/general"), &profile).expect(303);
    }

    fn company(&self) -> String {
        self.word(&format!(
            "SELECT c.id AS value FROM companies c JOIN organization_slugs s ON s.organization_id = c.organization_id \
             WHERE s.slug = '{}' AND c.slug = 'harbor'",
            self.slug
        ))
    }

    fn word(&self, sql: &str) -> String {
        self.app.database.words(sql).remove(0)
    }

    /// A moment in a row of this organization.
    fn moment(&self, table: &str, column: &str) -> Time {
        Time(self.app.database.number(&format!(
            "SELECT max(t.{column}) AS value FROM {table} t JOIN organization_slugs s ON s.organization_id = t.organization_id \
             WHERE s.slug = '{}'",
            self.slug
        )))
    }

    /// The events of a company in the log, newest first: the IDs of their rows.
    fn edits(&self, client: &Client, query: &str) -> Vec<String> {
        let page = client
            .get(&self.path(&format!("/settings/audit?action=company.edited{query}")))
            .expect(200);
        page.all("#events .event", "id")
    }
}

/// Whether a text shows a time that begins like this, in a zone. Time goes on while a test runs.
fn shows(text: &str, start: &str, zone: &str) -> bool {
    text.split(start).skip(1).any(|rest| {
        let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':');
        rest.trim_start().starts_with(zone)
    })
}

#[track_caller]
fn expect_time(text: &str, start: &str, zone: &str) {
    assert!(shows(text, start, zone), "{start}… {zone} is not in: {text}");
}

fn choose(client: &Client, zone: &str) -> Page {
    client.post("/account/time-zone", &[("timezone", zone)])
}

#[test]
fn access_that_ends_today_lasts_until_midnight_of_the_organization() {
    let app = TestApp::open();
    for (n, (zone, now, today, midnight)) in [
        (
            LOS_ANGELES,
            "2040-01-16T04:00:00Z",
            "2040-01-15",
            "2040-01-16T08:00:00Z",
        ),
        (AUCKLAND, "2040-01-16T20:00:00Z", "2040-01-17", "2040-01-17T11:00:00Z"),
        (KATHMANDU, "2040-01-17T19:00:00Z", "2040-01-18", "2040-01-18T18:15:00Z"),
        // 23 hours, and 25 hours.
        (
            LOS_ANGELES,
            "2040-03-11T08:30:00Z",
            "2040-03-11",
            "2040-03-12T07:00:00Z",
        ),
        (AUCKLAND, "2040-03-31T11:30:00Z", "2040-04-01", "2040-04-01T12:00:00Z"),
        (AUCKLAND, "2040-09-29T12:30:00Z", "2040-09-30", "2040-09-30T11:00:00Z"),
        (
            LOS_ANGELES,
            "2040-11-04T07:30:00Z",
            "2040-11-04",
            "2040-11-05T08:00:00Z",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        go(&app, now);
        let org = Zoned::new(&app, &format!("midnight-{n}"), zone);
        let path = org.member_path("/access-end");
        let page = org.owner.get(&org.member_path("")).expect(200);
        assert_eq!(page.all("input[name=company_until]", "min"), [today], "{zone} {now}");
        org.owner.post(&path, &[("access_until", today)]).expect(303);
        let page = org.owner.get(&org.member_path("")).expect(200);
        assert_eq!(page.value_of("access_until").as_deref(), Some(today), "{zone} {now}");
        let end = org.moment("memberships", "access_until").0;
        assert_eq!(end, at(midnight).0 - 1, "{zone} {now}");
        go(&app, midnight);
        org.editor.get(&org.path("")).expect(403).expect_text("ended on");
        // It is tomorrow there.
        let page = org.owner.post(&path, &[("access_until", today)]).expect(422);
        assert!(page.field_error("access_until").is_some(), "{zone} {now}");
    }
}

#[test]
fn access_goes_on_until_the_last_minute_of_its_day() {
    let app = TestApp::open();
    go(&app, NOW);
    let west = Zoned::new(&app, "west", LOS_ANGELES);
    let east = Zoned::new(&app, "east", AUCKLAND);
    for (org, today) in [(&west, "2040-01-15"), (&east, "2040-01-16")] {
        org.owner
            .post(&org.member_path("/access-end"), &[("access_until", today)])
            .expect(303);
    }
    let open = |org: &Zoned<'_>| org.editor.get(&org.path("")).status == 200;
    go(&app, "2040-01-16T07:59:00Z");
    assert!(open(&west) && open(&east));
    go(&app, "2040-01-16T08:00:00Z");
    assert!(!open(&west) && open(&east));
    go(&app, "2040-01-16T10:59:00Z");
    assert!(open(&east));
    go(&app, "2040-01-16T11:00:00Z");
    assert!(!open(&east));
    // Moving away does not give back what ended.
    west.move_to("Pacific/Honolulu");
    assert!(!open(&west));
}

#[test]
fn every_day_that_someone_enters_is_a_day_of_the_organization_and_its_field_says_so() {
    let app = TestApp::open();
    go(&app, NOW);
    for (zone, today, midnight, soonest, due) in [
        (
            LOS_ANGELES,
            "2040-01-15",
            "2040-01-16T08:00:00Z",
            "2040-01-18",
            "2040-01-19T08:00:00Z",
        ),
        (
            AUCKLAND,
            "2040-01-16",
            "2040-01-16T11:00:00Z",
            "2040-01-19",
            "2040-01-19T11:00:00Z",
        ),
        (
            KATHMANDU,
            "2040-01-16",
            "2040-01-16T18:15:00Z",
            "2040-01-19",
            "2040-01-19T18:15:00Z",
        ),
    ] {
        let slug = zone
            .split('/')
            .next_back()
            .expect("a name")
            .to_lowercase()
            .replace('_', "-");
        let org = Zoned::new(&app, &slug, zone);
        let last = Time(at(midnight).0 - 1);
        let named = format!("At the end of this day, {zone}");

        // One member's assignment, and many members.
        let page = org.owner.get(&org.member_path("")).expect(200).expect_text(&named);
        assert_eq!(page.all("input[name=company_until]", "min"), [today]);
        assert!(
            page.has(&format!("(optional, end of the day, {zone})")),
            "{}",
            page.text()
        );
        let assignment = [
            ("company_id", org.company()),
            ("company_role", "editor".into()),
            ("company_until", today.into()),
        ];
        let assignment = assignment.each_ref().map(|(name, value)| (*name, value.as_str()));
        org.owner.post(&org.member_path("/companies"), &assignment).expect(303);
        assert_eq!(org.moment("company_assignments", "access_until"), last, "{zone}");
        let people = [
            ("do", "access-end"),
            ("id", org.member.as_str()),
            ("access_until", today),
        ];
        let page = org.owner.post(&org.path("/members/bulk"), &people[..2]).expect(200);
        assert!(page.has(&named), "{}", page.text());
        let apply = [people.as_slice(), &[("step", "apply")]].concat();
        org.owner.post(&org.path("/members/bulk"), &apply).expect(303);
        assert_eq!(org.moment("memberships", "access_until"), last, "{zone}");

        // An invitation, new and changed.
        let invitations = org.path("/invitations");
        org.owner
            .get(&format!("{invitations}/new"))
            .expect(200)
            .expect_text(&named);
        let terms = [("emails", "ida@else.test"), ("role", "viewer"), ("access_until", today)];
        org.owner.post(&invitations, &terms).expect(303);
        assert_eq!(org.moment("invitations", "access_until"), last, "{zone}");
        let id = org.word(&format!(
            "SELECT i.id AS value FROM invitations i JOIN organization_slugs s ON s.organization_id = i.organization_id \
             WHERE s.slug = '{slug}'"
        ));
        let page = org
            .owner
            .get(&format!("{invitations}/{id}"))
            .expect(200)
            .expect_text(&named);
        assert_eq!(page.value_of("access_until").as_deref(), Some(today), "{zone}");

        // An onboarding link.
        let links = org.path("/settings/onboarding");
        org.owner.get(&format!("{links}/new")).expect(200).expect_text(&named);
        let link = [
            ("name", "Partner fair"),
            ("purpose", "join"),
            ("role", "viewer"),
            ("company_role", "viewer"),
            ("approval", "approval"),
            ("expires_at", today),
        ];
        org.owner.post(&links, &link).expect(303);
        assert_eq!(org.moment("onboarding_links", "expires_at"), last, "{zone}");

        // A review: from three days ahead.
        let reviews = org.path("/access/reviews");
        let page = org.owner.get(&format!("{reviews}/new")).expect(200);
        assert!(page.has(&format!("at the end of the day, {zone}")), "{}", page.text());
        assert_eq!(page.all("input[name=due]", "min"), [soonest], "{zone}");
        let review = [("name", "Autumn review"), ("due", soonest), ("scope", "all")];
        org.owner.post(&reviews, &review).expect(303);
        assert_eq!(org.moment("access_reviews", "due_at"), Time(at(due).0 - 1), "{zone}");
    }
}

#[test]
fn an_end_keeps_its_moment_when_the_organization_moves() {
    let app = TestApp::open();
    go(&app, NOW);
    let org = Zoned::new(&app, "moving", AUCKLAND);
    let midnight = at("2040-01-20T11:00:00Z");
    org.owner
        .post(&org.member_path("/access-end"), &[("access_until", "2040-01-20")])
        .expect(303);
    let terms = [
        ("emails", "ida@else.test"),
        ("role", "viewer"),
        ("access_until", "2040-01-20"),
    ];
    org.owner.post(&org.path("/invitations"), &terms).expect(303);
    org.move_to(LOS_ANGELES);
    assert_eq!(org.moment("memberships", "access_until").0, midnight.0 - 1);
    let page = org.owner.get(&org.member_path("")).expect(200);
    assert!(page.has("January 20, 2040 at 02:59 PST"), "{}", page.text());
    // A form that changes something else keeps it too.
    let id = app.database.words("SELECT id AS value FROM invitations").remove(0);
    let path = org.path(&format!("/invitations/{id}"));
    let page = org.owner.get(&path).expect(200);
    org.owner.submit(&page, &path, &[("role", "editor")]).expect(303);
    assert_eq!(app.database.words("SELECT role AS value FROM invitations"), ["editor"]);
    assert_eq!(org.moment("invitations", "access_until").0, midnight.0 - 1);
}

#[test]
fn the_audit_log_counts_days_in_the_readers_time_zone_and_in_utc_on_request() {
    let app = TestApp::open();
    // Zone, day, and its first and last second.
    let days = [
        (KATHMANDU, "2040-02-10", "2040-02-09T18:15:00Z", "2040-02-10T18:14:59Z"),
        (
            LOS_ANGELES,
            "2040-03-11",
            "2040-03-11T08:00:00Z",
            "2040-03-12T06:59:59Z",
        ),
        (AUCKLAND, "2040-04-01", "2040-03-31T11:00:00Z", "2040-04-01T11:59:59Z"),
        (AUCKLAND, "2040-09-30", "2040-09-29T12:00:00Z", "2040-09-30T10:59:59Z"),
        (
            LOS_ANGELES,
            "2040-11-04",
            "2040-11-04T07:00:00Z",
            "2040-11-05T07:59:59Z",
        ),
    ];
    for (n, (zone, day, first, last)) in days.into_iter().enumerate() {
        let slug = format!("log-{n}");
        // The minute before the day, its first and its last minute, and the minute after it.
        let minute = 60_000_000;
        let around = [
            at(first).0 - minute,
            at(first).0,
            at(last).0 - minute,
            at(last).0 + 1_000_000,
        ];
        let mut org = None;
        for moment in around {
            go(&app, &Time(moment).iso());
            org.get_or_insert_with(|| Zoned::new(&app, &slug, zone));
            app.add_audit_event(&slug, "north");
        }
        let org = org.expect("an organization");
        let found = |query: &str| org.edits(&org.owner, query);
        let all = found("");
        assert_eq!(all.len(), 4, "{zone} {day}");
        let whole = format!("&from={day}&to={day}");
        assert_eq!(found(&whole), all[1..3], "{zone} {day}");
        assert_eq!(found(&format!("&to={day}")), all[1..], "{zone} {day}");
        assert_eq!(found(&format!("&from={day}")), all[..3], "{zone} {day}");
        let moments = all.iter().zip(around.into_iter().rev());
        let of_utc = moments.filter(|(_, moment)| Time(*moment).iso().starts_with(day));
        let of_utc: Vec<String> = of_utc.map(|(id, _)| id.clone()).collect();
        assert_ne!(of_utc, all[1..3], "{zone} {day}");
        assert_eq!(found(&format!("{whole}&zone=utc")), of_utc, "{zone} {day}");
        // The export has the same events, and its head says which days are meant.
        app.ask_for_no_confirmation();
        let export = |query: &str| {
            org.owner
                .get(&org.path(&format!("/settings/audit.jsonl{query}")))
                .expect(200)
                .body
        };
        let head = |body: &str| body.lines().next().unwrap_or_default().to_owned();
        let events = |body: &str| {
            let lines: Vec<String> = body.lines().map(str::to_owned).collect();
            lines.into_iter().filter(|line| line.starts_with("{\"action\":"))
        };
        let filters = format!("?action=company.edited{whole}");
        for (query, expected, named) in [("", &all[1..3], zone), ("&zone=utc", &of_utc[..], "UTC")] {
            let body = export(&format!("{filters}{query}"));
            assert!(
                head(&body).contains(&format!("\"zone\":\"{named}\"")),
                "{}",
                head(&body)
            );
            for id in &all {
                let seq = format!("\"seq\":{},", id.trim_start_matches("line-"));
                assert_eq!(
                    events(&body).any(|event| event.contains(&seq)),
                    expected.contains(id),
                    "{zone} {day} {query} {id}: {body}"
                );
            }
        }
        assert!(!head(&export("")).contains("\"zone\""));
        // A reader's own zone comes first.
        choose(&org.owner, "UTC").expect(303);
        assert_eq!(found(&whole), of_utc, "{zone} {day}");
    }
}

#[test]
fn the_audit_log_shows_times_in_the_zone_that_it_names_and_keeps_the_choice() {
    let app = TestApp::open();
    go(&app, "2040-01-16T07:30:00Z");
    let org = Zoned::new(&app, "clock", LOS_ANGELES);
    for _ in 0..60 {
        app.add_audit_event("clock", "north");
    }
    let log = org.path("/settings/audit");
    let local = org.owner.get(&log).expect(200);
    assert_eq!(local.texts("#zone option"), [LOS_ANGELES, "UTC"]);
    expect_time(&local.text(), "January 15, 2040, 23:3", "PST");
    assert!(local.has("50 events, January 15, 2040"), "{}", local.text());
    assert!(!local.links().iter().any(|link| link.contains("zone=")));

    let utc = org.owner.get(&format!("{log}?zone=utc&q=north")).expect(200);
    assert_eq!(utc.value_of("zone").as_deref(), Some("utc"));
    expect_time(&utc.text(), "January 16, 2040, 07:3", "UTC");
    assert!(utc.has("50 events, January 16, 2040"), "{}", utc.text());
    let into_the_log = |link: &&String| link.starts_with(&format!("{log}?")) || link.contains("/settings/audit/6");
    let links = utc.links();
    assert!(links.iter().filter(into_the_log).count() > 50);
    for link in links.iter().filter(into_the_log) {
        assert!(link.contains("zone=utc"), "{link}");
    }
    let older = links
        .iter()
        .find(|link| link.contains("after="))
        .expect("a second page");
    expect_time(
        &org.owner.get(older).expect(200).text(),
        "January 16, 2040, 07:3",
        "UTC",
    );
    // The export buttons send the same form.
    assert!(utc.body.contains(&format!("formaction=\"{log}.csv\"")));

    let event = format!("{log}/61");
    let page = org.owner.get(&event).expect(200);
    expect_time(&page.text(), "January 15, 2040, 23:3", "PST");
    assert_eq!(page.link("Show times in UTC"), Some(format!("{event}?zone=utc")));
    let page = org.owner.get(&format!("{event}?zone=utc")).expect(200);
    expect_time(&page.text(), "January 16, 2040, 07:3", "UTC");
    assert_eq!(page.link(&format!("Show times in {LOS_ANGELES}")), Some(event));
    assert!(page.links().contains(&format!("{log}?zone=utc")));

    // An unknown zone is the reader's; who has UTC has nothing to choose.
    let page = org.owner.get(&format!("{log}?zone=mars")).expect(200);
    expect_time(&page.text(), "January 15, 2040, 23:3", "PST");
    choose(&org.owner, "UTC").expect(303);
    let page = org.owner.get(&log).expect(200).expect_text("Times in UTC");
    assert!(page.texts("#zone option").is_empty());
}

#[test]
fn an_event_shows_the_end_of_an_access_in_the_time_zone_of_the_organization() {
    let app = TestApp::open();
    go(&app, NOW);
    let org = Zoned::new(&app, "ends", AUCKLAND);
    choose(&org.owner, KATHMANDU).expect(303);
    org.owner
        .post(&org.member_path("/access-end"), &[("access_until", "2040-01-20")])
        .expect(303);
    let page = org
        .owner
        .get(&org.path("/settings/audit?action=member.access_end_changed"));
    let page = page.expect(200);
    assert!(page.has("January 20, 2040 at 23:59 NZDT"), "{}", page.text());
    expect_time(&page.text(), "January 16, 2040, 11:4", "UTC+05:45");
}

#[test]
fn a_person_chooses_a_time_zone_or_uses_that_of_each_organization() {
    let app = TestApp::open();
    go(&app, NOW);
    let org = Zoned::new(&app, "people", LOS_ANGELES);
    let joined = || org.owner.get(&org.member_path("")).expect(200).text();
    expect_time(&joined(), "January 15, 2040 at 22:0", "PST");
    assert_eq!(
        org.owner.get("/account").expect(200).value_of("timezone").as_deref(),
        Some("")
    );
    choose(&org.owner, "asia/kathmandu").expect_redirect("/account");
    assert_eq!(
        org.owner.get("/account").expect(200).value_of("timezone").as_deref(),
        Some(KATHMANDU)
    );
    expect_time(&joined(), "January 16, 2040 at 11:4", "UTC+05:45");
    // Days stay those of the organization, for everyone.
    let page = org.owner.get(&org.member_path("")).expect(200);
    assert_eq!(page.all("input[name=company_until]", "min"), ["2040-01-15"]);
    let others = org.editor.get(&org.path("/companies/harbor")).expect(200);
    expect_time(&others.text(), "January 15, 2040 at 22:0", "PST");

    let refused = choose(&org.owner, "Mars/Olympus").expect(422);
    assert!(refused.field_error("timezone").is_some());
    assert_eq!(
        org.owner.get("/account").value_of("timezone").as_deref(),
        Some(KATHMANDU)
    );
    choose(&org.owner, KATHMANDU).expect(303);
    choose(&org.owner, "").expect(303);
    expect_time(&joined(), "January 15, 2040 at 22:0", "PST");
    // Saving the same zone again is no change.
    assert_eq!(
        app.database.words(
            "SELECT before || ' ' || after AS value FROM account_events WHERE action = 'account.time_zone_changed' ORDER BY id"
        ),
        [
            r#"{"timezone":null} {"timezone":"Asia/Kathmandu"}"#,
            r#"{"timezone":"Asia/Kathmandu"} {"timezone":null}"#
        ]
    );
}

#[test]
fn an_email_has_the_recipients_time_zone_or_the_organizations() {
    let app = TestApp::open();
    go(&app, NOW);
    let org = Zoned::new(&app, "mailing", LOS_ANGELES);
    // Someone with a zone of their own, and someone without an account.
    let cookie = app.fixtures(|fixtures| {
        let ida = fixtures.account("Ida Berg", "ida@else.test", true);
        fixtures.session_cookie(ida)
    });
    let ida = app.client_with(&cookie);
    choose(&ida, KATHMANDU).expect(303);
    let terms = [
        ("emails", "ida@else.test, new@else.test"),
        ("role", "viewer"),
        ("access_until", "2040-03-11"),
    ];
    org.owner.post(&org.path("/invitations"), &terms).expect(303);
    for (email, expires, zone) in [
        ("ida@else.test", "January 23, 2040 at 11:4", "UTC+05:45"),
        ("new@else.test", "January 22, 2040 at 22:0", "PST"),
    ] {
        let mail = app.mail_to(email);
        for part in [&mail.text, &mail.html] {
            expect_time(part, &format!("valid until {expires}"), zone);
            // The end of the access is a day of the organization, after its clocks went forward.
            assert!(part.contains("March 11, 2040 at 23:59 PDT"), "{part}");
        }
    }
    // The page of the link: the organization's zone for a visitor, their own for a person who is signed in.
    let link = app.mail_to("new@else.test").link("/invitations/");
    let page = app.client().get(&link).expect(200);
    expect_time(&page.text(), "January 22, 2040 at 22:0", "PST");
    assert!(page.has("March 11, 2040 at 23:59 PDT"), "{}", page.text());
    let page = ida.get(&app.mail_to("ida@else.test").link("/invitations/")).expect(200);
    expect_time(&page.text(), "January 23, 2040 at 11:4", "UTC+05:45");

    // An account's own emails: its zone, or UTC.
    for (client, email, expires, zone) in [
        (&ida, "ida@else.test", "January 16, 2040 at 12:4", "UTC+05:45"),
        (&org.editor, "noah@mailing.test", "January 16, 2040 at 07:0", "UTC"),
    ] {
        client.post("/password/forgot", &[("email", email)]);
        let mail = app.mail_to(email);
        expect_time(&mail.text, &format!("valid until {expires}"), zone);
    }
}

#[test]
fn operators_see_times_in_their_own_zone_or_in_utc() {
    let app = TestApp::open();
    go(&app, NOW);
    let org = Zoned::new(&app, "served", AUCKLAND);
    let cookie = app.fixtures(|fixtures| {
        let uma = fixtures.account("Uma Stone", "uma@served.test", true);
        fixtures.appoint(uma);
        fixtures.session_cookie(uma)
    });
    let uma = app.client_with(&cookie);
    let path = format!("/operator/organizations/{}", org.slug);
    let page = uma.get(&path).expect(200);
    expect_time(&page.text(), "January 16, 2040 at 06:0", "UTC");
    assert!(page.has(AUCKLAND), "{}", page.text());
    choose(&uma, "Europe/Berlin").expect(303);
    let page = uma.get(&path).expect(200);
    expect_time(&page.text(), "January 16, 2040 at 07:0", "CET");
}

mod browser {
    use super::*;
    use crate::harness::browser::{Browser, Display};

    #[test]
    fn the_zone_of_the_log_is_chosen_in_place_on_every_screen() {
        let app = TestApp::open();
        // The longest name.
        let org = Zoned::new(&app, "screens", "America/Argentina/Buenos_Aires");
        app.add_audit_event("screens", "north");
        let log = org.path("/settings/audit");
        let browser = Browser::with(&app.base(), Display::phone().dark());
        browser.sign_in_as(&org.owner);
        for display in [Display::phone().dark(), Display::default()] {
            browser.set_display(display);
            browser.goto(&log);
            browser.click("#events summary");
            browser.wait_for_text("UTC-03:00");
            browser.choose("#zone", "utc");
            browser.wait_until("the log in UTC", || browser.path().contains("zone=utc"));
            browser.click("#events summary");
            browser.wait_until("a time in UTC", || {
                browser.text("#events .event__body").contains(" UTC")
            });
            assert_eq!(browser.overflow(), 0);
            browser.expect_accessible();
            for path in ["/account", &org.member_path(""), &org.path("/settings/general")] {
                browser.goto(path);
                assert_eq!(browser.overflow(), 0, "{path}");
                browser.expect_accessible();
            }
        }
        browser.expect_clean();
    }
}
