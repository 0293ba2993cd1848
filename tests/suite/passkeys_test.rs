//! Passkeys: adding, signing in alone and as the second factor, removal, and everything that is refused. The flows of a person
//! are tested in Chromium with the virtual authenticators of WebDriver; answers that no browser gives come from `SoftPasskey`.

use std::time::Duration;

use serde_json::Value;

use crate::harness::client::Client;
use crate::harness::fixtures::simultaneously;
use crate::harness::page::Page;
use crate::harness::people::PASSWORD;
use crate::harness::soft_passkey::SoftPasskey;
use crate::harness::test_app::TestApp;

const OLIVIA: &str = "olivia@harbor.test";
const LIST: &str = "/account/passkeys";
const SIGN_IN: &str = "/login/passkey";
const MINUTE: Duration = Duration::from_secs(60);

/// An app with a domain name, without which there are no passkeys.
fn local() -> TestApp {
    TestApp::with(|config| config.base_url = format!("http://localhost:{}", config.listen.port()))
}

fn client(app: &TestApp) -> Client {
    Client::new(&app.config().base_url).patient()
}

/// A verified account, signed in with a password.
fn olivia(app: &TestApp) -> Client {
    let cookie = app.fixtures(|fixtures| {
        let user = fixtures.account("Olivia Hart", OLIVIA, true);
        fixtures.session_cookie(user)
    });
    let client = client(app);
    client.set_cookie(&cookie.0, &cookie.1);
    client
}

#[track_caller]
fn json(page: Page) -> Value {
    let page = page.expect(200);
    assert!(
        page.header("content-type").starts_with("application/json"),
        "{}",
        page.body
    );
    serde_json::from_str(&page.body).expect("JSON")
}

#[track_caller]
fn options(client: &Client, path: &str) -> Value {
    json(client.post(&format!("{path}/options"), &[]))
}

/// Adds a passkey with this name.
#[track_caller]
fn add(client: &Client, name: &str, verifies: bool) -> SoftPasskey {
    let (passkey, credential) = SoftPasskey::make(&options(client, LIST), client.base(), verifies);
    client
        .post(LIST, &[("name", name), ("credential", &credential)])
        .expect(303);
    passkey
}

fn answer(client: &Client, credential: &str) -> Page {
    client.post(SIGN_IN, &[("credential", credential), ("next", "/account")])
}

/// Enters the password, which leads to the step of the second factor.
#[track_caller]
fn enter_password(client: &Client) {
    client
        .post("/login", &[("email", OLIVIA), ("password", PASSWORD)])
        .expect_redirect("/login/second-factor");
}

#[track_caller]
fn expect_refused(page: Page, words: &str) {
    page.expect(422).expect_text(words);
}

fn number(app: &TestApp, sql: &str) -> i64 {
    app.database.number(&format!("SELECT count(*) AS value FROM {sql}"))
}

fn is_signed_in(client: &Client) -> bool {
    client.get("/account").status == 200
}

