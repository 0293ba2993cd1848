//! The security policy of an organization: who needs a second factor, how long sessions last, and who has to prove again who
//! they are.

use std::time::Duration;

use tenantry::authz::session_rules::Proofs;

use crate::harness::client::Client;
use crate::harness::in_parallel;
use crate::harness::page::Page;
use crate::harness::people::PASSWORD;
use crate::harness::rounds;
use crate::harness::test_app::TestApp;
use crate::two_factor_test::{code, enroll, sign_in};

const DAY: Duration = Duration::from_secs(86_400);
const MINUTE: Duration = Duration::from_secs(60);

/// An organization with an owner, an admin and a member, signed in.
struct People {
    owner: Client,
    admin: Client,
    member: Client,
    base: String,
}

fn people(app: &TestApp, slug: &str) -> People {
    let cookies = app.fixtures(|fixtures| {
        let owner = fixtures.account("Olivia Hart", &format!("olivia@{slug}.test"), true);
        let organization = fixtures.organization("Lakeside", slug, owner);
        let admin = fixtures.account("Ada Admin", &format!("ada@{slug}.test"), true);
        fixtures.add_member(organization, admin, "admin", &[]);
        let member = fixtures.account("Mia Member", &format!("mia@{slug}.test"), true);
        fixtures.add_member(organization, member, "viewer", &[]);
        [owner, admin, member].map(|user| fixtures.session_cookie(user))
    });
    let [owner, admin, member] = cookies.map(|cookie| app.client_with(&cookie));
    People {
        owner,
        admin,
        member,
        base: format!("/organizations/{slug}"),
    }
}

/// The fields of a policy that differ from the usual one.
fn policy(client: &Client, base: &str, action: &str, changed: &[(&str, &str)]) -> Page {
    let usual = [
        ("two_factor", "off"),
        ("two_factor_grace_days", "0"),
        ("idle_minutes", ""),
        ("absolute_hours", ""),
        ("step_up_minutes", "15"),
        ("action", action),
    ];
    let fields: Vec<(&str, &str)> = usual
        .iter()
        .map(|(name, value)| {
            let new = changed.iter().find(|(changed, _)| changed == name);
            (*name, new.map_or(*value, |(_, value)| *value))
        })
        .collect();
    client.post(&format!("{base}/settings/security"), &fields)
}

/// Whether the page asks for a second factor and shows nothing else.
fn waits(page: &Page) -> bool {
    page.status == 403 && page.has("Two-factor authentication required") && !page.has("Overview")
}

fn asks_again(page: &Page) -> bool {
    page.status == 303
        && page
            .location
            .as_deref()
            .is_some_and(|to| to.starts_with("/account/confirmation?"))
}

fn confirm(client: &Client) {
    let fields = [("password", PASSWORD), ("next", "/account")];
    client
        .post("/account/confirmation", &fields)
        .expect_redirect("/account");
}

#[test]
fn a_rule_keeps_out_whom_it_covers_until_they_enroll() {
    let app = TestApp::open();
    let people = people(&app, "rule");
    let base = people.base.as_str();
    let refused = policy(&people.owner, base, "apply", &[("two_factor", "everyone")]).expect(422);
    assert!(
        refused
            .field_error("two_factor")
            .expect("an error")
            .contains("your own account")
    );
    let owner = enroll(&app, &people.owner);

    let preview = policy(&people.owner, base, "preview", &[("two_factor", "owners_admins")]).expect(200);
    assert!(
        preview.has("1 of 2 members") && preview.has("Ada Admin") && !preview.has("Mia Member"),
        "{}",
        preview.text()
    );
    people.admin.get(base).expect(200);
    policy(&people.owner, base, "apply", &[("two_factor", "owners_admins")]).expect(303);
    assert!(waits(&people.admin.get(base)));
    people.member.get(base).expect(200);
    people.owner.get(base).expect(200);

    policy(&people.owner, base, "apply", &[("two_factor", "everyone")]).expect(303);
    for path in [
        "",
        "/members",
        "/companies",
        "/settings",
        "/access/mine",
        "/members.csv",
        "/search",
    ] {
        let page = people.member.get(&format!("{base}{path}"));
        assert!(waits(&page), "{path}: {}", page.status);
        assert!(
            page.links().iter().any(|link| link.starts_with("/account/two-factor")),
            "{path}"
        );
    }
    // The membership is unchanged, and enrolling opens everything immediately.
    enroll(&app, &people.member);
    people.member.get(base).expect(200);
    let other = sign_in(&app, "olivia@rule.test", &owner.secret);
    other.get(base).expect(200);
}

