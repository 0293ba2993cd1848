//! Invitations from the form to the first page: every state, every visitor of the link, every refusal.

use std::time::Duration;

use tenantry::common::config::Signup;

use crate::harness::client::{Client, encode};
use crate::harness::page::Page;
use crate::harness::people::PASSWORD;
use crate::harness::test_app::TestApp;

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);

/// An organization with its owner, Olivia Hart (`olivia@SLUG.test`), signed in.
fn owner(app: &TestApp, slug: &str) -> Client {
    let cookie = app.fixtures(|fixtures| {
        let user = fixtures.account("Olivia Hart", &format!("olivia@{slug}.test"), true);
        fixtures.organization("Lakeside", slug, user);
        fixtures.session_cookie(user)
    });
    app.client_with(&cookie)
}

/// Another member, signed in.
fn member(app: &TestApp, slug: &str, name: &str, email: &str, role: &str) -> Client {
    let cookie = app.fixtures(|fixtures| {
        let user = fixtures.account(name, email, true);
        let organization = fixtures.organization_of(slug);
        fixtures.add_member(organization, user, role, &[]);
        fixtures.session_cookie(user)
    });
    app.client_with(&cookie)
}

/// An account without any organization, signed in.
fn person(app: &TestApp, name: &str, email: &str) -> Client {
    let cookie = app.fixtures(|fixtures| {
        let user = fixtures.account(name, email, true);
        fixtures.session_cookie(user)
    });
    app.client_with(&cookie)
}

fn invite(client: &Client, slug: &str, email: &str, more: &[(&str, &str)]) -> Page {
    let mut fields = vec![("emails", email)];
    if more.iter().all(|(name, _)| *name != "role") {
        fields.push(("role", "viewer"));
    }
    fields.extend(more);
    client.post(&format!("/organizations/{slug}/invitations"), &fields)
}

/// The id of the newest invitation to this address.
fn id(app: &TestApp, email: &str) -> String {
    let sql = format!("SELECT id AS value FROM invitations WHERE email = '{email}' ORDER BY created_at DESC");
    app.database
        .words(&sql)
        .first()
        .unwrap_or_else(|| panic!("{email} is not invited"))
        .clone()
}

fn status(app: &TestApp, email: &str) -> String {
    let sql = format!("SELECT status AS value FROM invitations WHERE email = '{email}' ORDER BY created_at DESC");
    app.database
        .words(&sql)
        .first()
        .unwrap_or_else(|| panic!("{email} is not invited"))
        .clone()
}

fn events(app: &TestApp, action: &str) -> i64 {
    app.database.number(&format!(
        "SELECT count(*) AS value FROM audit_events WHERE action = '{action}'"
    ))
}

/// The link in the newest email to this address.
fn link(app: &TestApp, email: &str) -> String {
    let emails = app.emails_to(email);
    let message = emails.iter().rfind(|message| message.text.contains("/invitations/"));
    message
        .unwrap_or_else(|| panic!("no invitation to {email}"))
        .link("/invitations/")
}

fn accept(client: &Client, link: &str) -> Page {
    client.post(&format!("{link}/acceptance"), &[])
}

#[test]
fn the_email_names_the_inviter_the_organization_and_the_role() {
    let app = TestApp::open();
    let olivia = owner(&app, "lakeside");
    let fields = [
        ("first_name", "Noah"),
        ("last_name", "Brandt"),
        ("message", "Welcome\nto the team"),
        ("role", "editor"),
    ];
    invite(&olivia, "lakeside", "noah@else.test", &fields)
        .follow(&olivia)
        .expect_text("Invit")
        .expect_text("noah@else.test");
    let message = app.mail_to("noah@else.test");
    assert!(
        message.subject.contains("Olivia Hart") && message.subject.contains("Lakeside"),
        "{}",
        message.subject
    );
    for words in [
        "Hello Noah",
        "Editor",
        "Welcome\nto the team",
        "olivia@lakeside.test",
        "works once",
    ] {
        assert!(
            message.text.replace("\r\n", "\n").contains(words),
            "{words}:\n{}",
            message.text
        );
    }
    assert!(
        message.html.contains(&message.link("/invitations/")),
        "both parts carry the same link"
    );
    let list = olivia.get("/organizations/lakeside/invitations").expect(200);
    list.clone()
        .expect_text("Noah Brandt")
        .expect_text("noah@else.test")
        .expect_text("Editor");
    assert_eq!(events(&app, "member.invited"), 1);
}