#[test]
fn a_passkey_is_added_with_backup_codes_and_ends_other_sessions() {
    let app = local();
    let client = olivia(&app);
    let other = app.fixtures(|fixtures| {
        let user = fixtures.user(OLIVIA);
        fixtures.session_cookie(user)
    });
    let page = client.get(LIST).expect(200).expect_text("No passkeys yet");
    assert!(page.body.contains("passkeys."), "the script is loaded");
    assert!(
        page.body.contains("<noscript>"),
        "the page says that it needs JavaScript"
    );

    let asked = options(&client, LIST);
    let public = &asked["publicKey"];
    assert_eq!(public["rp"]["id"], "localhost");
    assert_eq!(public["attestation"], "none");
    assert_eq!(public["user"]["name"], OLIVIA);
    let selection = &public["authenticatorSelection"];
    assert_eq!(selection["residentKey"], "preferred", "autofill needs it");
    assert_eq!(selection["requireResidentKey"], false);
    assert_eq!(selection["userVerification"], "preferred");
    assert_eq!(public["excludeCredentials"].as_array().map_or(0, Vec::len), 0);

    let (_, credential) = SoftPasskey::make(&asked, client.base(), true);
    client
        .post(LIST, &[("name", "  Blue   laptop "), ("credential", &credential)])
        .expect_redirect("/account/two-factor");
    client
        .get(LIST)
        .expect(200)
        .expect_text("Blue laptop")
        .expect_text("Never used");
    assert_eq!(number(&app, "backup_codes WHERE used_at IS NULL"), 10);
    assert_eq!(number(&app, "users WHERE second_factor"), 1);
    assert_eq!(number(&app, "sessions"), 1, "the other session ended");
    assert_eq!(number(&app, "sessions WHERE verified_passkey_at IS NOT NULL"), 1);
    assert_eq!(number(&app, "account_events WHERE action = 'account.passkey_added'"), 1);
    let message = app.mail_to(OLIVIA);
    assert_eq!(message.subject, "A passkey was added to your account");
    let stolen = self::client(&app);
    stolen.set_cookie(&other.0, &other.1);
    assert!(!is_signed_in(&stolen));

    // The second one makes no codes; the browser is told which ones the account has.
    let asked = options(&client, LIST);
    assert_eq!(
        asked["publicKey"]["excludeCredentials"].as_array().map_or(0, Vec::len),
        1
    );
    let (_, credential) = SoftPasskey::make(&asked, client.base(), false);
    client
        .post(LIST, &[("name", "Security key"), ("credential", &credential)])
        .expect_redirect(LIST);
    let page = client.get(LIST).expect(200);
    assert!(
        page.has("Second factor only") && page.has("Other sessions were signed out"),
        "{}",
        page.text()
    );
    assert_eq!(number(&app, "backup_codes"), 10);
    assert_eq!(number(&app, "passkey_ceremonies"), 0);
    app.expect_healthy();
}

#[test]
fn a_passkey_that_checks_the_person_signs_in_without_name_and_password() {
    let app = local();
    let mut passkey = add(&olivia(&app), "Laptop", true);
    let visitor = client(&app);
    let page = visitor.get("/login").expect(200);
    assert!(
        page.body.contains(r#"autocomplete="username webauthn""#),
        "{}",
        page.body
    );
    let asked = options(&visitor, SIGN_IN);
    let public = &asked["publicKey"];
    assert_eq!(public["userVerification"], "required");
    assert_eq!(public["allowCredentials"].as_array().map_or(0, Vec::len), 0);
    assert_eq!(public["rpId"], "localhost");
    let credential = passkey.answer(&asked);
    answer(&visitor, &credential).expect(303);
    assert!(is_signed_in(&visitor));
    let proved = "sessions WHERE verified_passkey_at IS NOT NULL AND password_at IS NULL AND passkey_at IS NULL";
    assert_eq!(number(&app, proved), 1);
    assert_eq!(
        number(&app, "passkeys WHERE counter = 2 AND last_used_at IS NOT NULL"),
        1
    );
    assert_eq!(number(&app, "account_events WHERE action = 'account.signed_in'"), 1);

    // Nothing signs in twice with one answer.
    let thief = client(&app);
    expect_refused(answer(&thief, &credential), "used already");
    assert!(!is_signed_in(&thief));
    // Nor does one that comes late.
    let asked = options(&thief, SIGN_IN);
    let late = passkey.answer(&asked);
    app.advance(MINUTE * 6);
    expect_refused(answer(&thief, &late), "took too long");
    app.sweep();
    assert_eq!(number(&app, "passkey_ceremonies"), 0, "old ones are deleted");
}

#[test]
fn one_answer_sent_at_the_same_time_signs_in_once() {
    let app = local();
    let mut passkey = add(&olivia(&app), "Laptop", true);
    for _ in 0..crate::harness::rounds(200, 10) {
        let asked = options(&client(&app), SIGN_IN);
        let credential = passkey.answer(&asked);
        let senders: Vec<Client> = (0..4).map(|_| client(&app)).collect();
        let jobs = senders
            .iter()
            .map(|sender| || answer(sender, &credential).status)
            .collect();
        let mut statuses = simultaneously(jobs);
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 422, 422, 422]);
    }
}