#[test]
fn during_the_grace_period_people_see_a_banner_and_get_two_emails() {
    let app = TestApp::open();
    let people = people(&app, "grace");
    let base = people.base.as_str();
    enroll(&app, &people.owner);
    let fields = [("two_factor", "everyone"), ("two_factor_grace_days", "10")];
    policy(&people.owner, base, "apply", &fields).expect(303);
    people
        .member
        .get(base)
        .expect(200)
        .expect_text("Set up two-factor authentication by");
    assert!(
        !people
            .owner
            .get(base)
            .expect(200)
            .has("Set up two-factor authentication by")
    );
    let reminders = |app: &TestApp| {
        app.sweep();
        let sent = app.emails_to("mia@grace.test");
        sent.iter()
            .filter(|email| email.subject.contains("Set up two-factor"))
            .count()
    };
    assert_eq!(reminders(&app), 0);
    app.advance(3 * DAY + MINUTE);
    assert_eq!(reminders(&app), 1);
    assert_eq!(reminders(&app), 1, "once");
    app.advance(6 * DAY);
    assert_eq!(reminders(&app), 2);
    assert!(
        app.emails_to("olivia@grace.test")
            .iter()
            .all(|email| !email.subject.contains("Set up two-factor"))
    );
    people.member.get(base).expect(200);
    app.advance(DAY);
    assert!(waits(&people.member.get(base)));
}

#[test]
fn no_one_turns_off_the_last_factor_that_an_organization_requires() {
    let app = TestApp::open();
    let people = people(&app, "last");
    let enrolled = enroll(&app, &people.owner);
    let base = people.base.as_str();
    policy(&people.owner, base, "apply", &[("two_factor", "owners_admins")]).expect(303);
    let typed = code(&app, &enrolled.secret, 0);
    let fields = [("code", typed.as_str()), ("password", PASSWORD)];
    let refused = people.owner.post("/account/two-factor/removal", &fields).expect(422);
    assert!(
        refused
            .field_error("code")
            .expect("an error")
            .contains("Lakeside requires")
    );
    people.owner.get(base).expect(200);
}

#[test]
fn a_policy_that_is_switched_while_the_only_owner_removes_their_factor_never_locks_them_out() {
    let app = TestApp::open();
    for round in 0..rounds(200, 4) {
        let slug = format!("switch-{round}");
        let people = people(&app, &slug);
        let enrolled = enroll(&app, &people.owner);
        let second = sign_in(&app, &format!("olivia@{slug}.test"), &enrolled.secret);
        let typed = code(&app, &enrolled.secret, 0);
        in_parallel(&[true, false], |sets| {
            if *sets {
                policy(&people.owner, &people.base, "apply", &[("two_factor", "everyone")]);
            } else {
                second.post(
                    "/account/two-factor/removal",
                    &[("code", &typed), ("password", PASSWORD)],
                );
            }
        });
        let required = app.database.number(&format!(
            "SELECT count(*) AS value FROM organizations o JOIN memberships m ON m.organization_id = o.id \
             JOIN users u ON u.id = m.user_id WHERE o.two_factor = 'everyone' AND m.role = 'owner' AND NOT u.second_factor \
             AND u.email = 'olivia@{slug}.test'"
        ));
        assert_eq!(required, 0, "round {round}");
    }
}

#[test]
fn who_joins_sets_up_a_second_factor_first() {
    let app = TestApp::open();
    let people = people(&app, "join");
    enroll(&app, &people.owner);
    let base = people.base.as_str();
    policy(
        &people.owner,
        base,
        "apply",
        &[("two_factor", "everyone"), ("two_factor_grace_days", "30")],
    )
    .expect(303);
    let fields = [("emails", "nina@join.test"), ("role", "viewer")];
    people.owner.post(&format!("{base}/invitations"), &fields).expect(303);
    let link = app.mail_to("nina@join.test").link("/invitations/");
    let nina = app.sign_up("Nina New", "nina@join.test");
    let page = nina.post(&format!("{link}/acceptance"), &[]);
    assert!(waits(&page), "{}", page.status);
    enroll(&app, &nina);
    nina.post(&format!("{link}/acceptance"), &[]).expect(303);
    nina.get(base).expect(200);
}

