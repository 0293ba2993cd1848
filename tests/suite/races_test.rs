//! Parallel requests: of any number of requests for the same thing one succeeds, and nothing is left half done.

use std::collections::BTreeMap;

use crate::harness::fixtures::{SessionCookie, simultaneously};
use crate::harness::page::Page;
use crate::harness::people::PASSWORD;
use crate::harness::rounds;
use crate::harness::test_app::TestApp;

/// How often each status occurs.
fn statuses(pages: &[Page]) -> BTreeMap<u16, usize> {
    let mut counts = BTreeMap::new();
    for page in pages {
        *counts.entry(page.status).or_default() += 1;
    }
    counts
}

fn count(app: &TestApp, sql: &str) -> i64 {
    app.database.number(&format!("SELECT count(*) AS value FROM {sql}"))
}

#[test]
fn two_hundred_parallel_acceptances_of_one_link_add_one_member() {
    let app = TestApp::open();
    let (token, cookie, organization) = app.fixtures(|fixtures| {
        let owner = fixtures.account("Olivia Hart", "olivia@rush.test", true);
        let organization = fixtures.organization("Rush", "rush", owner);
        let noah = fixtures.account("Noah Brandt", "noah@rush.test", true);
        let (_, token) = fixtures.invitation(organization, owner, "noah@rush.test", "editor", &[]);
        (token, fixtures.session_cookie(noah), organization.to_string())
    });
    let path = format!("/invitations/{token}/acceptance");
    let clients: Vec<_> = (0..200).map(|_| app.client_with(&cookie)).collect();
    let pages = simultaneously(clients.iter().map(|client| || client.post(&path, &[])).collect());
    assert_eq!(statuses(&pages), BTreeMap::from([(303, 200)]));
    assert!(
        pages
            .iter()
            .all(|page| page.location.as_deref() == Some("/organizations/rush"))
    );

    assert_eq!(count(&app, "memberships WHERE role = 'editor'"), 1);
    let editors = format!(
        "SELECT members AS value FROM role_counts WHERE organization_id = '{organization}' AND role = 'editor'"
    );
    assert_eq!(app.database.number(&editors), 1);
    assert_eq!(count(&app, "audit_events WHERE action = 'invitation.accepted'"), 1);
    assert_eq!(count(&app, "invitations WHERE status = 'accepted'"), 1);
    app.expect_healthy();
}

/// Two owners of one organization: slug, session cookies, membership ids.
fn two_owners(app: &TestApp, name: &str) -> (String, [SessionCookie; 2], [String; 2]) {
    app.fixtures(|fixtures| {
        let one = fixtures.account("Olivia Hart", &format!("olivia@{name}.test"), true);
        let other = fixtures.account("Noah Brandt", &format!("noah@{name}.test"), true);
        let organization = fixtures.organization("Two", name, one);
        let second = fixtures.add_member(organization, other, "owner", &[]).to_string();
        let first = fixtures.membership(organization, one).to_string();
        (
            name.to_owned(),
            [fixtures.session_cookie(one), fixtures.session_cookie(other)],
            [first, second],
        )
    })
}

#[test]
fn two_owners_acting_in_parallel_always_leave_an_owner() {
    let app = TestApp::open();
    for round in 0..rounds(200, 40) {
        let (slug, cookies, ids) = two_owners(&app, &format!("two-{round}"));
        let base = format!("/organizations/{slug}");
        // Each owner acts on the other or on themselves.
        let demote = |who: &String| (format!("{base}/members/{who}/role"), vec![("role", "admin")]);
        let remove = |who: &String| (format!("{base}/members/{who}/removal"), vec![]);
        let leave = || (format!("{base}/leaving"), vec![]);
        let [one, other] = match round % 5 {
            0 => [demote(&ids[1]), demote(&ids[0])],
            1 => [leave(), leave()],
            2 => [remove(&ids[1]), remove(&ids[0])],
            3 => [demote(&ids[0]), demote(&ids[1])],
            _ => [leave(), remove(&ids[0])],
        };
        let clients = cookies.each_ref().map(|cookie| app.client_with(cookie));
        let jobs = clients.iter().zip([one, other]);
        let pages = simultaneously(
            jobs.map(|(client, (path, fields))| move || client.post(&path, &fields))
                .collect(),
        );
        for page in &pages {
            assert!(
                matches!(page.status, 303 | 403 | 404 | 422),
                "round {round}: {} returns {}",
                page.request,
                page.status
            );
        }
        let owners = format!(
            "SELECT CAST(o.owner_count AS BIGINT) AS value FROM organizations o JOIN organization_slugs s ON s.organization_id = o.id WHERE s.slug = '{slug}'"
        );
        let owners = app.database.number(&owners);
        assert!(owners >= 1, "round {round}: no one owns {slug}");
        let done = pages.iter().filter(|page| page.status == 303).count();
        assert!(done >= 1, "round {round}: no request succeeded: {:?}", statuses(&pages));
    }
    app.expect_healthy();
}