#[test]
fn a_passkey_is_the_second_factor_after_the_password() {
    let app = local();
    let owner = olivia(&app);
    let mut laptop = add(&owner, "Laptop", true);
    let mut key = add(&owner, "Security key", false);
    for (passkey, column) in [(&mut laptop, "verified_passkey_at"), (&mut key, "passkey_at")] {
        let visitor = client(&app);
        enter_password(&visitor);
        let page = visitor.get("/login/second-factor").expect(200);
        assert!(
            page.has("Use your passkey") && page.body.contains("<noscript>"),
            "{}",
            page.text()
        );
        assert!(page.has("Use a backup code"));
        let asked = options(&visitor, SIGN_IN);
        assert_eq!(asked["publicKey"]["allowCredentials"].as_array().map_or(0, Vec::len), 2);
        assert_eq!(asked["publicKey"]["userVerification"], "preferred");
        answer(&visitor, &passkey.answer(&asked)).expect(303);
        assert!(is_signed_in(&visitor));
        let proved = format!("sessions WHERE {column} IS NOT NULL AND password_at IS NOT NULL");
        assert!(number(&app, &proved) >= 1, "{column}");
        assert_eq!(number(&app, "sign_in_steps"), 0);
    }
    // A passkey that has to check the person is not accepted without that.
    let visitor = client(&app);
    enter_password(&visitor);
    let asked = options(&visitor, SIGN_IN);
    laptop.verifies = false;
    expect_refused(answer(&visitor, &laptop.answer(&asked)), "didn’t check that it’s you");
    assert_eq!(
        number(&app, "account_events WHERE action = 'account.second_factor_failed'"),
        1
    );
    // What was asked of this step is no use for another one.
    let asked = options(&visitor, SIGN_IN);
    let other = client(&app);
    enter_password(&other);
    expect_refused(answer(&other, &key.answer(&asked)), "Try again");
    // A step has five attempts, whatever they are.
    for _ in 0..3 {
        expect_refused(answer(&visitor, "nothing"), "Turn on JavaScript");
    }
    answer(&visitor, "nothing").expect(303);
    visitor.get("/login/second-factor").expect(303);
    let asked = options(&visitor, SIGN_IN);
    assert_eq!(
        asked["publicKey"]["allowCredentials"].as_array().map_or(0, Vec::len),
        0,
        "the step is over"
    );
    assert!(!is_signed_in(&visitor));
}

#[test]
fn a_sign_in_that_waits_does_not_keep_the_browser_from_another_one() {
    let app = local();
    let mut passkey = add(&olivia(&app), "Laptop", true);
    let visitor = client(&app);
    enter_password(&visitor);
    let asked = json(visitor.post("/login/passkey/options", &[("fresh", "on")]));
    assert_eq!(asked["publicKey"]["allowCredentials"].as_array().map_or(0, Vec::len), 0);
    answer(&visitor, &passkey.answer(&asked)).expect(303);
    assert!(is_signed_in(&visitor));
}

#[test]
fn a_passkey_that_checks_no_one_is_refused_alone() {
    let app = local();
    let owner = olivia(&app);
    let mut key = add(&owner, "Security key", false);
    let visitor = client(&app);
    let words = "Enter your password first";
    expect_refused(answer(&visitor, &key.answer(&options(&visitor, SIGN_IN))), words);
    // Someone who steals the key can set a PIN on it, so it stays a second factor.
    key.verifies = true;
    expect_refused(answer(&visitor, &key.answer(&options(&visitor, SIGN_IN))), words);
    assert!(!is_signed_in(&visitor));
    enter_password(&visitor);
    answer(&visitor, &key.answer(&options(&visitor, SIGN_IN))).expect(303);
    assert_eq!(
        number(
            &app,
            "sessions WHERE passkey_at IS NOT NULL AND verified_passkey_at IS NULL"
        ),
        2
    );
}

