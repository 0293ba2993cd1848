//! Stored pages: an unchanged page is answered from memory, and never to someone who may not see it any more.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tenantry::common::config::{BrowserCache, StoredPages};

use crate::harness::adapter::{self, Running};
use crate::harness::client::Client;
use crate::harness::fixtures::SessionCookie;
use crate::harness::page::Page;
use crate::harness::places::free_port;
use crate::harness::rounds;
use crate::harness::test_app::TestApp;

fn app() -> TestApp {
    TestApp::with(|config| config.stored_pages = StoredPages::On)
}

/// An organization with an admin and one company: the admin's cookie, their membership, the owner's cookie.
fn organization(app: &TestApp, slug: &str) -> (SessionCookie, String, SessionCookie) {
    app.fixtures(|fixtures| {
        let owner = fixtures.account("Olivia Hart", &format!("olivia@{slug}.test"), true);
        let organization = fixtures.organization("Acme", slug, owner);
        let company = fixtures.company(organization, "North", "north");
        let ana = fixtures.account("Ana Silva", &format!("ana@{slug}.test"), true);
        let id = fixtures.add_member(organization, ana, "admin", &[(company, "manager")]);
        (
            fixtures.session_cookie(ana),
            id.to_string(),
            fixtures.session_cookie(owner),
        )
    })
}

/// The page twice, so that the second one may come from memory. The first request of a minute notes the visit.
fn warm(client: &Client, path: &str) -> Page {
    client.get(path).expect(200);
    client.get(path).expect(200);
    client.get(path).expect(200)
}

#[test]
fn an_unchanged_page_is_answered_from_memory_and_confirmed_by_its_tag() {
    let app = app();
    let (ana, _, _) = organization(&app, "acme");
    let client = app.client_with(&ana);
    let path = "/organizations/acme/members";
    let page = warm(&client, path);
    assert_eq!(adapter::stored_pages(app.product()), 1);
    let tag = page.header("etag").to_owned();
    assert!(tag.starts_with("W/\""), "{:?}", page.headers);
    let again = client.get(path).expect(200);
    assert_eq!((again.header("etag"), &again.body), (tag.as_str(), &page.body));
    assert_eq!(again.header("cache-control"), "no-store");
    for name in [
        "content-security-policy",
        "x-request-id",
        "vary",
        "x-content-type-options",
    ] {
        assert!(!again.header(name).is_empty(), "{name}");
    }
    let packed = client.send("GET", path, &[("Accept-Encoding", "gzip")], None);
    assert_eq!(packed.body, page.body, "unpacked by the client");

    client.send("GET", path, &[("If-None-Match", &tag)], None).expect(304);
    client
        .send("GET", path, &[("If-None-Match", "\"other\"")], None)
        .expect(200);
    // The whole answer is small.
    let cookie = format!("{}={}", ana.0, ana.1);
    let mut socket = TcpStream::connect(("127.0.0.1", app.port())).expect("the server");
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nCookie: {cookie}\r\nIf-None-Match: *, {tag}\r\nConnection: close\r\n\r\n",
        app.port()
    );
    socket.write_all(request.as_bytes()).expect("the server reads");
    let mut answer = String::new();
    socket.read_to_string(&mut answer).expect("an answer");
    // This request has no header of the client above, so it is another key: the tag depends on the bytes alone.
    assert!(answer.starts_with("HTTP/1.1 304"), "{answer}");
    for kept in ["content-security-policy", "referrer-policy", "content-encoding"] {
        assert!(!answer.contains(kept), "the browser has {kept} with the page: {answer}");
    }
    assert!(answer.len() <= 400, "{} bytes: {answer}", answer.len());
}

