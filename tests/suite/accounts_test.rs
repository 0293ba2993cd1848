//! Accounts for signed-out visitors: sign-up and verification, sign-in and sign-out, password reset, the profile and
//! sessions. No response tells a stranger who has an account.

use std::time::Duration;

use tenantry::common::config::Signup;

use crate::harness::client::{Client, encode};
use crate::harness::page::Page;
use crate::harness::people::{PASSWORD, create_organization, invite};
use crate::harness::test_app::TestApp;

const MINUTE: Duration = Duration::from_secs(60);
const OTHER: &str = "another-horse-battery-9";

/// A verified account that is not signed in.
fn account(app: &TestApp, name: &str, email: &str) {
    app.fixtures(|fixtures| fixtures.account(name, email, true));
}

fn sign_up(client: &Client, email: &str) -> Page {
    let fields = [
        ("name", "Noah Brandt"),
        ("email", email),
        ("password", PASSWORD),
        ("terms", "on"),
    ];
    client.post("/signup", &fields)
}

fn log_in(client: &Client, email: &str, password: &str) -> Page {
    client.post("/login", &[("email", email), ("password", password)])
}

fn sessions(app: &TestApp) -> i64 {
    app.database.number("SELECT count(*) AS value FROM sessions")
}

#[test]
fn each_invalid_sign_up_field_shows_its_error_and_keeps_the_input() {
    let app = TestApp::open();
    let good = [
        ("name", "Noah Brandt"),
        ("email", "noah@ground.test"),
        ("password", PASSWORD),
        ("terms", "on"),
    ];
    for (field, value, sentence) in [
        ("name", "", "Enter your name"),
        ("name", "https://evil.example", "Enter a name, not an address of a page"),
        ("name", &"x".repeat(61), "at most 60 characters"),
        ("email", "", "like name@company.com"),
        ("email", "noah", "like name@company.com"),
        ("email", "noah@ground", "like name@company.com"),
        ("email", "a@b.test, c@d.test", "like name@company.com"),
        ("password", "short", "at least 12 characters"),
        ("password", &"x1y2".repeat(40), "at most 128 characters"),
        ("password", "passwordpassword", "Choose another"),
        ("password", "noahbrandt2026", "Choose another"),
        ("password", "aaaaaaaaaaaaaaa", "Choose another"),
        ("terms", "", "Accept the terms"),
    ] {
        let fields: Vec<(&str, &str)> = good
            .iter()
            .map(|(n, v)| (*n, if *n == field { value } else { v }))
            .collect();
        let page = app.client().post("/signup", &fields).expect(422);
        let said = page
            .field_error(field)
            .unwrap_or_else(|| panic!("{field} “{value}”: {}", page.text()));
        assert!(said.contains(sentence), "{field} “{value}”: {said}");
        for (name, typed) in &fields {
            let kept = page.value_of(name).unwrap_or_default();
            match *name {
                "password" => assert_eq!(kept, "", "a password is never sent back"),
                "terms" if typed.is_empty() => assert_eq!(kept, ""),
                _ => assert_eq!(kept, *typed, "{name}"),
            }
        }
        assert!(page.texts("title")[0].starts_with("Error:"));
    }
    // All errors are shown together.
    let page = app.client().post("/signup", &[]).expect(422);
    assert!(
        ["name", "email", "password", "terms"]
            .iter()
            .all(|field| page.field_error(field).is_some())
    );
    assert_eq!(app.database.number("SELECT count(*) AS value FROM users"), 0);
    assert_eq!(app.emails().len(), 0);
}

#[test]
fn the_first_verified_account_becomes_the_operator() {
    let app = TestApp::open();
    let operators = || {
        app.database
            .words("SELECT email AS value FROM users WHERE is_operator ORDER BY email")
    };
    let never = app.client();
    sign_up(&never, "never@ground.test").expect(303);
    assert!(operators().is_empty(), "an unverified account is no operator");
    app.sign_up("Olivia Hart", "olivia@ground.test");
    app.sign_up("Noah Brandt", "noah@ground.test");
    assert_eq!(operators(), ["olivia@ground.test"]);
}

#[test]
fn sign_up_login_and_reset_respond_alike_to_known_and_unknown_emails() {
    let app = TestApp::open();
    account(&app, "Noah Brandt", "noah@known.test");
    let ask = |what: &str, email: &str| {
        let client = app.client();
        let page = match what {
            "signup" => sign_up(&client, email),
            "login" => log_in(&client, email, "wrong-horse-battery-1"),
            _ => client.post("/password/forgot", &[("email", email)]),
        };
        let after = page.clone().follow(&client);
        let resent = if what == "signup" {
            client.post("/verify/resending", &[]).follow(&client).text()
        } else {
            String::new()
        };
        let text = format!(
            "{} {} | {} {} | {resent}",
            page.status,
            page.location.unwrap_or_default(),
            after.status,
            after.text()
        );
        // Percent-encoding makes some base64 characters three bytes long.
        let length = |value: &str| value.len() - 2 * value.matches('%').count();
        let cookies: Vec<String> = client
            .cookies()
            .into_iter()
            .map(|(name, value)| format!("{name} {}", length(&value)))
            .collect();
        (text.replace(email, "ADDRESS"), cookies)
    };
    for what in ["signup", "login", "forgot"] {
        // Both addresses have the same length, so that the responses must be identical.
        let (known, unknown) = (ask(what, "noah@known.test"), ask(what, "emma@known.test"));
        assert_eq!(known, unknown, "{what}");
    }
    // Only the owner of the address learns it, by email.
    let emails = app.emails_to("noah@known.test");
    assert!(
        emails
            .iter()
            .any(|message| message.subject.contains("already have an account")),
        "{emails:?}"
    );
    assert!(emails.iter().any(|message| message.text.contains("/password/reset/")));
}