#[test]
fn idle_and_absolute_limits_ask_again_and_a_visit_elsewhere_does_not_help() {
    let app = TestApp::open();
    let people = people(&app, "limits");
    let base = people.base.as_str();
    let elsewhere = app.fixtures(|fixtures| {
        let mia = fixtures.user("mia@limits.test");
        fixtures.organization("Elsewhere", "elsewhere-limits", mia);
        mia
    });
    assert!(!elsewhere.to_string().is_empty());
    policy(
        &people.owner,
        base,
        "apply",
        &[("idle_minutes", "30"), ("absolute_hours", "2")],
    )
    .expect(303);
    people.member.get(base).expect(200);
    app.advance(20 * MINUTE);
    people.member.get(base).expect(200);
    app.advance(32 * MINUTE);
    people.member.get("/organizations/elsewhere-limits").expect(200);
    assert!(asks_again(&people.member.get(base)));
    // Pages of no organization follow the strictest one.
    assert!(asks_again(&people.member.get("/account")));
    confirm(&people.member);
    people.member.get(base).expect(200);
    for _ in 0..5 {
        app.advance(25 * MINUTE);
        people.member.get(base);
    }
    assert!(asks_again(&people.member.get(base)), "two hours after the last proof");
    confirm(&people.member);
    people.member.get(base).expect(200);
}

#[test]
fn what_was_typed_is_in_the_form_after_confirming() {
    let app = TestApp::open();
    let people = people(&app, "typed");
    let base = people.base.as_str();
    policy(&people.owner, base, "apply", &[("idle_minutes", "10")]).expect(303);
    app.advance(15 * MINUTE);
    let fields = [
        ("name", "Lakeside & <Sons>"),
        ("domain", "lake.test"),
        ("password", "not-kept-at-all"),
    ];
    let asked = people.owner.post(&format!("{base}/settings/general"), &fields);
    assert!(asks_again(&asked));
    assert!(!asked.header("set-cookie").contains("lake.test"), "sealed");
    confirm(&people.owner);
    let page = people.owner.get(&format!("{base}/settings/general")).expect(200);
    assert_eq!(page.value_of("name").as_deref(), Some("Lakeside & <Sons>"));
    assert_eq!(page.value_of("domain").as_deref(), Some("lake.test"));
    assert!(page.has("What you typed before is filled in") && !page.body.contains("not-kept-at-all"));
    let page = people.owner.get(&format!("{base}/settings/general")).expect(200);
    assert_eq!(page.value_of("name").as_deref(), Some("Lakeside"), "once");
    // After 15 minutes it is gone.
    app.advance(15 * MINUTE);
    people.owner.post(&format!("{base}/settings/general"), &fields);
    app.advance(16 * MINUTE);
    confirm(&people.owner);
    let page = people.owner.get(&format!("{base}/settings/general")).expect(200);
    assert_eq!(page.value_of("name").as_deref(), Some("Lakeside"));
}

#[test]
fn sensitive_actions_ask_who_it_is_when_the_last_proof_is_old() {
    let app = TestApp::open();
    let people = people(&app, "stepup");
    let base = people.base.as_str();
    policy(&people.owner, base, "apply", &[("step_up_minutes", "5")]).expect(303);
    people.owner.get(&format!("{base}/members.csv")).expect(200);
    app.advance(6 * MINUTE);
    for path in [
        "/members.csv",
        "/reporting.csv",
        "/access/matrix.csv",
        "/settings/audit.csv",
    ] {
        let page = people.owner.get(&format!("{base}{path}"));
        assert!(asks_again(&page), "{path}: {}", page.status);
    }
    assert!(asks_again(&policy(
        &people.owner,
        base,
        "apply",
        &[("two_factor", "off")]
    )));
    assert!(asks_again(
        &people
            .owner
            .post(&format!("{base}/settings/dual-control"), &[("on", "yes")])
    ));
    let invite = [("emails", "nora@stepup.test"), ("role", "owner")];
    assert!(asks_again(&people.owner.post(&format!("{base}/invitations"), &invite)));
    let invite = [("emails", "nora@stepup.test"), ("role", "viewer")];
    people.owner.post(&format!("{base}/invitations"), &invite).expect(303);
    let key = people
        .owner
        .get(&format!("{base}/settings/developers/keys/new"))
        .expect(200);
    assert!(
        key.value_of("password").is_some(),
        "the form of a key asks for the password"
    );
    confirm(&people.owner);
    people.owner.get(&format!("{base}/members.csv")).expect(200);
}