/// One change of ownership: its name, path and form fields.
fn ownership_change<'a>(
    base: &str,
    turn: usize,
    who: &'a str,
    oneself: &str,
) -> (&'static str, String, Vec<(&'static str, &'a str)>) {
    match turn % 7 {
        0 => (
            "make owner",
            format!("{base}/members/{who}/role"),
            vec![("role", "owner")],
        ),
        1 => (
            "step down",
            format!("{base}/members/{oneself}/role"),
            vec![("role", "admin")],
        ),
        2 => ("leave", format!("{base}/leaving"), vec![]),
        3 => ("demote", format!("{base}/members/{who}/role"), vec![("role", "viewer")]),
        4 => ("suspend", format!("{base}/members/{who}/suspension"), vec![]),
        5 => ("remove", format!("{base}/members/{who}/removal"), vec![]),
        _ => (
            "bulk",
            format!("{base}/members/bulk"),
            vec![("do", "suspend"), ("step", "apply"), ("id", who)],
        ),
    }
}

/// Three owners promote, step down, leave, demote, suspend, remove and restore each other in parallel.
#[test]
fn three_owners_undoing_each_other_leave_an_owner_and_correct_counts() {
    let app = TestApp::open();
    let mut done = BTreeMap::<&str, usize>::new();
    let rounds = rounds(200, 50);
    for round in 0..rounds {
        let slug = format!("three-{round}");
        let (cookies, ids) = app.fixtures(|fixtures| {
            let users: Vec<_> = ["olivia", "noah", "emma"]
                .iter()
                .map(|name| fixtures.account("Olivia Hart", &format!("{name}@{slug}.test"), true))
                .collect();
            let organization = fixtures.organization("Three", &slug, users[0]);
            let company = fixtures.company(organization, "North", "north");
            let group = fixtures.group(organization, users[0], "Support", "editor", &[(company, "viewer")]);
            fixtures.add_member(organization, users[1], "owner", &[]);
            // The third is an owner only in some rounds.
            fixtures.add_member(
                organization,
                users[2],
                if round % 2 == 0 { "owner" } else { "admin" },
                &[(company, "editor")],
            );
            let ids: Vec<String> = users
                .iter()
                .map(|user| fixtures.membership(organization, *user).to_string())
                .collect();
            fixtures.add_to_group(organization, group, &ids[2]);
            let cookies: Vec<SessionCookie> = users.iter().map(|user| fixtures.session_cookie(*user)).collect();
            (cookies, ids)
        });
        let base = format!("/organizations/{slug}");
        let jobs: Vec<_> = (0..3)
            .map(|at| ownership_change(&base, round * 3 + at * (1 + round / 7), &ids[(at + 1) % 3], &ids[at]))
            .collect();
        let clients: Vec<_> = cookies.iter().map(|cookie| app.client_with(cookie)).collect();
        let asked = clients.iter().zip(&jobs);
        let pages = simultaneously(
            asked
                .map(|(client, (_, path, fields))| move || client.post(path, fields))
                .collect(),
        );
        // The remaining owners restore whom they can, in parallel as well.
        let back = |id: &String, verb: &str| format!("{base}/members/{id}/{verb}");
        let verbs: Vec<String> = ids
            .iter()
            .enumerate()
            .map(|(at, _)| {
                let other = &ids[(at + 1) % 3];
                back(other, if round % 3 == 0 { "restoration" } else { "reinstatement" })
            })
            .collect();
        let undone = simultaneously(
            clients
                .iter()
                .zip(&verbs)
                .map(|(client, path)| move || client.post(path, &[]))
                .collect(),
        );
        for page in pages.iter().chain(&undone) {
            assert!(
                matches!(page.status, 303 | 403 | 404 | 422),
                "round {round}: {} returns {}",
                page.request,
                page.status
            );
        }
        for (page, (what, ..)) in pages.iter().zip(&jobs) {
            *done.entry(what).or_default() += usize::from(page.status == 303);
        }
        let owners = app.database.number(&format!(
            "SELECT count(*) AS value FROM memberships m JOIN organization_slugs s ON s.organization_id = m.organization_id WHERE s.slug = '{slug}' AND m.direct_role = 'owner' AND m.status = 'active'"
        ));
        assert!(owners >= 1, "round {round}: no one owns {slug}: {jobs:?}");
    }
    assert_eq!(done.len(), 7, "{done:?}");
    assert!(done.values().all(|n| *n * 40 > rounds), "{done:?}");
    app.expect_healthy();
}

