//! Reports: the page, the file and the API have the figures that follow from the raw events, for those who may see them.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;
use sha2::{Digest, Sha256};

use tenantry::common::currency::Currency;
use tenantry::common::day::{Day, Month};
use tenantry::common::id::CompanyId;
use tenantry::common::time::Time;
use tenantry::common::zone::Zone;
use tenantry::db::types::org_id::OrgId;
use tenantry::db::types::usage::Meter;
use tenantry::models::rate_card::Prices;
use tenantry::models::usage::facts::DayFacts;
use tenantry::rating::{Cost, MICRO, MeterPrice, PriceModel, Tier, allocate};
use tenantry::services::reports::DayRange;

use crate::api_test::{EVERY_SCOPE, document, problem, program};
use crate::areas::reporting::prices;
use crate::harness::client::Client;
use crate::harness::page::Page;
use crate::harness::test_app::TestApp;

const SLUGS: [&str; 3] = ["north", "south", "west"];

fn value(page: &Page, field: &str) -> String {
    page.value_of(field).unwrap_or_default()
}

/// Where a link of the pager leads, without its anchor.
fn link(page: &Page, rel: &str) -> Option<String> {
    let href = page.all(&format!("a[rel={rel}]"), "href").into_iter().next()?;
    href.split('#').next().map(str::to_owned)
}

fn day(text: &str) -> Day {
    Day::parse(text).expect("a day")
}

/// An organization with three companies, its owner and a key with every scope.
fn organization(app: &TestApp, slug: &str) -> (OrgId, Client, Client) {
    let (organization, owner, key) = app.fixtures(|fixtures| {
        let olivia = fixtures.account("Olivia Hart", &format!("olivia@{slug}.test"), true);
        let organization = fixtures.organization("Lakeside Agency", slug, olivia);
        for company in ["North", "South", "West"] {
            fixtures.company(organization, company, &company.to_lowercase());
        }
        let key = fixtures.api_key(organization, olivia, EVERY_SCOPE, None).1;
        (organization, fixtures.session_cookie(olivia), key)
    });
    (organization, app.client_with(&owner), program(app, &key))
}

/// The cells of a CSV row that begins with a text.
fn row(file: &Page, beginning: &str) -> BTreeMap<String, String> {
    let text = file.body.trim_start_matches('\u{feff}');
    let mut lines = text.lines();
    let head: Vec<String> = lines.next().expect("a head").split(',').map(str::to_owned).collect();
    let line = lines
        .find(|line| line.starts_with(beginning))
        .unwrap_or_else(|| panic!("{beginning} in {text}"));
    head.into_iter().zip(line.split(',').map(str::to_owned)).collect()
}

/// What some days cost by the raw events alone: each company's share, and what belongs to the organization.
fn by_hand(
    cards: &[(Month, Prices)],
    events: &[(CompanyId, Meter, i64, Day)],
    range: DayRange,
) -> (BTreeMap<CompanyId, Cost>, Cost) {
    let (mut companies, mut alone) = (BTreeMap::<CompanyId, Cost>::new(), Cost::default());
    for month in range.from.month().0..=range.to.month().0 {
        let month = Month(month);
        // The last one that was made and begins early enough.
        let Some((_, prices)) = cards.iter().rev().find(|(from, _)| *from <= month) else {
            continue;
        };
        let (from, to) = (range.from.max(month.first()), range.to.min(month.last()));
        for (meter, price) in prices {
            let of = |from: Day, to: Day| {
                let these = events
                    .iter()
                    .filter(move |event| event.1 == *meter && (from..=to).contains(&event.3));
                these.fold(BTreeMap::<CompanyId, i64>::new(), |mut sums, event| {
                    *sums.entry(event.0).or_default() += event.2;
                    sums
                })
            };
            let before: i64 = of(month.first(), from.plus(-1)).values().sum();
            let part = of(from, to);
            let weights: Vec<i64> = part.values().copied().collect();
            let before = (from != month.first()).then_some(before);
            let through = before.unwrap_or(0) + weights.iter().sum::<i64>();
            let cost = price.cost_between(before, through).expect("an amount");
            match (allocate(cost.amount, &weights), allocate(cost.tax, &weights)) {
                (Some(amounts), Some(taxes)) => {
                    for ((company, amount), tax) in part.keys().zip(amounts).zip(taxes) {
                        let own = companies.entry(*company).or_default();
                        *own = Cost {
                            amount: own.amount + amount,
                            tax: own.tax + tax,
                        };
                    }
                }
                _ => {
                    alone = Cost {
                        amount: alone.amount + cost.amount,
                        tax: alone.tax + cost.tax,
                    }
                }
            }
        }
    }
    (companies, alone)
}

