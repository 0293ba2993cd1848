//! Onboarding links: people join by a shared link, and no link grants more than its creator could grant directly.

use std::collections::BTreeMap;
use std::time::Duration;

use tenantry::common::config::Signup;
use tenantry::models::onboarding_link::{LinkPurpose, LinkTerms};

use crate::harness::client::Client;
use crate::harness::fixtures::{open_link, simultaneously};
use crate::harness::page::Page;
use crate::harness::people::PASSWORD;
use crate::harness::test_app::TestApp;

/// An organization and its owner's client.
struct TestOrganization<'a> {
    app: &'a TestApp,
    slug: &'static str,
    owner: Client,
}

impl<'a> TestOrganization<'a> {
    fn create(app: &'a TestApp, slug: &'static str) -> Self {
        let cookie = app.fixtures(|fixtures| {
            let olivia = fixtures.account("Olivia Hart", &format!("olivia@{slug}.test"), true);
            let organization = fixtures.organization("Lakeside Agency", slug, olivia);
            fixtures.company(organization, "Harbor", "harbor");
            fixtures.session_cookie(olivia)
        });
        Self {
            app,
            slug,
            owner: app.client_with(&cookie),
        }
    }

    fn base(&self) -> String {
        format!("/organizations/{}/settings/onboarding", self.slug)
    }

    fn count(&self, table: &str, more: &str) -> i64 {
        self.app.database.number(&format!(
            "SELECT count(*) AS value FROM {table} t JOIN organization_slugs s ON s.organization_id = t.organization_id WHERE s.slug = '{}' {more}",
            self.slug
        ))
    }

    /// Creates a link through the form: its path and id.
    fn link(&self, changes: &[(&str, &str)]) -> (String, String) {
        let mut fields: BTreeMap<&str, &str> = BTreeMap::from([
            ("name", "Partner fair"),
            ("purpose", "join"),
            ("role", "member"),
            ("company_role", "viewer"),
            ("approval", "automatic"),
            ("domains", ""),
            ("max_uses", ""),
            ("expires_at", ""),
        ]);
        fields.extend(changes.iter().copied());
        let fields: Vec<(&str, &str)> = fields.into_iter().collect();
        self.owner.post(&self.base(), &fields).expect_redirect(&self.base());
        self.newest()
    }

    fn newest(&self) -> (String, String) {
        let list = self.owner.get(&self.base()).expect(200);
        let id = list.all("article.card", "id").first().expect("a link").clone();
        let url = list.texts("article.card .secret").first().expect("an address").clone();
        let path = url.strip_prefix(&self.app.base()).expect("on this instance").to_owned();
        (path, id.strip_prefix("link-").expect("an id").to_owned())
    }

    /// The counts of the newest link: opened, signed up, joined.
    fn funnel(&self) -> Vec<String> {
        let list = self.owner.get(&self.base()).expect(200);
        list.texts("article.card:first-of-type .facts dd")
    }

    /// A verified account.
    fn person(&self, name: &str, email: &str) -> Client {
        let cookie = self.app.fixtures(|fixtures| {
            let user = fixtures.account(name, email, true);
            fixtures.session_cookie(user)
        });
        self.app.client_with(&cookie)
    }

    /// A member with a role.
    fn member(&self, name: &str, email: &str, role: &str) -> Client {
        let cookie = self.app.fixtures(|fixtures| {
            let user = fixtures.account(name, email, true);
            let organization = fixtures.organization_of(self.slug);
            fixtures.add_member(organization, user, role, &[]);
            fixtures.session_cookie(user)
        });
        self.app.client_with(&cookie)
    }

    fn role_of(&self, email: &str) -> Option<String> {
        let found = self.app.database.words(&format!(
            "SELECT m.role AS value FROM memberships m JOIN users u ON u.id = m.user_id JOIN organization_slugs s ON s.organization_id = m.organization_id WHERE u.email = '{email}' AND s.slug = '{}' AND m.status = 'active'",
            self.slug
        ));
        found.first().cloned()
    }

    fn audit_actions(&self) -> String {
        let actions = self.app.database.words(&format!(
            "SELECT d.action AS value FROM audit_events d JOIN organization_slugs s ON s.organization_id = d.organization_id WHERE s.slug = '{}' ORDER BY d.seq",
            self.slug
        ));
        actions.join(" ")
    }
}

/// Signs up from the link's page, verifies the address and returns to the link.
fn sign_up(app: &TestApp, client: &Client, path: &str, name: &str, email: &str) -> Page {
    client.get(path).expect(200).expect_text("Create an account");
    let form = client
        .post(&format!("{path}/opening"), &[("way", "signup")])
        .expect(303);
    let form = form
        .follow(client)
        .expect(200)
        .expect_text("Then continue to Lakeside Agency");
    let next = form.value_of("next").expect("a return path");
    let fields = [
        ("name", name),
        ("email", email),
        ("password", PASSWORD),
        ("terms", "on"),
        ("next", &next),
    ];
    client.post("/signup", &fields).expect_redirect("/verify");
    let message = app.mail_to(email).link("/verify/");
    client.post(&message, &[]).expect(303).follow(client).expect(200)
}