#[test]
fn ten_wrong_passwords_lock_the_account_and_an_email_unlocks_it() {
    let app = TestApp::open();
    account(&app, "Noah Brandt", "noah@ground.test");
    for n in 0..10 {
        let page = log_in(&app.client(), "noah@ground.test", &format!("wrong-horse-battery-{n}")).expect(422);
        assert!(
            page.field_error("password")
                .expect("an error")
                .contains("Incorrect email or password"),
            "{n}"
        );
        assert_eq!(page.value_of("email").as_deref(), Some("noah@ground.test"));
    }
    let page = log_in(&app.client(), "noah@ground.test", PASSWORD).expect(422);
    assert!(
        page.field_error("password")
            .expect("an error")
            .contains("Too many attempts")
    );
    log_in(&app.client(), "noah@ground.test", PASSWORD).expect(422);
    assert_eq!(app.emails_to("noah@ground.test").len(), 1, "one email for all attempts");
    let link = app.mail_to("noah@ground.test").link("/unlock/");
    app.client().get(&link).expect(200).expect_text("Unlock your account");
    log_in(&app.client(), "noah@ground.test", PASSWORD).expect(422);
    app.client().post(&link, &[]).expect_redirect("/login");
    log_in(&app.client(), "noah@ground.test", PASSWORD).expect(303);
    app.client()
        .post(&link, &[])
        .expect(404)
        .expect_text("This link no longer works");
    // An address without an account is locked in the same way.
    for n in 0..10 {
        log_in(&app.client(), "nobody@ground.test", &format!("wrong-horse-battery-{n}")).expect(422);
    }
    log_in(&app.client(), "nobody@ground.test", PASSWORD)
        .expect(422)
        .expect_text("Too many attempts");
    assert_eq!(app.emails_to("nobody@ground.test").len(), 0);
}

#[test]
fn an_account_lock_ends_after_fifteen_minutes() {
    let app = TestApp::open();
    account(&app, "Noah Brandt", "noah@ground.test");
    for _ in 0..10 {
        log_in(&app.client(), "noah@ground.test", "wrong-horse-battery").expect(422);
    }
    app.advance(14 * MINUTE);
    log_in(&app.client(), "noah@ground.test", PASSWORD).expect(422);
    app.advance(2 * MINUTE);
    log_in(&app.client(), "noah@ground.test", PASSWORD).expect(303);
}

#[test]
fn a_password_reset_ends_all_sessions_and_the_old_password() {
    let app = TestApp::open();
    account(&app, "Noah Brandt", "noah@ground.test");
    let before = app.signed_in("noah@ground.test");
    app.client()
        .post("/password/forgot", &[("email", "Noah@Ground.test")])
        .expect(303);
    let link = app.mail_to("noah@ground.test").link("/password/reset/");
    let client = app.client();
    client.get(&link).expect(200).expect_text("noah@ground.test");
    let page = client.post(&link, &[("password", "short")]).expect(422);
    assert!(page.field_error("password").expect("an error").contains("at least 12"));
    before.get("/account").expect(200);
    client
        .post(&link, &[("password", OTHER)])
        .expect_redirect("/login")
        .follow(&client)
        .expect_text("Your password is changed");
    // A reset signs no one in.
    client.get("/account").expect(303);
    before.get("/account").expect_redirect("/login?next=%2Faccount");
    log_in(&app.client(), "noah@ground.test", PASSWORD).expect(422);
    log_in(&app.client(), "noah@ground.test", OTHER).expect(303);
    app.client()
        .get(&link)
        .expect(404)
        .expect_text("This link no longer works");
    app.client().post(&link, &[("password", PASSWORD)]).expect(404);
    assert!(app.mail_to("noah@ground.test").subject.contains("password was changed"));
    // A reset link is valid for one hour.
    app.client()
        .post("/password/forgot", &[("email", "noah@ground.test")])
        .expect(303);
    app.advance(2 * MINUTE);
    app.client()
        .post("/password/forgot", &[("email", "noah@ground.test")])
        .expect(303);
    let link = app.mail_to("noah@ground.test").link("/password/reset/");
    app.advance(61 * MINUTE);
    app.client().post(&link, &[("password", PASSWORD)]).expect(404);
}