fn sum(costs: impl IntoIterator<Item = Cost>) -> Cost {
    costs.into_iter().fold(Cost::default(), |sum, cost| Cost {
        amount: sum.amount + cost.amount,
        tax: sum.tax + cost.tax,
    })
}

fn any_price() -> impl Strategy<Value = MeterPrice> {
    let tiers = (1..40_i64, 0..5_000_000_i64, 0..3_000_000_i64, 0..300_i64).prop_map(|(end, one, other, flat)| {
        let tier = |up_to, price, flat| Tier { up_to, price, flat };
        vec![tier(Some(end * MICRO), one, 0), tier(None, other, flat)]
    });
    let model = prop_oneof![
        (0..100_000_i64).prop_map(|amount| PriceModel::Flat { amount }),
        (0..5_000_000_i64).prop_map(|price| PriceModel::Unit { price }),
        tiers.clone().prop_map(|tiers| PriceModel::Graduated { tiers }),
        tiers.prop_map(|tiers| PriceModel::Volume { tiers }),
        (1..9_000_000_i64, 0..900_i64).prop_map(|(size, amount)| PriceModel::Package { size, amount }),
    ];
    (model, 0..5 * MICRO, 0..300_000_i64).prop_map(|(model, included, tax)| MeterPrice { model, included, tax })
}

/// An event: company, meter, millionths, minutes after the beginning.
type DrawnEvent = (usize, usize, i64, i64);

