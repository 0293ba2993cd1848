//! Settings, Developers: keys are created, rotated, revoked and adopted, and work as far as their owner does.

use std::time::{Duration, Instant};

use tenantry::common::token::Token;

use crate::api_test::{problem, program};
use crate::harness::client::Client;
use crate::harness::page::Page;
use crate::harness::people::PASSWORD;
use crate::harness::test_app::TestApp;

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;

/// An organization with its owner Olivia, the admin Noah, and the companies North and South.
struct Lakeside<'a> {
    app: &'a TestApp,
    slug: &'static str,
    olivia: Client,
    noah: Client,
    noah_id: String,
    north: String,
}

impl<'a> Lakeside<'a> {
    fn create(app: &'a TestApp, slug: &'static str) -> Self {
        let (olivia, noah, noah_id, north) = app.fixtures(|fixtures| {
            let olivia = fixtures.account("Olivia Hart", &format!("olivia@{slug}.test"), true);
            let organization = fixtures.organization("Lakeside Agency", slug, olivia);
            let north = fixtures.company(organization, "North", "north");
            fixtures.company(organization, "South", "south");
            let noah = fixtures.account("Noah Brandt", &format!("noah@{slug}.test"), true);
            let member = fixtures.add_member(organization, noah, "admin", &[]);
            (
                fixtures.session_cookie(olivia),
                fixtures.session_cookie(noah),
                member.to_string(),
                north.to_string(),
            )
        });
        Self {
            app,
            slug,
            olivia: app.client_with(&olivia),
            noah: app.client_with(&noah),
            noah_id,
            north,
        }
    }

    fn list(&self) -> String {
        format!("/organizations/{}/settings/developers", self.slug)
    }

    fn keys(&self) -> String {
        format!("{}/keys", self.list())
    }

    /// A member's account signed in anew, as after 15 minutes.
    fn member(&self, name: &str, role: &str, company_role: Option<&str>, overrides: &str) -> Client {
        let email = format!("{}@{}.test", name.to_lowercase(), self.slug);
        let cookie = self.app.fixtures(|fixtures| {
            let user = fixtures.account(name, &email, true);
            let organization = fixtures.organization_of(self.slug);
            let north = fixtures.company_of(organization, "north");
            let companies: Vec<_> = company_role.iter().map(|role| (north, *role)).collect();
            fixtures.add_member(organization, user, role, &companies);
            fixtures.session_cookie(user)
        });
        self.app.database.execute(&format!(
            "UPDATE memberships SET overrides = '{overrides}' WHERE user_id = (SELECT id FROM users WHERE email = '{email}')"
        ));
        self.app.client_with(&cookie)
    }

    /// Creates a key through the form: its text and its id.
    #[track_caller]
    fn key(&self, client: &Client, fields: &[(&str, &str)]) -> (String, String) {
        let mut all = vec![("name", "Warehouse sync"), ("scopes", "companies:read")];
        all.retain(|(name, _)| fields.iter().all(|(n, _)| n != name));
        all.extend(fields);
        let page = client.post(&self.keys(), &all).expect(303).follow(client).expect(200);
        (shown(&page), self.newest())
    }

    /// The id of the newest key.
    fn newest(&self) -> String {
        let ids = self.app.database.words(&format!(
            "SELECT k.id AS value FROM api_keys k JOIN organization_slugs s ON s.organization_id = k.organization_id \
             WHERE s.slug = '{}' ORDER BY k.id DESC",
            self.slug
        ));
        ids.first().expect("a key").clone()
    }

    /// What the list says about a key.
    fn row(&self, client: &Client, id: &str) -> String {
        let page = client.get(&self.list()).expect(200);
        page.texts(&format!("#key-{id}")).join(" ")
    }

    /// As `row`, once it is as expected, or after some time. A use is noted right after the answer, unless other changes wait for
    /// the database; the next use is noted then.
    fn row_when(&self, client: &Client, id: &str, again: impl Fn(), expected: impl Fn(&str) -> bool) -> String {
        let end = Instant::now() + Duration::from_secs(20);
        loop {
            let row = self.row(client, id);
            if expected(&row) || Instant::now() > end {
                return row;
            }
            std::thread::sleep(Duration::from_millis(50));
            again();
        }
    }

    fn works(&self, key: &str) -> bool {
        let page = program(self.app, key).get("/api/v1/organization");
        if page.status != 200 {
            assert_eq!((page.status, problem(&page).as_str()), (401, "invalid-key"));
        }
        page.status == 200
    }