#[test]
fn every_change_is_on_the_very_next_page() {
    let app = app();
    let (ana, id, owner) = organization(&app, "next");
    let (ana, olivia) = (app.client_with(&ana), app.client_with(&owner));
    let path = "/organizations/next/members";
    for round in 0..20 {
        assert!(!warm(&ana, path).header("etag").is_empty());
        let role = ["viewer", "editor", "user_admin", "admin"][round % 4];
        olivia
            .post(&format!("/organizations/next/members/{id}/role"), &[("role", role)])
            .expect(303);
        let page = ana.get(path);
        let label = ["Viewer", "Editor", "User admin", "Admin"][round % 4];
        let row = page.expect(200).body.split("ana@next.test").nth(1).map(str::to_owned);
        assert!(row.is_some_and(|row| row.contains(label)), "round {round}: {label}");
    }
    // Another organization's change does not make the page anew on PostgreSQL, and is not on it.
    let (_, _, other) = organization(&app, "elsewhere");
    let before = warm(&ana, path);
    app.client_with(&other)
        .post(
            "/organizations/elsewhere/companies/north/settings",
            &[("name", "Renamed elsewhere"), ("slug", "north")],
        )
        .expect(303);
    assert_eq!(ana.get(path).expect(200).header("etag"), before.header("etag"));
}

#[test]
fn messages_secrets_forms_and_support_sessions_are_never_stored() {
    let app = app();
    let (ana, id, owner) = organization(&app, "never");
    let (ana, olivia) = (app.client_with(&ana), app.client_with(&owner));
    let stored = || adapter::stored_pages(app.product());
    // A message for once.
    olivia
        .post(
            &format!("/organizations/never/members/{id}/role"),
            &[("role", "editor")],
        )
        .expect(303);
    let page = olivia.get("/organizations/never/members").expect(200);
    assert!(page.body.contains("toast") && page.header("etag").is_empty());
    // A form that was refused.
    let refused = olivia.post("/organizations/never/companies", &[("name", ""), ("slug", "")]);
    assert_eq!((refused.status, refused.header("etag")), (422, ""));
    // Without SMTP the list of invitations shows the links.
    crate::harness::people::invite(&olivia, "never", "new@never.test", "viewer");
    olivia.get("/organizations/never").expect(200);
    let links = warm(&olivia, "/organizations/never/invitations");
    assert!(
        links.body.contains("/invitations/") && links.header("etag").is_empty(),
        "a link is a secret"
    );
    // Signed out, missing, forbidden.
    let before = stored();
    app.client().get("/organizations/never/members").expect(303);
    ana.get("/organizations/never/members/none").expect(404);
    ana.get("/organizations/never/settings/deletion");
    app.client().get("/login").expect(200);
    assert_eq!(stored(), before);
    // A support session.
    let operator = app.fixtures(|fixtures| {
        let operator = fixtures.account("Otto Berg", "otto@tenantry.test", true);
        fixtures.appoint(operator);
        let organization = fixtures.organization_of("never");
        fixtures.consent(organization, true);
        fixtures
            .start_support_session(organization, operator)
            .expect("a session");
        fixtures.session_cookie(operator)
    });
    let page = warm(&app.client_with(&operator), "/organizations/never/members");
    assert_eq!((page.header("etag"), stored()), ("", before));
}

/// Waits until the minute has some seconds left, so that its end is not what ends the page.
fn within_a_minute(app: &TestApp) {
    let second = app.now().rem_euclid(60_000_000) / 1_000_000;
    if second > 35 {
        app.advance(Duration::from_secs(u64::try_from(61 - second).expect("a minute")));
    }
}