#[test]
fn page_file_and_api_have_what_the_raw_events_cost_to_the_minor_unit() {
    let app = TestApp::open();
    let zones = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"];
    // From September 20 to November 19, 2026: clocks change in Berlin on October 25 and in New York on November 1.
    let begin = Time::parse_iso("2026-09-20T00:00:00Z").expect("a time");
    let event = (0..3_usize, 0..4_usize, 0..9_000_000_i64, 0..60 * 1_440_i64);
    let card = (vec(any_price(), 4), -2..2_i32);
    let drawn = (
        vec(event, 0..40),
        vec(card, 1..4),
        0..zones.len(),
        vec(0..60_i32, 2),
        any::<(bool, bool)>(),
    );
    let mut runner = TestRunner::new(Config::with_cases(24));
    let number = std::cell::Cell::new(0);
    runner
        .run(&drawn, |(drawn, cards, zone, days, (archives, voids))| {
            number.set(number.get() + 1);
            let slug = format!("rated-{}", number.get());
            let (organization, owner, key) = organization(&app, &slug);
            let cards: Vec<(Month, Prices)> = cards
                .into_iter()
                .map(|(prices, by)| {
                    (
                        day("2026-10-01").month().plus(by),
                        Meter::ALL.iter().copied().zip(prices).collect(),
                    )
                })
                .collect();
            let raw = app.fixtures(|fixtures| {
                fixtures.set_zone(organization, zones[zone]);
                let olivia = fixtures.user(&format!("olivia@{slug}.test"));
                for (from, prices) in &cards {
                    fixtures.rate_card(organization, olivia, "EUR", *from, prices.clone());
                }
                for (at, (company, meter, micro, minutes)) in drawn.iter().enumerate() {
                    let (company, meter, micro, minutes): DrawnEvent = (*company, *meter, *micro, *minutes);
                    let when = Time(begin.0 + minutes * 60_000_000);
                    let event = (at.to_string(), SLUGS[company], Meter::ALL[meter], micro, when);
                    // Each arrives up to a month late.
                    fixtures.usage(organization, Time(when.0 + (at as i64 % 30) * 86_400_000_000), &[event]);
                }
                if voids && !drawn.is_empty() {
                    fixtures.void(organization, "0");
                }
                fixtures.raw_events(organization)
            });
            if archives {
                owner
                    .post(&format!("/organizations/{slug}/companies/south/archiving"), &[])
                    .expect(303);
            }
            let zone = Zone::parse(zones[zone]).expect("a zone");
            let events: Vec<(CompanyId, Meter, i64, Day)> = raw
                .into_iter()
                .map(|(company, meter, micro, at)| (company, meter, micro, Day::of(at, zone)))
                .collect();
            let first = day("2026-09-20");
            let range = DayRange::new(first.plus(days[0].min(days[1])), first.plus(days[0].max(days[1])));
            let south = app.fixtures(|fixtures| fixtures.company_of(organization, "south"));
            // A long range has months in place of days.
            let long = DayRange::new(day("2026-06-11"), day("2027-01-05"));
            for (range, archived) in [(range, false), (range, true), (long, false), (long, true)] {
                let (shares, alone) = by_hand(&cards, &events, range);
                let shown = |company: CompanyId| archived || !archives || company != south;
                let of_shown = shares.iter().filter(|(company, _)| shown(**company));
                let wanted = sum(of_shown.map(|(_, cost)| *cost).chain([alone]));
                let report = app.fixtures(|fixtures| {
                    fixtures.usage_report(organization, |query| {
                        query.days = range;
                        query.archived = archived;
                    })
                });
                prop_assert_eq!(report.total.cost(), wanted, "{:?}", range);
                for line in &report.companies {
                    let id = line.company.as_ref().expect("no company is gone").id;
                    prop_assert_eq!(line.figures.cost(), shares.get(&id).copied().unwrap_or_default());
                }
                let lines = sum(report.companies.iter().map(|line| line.figures.cost()).chain([alone]));
                prop_assert_eq!(lines, wanted, "the companies add up");
                let days = sum(report.series.iter().map(|(_, figures)| figures.cost()));
                prop_assert_eq!(days, wanted, "the days add up");
                let used: i64 = events
                    .iter()
                    .filter(|event| (range.from..=range.to).contains(&event.3))
                    .filter(|event| shown(event.0))
                    .map(|event| event.2)
                    .sum();
                let quantities: i64 = report.total.quantities.iter().map(|(_, micro)| micro).sum();
                prop_assert_eq!(quantities, used);
                let by_day: i64 = report
                    .series
                    .iter()
                    .flat_map(|(_, of)| of.quantities.iter())
                    .map(|(_, micro)| micro)
                    .sum();
                prop_assert_eq!(by_day, used);

                let query = format!("from={}&to={}&archived={archived}", range.from.iso(), range.to.iso());
                let answer = document(&key.get(&format!("/api/v1/reports?{query}")).expect(200));
                let costs = &answer["total"]["costs"];
                prop_assert_eq!(costs["total_minor"].as_i64(), Some(wanted.amount + wanted.tax));
                prop_assert_eq!(costs["tax_minor"].as_i64(), Some(wanted.tax));
                let file = owner
                    .get(&format!("/organizations/{slug}/reporting.csv?{query}"))
                    .expect(200);
                let euro = Currency::find("EUR").expect("a currency");
                let total = row(&file, "Total");
                prop_assert_eq!(&total["total cost"], &euro.decimal(wanted.amount + wanted.tax));
                prop_assert_eq!(&total["taxes"], &euro.decimal(wanted.tax));
            }
            let (shares, alone) = by_hand(&cards, &events, range);
            let active = shares.iter().filter(|(company, _)| !archives || **company != south);
            let expected = sum(active.map(|(_, cost)| *cost).chain([alone]));
            let page = owner
                .get(&format!(
                    "/organizations/{slug}/reporting?from={}&to={}",
                    range.from.iso(),
                    range.to.iso()
                ))
                .expect(200);
            let euro = Currency::find("EUR").expect("a currency");
            page.clone().expect_text(&euro.amount(expected.amount + expected.tax));
            Ok(())
        })
        .expect("every case");
    app.expect_healthy();
}