#[test]
fn a_counter_that_runs_backwards_is_refused_and_reported() {
    let app = local();
    let owner = olivia(&app);
    let mut passkey = add(&owner, "Blue laptop", true);
    passkey.counter = 40;
    let visitor = client(&app);
    answer(&visitor, &passkey.answer(&options(&visitor, SIGN_IN))).expect(303);
    for counter in [39, 40] {
        passkey.counter = counter;
        let thief = client(&app);
        expect_refused(
            answer(&thief, &passkey.answer(&options(&thief, SIGN_IN))),
            "may have been copied",
        );
        assert!(!is_signed_in(&thief));
        enter_password(&thief);
        passkey.counter = counter;
        expect_refused(
            answer(&thief, &passkey.answer(&options(&thief, SIGN_IN))),
            "may have been copied",
        );
        assert!(!is_signed_in(&thief));
    }
    assert_eq!(
        number(&app, "account_events WHERE action = 'account.passkey_refused'"),
        4
    );
    assert_eq!(number(&app, "passkeys WHERE counter = 41"), 1);
    let message = app.mail_to(OLIVIA);
    assert_eq!(message.subject, "One of your passkeys was refused");
    assert!(message.text.contains("“Blue laptop”"), "{}", message.text);
    assert!(message.text.contains("/account/passkeys"), "{}", message.text);
    // The one with the higher counter still works.
    passkey.counter = 50;
    answer(&visitor, &passkey.answer(&options(&client(&app), SIGN_IN))).expect(303);
}

#[test]
fn a_device_without_a_counter_works_as_often_as_one_likes() {
    let app = local();
    let owner = olivia(&app);
    let (mut passkey, _) = SoftPasskey::make(&options(&owner, LIST), owner.base(), true);
    passkey.counter = 0;
    let credential = passkey.registration(&options(&owner, LIST));
    owner
        .post(LIST, &[("name", "Phone"), ("credential", &credential)])
        .expect(303);
    for _ in 0..3 {
        let visitor = client(&app);
        let asked = options(&visitor, SIGN_IN);
        passkey.has_counter = false;
        answer(&visitor, &passkey.answer(&asked)).expect(303);
    }
}

#[test]
fn a_credential_of_another_site_or_session_is_refused() {
    let app = local();
    let owner = olivia(&app);
    let mut passkey = add(&owner, "Laptop", true);
    let refused = "wasn’t accepted";
    let wrong = |change: &dyn Fn(&mut SoftPasskey), passkey: &mut SoftPasskey| {
        let visitor = client(&app);
        let asked = options(&visitor, SIGN_IN);
        let before = (passkey.origin.clone(), passkey.domain.clone());
        change(passkey);
        let page = answer(&visitor, &passkey.answer(&asked));
        (passkey.origin, passkey.domain) = before;
        expect_refused(page, refused);
        assert!(!is_signed_in(&visitor));
    };
    for origin in [
        "https://evil.example",
        "http://localhost:1",
        "https://localhost",
        "http://localhost.evil.example",
    ] {
        wrong(&|passkey| passkey.origin = origin.to_owned(), &mut passkey);
    }
    wrong(&|passkey| passkey.domain = "evil.example".to_owned(), &mut passkey);

    // Adding: another origin, an answer twice, one of another session, one for something else.
    let list = |client: &Client, credential: &str| client.post(LIST, &[("name", "Phone"), ("credential", credential)]);
    let (_, credential) = SoftPasskey::make(&options(&owner, LIST), "https://evil.example", true);
    let page = list(&owner, &credential).expect(422).expect_text(refused);
    assert_eq!(page.value_of("name").as_deref(), Some("Phone"), "the name is kept");
    let asked = options(&owner, LIST);
    let (_, credential) = SoftPasskey::make(&asked, owner.base(), true);
    let cookie = app.fixtures(|fixtures| {
        let user = fixtures.account("Noah Brandt", "noah@harbor.test", true);
        fixtures.session_cookie(user)
    });
    let noah = client(&app);
    noah.set_cookie(&cookie.0, &cookie.1);
    expect_refused(list(&noah, &credential), "Try again");
    expect_refused(list(&owner, &credential), "used already");
    expect_refused(
        answer(&client(&app), &passkey.answer(&options(&owner, LIST))),
        "Try again",
    );
    let (_, credential) = SoftPasskey::make(&options(&client(&app), SIGN_IN), owner.base(), true);
    expect_refused(list(&owner, &credential), "Try again");
    // Someone else's passkey.
    let credential = passkey.registration(&options(&noah, LIST));
    expect_refused(list(&noah, &credential), "An account has this passkey already");
    assert_eq!(number(&app, "passkeys"), 1);
}

