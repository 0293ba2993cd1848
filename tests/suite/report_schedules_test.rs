//! Reports by email: to members, with what they may export when it is sent.

use std::time::Duration;

use tenantry::common::time::Time;
use tenantry::db::types::usage::Meter;

use crate::areas::reporting::prices;
use crate::harness::client::Client;
use crate::harness::test_app::TestApp;

const DAY: u64 = 86_400;
const PATH: &str = "/organizations/sent/reporting/schedules";

/// An organization with usage in two companies and prices; its owner, and a manager of the first company.
fn organization(app: &TestApp) -> (Client, Client) {
    let (owner, manager) = app.fixtures(|fixtures| {
        let olivia = fixtures.account("Olivia Hart", "olivia@sent.test", true);
        let organization = fixtures.organization("Lakeside Agency", "sent", olivia);
        let north = fixtures.company(organization, "North", "north");
        fixtures.company(organization, "South", "south");
        let mia = fixtures.account("Mia Manager", "mia@sent.test", true);
        fixtures.add_member(organization, mia, "member", &[(north, "manager")]);
        let now = Time(app.now());
        fixtures.rate_card(
            organization,
            olivia,
            "EUR",
            tenantry::common::day::Day::of(now, tenantry::common::zone::Zone::UTC)
                .month()
                .plus(-1),
            prices(),
        );
        for (id, company) in [("1", "north"), ("2", "south")] {
            fixtures.usage(
                organization,
                now,
                &[(id.to_owned(), company, Meter::Calls, 7_000_000, now)],
            );
        }
        (fixtures.session_cookie(olivia), fixtures.session_cookie(mia))
    });
    (app.client_with(&owner), app.client_with(&manager))
}

fn reports(app: &TestApp, to: &str) -> usize {
    let sent = app.emails();
    sent.iter()
        .filter(|email| email.to.contains(to) && email.subject.starts_with("Report of"))
        .count()
}

/// Sends what is due a week later.
fn a_week_later(app: &TestApp) {
    app.advance(Duration::from_secs(7 * DAY));
    app.sweep();
}

#[test]
fn each_recipient_gets_the_file_with_what_they_may_export() {
    let app = TestApp::open();
    let (owner, manager) = organization(&app);
    owner
        .post(
            PATH,
            &[("every", "week"), ("recipients", "olivia@sent.test, mia@sent.test")],
        )
        .expect_redirect(PATH);
    app.sweep();
    assert_eq!(reports(&app, "olivia@sent.test"), 0, "not before it is due");
    a_week_later(&app);
    let (all, own) = (app.mail_to("olivia@sent.test"), app.mail_to("mia@sent.test"));
    for email in [&all, &own] {
        assert!(email.subject.contains("Lakeside Agency"), "{}", email.subject);
        assert!(email.attachment.contains("company,slug"), "{}", email.attachment);
        assert!(
            email.list_unsubscribe.contains("/scheduled-reports/"),
            "{}",
            email.list_unsubscribe
        );
    }
    assert!(
        all.attachment.contains("South") && all.attachment.contains("total cost"),
        "{}",
        all.attachment
    );
    assert!(
        !own.attachment.contains("South") && !own.attachment.contains("total cost"),
        "{}",
        own.attachment
    );
    assert_eq!(
        (reports(&app, "olivia@sent.test"), reports(&app, "mia@sent.test")),
        (1, 1)
    );
    app.sweep();
    assert_eq!(reports(&app, "olivia@sent.test"), 1, "once a week");
    owner.get(PATH).expect(200).expect_text("Sent on");
    manager.get(PATH).expect(200).expect_text("Weekly report");
}

#[test]
fn suspended_members_and_those_without_the_permission_get_nothing_and_the_list_says_so() {
    let app = TestApp::open();
    let (owner, _) = organization(&app);
    owner
        .post(
            PATH,
            &[("every", "week"), ("recipients", "olivia@sent.test mia@sent.test")],
        )
        .expect(303);
    let mia = app.fixtures(|fixtures| {
        let organization = fixtures.organization_of("sent");
        let mia = fixtures.user("mia@sent.test");
        fixtures.membership(organization, mia).to_string()
    });
    let member = format!("/organizations/sent/members/{mia}");
    owner.post(&format!("{member}/suspension"), &[]).expect(303);
    a_week_later(&app);
    assert_eq!(
        (reports(&app, "olivia@sent.test"), reports(&app, "mia@sent.test")),
        (1, 0)
    );
    owner.get(PATH).expect(200).expect_text("Not sent: suspended");
    owner.post(&format!("{member}/restoration"), &[]).expect(303);
    let id = member.rsplit('/').next().expect("an id");
    owner
        .post(
            &format!("/organizations/sent/companies/north/members/{id}/unassigning"),
            &[],
        )
        .expect(303);
    a_week_later(&app);
    assert_eq!(reports(&app, "mia@sent.test"), 0);
    owner.get(PATH).expect(200).expect_text("can’t export reports");
    owner.post(&format!("{member}/removal"), &[]).expect(303);
    a_week_later(&app);
    owner.get(PATH).expect(200).expect_text("no longer a member");
    assert_eq!(
        (reports(&app, "olivia@sent.test"), reports(&app, "mia@sent.test")),
        (3, 0)
    );
}