#[test]
fn a_verification_link_works_once_and_for_one_day() {
    let app = TestApp::open();
    let noah = app.client();
    sign_up(&noah, "noah@ground.test").expect_redirect("/verify");
    noah.get("/verify").expect(200).expect_text("noah@ground.test");
    let link = app.mail_to("noah@ground.test").link("/verify/");
    // Opening the link does not verify the address.
    noah.get(&link).expect(200);
    assert_eq!(
        app.database
            .number("SELECT count(*) AS value FROM users WHERE email_verified_at IS NOT NULL"),
        0
    );
    noah.post(&link, &[]).expect_redirect("/onboarding");
    noah.get("/organizations/new").expect(200);
    noah.post(&link, &[])
        .expect(404)
        .expect_text("Your email address is verified");
    app.client().get(&link).expect(404);
    // A resent link replaces the first one and expires after a day.
    let emma = app.client();
    sign_up(&emma, "emma@ground.test").expect(303);
    let first = app.mail_to("emma@ground.test").link("/verify/");
    app.advance(2 * MINUTE);
    emma.post("/verify/resending", &[])
        .expect(303)
        .follow(&emma)
        .expect_text("Earlier links no longer work");
    let second = app.mail_to("emma@ground.test").link("/verify/");
    assert_ne!(first, second);
    emma.post(&first, &[]).expect(404);
    emma.post("/verify/resending", &[])
        .expect(303)
        .follow(&emma)
        .expect_text("less than a minute ago");
    app.advance(25 * 60 * MINUTE);
    emma.post(&second, &[])
        .expect(404)
        .expect_text("This link no longer works");
}

#[test]
fn a_verification_link_in_another_browser_asks_for_the_password() {
    let app = TestApp::open();
    sign_up(&app.client(), "noah@ground.test").expect(303);
    let link = app.mail_to("noah@ground.test").link("/verify/");
    let phone = app.client();
    let page = phone.get(&link).expect(200);
    assert_eq!(page.all("input[type=password]", "name"), ["password"]);
    phone.post(&link, &[]).expect(422);
    let page = phone.post(&link, &[("password", "wrong-horse-battery")]).expect(422);
    assert!(page.field_error("password").is_some());
    phone.get("/account").expect(303);
    phone
        .post(&link, &[("password", PASSWORD)])
        .expect_redirect("/onboarding");
    phone.get("/account").expect(200);
}

#[test]
fn the_verified_owner_of_an_email_replaces_an_earlier_unverified_sign_up() {
    let app = TestApp::open();
    // Mallory signs up with Noah's address and stays signed in without verification.
    let mallory = app.client();
    sign_up(&mallory, "noah@ground.test").expect(303);
    app.answer_requests();
    log_in(&mallory, "noah@ground.test", PASSWORD).expect_redirect("/verify");
    mallory.get("/account").expect(200);
    mallory.get("/organizations/new").expect_redirect("/verify");
    // Noah resets the password, so the account is his.
    let noah = app.client();
    app.advance(2 * MINUTE);
    noah.post("/password/forgot", &[("email", "noah@ground.test")])
        .expect(303);
    let link = app.mail_to("noah@ground.test").link("/password/reset/");
    noah.post(&link, &[("password", OTHER)]).expect(303);
    log_in(&noah, "noah@ground.test", OTHER).expect(303);
    noah.get("/organizations/new").expect(200);
    mallory.get("/account").expect(303);
    log_in(&mallory, "noah@ground.test", PASSWORD).expect(422);
    assert_eq!(sessions(&app), 1);
    // The link of Mallory's sign-up is invalid.
    let emails = app.emails_to("noah@ground.test");
    let verify = emails
        .iter()
        .find(|message| message.text.contains("/verify/"))
        .expect("an email")
        .link("/verify/");
    mallory.post(&verify, &[("password", PASSWORD)]).expect(404);
}

#[test]
fn an_unverified_account_sees_and_creates_nothing() {
    let app = TestApp::open();
    let noah = app.client();
    app.fixtures(|fixtures| {
        let owner = fixtures.account("Olivia Hart", "olivia@lake.test", true);
        let organization = fixtures.organization("Lakeside", "lakeside", owner);
        fixtures.invitation(organization, owner, "noah@ground.test", "viewer", &[]);
    });
    sign_up(&noah, "noah@ground.test").expect(303);
    app.answer_requests();
    log_in(&noah, "noah@ground.test", PASSWORD).expect(303);
    for path in [
        "/organizations",
        "/organizations/new",
        "/organizations/lakeside",
        "/onboarding/done",
    ] {
        noah.get(path).expect_redirect("/verify");
    }
    // Pending invitations of the address are hidden as well.
    for path in ["/onboarding", "/account", "/verify"] {
        assert!(!noah.get(path).expect(200).body.contains("Lakeside"), "{path}");
    }
}

#[test]
fn a_new_email_applies_once_verified_and_the_old_one_is_notified() {
    let app = TestApp::open();
    account(&app, "Noah Brandt", "noah@ground.test");
    account(&app, "Emma Stone", "emma@ground.test");
    let noah = app.signed_in("noah@ground.test");
    let other = app.signed_in("noah@ground.test");
    let change =
        |email: &str, password: &str| noah.post("/account/email", &[("email", email), ("email_password", password)]);
    assert!(
        change("new@ground.test", "wrong-horse-battery")
            .expect(422)
            .field_error("email_password")
            .is_some()
    );
    assert!(change("nowhere", PASSWORD).expect(422).field_error("email").is_some());
    change("new@ground.test", PASSWORD).expect(303);
    noah.get("/account")
        .expect(200)
        .expect_text("You sign in with noah@ground.test")
        .expect_text("new@ground.test");
    log_in(&app.client(), "new@ground.test", PASSWORD).expect(422);
    let link = app.mail_to("new@ground.test").link("/account/email/");
    // Another account can't use the link.
    let emma = app.signed_in("emma@ground.test");
    emma.post(&link, &[]).expect(404);
    noah.get(&link).expect(200).expect_text("new@ground.test");
    noah.post(&link, &[]).expect_redirect("/account");
    noah.get("/account")
        .expect(200)
        .expect_text("You sign in with new@ground.test");
    other.get("/account").expect(303);
    log_in(&app.client(), "noah@ground.test", PASSWORD).expect(422);
    log_in(&app.client(), "new@ground.test", PASSWORD).expect(303);
    let notice = app.mail_to("noah@ground.test");
    assert!(notice.text.contains("new@ground.test"), "{}", notice.text);
    noah.post(&link, &[]).expect(404);
    // For an address that has an account, nothing is disclosed before its owner opens the link.
    change("emma@ground.test", PASSWORD).expect(303);
    let link = app.mail_to("emma@ground.test").link("/account/email/");
    noah.post(&link, &[])
        .expect(404)
        .expect_text("has an account of its own");
    assert_eq!(
        app.database
            .number("SELECT count(*) AS value FROM users WHERE email = 'emma@ground.test'"),
        1
    );
}