#[test]
fn a_confirmation_takes_the_password_or_a_code_and_limits_attempts() {
    let app = TestApp::open();
    let people = people(&app, "proof");
    let enrolled = enroll(&app, &people.owner);
    let give = |name: &str, value: &str| {
        people
            .owner
            .post("/account/confirmation", &[(name, value), ("next", "/account")])
    };
    assert!(give("password", "wrong").expect(422).field_error("password").is_some());
    assert!(give("password", "").expect(422).field_error("password").is_some());
    assert!(give("code", "000000").expect(422).field_error("code").is_some());
    let shown = code(&app, &enrolled.secret, 0);
    give("code", &shown).expect_redirect("/account");
    assert!(
        give("code", &shown).expect(422).field_error("code").is_some(),
        "a code counts once"
    );
    give("code", &enrolled.codes[0]).expect_redirect("/account");
    let away = people.owner.post(
        "/account/confirmation",
        &[("password", PASSWORD), ("next", "//evil.example")],
    );
    assert_eq!(away.location.as_deref(), Some("/"));
    for _ in 0..10 {
        give("code", "000000").expect(422);
    }
    let locked = give("code", &code(&app, &enrolled.secret, 1)).expect(422);
    assert!(locked.has("Too many attempts"));
    app.client().get("/account/confirmation").expect(303);
}

#[test]
fn sessions_of_one_member_and_of_everyone_are_ended() {
    let app = TestApp::open();
    let people = people(&app, "endall");
    let base = people.base.as_str();
    let id = app.fixtures(|fixtures| {
        let (organization, mia) = (fixtures.organization_of("endall"), fixtures.user("mia@endall.test"));
        fixtures.membership(organization, mia).to_string()
    });
    app.advance(MINUTE);
    people.member.get(base).expect(200);
    people
        .member
        .post(&format!("{base}/members/{id}/sessions/ending"), &[])
        .expect(403);
    people
        .admin
        .post(&format!("{base}/members/{id}/sessions/ending"), &[])
        .expect(303);
    assert!(asks_again(&people.member.get(base)));
    people.member.get("/account").expect(200);
    people.owner.get(base).expect(200);
    confirm(&people.member);
    people.member.get(base).expect(200);
    app.advance(MINUTE);
    people
        .owner
        .post(&format!("{base}/settings/security/sessions/ending"), &[])
        .expect(303);
    for client in [&people.owner, &people.admin, &people.member] {
        assert!(asks_again(&client.get(base)));
        confirm(client);
        client.get(base).expect(200);
    }
    // An admin does not end the sessions of an owner.
    let owner = app.fixtures(|fixtures| {
        let (organization, olivia) = (fixtures.organization_of("endall"), fixtures.user("olivia@endall.test"));
        fixtures.membership(organization, olivia).to_string()
    });
    people
        .admin
        .post(&format!("{base}/members/{owner}/sessions/ending"), &[])
        .expect(403);
}

#[test]
fn wrong_values_of_a_policy_are_refused_at_their_field() {
    let app = TestApp::open();
    let people = people(&app, "wrong");
    for (field, value) in [
        ("two_factor", "sometimes"),
        ("two_factor_grace_days", "400"),
        ("two_factor_grace_days", ""),
        ("idle_minutes", "4"),
        ("idle_minutes", "99999999999999999999"),
        ("absolute_hours", "0"),
        ("step_up_minutes", "-1"),
    ] {
        for action in ["preview", "apply"] {
            let page = policy(&people.owner, &people.base, action, &[(field, value)]).expect(422);
            assert!(page.field_error(field).is_some(), "{field} {value}");
        }
    }
    let longer = [("idle_minutes", "90"), ("absolute_hours", "1")];
    let page = policy(&people.owner, &people.base, "apply", &longer).expect(422);
    assert!(page.field_error("idle_minutes").is_some());
    assert_eq!(page.value_of("idle_minutes").as_deref(), Some("90"));
    policy(&people.member, &people.base, "apply", &[]).expect(403);
}

#[test]
fn a_second_owner_approves_a_policy_under_dual_control() {
    let app = TestApp::open();
    let people = people(&app, "dual");
    let base = people.base.as_str();
    let nina = app.fixtures(|fixtures| {
        let organization = fixtures.organization_of("dual");
        let nina = fixtures.account("Nina North", "nina@dual.test", true);
        fixtures.add_member(organization, nina, "owner", &[]);
        fixtures.session_cookie(nina)
    });
    let nina = app.client_with(&nina);
    people
        .owner
        .post(&format!("{base}/settings/dual-control"), &[("on", "yes")])
        .expect(303);
    policy(&people.owner, base, "apply", &[("idle_minutes", "30")]).expect(303);
    let set = |app: &TestApp| {
        app.database
            .number("SELECT count(*) AS value FROM organizations WHERE idle_minutes = 30")
    };
    assert_eq!(set(&app), 0);
    let link = app.mail_to("nina@dual.test").link("/settings/approvals/");
    nina.get(&link).expect(200);
    nina.post(&format!("{link}/confirmation"), &[]).expect(303);
    assert_eq!(set(&app), 1);
}

