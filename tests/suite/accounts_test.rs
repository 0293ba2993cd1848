//! Accounts from outside: sign-up and its proof, signing in and out, forgotten passwords, the profile, sessions; and that
//! no answer tells a stranger who has an account.

use std::time::Duration;

use tenantry::common::config::Signup;

use crate::harness::client::{Client, encode};
use crate::harness::test_app::TestApp;
use crate::harness::page::Page;
use crate::harness::people::PASSWORD;

const MINUTE: Duration = Duration::from_secs(60);
const OTHER: &str = "another-horse-battery-9";

/// An account that exists and is verified; no one is signed in.
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
fn each_wrong_field_of_the_sign_up_gets_its_sentence_and_keeps_what_was_typed() {
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
    // All at once, each with its own.
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
fn the_first_account_that_is_verified_runs_the_instance() {
    let app = TestApp::open();
    let operators = || {
        app
            .database
            .words("SELECT email AS value FROM users WHERE is_operator ORDER BY email")
    };
    let never = app.client();
    sign_up(&never, "never@ground.test").expect(303);
    assert!(operators().is_empty(), "an address that nobody proved runs nothing");
    app.sign_up("Olivia Hart", "olivia@ground.test");
    app.sign_up("Noah Brandt", "noah@ground.test");
    assert_eq!(operators(), ["olivia@ground.test"]);
}

#[test]
fn sign_up_login_and_reset_answer_alike_for_known_and_unknown_addresses() {
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
        // Some characters of base64 travel as three.
        let length = |value: &str| value.len() - 2 * value.matches('%').count();
        let cookies: Vec<String> = client
            .cookies()
            .into_iter()
            .map(|(name, value)| format!("{name} {}", length(&value)))
            .collect();
        (text.replace(email, "ADDRESS"), cookies)
    };
    for what in ["signup", "login", "forgot"] {
        // Of equal length, as everything else about them.
        let (known, unknown) = (ask(what, "noah@known.test"), ask(what, "emma@known.test"));
        assert_eq!(known, unknown, "{what}");
    }
    // Only the owner of the address learns it, by mail.
    let emails = app.letters_to("noah@known.test");
    assert!(
        emails
            .iter()
            .any(|message| message.subject.contains("already have an account")),
        "{emails:?}"
    );
    assert!(emails.iter().any(|message| message.text.contains("/password/reset/")));
}

#[test]
fn eleven_wrong_passwords_lock_the_account_and_a_email_opens_it() {
    let app = TestApp::open();
    account(&app, "Noah Brandt", "noah@ground.test");
    for n in 0..10 {
        let page = log_in(&app.client(), "noah@ground.test", &format!("wrong-horse-battery-{n}")).expect(422);
        assert!(
            page.field_error("password")
                .expect("a sentence")
                .contains("Incorrect email or password"),
            "{n}"
        );
        assert_eq!(page.value_of("email").as_deref(), Some("noah@ground.test"));
    }
    let page = log_in(&app.client(), "noah@ground.test", PASSWORD).expect(422);
    assert!(
        page.field_error("password")
            .expect("a sentence")
            .contains("Too many attempts")
    );
    log_in(&app.client(), "noah@ground.test", PASSWORD).expect(422);
    assert_eq!(
        app.letters_to("noah@ground.test").len(),
        1,
        "one letter, however often"
    );
    let link = app.mail_to("noah@ground.test").link("/unlock/");
    app.client().get(&link).expect(200).expect_text("Unlock your account");
    log_in(&app.client(), "noah@ground.test", PASSWORD).expect(422);
    app.client().post(&link, &[]).expect_redirect("/login");
    log_in(&app.client(), "noah@ground.test", PASSWORD).expect(303);
    app
        .client()
        .post(&link, &[])
        .expect(404)
        .expect_text("This link no longer works");
    // An address that no one has is locked alike.
    for n in 0..10 {
        log_in(
            &app.client(),
            "nobody@ground.test",
            &format!("wrong-horse-battery-{n}"),
        )
        .expect(422);
    }
    log_in(&app.client(), "nobody@ground.test", PASSWORD)
        .expect(422)
        .expect_text("Too many attempts");
    assert_eq!(app.letters_to("nobody@ground.test").len(), 0);
}

