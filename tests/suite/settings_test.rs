//! General settings: profile, web address, contacts, ownership, dual control and deletion.

use std::collections::BTreeSet;
use std::time::Duration;

use tenantry::audit::Events;
use tenantry::auth::System;
use tenantry::common::id::MembershipId;
use tenantry::models::approval;
use tenantry::models::approval::{ApprovalAction, NewApproval};
use tenantry::models::organization::deletion;
use tenantry::models::tenant_tables::TENANT_TABLES;
use tenantry::routes::ROUTES;

use crate::harness::client::Client;
use crate::harness::fixtures::simultaneously;
use crate::harness::people::PASSWORD;
use crate::harness::places::repository;
use crate::harness::rounds;
use crate::harness::test_app::TestApp;
use crate::roles_test::{Scenario, ask};

const DAY: Duration = Duration::from_secs(86_400);

/// A request: client, path, fields.
type Request<'a> = (&'a Client, String, Vec<(&'a str, &'a str)>);

/// An organization with an owner and another member, each with a client and a membership id.
struct Pair {
    olivia: Client,
    noah: Client,
    olivia_id: String,
    noah_id: String,
    base: String,
}

impl Pair {
    fn create(app: &TestApp, slug: &str, role: &str) -> Self {
        let (cookies, ids) = app.fixtures(|fixtures| {
            let owner = fixtures.account("Olivia Hart", &format!("olivia@{slug}.test"), true);
            let organization = fixtures.organization(slug, slug, owner);
            let noah = fixtures.account("Noah Brandt", &format!("noah@{slug}.test"), true);
            let noah_id = fixtures.add_member(organization, noah, role, &[]).to_string();
            let olivia_id = fixtures.membership(organization, owner).to_string();
            (
                [fixtures.session_cookie(owner), fixtures.session_cookie(noah)],
                [olivia_id, noah_id],
            )
        });
        let [olivia_id, noah_id] = ids;
        Self {
            olivia: app.client_with(&cookies[0]),
            noah: app.client_with(&cookies[1]),
            olivia_id,
            noah_id,
            base: format!("/organizations/{slug}"),
        }
    }

    fn settings(&self, rest: &str) -> String {
        format!("{}/settings/{rest}", self.base)
    }

    /// Two owners with dual control.
    fn with_dual_control(app: &TestApp, slug: &str) -> Self {
        let pair = Self::create(app, slug, "owner");
        pair.olivia
            .post(&pair.settings("dual-control"), &[("on", "yes")])
            .expect(303);
        pair
    }

    /// The paths of pending approvals on the General page.
    fn pending_approvals(&self, who: &Client) -> Vec<String> {
        let links = who.get(&self.settings("general")).expect(200).links();
        links
            .into_iter()
            .filter(|link| link.contains("/settings/approvals/"))
            .collect()
    }

    fn pending_approval(&self, who: &Client) -> String {
        let mut all = self.pending_approvals(who);
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }

    fn change_slug(&self, from: &str, to: &str) -> crate::harness::page::Page {
        let path = format!("/organizations/{from}/settings/slug");
        self.olivia.post(&path, &[("slug", to), ("current_slug", from)])
    }
}

fn profile(name: &str) -> Vec<(&str, &str)> {
    vec![
        ("name", name),
        ("domain", ""),
        ("region", "eu"),
        ("organization_type", "enterprise"),
        ("unit_label", "company"),
    ]
}

fn role(app: &TestApp, id: &str) -> String {
    let sql = format!("SELECT role AS value FROM memberships WHERE id = '{id}'");
    app.database.words(&sql).remove(0)
}

#[test]
fn time_zone_and_currency_are_validated_and_kept() {
    let app = TestApp::shared();
    let pair = Pair::create(app, "zoned", "viewer");
    let path = pair.settings("general");
    let with = |more: &[(&'static str, &'static str)]| [profile("zoned"), more.to_vec()].concat();
    pair.olivia
        .post(&path, &with(&[("timezone", "Europe/Berlin"), ("currency", "EUR")]))
        .expect(303);
    let page = pair.olivia.get(&path).expect(200);
    let form = page.form(&path);
    assert!(form.contains(&("timezone".into(), "Europe/Berlin".into())), "{form:?}");
    assert!(form.contains(&("currency".into(), "EUR".into())), "{form:?}");
    // Fields missing from the form keep their values.
    pair.olivia.post(&path, &profile("Zoned out")).expect(303);
    let form = pair.olivia.get(&path).form(&path);
    assert!(form.contains(&("timezone".into(), "Europe/Berlin".into())), "{form:?}");
    for (field, bad) in [("timezone", "Mars/Olympus"), ("currency", "XXX"), ("currency", "'--")] {
        let page = pair.olivia.post(&path, &with(&[(field, bad)])).expect(422);
        assert!(page.field_error(field).is_some(), "{field} {bad}");
    }
    assert_eq!(
        app.database
            .words("SELECT currency AS value FROM organizations WHERE name = 'Zoned out'"),
        ["EUR"]
    );
}

#[test]
fn a_new_organization_name_appears_on_pages_in_lists_and_in_emails() {
    let app = TestApp::shared();
    let pair = Pair::create(app, "one-name", "admin");
    pair.olivia
        .post(&pair.settings("general"), &profile("Harbour & Sons"))
        .expect(303);
    pair.noah.get(&pair.base).expect(200).expect_text("Harbour & Sons");
    pair.noah
        .get("/organizations")
        .expect(200)
        .expect_text("Harbour & Sons");
    let kind = pair.settings("contacts/primary");
    pair.olivia.post(&kind, &[("email", "hello@one-name.test")]).expect(303);
    let message = app.mail_to("hello@one-name.test");
    assert!(message.subject.contains("Harbour & Sons"), "{}", message.subject);
    assert!(message.text.contains("Harbour & Sons") && message.html.contains("Harbour &#38; Sons"));
}

