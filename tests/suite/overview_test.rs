//! The overview: the same figures as reporting, for those who may see them, and every company with its own.

use tenantry::common::day::{Day, Month};
use tenantry::common::time::{Span, Time};
use tenantry::common::zone::Zone;
use tenantry::db::types::org_id::OrgId;
use tenantry::db::types::usage::Meter;
use tenantry::models::usage::facts::DayFacts;

use crate::areas::reporting::prices;
use crate::harness::client::Client;
use crate::harness::page::Page;
use crate::harness::test_app::TestApp;

/// An organization with companies and its owner.
fn organization(app: &TestApp, slug: &str, companies: &[&str]) -> (OrgId, Client) {
    let (organization, owner) = app.fixtures(|fixtures| {
        let olivia = fixtures.account("Olivia Hart", &format!("olivia@{slug}.test"), true);
        let organization = fixtures.organization("Lakeside Agency", slug, olivia);
        for company in companies {
            fixtures.company(organization, company, &company.to_lowercase());
        }
        (organization, fixtures.session_cookie(olivia))
    });
    let owner = app.client_with(&owner);
    // The one that each organization begins with.
    let first = app
        .database
        .words("SELECT slug AS value FROM companies WHERE name = 'Lakeside Agency company' AND status = 'active'");
    for first in first {
        let path = format!("/organizations/{slug}/companies/{first}/archiving");
        owner.post(&path, &[]).expect(303);
    }
    (organization, owner)
}

fn today(app: &TestApp) -> Day {
    Day::of(Time(app.now()), Zone::UTC)
}

/// Calls of companies a minute ago, and their open cases of today.
fn usage(app: &TestApp, organization: OrgId, of: &[(&str, i64, i64)]) {
    let today = today(app);
    app.fixtures(|fixtures| {
        let now = Time(app.now());
        let events: Vec<_> = of
            .iter()
            .map(|(company, calls, _)| {
                let id = format!("{company}-{calls}");
                (id, *company, Meter::Calls, calls * 1_000_000, now - Span::minutes(1))
            })
            .collect();
        fixtures.usage(organization, now, &events);
        for (company, _, cases) in of {
            let id = fixtures.company_of(organization, company);
            let figures = DayFacts {
                cases_open: Some(*cases),
                ..DayFacts::default()
            };
            fixtures.facts(organization, id, today, figures);
        }
    });
}

/// The value of a total.
fn total(page: &Page, label: &str) -> Option<String> {
    let tiles = page.texts(".stats .stat");
    let tile = tiles.iter().find(|tile| tile.trim_start().starts_with(label))?;
    let rest = tile.trim_start().strip_prefix(label)?;
    rest.split_whitespace().next().map(str::to_owned)
}

fn names(page: &Page) -> Vec<String> {
    page.texts("#results .who__name")
        .iter()
        .map(|name| name.split(':').next().unwrap_or_default().trim().to_owned())
        .collect()
}

#[test]
fn totals_are_those_of_reporting_and_money_is_shown_only_with_prices() {
    let app = TestApp::open();
    let (organization, owner) = organization(&app, "overview-totals", &["North", "South", "West"]);
    usage(&app, organization, &[("north", 30, 120), ("south", 10, 5)]);
    let page = owner.get("/organizations/overview-totals").expect(200);
    assert_eq!(total(&page, "Companies").as_deref(), Some("3"));
    assert_eq!(total(&page, "Total cases").as_deref(), Some("125"));
    assert_eq!(total(&page, "Staff").as_deref(), Some("1"));
    assert_eq!(
        total(&page, "Billing, month to date"),
        None,
        "without a rate card there is no money"
    );
    app.fixtures(|fixtures| {
        let olivia = fixtures.user("olivia@overview-totals.test");
        let month = Month(today(&app).month().0);
        fixtures.rate_card(organization, olivia, "EUR", month, prices());
    });
    let page = owner.get("/organizations/overview-totals").expect(200);
    let billing = total(&page, "Billing, month to date").expect("money");
    let expected = app.fixtures(|fixtures| {
        let report = fixtures.usage_report(organization, |query| {
            query.days = tenantry::services::reports::Preset::MonthToDate.days(query.today);
        });
        report
            .money
            .expect("money")
            .currency
            .amount(report.total.cost().total())
    });
    assert_eq!(billing, expected);
    let reporting = owner
        .get("/organizations/overview-totals/reporting?period=mtd")
        .expect(200);
    assert!(reporting.has(&billing), "{billing}");
    let viewer = app.fixtures(|fixtures| {
        let vera = fixtures.account("Vera View", "vera@overview-totals.test", true);
        fixtures.add_member(organization, vera, "viewer", &[]);
        fixtures.session_cookie(vera)
    });
    let page = app
        .client_with(&viewer)
        .get("/organizations/overview-totals")
        .expect(200);
    assert_eq!(total(&page, "Billing, month to date"), None, "hidden, not zero");
    assert!(!page.has(&billing));
    assert_eq!(total(&page, "Total cases").as_deref(), Some("125"));
}

