//! Email is no way to advertise or to bother people: names in emails, limits on invitations, blocks and reports.

use std::collections::BTreeMap;
use std::time::Duration;

use tenantry::routes::ROUTES;

use crate::harness::client::Client;
use crate::harness::in_parallel;
use crate::harness::page::Page;
use crate::harness::people::{PASSWORD, create_organization};
use crate::harness::test_app::TestApp;
use crate::roles_test::{Scenario, ask};
use crate::rules_test::{files, relative};

const DAY: Duration = Duration::from_secs(86_400);
const BAIT: &str = "Win $500 at evil.example";
const REFUSED: &str = "This address doesn’t accept invitations from you";

/// An account with an organization, signed in.
fn owner(app: &TestApp, slug: &str) -> Client {
    let cookie = app.fixtures(|fixtures| {
        let user = fixtures.account("Olivia Hart", &format!("olivia@{slug}.test"), true);
        fixtures.organization("Lakeside", slug, user);
        fixtures.session_cookie(user)
    });
    app.client_with(&cookie)
}

fn invite(client: &Client, slug: &str, emails: &str) -> Page {
    let fields = [("emails", emails), ("role", "viewer"), ("message", "Welcome")];
    client.post(&format!("/organizations/{slug}/invitations"), &fields)
}

fn people(from: usize, to: usize) -> String {
    (from..to)
        .map(|n| format!("p{n}@else.test"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn count(app: &TestApp, rows: &str) -> i64 {
    app.database.number(&format!("SELECT count(*) AS value FROM {rows}"))
}

/// The path of the link to block and report in the newest invitation to an address.
fn blocking(app: &TestApp, email: &str) -> String {
    let emails = app.emails_to(email);
    let invitation = emails.iter().rfind(|message| message.text.contains("/blocking"));
    invitation.expect("an invitation").link("/blocking")
}

#[test]
fn a_name_with_a_web_address_or_money_reaches_no_subject_and_no_headline_of_any_email() {
    let app = TestApp::open();
    app.fixtures(|fixtures| fixtures.account("Oscar Operator", "oscar@operator.test", true));
    let posts: Vec<&str> = ROUTES.iter().filter(|r| r.method == "POST").map(|r| r.path).collect();
    in_parallel(&posts, |path| {
        let actor = match path.split('/').nth(1) {
            Some("operator") => "operator",
            // Who is invited.
            Some("invitations" | "join") => "outsider",
            _ => "owner",
        };
        let place = posts.iter().position(|known| known == path).expect("a route");
        let scenario = Scenario::create(&app, actor, &format!("bait-{place}"));
        let (org, slug) = (&scenario.organization, &scenario.slug);
        let mut renamed = format!(
            "UPDATE organizations SET name = '{BAIT}' WHERE id = '{org}'; \
             UPDATE users SET name = '{BAIT}' WHERE email LIKE '%@{slug}.test';"
        );
        for table in [
            "companies",
            "groups",
            "custom_roles",
            "onboarding_links",
            "access_reviews",
        ] {
            renamed += &format!("UPDATE {table} SET name = '{BAIT}' WHERE organization_id = '{org}';");
        }
        app.database.execute(&renamed);
        let client = app.client_with(scenario.actor.as_ref().expect("an actor"));
        ask(&client, "POST", &scenario.path(path, "none"), &scenario.form(path));
    });
    app.deliver_mail();
    let kinds = app
        .database
        .words("SELECT DISTINCT kind AS value FROM mail_outbox ORDER BY kind");
    assert!(kinds.len() >= 16, "few kinds of email were sent: {kinds:?}");
    let emails: Vec<_> = app
        .emails()
        .into_iter()
        .filter(|message| message.text.contains("evil"))
        .collect();
    assert!(emails.len() >= 12, "{} emails", emails.len());
    for message in emails {
        let (head, _) = message.html.split_once("</h1>").expect("a headline");
        let to = message
            .raw
            .lines()
            .find(|line| line.starts_with("To:"))
            .expect("a recipient");
        for headline in [&message.subject, head, to] {
            assert!(!headline.contains("evil") && !headline.contains("$500"), "{headline}");
        }
        assert!(!message.text.contains(&format!("Hello {BAIT}")), "{}", message.text);
        // Whatever else mentions it is a quotation. The words for a change may have names in them.
        for part in [&message.text, &message.html] {
            let part = part.replace("\r\n", "\n").replace('\n', " ");
            for (at, _) in part.match_indices("evil.example") {
                let (before, after) = part.split_at(at);
                let opened = before.rfind('“').expect("a quotation");
                assert!(
                    !before[opened..].contains('”') && after.find('”').is_some_and(|end| end < 80),
                    "{}: {part}",
                    message.subject
                );
            }
        }
    }
}

#[test]
fn a_long_name_is_cut_to_60_characters_in_an_email() {
    let app = TestApp::open();
    let olivia = owner(&app, "long");
    let name = "A very long name of an organization that goes on and on until no one reads it any more";
    app.database
        .execute(&format!("UPDATE organizations SET name = '{name}'"));
    invite(&olivia, "long", "noah@else.test").expect(303);
    let message = app.mail_to("noah@else.test");
    assert!(
        message.subject.contains("…") && !message.subject.contains("any more"),
        "{}",
        message.subject
    );
    let quoted = message.text.split('“').nth(2).and_then(|rest| rest.split('”').next());
    assert!(
        quoted.is_some_and(|name| name.chars().count() <= 60),
        "{}",
        message.text
    );
}

/// Facts of emails that are text and no name: made by Tenantry, an address, or free text, which is only in the body.
const TEXTS: &[&str] = &[
    "allowed",
    "answer",
    "block_link",
    "can",
    "change",
    "companies",
    "contact",
    "count",
    "day",
    "days",
    "denied",
    "due",
    "email",
    "facts",
    "ends",
    "expires",
    "ip",
    "inviter_email",
    "access_until",
    "items",
    "link",
    "login_link",
    "message",
    "more",
    "new_email",
    "note",
    "operator_email",
    "owner_tasks",
    "purpose",
    "reason",
    "requested",
    "reset",
    "reset_link",
    "stop",
    "role",
    "unit",
    "unit_many",
    "until",
    "when",
    "device",
    "place",
    "left",
    "low",
    "what",
];

/// The ones that a subject or headline may show.
const IN_HEADLINES: &[&str] = &[
    "days",
    "contact",
    "count",
    "day",
    "due",
    "email",
    "ends",
    "expires",
    "new_email",
    "role",
    "until",
    "when",
    "what",
    "left",
    "device",
];

/// Field and type of each email, by its folder of templates.
fn facts_of_emails() -> BTreeMap<String, Vec<(String, String)>> {
    let mut emails = BTreeMap::new();
    for path in files("src/services", "rs") {
        let text = std::fs::read_to_string(&path).expect("a source");
        for part in text.split("crate::email! {").skip(1) {
            let (head, rest) = part.split_once(" {").expect("fields");
            let (fields, _) = rest.split_once("\n    }").expect("an end");
            let folder = head.split('/').nth(1).expect("a folder").to_owned();
            let fields = fields.replace('\n', " ");
            let mut found = Vec::new();
            let mut rest = fields.trim();
            while let Some((name, after)) = rest.split_once(':') {
                // The comma of a tuple is inside its brackets.
                let mut depth = 0;
                let end = after.find(|c| {
                    depth += i32::from(matches!(c, '<' | '(')) - i32::from(matches!(c, '>' | ')'));
                    c == ',' && depth == 0
                });
                let (kind, next) = after.split_at(end.unwrap_or(after.len()));
                found.push((name.trim().to_owned(), kind.trim().to_owned()));
                rest = next.trim_start_matches(',').trim();
            }
            emails.insert(folder, found);
        }
    }
    emails
}

/// The expressions of a template.
fn expressions(template: &str) -> Vec<String> {
    let parts = template.split("{{").skip(1).filter_map(|part| part.split_once("}}"));
    parts
        .map(|(expression, _)| expression.trim_matches(['+', '-', ' ', '\n']).to_owned())
        .collect()
}

#[test]
fn subjects_and_headlines_show_names_only_if_they_are_plain() {
    let emails = facts_of_emails();
    assert!(emails.len() >= 30, "{:?}", emails.keys());
    let mut breaches = Vec::new();
    for (folder, facts) in &emails {
        for (name, kind) in facts {
            let is_text = kind.contains("String");
            if is_text && !TEXTS.contains(&name.as_str()) {
                breaches.push(format!(
                    "{folder}: {name} is text. A name is a MailName; other text is listed in TEXTS"
                ));
            }
        }
        for path in files(&format!("templates/mail/{folder}"), "") {
            let text = std::fs::read_to_string(&path).expect("a template");
            let headlines: Vec<&str> = if path.ends_with("message.txt") {
                text.lines().take(1).collect()
            } else {
                let blocks = ["title", "preheader", "heading"].map(|block| {
                    let (_, rest) = text.split_once(&format!("{{% block {block} ")).expect("a block");
                    rest.split_once("endblock").expect("an end").0
                });
                blocks.to_vec()
            };
            for expression in headlines.into_iter().flat_map(expressions) {
                let plain = expression
                    .split_once(".plain_or(\"")
                    .is_some_and(|(name, _)| facts.iter().any(|(fact, kind)| fact == name && kind == "MailName"));
                if !plain && !IN_HEADLINES.contains(&expression.as_str()) {
                    breaches.push(format!("{}: {{{{ {expression} }}}}", relative(&path)));
                }
            }
        }
    }
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn an_account_sends_50_invitations_a_day_in_all_its_organizations_together() {
    let app = TestApp::open();
    let olivia = owner(&app, "o0");
    for n in 1..7 {
        create_organization(&olivia, &format!("Agency {n}"), &format!("o{n}"), "olivia@o0.test");
    }
    let mut refused = 0;
    for n in 0..7 {
        let page = invite(&olivia, &format!("o{n}"), &people(n * 43, n * 43 + 43));
        if page.status != 303 {
            assert!(
                page.has("You can send 50 invitations a day, in all your organizations together"),
                "{}",
                page.text()
            );
            // The people who were not invited stay in the form.
            assert!(
                page.value_of("emails")
                    .expect("a field")
                    .contains(&format!("p{}@else.test", n * 43 + 42))
            );
            assert_eq!(page.value_of("message").as_deref(), Some("Welcome"));
            refused += 1;
        }
    }
    assert_eq!((count(&app, "invitations"), refused), (50, 6));
    assert_eq!(
        app.emails()
            .iter()
            .filter(|message| message.text.contains("/blocking"))
            .count(),
        50
    );
    // Neither a file, nor sending again, nor the owner of another organization is a way around.
    let csv = "email\nq1@else.test\nq2@else.test";
    let fields = [("role", "viewer"), ("emails", csv)];
    let page = olivia.post("/organizations/o1/invitations", &fields).expect(422);
    assert!(page.has("You can send 50 invitations a day"), "{}", page.text());
    app.advance(Duration::from_secs(120));
    let id = app
        .database
        .words("SELECT id AS value FROM invitations ORDER BY id LIMIT 1")[0]
        .clone();
    for path in [
        format!("/organizations/o0/invitations/{id}/resending"),
        "/organizations/o0/invitations/resending".into(),
    ] {
        let page = olivia.post(&path, &[("id", &id)]).expect(303).follow(&olivia);
        assert!(page.has("You can send 50 invitations a day"), "{}", page.text());
    }
    let fields = [
        ("name", "Handed"),
        ("slug", "handed"),
        ("region", "eu"),
        ("organization_type", "individual"),
        ("owner_email", "noah@else.test"),
    ];
    let page = olivia.post("/organizations", &fields).expect(422);
    assert!(
        page.field_error("owner_email")
            .expect("an error")
            .contains("50 invitations a day")
    );
    assert_eq!(page.value_of("name").as_deref(), Some("Handed"));
    assert_eq!(count(&app, "organizations"), 7);
    // Another account has a limit of its own.
    invite(&owner(&app, "other"), "other", "noah@else.test").expect(303);
    app.advance(DAY);
    invite(&olivia, "o3", "noah@else.test").expect(303);
}

#[test]
fn every_email_of_an_invitation_is_part_of_the_limit_of_the_account_that_sent_it() {
    let app = TestApp::with(|config| config.account_invitations = 30);
    let olivia = owner(&app, "lakeside");
    let emma = app.fixtures(|fixtures| {
        let user = fixtures.account("Emma Stone", "emma@lakeside.test", true);
        let organization = fixtures.organization_of("lakeside");
        fixtures.add_member(organization, user, "admin", &[]);
        fixtures.session_cookie(user)
    });
    let emma = app.client_with(&emma);
    invite(&olivia, "lakeside", &people(0, 3)).expect(303);
    // A tenth for a new account. Emma becomes the inviter; Olivia has sent the emails.
    let ids = app.database.words("SELECT id AS value FROM invitations");
    for id in &ids {
        let path = format!("/organizations/lakeside/invitations/{id}");
        emma.post(&path, &[("role", "viewer")]).expect(303);
    }
    invite(&olivia, "lakeside", "noah@else.test").expect(422);
    app.advance(Duration::from_secs(120));
    let resend = |client: &Client, id: &str| {
        let path = format!("/organizations/lakeside/invitations/{id}/resending");
        client.post(&path, &[]).follow(client).text()
    };
    for id in &ids {
        assert!(resend(&emma, id).contains("Sent again"));
    }
    invite(&emma, "lakeside", "noah@else.test").expect(422);
}

#[test]
fn the_instance_has_a_limit_on_invitations_and_operators_set_one_for_an_account() {
    let app = TestApp::with(|config| config.instance_invitations = 3);
    let (olivia, emma) = (owner(&app, "lakeside"), owner(&app, "harbor"));
    invite(&olivia, "lakeside", &people(0, 2)).expect(303);
    let page = invite(&emma, "harbor", &people(2, 5)).expect(200);
    assert!(page.has("1 person was invited, 2 not"), "{}", page.text());
    assert!(
        page.has("This instance can send 3 invitations a day"),
        "{}",
        page.text()
    );
    app.advance(DAY + Duration::from_secs(1));
    let operator = app.fixtures(|fixtures| {
        let user = fixtures.account("Opal Reed", "opal@instance.test", true);
        fixtures.appoint(user);
        fixtures.session_cookie(user)
    });
    let operator = app.client_with(&operator);
    let id = app
        .database
        .words("SELECT id AS value FROM users WHERE email = 'olivia@lakeside.test'")[0]
        .clone();
    let (page, limit) = (
        format!("/operator/users/{id}"),
        format!("/operator/users/{id}/invitation-limit"),
    );
    operator.get(&page).expect(200).expect_text("50 of 50 left today");
    let wrong = operator.post(&limit, &[("invitations", "none")]).expect(422);
    assert_eq!(wrong.value_of("invitations").as_deref(), Some("none"));
    operator.post(&limit, &[("invitations", "0")]).expect(303);
    operator.get(&page).expect(200).expect_text("0 of 0 left today");
    let page = invite(&olivia, "lakeside", "noah@else.test").expect(422);
    assert!(
        page.field_error("emails")
            .expect("an error")
            .contains("Contact the operator")
    );
    invite(&emma, "harbor", "noah@else.test").expect(303);
    operator.post(&limit, &[("invitations", "")]).expect(303);
    invite(&olivia, "lakeside", "noah@else.test").expect(303);
    assert_eq!(
        count(&app, "account_events WHERE action = 'account.invitation_limit_changed'"),
        2
    );
}

#[test]
fn an_invitee_blocks_an_organization_without_an_account_and_can_undo_it() {
    let app = TestApp::open();
    let olivia = owner(&app, "lakeside");
    invite(&olivia, "lakeside", "noah@else.test").expect(303);
    let message = app.mail_to("noah@else.test");
    let path = message.link("/blocking");
    let url = format!("{}{path}", app.base());
    assert!(
        message.text.contains("Report or block invitations from this sender"),
        "{}",
        message.text
    );
    assert!(message.html.contains(&url), "{}", message.html);
    let header = message.raw.replace("\r\n ", " ");
    assert!(header.contains(&format!("List-Unsubscribe: <{url}>")), "{header}");
    // Only the button acts: mail programs and scanners open links.
    let page = app.client().get(&path).expect(200);
    page.clone()
        .expect_text("noah@else.test")
        .expect_text("Lakeside")
        .expect_text("olivia@lakeside.test");
    assert_eq!((page.form_count(&path), count(&app, "organization_blocks")), (2, 0));

    let anyone = app.client();
    anyone
        .post(&path, &[("scope", "organization")])
        .expect_redirect(&path)
        .follow(&anyone)
        .expect_text("Blocked");
    app.client().post(&path, &[("scope", "organization")]).expect(303);
    assert_eq!(count(&app, "organization_blocks WHERE email = 'noah@else.test'"), 1);
    assert_eq!(
        count(&app, "audit_events WHERE action = 'invitation.organization_blocked'"),
        1
    );
    // Neither sending again nor a new invitation nor a contact address reaches the person.
    app.advance(Duration::from_secs(120));
    let id = app.database.words("SELECT id AS value FROM invitations")[0].clone();
    let resent = olivia.post(&format!("/organizations/lakeside/invitations/{id}/resending"), &[]);
    assert!(resent.follow(&olivia).has(REFUSED));
    olivia
        .post(&format!("/organizations/lakeside/invitations/{id}/cancellation"), &[])
        .expect(303);
    let refused = invite(&olivia, "lakeside", "noah@else.test").expect(422);
    assert_eq!(refused.field_error("emails").as_deref(), Some(REFUSED));
    assert_eq!(refused.value_of("emails").as_deref(), Some("noah@else.test"));
    let contact = olivia
        .post(
            "/organizations/lakeside/settings/contacts/billing",
            &[("email", "noah@else.test")],
        )
        .expect(422);
    assert_eq!(contact.texts("#contact-billing-error").len(), 1);
    assert_eq!(app.emails_to("noah@else.test").len(), 1);
    // Others are invited all the same, and other organizations invite this person.
    invite(&olivia, "lakeside", "noah@else.test, emma@else.test").expect(200);
    invite(&owner(&app, "harbor"), "harbor", "noah@else.test").expect(303);

    let undo = path.replace("/blocking", "/unblocking");
    app.client()
        .post(&undo, &[("scope", "organization")])
        .expect_redirect(&path);
    assert_eq!(
        count(&app, "audit_events WHERE action = 'invitation.organization_unblocked'"),
        1
    );
    invite(&olivia, "lakeside", "noah@else.test").expect(303);
}

#[test]
fn a_blocked_sender_reaches_the_person_from_no_organization() {
    let app = TestApp::open();
    let olivia = owner(&app, "lakeside");
    create_organization(&olivia, "Second", "second", "olivia@lakeside.test");
    let emma = app.fixtures(|fixtures| {
        let user = fixtures.account("Emma Stone", "emma@lakeside.test", true);
        let organization = fixtures.organization_of("lakeside");
        fixtures.add_member(organization, user, "admin", &[]);
        fixtures.session_cookie(user)
    });
    invite(&olivia, "lakeside", "noah@else.test").expect(303);
    let path = blocking(&app, "noah@else.test");
    app.client().post(&path, &[("scope", "sender")]).expect_redirect(&path);
    let refused = invite(&olivia, "second", "noah@else.test").expect(422);
    assert_eq!(
        refused.field_error("emails").as_deref(),
        Some(REFUSED),
        "the same words as for an organization"
    );
    let fields = [
        ("name", "Third"),
        ("slug", "third"),
        ("region", "eu"),
        ("organization_type", "individual"),
        ("owner_email", "noah@else.test"),
    ];
    let page = olivia.post("/organizations", &fields).expect(422);
    assert_eq!(page.field_error("owner_email").as_deref(), Some(REFUSED));
    // A colleague sends the invitation again. The link in the first email still undoes the block of its sender.
    app.advance(Duration::from_secs(120));
    let id = app.database.words("SELECT id AS value FROM invitations")[0].clone();
    let emma = app.client_with(&emma);
    let resent = emma.post(&format!("/organizations/lakeside/invitations/{id}/resending"), &[]);
    resent.follow(&emma).expect_text("Sent again");
    assert_eq!(app.emails_to("noah@else.test").len(), 2);
    assert_eq!(
        count(&app, "account_events WHERE action = 'account.invitations_blocked'"),
        1
    );
    // Nothing about it is in the log of an organization.
    assert_eq!(count(&app, "audit_events WHERE action LIKE '%block%'"), 0);
}

#[test]
fn a_block_withdraws_an_email_that_was_not_sent_yet() {
    let app = TestApp::with_smtp(|_| {});
    let olivia = owner(&app, "lakeside");
    invite(&olivia, "lakeside", "noah@else.test").expect(303);
    let path = blocking(&app, "noah@else.test");
    app.smtp().busy();
    app.advance(Duration::from_secs(120));
    let id = app.database.words("SELECT id AS value FROM invitations")[0].clone();
    let resend = format!("/organizations/lakeside/invitations/{id}/resending");
    olivia.post(&resend, &[]).expect(303);
    app.deliver_mail();
    app.client().post(&path, &[("scope", "organization")]).expect(303);
    // An edit would write the email anew.
    olivia
        .post(
            &format!("/organizations/lakeside/invitations/{id}"),
            &[("role", "member")],
        )
        .expect(303);
    app.smtp().accept();
    app.advance(Duration::from_secs(3600));
    assert_eq!(app.emails_to("noah@else.test").len(), 1);
}

#[test]
fn a_reported_invitation_is_shown_to_the_operators_only() {
    let app = TestApp::open();
    let olivia = owner(&app, "lakeside");
    let operator = app.fixtures(|fixtures| {
        let user = fixtures.account("Opal Reed", "opal@instance.test", true);
        fixtures.appoint(user);
        fixtures.session_cookie(user)
    });
    let operator = app.client_with(&operator);
    operator.get("/operator/reports").expect(200).expect_text("No reports");
    invite(&olivia, "lakeside", "noah@else.test").expect(303);
    let path = blocking(&app, "noah@else.test");
    let report = path.replace("/blocking", "/report");
    let noah = app.client();
    let long = "x".repeat(1001);
    let page = noah.post(&report, &[("comment", &long)]).expect(422);
    assert_eq!(page.value_of("comment").as_deref(), Some(long.as_str()));
    noah.post(&report, &[("comment", "I don’t know <them>")])
        .expect_redirect(&path)
        .follow(&noah)
        .expect_text("You reported this invitation");
    noah.post(&report, &[("comment", "Again")]).expect(303);
    assert_eq!(count(&app, "invitation_reports"), 1);

    operator.get("/operator").expect(200).expect_text("1 report is open");
    let list = operator.get("/operator/reports").expect(200);
    for words in [
        "Olivia Hart",
        "olivia@lakeside.test",
        "Lakeside",
        "noah@else.test",
        "I don’t know <them>",
    ] {
        assert!(list.has(words), "{words}: {}", list.text());
    }
    let sender = app
        .database
        .words("SELECT id AS value FROM users WHERE email = 'olivia@lakeside.test'")[0]
        .clone();
    assert!(
        list.links().contains(&format!("/operator/users/{sender}")),
        "{:?}",
        list.links()
    );
    operator
        .get(&format!("/operator/users/{sender}"))
        .expect_text("Reported once");
    // The organization does not learn of it.
    assert_eq!(count(&app, "audit_events WHERE action LIKE '%report%'"), 0);
    let page = olivia.get("/organizations/lakeside/invitations").expect(200);
    let text = page.text().to_lowercase().replace("reporting", "");
    assert!(!text.contains("report"), "{text}");

    noah.post(&format!("{report}/withdrawal"), &[]).expect_redirect(&path);
    operator.get("/operator/reports").expect(200).expect_text("No reports");
    noah.post(&report, &[("comment", "")]).expect(303);
    let id = app.database.words("SELECT id AS value FROM invitation_reports")[0].clone();
    operator
        .post(&format!("/operator/reports/{id}/closing"), &[])
        .expect_redirect("/operator/reports")
        .follow(&operator)
        .expect_text("Report closed");
    operator
        .get("/operator/reports?show=all")
        .expect(200)
        .expect_text("Closed");
    noah.get(&path).expect(200).expect_text("closed your report");
    noah.post(&format!("{report}/withdrawal"), &[]).expect(303);
    assert_eq!(count(&app, "invitation_reports"), 1, "a closed report stays");
    let logged = app
        .database
        .words("SELECT action AS value FROM account_events WHERE action LIKE '%report%' ORDER BY at, id");
    assert_eq!(
        logged,
        [
            "account.invitation_reported",
            "account.report_withdrawn",
            "account.invitation_reported",
            "account.report_closed"
        ]
    );
    app.advance(181 * DAY);
    app.sweep();
    assert_eq!(count(&app, "invitation_reports"), 0);
    app.expect_healthy();
}

#[test]
fn a_link_to_block_or_report_is_limited_and_ends_with_its_organization() {
    let app = TestApp::open();
    let olivia = owner(&app, "lakeside");
    invite(&olivia, "lakeside", "noah@else.test").expect(303);
    let path = blocking(&app, "noah@else.test");
    app.client().get("/invitations/no-such-token/blocking").expect(404);
    app.client()
        .post("/invitations/no-such-token/blocking", &[("scope", "sender")])
        .expect(404);
    app.client().post(&path, &[("scope", "everyone")]).expect(303);
    let undo = path.replace("/blocking", "/unblocking");
    for _ in 0..10 {
        app.client().post(&path, &[("scope", "organization")]).expect(303);
        app.client().post(&undo, &[("scope", "organization")]).expect(303);
    }
    app.client().post(&path, &[("scope", "organization")]).expect(429);
    app.advance(Duration::from_secs(3601));
    app.client().post(&path, &[("scope", "organization")]).expect(303);
    app.client()
        .post(&path.replace("/blocking", "/report"), &[])
        .expect(303);
    let fields = [("organization_name", "Lakeside"), ("password", PASSWORD)];
    olivia
        .post("/organizations/lakeside/settings/deletion", &fields)
        .expect(303);
    app.advance(31 * DAY);
    app.sweep();
    app.sweep();
    assert_eq!(count(&app, "organizations WHERE status = 'deleted'"), 1);
    assert_eq!(
        count(&app, "organization_blocks") + count(&app, "invitation_reports"),
        0
    );
    app.client().get(&path).expect(404);
    app.expect_healthy();
}