#[test]
fn changing_the_web_address_requires_typing_the_current_one() {
    let app = TestApp::shared();
    Pair::create(app, "taken-before", "viewer");
    let pair = Pair::create(app, "typed", "admin");
    let path = pair.settings("slug");
    for (slug, current, field) in [
        ("fresh-one", "", "current_slug"),
        ("fresh-one", "typo", "current_slug"),
        ("typed", "typed", "slug"),
        ("settings", "typed", "slug"),
        ("contacts", "typed", "slug"),
        ("choosing", "typed", "slug"),
        ("a", "typed", "slug"),
        ("taken-before", "typed", "slug"),
    ] {
        let page = pair
            .olivia
            .post(&path, &[("slug", slug), ("current_slug", current)])
            .expect(422);
        assert!(page.field_error(field).is_some(), "{slug} {current}: {}", page.text());
        assert_eq!(page.value_of("slug").as_deref(), Some(slug));
    }
    // An admin may not change it.
    pair.noah.get(&path).expect(403);
    pair.noah
        .post(&path, &[("slug", "mine"), ("current_slug", "typed")])
        .expect(403);
    pair.olivia.get(&pair.base).expect(200);
    // The live check.
    let said = |slug: &str| {
        pair.olivia
            .fragment(&pair.settings(&format!("slug/status?slug={slug}")))
            .expect(200)
    };
    assert!(said("brand-new").has("is free"));
    assert!(said("taken-before").has("is taken"));
    assert!(said("settings").has("reserved"));
}

#[test]
fn an_old_web_address_redirects_members_and_stays_reserved() {
    let app = TestApp::open();
    let pair = Pair::create(&app, "alpha", "admin");
    let stranger = Pair::create(&app, "stranger", "admin");
    pair.change_slug("alpha", "beta")
        .expect_redirect("/organizations/beta/settings/general");
    pair.change_slug("beta", "gamma").expect(303);
    for old in ["alpha", "beta"] {
        // Pages keep their path and query; after two changes the redirect leads straight to the current slug.
        let page = pair
            .noah
            .get(&format!("/organizations/{old}/members?q=a%20b&x=/organizations/{old}"))
            .expect(301);
        let there = format!("/organizations/gamma/members?q=a%20b&x=/organizations/{old}");
        assert_eq!(page.location.as_deref(), Some(there.as_str()));
        assert_eq!(
            pair.noah
                .get(&format!("/organizations/{old}"))
                .expect(301)
                .location
                .as_deref(),
            Some("/organizations/gamma")
        );
        // A form is resent with its method.
        let page = pair
            .olivia
            .post(&format!("/organizations/{old}/settings/general"), &profile("Alpha"))
            .expect(308);
        assert_eq!(page.location.as_deref(), Some("/organizations/gamma/settings/general"));
        // A fragment reloads the whole page at its new address.
        let fragment = pair.noah.fragment(&format!("/organizations/{old}/members?q=a"));
        assert_eq!(fragment.header("hx-redirect"), "/organizations/gamma/members?q=a");
        let form = pair
            .olivia
            .post_fragment(&format!("/organizations/{old}/settings/general"), &profile("Alpha"));
        assert_eq!(
            (form.status, form.location.as_deref()),
            (308, Some("/organizations/gamma/settings/general"))
        );
        // Nonmembers can't see that the slug was used.
        stranger.olivia.get(&format!("/organizations/{old}")).expect(404);
        let taken = stranger.change_slug("stranger", old).expect(422);
        assert!(taken.field_error("slug").is_some_and(|said| said.contains("taken")));
        let new = [
            ("name", "Other"),
            ("slug", old),
            ("region", "eu"),
            ("organization_type", "partner"),
        ];
        stranger.olivia.post("/organizations", &new).expect(422);
    }
    // In capitals, and percent-encoded.
    let upper = pair.noah.get("/organizations/ALPHA/members").expect(308);
    assert_eq!(upper.location.as_deref(), Some("/organizations/alpha/members"));
    let odd = pair.noah.get("/organizations/%61lpha/members?q=a").expect(301);
    assert_eq!(odd.location.as_deref(), Some("/organizations/gamma/members?q=a"));
    // Back to an earlier slug.
    pair.change_slug("gamma", "alpha").expect(303);
    pair.noah.get("/organizations/alpha").expect(200);
    assert_eq!(
        pair.noah.get("/organizations/gamma").expect(301).location.as_deref(),
        Some("/organizations/alpha")
    );
    let log = "SELECT count(*) AS value FROM audit_events WHERE action = 'organization.slug_changed'";
    assert_eq!(app.database.number(log), 3);
    // Every old slug stays reserved, so changes are limited.
    for (from, to) in [("alpha", "a-4"), ("a-4", "a-5"), ("a-5", "a-6")] {
        pair.change_slug(from, to).expect(303);
    }
    let often = pair.change_slug("a-6", "a-7").expect(422);
    assert!(
        often
            .field_error("slug")
            .is_some_and(|said| said.contains("times in 30 days")),
        "{}",
        often.text()
    );
    pair.change_slug("a-6", "alpha").expect(303);
    app.expect_healthy();
}

#[test]
fn of_two_parallel_web_address_changes_one_succeeds() {
    let app = TestApp::open();
    for round in 0..10 {
        let slug = format!("twice-{round}");
        let pair = Pair::create(&app, &slug, "owner");
        let (one, other) = (format!("one-{round}"), format!("other-{round}"));
        let send = |client: &Client, to: &str| {
            client
                .post(&pair.settings("slug"), &[("slug", to), ("current_slug", &slug)])
                .status
        };
        let (pair, send) = (&pair, &send);
        let done = simultaneously(vec![
            Box::new(move || send(&pair.olivia, &one)) as Box<dyn FnOnce() -> u16 + Send>,
            Box::new(move || send(&pair.noah, &other)),
        ]);
        assert_eq!(done.iter().filter(|status| **status == 303).count(), 1, "{done:?}");
    }
    app.expect_healthy();
}