#[test]
fn a_new_user_signs_up_through_a_link_and_joins() {
    let app = TestApp::open();
    let org = TestOrganization::create(&app, "stranger");
    let harbor = app
        .database
        .words("SELECT id AS value FROM companies WHERE slug = 'harbor'");
    let (path, _) = org.link(&[("company_id", &harbor[0]), ("company_role", "editor")]);
    assert_eq!(org.funnel(), ["0", "0", "0"]);

    let noah = app.client();
    let page = noah.get(&path).expect(200);
    for words in ["Join Lakeside Agency", "Olivia Hart", "Member", "Harbor (Editor)"] {
        assert!(page.has(words), "{words}: {}", page.text());
    }
    let back = sign_up(&app, &noah, &path, "Noah Hill", "noah@hill.test");
    assert_eq!(org.funnel(), ["1", "1", "0"]);
    back.expect_text("You join as noah@hill.test");
    let form = noah.get(&format!("{path}?continued=1")).form(&path);
    let fields: Vec<(&str, &str)> = form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    noah.post(&path, &fields).expect_redirect("/organizations/stranger");
    noah.get("/organizations/stranger/companies/harbor").expect(200);
    assert_eq!(org.role_of("noah@hill.test").as_deref(), Some("member"));
    assert_eq!(org.funnel(), ["1", "1", "1"]);
    assert_eq!(
        org.count("company_assignments", "AND t.origin = 'link' AND t.role = 'editor'"),
        1
    );
    assert!(
        org.audit_actions().ends_with("onboarding_link.created member.joined"),
        "{}",
        org.audit_actions()
    );
    // A second visit leads to the organization and counts nothing.
    noah.get(&path)
        .expect(200)
        .expect_text("You are a member of Lakeside Agency");
    noah.post(&path, &[]).expect_redirect("/organizations/stranger");
    assert_eq!(org.funnel(), ["1", "1", "1"]);
    app.expect_healthy();
}

#[test]
fn a_new_company_link_creates_a_company_that_the_user_manages() {
    let app = TestApp::open();
    let org = TestOrganization::create(&app, "founders");
    let (path, _) = org.link(&[("purpose", "new_company"), ("company_role", "manager")]);
    let noah = org.person("Noah Hill", "noah@hill.test");
    noah.get(&path).expect(200).expect_text("Set up your company");
    let empty = noah.post(&path, &[("company_name", " ")]).expect(422);
    assert!(empty.field_error("company_name").is_some(), "{}", empty.text());
    let long = "x".repeat(81);
    let page = noah.post(&path, &[("company_name", &long)]).expect(422);
    assert_eq!(page.value_of("company_name"), Some(long), "the input is kept");
    assert_eq!(org.role_of("noah@hill.test"), None);
    // If the name is taken, the slug gets a suffix.
    let made = noah.post(&path, &[("company_name", "Harbor")]);
    made.expect_redirect("/organizations/founders/companies/harbor-2");
    noah.get("/organizations/founders/companies/harbor-2/settings")
        .expect(200);
    assert_eq!(noah.get("/organizations/founders/companies/harbor").status, 403);
    // A repeated submission creates nothing.
    noah.post(&path, &[("company_name", "Harbor")]).expect(303);
    assert_eq!(org.count("companies", "AND t.name = 'Harbor'"), 2);
    assert_eq!(org.funnel(), ["1", "0", "1"]);

    // A member can create another company and keeps their role.
    let vera = org.member("Vera Viewer", "vera@hill.test", "viewer");
    vera.post(&path, &[("company_name", "Vera’s Own")])
        .expect_redirect("/organizations/founders/companies/veras-own");
    assert_eq!(org.role_of("vera@hill.test").as_deref(), Some("viewer"));
    vera.get("/organizations/founders/companies/veras-own/settings")
        .expect(200);
    assert!(
        org.audit_actions().ends_with("company.created member.assigned"),
        "{}",
        org.audit_actions()
    );
    // Someone with access to every company gets no assignment.
    org.owner.post(&path, &[("company_name", "Olivia’s")]).expect(303);
    assert_eq!(org.count("company_assignments", ""), 2);
    app.expect_healthy();
}