/// Whether a waiting change of the address still works, after something that happened to Noah's account.
fn pending_change_survives(happens: impl FnOnce(&TestApp, &Client)) -> bool {
    let app = TestApp::open();
    account(&app, "Noah Brandt", "noah@ground.test");
    let noah = app.signed_in("noah@ground.test");
    let fields = [("email", "new@ground.test"), ("email_password", PASSWORD)];
    noah.post("/account/email", &fields).expect(303);
    let link = app.mail_to("new@ground.test").link("/account/email/");
    noah.get(&link).expect(200);
    happens(&app, &noah);
    // The session of whoever requested it, for the case that it is still open.
    let page = noah.get(&link);
    let noah = if page.status == 303 {
        app.signed_in("noah@ground.test")
    } else {
        noah
    };
    let shown = noah.get(&link);
    let done = noah.post(&link, &[]);
    assert_eq!(
        shown.status == 200,
        done.status == 303,
        "{} {}",
        shown.status,
        done.status
    );
    let addresses = app.database.words("SELECT email AS value FROM users");
    if done.status == 303 {
        assert_eq!(addresses, ["new@ground.test"]);
        return true;
    }
    for page in [shown, done] {
        page.expect(404).expect_text("This link no longer works");
    }
    noah.get("/account")
        .expect(200)
        .expect_text("You sign in with noah@ground.test");
    assert!(
        !noah.get("/account").has("new@ground.test"),
        "the profile shows no waiting change"
    );
    assert_eq!(addresses, ["noah@ground.test"]);
    false
}

#[test]
fn a_waiting_change_of_the_email_ends_with_a_reset_a_new_password_a_lock_or_another_change() {
    assert!(pending_change_survives(|_, noah| {
        noah.get("/account").expect(200);
    }));
    assert!(!pending_change_survives(|app, _| {
        app.client()
            .post("/password/forgot", &[("email", "noah@ground.test")])
            .expect(303);
        let link = app.mail_to("noah@ground.test").link("/password/reset/");
        app.client().post(&link, &[("password", OTHER)]).expect(303);
    }));
    assert!(!pending_change_survives(|_, noah| {
        let fields = [("current_password", PASSWORD), ("new_password", OTHER)];
        noah.post("/account/password", &fields).expect(303);
    }));
    assert!(!pending_change_survives(|app, _| {
        for _ in 0..11 {
            log_in(&app.client(), "noah@ground.test", "wrong-horse-battery").expect(422);
        }
    }));
    // Also when the account was locked and unlocked shortly before.
    assert!(!pending_change_survives(|app, noah| {
        let lock = || {
            for _ in 0..11 {
                log_in(&app.client(), "noah@ground.test", "wrong-horse-battery").expect(422);
            }
        };
        lock();
        let link = app.mail_to("noah@ground.test").link("/unlock/");
        app.client().post(&link, &[]).expect(303);
        lock();
        noah.get("/account").expect(200);
    }));
    assert!(!pending_change_survives(|app, noah| {
        let fields = [("email", "third@ground.test"), ("email_password", PASSWORD)];
        noah.post("/account/email", &fields).expect(303);
        app.mail_to("third@ground.test").link("/account/email/");
        // The newer link is the only one that works; it is not used here.
        app.database
            .execute("UPDATE email_tokens SET used_at = 1 WHERE email = 'third@ground.test'");
    }));
}

#[test]
fn a_change_of_the_email_requested_before_the_address_was_verified_ends_with_the_verification() {
    let app = TestApp::open();
    // Mallory signs up with Noah's address and requests a change to her own.
    let mallory = app.client();
    sign_up(&mallory, "noah@ground.test").expect(303);
    let verification = app.mail_to("noah@ground.test").link("/verify/");
    log_in(&mallory, "noah@ground.test", PASSWORD).expect(303);
    let fields = [("email", "mallory@ground.test"), ("email_password", PASSWORD)];
    mallory.post("/account/email", &fields).expect(303);
    let link = app.mail_to("mallory@ground.test").link("/account/email/");
    mallory.get(&link).expect(200);
    mallory.post(&verification, &[("password", PASSWORD)]).expect(303);
    let mallory = app.signed_in("noah@ground.test");
    mallory.get(&link).expect(404);
    mallory.post(&link, &[]).expect(404);
}