#[test]
fn a_lock_opens_by_itself_after_a_quarter_of_an_hour() {
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
fn a_new_password_by_email_ends_every_session_and_the_old_password() {
    let app = TestApp::open();
    account(&app, "Noah Brandt", "noah@ground.test");
    let before = app.enter("noah@ground.test");
    app
        .client()
        .post("/password/forgot", &[("email", "Noah@Ground.test")])
        .expect(303);
    let link = app.mail_to("noah@ground.test").link("/password/reset/");
    let client = app.client();
    client.get(&link).expect(200).expect_text("noah@ground.test");
    let page = client.post(&link, &[("password", "short")]).expect(422);
    assert!(
        page.field_error("password")
            .expect("a sentence")
            .contains("at least 12")
    );
    before.get("/account").expect(200);
    client.post(&link, &[("password", OTHER)]).expect(303);
    client.get("/account").expect(200);
    before.get("/account").expect_redirect("/login?next=%2Faccount");
    log_in(&app.client(), "noah@ground.test", PASSWORD).expect(422);
    log_in(&app.client(), "noah@ground.test", OTHER).expect(303);
    app
        .client()
        .get(&link)
        .expect(404)
        .expect_text("This link no longer works");
    app.client().post(&link, &[("password", PASSWORD)]).expect(404);
    assert!(
        app
            .mail_to("noah@ground.test")
            .subject
            .contains("password was changed")
    );
    // A link is good for an hour.
    app
        .client()
        .post("/password/forgot", &[("email", "noah@ground.test")])
        .expect(303);
    app.advance(2 * MINUTE);
    app
        .client()
        .post("/password/forgot", &[("email", "noah@ground.test")])
        .expect(303);
    let link = app.mail_to("noah@ground.test").link("/password/reset/");
    app.advance(61 * MINUTE);
    app.client().post(&link, &[("password", PASSWORD)]).expect(404);
}

#[test]
fn the_link_that_verifies_an_address_works_once_and_for_a_day() {
    let app = TestApp::open();
    let noah = app.client();
    sign_up(&noah, "noah@ground.test").expect_redirect("/verify");
    noah.get("/verify").expect(200).expect_text("noah@ground.test");
    let link = app.mail_to("noah@ground.test").link("/verify/");
    // Looking is not proving.
    noah.get(&link).expect(200);
    assert_eq!(
        app
            .database
            .number("SELECT count(*) AS value FROM users WHERE email_verified_at IS NOT NULL"),
        0
    );
    noah.post(&link, &[]).expect_redirect("/onboarding");
    noah.get("/organizations/new").expect(200);
    noah.post(&link, &[])
        .expect(404)
        .expect_text("Your email address is verified");
    app.client().get(&link).expect(404);
    // Another one, which is asked for again and then too old.
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
fn another_browser_that_follows_the_link_is_asked_for_the_password() {
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
fn verifying_an_address_takes_it_from_the_person_who_signed_up_with_it_before() {
    let app = TestApp::open();
    // Mallory signs up with Noah's address and stays signed in, without proof.
    let mallory = app.client();
    sign_up(&mallory, "noah@ground.test").expect(303);
    log_in(&mallory, "noah@ground.test", PASSWORD).expect_redirect("/verify");
    mallory.get("/account").expect(200);
    mallory.get("/organizations/new").expect_redirect("/verify");
    // Noah wants an account of his own: the password is his from here on.
    let noah = app.client();
    app.advance(2 * MINUTE);
    noah.post("/password/forgot", &[("email", "noah@ground.test")])
        .expect(303);
    let link = app.mail_to("noah@ground.test").link("/password/reset/");
    noah.post(&link, &[("password", OTHER)]).expect(303);
    noah.get("/organizations/new").expect(200);
    mallory.get("/account").expect(303);
    log_in(&mallory, "noah@ground.test", PASSWORD).expect(422);
    assert_eq!(sessions(&app), 1);
    // The link of Mallory's sign-up opens nothing any more either.
    let emails = app.letters_to("noah@ground.test");
    let verify = emails
        .iter()
        .find(|message| message.text.contains("/verify/"))
        .expect("a letter")
        .link("/verify/");
    mallory.post(&verify, &[("password", PASSWORD)]).expect(404);
}

#[test]
fn an_unverified_account_sees_and_owns_nothing() {
    let app = TestApp::open();
    let noah = app.client();
    app.fixtures(|fixtures| {
        let owner = fixtures.account("Olivia Hart", "olivia@lake.test", true);
        let organization = fixtures.organization("Lakeside", "lakeside", owner);
        fixtures.invitation(organization, owner, "noah@ground.test", "viewer", &[]);
    });
    sign_up(&noah, "noah@ground.test").expect(303);
    log_in(&noah, "noah@ground.test", PASSWORD).expect(303);
    for path in [
        "/organizations",
        "/organizations/new",
        "/organizations/lakeside",
        "/onboarding/done",
    ] {
        noah.get(path).expect_redirect("/verify");
    }
    // Not even who invited the address.
    for path in ["/onboarding", "/account", "/verify"] {
        assert!(!noah.get(path).expect(200).body.contains("Lakeside"), "{path}");
    }
}

#[test]
fn a_new_address_applies_when_it_is_verified_and_the_old_one_is_notified() {
    let app = TestApp::open();
    account(&app, "Noah Brandt", "noah@ground.test");
    account(&app, "Emma Stone", "emma@ground.test");
    let noah = app.enter("noah@ground.test");
    let other = app.enter("noah@ground.test");
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
    // Someone else who holds the link changes nothing.
    let emma = app.enter("emma@ground.test");
    emma.post(&link, &[]).expect(404);
    noah.get(&link).expect(200).expect_text("new@ground.test");
    noah.post(&link, &[]).expect_redirect("/account");
    noah.get("/account")
        .expect(200)
        .expect_text("You sign in with new@ground.test");
    other.get("/account").expect(303);
    log_in(&app.client(), "noah@ground.test", PASSWORD).expect(422);
    log_in(&app.client(), "new@ground.test", PASSWORD).expect(303);
    let told = app.mail_to("noah@ground.test");
    assert!(told.text.contains("new@ground.test"), "{}", told.text);
    noah.post(&link, &[]).expect(404);
    // An address that has an account: no answer tells it before its owner has spoken.
    change("emma@ground.test", PASSWORD).expect(303);
    let link = app.mail_to("emma@ground.test").link("/account/email/");
    noah.post(&link, &[])
        .expect(404)
        .expect_text("has an account of its own");
    assert_eq!(
        app
            .database
            .number("SELECT count(*) AS value FROM users WHERE email = 'emma@ground.test'"),
        1
    );
}

#[test]
fn a_changed_address_and_name_are_found_in_the_lists_of_members() {
    let app = TestApp::open();
    let (olivia, noah) = app.fixtures(|fixtures| {
        let owner = fixtures.account("Olivia Hart", "olivia@lake.test", true);
        let organization = fixtures.organization("Lakeside", "lakeside", owner);
        let noah = fixtures.account("Noah Brandt", "noah@ground.test", true);
        fixtures.enrol(organization, noah, "viewer", &[]);
        (fixtures.ticket(owner), fixtures.ticket(noah))
    });
    let (olivia, noah) = (app.holder(&olivia), app.holder(&noah));
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
fn a_new_password_ends_the_other_sessions_and_asks_for_the_old_one() {
    let app = TestApp::open();
    account(&app, "Noah Brandt", "noah@ground.test");
    let (noah, other) = (app.enter("noah@ground.test"), app.enter("noah@ground.test"));
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
    assert!(
        app
            .mail_to("noah@ground.test")
            .subject
            .contains("password was changed")
    );
}

#[test]
fn an_open_session_is_no_way_to_guess_the_password() {
    let app = TestApp::open();
    account(&app, "Noah Brandt", "noah@ground.test");
    let thief = app.enter("noah@ground.test");
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

#[test]
fn sessions_are_listed_and_ended_one_by_one_or_all_others() {
    let app = TestApp::open();
    account(&app, "Noah Brandt", "noah@ground.test");
    let chrome =
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
    let laptop = app.client().with("User-Agent", chrome);
    log_in(&laptop, "noah@ground.test", PASSWORD).expect(303);
    let (phone, tablet) = (app.enter("noah@ground.test"), app.enter("noah@ground.test"));
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
        .expect("one");
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
    // Another person's session is no one's to end.
    account(&app, "Emma Stone", "emma@ground.test");
    let emma = app.enter("emma@ground.test");
    let id = app.database.words(
        "SELECT s.id AS value FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.email = 'noah@ground.test'",
    );
    emma.post(&format!("/account/sessions/{}/ending", id[0]), &[])
        .expect(404);
    laptop.get("/account").expect(200);
}

#[test]
fn signing_out_ends_the_session_also_for_who_kept_the_cookie() {
    let app = TestApp::open();
    account(&app, "Noah Brandt", "noah@ground.test");
    let noah = app.client();
    log_in(&noah, "noah@ground.test", PASSWORD).expect(303);
    let thief = noah.copy();
    thief.get("/account").expect(200);
    noah.post("/logout", &[]).expect_redirect("/login");
    noah.get("/account").expect(303);
    thief.get("/account").expect(303);
    // Each sign-in is a new session; what a browser held before is worth nothing.
    log_in(&noah, "noah@ground.test", PASSWORD).expect(303);
    let before = noah.copy();
    log_in(&noah, "noah@ground.test", PASSWORD).expect(303);
    noah.get("/account").expect(200);
    before.get("/account").expect(303);
}

#[test]
fn a_session_ends_after_two_weeks_without_use_and_after_ninety_days_in_any_case() {
    let app = TestApp::open();
    account(&app, "Noah Brandt", "noah@ground.test");
    let noah = app.enter("noah@ground.test");
    for _ in 0..6 {
        app.advance(13 * 24 * 60 * MINUTE);
        noah.get("/account").expect(200);
    }
    app.advance(13 * 24 * 60 * MINUTE);
    noah.get("/account").expect(303);
    let noah = app.enter("noah@ground.test");
    app.advance(15 * 24 * 60 * MINUTE);
    noah.get("/account").expect(303);
    app.sweep();
    assert_eq!(sessions(&app), 0);
}

#[test]
fn the_way_back_after_signing_in_never_leaves_the_site() {
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
        // Signed in already, the page itself leads on.
        let noah = app.enter("noah@ground.test");
        let to = noah
            .get(&format!("/login?next={}", encode(evil)))
            .expect(303)
            .location
            .expect("a location");
        assert!(
            to.starts_with('/') && !to.starts_with("//") && !to.contains('\\'),
            "{evil} leads to {to}"
        );
        let noah = app.enter("noah@ground.test");
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
fn by_invitation_alone_no_one_signs_up_after_the_first_account() {
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
        app
            .client()
            .get("/login")
            .expect(200)
            .link("Create an account")
            .is_none()
    );
    assert_eq!(app.database.number("SELECT count(*) AS value FROM users"), 1);
    // A made-up link opens nothing.
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