#[test]
fn companies_are_sorted_searched_and_paged_as_cards_and_as_a_table() {
    let app = TestApp::open();
    let names_of: Vec<String> = (0..30).map(|n| format!("Company{n:02}")).collect();
    let all: Vec<&str> = names_of.iter().map(String::as_str).collect();
    let (organization, owner) = organization(&app, "overview-list", &all);
    usage(
        &app,
        organization,
        &[("company07", 5, 1), ("company21", 50, 0), ("company13", 20, 9)],
    );
    let path = "/organizations/overview-list";
    let first = owner.get(path).expect(200);
    assert_eq!(names(&first).len(), 24);
    let next = first.link("Next").expect("a next page");
    let second = owner.get(&next).expect(200);
    assert_eq!(names(&second), names_of[24..]);
    let back = second.link("Previous").expect("the page before");
    assert_eq!(names(&owner.get(&back).expect(200)), names(&first));
    let sorted = |sort: &str| names(&owner.get(&format!("{path}?sort={sort}&view=table")).expect(200));
    assert_eq!(sorted("-calls")[..3], ["Company21", "Company13", "Company07"]);
    assert_eq!(sorted("-cases")[..3], ["Company13", "Company07", "Company21"]);
    assert_eq!(sorted("name").len(), 30);
    assert_eq!(sorted("-name")[0], "Company29");
    assert_eq!(sorted("nonsense"), sorted("name"));
    assert_eq!(
        names(&owner.get(&format!("{path}?q=company1&sort=name")).expect(200)).len(),
        10
    );
    assert!(
        owner
            .get(&format!("{path}?q=nobody"))
            .expect(200)
            .has("No company matches")
    );
    let fragment = owner.fragment(&format!("{path}?q=company2"));
    assert_eq!(names(&fragment).len(), 10);
    assert!(!fragment.has("Needs attention"));

    owner
        .post(&format!("{path}/companies/company21/archiving"), &[])
        .expect(303);
    assert_eq!(sorted("-calls")[..2], ["Company13", "Company07"]);
    let with = names(
        &owner
            .get(&format!("{path}?sort=-calls&archived=on&view=table"))
            .expect(200),
    );
    assert_eq!(with[0], "Company21");
}

#[test]
fn who_has_own_companies_sees_those_alone_and_who_cannot_open_one_can_request_it() {
    let app = TestApp::open();
    let (organization, _) = organization(&app, "overview-own", &["North", "South"]);
    usage(&app, organization, &[("north", 30, 120), ("south", 10, 5)]);
    let (member, billing) = app.fixtures(|fixtures| {
        let max = fixtures.account("Max Own", "max@overview-own.test", true);
        let north = fixtures.company_of(organization, "north");
        fixtures.add_member(organization, max, "member", &[(north, "viewer")]);
        let bea = fixtures.account("Bea Billing", "bea@overview-own.test", true);
        fixtures.add_member(organization, bea, "billing_admin", &[]);
        (fixtures.session_cookie(max), fixtures.session_cookie(bea))
    });
    let page = app.client_with(&member).get("/organizations/overview-own").expect(200);
    assert_eq!(names(&page), ["North"]);
    assert_eq!(total(&page, "Your companies").as_deref(), Some("1"));
    assert_eq!(total(&page, "Total cases").as_deref(), Some("120"));
    assert!(!page.has("South"));

    let bea = app.client_with(&billing);
    let page = bea.get("/organizations/overview-own").expect(200);
    assert_eq!(names(&page), ["North", "South"]);
    let href = page.link("Request access to North").expect("a request");
    let request = bea.get(&href).expect(200);
    assert_eq!(request.value_of("company").as_deref(), Some("north"));
}

#[test]
fn staff_counts_distinct_people_and_leaves_the_suspended_out() {
    let app = TestApp::open();
    let (organization, owner) = organization(&app, "overview-staff", &["North", "South"]);
    app.fixtures(|fixtures| {
        let assigned = ["north", "south"].map(|slug| (fixtures.company_of(organization, slug), "viewer"));
        for (at, role) in ["admin", "viewer", "member", "member", "member", "user_admin"]
            .into_iter()
            .enumerate()
        {
            let account = fixtures.account(&format!("Person {at}"), &format!("p{at}@overview-staff.test"), true);
            // One member is in no company.
            let companies = if at == 4 { &[][..] } else { &assigned[..] };
            fixtures.add_member(organization, account, role, companies);
        }
    });
    let page = owner.get("/organizations/overview-staff").expect(200);
    assert_eq!(total(&page, "Staff").as_deref(), Some("6"));
    assert!(page.has("3 assigned, 3 by role"));
    app.database
        .execute("UPDATE memberships SET status = 'suspended' WHERE user_id IN (SELECT id FROM users WHERE email = 'p2@overview-staff.test')");
    let page = owner.get("/organizations/overview-staff?sort=name").expect(200);
    assert!(page.has("2 assigned, 3 by role"));
}