#[test]
fn a_link_for_seven_uses_admits_seven_of_twenty_in_parallel() {
    let app = TestApp::open();
    for (purpose, slug) in [(LinkPurpose::Join, "seven"), (LinkPurpose::NewCompany, "seven-new")] {
        let org = TestOrganization::create(&app, slug);
        let (cookies, token) = app.fixtures(|fixtures| {
            let organization = fixtures.organization_of(slug);
            let olivia = fixtures.user(&format!("olivia@{slug}.test"));
            let terms = LinkTerms {
                purpose,
                max_uses: Some(7),
                ..open_link("Seven")
            };
            let (_, token) = fixtures.link(organization, olivia, &terms);
            let cookies: Vec<_> = (0..20)
                .map(|n| {
                    let user = fixtures.account(&format!("Guest {n}"), &format!("guest{n}@{slug}.test"), true);
                    fixtures.session_cookie(user)
                })
                .collect();
            (cookies, token)
        });
        let clients: Vec<_> = cookies.iter().map(|cookie| app.client_with(cookie)).collect();
        let path = format!("/join/{token}");
        let pages = simultaneously(
            clients
                .iter()
                .map(|client| || client.post(&path, &[("company_name", "Same Name")]))
                .collect(),
        );
        let mut counts: BTreeMap<u16, usize> = BTreeMap::new();
        for page in &pages {
            *counts.entry(page.status).or_default() += 1;
        }
        assert_eq!(counts, BTreeMap::from([(303, 7), (422, 13)]), "{purpose}");
        assert_eq!(org.count("memberships", "AND t.role = 'member'"), 7);
        let companies = if purpose == LinkPurpose::NewCompany { 7 } else { 0 };
        assert_eq!(org.count("companies", "AND t.name = 'Same Name'"), companies);
        assert_eq!(org.count("onboarding_links", "AND t.uses = 7 AND t.joined = 7"), 1);
        let late = org.person("Late Guest", &format!("late@{slug}.test"));
        late.get(&path).expect(200).expect_text("reached its maximum uses");
    }
    app.expect_healthy();
}

#[test]
fn twenty_parallel_submissions_join_a_person_once() {
    let app = TestApp::open();
    let org = TestOrganization::create(&app, "eager");
    let (join, _) = org.link(&[]);
    let (found, _) = org.link(&[("purpose", "new_company"), ("company_role", "manager")]);
    for (path, email) in [(join, "noah@hill.test"), (found, "mia@hill.test")] {
        let cookie = app.fixtures(|fixtures| {
            let user = fixtures.account("Eager One", email, true);
            fixtures.session_cookie(user)
        });
        let clients: Vec<_> = (0..20).map(|_| app.client_with(&cookie)).collect();
        let pages = simultaneously(
            clients
                .iter()
                .map(|client| || client.post(&path, &[("company_name", "Once Only")]))
                .collect(),
        );
        assert!(
            pages.iter().all(|page| page.status == 303),
            "{:?}",
            pages.iter().map(|p| p.status).collect::<Vec<_>>()
        );
    }
    assert_eq!(org.count("companies", "AND t.name = 'Once Only'"), 1);
    assert_eq!(org.count("onboarding_links", "AND t.uses = 1 AND t.joined = 1"), 2);
    app.expect_healthy();
}

#[test]
fn a_domain_restricted_link_admits_only_verified_addresses_of_its_domains() {
    let app = TestApp::shared();
    let org = TestOrganization::create(app, "domains");
    let (path, _) = org.link(&[("domains", "@hill.test\nlake.test")]);
    let far = org.person("Ana Far", "ana@notthehill.test");
    far.get(&path).expect(200).expect_text("Use another email address");
    far.post(&path, &[]).expect(403);
    let sub = org.person("Sub Domain", "sub@mail.hill.test");
    sub.post(&path, &[]).expect(403);
    assert_eq!(org.role_of("ana@notthehill.test"), None);
    let near = org.person("Noah Hill", "noah-domains@hill.test");
    near.post(&path, &[]).expect(303);
    assert_eq!(org.role_of("noah-domains@hill.test").as_deref(), Some("member"));
    // The link does not verify an unverified address.
    let cookie = app.fixtures(|fixtures| {
        let user = fixtures.account("Eve False", "eve-domains@hill.test", false);
        fixtures.session_cookie(user)
    });
    let eve = app.client_with(&cookie);
    eve.get(&path).expect(200).expect_text("Verify your email");
    eve.post(&path, &[]).expect_redirect("/verify");
    assert_eq!(org.role_of("eve-domains@hill.test"), None);
}

#[test]
fn an_expired_disabled_or_replaced_link_admits_no_one_and_says_why() {
    let app = TestApp::open();
    let org = TestOrganization::create(&app, "over");
    let noah = org.person("Noah Hill", "noah@hill.test");
    let refused = |path: &str, words: &str| {
        for client in [&noah, &app.client()] {
            client.get(path).expect(200).expect_text(words);
        }
        noah.post(path, &[]).expect(422).expect_text(words);
        let out = app.client();
        out.post(&format!("{path}/opening"), &[("way", "signup")])
            .expect_redirect(path);
        assert_eq!(org.role_of("noah@hill.test"), None);
    };
    let (old, id) = org.link(&[]);
    let at = format!("{}/{id}", org.base());

    org.owner.post(&format!("{at}/disabling"), &[]).expect(303);
    org.owner.get(&org.base()).expect_text("Disabled");
    refused(&old, "disabled this link");
    org.owner.post(&format!("{at}/enabling"), &[]).expect(303);
    noah.get(&old).expect(200).expect_text("Join Lakeside Agency");

    org.owner.get(&format!("{at}/rotation")).expect(200);
    org.owner.post(&format!("{at}/rotation"), &[]).expect(303);
    let (new, same) = org.newest();
    assert_eq!(same, id);
    assert_ne!(new, old);
    refused(&old, "A newer link");
    noah.get(&new).expect(200).expect_text("Join Lakeside Agency");

    let day = app.day(2);
    let fields = [
        ("name", "Partner fair"),
        ("purpose", "join"),
        ("role", "member"),
        ("company_role", "viewer"),
        ("approval", "automatic"),
        ("expires_at", day.as_str()),
    ];
    org.owner.post(&at, &fields).expect(303);
    assert_eq!(org.newest().0, new, "an edit keeps the link");
    app.advance(Duration::from_secs(2 * 86_400));
    noah.get(&new).expect(200).expect_text("Join Lakeside Agency");
    app.advance(Duration::from_secs(86_400));
    let (noah, owner) = (app.signed_in("noah@hill.test"), app.signed_in("olivia@over.test"));
    noah.get(&new).expect(200).expect_text("has expired");
    noah.post(&new, &[]).expect(422);
    owner.get(&org.base()).expect_text("Expired");
    assert_eq!(org.role_of("noah@hill.test"), None);
    assert_eq!(
        org.audit_actions()
            .split(' ')
            .filter(|action| action.starts_with("onboarding_link"))
            .collect::<Vec<_>>(),
        [
            "onboarding_link.created",
            "onboarding_link.disabled",
            "onboarding_link.enabled",
            "onboarding_link.rotated",
            "onboarding_link.edited"
        ]
    );
    app.client().get("/join/nothing").expect(404);
    noah.post("/join/nothing", &[]).expect(404);
}