#[test]
fn an_invitation_link_shows_each_visitor_the_next_step() {
    let app = TestApp::open();
    let olivia = owner(&app, "lakeside");
    invite(&olivia, "lakeside", "noah@else.test", &[]).expect(303);
    let path = link(&app, "noah@else.test");

    // Signed out, without an account: only sign-up is offered.
    let page = app
        .client()
        .get(&path)
        .expect(200)
        .expect_text("Join Lakeside")
        .expect_text("Olivia Hart invited you");
    page.clone().expect_text("Create an account with this address");
    assert_eq!(page.link("Create account"), Some(format!("/signup?next={path}")));
    assert_eq!(page.link("Sign in"), None);

    // Signed out, with an account: only sign-in is offered.
    let noah = person(&app, "Noah Brandt", "noah@else.test");
    let page = app
        .client()
        .get(&path)
        .expect(200)
        .expect_text("Sign in with this address");
    assert_eq!(page.link("Sign in"), Some(format!("/login?next={path}")));
    assert_eq!(page.link("Create account"), None);
    accept(&app.client(), &path).expect(303);
    assert_eq!(status(&app, "noah@else.test"), "pending");

    noah.get(&path).expect(200).expect_text("Accept and open Lakeside");

    // The invited user before verification.
    app.database
        .execute("UPDATE users SET email_verified_at = NULL WHERE email = 'noah@else.test'");
    noah.get(&path)
        .expect(200)
        .expect_text("Verify your email address noah@else.test first");
    accept(&noah, &path).expect_redirect("/verify");
    app.database
        .execute("UPDATE users SET email_verified_at = 1 WHERE email = 'noah@else.test'");

    // Another user.
    let emma = person(&app, "Emma Stone", "emma@else.test");
    let page = emma
        .get(&path)
        .expect(200)
        .expect_text("You are signed in as emma@else.test");
    assert!(!page.has("Accept and open"));
    accept(&emma, &path).expect(403);
    emma.post(&format!("{path}/declination"), &[]).expect(403);
    // Signing out to switch accounts keeps the link.
    let next = page.all("form[action='/logout'] input[name=next]", "value");
    let login = emma
        .post("/logout", &[("next", &next[0])])
        .expect(303)
        .follow(&emma)
        .expect(200);
    assert_eq!(login.value_of("next"), Some(path.clone()));
    let fields = [("email", "noah@else.test"), ("password", PASSWORD)];
    emma.submit(&login, "/login", &fields).expect_redirect(&path);

    // A suspended organization.
    app.database.execute("UPDATE organizations SET status = 'suspended'");
    noah.get(&path).expect(200).expect_text("This organization is not open");
    accept(&noah, &path)
        .expect(422)
        .expect_text("This organization is not open");
    app.database.execute("UPDATE organizations SET status = 'active'");

    // After acceptance, the member sees a link to the organization; others learn that it was accepted.
    accept(&noah, &path).expect_redirect("/organizations/lakeside");
    noah.get("/organizations/lakeside")
        .expect(200)
        .expect_text("Welcome to Lakeside. Your role is Viewer");
    noah.get(&path).expect(200).expect_text("You are a member of Lakeside");
    app.client()
        .get(&path)
        .expect(200)
        .expect_text("This invitation was accepted already");
    // Accepting again has no further effect.
    accept(&noah, &path).expect_redirect("/organizations/lakeside");
    assert_eq!(events(&app, "invitation.accepted"), 1);

    // An unknown link.
    let page = app.client().get("/invitations/no-such-link").expect(404);
    page.expect_text("Invitation not found");
    accept(&noah, "/invitations/no-such-link").expect(404);
}

#[test]
fn a_closed_invitation_link_explains_why_and_adds_no_one() {
    let app = TestApp::open();
    let olivia = owner(&app, "lakeside");
    let over = |email: &str, bring: &dyn Fn(&str, &str), words: &str| {
        invite(&olivia, "lakeside", email, &[]).expect(303);
        let (noah, path) = (person(&app, "Noah Brandt", email), link(&app, email));
        bring(
            &format!("/organizations/lakeside/invitations/{}", id(&app, email)),
            &path,
        );
        for client in [&noah, &app.client()] {
            let page = client.get(&path).expect(200).expect_text(words);
            assert!(page.form_count("acceptance") == 0, "{}", page.text());
        }
        accept(&noah, &path).expect(422).expect_text(words);
        noah.post(&format!("{path}/declination"), &[])
            .expect(422)
            .expect_text(words);
        noah.get("/organizations/lakeside").expect(404);
    };
    over(
        "cancelled@else.test",
        &|path, _| drop(olivia.post(&format!("{path}/cancellation"), &[]).expect(303)),
        "This invitation was cancelled",
    );
    over(
        "declined@else.test",
        &|_, link| drop(app.client().post(&format!("{link}/declination"), &[]).expect(303)),
        "This invitation was declined",
    );
    over(
        "resent@else.test",
        &|path, _| {
            app.advance(MINUTE + Duration::from_secs(1));
            drop(olivia.post(&format!("{path}/resending"), &[]).expect(303));
        },
        "A newer link was sent",
    );
    over(
        "ended@else.test",
        &|_, _| {
            app.database
                .execute("UPDATE invitations SET access_until = 1 WHERE email = 'ended@else.test'")
        },
        "The access of this invitation has ended",
    );
    over(
        "late@else.test",
        &|_, _| app.advance(7 * DAY + MINUTE),
        "This invitation has expired",
    );
}

#[test]
fn an_invitation_link_continues_after_sign_up() {
    let app = TestApp::open();
    let olivia = owner(&app, "lakeside");
    let fields = [("first_name", "Noah"), ("last_name", "Brandt")];
    invite(&olivia, "lakeside", "noah@else.test", &fields).expect(303);
    let path = link(&app, "noah@else.test");
    let noah = app.client();
    let page = noah.get(&path).expect(200);
    let form = noah
        .get(&page.link("Create account").expect("a link"))
        .expect(200)
        .expect_text("You were invited to Lakeside");
    assert_eq!(form.value_of("email").as_deref(), Some("noah@else.test"));
    assert_eq!(form.value_of("name").as_deref(), Some("Noah Brandt"));
    // The invitation link verified the address: no second email, and straight back to the invitation.
    noah.submit(&form, "/signup", &[("password", PASSWORD), ("terms", "on")])
        .expect_redirect(&path);
    accept(&noah, &path).expect_redirect("/organizations/lakeside");
    noah.get("/organizations/lakeside").expect(200).expect_text("Lakeside");
    assert_eq!(app.emails_to("noah@else.test").len(), 1);
}

#[test]
fn an_invitation_link_continues_after_email_verification() {
    let app = TestApp::open();
    let olivia = owner(&app, "lakeside");
    invite(&olivia, "lakeside", "noah@else.test", &[]).expect(303);
    let path = link(&app, "noah@else.test");
    // A different address is verified by its own email; the invitation then reports the mismatch.
    let emma = app.client();
    let fields = [
        ("name", "Emma Stone"),
        ("email", "emma@else.test"),
        ("password", PASSWORD),
        ("terms", "on"),
        ("next", &path),
    ];
    emma.post("/signup", &fields).expect_redirect("/verify");
    let verification = app.mail_to("emma@else.test").link("/verify/");
    emma.post(&verification, &[]).expect_redirect(&path);
    emma.get(&path)
        .expect(200)
        .expect_text("You are signed in as emma@else.test");
    accept(&emma, &path).expect(403);
    assert_eq!(status(&app, "noah@else.test"), "pending");
}