#[test]
fn a_key_stops_while_its_owner_waits_for_a_second_factor() {
    let app = TestApp::open();
    let people = people(&app, "keys");
    let key = app.fixtures(|fixtures| {
        let (organization, ada) = (fixtures.organization_of("keys"), fixtures.user("ada@keys.test"));
        fixtures.api_key(organization, ada, "companies:read", None).1
    });
    let ask = || {
        let headers = [("Authorization", format!("Bearer {key}"))];
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        app.client().send("GET", "/api/v1/companies", &headers, None).status
    };
    assert_eq!(ask(), 200);
    enroll(&app, &people.owner);
    policy(&people.owner, &people.base, "apply", &[("two_factor", "owners_admins")]).expect(303);
    assert_eq!(ask(), 401);
    people
        .owner
        .get(&format!("{}/settings/developers", people.base))
        .expect(200)
        .expect_text("two-factor");
    enroll(&app, &people.admin);
    assert_eq!(ask(), 200);
}

#[test]
fn the_members_list_shows_and_filters_two_factor_authentication() {
    let app = TestApp::open();
    let people = people(&app, "listed");
    enroll(&app, &people.owner);
    let base = people.base.as_str();
    let names = |query: &str| {
        let page = people.owner.get(&format!("{base}/members{query}")).expect(200);
        page.texts("#roster tbody .who__name").join(" ")
    };
    assert_eq!(names("?two_factor=yes"), "Olivia Hart");
    assert_eq!(names("?two_factor=no"), "Ada Admin Mia Member");
    let csv = people.owner.get(&format!("{base}/members.csv")).expect(200).body;
    assert!(csv.lines().next().expect("a head").ends_with("two-factor"), "{csv}");
    assert!(
        csv.lines()
            .any(|line| line.starts_with("Olivia Hart") && line.ends_with("yes")),
        "{csv}"
    );
    let page = people.member.get(&format!("{base}/members")).expect(200);
    assert!(!page.has("2FA"), "only people who manage security see it");
    assert!(
        !people
            .member
            .get(&format!("{base}/members.csv"))
            .expect(200)
            .body
            .contains("two-factor")
    );
}

#[test]
fn the_page_tells_a_minute_before_the_session_ends() {
    let app = TestApp::open();
    let people = people(&app, "ending");
    let base = people.base.as_str();
    assert!(!people.member.get(base).expect(200).body.contains("session-end"));
    policy(&people.owner, base, "apply", &[("idle_minutes", "10")]).expect(303);
    let page = people.member.get(base).expect(200);
    assert!(page.body.contains("load delay:540s"), "nine minutes: {}", page.body);
    let ask = || {
        people
            .member
            .fragment("/account/session?organization=ending")
            .expect(200)
            .body
    };
    assert!(ask().contains("load delay:"));
    app.advance(9 * MINUTE + MINUTE / 4);
    assert!(ask().contains("Stay signed in"));
    assert!(ask().contains("Stay signed in"), "asking is no activity");
    let page = people
        .member
        .post_fragment("/account/session", &[("organization", "ending")])
        .expect(200);
    assert!(page.body.contains("load delay:5"), "{}", page.body);
    let other = people
        .member
        .fragment("/account/session?organization=other")
        .expect(200);
    assert!(!other.body.contains("delay:"), "of others nothing is told");
}

#[test]
fn owners_are_reminded_of_the_checklist_every_quarter() {
    let app = TestApp::open();
    let people = people(&app, "quarter");
    let sent = |app: &TestApp| {
        app.sweep();
        let emails = app.emails_to("olivia@quarter.test");
        emails
            .iter()
            .filter(|email| email.subject.contains("Time to review"))
            .count()
    };
    assert_eq!(sent(&app), 0);
    app.advance(90 * DAY + MINUTE);
    assert_eq!((sent(&app), sent(&app)), (1, 1));
    app.advance(90 * DAY);
    assert_eq!(sent(&app), 2);
    assert!(app.emails_to("mia@quarter.test").is_empty());
    drop(people);
}