#[test]
fn an_invalid_link_form_shows_field_errors_and_saves_nothing() {
    let app = TestApp::shared();
    let org = TestOrganization::create(app, "forms");
    let good = [
        ("name", "Partner fair"),
        ("purpose", "join"),
        ("role", "member"),
        ("company_role", "viewer"),
        ("approval", "automatic"),
    ];
    for (field, value) in [
        ("name", ""),
        ("purpose", "conquer"),
        ("role", "owner"),
        ("role", "emperor"),
        ("company_role", "owner"),
        ("approval", ""),
        ("domains", "not a domain"),
        ("max_uses", "0"),
        ("max_uses", "many"),
        ("expires_at", "2020-01-01"),
        ("expires_at", "tomorrow"),
        ("company_id", "nothing"),
    ] {
        let mut fields: Vec<(&str, &str)> = good.iter().copied().filter(|(name, _)| *name != field).collect();
        fields.push((field, value));
        let page = org.owner.post(&org.base(), &fields).expect(422);
        assert!(page.has("There is a problem"), "{field} {value}: {}", page.text());
        assert!(
            !page.texts(&format!("[id=\"{field}-error\"]")).is_empty(),
            "{field} {value}: {}",
            page.text()
        );
    }
    assert_eq!(org.count("onboarding_links", ""), 0);
}

#[test]
fn a_link_can_be_copied_later_and_viewing_it_changes_nothing() {
    let mut app = TestApp::open();
    let (path, before) = {
        let org = TestOrganization::create(&app, "copy");
        let (path, _) = org.link(&[("purpose", "new_company"), ("company_role", "manager")]);
        let rows = |app: &TestApp| {
            app.database.words(
                "SELECT opened || ' ' || uses || ' ' || joined || ' ' || token_hash AS value FROM onboarding_links",
            )
        };
        let before = rows(&app);
        let token = path.strip_prefix("/join/").expect("a token").to_owned();
        assert!(!before[0].contains(&token), "the token is not stored");
        let noah = org.person("Noah Hill", "noah@hill.test");
        for client in [&app.client(), &noah, &org.owner] {
            for _ in 0..3 {
                client.get(&path).expect(200);
                client.get(&format!("{path}?continued=1")).expect(200);
            }
        }
        assert_eq!(rows(&app), before);
        assert_eq!(org.role_of("noah@hill.test"), None);
        assert_eq!(org.newest().0, path);
        (path, before)
    };
    app.restart();
    let owner = app.signed_in("olivia@copy.test");
    let list = owner.get("/organizations/copy/settings/onboarding").expect(200);
    assert_eq!(list.texts(".secret"), [format!("{}{path}", app.base())]);
    assert_eq!(before.len(), 1);
    // Submitting counts once per browser.
    let out = app.client();
    for _ in 0..3 {
        out.post(&format!("{path}/opening"), &[("way", "login")]).expect(303);
    }
    assert_eq!(app.database.number("SELECT opened AS value FROM onboarding_links"), 1);
}