#[test]
fn bad_input_gets_a_sentence_and_keeps_the_name() {
    let app = local();
    let owner = olivia(&app);
    add(&owner, "Laptop", true);
    let bad = [
        "",
        "{}",
        "null",
        "[]",
        "\u{0}",
        "{\"id\":1}",
        &"[".repeat(5000),
        &"x".repeat(20_000),
    ];
    for credential in bad {
        let page = owner
            .post(LIST, &[("name", "Phone"), ("credential", credential)])
            .expect(422);
        assert!(
            page.field_error("credential").is_some() || page.has("Turn on JavaScript"),
            "{}",
            page.text()
        );
        assert_eq!(page.value_of("name").as_deref(), Some("Phone"));
        expect_refused(answer(&client(&app), credential), "Turn on JavaScript");
    }
    let credential = add_credential(&owner);
    for (name, words) in [
        ("", "Enter a name for the passkey"),
        (&*"x".repeat(61), "at most 60 characters"),
        ("lapTOP", "Another of your passkeys has this name"),
        ("a\u{202e}b", "cannot be printed"),
    ] {
        let page = owner
            .post(LIST, &[("name", name), ("credential", &credential)])
            .expect(422);
        assert!(
            page.field_error("name").is_some_and(|error| error.contains(words)),
            "{name}: {}",
            page.text()
        );
        assert_eq!(page.value_of("name").unwrap_or_default(), name);
        // Before the device makes one for nothing.
        let page = owner.post(&format!("{LIST}/options"), &[("name", name)]).expect(422);
        let answer: Value = serde_json::from_str(&page.body).expect("JSON");
        assert!(
            answer["error"].as_str().is_some_and(|error| error.contains(words)),
            "{answer}"
        );
    }
    owner
        .post(LIST, &[("name", &*"x".repeat(60)), ("credential", &credential)])
        .expect(303);
    for number in 0..18 {
        add(&owner, &format!("Key {number}"), true);
    }
    let page = owner.get(LIST).expect(200).expect_text("You have 20 passkeys");
    assert_eq!(page.form_count(LIST), 0);
    owner.post(&format!("{LIST}/options"), &[]).expect(422);
    expect_refused(
        owner.post(LIST, &[("name", "More"), ("credential", "{}")]),
        "which is the limit",
    );
}

fn add_credential(client: &Client) -> String {
    SoftPasskey::make(&options(client, LIST), client.base(), true).1
}

#[test]
fn the_suggested_name_says_which_device_it_is() {
    let app = local();
    let agent = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0";
    let owner = olivia(&app).with("User-Agent", agent);
    assert_eq!(owner.get(LIST).value_of("name").as_deref(), Some("Firefox on macOS"));
    add(&owner, "Firefox on macOS", true);
    assert_eq!(owner.get(LIST).value_of("name").as_deref(), Some("Firefox on macOS 2"));
}