#[test]
fn a_contact_is_used_only_after_its_email_is_verified() {
    let app = TestApp::open();
    let pair = Pair::create(&app, "reached", "viewer");
    let path = pair.settings("contacts/support");
    pair.olivia
        .post(&pair.settings("contacts/unknown"), &[("email", "a@b.test")])
        .expect(404);
    pair.noah.post(&path, &[("email", "a@b.test")]).expect(403);
    let bad = pair.olivia.post(&path, &[("email", "not an address")]).expect(422);
    assert_eq!(bad.texts("#contact-support-error").len(), 1, "{}", bad.text());
    assert_eq!(bad.all("[aria-invalid]", "id"), ["contact-support"]);
    assert_eq!(bad.all("#contact-support", "value"), ["not an address"]);

    pair.olivia.post(&path, &[("email", "Help@Reached.test")]).expect(303);
    let link = app.mail_to("help@reached.test").link("/contacts/");
    pair.olivia
        .get(&pair.settings("general"))
        .expect_text("Verification pending");
    // A contact is not used before verification, and opening the link does not verify it.
    let shown = |who: &Client| who.get(&pair.settings("slug")).expect(403).has("help@reached.test");
    assert!(!shown(&pair.noah));
    app.client()
        .get(&link)
        .expect(200)
        .expect_text("support contact of reached");
    assert!(!shown(&pair.noah));
    app.client()
        .post(&link, &[])
        .expect(200)
        .expect_text("help@reached.test is now the support contact of reached.");
    assert!(shown(&pair.noah), "members see the contact on a refusal page");
    pair.noah.get(&pair.base).expect(200).expect_text("help@reached.test");
    // The link works once.
    app.client().post(&link, &[]).expect(404);
    app.client()
        .get(&link)
        .expect(404)
        .expect_text("This link is no longer valid");
    app.client().get("/contacts/no-such-token").expect(404);

    // While a new address is pending, the verified one stays in use.
    pair.olivia.post(&path, &[("email", "help@reached.test")]).expect(422);
    pair.olivia.post(&path, &[("email", "new@reached.test")]).expect(303);
    let first = app.mail_to("new@reached.test").link("/contacts/");
    assert!(shown(&pair.noah));
    // Resending is limited to once a minute, and a new link replaces the old one.
    pair.olivia.post(&format!("{path}/resending"), &[]).expect(303);
    assert_eq!(app.emails_to("new@reached.test").len(), 1);
    app.advance(Duration::from_secs(61));
    pair.olivia.post(&format!("{path}/resending"), &[]).expect(303);
    assert_eq!(app.emails_to("new@reached.test").len(), 2);
    app.client().post(&first, &[]).expect(404);
    // The link expires after a day.
    let second = app.mail_to("new@reached.test").link("/contacts/");
    app.advance(DAY + Duration::from_secs(1));
    app.client().post(&second, &[]).expect(404);
    pair.olivia.get(&pair.settings("general")).expect_text("Link expired");
    assert!(shown(&pair.noah));
    pair.olivia.post(&format!("{path}/removal"), &[]).expect(303);
    assert!(!shown(&pair.noah));
    let log = "SELECT action AS value FROM audit_events WHERE action LIKE 'organization.contact%' ORDER BY seq";
    let log = app.database.words(log);
    let count = |what: &str| log.iter().filter(|action| action.ends_with(what)).count();
    assert_eq!(
        (count("entered"), count("verified"), count("removed")),
        (3, 1, 1),
        "{log:?}"
    );
    // The token is stored only as a hash.
    let token = link.strip_prefix("/contacts/").expect("a token");
    let kept = format!("SELECT count(*) AS value FROM organization_contacts WHERE token_hash = '{token}'");
    assert_eq!(app.database.number(&kept), 0);
}

#[test]
fn an_organization_waits_for_its_invited_owner() {
    let app = TestApp::open();
    let cookie = app.fixtures(|fixtures| {
        let olivia = fixtures.account("Olivia Hart", "olivia@waits.test", true);
        fixtures.session_cookie(olivia)
    });
    let olivia = app.client_with(&cookie);
    let create = |slug: &str, more: &[(&'static str, &'static str)]| {
        let mut fields = vec![
            ("name", slug),
            ("slug", slug),
            ("region", "eu"),
            ("organization_type", "partner"),
        ];
        fields.extend(more);
        olivia.post("/organizations", &fields)
    };
    // Someone else without an address is an error; an address that belongs to "me" is not used.
    let page = create("waits", &[("owner", "other")]).expect(422);
    assert!(page.field_error("owner_email").is_some());
    create("mine", &[("owner", "me"), ("owner_email", "nina@waits.test")]).expect(303);
    assert!(app.emails_to("nina@waits.test").is_empty());
    create("waits", &[("owner", "other"), ("owner_email", "nina@waits.test")]).expect(303);
    let general = "/organizations/waits/settings/general";
    let states = |shown: bool| {
        assert_eq!(olivia.get("/organizations").expect(200).has("Owner invited"), shown);
        assert_eq!(
            olivia.get("/organizations/waits").expect(200).has("Owner invited"),
            shown
        );
        olivia.get(general).expect(200).has("Owner invited")
    };
    assert!(states(true));
    olivia
        .get(general)
        .expect_text("nina@waits.test becomes the owner by accepting. Until then you are the owner.");
    // Another person instead: the first link is closed.
    let first = app.mail_to("nina@waits.test").link("/invitations/");
    let owner = "/organizations/waits/settings/owner";
    let bad = olivia.post(owner, &[("owner_email", "nobody")]).expect(422);
    assert!(
        bad.field_error("owner_email")
            .is_some_and(|said| said.contains("like name@company.com"))
    );
    assert_eq!(bad.value_of("owner_email").as_deref(), Some("nobody"));
    let member = olivia.post(owner, &[("owner_email", "olivia@waits.test")]).expect(422);
    assert!(
        member
            .field_error("owner_email")
            .is_some_and(|said| said.contains("is a member"))
    );
    olivia.post(owner, &[("owner_email", "nina@waits.test")]).expect(422);
    olivia
        .post(owner, &[("owner_email", "emma@waits.test")])
        .expect_redirect(general);
    app.client().get(&first).expect_text("cancelled");
    assert!(olivia.get(general).has("emma@waits.test becomes the owner"));
    // An expired one can be sent again.
    app.advance(DAY * 8);
    app.sweep();
    let olivia = app.signed_in("olivia@waits.test");
    olivia.get(general).expect(200).expect_text("Expired");
    let page = olivia.get(general);
    let resending = page.all("form[action$='/resending']", "action").remove(0);
    olivia.post(&resending, &[]).expect(303);
    let link = app.mail_to("emma@waits.test").link("/invitations/");
    let emma = app.fixtures(|fixtures| {
        let emma = fixtures.account("Emma Stone", "emma@waits.test", true);
        fixtures.session_cookie(emma)
    });
    let emma = app.client_with(&emma);
    emma.post(&format!("{link}/acceptance"), &[])
        .expect_redirect("/organizations/waits");
    let roles = "SELECT m.role AS value FROM memberships m JOIN organization_slugs s ON s.organization_id = m.organization_id \
        JOIN users u ON u.id = m.user_id WHERE s.slug = 'waits' ORDER BY u.email";
    assert_eq!(app.database.words(roles), ["owner", "admin"]);
    assert!(!emma.get(general).expect(200).has("Owner invited"));
    assert!(!olivia.get("/organizations").has("Owner invited"));
    olivia.post(owner, &[("owner_email", "nina@waits.test")]).expect(403);
    app.expect_healthy();
}