#[test]
fn what_ends_by_time_ends_on_stored_pages_at_that_moment() {
    const DAY: u64 = 24 * 60 * 60 * 1_000_000;
    // What ends in ten seconds, and what the next request finds.
    let ends: [(&str, &str, &str, u16); 4] = [
        (
            "the idle session",
            "UPDATE sessions SET last_seen_at = {now} - {idle} + 10000000",
            "members",
            303,
        ),
        (
            "the session",
            "UPDATE sessions SET created_at = {now} - {absolute} + 10000000",
            "members",
            303,
        ),
        (
            "the membership",
            "UPDATE memberships SET access_until = {now} + 10000000 WHERE id = '{id}'",
            "members",
            403,
        ),
        (
            "the assignment",
            "UPDATE company_assignments SET access_until = {now} + 10000000 WHERE membership_id = '{id}'",
            "companies/north",
            403,
        ),
    ];
    for (what, sql, page, status) in ends {
        let app = app();
        let (ana, id, owner) = organization(&app, "timed");
        let (ana, olivia) = (app.client_with(&ana), app.client_with(&owner));
        if page == "companies/north" {
            olivia
                .post(
                    &format!("/organizations/timed/members/{id}/role"),
                    &[("role", "member")],
                )
                .expect(303);
        }
        within_a_minute(&app);
        let path = format!("/organizations/timed/{page}");
        ana.get(&path).expect(200);
        let sql = sql
            .replace("{now}", &app.now().to_string())
            .replace("{idle}", &(14 * DAY).to_string())
            .replace("{absolute}", &(90 * DAY).to_string())
            .replace("{id}", &id);
        app.database.execute(&sql);
        // An idle session that is used is not idle any more; its page is only ever made anew.
        if what != "the idle session" {
            assert!(!warm(&ana, &path).header("etag").is_empty(), "{what}");
        }
        app.advance(Duration::from_secs(12));
        assert_eq!(ana.get(&path).status, status, "{what}");
    }
}

/// The program on the data of an app, as one of several processes.
struct Process {
    child: Child,
    base: String,
}

impl Process {
    fn on(app: &TestApp) -> Self {
        let port = free_port();
        let base = format!("http://127.0.0.1:{port}");
        let mut command = Command::new("setpriv");
        command
            .args(["--pdeathsig", "KILL", env!("CARGO_BIN_EXE_tenantry"), "serve"])
            .env("TENANTRY_LISTEN", format!("127.0.0.1:{port}"))
            .env("TENANTRY_BASE_URL", &base)
            .env("TENANTRY_DATA_DIR", &app.config().data_dir)
            .env("TENANTRY_DATABASE_URL", app.database.url())
            .env("TENANTRY_LOG", "warn")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let process = Self {
            child: command.spawn().expect("the program"),
            base,
        };
        let end = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", port)).is_err()
            || process.client(None).get("/health/ready").status != 200
        {
            assert!(Instant::now() < end, "the process is not ready");
            std::thread::sleep(Duration::from_millis(5));
        }
        process
    }

    fn client(&self, cookie: Option<&SessionCookie>) -> Client {
        let client = Client::new(&self.base);
        if let Some((name, value)) = cookie {
            client.set_cookie(name, value);
        }
        client
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn after_a_removal_or_a_lower_role_the_very_next_request_to_another_process_is_refused() {
    let app = app();
    let (ana, id, owner) = organization(&app, "twice");
    let (here, there) = (Process::on(&app), Process::on(&app));
    let (olivia, ana) = (here.client(Some(&owner)), there.client(Some(&ana)));
    let member = format!("/organizations/twice/members/{id}");
    let path = "/organizations/twice/members/removed";
    let mut refused = 0;
    let rounds = rounds(10_000, 60);
    for round in 0..rounds {
        ana.get(path).expect(200);
        let page = ana.get(path).expect(200);
        assert!(round == 0 || !page.header("etag").is_empty(), "the page is stored");
        let (change, back) = if round % 2 == 0 {
            (("/role", "role", "viewer"), ("/role", "role", "admin"))
        } else {
            (("/removal", "", ""), ("/reinstatement", "", ""))
        };
        let send = |(action, name, value): (&str, &str, &str)| {
            let fields = [(name, value)];
            let fields = if name.is_empty() { &fields[..0] } else { &fields[..] };
            olivia.post(&format!("{member}{action}"), fields).expect(303);
        };
        send(change);
        let status = ana.get(path).status;
        refused += usize::from(matches!(status, 403 | 404));
        send(back);
    }
    assert_eq!(refused, rounds, "of {rounds}");
}

#[test]
fn browsers_keep_pages_only_if_the_operator_allows_it_and_until_the_person_signs_out() {
    let app = TestApp::with(|config| {
        config.stored_pages = StoredPages::On;
        config.browser_cache = BrowserCache::Confirmed;
    });
    let (ana, _, _) = organization(&app, "kept");
    let ana = app.client_with(&ana);
    let page = warm(&ana, "/organizations/kept/members");
    assert_eq!(page.header("cache-control"), "private, no-cache");
    let tag = page.header("etag");
    let kept = ana.send("GET", "/organizations/kept/members", &[("If-None-Match", tag)], None);
    assert_eq!((kept.status, kept.header("cache-control")), (304, "private, no-cache"));
    // What is never stored here is never stored there.
    let missing = ana.get("/organizations/kept/members/none");
    assert_eq!((missing.status, missing.header("cache-control")), (404, "no-store"));
    let signed_out = ana.post("/logout", &[]).expect(303);
    assert_eq!(signed_out.header("clear-site-data"), "\"cache\"");
    let after = ana.send("GET", "/organizations/kept/members", &[("If-None-Match", tag)], None);
    assert_eq!((after.status, after.header("cache-control")), (303, "no-store"));
}

/// A sequence of numbers that is the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).expect("small")
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.roll(of.len())]
    }
}