#[test]
fn adding_asks_who_someone_is_when_that_was_longer_ago() {
    let app = local();
    let owner = olivia(&app);
    let credential = add_credential(&owner);
    app.advance(MINUTE * 16);
    for page in [
        owner.post(&format!("{LIST}/options"), &[]),
        owner.post(LIST, &[("name", "Phone"), ("credential", &credential)]),
    ] {
        let page = page.expect(303);
        let to = page.location.unwrap_or_default();
        assert!(to.starts_with("/account/confirmation?why=step-up"), "{to}");
    }
    assert_eq!(number(&app, "passkeys"), 0);
}

#[test]
fn removing_asks_for_the_password_and_respects_the_organization() {
    let app = local();
    let owner = olivia(&app);
    app.fixtures(|fixtures| {
        let user = fixtures.user(OLIVIA);
        fixtures.organization("Harbor", "harbor", user);
    });
    let mut laptop = add(&owner, "Laptop", true);
    let mut phone = add(&owner, "Phone", true);
    let links = owner.get(LIST).links();
    let removals: Vec<&String> = links.iter().filter(|link| link.ends_with("/removal")).collect();
    assert_eq!(removals.len(), 2, "{links:?}");
    owner.get(removals[0]).expect(200).expect_text("Remove “Laptop”?");
    expect_refused(owner.post(removals[0], &[]), "Enter your password");
    expect_refused(
        owner.post(removals[0], &[("password", "another-horse-battery-9")]),
        "Incorrect password",
    );
    // Someone else's looks as if there were none.
    let cookie = app.fixtures(|fixtures| {
        let user = fixtures.account("Noah Brandt", "noah@harbor.test", true);
        fixtures.session_cookie(user)
    });
    let noah = client(&app);
    noah.set_cookie(&cookie.0, &cookie.1);
    noah.get(removals[0]).expect(404);
    noah.post(removals[0], &[("password", PASSWORD)]).expect(404);
    assert_eq!(number(&app, "passkeys"), 2);

    let elsewhere = client(&app);
    answer(&elsewhere, &phone.answer(&options(&elsewhere, SIGN_IN))).expect(303);
    owner.post(removals[0], &[("password", PASSWORD)]).expect_redirect(LIST);
    assert_eq!(app.mail_to(OLIVIA).subject, "A passkey was removed from your account");
    assert_eq!(
        number(&app, "account_events WHERE action = 'account.passkey_removed'"),
        1
    );
    assert!(!is_signed_in(&elsewhere) && is_signed_in(&owner));
    let visitor = client(&app);
    expect_refused(
        answer(&visitor, &laptop.answer(&options(&visitor, SIGN_IN))),
        "This passkey was removed",
    );
    // Removed while the second factor is awaited.
    enter_password(&visitor);
    let asked = options(&visitor, SIGN_IN);
    expect_refused(answer(&visitor, &laptop.answer(&asked)), "This passkey was removed");

    app.database.execute("UPDATE organizations SET two_factor = 'everyone'");
    let page = owner.post(removals[1], &[("password", PASSWORD)]).expect(422);
    assert!(page.has("Harbor requires two-factor authentication"), "{}", page.text());
    app.database.execute("UPDATE organizations SET two_factor = 'off'");
    owner.post(removals[1], &[("password", PASSWORD)]).expect_redirect(LIST);
    assert_eq!(number(&app, "users WHERE second_factor"), 0);
    assert_eq!(number(&app, "backup_codes"), 0);
    // The password is enough again.
    let visitor = client(&app);
    visitor
        .post("/login", &[("email", OLIVIA), ("password", PASSWORD)])
        .expect_redirect("/organizations/harbor");
}