    fn events(&self, action: &str) -> i64 {
        self.app.database.number(&format!(
            "SELECT count(*) AS value FROM audit_events e JOIN organization_slugs s ON s.organization_id = e.organization_id \
             WHERE s.slug = '{}' AND e.action = '{action}'",
            self.slug
        ))
    }
}

/// The text of the key on a page.
#[track_caller]
fn shown(page: &Page) -> String {
    let keys = page.all("[data-key]", "data-key");
    assert_eq!(keys.len(), 1, "{}", page.text());
    assert_eq!(page.texts("[data-key]"), keys);
    keys[0].clone()
}

#[test]
fn a_new_key_is_shown_once_and_only_its_hash_is_stored() {
    let app = TestApp::open();
    let lakeside = Lakeside::create(&app, "keys-once");
    let olivia = &lakeside.olivia;
    let form = olivia.get(&format!("{}/new", lakeside.keys())).expect(200);
    form.clone().expect_text("Treat keys like passwords");
    assert!(
        form.value_of("password").is_none(),
        "a recent sign-in needs no password"
    );
    let (key, id) = lakeside.key(olivia, &[("name", "Warehouse sync")]);
    assert!(key.starts_with("tnt_live_") && key.len() == 58, "{key}");
    let page = olivia.get(&lakeside.list()).expect(200);
    assert!(page.all("[data-key]", "data-key").is_empty(), "it is shown once");
    assert!(!page.body.contains(&key[..30]), "only the beginning is shown later");
    assert!(lakeside.row(olivia, &id).contains(&key[..13]), "{}", page.text());
    assert!(lakeside.works(&key));
    let rows = app.database.words("SELECT key_hash AS value FROM api_keys");
    assert_eq!(rows, [Token::received(&key).hash()]);
    let secret = &key[13..];
    for (table, column) in [
        ("api_keys", "prefix"),
        ("api_keys", "name"),
        ("audit_events", "after"),
        ("audit_events", "before"),
        ("mail_outbox", "text"),
    ] {
        let found = app.database.number(&format!(
            "SELECT count(*) AS value FROM {table} WHERE {column} LIKE '%{secret}%'"
        ));
        assert_eq!(found, 0, "{table}.{column}");
    }
    // The dialog leads to the list, where the key is.
    let posted = olivia.post_fragment(&lakeside.keys(), &[("name", "Second"), ("scopes", "companies:read")]);
    assert_eq!(
        (posted.status, posted.header("hx-redirect")),
        (204, lakeside.list().as_str())
    );
    assert!(
        !olivia.fragment(&lakeside.list()).body.contains("data-key"),
        "a fragment doesn’t show it"
    );
    assert!(
        olivia
            .send("HEAD", &lakeside.list(), &[], None)
            .header("set-cookie")
            .is_empty()
    );
    shown(&olivia.get(&lakeside.list()).expect(200));
}

#[test]
fn a_refused_form_keeps_what_was_typed() {
    let app = TestApp::shared();
    let lakeside = Lakeside::create(app, "keys-refused");
    let fields = [
        ("name", "Warehouse sync"),
        ("scopes", "companies:read"),
        ("scopes", "reports:read"),
        ("company_id", lakeside.north.as_str()),
        ("expires_at", "2020-01-01"),
        ("allowed_ips", "203.0.113.7, example.com"),
    ];
    let page = lakeside.olivia.post(&lakeside.keys(), &fields).expect(422);
    assert!(page.field_error("expires_at").is_some());
    assert!(
        page.field_error("allowed_ips")
            .expect("an error")
            .contains("example.com")
    );
    assert_eq!(page.value_of("name").as_deref(), Some("Warehouse sync"));
    assert_eq!(
        page.value_of("company_id").as_deref(),
        Some("north"),
        "an id is the company"
    );
    assert_eq!(
        page.value_of("allowed_ips").as_deref(),
        Some("203.0.113.7, example.com")
    );
    assert_eq!(
        page.all("[name=scopes][checked]", "value"),
        ["companies:read", "reports:read"]
    );
    let page = lakeside
        .olivia
        .post(&lakeside.keys(), &[("company_id", "elsewhere")])
        .expect(422);
    for field in ["name", "scopes", "company_id"] {
        assert!(page.field_error(field).is_some(), "{field}");
    }
    let page = lakeside.olivia.post(
        &lakeside.keys(),
        &[("name", "x"), ("scopes", "companies:read companies:own")],
    );
    assert!(
        page.expect(422)
            .field_error("scopes")
            .expect("an error")
            .contains("companies:own")
    );
    assert_eq!(lakeside.events("api_key.created"), 0);
    // One text with several scopes is as good as several boxes.
    lakeside.key(&lakeside.olivia, &[("scopes", "companies:read events:write")]);
}