#[test]
fn thirty_identical_parallel_invitations_create_one() {
    let app = TestApp::open();
    let cookie = app.fixtures(|fixtures| {
        let owner = fixtures.account("Olivia Hart", "olivia@equal.test", true);
        fixtures.organization("Equal", "equal", owner);
        fixtures.session_cookie(owner)
    });
    let clients: Vec<_> = (0..30).map(|_| app.client_with(&cookie)).collect();
    let fields = [("emails", "noah@equal.test"), ("role", "viewer")];
    let pages = simultaneously(
        clients
            .iter()
            .map(|client| || client.post("/organizations/equal/invitations", &fields))
            .collect(),
    );
    assert_eq!(statuses(&pages), BTreeMap::from([(303, 1), (422, 29)]));
    assert_eq!(count(&app, "invitations"), 1);
    assert_eq!(count(&app, "audit_events WHERE action = 'member.invited'"), 1);
    assert_eq!(app.emails_to("noah@equal.test").len(), 1);
}

#[test]
fn twenty_parallel_sign_ups_with_one_email_create_one_account() {
    let app = TestApp::open();
    let clients: Vec<_> = (0..20).map(|_| app.client()).collect();
    let fields = [
        ("name", "Noah Brandt"),
        ("email", "noah@once.test"),
        ("password", PASSWORD),
        ("terms", "on"),
    ];
    let pages = simultaneously(
        clients
            .iter()
            .map(|client| || client.post("/signup", &fields))
            .collect(),
    );
    assert_eq!(statuses(&pages), BTreeMap::from([(303, 20)]));
    app.answer_requests();
    assert_eq!(count(&app, "users"), 1);
    assert_eq!(count(&app, "account_events WHERE action = 'account.signed_up'"), 1);
    assert_eq!(
        app.emails_to("noah@once.test").len(),
        1,
        "only one email within the resend interval"
    );
}

#[test]
fn twenty_parallel_organizations_with_one_slug_create_one() {
    let app = TestApp::open();
    let cookies: Vec<SessionCookie> = app.fixtures(|fixtures| {
        (0..20)
            .map(|n| {
                let user = fixtures.account("Olivia Hart", &format!("olivia{n}@slug.test"), true);
                fixtures.session_cookie(user)
            })
            .collect()
    });
    let clients: Vec<_> = cookies.iter().map(|cookie| app.client_with(cookie)).collect();
    let fields = [
        ("name", "Wanted"),
        ("slug", "wanted"),
        ("region", "eu"),
        ("organization_type", "partner"),
    ];
    let pages = simultaneously(
        clients
            .iter()
            .map(|client| || client.post("/organizations", &fields))
            .collect(),
    );
    assert_eq!(statuses(&pages), BTreeMap::from([(303, 1), (422, 19)]));
    assert_eq!(count(&app, "organizations"), 1);
    assert_eq!(count(&app, "companies"), 1);
    assert_eq!(count(&app, "memberships"), 1);
    app.expect_healthy();
}