/// Sixty days of usage for two of three companies, with figures and prices.
fn filled(app: &TestApp, slug: &str) -> (OrgId, Client, Client) {
    let (organization, owner, key) = organization(app, slug);
    app.fixtures(|fixtures| {
        let olivia = fixtures.user(&format!("olivia@{slug}.test"));
        let now = Time(app.now());
        let today = Day::of(now, Zone::UTC);
        fixtures.rate_card(organization, olivia, "EUR", today.month().plus(-6), prices());
        for (at, company) in SLUGS.iter().take(2).enumerate() {
            let id = fixtures.company_of(organization, company);
            let size = i64::try_from(at).expect("small") + 1;
            for meter in [Meter::Calls, Meter::SmsSegments] {
                let event = (format!("{company}-{meter}"), *company, meter, 100 * size * MICRO, now);
                fixtures.usage(organization, now, &[event]);
            }
            let figures = DayFacts {
                cases_open: Some(100 * size),
                cases_new: Some(5),
                cases_closed: None,
                campaigns_active: Some(size),
                placed_minor: Some(1_000 * size),
                recovered_minor: Some(250 * size),
            };
            fixtures.facts(organization, id, today, figures);
        }
    });
    (organization, owner, key)
}

#[test]
fn the_report_shows_cases_campaigns_recovery_usage_and_costs() {
    let app = TestApp::open();
    let (_, owner, _) = filled(&app, "shown");
    let page = owner.get("/organizations/shown/reporting?period=today").expect(200);
    for text in [
        "Total cases",
        "300",
        "Active campaigns",
        "Average recovery",
        "25.0%",
        "Cost by day",
        "Day",
        "in UTC",
    ] {
        page.clone().expect_text(text);
    }
    // 300 calls at 1 cent with 19 % tax, 300 messages at 2 cents; the flat fee fell due on the first day.
    let is_first = Day::of(Time(app.now()), Zone::UTC).of_month() == 1;
    let total = 357 + 600 + if is_first { 9_900 } else { 0 };
    page.clone()
        .expect_text(&Currency::find("EUR").expect("euro").amount(total));
    assert!(
        page.links()
            .iter()
            .any(|link| link.contains("/companies/south/usage?meter=calls")),
        "{:?}",
        page.links()
    );
    let before = owner.get("/organizations/shown/reporting?period=7d").expect(200);
    before.clone().expect_text("from ");
    assert!(
        !owner
            .get("/organizations/shown/reporting?period=7d&compare=none")
            .expect(200)
            .has("more from")
    );
    let empty = owner.get("/organizations/shown/reporting?company=west").expect(200);
    empty.clone().expect_text("Nothing was placed");
}