#[test]
fn join_requests_are_approved_or_declined_once() {
    let app = TestApp::open();
    let org = TestOrganization::create(&app, "queue");
    let admin = org.member("Ada Admin", "ada@queue.test", "admin");
    org.member("Ed Editor", "ed@queue.test", "editor");
    let (path, _) = org.link(&[
        ("purpose", "new_company"),
        ("company_role", "manager"),
        ("approval", "approval"),
    ]);
    let noah = org.person("Noah Hill", "noah@hill.test");
    let mia = org.person("Mia Lake", "mia@lake.test");
    noah.post(&path, &[("company_name", "Hill Studio")])
        .expect(303)
        .follow(&noah)
        .expect_text("Waiting for approval");
    noah.post(&path, &[("company_name", "Hill Studio")]).expect(303);
    mia.post(&path, &[("company_name", "Lake Studio")]).expect(303);
    assert_eq!(org.role_of("noah@hill.test"), None);
    assert_eq!(org.count("join_requests", "AND t.status = 'awaiting'"), 2);
    assert_eq!(org.funnel(), ["2", "0", "0"]);
    noah.get("/onboarding")
        .expect(200)
        .expect_text("Waiting for approval")
        .expect_text("Hill Studio");

    // Only members who can decide are notified.
    let message = app.mail_to("ada@queue.test");
    assert!(message.subject.contains("Mia Lake"), "{}", message.subject);
    assert!(
        message.text.contains("Lake Studio") && message.text.contains("mia@lake.test"),
        "{}",
        message.text
    );
    assert_eq!(app.emails_to("ada@queue.test").len(), 2);
    assert_eq!(app.emails_to("ed@queue.test").len(), 0);
    let queue = admin.get(&message.link("/organizations/")).expect(200);
    assert_eq!(queue.texts("tbody tr").len(), 2);
    let ids: Vec<String> = queue
        .all("tbody tr", "id")
        .iter()
        .map(|id| id.trim_start_matches("request-").to_owned())
        .collect();
    let decide = |client: &Client, id: &str, what: &str| {
        client.post(&format!("{}/requests/{id}/decision", org.base()), &[("decision", what)])
    };
    decide(&admin, &ids[0], "perhaps").expect(400);
    decide(&admin, &ids[0], "approve").expect(303);
    decide(&admin, &ids[1], "deny").expect(303);
    decide(&admin, &ids[0], "deny")
        .expect(422)
        .expect_text("answered or withdrawn already");
    decide(&org.owner, &ids[1], "approve").expect(422);

    let welcome = app.mail_to("noah@hill.test");
    assert!(welcome.subject.contains("Welcome"), "{}", welcome.subject);
    noah.get(&welcome.link("/organizations/"))
        .expect(200)
        .expect_text("Hill Studio");
    assert_eq!(org.role_of("noah@hill.test").as_deref(), Some("member"));
    assert!(app.mail_to("mia@lake.test").subject.contains("declined"));
    mia.get(&path).expect(200).expect_text("declined");
    mia.post(&path, &[("company_name", "Lake Studio")]).expect(422);
    assert_eq!(org.role_of("mia@lake.test"), None);
    assert_eq!(
        org.count("companies", "AND t.name IN ('Hill Studio', 'Lake Studio')"),
        1
    );
    assert_eq!(org.funnel(), ["2", "0", "1"]);
    let actions = org.audit_actions();
    assert!(
        actions.contains("join.requested join.requested company.created join.approved join.denied"),
        "{actions}"
    );
    app.expect_healthy();
}

#[test]
fn a_join_request_can_be_withdrawn_and_expires() {
    let app = TestApp::open();
    let org = TestOrganization::create(&app, "patience");
    let (path, _) = org.link(&[("approval", "approval")]);
    let noah = org.person("Noah Hill", "noah@hill.test");
    let mia = org.person("Mia Lake", "mia@lake.test");
    for client in [&noah, &mia] {
        client.post(&path, &[]).expect(303);
    }
    let page = noah.get(&path).expect(200);
    let withdrawal = page
        .all("form[action*=withdrawal]", "action")
        .first()
        .expect("a link back")
        .clone();
    mia.post(&withdrawal, &[]).expect(404);
    assert_eq!(org.count("join_requests", "AND t.status = 'awaiting'"), 2);
    noah.post(&withdrawal, &[]).expect(303);
    noah.get(&path).expect(200).expect_text("Request to join");
    app.advance(Duration::from_secs(31 * 86_400));
    app.sweep();
    assert_eq!(org.count("join_requests", "AND t.status = 'awaiting'"), 0);
    assert_eq!(org.count("join_requests", "AND t.status = 'expired'"), 1);
    assert!(
        org.audit_actions().ends_with("join.withdrawn join.expired"),
        "{}",
        org.audit_actions()
    );
    app.signed_in("mia@lake.test")
        .get(&path)
        .expect(200)
        .expect_text("Request to join");
}