#[test]
fn ownership_transfers_when_the_new_owner_approves() {
    let app = TestApp::open();
    let pair = Pair::create(&app, "handing", "viewer");
    let ann = app.fixtures(|fixtures| {
        let organization = fixtures.organization_of("handing");
        let ann = fixtures.account("Ann Admin", "ann@handing.test", true);
        fixtures.add_member(organization, ann, "admin", &[]);
        fixtures.session_cookie(ann)
    });
    let ann = app.client_with(&ann);
    let path = pair.settings("transfer");
    pair.noah.get(&path).expect(403);
    ann.post(&path, &[("member_id", &pair.noah_id), ("password", PASSWORD)])
        .expect(403);
    pair.olivia
        .get(&format!("{path}?q=noah"))
        .expect(200)
        .expect_text("noah@handing.test");
    // A password and a member are required.
    for (member, password, field) in [
        (pair.noah_id.as_str(), "wrong-horse-battery", "password"),
        (pair.noah_id.as_str(), "", "password"),
        ("", PASSWORD, "member_id"),
        (pair.olivia_id.as_str(), PASSWORD, "member_id"),
    ] {
        let page = pair
            .olivia
            .post(&path, &[("member_id", member), ("password", password)])
            .expect(422);
        assert!(page.field_error(field).is_some(), "{member} {field}: {}", page.text());
    }
    let elsewhere = Pair::create(&app, "elsewhere", "viewer");
    pair.olivia
        .post(&path, &[("member_id", &elsewhere.noah_id), ("password", PASSWORD)])
        .expect(404);

    let fields = [("member_id", pair.noah_id.as_str()), ("password", PASSWORD)];
    let request = pair
        .olivia
        .post(&path, &fields)
        .expect(303)
        .location
        .expect("the request");
    assert_eq!(
        pair.olivia.post(&path, &fields).expect(422).status,
        422,
        "a second request is refused"
    );
    assert_eq!(role(&app, &pair.noah_id), "viewer");
    let message = app.mail_to("noah@handing.test");
    assert_eq!(message.link("/settings/approvals/"), request);
    // Only the requested member decides, whatever their role; others can't see the request.
    ann.get(&request).expect(404);
    ann.post(&format!("{request}/confirmation"), &[]).expect(404);
    elsewhere.olivia.get(&request).expect(404);
    pair.olivia.post(&format!("{request}/confirmation"), &[]).expect(403);
    pair.noah
        .get(&request)
        .expect(200)
        .expect_text("Olivia Hart wants to transfer handing to Noah Brandt");
    pair.noah.post(&format!("{request}/confirmation"), &[]).expect(303);
    assert_eq!(role(&app, &pair.noah_id), "owner");
    assert_eq!(role(&app, &pair.olivia_id), "admin");
    pair.noah
        .post(&format!("{request}/confirmation"), &[])
        .expect(422)
        .expect_text("This was already decided");
    assert!(app.mail_to("olivia@handing.test").subject.contains("approved"));
    app.expect_healthy();

    // The old owner can stay an owner.
    let fields = [
        ("member_id", pair.olivia_id.as_str()),
        ("password", PASSWORD),
        ("stays", "on"),
    ];
    let request = pair
        .noah
        .post(&path, &fields)
        .expect(303)
        .location
        .expect("the request");
    pair.olivia.post(&format!("{request}/confirmation"), &[]).expect(303);
    assert_eq!(
        (role(&app, &pair.noah_id).as_str(), role(&app, &pair.olivia_id).as_str()),
        ("owner", "owner")
    );
    app.expect_healthy();
}

#[test]
fn a_transfer_can_be_declined_or_withdrawn_and_expires() {
    let app = TestApp::open();
    let pair = Pair::create(&app, "unsure", "editor");
    let path = pair.settings("transfer");
    let fields = [("member_id", pair.noah_id.as_str()), ("password", PASSWORD)];
    let propose = || {
        pair.olivia
            .post(&path, &fields)
            .expect(303)
            .location
            .expect("the request")
    };
    let request = propose();
    pair.noah.post(&format!("{request}/withdrawal"), &[]).expect(403);
    pair.noah.post(&format!("{request}/refusal"), &[]).expect(303);
    pair.noah.post(&format!("{request}/confirmation"), &[]).expect(422);
    let request = propose();
    pair.olivia.post(&format!("{request}/withdrawal"), &[]).expect(303);
    pair.noah.post(&format!("{request}/confirmation"), &[]).expect(422);
    pair.noah.get(&request).expect(200).expect_text("withdrew it");
    // A request expires.
    let request = propose();
    app.advance(7 * DAY + Duration::from_secs(1));
    let (olivia, noah) = (app.signed_in("olivia@unsure.test"), app.signed_in("noah@unsure.test"));
    noah.post(&format!("{request}/confirmation"), &[]).expect(422);
    app.sweep();
    noah.get(&request).expect(200).expect_text("without a decision");
    // Someone who is no longer an owner can't transfer ownership.
    let request = olivia.post(&path, &fields).expect(303).location.expect("the request");
    app.fixtures(|fixtures| {
        let organization = fixtures.organization_of("unsure");
        let third = fixtures.account("Third Owner", "third@unsure.test", true);
        fixtures.add_member(organization, third, "owner", &[]);
    });
    olivia
        .post(
            &format!("{}/members/{}/role", pair.base, pair.olivia_id),
            &[("role", "admin")],
        )
        .expect(303);
    noah.post(&format!("{request}/confirmation"), &[])
        .expect(422)
        .expect_text("is no longer an owner");
    noah.get(&request)
        .expect(200)
        .expect_text("It can no longer be applied");
    assert_eq!(role(&app, &pair.noah_id), "editor");
    app.expect_healthy();
}