#[test]
fn each_figure_leads_to_what_it_is_made_of() {
    let app = TestApp::open();
    let (_, owner, _) = filled(&app, "made-of");
    let base = "/organizations/made-of";
    let page = owner.get(&format!("{base}/reporting?period=7d")).expect(200);
    let figures = page.all(".stat__value a", "href");
    assert_eq!(figures.len(), 7, "{figures:?}");
    for figure in &figures {
        let lines = owner.get(figure).expect(200);
        assert_eq!(lines.all("th[aria-sort=descending]", "aria-sort").len(), 1, "{figure}");
        assert!(
            figure.contains("period=7d") && figure.ends_with("#companies"),
            "{figure}"
        );
        // The larger one is first; both recovered the same share, and neither used minutes.
        let largest = &lines.texts("table.figures tbody .who__name")[0];
        let equal = figure.contains("-recovery") || figure.contains("-voice_minutes");
        assert!(equal || largest == "South", "{figure}: {largest}");
    }
    let cells = page.all("table.figures tbody tr:first-child td a", "href");
    assert_eq!(
        cells.len(),
        page.all("table.figures thead th", "scope").len() - 1,
        "{cells:?}"
    );
    for cell in &cells {
        let lines = owner.get(cell).expect(200);
        assert!(
            lines.text().contains("South") || lines.text().contains("North"),
            "{cell}"
        );
    }
    let one = owner
        .get(&format!("{base}/reporting?period=7d&company=north"))
        .expect(200);
    let days = &one.all(".stat__value a", "href")[0];
    let days = owner.get(days).expect(200);
    for text in ["Cases and recovery", "€10.00", "€2.50"] {
        days.clone().expect_text(text);
    }
    let events = &one.all(".stat__value a", "href")[4];
    owner.get(events).expect(200).expect_text("north-calls");
    let path = format!("{base}/companies/north/usage?meter=figures&from=2020-01-01&to=2020-01-02");
    owner.get(&path).expect(200).expect_text("Nothing was reported");
}