#[test]
fn no_one_approves_a_join_request_beyond_their_own_permissions() {
    let app = TestApp::shared();
    let org = TestOrganization::create(app, "beyond");
    let tom = org.member("Tom User", "tom@beyond.test", "user_admin");
    let (path, id) = org.link(&[("role", "admin"), ("approval", "approval")]);
    let noah = org.person("Noah Hill", "noah-beyond@hill.test");
    noah.post(&path, &[]).expect(303);
    assert_eq!(
        app.emails_to("tom@beyond.test").len(),
        0,
        "members who can't approve get no email"
    );
    assert_eq!(app.emails_to("olivia@beyond.test").len(), 1);
    let queue = tom.get(&format!("{}/requests", org.base())).expect(200);
    let request = queue.all("tbody tr", "id")[0].trim_start_matches("request-").to_owned();
    let decision = format!("{}/requests/{request}/decision", org.base());
    tom.post(&decision, &[("decision", "approve")])
        .expect(422)
        .expect_text("You don’t have permission to add people as Admin");
    assert_eq!(org.role_of("noah-beyond@hill.test"), None);
    // The user admin also can't see a link that grants admin without approval.
    let fields = [
        ("name", "Heads"),
        ("purpose", "join"),
        ("role", "admin"),
        ("company_role", "viewer"),
        ("approval", "automatic"),
    ];
    org.owner.post(&format!("{}/{id}", org.base()), &fields).expect(303);
    let list = tom
        .get(&org.base())
        .expect(200)
        .expect_text("Only members who can give these roles");
    assert!(!list.body.contains("/join/"), "{}", list.body);
    let (_, id) = org.link(&[]);
    assert!(
        tom.get(&org.base()).expect(200).body.contains("/join/"),
        "a member’s link can be copied"
    );
    for path in ["new".to_owned(), id.clone(), format!("{id}/rotation")] {
        tom.get(&format!("{}/{path}", org.base())).expect(403);
    }
    for path in ["rotation", "disabling", "enabling"] {
        tom.post(&format!("{}/{id}/{path}", org.base()), &[]).expect(403);
    }
    tom.post(&org.base(), &fields).expect(403);
}

#[test]
fn no_one_creates_a_link_beyond_their_own_permissions() {
    let app = TestApp::open();
    let org = TestOrganization::create(&app, "custom");
    let tom = org.member("Tom Custom", "tom@custom.test", "user_admin");
    // A user admin who can manage links through a custom role.
    app.database.execute(
        "INSERT INTO custom_roles (organization_id, id, name, description, base, permissions, created_by, created_at)
         SELECT organization_id, '00000000000070008000000000000001', 'Welcome desk', '', 'user_admin', 'onboarding.manage onboarding.copy members.invite members.role members.view access.view', user_id, 0 FROM memberships WHERE role = 'owner'",
    );
    app.database.execute(
        "UPDATE memberships SET custom_role_id = '00000000000070008000000000000001' WHERE role = 'user_admin'",
    );
    let form = |role: &'static str, purpose: &'static str| {
        [
            ("name", "Mine"),
            ("purpose", purpose),
            ("role", role),
            ("company_role", "viewer"),
            ("approval", "automatic"),
        ]
    };
    let page = tom.get(&format!("{}/new", org.base())).expect(200);
    let offered = page.all("#role option", "value");
    assert!(
        offered.contains(&"member".to_owned()) && !offered.contains(&"admin".to_owned()),
        "{offered:?}"
    );
    for role in ["owner", "admin", "user_admin", "billing_admin"] {
        let page = tom.post(&org.base(), &form(role, "join")).expect(422);
        assert!(page.field_error("role").is_some(), "{role}: {}", page.text());
    }
    // Without permission to create companies, their links can't either.
    tom.post(&org.base(), &form("member", "new_company"))
        .expect(403)
        .expect_text("Create companies");
    assert_eq!(org.count("onboarding_links", ""), 0);
    tom.post(&org.base(), &form("member", "join")).expect(303);
    // They can disable the owner's link for admins, but not enable or read it.
    let (_, id) = org.link(&[("role", "admin")]);
    let at = format!("{}/{id}", org.base());
    tom.post(&format!("{at}/disabling"), &[]).expect(303);
    tom.post(&format!("{at}/enabling"), &[]).expect(403);
    tom.post(&format!("{at}/rotation"), &[]).expect(303);
    let seen = tom.get(&org.base()).expect(200).texts(".secret");
    assert_eq!(seen.len(), 1, "{seen:?}");
}

#[test]
fn a_link_is_paused_when_its_creator_loses_permission_until_taken_over() {
    let app = TestApp::open();
    let org = TestOrganization::create(&app, "demoted");
    let ada = org.member("Ada Admin", "ada@demoted.test", "admin");
    let fields = [
        ("name", "Ada’s link"),
        ("purpose", "join"),
        ("role", "viewer"),
        ("company_role", "viewer"),
        ("approval", "automatic"),
    ];
    ada.post(&org.base(), &fields).expect(303);
    let (path, id) = org.newest();
    let noah = org.person("Noah Hill", "noah@hill.test");
    noah.get(&path)
        .expect(200)
        .expect_text("Ada Admin of Lakeside Agency invites you");
    let member = app.database.words(
        "SELECT m.id AS value FROM memberships m JOIN users u ON u.id = m.user_id WHERE u.email = 'ada@demoted.test'",
    );
    let at = format!("/organizations/demoted/members/{}", member[0]);
    org.owner.post(&format!("{at}/role"), &[("role", "editor")]).expect(303);
    noah.get(&path).expect(200).expect_text("is paused");
    noah.post(&path, &[]).expect(422);
    app.client()
        .post(&format!("{path}/opening"), &[("way", "signup")])
        .expect_redirect(&path);
    org.owner
        .get(&org.base())
        .expect(200)
        .expect_text("This link is paused")
        .expect_text("Take over");
    let edit = format!("{}/{id}", org.base());
    org.owner
        .get(&edit)
        .expect(200)
        .expect_text("If you save it, it works with your permissions");
    org.owner.post(&edit, &fields).expect(303);
    noah.post(&path, &[]).expect(303);
    assert_eq!(org.role_of("noah@hill.test").as_deref(), Some("viewer"));
    assert!(
        org.audit_actions().contains("onboarding_link.edited"),
        "{}",
        org.audit_actions()
    );

    // Policies apply too: if admins can't create companies, neither can their links.
    let fresh = org.member("Fred Admin", "fred@demoted.test", "admin");
    let fields = [
        ("name", "Fred’s"),
        ("purpose", "new_company"),
        ("role", "member"),
        ("company_role", "manager"),
        ("approval", "automatic"),
    ];
    fresh.post(&org.base(), &fields).expect(303);
    let (path, _) = org.newest();
    app.database
        .execute("UPDATE organizations SET policies = '{\"admin\":{\"company.create\":\"deny\"}}'");
    let mia = org.person("Mia Lake", "mia@lake.test");
    mia.post(&path, &[("company_name", "Lake")])
        .expect(422)
        .expect_text("is paused");
    assert_eq!(org.count("companies", "AND t.name = 'Lake'"), 0);
}