#[test]
fn an_invitation_allows_sign_up_when_sign_up_is_by_invitation() {
    let app = TestApp::with(|config| config.signup = Signup::Invited);
    let olivia = owner(&app, "lakeside");
    app.client()
        .get("/signup")
        .expect(200)
        .expect_text("Sign-up is by invitation");
    let fields = [
        ("name", "Emma Stone"),
        ("email", "emma@else.test"),
        ("password", PASSWORD),
        ("terms", "on"),
    ];
    app.client().post("/signup", &fields).expect(422);
    invite(&olivia, "lakeside", "noah@else.test", &[]).expect(303);
    let path = link(&app, "noah@else.test");
    let noah = app.client();
    let form = noah.get(&format!("/signup?next={}", encode(&path))).expect(200);
    let fields = [("name", "Noah Brandt"), ("password", PASSWORD), ("terms", "on")];
    noah.submit(&form, "/signup", &fields).expect_redirect(&path);
    accept(&noah, &path).expect_redirect("/organizations/lakeside");
}

#[test]
fn viewing_an_invitation_link_changes_nothing() {
    let app = TestApp::open();
    let olivia = owner(&app, "lakeside");
    invite(&olivia, "lakeside", "noah@else.test", &[]).expect(303);
    let path = link(&app, "noah@else.test");
    let events = app.database.number("SELECT count(*) AS value FROM audit_events");
    let noah = person(&app, "Noah Brandt", "noah@else.test");
    for client in [app.client(), noah] {
        for path in [
            path.clone(),
            format!("{path}/acceptance"),
            format!("{path}/declination"),
        ] {
            for method in ["GET", "HEAD"] {
                assert!(
                    client
                        .send(method, &path, &[("Accept-Encoding", "identity")], None)
                        .status
                        < 500
                );
            }
        }
    }
    assert_eq!(status(&app, "noah@else.test"), "pending");
    assert_eq!(
        app.database.number("SELECT count(*) AS value FROM audit_events"),
        events
    );
}

#[test]
fn resending_is_rate_limited_and_replaces_the_old_link() {
    let app = TestApp::open();
    let olivia = owner(&app, "lakeside");
    invite(&olivia, "lakeside", "noah@else.test", &[]).expect(303);
    let first = link(&app, "noah@else.test");
    let again = || {
        let path = format!(
            "/organizations/lakeside/invitations/{}/resending",
            id(&app, "noah@else.test")
        );
        olivia.post(&path, &[]).expect(303).follow(&olivia).expect(200)
    };
    again().expect_text("Was sent a moment ago");
    assert_eq!(app.emails_to("noah@else.test").len(), 1);
    for n in 1..=5 {
        app.advance(MINUTE + Duration::from_secs(1));
        again().expect_text("Sent again");
        assert_eq!(app.emails_to("noah@else.test").len(), 1 + n);
    }
    app.advance(MINUTE + Duration::from_secs(1));
    again().expect_text("5 times within a day");
    assert_eq!(app.emails_to("noah@else.test").len(), 6);
    app.advance(DAY);
    again().expect_text("Sent again");
    app.client()
        .get(&first)
        .expect(200)
        .expect_text("A newer link was sent");
    let newest = link(&app, "noah@else.test");
    assert_ne!(newest, first);
    accept(&person(&app, "Noah Brandt", "noah@else.test"), &newest).expect_redirect("/organizations/lakeside");
}

#[test]
fn selected_invitations_are_resent_together() {
    let app = TestApp::open();
    let olivia = owner(&app, "lakeside");
    for email in ["noah@else.test", "emma@else.test", "liam@else.test"] {
        invite(&olivia, "lakeside", email, &[]).expect(303);
    }
    app.advance(2 * MINUTE);
    let (noah, emma) = (id(&app, "noah@else.test"), id(&app, "emma@else.test"));
    let fields = [("id", noah.as_str()), ("id", emma.as_str())];
    let page = olivia
        .post("/organizations/lakeside/invitations/resending", &fields)
        .expect(303)
        .follow(&olivia);
    page.expect_text("2 invitations sent again");
    assert_eq!(app.emails_to("noah@else.test").len(), 2);
    assert_eq!(app.emails_to("liam@else.test").len(), 1);
    assert_eq!(events(&app, "invitation.resent"), 2);
    let none = olivia
        .post("/organizations/lakeside/invitations/resending", &[])
        .expect(303)
        .follow(&olivia);
    none.expect_text("Select the invitations");
}

#[test]
fn an_edited_invitation_keeps_its_link_and_applies_on_acceptance() {
    let app = TestApp::open();
    let olivia = owner(&app, "lakeside");
    invite(&olivia, "lakeside", "noah@else.test", &[]).expect(303);
    let path = link(&app, "noah@else.test");
    let edit = format!("/organizations/lakeside/invitations/{}", id(&app, "noah@else.test"));
    let form = olivia.get(&edit).expect(200);
    assert_eq!(form.texts("input[name=role][checked]").len(), 1);
    let fields = [
        ("role", "admin"),
        ("first_name", "Noah"),
        ("access_until", "2099-01-31"),
    ];
    olivia
        .submit(&form, &edit, &fields)
        .expect(303)
        .follow(&olivia)
        .expect_text("Its link stays the same");
    assert_eq!(app.emails_to("noah@else.test").len(), 1);
    let before_after = app
        .database
        .words("SELECT before || ' > ' || after AS value FROM audit_events WHERE action = 'invitation.edited'");
    assert!(
        before_after[0].contains("viewer") && before_after[0].contains("admin"),
        "{before_after:?}"
    );
    let noah = person(&app, "Noah Brandt", "noah@else.test");
    noah.get(&path).expect(200).expect_text("Admin").expect_text("2099");
    accept(&noah, &path).expect(303);
    noah.get("/organizations/lakeside/invitations/new").expect(200);
    // An accepted invitation can't be changed.
    olivia.post(&edit, &[("role", "viewer")]).expect(422);
    olivia.get(&edit).expect(200).expect_text("can’t be changed");
}