#[test]
fn parallel_transfer_approvals_and_removals_leave_one_owner() {
    let app = TestApp::open();
    for round in 0..20 {
        let pair = Pair::create(&app, &format!("race-{round}"), "editor");
        let fields = [("member_id", pair.noah_id.as_str()), ("password", PASSWORD)];
        let request = pair
            .olivia
            .post(&pair.settings("transfer"), &fields)
            .expect(303)
            .location
            .expect("the request");
        let confirm = format!("{request}/confirmation");
        let removal = format!("{}/members/{}/removal", pair.base, pair.noah_id);
        let (pair, confirm, removal) = (&pair, &confirm, &removal);
        let second: Box<dyn FnOnce() -> u16 + Send> = if round % 2 == 0 {
            Box::new(move || pair.noah.post(confirm, &[]).status)
        } else {
            Box::new(move || pair.olivia.post(removal, &[]).status)
        };
        let answers = simultaneously(vec![Box::new(move || pair.noah.post(confirm, &[]).status), second]);
        assert!(
            answers.iter().all(|status| *status < 500 || *status == 503),
            "{answers:?}"
        );
        let owners = format!(
            "SELECT count(*) AS value FROM memberships WHERE organization_id = (SELECT organization_id FROM organization_slugs WHERE slug = 'race-{round}') AND role = 'owner' AND status = 'active'"
        );
        assert_eq!(app.database.number(&owners), 1, "round {round}: {answers:?}");
    }
    app.expect_healthy();
}

#[test]
fn dual_control_requires_approval_for_owner_and_web_address_changes() {
    let app = TestApp::open();
    let alone = Pair::create(&app, "alone", "admin");
    alone
        .olivia
        .post(&alone.settings("dual-control"), &[("on", "yes")])
        .expect(303);
    assert!(
        alone
            .olivia
            .get(&alone.settings("general"))
            .has("Requires a second owner")
    );

    let pair = Pair::with_dual_control(&app, "dual");
    let tara = app.fixtures(|fixtures| {
        let organization = fixtures.organization_of("dual");
        let tara = fixtures.account("Tara Third", "tara@dual.test", true);
        fixtures.add_member(organization, tara, "admin", &[]).to_string()
    });
    let member = |id: &str, rest: &str| format!("{}/members/{id}/{rest}", pair.base);
    let pending_request = |what: &str| {
        let request = pair.pending_approval(&pair.noah);
        pair.noah.get(&request).expect(200).expect_text(what);
        // The requester can't approve it.
        pair.olivia.post(&format!("{request}/confirmation"), &[]).expect(403);
        request
    };
    let confirm = |request: &str| pair.noah.post(&format!("{request}/confirmation"), &[]).expect(303);

    // Promoting to owner waits for approval, and a repeated request is not duplicated.
    pair.olivia
        .post(&member(&tara, "role"), &[("role", "owner")])
        .expect(303);
    pair.olivia
        .post(&member(&tara, "role"), &[("role", "owner")])
        .expect(303);
    assert_eq!(role(&app, &tara), "admin");
    let request = pending_request("make Tara Third an owner");
    assert_eq!(app.mail_to("noah@dual.test").link("/settings/approvals/"), request);
    confirm(&request);
    assert_eq!(role(&app, &tara), "owner");
    // The log names both.
    let both = "SELECT on_behalf_of AS value FROM audit_events WHERE action = 'member.role_changed' AND actor_name = 'Noah Brandt'";
    assert_eq!(app.database.words(both), ["Olivia Hart"]);

    // Demoting and removing an owner need approval.
    pair.olivia
        .post(&member(&tara, "role"), &[("role", "editor")])
        .expect(303);
    let request = pending_request("make Tara Third Editor instead of owner");
    pair.noah.post(&format!("{request}/refusal"), &[]).expect(303);
    assert_eq!(role(&app, &tara), "owner");
    pair.olivia.post(&member(&tara, "removal"), &[]).expect(303);
    confirm(&pending_request("remove the owner Tara Third"));
    let gone = format!("SELECT status AS value FROM memberships WHERE id = '{tara}'");
    assert_eq!(app.database.words(&gone), ["removed"]);

    // No one becomes an owner by an invitation.
    let invite = [("emails", "fresh@dual.test"), ("role", "owner")];
    pair.olivia
        .post(&format!("{}/invitations", pair.base), &invite)
        .expect(422);

    // Changing the web address.
    pair.change_slug("dual", "dual-two").expect(303);
    pair.olivia.get("/organizations/dual").expect(200);
    let there = confirm(&pending_request("change the web address of dual from dual to dual-two"));
    assert!(
        there
            .location
            .is_some_and(|path| path.starts_with("/organizations/dual-two/settings/approvals/"))
    );
    pair.olivia.get("/organizations/dual-two").expect(200);
    app.expect_healthy();
}

#[test]
fn dual_control_requires_approval_to_suspend_restore_or_remove_an_owner() {
    let app = TestApp::open();
    let pair = Pair::with_dual_control(&app, "shut");
    let (tara, cookie) = app.fixtures(|fixtures| {
        let organization = fixtures.organization_of("shut");
        let tara = fixtures.account("Tara Third", "tara@shut.test", true);
        let cookie = fixtures.session_cookie(tara);
        (
            fixtures.add_member(organization, tara, "owner", &[]).to_string(),
            cookie,
        )
    });
    let tara_client = app.client_with(&cookie);
    let member = |rest: &str| format!("{}/members/{tara}/{rest}", pair.base);
    let status = format!("SELECT status AS value FROM memberships WHERE id = '{tara}'");
    let confirmed = |what: &str| {
        let request = pair.pending_approval(&pair.noah);
        pair.noah.get(&request).expect(200).expect_text(what);
        pair.olivia.post(&format!("{request}/confirmation"), &[]).expect(403);
        pair.noah.post(&format!("{request}/confirmation"), &[]).expect(303);
    };

    pair.olivia
        .post(&member("suspension"), &[("reason", "On leave")])
        .expect(303);
    assert_eq!(app.database.words(&status), ["active"], "it awaits approval");
    tara_client.get(&pair.base).expect(200);
    confirmed("suspend the owner Tara Third");
    assert_eq!(app.database.words(&status), ["suspended"]);
    tara_client.get(&pair.base).expect(403);

    pair.olivia.post(&member("restoration"), &[]).expect(303);
    assert_eq!(app.database.words(&status), ["suspended"], "it awaits approval");
    confirmed("restore the access of the owner Tara Third");
    tara_client.get(&pair.base).expect(200);

    // One owner can't undo a removal that two approved.
    pair.olivia.post(&member("removal"), &[]).expect(303);
    confirmed("remove the owner Tara Third");
    for owner in [&pair.olivia, &pair.noah] {
        owner
            .post(&member("reinstatement"), &[])
            .expect(403)
            .expect_text("dual control is on");
    }
    assert_eq!(app.database.words(&status), ["removed"]);
    tara_client.get(&pair.base).expect(404);
    app.expect_healthy();
}

