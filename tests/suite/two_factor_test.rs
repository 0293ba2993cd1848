//! Two-factor authentication: authenticator app, backup codes, the step of a sign-in, and what happens when a factor is lost.

use std::process::Command;
use std::time::Duration;

use crate::harness::client::Client;
use crate::harness::in_parallel;
use crate::harness::page::Page;
use crate::harness::people::PASSWORD;
use crate::harness::rounds;
use crate::harness::test_app::TestApp;

const STEP: Duration = Duration::from_secs(30);

/// The code that an authenticator app shows, some steps before or after now. `oathtool` computes it.
pub fn code(app: &TestApp, secret: &str, steps: i64) -> String {
    let at = app.product().clock.now().0 / 1_000_000 + steps * 30;
    let shown = Command::new("oathtool")
        .args(["--totp", "--base32", "--now", &format!("@{at}"), secret])
        .output()
        .expect("oathtool, which bin/test installs");
    assert!(shown.status.success(), "{}", String::from_utf8_lossy(&shown.stderr));
    String::from_utf8(shown.stdout).expect("digits").trim().to_owned()
}

/// A verified account.
pub fn account(app: &TestApp, name: &str, email: &str) {
    app.fixtures(|fixtures| fixtures.account(name, email, true));
}

/// What an account got when it set up its app.
pub struct Enrolled {
    pub secret: String,
    pub codes: Vec<String>,
}