#[test]
fn inviting_many_addresses_reports_a_result_for_each() {
    let app = TestApp::open();
    let olivia = owner(&app, "lakeside");
    member(&app, "lakeside", "Mia Long", "mia@lakeside.test", "viewer");
    invite(&olivia, "lakeside", "already@else.test", &[]).expect(303);
    let emails =
        "new@else.test, NEW@else.test; already@else.test\nmia@lakeside.test not-an-address\nAnna Lee <anna@else.test>";
    let page = invite(&olivia, "lakeside", emails, &[]).expect(200);
    let rows = page.texts("tbody tr");
    let row = |email: &str| {
        rows.iter()
            .find(|row| row.starts_with(email))
            .unwrap_or_else(|| panic!("{email}: {rows:?}"))
            .clone()
    };
    assert_eq!(rows.len(), 6, "{rows:?}");
    assert!(row("new@else.test").contains("Invited as Viewer"));
    assert!(
        row("NEW@else.test").contains("Twice in the list"),
        "{}",
        row("NEW@else.test")
    );
    assert!(row("already@else.test").contains("Already invited"));
    assert!(row("mia@lakeside.test").contains("Already a member"));
    assert!(row("not-an-address").contains("like name@company.com"));
    assert!(row("anna@else.test").contains("Invited as Viewer"));
    // Only the failed addresses stay in the field.
    let left = page.value_of("emails").expect("the field");
    assert!(
        left.contains("not-an-address") && left.contains("already@else.test") && !left.contains("new@else.test"),
        "{left}"
    );
    assert_eq!(app.emails_to("new@else.test").len(), 1);
    assert!(app.mail_to("anna@else.test").text.contains("Hello Anna"));
    // If no one was invited, it is an error.
    invite(&olivia, "lakeside", "mia@lakeside.test, x", &[]).expect(422);
}

#[test]
fn an_address_that_cannot_be_invited_shows_a_field_error() {
    let app = TestApp::open();
    let olivia = owner(&app, "lakeside");
    for (typed, sentence) in [
        ("", "Enter an email address"),
        ("nobody", "like name@company.com"),
        ("olivia@lakeside.test", "Already a member"),
    ] {
        let error = invite(&olivia, "lakeside", typed, &[])
            .expect(422)
            .field_error("emails")
            .expect("an error");
        assert!(error.contains(sentence), "{typed}: {error}");
    }
    invite(&olivia, "lakeside", "Noah@Else.test", &[]).expect(303);
    let typed = [("role", "editor"), ("message", "Come in"), ("first_name", "Noah")];
    let page = invite(&olivia, "lakeside", "noah@else.TEST", &typed).expect(422);
    assert!(
        page.field_error("emails")
            .expect("an error")
            .contains("Already invited")
    );
    assert_eq!(page.value_of("emails").as_deref(), Some("noah@else.TEST"));
    assert_eq!(page.value_of("message").as_deref(), Some("Come in"));
    assert_eq!(page.value_of("role").as_deref(), Some("editor"));
    assert_eq!(page.value_of("first_name").as_deref(), Some("Noah"));
}

const CSV: &str = "\u{feff}First name;Last name;E-mail;Role\r\nNoah;Brandt;noah@else.test;Admin\r\nEmma;Stone;emma@else.test;\r\nLiam;Ford;liam@else.test;king\r\n";

fn expect_csv_result(app: &TestApp, page: &Page) {
    assert!(page.has("2 people were invited, 1 not"), "{}", page.text());
    assert!(page.has("There is no role “king”"), "{}", page.text());
    let roles = app
        .database
        .words("SELECT email || ' ' || role || ' ' || first_name AS value FROM invitations ORDER BY email");
    assert_eq!(roles, ["emma@else.test viewer Emma", "noah@else.test admin Noah"]);
}

#[test]
fn a_pasted_csv_invites_with_names_and_roles() {
    let app = TestApp::open();
    let olivia = owner(&app, "lakeside");
    let page = invite(&olivia, "lakeside", CSV, &[]).expect(200);
    expect_csv_result(&app, &page);
}

#[test]
fn an_uploaded_csv_invites_with_names_and_roles() {
    let app = TestApp::open();
    let olivia = owner(&app, "lakeside");
    let body = format!(
        "--mark\r\nContent-Disposition: form-data; name=\"emails\"\r\n\r\n\r\n--mark\r\nContent-Disposition: form-data; name=\"role\"\r\n\r\nviewer\r\n--mark\r\nContent-Disposition: form-data; name=\"csv\"; filename=\"people.csv\"\r\nContent-Type: text/csv\r\n\r\n{CSV}\r\n--mark--\r\n"
    );
    let headers = [
        ("Sec-Fetch-Site", "same-origin"),
        ("Content-Type", "multipart/form-data; boundary=mark"),
    ];
    let page = olivia
        .send("POST", "/organizations/lakeside/invitations", &headers, Some(body))
        .expect(200);
    expect_csv_result(&app, &page);
}