#[test]
fn dual_control_requires_approval_to_turn_it_off_or_delete_the_organization() {
    let app = TestApp::open();
    let pair = Pair::with_dual_control(&app, "careful");
    // A transfer would bypass the second owner.
    pair.olivia
        .get(&pair.settings("transfer"))
        .expect(200)
        .expect_text("Dual control is on");
    // Turning it off needs approval.
    pair.olivia.post(&pair.settings("dual-control"), &[]).expect(303);
    assert!(
        pair.olivia
            .get(&pair.settings("general"))
            .has("Turning it off also needs a second owner")
    );
    let off = pair.pending_approval(&pair.noah);
    pair.noah.post(&format!("{off}/refusal"), &[]).expect(303);
    // Deleting the organization needs approval.
    let delete = [("organization_name", "careful"), ("password", PASSWORD)];
    pair.olivia.post(&pair.settings("deletion"), &delete).expect(303);
    assert!(!pair.olivia.get(&pair.base).has("will be deleted"));
    let request = pair.pending_approval(&pair.noah);
    // The action is authorized again on approval, and the requester has left.
    let leave = format!("{}/leaving", pair.base);
    pair.olivia.post(&leave, &[]).expect(303);
    pair.noah.post(&format!("{request}/confirmation"), &[]).expect(422);
    assert!(!pair.noah.get(&pair.base).has("will be deleted"));
    // Dual control is paused with only one owner left.
    pair.noah
        .get(&pair.settings("general"))
        .expect(200)
        .expect_text("Paused while there is only one owner");
    pair.noah.post(&pair.settings("deletion"), &delete).expect(303);
    pair.noah.get(&pair.base).expect(200).expect_text("will be deleted");
    app.expect_healthy();
}

#[test]
fn parallel_approvals_apply_a_change_once() {
    let app = TestApp::open();
    for round in 0..10 {
        let pair = Pair::with_dual_control(&app, &format!("both-{round}"));
        let (third, tara) = app.fixtures(|fixtures| {
            let organization = fixtures.organization_of(&format!("both-{round}"));
            let third = fixtures.account("Third Owner", &format!("third@both-{round}.test"), true);
            fixtures.add_member(organization, third, "owner", &[]);
            let tara = fixtures.account("Tara Third", &format!("tara@both-{round}.test"), true);
            (
                fixtures.session_cookie(third),
                fixtures.add_member(organization, tara, "admin", &[]).to_string(),
            )
        });
        let third = app.client_with(&third);
        pair.olivia
            .post(&format!("{}/members/{tara}/role", pair.base), &[("role", "owner")])
            .expect(303);
        let confirm = format!("{}/confirmation", pair.pending_approval(&pair.noah));
        let (noah, third, confirm) = (&pair.noah, &third, &confirm);
        let answers = simultaneously(vec![
            Box::new(move || noah.post(confirm, &[]).status) as Box<dyn FnOnce() -> u16 + Send>,
            Box::new(move || third.post(confirm, &[]).status),
        ]);
        assert_eq!(
            answers.iter().filter(|status| **status == 303).count(),
            1,
            "{answers:?}"
        );
        assert_eq!(role(&app, &tara), "owner");
    }
    app.expect_healthy();
}

#[test]
fn an_organization_scheduled_for_deletion_can_be_restored() {
    let app = TestApp::open();
    let pair = Pair::create(&app, "ending", "admin");
    let path = pair.settings("deletion");
    let (token, invitee) = app.fixtures(|fixtures| {
        let organization = fixtures.organization_of("ending");
        let olivia = fixtures.user("olivia@ending.test");
        let (_, token) = fixtures.invitation(organization, olivia, "guest@ending.test", "viewer", &[]);
        let invitee = fixtures.account("Gus Guest", "guest@ending.test", true);
        (token, fixtures.session_cookie(invitee))
    });
    pair.noah.get(&path).expect(403);
    for (name, password, field) in [
        ("Ending", PASSWORD, "organization_name"),
        ("", PASSWORD, "organization_name"),
        ("ending", "wrong-horse-battery", "password"),
    ] {
        let page = pair
            .olivia
            .post(&path, &[("organization_name", name), ("password", password)])
            .expect(422);
        assert!(page.field_error(field).is_some(), "{name}: {}", page.text());
    }
    pair.olivia.get(&pair.base).expect(200);
    pair.olivia
        .post(&path, &[("organization_name", "ending"), ("password", PASSWORD)])
        .expect(303);
    for who in ["olivia@ending.test", "noah@ending.test"] {
        assert!(app.mail_to(who).subject.contains("will be deleted on"));
    }
    // The notice is on every page, and everything stays readable.
    for (who, page) in [(&pair.olivia, ""), (&pair.noah, "/members"), (&pair.noah, "/companies")] {
        who.get(&format!("{}{page}", pair.base))
            .expect(200)
            .expect_text("ending will be deleted on");
    }
    pair.noah
        .get("/organizations")
        .expect(200)
        .expect_text("Pending deletion on");
    assert!(!pair.noah.get(&pair.base).links().contains(&path));
    // No one can join.
    let invitee = app.client_with(&invitee);
    invitee
        .get(&format!("/invitations/{token}"))
        .expect(200)
        .expect_text("doesn’t accept new members");
    invitee
        .post(&format!("/invitations/{token}/acceptance"), &[])
        .expect(422);
    // Restoring returns everything.
    pair.noah.post(&pair.settings("restoration"), &[]).expect(403);
    pair.olivia.get(&path).expect(200).expect_text("Restore ending?");
    pair.olivia.post(&pair.settings("restoration"), &[]).expect(303);
    assert!(app.mail_to("noah@ending.test").subject.contains("restored"));
    assert!(!pair.noah.get(&pair.base).expect(200).has("will be deleted on"));
    invitee
        .post(&format!("/invitations/{token}/acceptance"), &[])
        .expect(303);
    app.advance(40 * DAY);
    app.sweep();
    app.signed_in("noah@ending.test").get(&pair.base).expect(200);
    app.expect_healthy();
}