#[test]
fn the_member_list_finds_a_changed_name_and_email() {
    let app = TestApp::open();
    let (olivia, noah) = app.fixtures(|fixtures| {
        let owner = fixtures.account("Olivia Hart", "olivia@lake.test", true);
        let organization = fixtures.organization("Lakeside", "lakeside", owner);
        let noah = fixtures.account("Noah Brandt", "noah@ground.test", true);
        fixtures.add_member(organization, noah, "viewer", &[]);
        (fixtures.session_cookie(owner), fixtures.session_cookie(noah))
    });
    let (olivia, noah) = (app.client_with(&olivia), app.client_with(&noah));
    noah.post("/account/name", &[("name", "")]).expect(422);
    noah.post("/account/name", &[("name", "Zoë Adler")]).expect(303);
    noah.post(
        "/account/email",
        &[("email", "zoe@fresh.test"), ("email_password", PASSWORD)],
    )
    .expect(303);
    noah.post(&app.mail_to("zoe@fresh.test").link("/account/email/"), &[])
        .expect(303);
    let found = |q: &str| {
        olivia
            .get(&format!("/organizations/lakeside/members?q={q}"))
            .expect(200)
            .has("Zoë Adler")
    };
    assert!(found("zoe") && found("adler") && found("fresh"));
    assert!(!found("noah") && !found("brandt") && !found("ground.test"));
}

#[test]
fn changing_the_password_requires_the_current_one_and_ends_other_sessions() {
    let app = TestApp::open();
    account(&app, "Noah Brandt", "noah@ground.test");
    let (noah, other) = (app.signed_in("noah@ground.test"), app.signed_in("noah@ground.test"));
    let change =
        |old: &str, new: &str| noah.post("/account/password", &[("current_password", old), ("new_password", new)]);
    let page = change("wrong-horse-battery", OTHER).expect(422);
    assert!(page.field_error("current_password").is_some());
    assert!(
        change(PASSWORD, "short")
            .expect(422)
            .field_error("new_password")
            .is_some()
    );
    assert!(
        change(PASSWORD, PASSWORD)
            .expect(422)
            .field_error("new_password")
            .is_some()
    );
    change(PASSWORD, OTHER).expect(303);
    noah.get("/account").expect(200);
    other.get("/account").expect(303);
    log_in(&app.client(), "noah@ground.test", PASSWORD).expect(422);
    assert!(app.mail_to("noah@ground.test").subject.contains("password was changed"));
}

#[test]
fn a_session_cannot_be_used_to_guess_the_password() {
    let app = TestApp::open();
    account(&app, "Noah Brandt", "noah@ground.test");
    let thief = app.signed_in("noah@ground.test");
    for _ in 0..10 {
        thief
            .post(
                "/account/password",
                &[("current_password", "wrong-horse"), ("new_password", OTHER)],
            )
            .expect(422);
    }
    let page = thief
        .post(
            "/account/password",
            &[("current_password", PASSWORD), ("new_password", OTHER)],
        )
        .expect(422);
    page.expect_text("Too many attempts");
}

/// Wrong passwords from a browser that is not known, until the account is locked for it.
fn lock_from_elsewhere(app: &TestApp, email: &str) {
    for _ in 0..11 {
        log_in(&app.client(), email, "wrong-horse-battery").expect(422);
    }
    log_in(&app.client(), email, PASSWORD)
        .expect(422)
        .expect_text("Too many attempts");
}

#[test]
fn an_account_locked_by_someone_else_keeps_its_owner_out_of_no_change() {
    let app = TestApp::open();
    let olivia = app.owner_of("Lakeside Agency", "lakeside");
    let email = "olivia@lakeside.test";
    lock_from_elsewhere(&app, email);
    // Every form that asks for the password again, in the account and in the organization.
    let fields = [("email", "olivia@new.test"), ("email_password", PASSWORD)];
    olivia.post("/account/email", &fields).expect(303);
    let base = "/organizations/lakeside/settings";
    let forms: [(&str, &[(&str, &str)]); 3] = [
        (
            "/account/password",
            &[("current_password", "wrong-horse"), ("new_password", OTHER)],
        ),
        (
            "/organizations/lakeside/settings/deletion",
            &[("organization_name", "Lakeside Agency"), ("password", "wrong-horse")],
        ),
        (
            "/organizations/lakeside/settings/transfer",
            &[("email", "noah@lakeside.test"), ("password", "wrong-horse")],
        ),
    ];
    for (path, fields) in forms {
        let page = olivia.post(path, fields).expect(422);
        assert!(page.has("Incorrect password"), "{path}: {}", page.text());
    }
    olivia
        .post(
            &format!("{base}/deletion"),
            &[("organization_name", "Lakeside Agency"), ("password", PASSWORD)],
        )
        .expect(303);
    // The right password ends the count of this session, and no other.
    log_in(&app.client(), email, PASSWORD)
        .expect(422)
        .expect_text("Too many attempts");
    let fields = [("current_password", PASSWORD), ("new_password", OTHER)];
    olivia.post("/account/password", &fields).expect(303);
}