#[test]
fn no_one_invites_or_edits_an_invitation_above_their_own_role() {
    let app = TestApp::open();
    let olivia = owner(&app, "lakeside");
    let adam = member(&app, "lakeside", "Adam West", "adam@lakeside.test", "admin");
    let uma = member(&app, "lakeside", "Uma Reed", "uma@lakeside.test", "user_admin");
    for (client, roles) in [
        (&adam, &["owner", "billing_admin"][..]),
        (&uma, &["owner", "admin", "billing_admin", "user_admin"]),
    ] {
        let form = client.get("/organizations/lakeside/invitations/new").expect(200);
        for role in roles {
            assert!(
                !form.all("input[name=role]", "value").contains(&(*role).to_owned()),
                "{role} is offered"
            );
            let page = invite(client, "lakeside", "noah@else.test", &[("role", role)]).expect(422);
            assert!(
                page.field_error("role").is_some() || page.has("Choose one of the roles"),
                "{role}"
            );
            let csv = format!("email,role\nnoah@else.test,{role}\n");
            invite(client, "lakeside", &csv, &[])
                .expect(422)
                .expect_text("You can’t give the role");
        }
    }
    assert_eq!(app.database.number("SELECT count(*) AS value FROM invitations"), 0);
    // Invitations with a higher role can't be resent, edited, cancelled or copied.
    invite(&olivia, "lakeside", "noah@else.test", &[("role", "owner")]).expect(303);
    app.advance(2 * MINUTE);
    let path = format!("/organizations/lakeside/invitations/{}", id(&app, "noah@else.test"));
    for client in [&adam, &uma] {
        client.post(&format!("{path}/resending"), &[]).expect(403);
        client.post(&format!("{path}/cancellation"), &[]).expect(403);
        client.post(&path, &[("role", "viewer")]).expect(403);
        client.get(&path).expect(403);
        let list = client
            .get("/organizations/lakeside/invitations")
            .expect(200)
            .expect_text("noah@else.test");
        assert!(
            !list.body.contains(&link(&app, "noah@else.test")),
            "the link is shown to someone who can't grant the role"
        );
    }
    assert_eq!(app.emails_to("noah@else.test").len(), 1);
    assert_eq!(status(&app, "noah@else.test"), "pending");
}

#[test]
fn an_invitation_is_invalid_once_its_sender_loses_permission() {
    let app = TestApp::open();
    let olivia = owner(&app, "lakeside");
    let adam = member(&app, "lakeside", "Adam West", "adam@lakeside.test", "admin");
    invite(&adam, "lakeside", "noah@else.test", &[("role", "admin")]).expect(303);
    let (noah, path) = (
        person(&app, "Noah Brandt", "noah@else.test"),
        link(&app, "noah@else.test"),
    );
    let adams = app.database.words(
        "SELECT m.id AS value FROM memberships m JOIN users u ON u.id = m.user_id WHERE u.email = 'adam@lakeside.test'",
    );
    let base = format!("/organizations/lakeside/members/{}", adams[0]);
    olivia.post(&format!("{base}/role"), &[("role", "viewer")]).expect(303);
    noah.get(&path)
        .expect(200)
        .expect_text("This invitation is not valid anymore");
    accept(&noah, &path).expect(422);
    // Someone with permission can renew it by resending it.
    app.advance(2 * MINUTE);
    olivia
        .post(
            &format!(
                "/organizations/lakeside/invitations/{}/resending",
                id(&app, "noah@else.test")
            ),
            &[],
        )
        .expect(303);
    let path = link(&app, "noah@else.test");
    accept(&noah, &path).expect_redirect("/organizations/lakeside");
}

#[test]
fn removing_an_inviter_offers_to_cancel_their_invitations() {
    let app = TestApp::open();
    let olivia = owner(&app, "lakeside");
    let removal = |name: &str, cancels: bool| {
        let email = format!("{name}@lakeside.test");
        let adam = member(&app, "lakeside", "Adam West", &email, "admin");
        let invited = format!("by-{name}@else.test");
        invite(&adam, "lakeside", &invited, &[]).expect(303);
        let adams = app.database.words(&format!(
            "SELECT m.id AS value FROM memberships m JOIN users u ON u.id = m.user_id WHERE u.email = '{email}'"
        ));
        let path = format!("/organizations/lakeside/members/{}/removal", adams[0]);
        let page = olivia
            .get(&path)
            .expect(200)
            .expect_text("Cancel the pending invitation this person sent");
        let mut fields = page.form(&path);
        assert!(
            fields.iter().any(|(name, _)| name == "cancel_invitations"),
            "the checkbox is checked by default"
        );
        fields.retain(|(name, _)| cancels || name != "cancel_invitations");
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        olivia.post(&path, &fields).expect(303);
        invited
    };
    let cancelled = removal("adam", true);
    assert_eq!(status(&app, &cancelled), "cancelled");
    let kept = removal("anna", false);
    assert_eq!(status(&app, &kept), "pending");
    let noah = person(&app, "Noah Brandt", &kept);
    accept(&noah, &link(&app, &kept))
        .expect(422)
        .expect_text("not valid anymore");
}

#[test]
fn invitation_messages_and_names_cannot_contain_links() {
    let app = TestApp::open();
    let olivia = owner(&app, "lakeside");
    for (field, value) in [
        ("message", "See https://evil.example"),
        ("message", "Go to WWW.evil.example"),
        ("message", &"x".repeat(501)),
        ("first_name", "http://evil.example"),
        ("last_name", "www.evil.example"),
    ] {
        let page = invite(&olivia, "lakeside", "noah@else.test", &[(field, value)]).expect(422);
        assert!(
            page.field_error(field).is_some() || page.field_error("emails").is_some(),
            "{field}: {}",
            page.text()
        );
        assert_eq!(page.value_of(field).as_deref(), Some(value));
    }
    assert_eq!(app.emails().len(), 0);
    let fields = [("message", "<b>Tom & Jerry</b>"), ("first_name", "Mary-Jane")];
    invite(&olivia, "lakeside", "noah@else.test", &fields).expect(303);
    let message = app.mail_to("noah@else.test");
    assert!(message.text.contains("<b>Tom & Jerry</b>"), "{}", message.text);
    assert!(!message.html.contains("<b>Tom"), "names and messages are text");
    let page = app.client().get(&message.link("/invitations/")).expect(200);
    assert!(page.has("<b>Tom & Jerry</b>") && !page.body.contains("<b>Tom"));
}