#[test]
fn every_role_with_every_proof_under_every_rule_sees_its_pages_or_the_way_to_enroll() {
    let app = TestApp::open();
    let roles = [
        "owner",
        "admin",
        "billing_admin",
        "user_admin",
        "editor",
        "viewer",
        "member",
    ];
    let sessions: Vec<(&str, bool, Client)> = app
        .fixtures(|fixtures| {
            let olivia = fixtures.account("Olivia Hart", "olivia@matrix.test", true);
            let organization = fixtures.organization("Matrix", "matrix", olivia);
            let now = Some(fixtures.now());
            let none = Proofs::default();
            let mut all = Vec::new();
            for role in roles {
                let user = fixtures.account(&format!("Person {role}"), &format!("{role}@matrix.test"), true);
                fixtures.add_member(organization, user, role, &[]);
                for (two, proofs) in [
                    (false, none),
                    (false, Proofs { password: now, ..none }),
                    (false, Proofs { totp: now, ..none }),
                    (
                        false,
                        Proofs {
                            backup_code: now,
                            passkey: now,
                            ..none
                        },
                    ),
                    (
                        true,
                        Proofs {
                            password: now,
                            totp: now,
                            ..none
                        },
                    ),
                    (
                        true,
                        Proofs {
                            password: now,
                            backup_code: now,
                            ..none
                        },
                    ),
                    (
                        true,
                        Proofs {
                            password: now,
                            passkey: now,
                            ..none
                        },
                    ),
                    (
                        true,
                        Proofs {
                            verified_passkey: now,
                            ..none
                        },
                    ),
                ] {
                    all.push((role, two, fixtures.proved_session(user, proofs)));
                }
            }
            all
        })
        .into_iter()
        .map(|(role, two, cookie)| (role, two, app.client_with(&cookie)))
        .collect();
    for rule in ["off", "owners_admins", "everyone"] {
        app.database.execute(&format!(
            "UPDATE organizations SET two_factor = '{rule}', two_factor_from = 0 WHERE name = 'Matrix'"
        ));
        for (role, two, client) in &sessions {
            let covered = rule == "everyone" || (rule == "owners_admins" && ["owner", "admin"].contains(role));
            for path in ["", "/access/mine", "/search"] {
                let page = client.get(&format!("/organizations/matrix{path}"));
                assert_eq!(
                    waits(&page),
                    covered && !two,
                    "{rule} {role} {two} {path}: {}",
                    page.status
                );
            }
            assert_eq!(client.get("/account").status, 200, "{rule} {role}");
        }
    }
}

#[test]
fn a_rule_that_is_enforced_is_not_suspended_by_other_days_or_by_covering_fewer() {
    let app = TestApp::open();
    let people = people(&app, "kept-rule");
    let base = people.base.as_str();
    enroll(&app, &people.owner);
    policy(&people.owner, base, "apply", &[("two_factor", "everyone")]).expect(303);
    assert!(waits(&people.admin.get(base)));
    let days = [("two_factor", "everyone"), ("two_factor_grace_days", "60")];
    policy(&people.owner, base, "apply", &days).expect(303);
    assert!(waits(&people.admin.get(base)) && waits(&people.member.get(base)));
    let fewer = [("two_factor", "owners_admins"), ("two_factor_grace_days", "90")];
    policy(&people.owner, base, "apply", &fewer).expect(303);
    assert!(waits(&people.admin.get(base)));
    people.member.get(base).expect(200);
}

#[test]
fn what_was_typed_is_shown_to_no_one_else_and_forgotten_at_the_sign_out() {
    let app = TestApp::open();
    let people = people(&app, "other-person");
    let base = people.base.as_str();
    policy(&people.owner, base, "apply", &[("idle_minutes", "10")]).expect(303);
    app.advance(15 * MINUTE);
    let path = format!("{base}/settings/general");
    let fields = [("name", "Typed by Olivia"), ("domain", "olivia.test")];
    assert!(asks_again(&people.owner.post(&path, &fields)));
    // Ada signs in with the same browser.
    let login = [("email", "ada@other-person.test"), ("password", PASSWORD)];
    people.owner.post("/login", &login).expect(303);
    assert!(!people.owner.get(&path).expect(200).body.contains("Typed by Olivia"));
    people.owner.post("/logout", &[]).expect(303);
    assert!(
        people
            .owner
            .cookies()
            .iter()
            .all(|(name, value)| name != "kept" || value.is_empty())
    );
}