const ORGANIZATIONS: [&str; 3] = ["red", "green", "blue"];

/// Ten people in three organizations: cookies and addresses, memberships by organization.
type Cast = (Vec<(SessionCookie, String)>, Vec<Vec<String>>);

fn cast(app: &TestApp) -> Cast {
    app.fixtures(|fixtures| {
        let people: Vec<_> = (0..10)
            .map(|n| {
                let email = format!("person{n}@stored.test");
                (fixtures.account(&format!("Person {n}"), &email, true), email)
            })
            .collect();
        let roles = ["admin", "user_admin", "editor", "viewer", "member", "member", "admin"];
        let members = ORGANIZATIONS
            .iter()
            .enumerate()
            .map(|(index, slug)| {
                let organization = fixtures.organization(&format!("Organization {slug}"), slug, people[index].0);
                let company = fixtures.company(organization, "North", "north");
                let mut ids = vec![fixtures.membership(organization, people[index].0).to_string()];
                for (offset, role) in roles.iter().enumerate() {
                    let (person, _) = people[(index + 1 + offset) % 10];
                    ids.push(
                        fixtures
                            .add_member(organization, person, role, &[(company, "manager")])
                            .to_string(),
                    );
                }
                ids
            })
            .collect();
        let cookies = people
            .iter()
            .map(|(user, email)| (fixtures.session_cookie(*user), email.clone()))
            .collect();
        (cookies, members)
    })
}

/// One change by anyone, allowed or not.
fn change(dice: &mut Dice, step: usize, who: &Client, (people, members): &Cast) -> String {
    let organization = dice.roll(3);
    let slug = ORGANIZATIONS[organization];
    let id = dice.one(&members[organization]).clone();
    let role: &str = dice.one::<&str>(&["admin", "user_admin", "editor", "viewer", "member"]);
    let email = &dice.one(people).1;
    let (path, fields): (String, Vec<(&str, String)>) = match dice.roll(12) {
        0 | 1 => (
            format!("/organizations/{slug}/members/{id}/role"),
            vec![("role", role.into())],
        ),
        2 => (
            format!("/organizations/{slug}/members/{id}/suspension"),
            vec![("reason", "Leave".into())],
        ),
        3 => (format!("/organizations/{slug}/members/{id}/restoration"), vec![]),
        4 => (format!("/organizations/{slug}/members/{id}/removal"), vec![]),
        5 | 6 => (format!("/organizations/{slug}/members/{id}/reinstatement"), vec![]),
        7 => (
            format!("/organizations/{slug}/companies/north/settings"),
            vec![("name", format!("North {step}")), ("slug", "north".into())],
        ),
        8 => ("/account/name".into(), vec![("name", format!("Person renamed {step}"))]),
        9 => (
            format!("/organizations/{slug}/invitations"),
            vec![
                ("emails", email.clone()),
                ("first_name", String::new()),
                ("last_name", String::new()),
                ("role", role.into()),
                ("company_role", String::new()),
                ("message", String::new()),
                ("access_until", String::new()),
            ],
        ),
        10 => (format!("/organizations/{slug}/companies/north/pinning"), vec![]),
        _ => (
            format!("/organizations/{slug}/companies"),
            vec![("name", format!("Company {step}")), ("slug", format!("company-{step}"))],
        ),
    };
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let status = who.post(&path, &fields).status;
    assert!(status < 500, "{path}: {status}");
    format!("{path} {fields:?}: {status}")
}