#[test]
fn invited_access_ends_on_its_end_date() {
    let app = TestApp::open();
    let olivia = owner(&app, "lakeside");
    for wrong in ["yesterday", "2020-01-31", "2027-02-30"] {
        let page = invite(&olivia, "lakeside", "noah@else.test", &[("access_until", wrong)]).expect(422);
        assert!(page.field_error("access_until").is_some(), "{wrong}");
        assert_eq!(page.value_of("access_until").as_deref(), Some(wrong));
    }
    let in_three_days = app.day(3);
    invite(
        &olivia,
        "lakeside",
        "noah@else.test",
        &[("access_until", &in_three_days), ("role", "admin")],
    )
    .expect(303);
    let noah = person(&app, "Noah Brandt", "noah@else.test");
    accept(&noah, &link(&app, "noah@else.test")).expect(303);
    noah.get("/organizations/lakeside/members").expect(200);
    app.advance(2 * DAY);
    noah.get("/organizations/lakeside/members").expect(200);
    app.advance(2 * DAY);
    for path in ["", "/members", "/members.csv", "/companies", "/invitations"] {
        let page = noah.get(&format!("/organizations/lakeside{path}"));
        assert_eq!(page.status, 403, "{path}");
    }
    noah.get("/organizations/lakeside/members")
        .expect(403)
        .expect_text("ended on");
    noah.post(
        "/organizations/lakeside/invitations",
        &[("emails", "x@else.test"), ("role", "viewer")],
    )
    .expect(403);
}

#[test]
fn new_organizations_send_50_invitations_a_day_and_older_ones_500() {
    let app = TestApp::open();
    let olivia = owner(&app, "lakeside");
    let people = |from: usize, to: usize| {
        (from..to)
            .map(|n| format!("p{n}@else.test"))
            .collect::<Vec<_>>()
            .join("\n")
    };
    let invited = || app.database.number("SELECT count(*) AS value FROM invitations");
    let page = invite(&olivia, "lakeside", &people(0, 60), &[]).expect(200);
    assert!(page.has("50 people were invited, 10 not"), "{}", page.text());
    assert!(page.has("can send 50 invitations a day"), "{}", page.text());
    let page = invite(&olivia, "lakeside", "one-more@else.test", &[]).expect(422);
    assert!(
        page.field_error("emails")
            .expect("an error")
            .contains("can send 50 invitations a day")
    );
    app.advance(DAY + MINUTE);
    invite(&olivia, "lakeside", "one-more@else.test", &[]).expect(303);
    assert_eq!(invited(), 51);
    app.advance(31 * DAY);
    let olivia = app.signed_in("olivia@lakeside.test");
    let page = invite(&olivia, "lakeside", &people(100, 600), &[]).expect(303);
    assert_eq!(page.location.as_deref(), Some("/organizations/lakeside/invitations"));
    let page = invite(&olivia, "lakeside", "too-many@else.test", &[]).expect(422);
    assert!(
        page.field_error("emails")
            .expect("an error")
            .contains("can send 500 invitations a day")
    );
    assert_eq!(invited(), 551);
    let page = invite(&olivia, "lakeside", &people(0, 501), &[]).expect(422);
    assert!(
        page.field_error("emails")
            .expect("an error")
            .contains("at most 500 people")
    );
}

#[test]
fn the_named_first_owner_takes_over_the_organization_on_acceptance() {
    let app = TestApp::open();
    let olivia = person(&app, "Olivia Hart", "olivia@agency.test");
    let fields = [
        ("name", "Handed"),
        ("slug", "handed"),
        ("region", "eu"),
        ("organization_type", "individual"),
        ("owner_email", "noah@else.test"),
    ];
    olivia.post("/organizations", &fields).expect(303);
    let path = link(&app, "noah@else.test");
    app.client()
        .get(&path)
        .expect(200)
        .expect_text("You replace Olivia Hart as the owner");
    // Until then, the creator is the owner.
    olivia.get("/organizations/handed/settings/general").expect(200);
    let noah = person(&app, "Noah Brandt", "noah@else.test");
    accept(&noah, &path).expect_redirect("/organizations/handed");
    let roles = app.database.words(
        "SELECT u.name || ' ' || m.role AS value FROM memberships m JOIN users u ON u.id = m.user_id ORDER BY u.name",
    );
    assert_eq!(roles, ["Noah Brandt owner", "Olivia Hart admin"]);
    assert_eq!(
        app.database
            .number("SELECT CAST(owner_count AS BIGINT) AS value FROM organizations"),
        1
    );
    assert_eq!(events(&app, "organization.handed_over"), 1);
    app.expect_healthy();
}

#[test]
fn the_list_shows_the_delivery_status_of_each_invitation_email() {
    let app = TestApp::with_smtp(|_| {});
    let olivia = owner(&app, "lakeside");
    let list = || {
        app.deliver_mail();
        olivia.get("/organizations/lakeside/invitations").expect(200)
    };
    app.smtp().busy();
    invite(&olivia, "lakeside", "noah@else.test", &[]).expect(303);
    list()
        .expect_text("Waiting to be sent")
        .expect_text("Failed after 1 attempt")
        .expect_text("451");
    for _ in 0..6 {
        app.advance(3 * 60 * MINUTE);
        app.deliver_mail();
    }
    list().expect_text("Could not be sent").expect_text("Failed after");
    // It can be resent after the reason is gone.
    app.smtp().accept();
    let path = format!(
        "/organizations/lakeside/invitations/{}/resending",
        id(&app, "noah@else.test")
    );
    olivia.post(&path, &[]).expect(303);
    let page = list();
    assert!(
        page.texts(".badge").contains(&"Sent".to_owned()),
        "{:?}",
        page.texts(".badge")
    );
    assert_eq!(app.emails_to("noah@else.test").len(), 1);
    app.smtp().refuse("emma@else.test");
    invite(&olivia, "lakeside", "emma@else.test", &[]).expect(303);
    list().expect_text("Address refused");
}