#[test]
fn creating_and_rotating_ask_for_the_password_15_minutes_after_the_sign_in() {
    let app = TestApp::open();
    let lakeside = Lakeside::create(&app, "keys-password");
    let olivia = &lakeside.olivia;
    let (_, id) = lakeside.key(olivia, &[]);
    app.advance(Duration::from_secs(16 * 60));
    let rotation = format!("{}/{id}/rotation", lakeside.keys());
    let fields = [("name", "Later"), ("scopes", "companies:read"), ("overlap_hours", "1")];
    for path in [lakeside.keys(), rotation.clone()] {
        let form = if path == rotation {
            path.clone()
        } else {
            format!("{path}/new")
        };
        assert!(olivia.get(&form).expect(200).value_of("password").is_some(), "{form}");
        for wrong in ["", "not-the-password"] {
            let page = olivia
                .post(&path, &[&fields[..], &[("password", wrong)]].concat())
                .expect(422);
            assert!(page.field_error("password").is_some(), "{path}");
            assert!(!page.body.contains("not-the-password"));
        }
        let before = lakeside.newest();
        olivia
            .post(&path, &[&fields[..], &[("password", PASSWORD)]].concat())
            .expect(303);
        assert_ne!(lakeside.newest(), before);
        // The password that was given counts for the next 15 minutes.
        let new = olivia.get(&format!("{}/new", lakeside.keys())).expect(200);
        assert_eq!(new.value_of("password"), None, "{form}");
        app.advance(Duration::from_secs(16 * 60));
    }
    // What takes access away needs no password.
    olivia
        .post(&format!("{}/{id}/revocation", lakeside.keys()), &[])
        .expect(303);
}

#[test]
fn a_key_narrows_with_its_owner_and_stops_when_they_lose_access() {
    let app = TestApp::open();
    let lakeside = Lakeside::create(&app, "keys-owner");
    let (key, id) = lakeside.key(&lakeside.noah, &[("name", "CRM bridge")]);
    let companies = || program(&app, &key).get("/api/v1/companies");
    companies().expect(200);
    let member = format!("/organizations/keys-owner/members/{}", lakeside.noah_id);
    let change = |path: &str, fields: &[(&str, &str)]| {
        lakeside.olivia.post(&format!("{member}/{path}"), fields).expect(303);
    };

    change("role", &[("role", "member")]);
    assert_eq!(
        slugs_of(&companies().expect(200)),
        0,
        "a member has no company of their own"
    );
    change("role", &[("role", "user_admin")]);
    assert_eq!(problem(&companies().expect(403)), "missing-permission");
    assert!(
        lakeside
            .row(&lakeside.olivia, &id)
            .contains("Noah Brandt lacks the permissions for companies:read")
    );
    change("role", &[("role", "admin")]);
    companies().expect(200);

    lakeside
        .olivia
        .get(&format!("{member}/suspension"))
        .expect(200)
        .expect_text("CRM bridge");
    change("suspension", &[]);
    assert!(!lakeside.works(&key));
    let row = lakeside.row(&lakeside.olivia, &id);
    assert!(
        row.contains("Stopped") && row.contains("Noah Brandt is suspended"),
        "{row}"
    );
    change("restoration", &[]);
    assert!(lakeside.works(&key));

    let tomorrow = app.day(1);
    change("access-end", &[("access_until", &tomorrow)]);
    app.advance(Duration::from_secs(3 * DAY));
    assert!(!lakeside.works(&key));
    app.sweep();
    assert!(!lakeside.works(&key));
    let olivia = app.sign_in("olivia@keys-owner.test");
    olivia.post(&format!("{member}/access-end"), &[("access_until", "")]);
    olivia.post(&format!("{member}/restoration"), &[]);
    assert!(lakeside.works(&key));
}

fn slugs_of(page: &Page) -> usize {
    crate::api_test::document(page)["data"].as_array().map_or(0, Vec::len)
}