#[test]
fn wrong_passwords_in_one_session_lock_neither_another_session_nor_the_sign_in() {
    let app = TestApp::open();
    account(&app, "Noah Brandt", "noah@ground.test");
    let (thief, noah) = (app.signed_in("noah@ground.test"), app.signed_in("noah@ground.test"));
    let change = |client: &Client, password: &str| {
        client.post(
            "/account/password",
            &[("current_password", password), ("new_password", OTHER)],
        )
    };
    for _ in 0..10 {
        change(&thief, "wrong-horse").expect(422);
    }
    change(&thief, PASSWORD).expect(422).expect_text("Too many attempts");
    log_in(&app.client(), "noah@ground.test", PASSWORD).expect(303);
    change(&noah, PASSWORD).expect(303);
}

#[test]
fn a_browser_that_signed_in_before_is_not_locked_by_wrong_passwords_elsewhere() {
    let app = TestApp::open();
    account(&app, "Noah Brandt", "noah@ground.test");
    account(&app, "Emma Stone", "emma@ground.test");
    let noah = app.client();
    log_in(&noah, "noah@ground.test", PASSWORD).expect(303);
    noah.post("/logout", &[]).expect(303);
    lock_from_elsewhere(&app, "noah@ground.test");
    log_in(&noah, "noah@ground.test", PASSWORD).expect(303);
    noah.post("/logout", &[]).expect(303);
    // Elsewhere the account is still locked: the owner's sign-in gives an attacker no further attempts.
    log_in(&app.client(), "noah@ground.test", PASSWORD)
        .expect(422)
        .expect_text("Too many attempts");

    // A known browser has a limit, too.
    for n in 0..10 {
        let page = log_in(&noah, "noah@ground.test", "wrong-horse-battery").expect(422);
        assert!(page.has("Incorrect email or password"), "{n}");
    }
    log_in(&noah, "noah@ground.test", PASSWORD)
        .expect(422)
        .expect_text("Too many attempts");
    app.advance(16 * MINUTE);
    log_in(&noah, "noah@ground.test", PASSWORD).expect(303);
    noah.post("/logout", &[]).expect(303);

    // It is known for this account only, until it signs in to another one, and then for both.
    lock_from_elsewhere(&app, "emma@ground.test");
    log_in(&noah, "emma@ground.test", PASSWORD)
        .expect(422)
        .expect_text("Too many attempts");
    app.advance(16 * MINUTE);
    log_in(&noah, "emma@ground.test", PASSWORD).expect(303);
    noah.post("/logout", &[]).expect(303);
    for email in ["noah@ground.test", "emma@ground.test"] {
        lock_from_elsewhere(&app, email);
        log_in(&noah, email, PASSWORD).expect(303);
        noah.post("/logout", &[]).expect(303);
    }
}

#[test]
fn the_cookie_of_a_known_browser_is_sealed_and_ends_with_the_password() {
    let app = TestApp::open();
    account(&app, "Noah Brandt", "noah@ground.test");
    account(&app, "Emma Stone", "emma@ground.test");
    let device = |client: &Client| {
        let cookies = client.cookies();
        cookies
            .into_iter()
            .find(|(name, _)| name == "device")
            .map(|(_, value)| value)
    };
    let (noah, emma) = (app.client(), app.client());
    let page = log_in(&noah, "noah@ground.test", PASSWORD).expect(303);
    let set = page
        .headers
        .iter()
        .find(|(name, value)| name == "set-cookie" && value.starts_with("device="));
    let (_, set) = set.expect("a cookie");
    for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=31536000"] {
        assert!(set.contains(part), "{part}: {set}");
    }
    assert!(!set.contains("noah"), "{set}");
    log_in(&emma, "emma@ground.test", PASSWORD).expect(303);
    let (own, foreign) = (device(&noah).expect("a cookie"), device(&emma).expect("a cookie"));
    // A failed sign-in, a page and a signed-out browser get none.
    let stranger = app.client();
    log_in(&stranger, "noah@ground.test", "wrong-horse-battery").expect(422);
    assert_eq!(device(&stranger), None);

    lock_from_elsewhere(&app, "noah@ground.test");
    let admitted = |cookie: &str, password: &str| {
        let client = app.client();
        client.set_cookie("device", cookie);
        let page = log_in(&client, "noah@ground.test", password);
        assert!(
            page.status == 303 || page.has("Too many attempts"),
            "{cookie}: {}",
            page.text()
        );
        page.status == 303
    };
    assert!(admitted(&own, PASSWORD));
    let (mark, seal) = own.split_once('.').expect("a mark and a seal");
    let (_, foreign_seal) = foreign.split_once('.').expect("a mark and a seal");
    let flipped = format!("{mark}.{}{}", if seal.starts_with('A') { "B" } else { "A" }, &seal[1..]);
    for forged in [
        foreign.as_str(),
        flipped.as_str(),
        &format!("{mark}."),
        &format!("{mark}.{foreign_seal}"),
        &format!("x{mark}.{seal}"),
        mark,
        "",
        "~~..~",
        &"a.b~".repeat(500),
    ] {
        assert!(!admitted(forged, PASSWORD), "{forged}");
    }
    // A new password: the browser that set it is known, earlier cookies are worthless.
    let fields = [("current_password", PASSWORD), ("new_password", OTHER)];
    noah.post("/account/password", &fields).expect(303);
    let renewed = device(&noah).expect("a cookie");
    assert_ne!(renewed, own);
    for _ in 0..11 {
        log_in(&app.client(), "noah@ground.test", "wrong-horse-battery").expect(422);
    }
    assert!(!admitted(&own, OTHER));
    assert!(admitted(&renewed, OTHER));
    // A reset by email makes the browser known that did it.
    app.client()
        .post("/password/forgot", &[("email", "noah@ground.test")])
        .expect(303);
    let link = app.mail_to("noah@ground.test").link("/password/reset/");
    let phone = app.client();
    phone.post(&link, &[("password", PASSWORD)]).expect(303);
    lock_from_elsewhere(&app, "noah@ground.test");
    assert!(!admitted(&renewed, PASSWORD));
    assert!(admitted(&device(&phone).expect("a cookie"), PASSWORD));
}