#[test]
fn under_an_ip_address_there_are_no_passkeys() {
    let app = TestApp::open();
    let cookie = app.fixtures(|fixtures| {
        let user = fixtures.account("Olivia Hart", OLIVIA, true);
        fixtures.session_cookie(user)
    });
    let owner = app.client_with(&cookie);
    let page = owner
        .get(LIST)
        .expect(200)
        .expect_text("Passkeys aren’t available here");
    assert_eq!(page.form_count(LIST), 0);
    let paths = ["/account/passkeys/options", "/account/passkeys/confirmation-options"];
    for path in paths.iter().chain(&["/login/passkey/options", "/login/passkey"]) {
        owner.post(path, &[]).expect(404);
    }
    owner.post(LIST, &[("name", "Phone"), ("credential", "{}")]).expect(404);
    let page = app.client().get("/login").expect(200);
    assert!(
        !page.body.contains("passkey") && !page.body.contains("webauthn"),
        "{}",
        page.body
    );
}

#[test]
fn a_person_confirms_who_they_are_with_a_passkey() {
    let app = local();
    let cookie = app.fixtures(|fixtures| {
        let user = fixtures.account("Olivia Hart", OLIVIA, true);
        fixtures.session_cookie(user)
    });
    let owner = client(&app);
    owner.set_cookie(&cookie.0, &cookie.1);
    let path = "/account/passkeys/confirmation-options";
    owner.post(path, &[]).expect(404);
    let mut laptop = add(&owner, "Laptop", true);
    let mut key = add(&owner, "Security key", false);
    let prove = |credential: &str| app.fixtures(|fixtures| fixtures.prove_with_passkey(OLIVIA, credential));
    let asked = json(owner.post(path, &[]));
    assert_eq!(asked["publicKey"]["allowCredentials"].as_array().map_or(0, Vec::len), 2);
    let credential = laptop.answer(&asked);
    let proofs = prove(&credential).expect("accepted");
    assert!(proofs.verified_passkey.is_some() && proofs.passkey.is_none());
    assert!(prove(&credential).is_none(), "once");
    let proofs = prove(&key.answer(&json(owner.post(path, &[])))).expect("accepted");
    assert!(proofs.verified_passkey.is_none() && proofs.passkey.is_some());
    // An answer for something else.
    assert!(prove(&laptop.answer(&options(&client(&app), SIGN_IN))).is_none());
    assert!(prove("").is_none());
}

mod browser {
    use serde_json::json;

    use super::*;
    use crate::harness::browser::{Browser, Display};

    /// Adds a passkey through the page.
    fn add(browser: &Browser, name: &str) {
        browser.goto(LIST);
        browser.fill("#name", name);
        browser.press("Add passkey");
    }

    fn sign_out(browser: &Browser) {
        browser.devtools("Network.clearBrowserCookies", json!({}));
    }

    /// Whether the browser offers passkeys on its own. A virtual authenticator takes such an offer immediately.
    fn offer(browser: &Browser, on: bool) -> Option<String> {
        if on {
            return None;
        }
        let source =
            "if (window.PublicKeyCredential) PublicKeyCredential.isConditionalMediationAvailable = async () => false";
        let added = browser.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": source }));
        added["identifier"].as_str().map(str::to_owned)
    }