#[test]
fn a_removal_says_which_keys_stop_and_who_manages_keys_adopts_them() {
    let app = TestApp::open();
    let lakeside = Lakeside::create(&app, "keys-adopt");
    let (key, id) = lakeside.key(&lakeside.noah, &[("name", "CRM bridge")]);
    let (revoked, other) = lakeside.key(&lakeside.noah, &[("name", "Old bridge")]);
    lakeside
        .noah
        .post(&format!("{}/{other}/revocation", lakeside.keys()), &[])
        .expect(303);
    lakeside
        .noah
        .get("/organizations/keys-adopt/leaving")
        .expect(200)
        .expect_text("CRM bridge");
    let removal = format!("/organizations/keys-adopt/members/{}/removal", lakeside.noah_id);
    let page = lakeside.olivia.get(&removal).expect(200);
    assert!(
        page.has("CRM bridge. They stop working until someone adopts them"),
        "{}",
        page.text()
    );
    assert!(!page.has("Old bridge"), "a revoked key stops nothing");
    for bulk in ["remove", "suspend"] {
        let fields = [("do", bulk), ("id", lakeside.noah_id.as_str())];
        let plan = lakeside
            .olivia
            .post("/organizations/keys-adopt/members/bulk", &fields)
            .expect(200);
        assert!(plan.has("until someone adopts them: CRM bridge"), "{}", plan.text());
    }
    lakeside.olivia.post(&removal, &[]).expect(303);
    assert!(!lakeside.works(&key) && !lakeside.works(&revoked));
    let row = lakeside.row_when(
        &lakeside.olivia,
        &id,
        || _ = lakeside.works(&key),
        |row| row.contains("Refused"),
    );
    assert!(row.contains("Noah Brandt is no longer a member"), "{row}");
    assert!(
        row.contains("Refused") && row.contains("the owner is no longer a member"),
        "{row}"
    );

    let adoption = format!("{}/{id}/adoption", lakeside.keys());
    lakeside
        .olivia
        .get(&adoption)
        .expect(200)
        .expect_text("Noah Brandt owns this key");
    lakeside.olivia.post(&adoption, &[]).expect(303);
    assert!(lakeside.works(&key));
    program(&app, &key).get("/api/v1/companies").expect(200);
    assert!(lakeside.row(&lakeside.olivia, &id).contains("Olivia Hart"));
    let again = lakeside.olivia.post(&adoption, &[]).expect(422);
    assert!(again.has("You own this key already"), "{}", again.text());
    let ended = lakeside
        .olivia
        .post(&format!("{}/{other}/adoption", lakeside.keys()), &[])
        .expect(422);
    assert!(ended.has("was revoked"), "{}", ended.text());
    assert!(!lakeside.works(&revoked));
    for (action, times) in [("api_key.created", 2), ("api_key.adopted", 1), ("api_key.revoked", 1)] {
        assert_eq!(lakeside.events(action), times, "{action}");
    }
    lakeside
        .olivia
        .get("/organizations/keys-adopt/settings/audit")
        .expect(200)
        .expect_text("Adopted the API key CRM bridge of Noah Brandt");
}

#[test]
fn revoking_takes_effect_immediately_and_is_done_once() {
    let app = TestApp::shared();
    let lakeside = Lakeside::create(app, "keys-revoke");
    let (key, id) = lakeside.key(&lakeside.olivia, &[]);
    assert!(lakeside.works(&key));
    let revocation = format!("{}/{id}/revocation", lakeside.keys());
    lakeside.olivia.get(&revocation).expect(200).expect_text("It was used");
    lakeside.olivia.post(&revocation, &[]).expect(303);
    assert!(!lakeside.works(&key));
    lakeside.olivia.post(&revocation, &[]).expect(303);
    assert_eq!(lakeside.events("api_key.revoked"), 1);
    let row = lakeside.row_when(
        &lakeside.olivia,
        &id,
        || _ = lakeside.works(&key),
        |row| row.contains("the key was revoked"),
    );
    assert!(row.contains("Revoked") && row.contains("the key was revoked"), "{row}");
    // Whatever is wrong with a key, the answer is the same but for the id of the request.
    let words = |key: &str| {
        let page = program(app, key).get("/api/v1/organization").expect(401);
        page.body.replace(page.header("x-request-id"), "")
    };
    assert_eq!(words(&key), words(tenantry::common::api_key::fresh().as_str()));
}