#[test]
fn removed_members_need_approval_and_suspended_members_cannot_join() {
    let app = TestApp::open();
    let org = TestOrganization::create(&app, "again");
    let (path, _) = org.link(&[]);
    let (noah, mia, zoe) = (
        org.member("Noah Hill", "noah@hill.test", "viewer"),
        org.member("Mia Lake", "mia@lake.test", "viewer"),
        org.member("Zoe Left", "zoe@left.test", "viewer"),
    );
    let id = |email: &str| {
        app.database.words(&format!(
            "SELECT m.id AS value FROM memberships m JOIN users u ON u.id = m.user_id WHERE u.email = '{email}'"
        ))[0]
            .clone()
    };
    org.owner
        .post(
            &format!("/organizations/again/members/{}/removal", id("noah@hill.test")),
            &[],
        )
        .expect(303);
    zoe.post("/organizations/again/leaving", &[]).expect(303);
    app.database.execute(&format!(
        "UPDATE memberships SET status = 'suspended' WHERE id = '{}'",
        id("mia@lake.test")
    ));
    noah.get(&path).expect(200).expect_text("You were a member before");
    noah.post(&path, &[])
        .expect(303)
        .follow(&noah)
        .expect_text("Waiting for approval");
    mia.post(&path, &[]).expect(403).expect_text("suspended");
    zoe.post(&path, &[]).expect_redirect("/organizations/again");
    assert_eq!(org.role_of("noah@hill.test"), None);
    assert_eq!(org.role_of("mia@lake.test"), None);
    assert_eq!(
        org.role_of("zoe@left.test").as_deref(),
        Some("member"),
        "the role of the link, not the former one"
    );
}

#[test]
fn joining_through_a_link_supersedes_a_pending_invitation() {
    let app = TestApp::shared();
    let org = TestOrganization::create(app, "both-ways");
    let (path, _) = org.link(&[]);
    crate::harness::people::invite(&org.owner, "both-ways", "noah-both@hill.test", "viewer");
    let noah = org.person("Noah Hill", "noah-both@hill.test");
    noah.post(&path, &[]).expect(303);
    assert_eq!(org.count("invitations", "AND t.status = 'superseded'"), 1);
    assert!(
        org.audit_actions().ends_with("member.joined invitation.superseded"),
        "{}",
        org.audit_actions()
    );
}

#[test]
fn a_link_allows_sign_up_when_sign_up_is_by_invitation() {
    let app = TestApp::with(|config| config.signup = Signup::Invited);
    let org = TestOrganization::create(&app, "closed-house");
    let (path, _) = org.link(&[("domains", "hill.test")]);
    let fields = |email: &'static str, next: &str| {
        [
            ("name", "Noah Hill"),
            ("email", email),
            ("password", PASSWORD),
            ("terms", "on"),
        ]
        .into_iter()
        .map(|(n, v)| (n, v.to_owned()))
        .chain([("next", next.to_owned())])
        .collect::<Vec<_>>()
    };
    let post = |client: &Client, email: &'static str, next: &str| {
        let fields = fields(email, next);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
        client.post("/signup", &fields)
    };
    let out = app.client();
    post(&out, "noah@hill.test", "")
        .expect(422)
        .expect_text("by invitation");
    post(&out, "noah@hill.test", "/join/nothing").expect(422);
    post(&out, "ana@far.test", &path)
        .expect(422)
        .expect_text("addresses at hill.test");
    let login = out.get(&format!("/login?next={path}")).expect(200);
    assert!(
        login.links().iter().any(|link| link.starts_with("/signup?next=")),
        "{:?}",
        login.links()
    );
    sign_up(&app, &out, &path, "Noah Hill", "noah@hill.test");
    out.post(&path, &[("continued", "1")])
        .expect_redirect("/organizations/closed-house");
    assert_eq!(org.funnel(), ["1", "1", "1"]);
    // A disabled link does not allow sign-up.
    let (_, id) = org.newest();
    org.owner
        .post(&format!("{}/{id}/disabling", org.base()), &[])
        .expect(303);
    post(&app.client(), "mia@hill.test", &path)
        .expect(422)
        .expect_text("by invitation");
}