const PATHS: [&str; 12] = [
    "/organizations/{slug}",
    "/organizations/{slug}/members",
    "/organizations/{slug}/members?role=viewer",
    "/organizations/{slug}/members/{id}",
    "/organizations/{slug}/companies",
    "/organizations/{slug}/companies/north",
    "/organizations/{slug}/access",
    "/organizations/{slug}/access/matrix",
    "/organizations/{slug}/invitations",
    "/organizations/{slug}/audit",
    "/organizations/{slug}/settings/general",
    "/organizations",
];

/// The same request to both servers: what one may have stored is what the other makes anew.
fn compare(stored: &Client, fresh: &Client, path: &str, fragment: bool, history: &[String]) {
    let ask = |client: &Client| {
        let page = if fragment {
            client.fragment(path)
        } else {
            client.get(path)
        };
        (page.status, page.body)
    };
    let before = ask(fresh);
    let shown = ask(stored);
    let after = ask(fresh);
    // A relative time may have changed in between.
    if shown != before && shown != after {
        let at = shown
            .1
            .bytes()
            .zip(after.1.bytes())
            .take_while(|(one, other)| one == other)
            .count();
        let part = |text: &str| text.chars().skip(at.saturating_sub(150)).take(400).collect::<String>();
        let last: Vec<&String> = history.iter().rev().take(6).collect();
        panic!(
            "{path} (fragment: {fragment}): {} instead of {}\nshown: {}\n\nfresh: {}\n\nafter {last:#?}",
            shown.0,
            after.0,
            part(&shown.1),
            part(&after.1)
        );
    }
}

#[test]
fn a_stored_page_is_byte_for_byte_the_present_page_of_its_reader() {
    let app = app();
    let cast = cast(&app);
    let (config, listener) = adapter::without_stored_pages(app.config());
    let other = Running::start(config, listener);
    let clients: Vec<(Client, Client)> = cast
        .0
        .iter()
        .map(|((name, value), _)| {
            let fresh = Client::new(&format!("http://127.0.0.1:{}", other.port()));
            fresh.set_cookie(name, value);
            let host = app.base().replace("http://", "");
            (
                app.client_with(&(name.clone(), value.clone())),
                fresh.with("Host", &host),
            )
        })
        .collect();
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut history = Vec::new();
    for step in 0..rounds(3_000, 60) {
        if dice.roll(3) == 0 {
            // Some changes come through the other server, as from another process.
            let (here, there) = dice.one(&clients);
            let changed = if dice.roll(2) == 0 {
                change(&mut dice, step, here, &cast)
            } else {
                let writer = there.with("Origin", &app.base());
                change(&mut dice, step, &writer, &cast)
            };
            history.push(changed);
            // The messages of both are read, so that the next pages are ordinary ones.
            here.get("/organizations");
            there.get("/organizations");
        }
        for _ in 0..3 {
            let (stored, fresh) = dice.one(&clients);
            let organization = dice.roll(3);
            let path = dice
                .one(&PATHS)
                .replace("{slug}", ORGANIZATIONS[organization])
                .replace("{id}", dice.one::<String>(&cast.1[organization]).as_str());
            let theme: &str = dice.one::<&str>(&["light", "dark"]);
            stored.set_cookie("theme", theme);
            fresh.set_cookie("theme", theme);
            let fragment = dice.roll(4) == 0;
            compare(stored, fresh, &path, fragment, &history);
            compare(stored, fresh, &path, fragment, &history);
        }
    }
    assert!(adapter::stored_pages(app.product()) >= 20, "hardly a page was stored");
    drop(other);
}