#[test]
fn both_keys_work_during_the_overlap_of_a_rotation() {
    let app = TestApp::open();
    let lakeside = Lakeside::create(&app, "keys-rotate");
    let expires = app.day(30);
    let (old, id) = lakeside.key(&lakeside.noah, &[("expires_at", &expires)]);
    let rotation = format!("{}/{id}/rotation", lakeside.keys());
    lakeside
        .olivia
        .get(&rotation)
        .expect(200)
        .expect_text("Noah Brandt owns the present key");
    for bad in ["169", "-1", "soon", ""] {
        let page = lakeside.olivia.post(&rotation, &[("overlap_hours", bad)]).expect(422);
        assert!(page.field_error("overlap_hours").is_some(), "{bad}");
    }
    let page = lakeside.olivia.post(&rotation, &[("overlap_hours", "24")]).expect(303);
    let new = shown(&page.follow(&lakeside.olivia));
    assert!(new != old && lakeside.works(&old) && lakeside.works(&new));
    assert!(lakeside.row(&lakeside.olivia, &id).contains("Works until"));
    let newest = lakeside.newest();
    assert!(
        lakeside.row(&lakeside.olivia, &newest).contains("Olivia Hart"),
        "who rotates owns the new key"
    );
    let page = lakeside.olivia.post(&rotation, &[("overlap_hours", "24")]).expect(422);
    assert!(
        page.has("was revoked or replaced"),
        "a key is rotated once: {}",
        page.text()
    );
    app.advance(Duration::from_secs(23 * HOUR));
    assert!(lakeside.works(&old) && lakeside.works(&new));
    app.advance(Duration::from_secs(2 * HOUR));
    assert!(!lakeside.works(&old) && lakeside.works(&new));
    assert!(lakeside.row(&lakeside.olivia, &id).contains("Stopped working"));
    assert_eq!(lakeside.events("api_key.rotated"), 1);

    // Without an overlap the key stops immediately; the new one has the same lifetime again.
    let olivia = app.sign_in("olivia@keys-rotate.test");
    let page = olivia.post(
        &format!("{}/{newest}/rotation", lakeside.keys()),
        &[("overlap_hours", "0")],
    );
    let third = shown(&page.expect(303).follow(&olivia));
    assert!(!lakeside.works(&new) && lakeside.works(&third));
    app.advance(Duration::from_secs(29 * DAY));
    assert!(lakeside.works(&third));
    app.advance(Duration::from_secs(3 * DAY));
    assert!(!lakeside.works(&third));
}

#[test]
fn a_key_stops_at_the_end_of_its_last_day() {
    let app = TestApp::open();
    let lakeside = Lakeside::create(&app, "keys-expiry");
    let expires = app.day(2);
    let (key, id) = lakeside.key(&lakeside.olivia, &[("expires_at", &expires)]);
    assert!(lakeside.works(&key));
    app.advance(Duration::from_secs(DAY));
    assert!(lakeside.works(&key));
    app.advance(Duration::from_secs(2 * DAY));
    assert!(!lakeside.works(&key));
    let row = lakeside.row_when(
        &lakeside.olivia,
        &id,
        || _ = lakeside.works(&key),
        |row| row.contains("the key had expired"),
    );
    assert!(row.contains("Expired") && row.contains("the key had expired"), "{row}");
    let adoption = lakeside.noah.post(&format!("{}/{id}/adoption", lakeside.keys()), &[]);
    assert!(adoption.expect(422).has("has expired"));
}

#[test]
fn a_key_is_used_from_allowed_addresses_only_behind_a_proxy_too() {
    let app = TestApp::with(|config| config.trusted_proxies = vec!["127.0.0.0/8".parse().expect("a network")]);
    let lakeside = Lakeside::create(&app, "keys-addresses");
    let allowed = "203.0.113.0/24\n2001:db8::7";
    let (key, id) = lakeside.key(&lakeside.olivia, &[("allowed_ips", allowed)]);
    let from = |address: &str| {
        let program = program(&app, &key).with("X-Forwarded-For", address);
        program.get("/api/v1/organization").status
    };
    assert_eq!(["203.0.113.9", "2001:db8::7", "::ffff:203.0.113.9"].map(from), [200; 3]);
    assert_eq!(
        ["198.51.100.1", "2001:db8::8", "203.0.113.9, 198.51.100.1"].map(from),
        [401; 3]
    );
    let row = lakeside.row_when(
        &lakeside.olivia,
        &id,
        || _ = from("198.51.100.1"),
        |row| row.contains("from 198.51.100.1"),
    );
    assert!(row.contains("From 203.0.113.0/24, 2001:db8::7"), "{row}");
    assert!(row.contains("203.0.113.9"), "the last address: {row}");
    assert!(row.contains("from 198.51.100.1: the address isn’t allowed"), "{row}");
}