    #[test]
    fn a_person_adds_passkeys_and_signs_in_with_them() {
        let app = local();
        let client = olivia(&app);
        let browser = Browser::open(&app.config().base_url);
        let silent = offer(&browser, false).expect("a script");
        browser.sign_in_as(&client);
        let laptop = browser.add_authenticator(true, true);
        browser.goto(LIST);
        browser.expect_accessible();
        assert_eq!(browser.overflow(), 0);
        browser.set_display(Display::phone());
        assert_eq!(browser.overflow(), 0);
        browser.set_display(Display::default());
        add(&browser, "Laptop");
        browser.wait_until("the first passkey", || number(&app, "passkeys") == 1);
        // The same device has one already.
        add(&browser, "Laptop again");
        browser.wait_for_text("This device already has a passkey for your account");
        // A name is checked before.
        add(&browser, "Laptop");
        browser.wait_for_text("Another of your passkeys has this name");
        let kept = browser.credentials(&laptop);
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0]["isResidentCredential"], true, "so that autofill offers it");

        // By the button, without a name.
        sign_out(&browser);
        browser.goto("/login?next=/account/sessions");
        browser.expect_accessible();
        browser.press("Sign in with a passkey");
        browser.wait_for_text("Your sessions");
        assert!(browser.path().starts_with("/account/sessions") || browser.path() == "/onboarding");

        // By autofill: the virtual authenticator chooses the only one.
        sign_out(&browser);
        browser.devtools(
            "Page.removeScriptToEvaluateOnNewDocument",
            json!({ "identifier": silent }),
        );
        browser.goto("/login?next=/account/sessions");
        browser.wait_for_text("Your sessions");
        offer(&browser, false);

        // After the password.
        sign_out(&browser);
        log_in(&browser);
        browser.expect_accessible();
        browser.press("Use a passkey");
        browser.wait_for_text("Your sessions");

        // A second device, which checks no one: after the password only.
        browser.remove_authenticator(&laptop);
        let key = browser.add_authenticator(true, false);
        add(&browser, "Security key");
        browser.wait_for_text("Second factor only");
        sign_out(&browser);
        browser.goto("/login");
        browser.press("Sign in with a passkey");
        browser.wait_for_text("No passkey was used");
        log_in(&browser);
        browser.press("Use a passkey");
        browser.wait_for_text("Your sessions");

        // A copy of it, with the counter from before.
        let copy = browser.credentials(&key).remove(0);
        sign_out(&browser);
        log_in(&browser);
        browser.press("Use a passkey");
        browser.wait_for_text("Your sessions");
        browser.remove_authenticator(&key);
        let other = browser.add_authenticator(true, false);
        browser.add_credential(&other, copy);
        sign_out(&browser);
        log_in(&browser);
        browser.press("Use a passkey");
        browser.wait_for_text("may have been copied");
        assert_eq!(
            number(&app, "account_events WHERE action = 'account.passkey_refused'"),
            1
        );
        browser.remove_authenticator(&other);

        // The first device again: its passkey is removed, and then it does not sign in.
        let laptop = browser.add_authenticator(true, true);
        browser.add_credential(&laptop, kept.into_iter().next().expect("a credential"));
        app.database
            .execute("UPDATE passkeys SET counter = 0 WHERE name = 'Laptop'");
        browser.goto("/login?next=/account/passkeys");
        browser.press("Sign in with a passkey");
        browser.wait_for_text("Your passkeys");
        browser.click("a[href$=removal]");
        browser.fill("#password", PASSWORD);
        browser.press("Remove passkey");
        browser.wait_for_text("The passkey was removed");
        assert_eq!(number(&app, "passkeys"), 1);
        sign_out(&browser);
        browser.goto("/login");
        browser.press("Sign in with a passkey");
        browser.wait_for_text("This passkey was removed");
        browser.expect_clean();
    }

    fn log_in(browser: &Browser) {
        browser.goto("/login?next=/account/sessions");
        browser.fill("#email", OLIVIA);
        browser.fill("#password", PASSWORD);
        browser.press("Sign in");
        browser.wait_for_text("Two-factor authentication");
    }

    #[test]
    fn without_javascript_no_page_offers_what_cannot_work() {
        let app = local();
        let client = olivia(&app);
        super::add(&client, "Laptop", true);
        let browser = Browser::with(&app.config().base_url, Display::default().without_javascript());
        browser.goto("/login");
        assert!(!browser.is_visible("#credential"));
        log_in(&browser);
        assert!(!browser.is_visible("#credential"));
        browser.wait_for_text("Passkeys need JavaScript");
        browser.sign_in_as(&client);
        browser.goto(LIST);
        browser.wait_for_text("Adding a passkey needs JavaScript");
        browser.press("Add passkey");
        browser.wait_for_text("Turn on JavaScript");
    }
}