#[test]
fn known_browsers_and_sessions_do_not_escape_the_limit_of_their_network() {
    let app = TestApp::open();
    for n in 0..5 {
        account(&app, "Noah Brandt", &format!("noah{n}@ground.test"));
    }
    let noah = app.client();
    log_in(&noah, "noah0@ground.test", PASSWORD).expect(303);
    for n in 0..5 {
        for _ in 0..10 {
            log_in(&app.client(), &format!("noah{n}@ground.test"), "wrong-horse-battery").expect(422);
        }
    }
    log_in(&noah, "noah0@ground.test", PASSWORD)
        .expect(429)
        .expect_text("from your network");
}

#[test]
fn sessions_are_listed_and_can_be_ended_singly_or_together() {
    let app = TestApp::open();
    account(&app, "Noah Brandt", "noah@ground.test");
    let chrome =
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
    let laptop = app.client().with("User-Agent", chrome);
    log_in(&laptop, "noah@ground.test", PASSWORD).expect(303);
    let (phone, tablet) = (app.signed_in("noah@ground.test"), app.signed_in("noah@ground.test"));
    let page = laptop
        .get("/account/sessions")
        .expect(200)
        .expect_text("Chrome on Linux")
        .expect_text("This device");
    let endings = page.all("form[action$='/ending']", "action");
    assert_eq!(endings.len(), 3, "two others, and all others: {endings:?}");
    let one = endings
        .iter()
        .find(|action| action.as_str() != "/account/sessions/ending")
        .expect("a session");
    laptop
        .post(one, &[])
        .expect(303)
        .follow(&laptop)
        .expect_text("The session was ended");
    assert_eq!(sessions(&app), 2);
    let alive = [&phone, &tablet]
        .iter()
        .filter(|client| client.get("/account").status == 200)
        .count();
    assert_eq!(alive, 1);
    laptop
        .post("/account/sessions/ending", &[])
        .expect(303)
        .follow(&laptop)
        .expect_text("1 other session was ended");
    assert_eq!(sessions(&app), 1);
    laptop.get("/account").expect(200);
    // Sessions of another user can't be ended.
    account(&app, "Emma Stone", "emma@ground.test");
    let emma = app.signed_in("emma@ground.test");
    let id = app.database.words(
        "SELECT s.id AS value FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.email = 'noah@ground.test'",
    );
    emma.post(&format!("/account/sessions/{}/ending", id[0]), &[])
        .expect(404);
    laptop.get("/account").expect(200);
}

#[test]
fn signing_out_invalidates_the_session_cookie() {
    let app = TestApp::open();
    account(&app, "Noah Brandt", "noah@ground.test");
    let noah = app.client();
    log_in(&noah, "noah@ground.test", PASSWORD).expect(303);
    let thief = noah.copy();
    thief.get("/account").expect(200);
    noah.post("/logout", &[]).expect_redirect("/login");
    noah.get("/account").expect(303);
    thief.get("/account").expect(303);
    // Each sign-in starts a new session and ends the browser's previous one.
    log_in(&noah, "noah@ground.test", PASSWORD).expect(303);
    let before = noah.copy();
    log_in(&noah, "noah@ground.test", PASSWORD).expect(303);
    noah.get("/account").expect(200);
    before.get("/account").expect(303);
}

#[test]
fn a_session_expires_after_two_idle_weeks_or_ninety_days() {
    let app = TestApp::open();
    account(&app, "Noah Brandt", "noah@ground.test");
    let noah = app.signed_in("noah@ground.test");
    for _ in 0..6 {
        app.advance(13 * 24 * 60 * MINUTE);
        noah.get("/account").expect(200);
    }
    app.advance(13 * 24 * 60 * MINUTE);
    noah.get("/account").expect(303);
    let noah = app.signed_in("noah@ground.test");
    app.advance(15 * 24 * 60 * MINUTE);
    noah.get("/account").expect(303);
    app.sweep();
    assert_eq!(sessions(&app), 0);
}