#[test]
fn without_smtp_the_list_shows_the_invitation_link() {
    let app = TestApp::open();
    let olivia = owner(&app, "lakeside");
    invite(&olivia, "lakeside", "noah@else.test", &[])
        .follow(&olivia)
        .expect_text("Copy the accept link");
    let page = olivia.get("/organizations/lakeside/invitations").expect(200);
    let shown = page.texts(".code").pop().expect("a link");
    assert!(shown.starts_with(&app.base()), "{shown}");
    assert!(
        shown.ends_with(&link(&app, "noah@else.test")),
        "the same link as in the email"
    );
    let noah = person(&app, "Noah Brandt", "noah@else.test");
    accept(&noah, shown.strip_prefix(&app.base()).expect("our origin")).expect_redirect("/organizations/lakeside");
}

#[test]
fn an_invitation_expires_after_seven_days_and_resending_renews_it() {
    let app = TestApp::open();
    let olivia = owner(&app, "lakeside");
    invite(&olivia, "lakeside", "noah@else.test", &[]).expect(303);
    app.advance(7 * DAY - MINUTE);
    app.sweep();
    assert_eq!(status(&app, "noah@else.test"), "pending");
    app.advance(2 * MINUTE);
    // Also before the background job marks it as expired.
    assert!(!olivia.get("/organizations/lakeside").expect(200).has("1 invitation"));
    app.sweep();
    assert_eq!(status(&app, "noah@else.test"), "expired");
    assert_eq!(events(&app, "invitation.expired"), 1);
    let actor = app
        .database
        .words("SELECT actor_name AS value FROM audit_events WHERE action = 'invitation.expired'");
    assert!(
        !actor[0].contains("Olivia"),
        "the expiry has no user as its actor: {actor:?}"
    );
    assert!(!olivia.get("/organizations/lakeside/invitations").has("noah@else.test"));
    olivia
        .get("/organizations/lakeside/invitations?status=expired")
        .expect_text("noah@else.test");
    let path = format!("/organizations/lakeside/invitations/{}", id(&app, "noah@else.test"));
    olivia
        .post(&format!("{path}/resending"), &[])
        .expect(303)
        .follow(&olivia)
        .expect_text("Sent again");
    assert_eq!(status(&app, "noah@else.test"), "pending");
    let noah = person(&app, "Noah Brandt", "noah@else.test");
    accept(&noah, &link(&app, "noah@else.test")).expect_redirect("/organizations/lakeside");
}

#[test]
fn declining_an_invitation_notifies_the_inviter() {
    let app = TestApp::open();
    let olivia = owner(&app, "lakeside");
    // Without an account, by the link alone.
    invite(&olivia, "lakeside", "noah@else.test", &[]).expect(303);
    let path = link(&app, "noah@else.test");
    let client = app.client();
    let page = client.get(&path).expect(200);
    client
        .submit(&page, &format!("{path}/declination"), &[])
        .follow(&client)
        .expect(200)
        .expect_text("was declined");
    let message = app.mail_to("olivia@lakeside.test");
    assert!(
        message.text.contains("noah@else.test declined your invitation"),
        "{}",
        message.text
    );
    // With an account.
    invite(&olivia, "lakeside", "emma@else.test", &[]).expect(303);
    let emma = person(&app, "Emma Stone", "emma@else.test");
    emma.post(&format!("{}/declination", link(&app, "emma@else.test")), &[])
        .expect(303);
    let message = app.mail_to("olivia@lakeside.test");
    assert!(message.text.contains("Emma Stone declined"), "{}", message.text);
    assert_eq!(events(&app, "invitation.declined"), 2);
    // They can be invited again.
    invite(&olivia, "lakeside", "emma@else.test", &[]).expect(303);
}

#[test]
fn cancelling_an_invitation_stops_its_queued_email() {
    let app = TestApp::with_smtp(|_| {});
    let olivia = owner(&app, "lakeside");
    app.smtp().busy();
    invite(&olivia, "lakeside", "noah@else.test", &[]).expect(303);
    app.deliver_mail();
    let path = format!(
        "/organizations/lakeside/invitations/{}/cancellation",
        id(&app, "noah@else.test")
    );
    olivia
        .get(&path)
        .expect(200)
        .expect_text("Cancel the invitation of noah@else.test?");
    olivia.post(&path, &[]).expect(303);
    app.smtp().accept();
    app.advance(DAY);
    assert_eq!(app.emails_to("noah@else.test").len(), 0);
    assert_eq!(events(&app, "invitation.cancelled"), 1);
}

#[test]
fn an_invitation_to_companies_grants_only_those_companies() {
    let app = TestApp::open();
    let (owner, north, south) = app.fixtures(|fixtures| {
        let user = fixtures.account("Olivia Hart", "olivia@lakeside.test", true);
        let organization = fixtures.organization("Lakeside", "lakeside", user);
        let north = fixtures.company(organization, "North", "north").to_string();
        let south = fixtures.company(organization, "South", "south").to_string();
        (fixtures.session_cookie(user), north, south)
    });
    let olivia = app.client_with(&owner);
    let fields = [
        ("role", "member"),
        ("company_id", north.as_str()),
        ("company_role", "editor"),
        ("company_id", south.as_str()),
        ("company_role", ""),
    ];
    invite(&olivia, "lakeside", "noah@else.test", &fields).expect(303);
    assert!(app.mail_to("noah@else.test").text.contains("“North” (Editor)"));
    let noah = person(&app, "Noah Brandt", "noah@else.test");
    let path = link(&app, "noah@else.test");
    let page = noah.get(&path).expect(200).expect_text("North (Editor)");
    assert!(!page.has("South"));
    accept(&noah, &path).expect(303);
    noah.get("/organizations/lakeside/companies/north").expect(200);
    noah.get("/organizations/lakeside/companies/north/settings").expect(200);
    noah.get("/organizations/lakeside/companies/south").expect(403);
    let companies = noah.get("/organizations/lakeside/companies").expect(200);
    assert!(companies.has("North") && !companies.has("South"));
}