#[test]
fn only_ten_of_forty_parallel_wrong_passwords_are_checked() {
    let app = TestApp::open();
    app.fixtures(|fixtures| fixtures.account("Noah Brandt", "noah@guess.test", true));
    let clients: Vec<_> = (0..40).map(|_| app.client()).collect();
    let tries: Vec<String> = (0..40).map(|n| format!("wrong-horse-battery-{n}")).collect();
    let pages = simultaneously(
        clients
            .iter()
            .zip(&tries)
            .map(|(client, password)| {
                move || client.post("/login", &[("email", "noah@guess.test"), ("password", password)])
            })
            .collect(),
    );
    assert!(pages.iter().all(|page| page.status == 422), "{:?}", statuses(&pages));
    let tried = pages
        .iter()
        .filter(|page| page.has("Incorrect email or password"))
        .count();
    assert_eq!(tried, 10);
    // The correct password no longer works, and one email is sent.
    let correct = [("email", "noah@guess.test"), ("password", PASSWORD)];
    app.client().post("/login", &correct).expect(422);
    assert_eq!(app.emails_to("noah@guess.test").len(), 1);
}

#[test]
fn a_reset_link_sets_one_password_when_used_twenty_times_in_parallel() {
    let app = TestApp::open();
    app.fixtures(|fixtures| fixtures.account("Noah Brandt", "noah@reset.test", true));
    app.client()
        .post("/password/forgot", &[("email", "noah@reset.test")])
        .expect(303);
    let link = app.mail_to("noah@reset.test").link("/password/reset/");
    let clients: Vec<_> = (0..20).map(|_| app.client()).collect();
    let passwords: Vec<String> = (0..20).map(|n| format!("another-horse-battery-{n}")).collect();
    let pages = simultaneously(
        clients
            .iter()
            .zip(&passwords)
            .map(|(client, password)| {
                let link = &link;
                move || client.post(link, &[("password", password)])
            })
            .collect(),
    );
    assert_eq!(statuses(&pages), BTreeMap::from([(303, 1), (404, 19)]));
    let winner = pages
        .iter()
        .position(|page| page.status == 303)
        .expect("a successful request");
    let login = |password: &str| {
        let fields = [("email", "noah@reset.test"), ("password", password)];
        app.client().post("/login", &fields).status
    };
    assert_eq!(login(&passwords[winner]), 303);
    assert_eq!(login(&passwords[(winner + 1) % 20]), 422);
    assert_eq!(count(&app, "sessions"), 1, "the session of the login");
}

#[test]
fn answering_and_changing_an_invitation_in_parallel_has_one_outcome() {
    let app = TestApp::open();
    let (organization, owner, admin) = app.fixtures(|fixtures| {
        let owner = fixtures.account("Olivia Hart", "olivia@both.test", true);
        let organization = fixtures.organization("Both", "both", owner);
        let user = fixtures.account("Emma Stone", "emma@both.test", true);
        fixtures.add_member(organization, user, "admin", &[]);
        (organization, owner, fixtures.session_cookie(user))
    });
    for round in 0..rounds(60, 24) {
        let email = format!("noah{round}@both.test");
        let (cookie, id, token) = app.fixtures(|fixtures| {
            let noah = fixtures.account("Noah Brandt", &email, true);
            let (id, token) = fixtures.invitation(organization, owner, &email, "viewer", &[]);
            (fixtures.session_cookie(noah), id.to_string(), token)
        });
        let base = format!("/organizations/both/invitations/{id}");
        let (invited, inviting) = (app.client_with(&cookie), app.client_with(&admin));
        let accept = || invited.post(&format!("/invitations/{token}/acceptance"), &[]);
        let decline = || app.client().post(&format!("/invitations/{token}/declination"), &[]);
        let cancel = || inviting.post(&format!("{base}/cancellation"), &[]);
        let edit = || inviting.post(&base, &[("role", "editor")]);
        let jobs: Vec<Box<dyn FnOnce() -> Page + Send>> = match round % 3 {
            0 => vec![Box::new(accept), Box::new(cancel)],
            1 => vec![Box::new(accept), Box::new(decline), Box::new(cancel)],
            _ => vec![Box::new(accept), Box::new(edit)],
        };
        let pages = simultaneously(jobs);
        for page in &pages {
            assert!(
                matches!(page.status, 303 | 422),
                "round {round}: {} returns {}",
                page.request,
                page.status
            );
        }
        let member = count(
            &app,
            &format!(
                "memberships m JOIN users u ON u.id = m.user_id WHERE u.email = '{email}' AND m.status = 'active'"
            ),
        );
        let status = app
            .database
            .words(&format!("SELECT status AS value FROM invitations WHERE id = '{id}'"));
        assert_eq!(
            member == 1,
            status == ["accepted"],
            "round {round}: {status:?} and {member} members"
        );
        if round % 3 == 2 {
            // Whatever came first, the member has the role that the invitation had on acceptance.
            let role = app.database.words(&format!(
                "SELECT m.role AS value FROM memberships m JOIN users u ON u.id = m.user_id WHERE u.email = '{email}'"
            ));
            let offered = app
                .database
                .words(&format!("SELECT role AS value FROM invitations WHERE id = '{id}'"));
            assert_eq!(role, offered, "round {round}");
        }
    }
    app.expect_healthy();
}