#[test]
fn without_prices_no_money_is_shown_anywhere() {
    let app = TestApp::open();
    let (organization, owner, key) = organization(&app, "unpriced");
    app.fixtures(|fixtures| fixtures.call(organization, "north"));
    let page = owner.get("/organizations/unpriced/reporting").expect(200);
    page.clone().expect_text("Usage by day");
    for never in ["0.00", "Cost", "Taxes"] {
        assert!(!page.text().contains(never), "{never}");
    }
    let file = owner.get("/organizations/unpriced/reporting.csv").expect(200);
    assert!(!file.body.contains("total cost"), "{}", file.body);
    let answer = document(&key.get("/api/v1/reports").expect(200));
    assert_eq!(
        (&answer["currency"], &answer["total"]["costs"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(answer["total"]["quantities"]["calls"], 1);
}

#[test]
fn a_wrong_range_or_company_is_named_at_its_field() {
    let app = TestApp::open();
    let (_, owner, key) = organization(&app, "ranged");
    organization(&app, "ranged-2");
    app.fixtures(|fixtures| {
        let theirs = fixtures.organization_of("ranged-2");
        fixtures.company(theirs, "Theirs", "theirs");
    });
    for (query, field, words) in [
        ("from=2026-02-30&to=2026-03-01", "from", "a day that exists"),
        ("from=2026-03-01&to=never", "to", "a day that exists"),
        ("from=2026-03-02&to=2026-03-01", "to", "a later one"),
        ("from=2024-01-01&to=2026-01-01", "to", "two years"),
        ("period=custom", "from", "a day that exists"),
        ("company=theirs", "company", "No company"),
    ] {
        let page = owner
            .get(&format!("/organizations/ranged/reporting?{query}"))
            .expect(422);
        assert!(
            page.field_error(field).unwrap_or_default().contains(words),
            "{query}: {}",
            page.field_error(field).unwrap_or_default()
        );
        let answer = key.get(&format!("/api/v1/reports?{query}"));
        assert_eq!(
            (answer.status, problem(&answer).as_str()),
            (422, "invalid-value"),
            "{query}"
        );
        owner
            .get(&format!("/organizations/ranged/reporting.csv?{query}"))
            .expect(400);
    }
    let typed = owner
        .get("/organizations/ranged/reporting?from=2026-03-02&to=2026-03-01")
        .expect(422);
    assert_eq!(
        (value(&typed, "from"), value(&typed, "to")),
        ("2026-03-02".into(), "2026-03-01".into())
    );
    owner
        .get("/organizations/ranged/reporting?from=2024-01-01&to=2025-12-31")
        .expect(200);
    assert_eq!(problem(&key.get("/api/v1/reports?period=decade")), "invalid-value");
    assert_eq!(problem(&key.get("/api/v1/reports?fro=2026-01-01")), "unknown-field");
}

#[test]
fn the_file_has_a_line_for_each_company_and_proves_that_it_is_whole() {
    let app = TestApp::open();
    let (organization, owner, _) = filled(&app, "filed");
    app.fixtures(|fixtures| fixtures.company(organization, "=HYPERLINK(\"x\")", "formula"));
    let file = owner.get("/organizations/filed/reporting.csv?period=today").expect(200);
    assert!(
        file.header("content-disposition").contains("filed-reporting-"),
        "{}",
        file.header("content-disposition")
    );
    let north = row(&file, "North");
    assert_eq!(
        (north["calls"].as_str(), north["sms segments"].as_str()),
        ("100", "100")
    );
    assert_eq!(
        (north["cases open"].as_str(), north["recovery percent"].as_str()),
        ("100", "25")
    );
    assert!(file.body.contains("\"'=HYPERLINK(\"\"x\"\")\""), "{}", file.body);
    let bytes = &file.bytes;
    let end = bytes.len() - 2;
    let start = bytes[..end].iter().rposition(|byte| *byte == b'\n').expect("lines") + 1;
    let last = std::str::from_utf8(&bytes[start..end]).expect("text");
    let hash: String = Sha256::digest(&bytes[..start])
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(last, format!("rows,6,sha256,{hash}"), "five companies and the total");
}

#[test]
fn members_of_own_companies_get_the_sums_of_those_alone() {
    let app = TestApp::open();
    let (organization, owner, _) = filled(&app, "owned");
    let (manager, key, viewer) = app.fixtures(|fixtures| {
        let mia = fixtures.account("Mia Manager", "mia@owned.test", true);
        let (north, south) = (
            fixtures.company_of(organization, "north"),
            fixtures.company_of(organization, "south"),
        );
        fixtures.add_member(organization, mia, "member", &[(north, "manager")]);
        let vic = fixtures.account("Vic Viewer", "vic@owned.test", true);
        fixtures.add_member(organization, vic, "member", &[(south, "viewer")]);
        let key = fixtures.api_key(organization, mia, "reports:read", None).1;
        (fixtures.session_cookie(mia), key, fixtures.session_cookie(vic))
    });
    let (manager, viewer, key) = (app.client_with(&manager), app.client_with(&viewer), program(&app, &key));
    let page = manager.get("/organizations/owned/reporting?period=today").expect(200);
    assert!(page.has("North") && !page.has("South"), "{}", page.text());
    for never in ["€", "Taxes", "Cost by day"] {
        assert!(!page.text().contains(never), "{never}");
    }
    let file = manager
        .get("/organizations/owned/reporting.csv?period=today")
        .expect(200);
    assert_eq!(row(&file, "Total")["calls"], "100");
    assert!(!file.body.contains("South") && !file.body.contains("total cost"));
    let answer = document(&key.get("/api/v1/reports?period=today").expect(200));
    assert_eq!(
        (&answer["total"]["quantities"]["calls"], &answer["total"]["costs"]),
        (&100.into(), &Value::Null)
    );
    assert_eq!(answer["data"].as_array().map(Vec::len), Some(1));
    manager.get("/organizations/owned/reporting?company=south").expect(422);
    manager.get("/organizations/owned/companies/south/usage").expect(403);
    viewer.get("/organizations/owned/companies/south/usage").expect(200);
    viewer.get("/organizations/owned/reporting.csv").expect(403);

    // With the permission for the money of their company, they see its share and nothing else.
    let member = app.fixtures(|fixtures| {
        let mia = fixtures.user("mia@owned.test");
        fixtures.membership(organization, mia).to_string()
    });
    owner
        .post(
            &format!("/organizations/owned/members/{member}/overrides"),
            &[("seen", ""), ("co.billing.view", "allow")],
        )
        .expect(303);
    let page = manager.get("/organizations/owned/reporting?period=today").expect(200);
    let share = app.fixtures(|fixtures| {
        let north = fixtures.company_of(organization, "north");
        let today = Day::of(Time(app.now()), Zone::UTC);
        let report = fixtures.usage_report(organization, |query| query.days = DayRange::one(today));
        report.company(north).expect("a line").figures.cost().total()
    });
    page.clone()
        .expect_text(&Currency::find("EUR").expect("euro").amount(share));
    assert!(!page.has("South"));
}

#[test]
fn each_figure_opens_its_events_and_a_mistake_is_voided_there() {
    let app = TestApp::open();
    let (organization, owner, _) = organization(&app, "events");
    let now = Time(app.now());
    app.fixtures(|fixtures| {
        let events: Vec<_> = (0..120)
            .map(|n| (format!("call-{n}"), "north", Meter::Calls, MICRO, now))
            .collect();
        fixtures.usage(organization, now, &events);
    });
    let path = "/organizations/events/companies/north/usage";
    let first = owner.get(&format!("{path}?meter=calls")).expect(200);
    first.clone().expect_text("120 calls");
    first.clone().expect_text("50 events on this page");
    let mut seen = Vec::new();
    let mut page = first.clone();
    loop {
        seen.extend(page.texts("tbody .detail"));
        let Some(next) = link(&page, "next") else {
            break;
        };
        page = owner.get(&next).expect(200);
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 120, "every event is on one of the pages");
    let voiding = first
        .links()
        .into_iter()
        .find(|link| link.ends_with("/voiding"))
        .expect("a link");
    owner.get(&voiding).expect(200).expect_text("You can’t undo this");
    assert!(
        owner
            .post(&voiding, &[("reason", " ")])
            .expect(422)
            .field_error("reason")
            .unwrap_or_default()
            .contains("Say why")
    );
    owner.post(&voiding, &[("reason", "A test call")]).expect(303);
    assert!(
        owner
            .post(&voiding, &[("reason", "Again")])
            .expect(422)
            .field_error("reason")
            .unwrap_or_default()
            .contains("already")
    );
    let after = owner.get(&format!("{path}?meter=calls")).expect(200);
    after.clone().expect_text("119 calls");
    after.clone().expect_text("A test call");
    let (_, stranger, _) = self::organization(&app, "events-2");
    stranger.post(&voiding, &[("reason", "Not ours")]).expect(404);
    stranger
        .post(&voiding.replace("/events/", "/events-2/"), &[("reason", "Not ours")])
        .expect(404);
}

#[test]
fn sums_of_figures_follow_every_change_and_archived_companies() {
    let app = TestApp::open();
    let (organization, owner, _) = organization(&app, "facts-sum");
    let today = Day::of(Time(app.now()), Zone::UTC);
    let figures = |placed: i64| DayFacts {
        placed_minor: Some(placed),
        recovered_minor: Some(placed / 2),
        cases_new: Some(1),
        ..DayFacts::default()
    };
    app.fixtures(|fixtures| {
        let (north, south) = (
            fixtures.company_of(organization, "north"),
            fixtures.company_of(organization, "south"),
        );
        for ago in 0..40 {
            fixtures.facts(organization, north, today.plus(-ago), figures(100));
            fixtures.facts(organization, south, today.plus(-ago), figures(1_000));
        }
        fixtures.facts(organization, north, today, figures(300));
    });
    app.expect_healthy();
    let placed = |from: Day, archived: bool| {
        app.fixtures(|fixtures| {
            let report = fixtures.usage_report(organization, |query| {
                query.days = DayRange::new(from, today);
                query.archived = archived;
            });
            let days: i64 = report.series.iter().map(|(_, of)| of.facts.placed_minor).sum();
            assert_eq!(days, report.total.facts.placed_minor);
            report.total.facts.placed_minor
        })
    };
    assert_eq!(placed(today.plus(-39), false), 300 + 39 * 100 + 40 * 1_000);
    assert_eq!(placed(today.plus(-6), false), 300 + 6 * 100 + 7 * 1_000);
    owner
        .post("/organizations/facts-sum/companies/south/archiving", &[])
        .expect(303);
    assert_eq!(placed(today.plus(-39), false), 300 + 39 * 100);
    assert_eq!(placed(today.plus(-39), true), 300 + 39 * 100 + 40 * 1_000);
    app.expect_healthy();
    app.database
        .execute("UPDATE fact_months SET placed_minor = placed_minor + 1");
    assert!(!app.doctor().status.success(), "the doctor compares the sums");
}

#[test]
fn companies_are_sorted_by_any_figure_and_listed_in_pages() {
    let app = TestApp::open();
    let (organization, owner, key) = organization(&app, "many");
    let now = Time(app.now());
    app.fixtures(|fixtures| {
        for n in 0..120 {
            fixtures.company(organization, &format!("Branch {n:03}"), &format!("branch-{n:03}"));
        }
        let events: Vec<(String, String)> = (0..120).map(|n| (n.to_string(), format!("branch-{n:03}"))).collect();
        let events: Vec<_> = events
            .iter()
            .map(|(id, slug)| {
                (
                    id.clone(),
                    slug.as_str(),
                    Meter::Calls,
                    id.parse::<i64>().expect("a number") * MICRO,
                    now,
                )
            })
            .collect();
        fixtures.usage(organization, now, &events);
    });
    let names = |page: &Page| page.texts("table.figures tbody .who__name");
    let down = owner.get("/organizations/many/reporting?sort=-calls").expect(200);
    assert_eq!(names(&down)[..2], ["Branch 119", "Branch 118"]);
    let up = owner.get("/organizations/many/reporting?sort=company").expect(200);
    assert_eq!(names(&up)[0], "Branch 000");
    let (mut all, mut page) = (names(&up), up);
    while let Some(next) = link(&page, "next") {
        page = owner.get(&next).expect(200);
        all.extend(names(&page));
    }
    assert_eq!(all.len(), 124);
    let back = page
        .all("a[rel=prev]", "href")
        .into_iter()
        .next()
        .expect("a page before");
    assert_eq!(names(&owner.get(&back).expect(200)), all[50..100]);
    let first = key.get("/api/v1/reports?limit=100").expect(200);
    assert_eq!(document(&first)["data"].as_array().map(Vec::len), Some(100));
    assert!(first.header("link").contains("rel=\"next\""));
}

#[test]
fn a_forecast_goes_on_as_before_today_at_the_prices_of_the_month() {
    let app = TestApp::open();
    let (organization, _, _) = organization(&app, "forecast");
    let unit = |price: i64| MeterPrice {
        model: PriceModel::Unit { price },
        included: 0,
        tax: 0,
    };
    let flat = MeterPrice {
        model: PriceModel::Flat { amount: 500 },
        included: 0,
        tax: 0,
    };
    let card: Prices = BTreeMap::from([(Meter::Calls, unit(MICRO)), (Meter::WabaFee, flat)]);
    app.fixtures(|fixtures| {
        let olivia = fixtures.user("olivia@forecast.test");
        let first = day("2026-09-01");
        assert_eq!(fixtures.forecast(organization, first.plus(5)), None, "without prices");
        fixtures.rate_card(organization, olivia, "EUR", first.month(), card);
        let noon = |at: Day| Time(Time::parse_iso(&format!("{}T12:00:00Z", at.iso())).expect("a time").0);
        for n in 0..10 {
            let when = noon(first.plus(n));
            fixtures.usage(
                organization,
                when,
                &[(n.to_string(), "north", Meter::Calls, 10 * MICRO, when)],
            );
        }
        let today = first.plus(10);
        let when = noon(today);
        fixtures.usage(
            organization,
            when,
            &[("today".to_owned(), "south", Meter::Calls, 5 * MICRO, when)],
        );
        // 100 calls in 10 days are 300 in 30 days, and the flat price is due whatever is used.
        let cost = fixtures.forecast(organization, today).expect("a forecast");
        assert_eq!((cost.amount, cost.tax), (300 + 500, 0));
        assert_eq!(fixtures.forecast(organization, first), None, "on the first day");
    });
}