/// Sets up an authenticator app in a session.
#[track_caller]
pub fn enroll(app: &TestApp, client: &Client) -> Enrolled {
    let page = client.get("/account/two-factor").expect(200);
    let secret = page
        .all("[data-secret]", "data-secret")
        .first()
        .expect("a secret")
        .clone();
    let fields = [("code", code(app, &secret, 0)), ("password", PASSWORD.to_owned())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    client.post("/account/two-factor", &fields).expect(303);
    let page = client.get("/account/two-factor").expect(200);
    let codes = page.all("[data-backup-code]", "data-backup-code");
    // The step of the first code is used.
    app.advance(STEP);
    Enrolled { secret, codes }
}

fn password(client: &Client, email: &str) -> Page {
    client.post("/login", &[("email", email), ("password", PASSWORD)])
}

fn second(client: &Client, method: &str, code: &str) -> Page {
    client.post("/login/second-factor", &[("code", code), ("method", method)])
}

/// Signs in with both factors.
#[track_caller]
pub fn sign_in(app: &TestApp, email: &str, secret: &str) -> Client {
    let client = app.client();
    password(&client, email).expect_redirect("/login/second-factor");
    second(&client, "totp", &code(app, secret, 0)).expect(303);
    app.advance(STEP);
    client
}

fn is_signed_in(client: &Client) -> bool {
    client.get("/account").status == 200
}

fn count(app: &TestApp, rows: &str) -> i64 {
    app.database.number(&format!("SELECT count(*) AS value FROM {rows}"))
}

#[test]
fn a_password_alone_does_not_sign_in_to_an_account_with_an_authenticator_app() {
    let app = TestApp::open();
    account(&app, "Olivia Hart", "olivia@two.test");
    let olivia = app.signed_in("olivia@two.test");
    let other = app.signed_in("olivia@two.test");
    let enrolled = enroll(&app, &olivia);
    assert_eq!(enrolled.codes.len(), 10);
    assert!(is_signed_in(&olivia) && !is_signed_in(&other), "other sessions end");
    assert!(
        app.mail_to("olivia@two.test")
            .subject
            .contains("authenticator app was added")
    );
    let page = olivia.get("/account/two-factor").expect(200);
    assert!(
        page.all("[data-backup-code]", "data-backup-code").is_empty(),
        "codes are shown once"
    );
    assert!(
        page.all("[data-secret]", "data-secret").is_empty(),
        "the secret is not shown again"
    );
    assert!(
        !app.database
            .words("SELECT secret AS value FROM totp_secrets")
            .concat()
            .contains(&enrolled.secret)
    );

    let client = app.client();
    password(&client, "olivia@two.test").expect_redirect("/login/second-factor");
    for path in ["/account", "/organizations", "/account/two-factor", "/account/sessions"] {
        assert_eq!(client.get(path).status, 303, "{path}");
    }
    let refused = second(&client, "totp", "000000").expect(422);
    assert!(refused.field_error("code").is_some());
    second(&client, "totp", &code(&app, &enrolled.secret, 0)).expect(303);
    assert!(is_signed_in(&client));
    // One step early or late counts, two do not.
    for (steps, status) in [(-1, 422), (1, 303), (2, 422), (-2, 422)] {
        let client = app.client();
        password(&client, "olivia@two.test").expect(303);
        second(&client, "totp", &code(&app, &enrolled.secret, steps)).expect(status);
    }
}

#[test]
fn the_page_that_asked_for_the_sign_in_is_opened_after_both_steps() {
    let app = TestApp::open();
    account(&app, "Olivia Hart", "olivia@next.test");
    let enrolled = enroll(&app, &app.signed_in("olivia@next.test"));
    let client = app.client();
    let fields = [
        ("email", "olivia@next.test"),
        ("password", PASSWORD),
        ("next", "/account/sessions?x=1"),
    ];
    let step = client.post("/login", &fields).expect(303);
    let step = step.location.expect("the step");
    let page = client.get(&step).expect(200);
    assert_eq!(page.value_of("next").as_deref(), Some("/account/sessions?x=1"));
    let code = code(&app, &enrolled.secret, 0);
    let fields = [
        ("code", code.as_str()),
        ("method", "totp"),
        ("next", "/account/sessions?x=1"),
    ];
    client.post("/login/second-factor", &fields).expect(303);
    let fields = [
        ("code", code.as_str()),
        ("method", "totp"),
        ("next", "https://evil.example/"),
    ];
    let away = client.post("/login/second-factor", &fields).expect(303);
    assert_eq!(away.location.as_deref(), Some("/login"), "the step is over");
}

#[test]
fn each_code_counts_once_also_when_ten_requests_race() {
    let app = TestApp::open();
    account(&app, "Olivia Hart", "olivia@race.test");
    let enrolled = enroll(&app, &app.signed_in("olivia@race.test"));
    for round in 0..rounds(200, 5) {
        let totp = round % 2 == 0;
        let (method, code) = if totp {
            ("totp", code(&app, &enrolled.secret, 0))
        } else if let Some(code) = enrolled.codes.get(round / 2) {
            ("backup_code", code.clone())
        } else {
            continue;
        };
        let clients: Vec<Client> = (0..8).map(|_| app.client()).collect();
        for client in &clients {
            password(client, "olivia@race.test").expect(303);
        }
        let before = count(&app, "sessions");
        in_parallel(&clients, |client| second(client, method, &code));
        assert_eq!(count(&app, "sessions") - before, 1, "round {round}: {method}");
        app.advance(Duration::from_secs(16 * 60));
    }
}

#[test]
fn five_attempts_end_a_step_and_ten_lock_the_account() {
    let app = TestApp::open();
    account(&app, "Olivia Hart", "olivia@lock.test");
    let enrolled = enroll(&app, &app.signed_in("olivia@lock.test"));
    let client = app.client();
    password(&client, "olivia@lock.test").expect(303);
    for attempt in 0..5 {
        let status = if attempt < 4 { 422 } else { 303 };
        second(&client, "totp", "000000").expect(status);
    }
    // The step is over, also for the correct code.
    second(&client, "totp", &code(&app, &enrolled.secret, 0)).expect_redirect("/login");
    password(&client, "olivia@lock.test").expect(303);
    for attempt in 0..5 {
        let status = if attempt < 4 { 422 } else { 303 };
        second(&client, "totp", "000000").expect(status);
    }
    password(&client, "olivia@lock.test").expect(303);
    let locked = second(&client, "totp", &code(&app, &enrolled.secret, 0)).expect(422);
    assert!(
        locked
            .field_error("code")
            .expect("an error")
            .contains("Too many attempts")
    );
    app.answer_requests();
    let email = app.mail_to("olivia@lock.test");
    assert!(email.subject.contains("locked"), "{}", email.subject);
    // The link unlocks the password; codes wait, or who reads the mailbox could try them without end.
    app.client().post(&email.link("/unlock/"), &[]).expect(303);
    password(&client, "olivia@lock.test").expect(303);
    second(&client, "totp", &code(&app, &enrolled.secret, 0)).expect(422);
    app.advance(Duration::from_secs(16 * 60));
    password(&client, "olivia@lock.test").expect(303);
    second(&client, "totp", &code(&app, &enrolled.secret, 0)).expect(303);
    assert!(is_signed_in(&client));
}

#[test]
fn a_step_ends_after_ten_minutes_and_with_the_password_that_began_it() {
    let app = TestApp::open();
    account(&app, "Olivia Hart", "olivia@end.test");
    let olivia = app.signed_in("olivia@end.test");
    let enrolled = enroll(&app, &olivia);
    let client = app.client();
    password(&client, "olivia@end.test").expect(303);
    app.advance(Duration::from_secs(601));
    second(&client, "totp", &code(&app, &enrolled.secret, 0)).expect_redirect("/login");
    password(&client, "olivia@end.test").expect(303);
    let fields = [
        ("current_password", PASSWORD),
        ("new_password", "another-horse-battery-9"),
    ];
    olivia.post("/account/password", &fields).expect(303);
    second(&client, "totp", &code(&app, &enrolled.secret, 0)).expect_redirect("/login");
    assert!(!is_signed_in(&client));
}

#[test]
fn resetting_the_password_signs_no_one_in_and_skips_no_factor() {
    let app = TestApp::open();
    account(&app, "Olivia Hart", "olivia@reset.test");
    let enrolled = enroll(&app, &app.signed_in("olivia@reset.test"));
    let client = app.client();
    client
        .post("/password/forgot", &[("email", "olivia@reset.test")])
        .expect(303);
    app.answer_requests();
    let link = app.mail_to("olivia@reset.test").link("/password/reset/");
    let new = "another-horse-battery-9";
    client.post(&link, &[("password", new)]).expect_redirect("/login");
    assert!(!is_signed_in(&client));
    let fields = [("email", "olivia@reset.test"), ("password", new)];
    client.post("/login", &fields).expect_redirect("/login/second-factor");
    second(&client, "totp", &code(&app, &enrolled.secret, 0)).expect(303);
    assert!(is_signed_in(&client));
}

#[test]
fn backup_codes_are_announced_replaced_and_stored_hashed() {
    let app = TestApp::open();
    account(&app, "Olivia Hart", "olivia@backup.test");
    let olivia = app.signed_in("olivia@backup.test");
    let enrolled = enroll(&app, &olivia);
    let stored = app
        .database
        .words("SELECT code_hash AS value FROM backup_codes")
        .concat();
    assert!(
        enrolled
            .codes
            .iter()
            .all(|code| !stored.contains(&code.replace('-', "")))
    );
    for (used, code) in enrolled.codes.iter().take(7).enumerate() {
        let client = app.client();
        password(&client, "olivia@backup.test").expect(303);
        // As people type them.
        let typed = if used == 0 {
            code.to_uppercase().replace('-', " ")
        } else {
            code.clone()
        };
        second(&client, "backup_code", &typed).expect(303);
        assert!(is_signed_in(&client));
        let emails = app.emails_to("olivia@backup.test");
        let email = emails
            .iter()
            .rfind(|email| email.subject.contains("A backup code was used"));
        let email = email.expect("an email");
        let left = 9 - used;
        assert!(
            email.subject.contains(&format!("{left} backup codes left")),
            "{}",
            email.subject
        );
        assert_eq!(email.text.contains("before you run out"), left <= 3, "{}", email.text);
        let again = app.client();
        password(&again, "olivia@backup.test").expect(303);
        second(&again, "backup_code", code).expect(422);
        app.advance(Duration::from_secs(16 * 60));
    }
    olivia
        .post("/account/two-factor/backup-codes", &[("password", "wrong")])
        .expect(422);
    olivia
        .post("/account/two-factor/backup-codes", &[("password", PASSWORD)])
        .expect(303);
    let page = olivia.get("/account/two-factor").expect(200);
    let fresh = page.all("[data-backup-code]", "data-backup-code");
    assert_eq!(fresh.len(), 10);
    let client = app.client();
    password(&client, "olivia@backup.test").expect(303);
    second(&client, "backup_code", &enrolled.codes[9]).expect(422);
    second(&client, "backup_code", &fresh[0]).expect(303);
}

#[test]
fn removing_the_app_asks_for_the_password_and_a_code() {
    let app = TestApp::open();
    account(&app, "Olivia Hart", "olivia@off.test");
    let olivia = app.signed_in("olivia@off.test");
    let enrolled = enroll(&app, &olivia);
    let remove = |code: &str, password: &str| {
        olivia.post("/account/two-factor/removal", &[("code", code), ("password", password)])
    };
    let wrong = remove("000000", PASSWORD).expect(422);
    assert!(wrong.field_error("code").is_some());
    let wrong = remove(&code(&app, &enrolled.secret, 0), "wrong").expect(422);
    assert!(
        wrong.field_error("password").is_some() && wrong.value_of("code").is_some(),
        "the code is kept"
    );
    let other = sign_in(&app, "olivia@off.test", &enrolled.secret);
    remove(&code(&app, &enrolled.secret, 0), PASSWORD).expect(303);
    assert!(!is_signed_in(&other) && is_signed_in(&olivia));
    assert_eq!(count(&app, "backup_codes"), 0);
    assert!(app.mail_to("olivia@off.test").subject.contains("removed"));
    let client = app.client();
    password(&client, "olivia@off.test").expect(303);
    assert!(is_signed_in(&client), "the password alone signs in again");
    // A new app has another secret.
    let page = olivia.get("/account/two-factor").expect(200);
    assert_ne!(page.all("[data-secret]", "data-secret"), [enrolled.secret]);
}

#[test]
fn a_wrong_code_at_the_setup_keeps_what_was_typed_and_hides_the_secret() {
    let app = TestApp::open();
    account(&app, "Olivia Hart", "olivia@setup.test");
    let olivia = app.signed_in("olivia@setup.test");
    for (code, password, field) in [
        ("000000", PASSWORD, "code"),
        ("1234567", PASSWORD, "code"),
        ("", PASSWORD, "code"),
        ("123456", "wrong-password", "password"),
        ("123456", "", "password"),
    ] {
        let fields = [("code", code), ("password", password)];
        let page = olivia.post("/account/two-factor", &fields).expect(422);
        assert!(page.field_error(field).is_some(), "{code} {password}");
        assert_eq!(page.value_of("code").unwrap_or_default(), code);
        assert!(page.all("[data-secret]", "data-secret").is_empty(), "{code}");
    }
    assert_eq!(count(&app, "totp_secrets"), 0);
}

#[test]
fn an_operator_removes_a_lost_factor_with_a_reason_and_their_password() {
    let app = TestApp::open();
    account(&app, "Oscar Operator", "oscar@lost.test");
    account(&app, "Olivia Hart", "olivia@lost.test");
    let olivia = app.signed_in("olivia@lost.test");
    enroll(&app, &olivia);
    let oscar = app.fixtures(|fixtures| {
        let oscar = fixtures.user("oscar@lost.test");
        fixtures.appoint(oscar);
        fixtures.session_cookie(oscar)
    });
    let oscar = app.client_with(&oscar);
    let id = app.fixtures(|fixtures| fixtures.user("olivia@lost.test")).to_string();
    let path = format!("/operator/users/{id}/second-factor/removal");
    let remove = |reason: &str, password: &str| oscar.post(&path, &[("reason", reason), ("password", password)]);
    let page = remove("short", PASSWORD).expect(422);
    assert!(page.field_error("reason").is_some());
    let reason = "Called back at the number in their contract";
    let page = remove(reason, "wrong").expect(422);
    assert!(
        page.field_error("password").is_some() && page.has(reason),
        "the reason is kept"
    );
    olivia
        .post(&path, &[("reason", reason), ("password", PASSWORD)])
        .expect(404);
    remove(reason, PASSWORD).expect(303);
    assert!(!is_signed_in(&olivia), "all sessions end");
    assert!(app.mail_to("olivia@lost.test").subject.contains("by an operator"));
    assert!(is_signed_in(&app.sign_in("olivia@lost.test")));
    let log = app
        .database
        .words("SELECT after AS value FROM account_events WHERE action = 'account.second_factor_removed'");
    assert!(log.concat().contains(reason), "{log:?}");
    remove(reason, PASSWORD).expect(404);
}

#[test]
fn a_sign_in_from_a_new_device_is_announced_and_can_be_reported() {
    let app = TestApp::open();
    account(&app, "Olivia Hart", "olivia@device.test");
    let home = app.sign_in("olivia@device.test");
    assert!(
        app.emails_to("olivia@device.test").is_empty(),
        "the first device is no new one"
    );
    home.post("/logout", &[]).expect(303);
    password(&home, "olivia@device.test").expect(303);
    assert!(app.emails_to("olivia@device.test").is_empty(), "a known device");
    let thief = app.sign_in("olivia@device.test");
    let email = app.mail_to("olivia@device.test");
    assert!(email.subject.contains("New sign-in"), "{}", email.subject);
    let link = email.link("/account/sign-ins/");
    app.client().get(&link).expect(200);
    assert!(is_signed_in(&thief), "opening the link changes nothing");
    app.client().post(&link, &[]).expect_redirect("/login");
    assert!(!is_signed_in(&thief) && is_signed_in(&home));
    let email = app.mail_to("olivia@device.test");
    app.client().get(&email.link("/password/reset/")).expect(200);
    assert_eq!(app.client().post(&link, &[]).status, 404, "the link works once");
    // Every device is new from now on.
    home.post("/logout", &[]).expect(303);
    let before = app.emails_to("olivia@device.test").len();
    password(&home, "olivia@device.test").expect(303);
    assert_eq!(app.emails_to("olivia@device.test").len(), before + 1);
}

#[test]
fn a_clock_that_was_wrong_for_a_while_locks_no_one_out() {
    let app = TestApp::open();
    account(&app, "Olivia Hart", "olivia@clock.test");
    let enrolled = enroll(&app, &app.signed_in("olivia@clock.test"));
    app.advance(Duration::from_secs(8 * 86_400));
    sign_in(&app, "olivia@clock.test", &enrolled.secret);
    // As if that sign-in had been eight days ahead of now.
    let eight_days = 8 * 86_400 / 30;
    app.database
        .execute(&format!("UPDATE totp_secrets SET last_step = last_step + {eight_days}"));
    let shown = code(&app, &enrolled.secret, 0);
    for status in [303, 422] {
        let client = app.client();
        password(&client, "olivia@clock.test").expect(303);
        second(&client, "totp", &shown).expect(status);
    }
}

#[test]
fn a_secret_of_another_key_file_refuses_codes_and_an_operator_helps() {
    let app = TestApp::open();
    account(&app, "Olivia Hart", "olivia@key.test");
    let enrolled = enroll(&app, &app.signed_in("olivia@key.test"));
    app.database
        .execute("UPDATE totp_secrets SET secret = 'AQ' || substr(secret, 3, 10)");
    let client = app.client();
    password(&client, "olivia@key.test").expect(303);
    second(&client, "totp", &code(&app, &enrolled.secret, 0)).expect(422);
    second(&client, "backup_code", &enrolled.codes[0]).expect(303);
}