#[test]
fn an_organization_awaiting_deletion_accepts_no_new_members() {
    let app = TestApp::shared();
    let org = TestOrganization::create(app, "ending");
    let (path, _) = org.link(&[]);
    let noah = org.person("Noah Hill", "noah-ending@hill.test");
    app.database.execute(&format!(
        "UPDATE organizations SET delete_after = {} WHERE id = (SELECT organization_id FROM organization_slugs WHERE slug = 'ending')",
        app.now() + 1_000_000_000
    ));
    noah.get(&path).expect(200).expect_text("doesn’t accept new members");
    noah.post(&path, &[]).expect(422);
    assert_eq!(org.role_of("noah-ending@hill.test"), None);
}

#[test]
fn links_and_requests_of_another_organization_are_not_found() {
    let app = TestApp::shared();
    let (mine, theirs) = (
        TestOrganization::create(app, "isle-one"),
        TestOrganization::create(app, "isle-two"),
    );
    let (path, id) = theirs.link(&[("approval", "approval")]);
    theirs
        .person("Noah Hill", "noah-isle@hill.test")
        .post(&path, &[])
        .expect(303);
    let queue = theirs.owner.get(&format!("{}/requests", theirs.base())).expect(200);
    let request = queue.all("tbody tr", "id")[0].trim_start_matches("request-").to_owned();
    let base = mine.base();
    let good = [
        ("name", "Stolen"),
        ("purpose", "join"),
        ("role", "member"),
        ("company_role", "viewer"),
        ("approval", "automatic"),
        ("decision", "approve"),
    ];
    for path in [format!("{base}/{id}"), format!("{base}/{id}/rotation")] {
        mine.owner.get(&path).expect(404);
    }
    for path in [
        format!("{base}/{id}"),
        format!("{base}/{id}/rotation"),
        format!("{base}/{id}/disabling"),
        format!("{base}/{id}/enabling"),
        format!("{base}/requests/{request}/decision"),
    ] {
        mine.owner.post(&path, &good).expect(404);
    }
    assert_eq!(theirs.newest().0, path);
    assert_eq!(theirs.count("join_requests", "AND t.status = 'awaiting'"), 1);
}

#[test]
fn a_user_is_limited_to_ten_link_uses_a_day() {
    let app = TestApp::shared();
    let org = TestOrganization::create(app, "many-ways");
    let (path, _) = org.link(&[("purpose", "new_company"), ("company_role", "manager")]);
    let noah = org.person("Noah Hill", "noah-many@hill.test");
    for n in 0..10 {
        noah.post(&path, &[("company_name", &format!("Studio {n}"))])
            .expect(303);
    }
    noah.post(&path, &[("company_name", "Studio 11")]).expect(429);
    assert_eq!(org.count("companies", "AND t.name LIKE 'Studio%'"), 10);
}

mod browser {
    use super::*;
    use crate::harness::browser::{Browser, Display};

    #[test]
    fn a_new_user_joins_on_a_phone() {
        join_through_a_new_link(Display::phone());
    }

    #[test]
    fn a_new_user_joins_on_a_phone_without_javascript() {
        join_through_a_new_link(Display::phone().without_javascript());
    }

    fn join_through_a_new_link(display: Display) {
        let app = TestApp::open();
        let owner = app.owner_of("Lakeside Agency", "lakeside");
        let browser = Browser::with(&app.base(), display);
        browser.sign_in_as(&owner);
        browser.goto("/organizations/lakeside/settings/onboarding");
        browser.wait_for_text("No links yet");
        browser.press("New link");
        browser.wait_for_text("What people can do with it");
        browser.press("Create link");
        browser.fill("#name", "Partner fair");
        browser.click("input[name=approval][value=automatic]");
        browser.press("Create link");
        browser.wait_for_path("/organizations/lakeside/settings/onboarding");
        let url = browser.text(".secret");
        assert_eq!(browser.overflow(), 0);
        browser.expect_clean();
        drop(browser);

        let browser = Browser::with(&app.base(), display);
        browser.goto(url.trim().strip_prefix(&app.base()).expect("on this instance"));
        browser.wait_for_text("Set up your client at Lakeside Agency");
        browser.press("Create an account");
        browser.wait_for_text("Then continue to Lakeside Agency");
        browser.fill("#name", "Noah Hill");
        browser.fill("#email", "noah@hill.test");
        browser.fill("#password", PASSWORD);
        browser.click("#terms");
        browser.press("Create account");
        browser.wait_for_text("Check your email");
        browser.goto(&app.mail_to("noah@hill.test").link("/verify/"));
        browser.press("Verify email");
        browser.wait_for_text("You join as noah@hill.test");
        assert_eq!(browser.overflow(), 0);
        browser.fill("#company_name", "Hill Studio");
        browser.press("Create client");
        browser.wait_for_path("/organizations/lakeside/companies/hill-studio");
        browser.wait_for_text("Hill Studio");
        browser.expect_clean();
        let list = owner.get("/organizations/lakeside/settings/onboarding").expect(200);
        assert_eq!(list.texts(".facts dd"), ["1", "1", "1"]);
    }
}