#[test]
fn redirects_after_sign_in_and_sign_out_never_leave_the_site() {
    let app = TestApp::open();
    account(&app, "Noah Brandt", "noah@ground.test");
    for evil in [
        "https://evil.example/x",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        " /account",
        "http:evil.example",
        "/%0d%0aLocation:%20https://evil.example",
        "",
    ] {
        let fields = [("email", "noah@ground.test"), ("password", PASSWORD), ("next", evil)];
        let page = app.client().post("/login", &fields).expect(303);
        let to = page.location.expect("a location");
        assert!(
            to.starts_with('/') && !to.starts_with("//") && !to.contains(['\\', '\t', '\r', '\n']),
            "{evil} leads to {to}"
        );
        // The login page redirects a signed-in user.
        let noah = app.signed_in("noah@ground.test");
        let to = noah
            .get(&format!("/login?next={}", encode(evil)))
            .expect(303)
            .location
            .expect("a location");
        assert!(
            to.starts_with('/') && !to.starts_with("//") && !to.contains('\\'),
            "{evil} leads to {to}"
        );
        let noah = app.signed_in("noah@ground.test");
        let to = noah
            .post("/logout", &[("next", evil)])
            .expect(303)
            .location
            .expect("a location");
        assert!(to.starts_with("/login"), "{evil} leads to {to}");
    }
    let fields = [
        ("email", "noah@ground.test"),
        ("password", PASSWORD),
        ("next", "/account/sessions?x=1"),
    ];
    let to = app.client().post("/login", &fields).expect(303).location;
    assert!(
        matches!(to.as_deref(), Some("/account/sessions?x=1" | "/onboarding")),
        "{to:?}"
    );
}

#[test]
fn invitation_only_sign_up_is_closed_after_the_first_account() {
    let app = TestApp::with(|config| config.signup = Signup::Invited);
    app.sign_up("Olivia Hart", "olivia@ground.test");
    let page = app
        .client()
        .get("/signup")
        .expect(200)
        .expect_text("Sign-up is by invitation");
    assert_eq!(page.form_count("/signup"), 0);
    let refused = sign_up(&app.client(), "noah@ground.test").expect(422);
    refused.expect_text("by invitation");
    assert!(
        app.client()
            .get("/login")
            .expect(200)
            .link("Create an account")
            .is_none()
    );
    assert_eq!(app.database.number("SELECT count(*) AS value FROM users"), 1);
    // An invalid invitation link does not allow sign-up.
    let fields = [
        ("name", "Noah Brandt"),
        ("email", "noah@ground.test"),
        ("password", PASSWORD),
        ("terms", "on"),
        ("next", "/invitations/made-up"),
    ];
    app.client().post("/signup", &fields).expect(422);
}

#[test]
fn domain_sign_up_admits_addresses_at_its_domains_and_people_with_an_invitation() {
    let app = TestApp::with(|config| {
        config.signup = Signup::Domains;
        config.signup_domains = vec!["ground.test".into(), "bücher.test".into()];
    });
    // The first account needs no domain.
    let olivia = app.sign_up("Olivia Hart", "olivia@elsewhere.test");
    app.client()
        .get("/login")
        .expect(200)
        .link("Create an account")
        .expect("a link");
    app.client()
        .get("/signup")
        .expect(200)
        .expect_text("At ground.test, bücher.test, or at any address with an invitation");
    for admitted in ["noah@ground.test", "Ida@xn--bcher-kva.test"] {
        sign_up(&app.client(), admitted).expect_redirect("/verify");
    }
    app.emails();
    let accounts = || app.database.number("SELECT count(*) AS value FROM users");
    assert_eq!(accounts(), 3);
    // Another address is refused alike, whether it has an account or not.
    let refusal = |email: &str| {
        let page = sign_up(&app.client(), email).expect(422);
        assert_eq!(page.value_of("email").as_deref(), Some(email));
        page.field_error("email").expect("an error")
    };
    assert_eq!(refusal("olivia@elsewhere.test"), refusal("nobody@elsewhere.test"));
    assert!(refusal("noah@mail.ground.test").contains("Sign-up is for addresses at ground.test, bücher.test"));
    refusal("ground.test@evil.test");
    assert_eq!(accounts(), 3);
    // An invitation admits its address.
    create_organization(&olivia, "Lakeside Agency", "lakeside", "olivia@elsewhere.test");
    invite(&olivia, "lakeside", "emma@third.test", "viewer");
    let link = app.mail_to("emma@third.test").link("/invitations/");
    let fields = [
        ("name", "Emma Stone"),
        ("email", "emma@third.test"),
        ("password", PASSWORD),
        ("terms", "on"),
        ("next", &link),
    ];
    app.client().post("/signup", &fields).expect_redirect(&link);
    assert_eq!(accounts(), 4);
}

#[test]
fn the_theme_is_kept_in_the_browser() {
    let app = TestApp::shared();
    let client = app.client();
    client.post("/account/theme", &[("theme", "dark")]).expect(303);
    assert!(
        client.get("/login").body.contains("data-theme=\"dark\""),
        "{}",
        client.get("/login").body
    );
    client
        .post_fragment("/account/theme", &[("theme", "light")])
        .expect(204);
    assert!(client.get("/login").body.contains("data-theme=\"light\""));
    client.post("/account/theme", &[("theme", "pink")]).expect(400);
}

#[test]
fn a_request_that_was_never_answered_is_deleted_after_a_day() {
    let app = TestApp::open();
    let request = |id: &str, at: i64| {
        format!(
            "INSERT INTO account_requests (id, kind, email, next, user_id, name, password_hash, reminds, ip, agent, request_id, created_at) \
             VALUES ('{id:0>32}', 'sign_up', 'noah@ground.test', '', '', 'Noah', 'hash', false, '', '', '', {at})"
        )
    };
    let hour = 3_600_000_000;
    app.database.execute(&request("1", app.now() - 25 * hour));
    app.database.execute(&request("2", app.now() - 23 * hour));
    app.sweep();
    let left = app.database.words("SELECT id AS value FROM account_requests");
    assert_eq!(left, [format!("{:0>32}", 2)]);
}