#[test]
fn a_removed_member_can_rejoin_through_a_new_invitation() {
    let app = TestApp::open();
    let olivia = owner(&app, "lakeside");
    let noah = member(&app, "lakeside", "Noah Brandt", "noah@else.test", "admin");
    let membership = app.database.words(
        "SELECT m.id AS value FROM memberships m JOIN users u ON u.id = m.user_id WHERE u.email = 'noah@else.test'",
    );
    olivia
        .post(
            &format!("/organizations/lakeside/members/{}/removal", membership[0]),
            &[],
        )
        .expect(303);
    noah.get("/organizations/lakeside").expect(404);
    invite(&olivia, "lakeside", "noah@else.test", &[]).expect(303);
    accept(&noah, &link(&app, "noah@else.test")).expect(303);
    noah.get("/organizations/lakeside").expect(200);
    noah.get("/organizations/lakeside/invitations/new").expect(403);
    app.expect_healthy();
}

#[test]
fn the_list_is_searched_and_paged() {
    let app = TestApp::open();
    let olivia = owner(&app, "lakeside");
    app.fixtures(|fixtures| {
        let (organization, owner) = (
            fixtures.organization_of("lakeside"),
            fixtures.user("olivia@lakeside.test"),
        );
        for n in 0..120 {
            fixtures.invitation(organization, owner, &format!("p{n:03}@else.test"), "viewer", &[]);
        }
    });
    let mut seen = Vec::new();
    let mut path = Some("/organizations/lakeside/invitations".to_owned());
    let mut back = None;
    while let Some(at) = path {
        let page = olivia.get(&at).expect(200);
        seen.push(page.texts("tbody .who__name"));
        path = page
            .all("a[rel=next]", "href")
            .pop()
            .map(|href| absolute("/organizations/lakeside/invitations", &href));
        back = page
            .all("a[rel=prev]", "href")
            .pop()
            .map(|href| absolute("/organizations/lakeside/invitations", &href));
        assert!(seen.len() < 10);
    }
    assert_eq!(seen.iter().map(Vec::len).collect::<Vec<_>>(), [50, 50, 20]);
    let mut all: Vec<String> = seen.concat();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 120);
    let before = olivia
        .get(&back.expect("a link back"))
        .expect(200)
        .texts("tbody .who__name");
    assert_eq!(before, seen[1]);
    let found = olivia
        .get("/organizations/lakeside/invitations?q=P007")
        .expect(200)
        .texts("tbody .who__name");
    assert_eq!(found, ["p007@else.test"]);
    olivia
        .get("/organizations/lakeside/invitations?q=%25")
        .expect(200)
        .expect_text("No invitation matches");
}

/// The path of a link on a page.
fn absolute(page: &str, href: &str) -> String {
    match href.chars().next() {
        Some('/') => href.to_owned(),
        Some('?') => format!("{page}{href}"),
        _ => format!("{}/{href}", page.rsplit_once('/').expect("a path").0),
    }
}

#[test]
fn an_acceptance_with_another_account_is_refused_and_recorded_once_for_each_account() {
    let app = TestApp::open();
    let olivia = owner(&app, "lakeside");
    invite(&olivia, "lakeside", "noah@else.test", &[]).expect(303);
    let link = app.mail_to("noah@else.test").link("/invitations/");
    let refused = |client: &Client| {
        client
            .post(&format!("{link}/acceptance"), &[])
            .expect(403)
            .expect_text("noah@else.test");
    };
    let recorded = || {
        app.database
            .words("SELECT actor_name AS value FROM audit_events WHERE action = 'invitation.refused' ORDER BY seq")
    };
    let mallory = person(&app, "Mallory Quick", "mallory@else.test");
    mallory.get(&link).expect(200);
    assert!(recorded().is_empty(), "opening the link is no attempt");
    refused(&mallory);
    assert_eq!(recorded(), ["Mallory Quick"]);
    for _ in 0..5 {
        refused(&mallory);
    }
    crate::harness::fixtures::simultaneously((0..6).map(|_| || refused(&mallory)).collect());
    assert_eq!(recorded(), ["Mallory Quick"], "no one can fill the log");
    let emma = person(&app, "Emma Stone", "emma@else.test");
    crate::harness::fixtures::simultaneously((0..6).map(|_| || refused(&emma)).collect());
    assert_eq!(recorded(), ["Mallory Quick", "Emma Stone"]);

    olivia
        .get("/organizations/lakeside/settings/audit")
        .expect(200)
        .expect_text("Tried to accept the invitation of noah@else.test with another account");
    let text = app
        .database
        .words("SELECT target_label || before || after AS value FROM audit_events WHERE action = 'invitation.refused'");
    assert!(
        text.iter().all(|text| !text.contains("mallory@")),
        "the organization learns no address: {text:?}"
    );
    // Nothing else came of it, and other refusals are not recorded as this one.
    let noah = person(&app, "Noah Brandt", "noah@else.test");
    noah.post(&format!("{link}/acceptance"), &[]).expect(303);
    mallory.post(&format!("{link}/acceptance"), &[]);
    person(&app, "Lea Fuchs", "lea@else.test").post(&format!("{link}/acceptance"), &[]);
    assert_eq!(recorded().len(), 2);
    app.expect_healthy();
}