#[test]
fn nothing_can_be_changed_while_an_organization_awaits_deletion() {
    let app = TestApp::open();
    // A refused request changes nothing, so all of them share one scenario; only the restoration has its own.
    let [still, restored] = ["still", "restored"].map(|slug| {
        let scenario = Scenario::create(&app, "owner", slug);
        app.database.execute(&format!(
            "UPDATE organizations SET status = 'pending_deletion', delete_after = {} WHERE id = '{}'",
            app.now() + 1_000_000 * 86_400 * 20,
            scenario.organization
        ));
        scenario
    });
    let faults: Vec<String> = ROUTES
        .iter()
        .filter(|route| route.method == "POST" && route.path.starts_with("/organizations/{slug}/"))
        .filter_map(|route| {
            let restores = route.path.ends_with("/settings/restoration");
            let scenario = if restores { &restored } else { &still };
            let owner = app.client_with(scenario.actor.as_ref().expect("an owner"));
            let page = ask(
                &owner,
                "POST",
                &scenario.path(route.path, ""),
                &scenario.form(route.path),
            );
            if restores {
                return (page.status != 303).then(|| format!("{}: {}", route.path, page.status));
            }
            let refused = page.status == 403 && page.has("Until then nothing in it can be changed");
            (!refused).then(|| format!("{}: {} {:?}", route.path, page.status, page.location))
        })
        .collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn after_thirty_days_only_the_deleted_organizations_data_is_removed() {
    let app = TestApp::open();
    let pair = Pair::create(&app, "gone", "admin");
    let stays = Pair::create(&app, "stays", "admin");
    pair.olivia
        .post(&pair.settings("contacts/billing"), &[("email", "bills@gone.test")])
        .expect(303);
    let organization = "(SELECT organization_id FROM organization_slugs WHERE slug = 'gone')";
    pair.olivia
        .post(
            &pair.settings("deletion"),
            &[("organization_name", "gone"), ("password", PASSWORD)],
        )
        .expect(303);
    let left = |slug: &str| -> Vec<(String, i64)> {
        let of = format!("(SELECT organization_id FROM organization_slugs WHERE slug = '{slug}')");
        TENANT_TABLES
            .iter()
            .map(|table| {
                let table = table.name;
                let sql = format!("SELECT count(*) AS value FROM {table} WHERE organization_id = {of}");
                (table.to_owned(), app.database.number(&sql))
            })
            .filter(|(_, rows)| *rows > 0)
            .collect()
    };
    let before = left("stays");
    app.advance(29 * DAY);
    app.sweep();
    app.signed_in("olivia@gone.test").get(&pair.base).expect(200);
    app.advance(DAY + Duration::from_secs(1));
    app.sweep();
    assert_eq!(left("gone"), []);
    assert_eq!(left("stays"), before);
    app.signed_in("olivia@gone.test").get(&pair.base).expect(404);
    assert!(!app.signed_in("noah@gone.test").get("/organizations").has("gone.test/"));
    // The slug stays reserved, the account keeps its event, and owners are notified.
    let taken = stays.olivia.post(
        "/organizations",
        &[
            ("name", "Gone"),
            ("slug", "gone"),
            ("region", "eu"),
            ("organization_type", "partner"),
        ],
    );
    assert!(matches!(taken.status, 303 | 422));
    let olivia = app.signed_in("olivia@stays.test");
    let path = "/organizations/stays/settings/slug";
    olivia
        .post(path, &[("slug", "gone"), ("current_slug", "stays")])
        .expect(422);
    let line =
        "SELECT count(*) AS value FROM account_events WHERE action = 'organization.deleted' AND target_label = 'gone'";
    assert_eq!(app.database.number(line), 1);
    assert!(app.mail_to("olivia@gone.test").subject.contains("was deleted"));
    let name = format!("SELECT name AS value FROM organizations WHERE id = {organization}");
    assert_eq!(app.database.words(&name), [""]);
    // The background jobs have nothing left to do.
    app.sweep();
    app.expect_healthy();
}

#[test]
fn an_interrupted_deletion_resumes() {
    let app = TestApp::open();
    let pair = Pair::create(&app, "cut-off", "admin");
    pair.olivia
        .post(
            &pair.settings("deletion"),
            &[("organization_name", "cut-off"), ("password", PASSWORD)],
        )
        .expect(303);
    // Set the time in the database: advancing the clock would start the app's own job.
    app.database
        .execute("UPDATE organizations SET delete_after = 1 WHERE name = 'cut-off'");
    // Simulate a process that died between two steps.
    let system = System::of(app.product(), "test");
    let none = || Events::none("a test deletes step by step");
    let begun = system.write(|cx, conn| Ok((deletion::begin(conn, cx.now)?.is_some(), none())));
    assert!(begun.expect("the database"));
    for _ in 0..4 {
        let more = system.write(|_, conn| Ok((deletion::delete_rows(conn, 2)?, none())));
        assert!(more.expect("the database"), "there are more rows");
    }
    let olivia = app.signed_in("olivia@cut-off.test");
    olivia.get(&pair.base).expect(404);
    olivia.post(&pair.settings("restoration"), &[]).expect(404);
    let left = "SELECT count(*) AS value FROM memberships m JOIN organization_slugs s ON s.organization_id = m.organization_id WHERE s.slug = 'cut-off'";
    assert_eq!(app.database.number(left), 2);
    app.sweep();
    assert_eq!(app.database.number(left), 0);
    app.expect_healthy();
}

#[test]
fn restoring_at_the_last_moment_keeps_everything_or_nothing() {
    let app = TestApp::open();
    for round in 0..20 {
        let slug = format!("last-{round}");
        let pair = Pair::create(&app, &slug, "admin");
        app.database.execute(&format!(
            "UPDATE organizations SET status = 'pending_deletion', delete_after = 1 WHERE name = '{slug}'"
        ));
        let (pair, app) = (&pair, &app);
        let answers = simultaneously(vec![
            Box::new(move || pair.olivia.post(&pair.settings("restoration"), &[]).status)
                as Box<dyn FnOnce() -> u16 + Send>,
            Box::new(move || {
                app.sweep();
                0
            }),
        ]);
        let status = format!(
            "SELECT o.status AS value FROM organizations o JOIN organization_slugs s ON s.organization_id = o.id WHERE s.slug = '{slug}'"
        );
        let kept = app.database.words(&status) == ["active"];
        let left = format!(
            "SELECT count(*) AS value FROM memberships m JOIN organization_slugs s ON s.organization_id = m.organization_id WHERE s.slug = '{slug}'"
        );
        assert_eq!(
            app.database.number(&left),
            if kept { 2 } else { 0 },
            "round {round}: {answers:?}"
        );
        assert_eq!(answers[0] == 303, kept, "round {round}: {answers:?}");
    }
    app.expect_healthy();
}

#[test]
fn parallel_ownership_changes_always_leave_an_owner() {
    let app = TestApp::open();
    for round in 0..rounds(200, 40) {
        let slug = format!("owned-{round}");
        let pair = Pair::create(&app, &slug, "owner");
        let (organization, tara_id, tara) = app.fixtures(|fixtures| {
            let organization = fixtures.organization_of(&slug);
            let tara = fixtures.account("Tara Third", &format!("tara@{slug}.test"), true);
            (
                organization,
                fixtures.add_member(organization, tara, "editor", &[]),
                fixtures.session_cookie(tara),
            )
        });
        let tara = app.client_with(&tara);
        let ask = NewApproval {
            action: ApprovalAction::Transfer,
            payload: serde_json::json!({ "member": tara_id.as_str(), "stays": "no" }),
            label: "hand it over".into(),
            requested_by: MembershipId::parse(&pair.olivia_id).expect("an id"),
            approver: Some(tara_id),
        };
        let asked = System::of(app.product(), "test").write(|cx, conn| {
            let id = approval::insert(conn, cx.now, organization, &ask)?;
            Ok((id, Events::none("a test asks")))
        });
        let request = asked.expect("the database").expect("no equal request is pending");
        let confirm = pair.settings(&format!("approvals/{request}/confirmation"));
        let leave = format!("{}/leaving", pair.base);
        let demote = |id: &str| format!("{}/members/{id}/role", pair.base);
        let admin = vec![("role", "admin")];
        // A transfer races with leaving, demoting and deleting.
        let jobs: Vec<Request<'_>> = match round % 5 {
            0 => vec![(&pair.olivia, leave.clone(), vec![]), (&pair.noah, leave, vec![])],
            1 => vec![
                (&pair.noah, demote(&pair.olivia_id), admin.clone()),
                (&pair.noah, leave, vec![]),
            ],
            2 => vec![
                (&pair.olivia, demote(&pair.noah_id), admin.clone()),
                (&pair.olivia, leave, vec![]),
            ],
            3 => vec![
                (&pair.noah, demote(&pair.noah_id), admin.clone()),
                (&pair.olivia, demote(&pair.olivia_id), admin),
            ],
            _ => vec![
                (&pair.noah, leave, vec![]),
                (
                    &pair.olivia,
                    pair.settings("deletion"),
                    vec![("organization_name", &*slug), ("password", PASSWORD)],
                ),
            ],
        };
        let mut all: Vec<Box<dyn FnOnce() -> u16 + Send + '_>> = Vec::new();
        all.push(Box::new(|| tara.post(&confirm, &[]).status));
        for (client, path, fields) in jobs {
            all.push(Box::new(move || client.post(&path, &fields).status));
        }
        let answers = simultaneously(all);
        assert!(
            answers.iter().all(|status| *status < 500 || *status == 503),
            "{answers:?}"
        );
        let owners = format!(
            "SELECT count(*) AS value FROM memberships WHERE organization_id = '{organization}' AND role = 'owner' AND status = 'active'"
        );
        assert!(app.database.number(&owners) >= 1, "round {round}: {answers:?}");
    }
    app.expect_healthy();
}