#[test]
fn the_last_use_is_saved_once_a_minute_and_is_no_event() {
    let app = TestApp::open();
    let lakeside = Lakeside::create(&app, "keys-use");
    let (key, id) = lakeside.key(&lakeside.olivia, &[]);
    assert!(lakeside.row(&lakeside.olivia, &id).contains("Never"));
    let used = || {
        app.database
            .number("SELECT COALESCE(last_used_at, 0) AS value FROM api_keys")
    };
    let events = app.database.number("SELECT count(*) AS value FROM audit_events");
    assert!(lakeside.works(&key));
    let first = used();
    assert!(first > 0);
    app.advance(Duration::from_secs(30));
    assert!(lakeside.works(&key));
    assert_eq!(used(), first);
    app.advance(Duration::from_secs(40));
    assert!(lakeside.works(&key));
    let second = used();
    assert!(second > first);
    // A request that is refused for what it asks is a use as well.
    app.advance(Duration::from_secs(90));
    program(&app, &key).get("/api/v1/companies/nothing").expect(404);
    assert!(used() > second);
    assert_eq!(
        app.database.number("SELECT count(*) AS value FROM audit_events"),
        events
    );
    let row = lakeside.row_when(
        &lakeside.olivia,
        &id,
        || _ = lakeside.works(&key),
        |row| row.contains("127.0.0.1"),
    );
    assert!(row.contains("127.0.0.1"), "{row}");
}

#[test]
fn keys_that_are_not_used_for_90_days_are_reported_once() {
    let app = TestApp::open();
    let lakeside = Lakeside::create(&app, "keys-idle");
    let (idle, id) = lakeside.key(&lakeside.olivia, &[("name", "Old export"), ("expires_at", "")]);
    let (busy, busy_id) = lakeside.key(&lakeside.olivia, &[("name", "Nightly sync"), ("expires_at", "")]);
    let (_, revoked) = lakeside.key(&lakeside.olivia, &[("name", "Gone"), ("expires_at", "")]);
    lakeside
        .olivia
        .post(&format!("{}/{revoked}/revocation", lakeside.keys()), &[])
        .expect(303);
    let about = |email: &str| {
        let emails = app.emails_to(email);
        emails
            .into_iter()
            .filter(|email| email.text.contains("in the last 90 days"))
            .collect::<Vec<_>>()
    };
    app.advance(Duration::from_secs(89 * DAY));
    app.sweep();
    assert!(about("olivia@keys-idle.test").is_empty());
    assert!(lakeside.works(&busy));
    let member = app.signed_in("olivia@keys-idle.test");
    let used = lakeside.row_when(
        &member,
        &busy_id,
        || _ = lakeside.works(&busy),
        |row| row.contains("127.0.0.1"),
    );
    assert!(used.contains("127.0.0.1"), "{used}");
    app.advance(Duration::from_secs(2 * DAY));
    app.sweep();
    app.sweep();
    app.advance(Duration::from_secs(DAY));
    app.sweep();
    for email in ["olivia@keys-idle.test", "noah@keys-idle.test"] {
        let told = about(email);
        assert_eq!(told.len(), 1, "{email}");
        assert!(
            told[0].text.contains("Old export") && !told[0].text.contains("Nightly sync"),
            "{}",
            told[0].text
        );
        assert!(told[0].text.contains("/organizations/keys-idle/settings/developers"));
    }
    assert_eq!(lakeside.events("api_key.flagged"), 1);
    let olivia = app.sign_in("olivia@keys-idle.test");
    assert!(lakeside.row(&olivia, &id).contains("Unused for 90 days"));
    // It works all the same. A use takes the mark away, and the key can be reported again.
    assert!(lakeside.works(&idle));
    let row = lakeside.row_when(
        &olivia,
        &id,
        || _ = lakeside.works(&idle),
        |row| !row.contains("Unused for 90 days"),
    );
    assert!(!row.contains("Unused for 90 days"), "{row}");
    app.advance(Duration::from_secs(91 * DAY));
    app.sweep();
    assert_eq!(about("olivia@keys-idle.test").len(), 2);
}