#[test]
fn a_recipient_unsubscribes_in_the_email_and_on_their_account_page() {
    let app = TestApp::open();
    let (owner, _) = organization(&app);
    owner
        .post(
            PATH,
            &[("every", "week"), ("recipients", "olivia@sent.test mia@sent.test")],
        )
        .expect(303);
    a_week_later(&app);
    let link = app.mail_to("mia@sent.test").link("/scheduled-reports/");
    let visitor = app.client();
    visitor.get(&link).expect(200).expect_text("Stop this report?");
    a_week_later(&app);
    assert_eq!(reports(&app, "mia@sent.test"), 2, "opening the link changes nothing");
    visitor.post(&link, &[]).expect(303);
    visitor
        .get(&link)
        .expect(200)
        .expect_text("You no longer get this report");
    let (owner, manager) = (app.signed_in("olivia@sent.test"), app.signed_in("mia@sent.test"));
    let account = owner.get("/account").expect(200);
    account.clone().expect_text("Weekly report");
    let action = account
        .all("form", "action")
        .into_iter()
        .find(|action| action.contains("/scheduled-reports/"))
        .expect("a form");
    manager.post(&action, &[]).expect(404);
    owner.post(&action, &[]).expect_redirect("/account");
    a_week_later(&app);
    assert_eq!(
        (reports(&app, "olivia@sent.test"), reports(&app, "mia@sent.test")),
        (2, 2)
    );
    owner.get(PATH).expect(200).expect_text("Unsubscribed on");
    let left = "SELECT count(*) AS value FROM audit_events WHERE action = 'usage.schedule_unsubscribed'";
    assert_eq!(app.database.number(left), 2);
}

#[test]
fn a_report_is_stopped_resumed_and_deleted_by_those_who_manage_it() {
    let app = TestApp::open();
    let (owner, manager) = organization(&app);
    for (field, fields) in [
        ("every", vec![("every", "year")]),
        (
            "recipients",
            vec![("every", "week"), ("recipients", "no-one@sent.test")],
        ),
        ("recipients", vec![("every", "week"), ("recipients", "not an address")]),
    ] {
        let page = owner.post(PATH, &fields).expect(422);
        assert!(!page.field_error(field).unwrap_or_default().is_empty(), "{field}");
    }
    owner
        .post(PATH, &[("every", "month"), ("name", "For the board")])
        .expect(303);
    let list = owner.get(PATH).expect(200);
    let stopping = list
        .all("form", "action")
        .into_iter()
        .find(|action| action.ends_with("/stopping"))
        .expect("a form");
    manager.post(&stopping, &[]).expect(404);
    owner.post(&stopping, &[]).expect(303);
    app.advance(Duration::from_secs(35 * DAY));
    app.sweep();
    assert_eq!(reports(&app, "olivia@sent.test"), 0);
    let owner = app.signed_in("olivia@sent.test");
    owner.get(PATH).expect(200).expect_text("Stopped");
    owner.post(&stopping.replace("stopping", "resuming"), &[]).expect(303);
    app.advance(Duration::from_secs(35 * DAY));
    app.sweep();
    assert_eq!(reports(&app, "olivia@sent.test"), 1);
    let owner = app.signed_in("olivia@sent.test");
    owner.post(&stopping.replace("stopping", "deletion"), &[]).expect(303);
    owner.get(PATH).expect(200).expect_text("No scheduled reports");
    let events = app
        .database
        .words("SELECT action AS value FROM audit_events WHERE action LIKE 'usage.schedule%' ORDER BY seq");
    assert_eq!(
        events,
        [
            "usage.schedule_created",
            "usage.schedule_stopped",
            "usage.schedule_resumed",
            "usage.schedule_deleted"
        ]
    );
}