/// Two bulk changes lock the same members in opposite order; both must complete.
#[test]
fn two_bulk_changes_in_opposite_order_do_not_deadlock() {
    let app = TestApp::open();
    let (owners, ids) = app.fixtures(|fixtures| {
        let owners = ["olivia", "noah"].map(|name| fixtures.account(name, &format!("{name}@many.test"), true));
        let organization = fixtures.organization("Many", "many", owners[0]);
        fixtures.add_member(organization, owners[1], "owner", &[]);
        let north = fixtures.company(organization, "North", "north");
        let ids: Vec<String> = (0..12)
            .map(|n| {
                let user = fixtures.account(&format!("Person {n:02}"), &format!("p{n}@many.test"), true);
                fixtures
                    .add_member(organization, user, "member", &[(north, "editor")])
                    .to_string()
            })
            .collect();
        (owners.map(|owner| fixtures.session_cookie(owner)), ids)
    });
    let clients = owners.each_ref().map(|cookie| app.client_with(cookie));
    for round in 0..rounds(40, 12) {
        let role = ["viewer", "user_admin", "member", "editor"][round % 4];
        let change = |reverse: bool, fields: &[(&'static str, &'static str)]| {
            let mut all: Vec<(&str, &str)> = ids.iter().map(|id| ("id", id.as_str())).collect();
            if reverse {
                all.reverse();
            }
            all.extend([("step", "apply")]);
            all.extend(fields);
            all
        };
        let status_action = if round % 2 == 0 { "suspend" } else { "restore" };
        let forms = [
            change(false, &[("do", "role"), ("role_value", role)]),
            change(true, &[("do", status_action)]),
        ];
        let pages = simultaneously(
            clients
                .iter()
                .zip(&forms)
                .map(|(client, form)| move || client.post("/organizations/many/members/bulk", form))
                .collect(),
        );
        for page in &pages {
            assert!(
                page.status < 500,
                "round {round}: {} returns {}",
                page.request,
                page.status
            );
        }
    }
    app.expect_healthy();
}