#[test]
fn a_company_manager_sees_and_manages_the_keys_of_their_companies_only() {
    let app = TestApp::open();
    let lakeside = Lakeside::create(&app, "keys-manager");
    let olivia = &lakeside.olivia;
    let (_, wide) = lakeside.key(olivia, &[("name", "Everything")]);
    let (_, north) = lakeside.key(olivia, &[("name", "Of north"), ("company_id", "north")]);
    let (_, south) = lakeside.key(olivia, &[("name", "Of south"), ("company_id", "south")]);
    let mia = lakeside.member("Mia", "member", Some("manager"), "");
    let page = mia.get(&lakeside.list()).expect(200);
    assert!(
        page.has("Of north") && !page.has("Everything") && !page.has("Of south"),
        "{}",
        page.text()
    );
    assert!(!page.has("Create key"), "viewing is not managing");
    mia.get(&format!("{}/new", lakeside.keys())).expect(403);

    let max = lakeside.member("Max", "member", Some("manager"), "{\"keys.manage\":\"allow\"}");
    for id in [&wide, &south] {
        for end in ["rotation", "revocation", "adoption"] {
            let path = format!("{}/{id}/{end}", lakeside.keys());
            max.get(&path).expect(404);
            max.post(&path, &[("overlap_hours", "1")]).expect(404);
        }
    }
    let fields = [
        ("name", "Mine"),
        ("scopes", "companies:read companies:write members:read"),
    ];
    for company in ["", "south"] {
        let page = max
            .post(&lakeside.keys(), &[&fields[..], &[("company_id", company)]].concat())
            .expect(422);
        assert!(page.field_error("company_id").is_some(), "{company}");
    }
    let (key, _) = lakeside.key(&max, &[&fields[..], &[("company_id", "north")]].concat());
    program(&app, &key).get("/api/v1/companies/north").expect(200);
    program(&app, &key).get("/api/v1/companies/south").expect(404);
    // A key of the owner, once adopted, has what its new owner has.
    max.post(&format!("{}/{north}/adoption", lakeside.keys()), &[])
        .expect(303);
    max.post(&format!("{}/{north}/revocation", lakeside.keys()), &[])
        .expect(303);
    // Someone who manages keys and can't list them sees the new one all the same.
    let eve = lakeside.member("Eve", "editor", None, "{\"keys.manage\":\"allow\"}");
    eve.get(&lakeside.list()).expect(403);
    lakeside.key(&eve, &[]);
}

#[test]
fn keys_that_are_limited_to_a_company_block_its_move_and_deletion() {
    let app = TestApp::shared();
    let lakeside = Lakeside::create(app, "keys-move");
    let (_, id) = lakeside.key(&lakeside.olivia, &[("name", "Of north"), ("company_id", "north")]);
    let north = "/organizations/keys-move/companies/north";
    lakeside.olivia.post(&format!("{north}/archiving"), &[]).expect(303);
    for page in ["moving", "deletion"] {
        lakeside
            .olivia
            .get(&format!("{north}/{page}"))
            .expect(200)
            .expect_text("Of north");
    }
    lakeside
        .olivia
        .post(&format!("{north}/deletion"), &[("name", "North")])
        .expect(422);
    lakeside
        .olivia
        .post(&format!("{}/{id}/revocation", lakeside.keys()), &[])
        .expect(303);
    // The message about it names the key.
    lakeside.olivia.get(&lakeside.list()).expect(200);
    for page in ["moving", "deletion"] {
        assert!(
            !lakeside
                .olivia
                .get(&format!("{north}/{page}"))
                .expect(200)
                .has("Of north")
        );
    }
}

#[test]
fn a_key_of_an_organization_whose_deletion_is_scheduled_reads_and_changes_nothing() {
    let app = TestApp::shared();
    let lakeside = Lakeside::create(app, "keys-ending");
    let (key, id) = lakeside.key(&lakeside.olivia, &[]);
    let delete = [("organization_name", "Lakeside Agency"), ("password", PASSWORD)];
    lakeside
        .olivia
        .post("/organizations/keys-ending/settings/deletion", &delete)
        .expect(303);
    assert!(lakeside.works(&key));
    program(app, &key).get("/api/v1/companies").expect(200);
    lakeside
        .olivia
        .post(&format!("{}/{id}/revocation", lakeside.keys()), &[])
        .expect(403);
}