#[test]
fn every_tenant_table_is_in_the_deletion_list() {
    let schema = std::fs::read_to_string(repository().join("src/db/schema.rs")).expect("the schema");
    let ours: BTreeSet<&str> = schema
        .split("diesel::table! {")
        .skip(1)
        .filter(|table| {
            table
                .split('}')
                .next()
                .is_some_and(|body| body.contains("organization_id -> Text"))
        })
        .filter_map(|table| table.trim_start().split([' ', '(']).next())
        // Slugs stay reserved after a deletion.
        .filter(|name| *name != "organization_slugs")
        .collect();
    let listed: BTreeSet<&str> = TENANT_TABLES.iter().map(|table| table.name).collect();
    assert!(ours.len() > 15);
    assert_eq!(ours, listed);
}

#[test]
fn three_questions_recommend_a_company_or_an_organization() {
    let app = TestApp::shared();
    let pair = Pair::create(app, "unsure-which", "viewer");
    for page in ["/organizations/new".to_owned(), format!("{}/companies/new", pair.base)] {
        let links = pair.olivia.get(&page).expect(200).links();
        assert!(
            links.contains(&"/organizations/choosing".to_owned()),
            "{page}: {links:?}"
        );
    }
    let ask = |query: &str| pair.noah.get(&format!("/organizations/choosing{query}")).expect(200);
    assert!(!ask("").has("You need"));
    ask("?owners=no&billing=no&walls=no").expect_text("You need another company in your organization");
    ask("?owners=no&billing=yes&walls=no").expect_text("You need another organization");
    ask("?owners=no&billing=&walls=x").expect_text("Answer all of the questions");
    app.client()
        .get("/organizations/choosing")
        .expect_redirect("/login?next=%2Forganizations%2Fchoosing");
}