/// What two requests for the address `new@mail-N.test` at the same moment leave: at most one account has it, and each answer is
/// the new address or a sentence.
#[test]
fn of_two_accounts_that_confirm_one_new_email_in_parallel_one_gets_it_and_the_other_a_sentence() {
    let app = TestApp::open();
    for round in 0..rounds(40, 8) {
        let wanted = format!("new@mail-{round}.test");
        let clients: Vec<_> = ["noah", "emma", "lea"]
            .iter()
            .map(|name| {
                let own = format!("{name}@mail-{round}.test");
                app.fixtures(|fixtures| fixtures.account("Noah Brandt", &own, true));
                let client = app.signed_in(&own);
                // The pause between two emails to one address is not what is tested.
                app.advance(std::time::Duration::from_secs(61));
                let fields = [("email", wanted.as_str()), ("email_password", PASSWORD)];
                client.post("/account/email", &fields).expect(303);
                let link = app.mail_to(&wanted).link("/account/email/");
                (client, link)
            })
            .collect();
        let stranger = app.client();
        let sign_up = [
            ("name", "Zoe Adler"),
            ("email", wanted.as_str()),
            ("password", "another-horse-battery-9"),
            ("terms", "on"),
        ];
        type Request<'a> = Box<dyn FnOnce() -> Page + Send + 'a>;
        let mut requests: Vec<Request<'_>> = clients
            .iter()
            .map(|(client, link)| Box::new(move || client.post(link, &[])) as Request<'_>)
            .collect();
        // In every second round someone signs up with the address at the same moment.
        if round % 2 == 1 {
            requests.push(Box::new(|| stranger.post("/signup", &sign_up)));
        }
        let pages = simultaneously(requests);
        let confirmed: Vec<&Page> = pages.iter().take(clients.len()).collect();
        let won = confirmed.iter().filter(|page| page.status == 303).count();
        for page in confirmed.iter().filter(|page| page.status != 303) {
            assert_eq!(page.status, 404, "round {round}: {}", page.text());
            assert!(page.has("This address has an account of its own"), "{}", page.text());
        }
        assert!(
            won <= 1 && (won == 1 || round % 2 == 1),
            "round {round}: {:?}",
            statuses(&pages)
        );
        assert!(
            pages.iter().skip(clients.len()).all(|page| page.status == 303),
            "the sign-up"
        );
        app.answer_requests();
        assert_eq!(count(&app, &format!("users WHERE email = '{wanted}'")), 1);
    }
    app.expect_healthy();
}

#[test]
fn parallel_verifications_and_acceptances_of_one_account_never_fail() {
    let app = TestApp::open();
    for round in 0..rounds(20, 4) {
        let email = format!("noah@once-{round}.test");
        // One person opens the verification and the reset link and signs up again, all at the same moment.
        let noah = app.client();
        let fields = [
            ("name", "Noah Brandt"),
            ("email", email.as_str()),
            ("password", PASSWORD),
            ("terms", "on"),
        ];
        noah.post("/signup", &fields).expect(303);
        let verification = app.mail_to(&email).link("/verify/");
        let clients: Vec<_> = (0..6).map(|_| noah.copy()).collect();
        let pages = simultaneously(
            clients
                .iter()
                .enumerate()
                .map(|(at, client)| {
                    let (link, fields) = (&verification, &fields);
                    move || match at % 3 {
                        0 | 1 => client.post(link, &[("password", PASSWORD)]),
                        _ => client.post("/signup", fields),
                    }
                })
                .collect(),
        );
        for page in &pages {
            assert!(
                matches!(page.status, 303 | 404 | 422),
                "round {round}: {}: {}",
                page.request,
                page.status
            );
        }
        assert_eq!(
            count(
                &app,
                &format!("users WHERE email = '{email}' AND email_verified_at IS NOT NULL")
            ),
            1
        );

        // An onboarding link and an invitation of one organization at the same moment make one member.
        let slug = format!("both-{round}");
        let (token, link, cookie) = app.fixtures(|fixtures| {
            let owner = fixtures.account("Olivia Hart", &format!("olivia@{slug}.test"), true);
            let organization = fixtures.organization("Both", &slug, owner);
            let (_, token) = fixtures.invitation(organization, owner, &email, "viewer", &[]);
            let (_, link) = fixtures.link(organization, owner, &crate::harness::fixtures::open_link("Door"));
            let user = fixtures.user(&email);
            (token, link, fixtures.session_cookie(user))
        });
        let (one, other) = (app.client_with(&cookie), app.client_with(&cookie));
        let (acceptance, join) = (format!("/invitations/{token}/acceptance"), format!("/join/{link}"));
        other.post(&format!("{join}/opening"), &[]);
        let pages = simultaneously::<Page, Box<dyn FnOnce() -> Page + Send + '_>>(vec![
            Box::new(|| one.post(&acceptance, &[])),
            Box::new(|| other.post(&join, &[])),
        ]);
        for page in &pages {
            assert!(
                matches!(page.status, 303 | 404 | 422),
                "round {round}: {}: {}",
                page.request,
                page.status
            );
        }
    }
    app.expect_healthy();
}
