//! Path variables, forms and screens of this area.

use std::collections::BTreeMap;

use tenantry::common::day::Day;
use tenantry::common::time::{Clock, Span};
use tenantry::common::zone::Zone;
use tenantry::db::types::usage::Meter;
use tenantry::models::rate_card::Prices;
use tenantry::models::usage::facts::DayFacts;
use tenantry::rating::{MICRO, MeterPrice, PriceModel, Tier};

use crate::browser::screens_test::Act::{Dialog, Nothing, Send};
use crate::browser::screens_test::Screen;
use crate::harness::test_app::TestApp;
use crate::roles_test::{Form, Scenario};

/// The value of a path variable.
pub fn variable(scenario: &Scenario, path: &str, name: &str) -> Option<String> {
    match name {
        "id" if path.contains("/usage/{id}/") => Some(scenario.usage_event.clone()),
        "id" if path.contains("/schedules/{id}") || path.contains("/scheduled-reports/{id}") => {
            Some(scenario.schedule.clone())
        }
        _ => None,
    }
}

/// A valid form.
pub fn form(_: &Scenario, path: &str) -> Option<Form> {
    let text = |fields: &[(&'static str, &str)]| Some(fields.iter().map(|(n, v)| (*n, (*v).to_owned())).collect());
    let month = &Clock::default().now().day(Zone::UTC)[..7];
    match path {
        "/organizations/{slug}/settings/rate-card" | "/organizations/{slug}/settings/rate-card/preview" => text(&[
            ("currency", "EUR"),
            ("from_month", month),
            ("calls_model", "unit"),
            ("calls_price", "0.05"),
        ]),
        "/organizations/{slug}/companies/{company}/usage/{id}/voiding" => text(&[("reason", "Counted twice")]),
        "/organizations/{slug}/reporting/schedules" => text(&[("every", "week")]),
        path if path.contains("/reporting/schedules/{id}/") || path.contains("/scheduled-reports/") => text(&[]),
        _ => None,
    }
}

fn unit(price: i64) -> MeterPrice {
    MeterPrice {
        model: PriceModel::Unit { price },
        included: 0,
        tax: 190_000,
    }
}

/// Prices of every kind.
pub fn prices() -> Prices {
    let tier = |up_to: Option<i64>, price: i64| Tier {
        up_to: up_to.map(|units| units * MICRO),
        price,
        flat: 0,
    };
    let plain = |model: PriceModel| MeterPrice {
        model,
        included: 0,
        tax: 0,
    };
    BTreeMap::from([
        (Meter::VoiceSeconds, unit(20_000)),
        (Meter::Calls, unit(MICRO)),
        (
            Meter::SmsSegments,
            plain(PriceModel::Graduated {
                tiers: vec![tier(Some(1_000), 2 * MICRO), tier(None, MICRO)],
            }),
        ),
        (
            Meter::SelfHealingActions,
            plain(PriceModel::Package {
                size: 10 * MICRO,
                amount: 50,
            }),
        ),
        (Meter::WabaFee, plain(PriceModel::Flat { amount: 9_900 })),
    ])
}

/// An organization with two companies, sixty days of usage and figures, prices and a scheduled report.
fn filled(app: &TestApp) -> (crate::harness::fixtures::SessionCookie, String) {
    app.fixtures(|fixtures| {
        let maya = fixtures.account("Maya Okonkwo", "maya@reporting.test", true);
        let organization = fixtures.organization("Meridian Collections", "reporting", maya);
        let harbor = fixtures.company(organization, "Harbor Recovery", "harbor");
        let atlas = fixtures.company(organization, "Atlas Receivables", "atlas");
        let now = Clock::default().now();
        let today = Day::of(now, Zone::UTC);
        fixtures.rate_card(organization, maya, "EUR", today.month().plus(-3), prices());
        for ago in 0..60_i32 {
            let at = now - Span::days(ago.into());
            let weekday = today.plus(-ago).of_week() < 5;
            let busy = if weekday { 3 } else { 1 };
            let events: Vec<_> = [("harbor", 2_i64), ("atlas", 1)]
                .into_iter()
                .flat_map(|(slug, size)| {
                    [
                        (Meter::Calls, 40 * busy * size),
                        (Meter::VoiceSeconds, 4_000 * busy * size),
                        (Meter::SmsSegments, 90 * busy * size),
                        (Meter::SelfHealingActions, 7 * busy * size),
                    ]
                    .map(|(meter, units)| (format!("{slug}-{meter}-{ago}"), slug, meter, units * MICRO, at))
                })
                .collect();
            fixtures.usage(organization, at, &events);
            for (company, size) in [(harbor, 2), (atlas, 1)] {
                let figures = DayFacts {
                    cases_open: Some(2_000 * size - i64::from(ago) * 3),
                    cases_new: Some(12 * size),
                    cases_closed: Some(9 * size),
                    campaigns_active: Some(6 * size),
                    placed_minor: Some(900_000 * size),
                    recovered_minor: Some((200_000 - i64::from(ago) * 900) * size),
                };
                fixtures.facts(organization, company, today.plus(-ago), figures);
            }
        }
        fixtures.void(organization, "harbor-calls-3");
        let member = fixtures.membership(organization, maya);
        fixtures.schedule(organization, member);
        let day = today.plus(-3).iso();
        (fixtures.session_cookie(maya), day)
    })
}

pub fn screens(app: &TestApp) -> Vec<Screen> {
    let (owner, day) = filled(app);
    let (empty, event) = app.fixtures(|fixtures| {
        let nora = fixtures.account("Nora Lind", "nora@reporting.test", true);
        let organization = fixtures.organization("Nothing Yet", "report-none", nora);
        fixtures.company(organization, "Quiet", "quiet");
        let event = fixtures.call(organization, "quiet");
        (fixtures.session_cookie(nora), event.to_string())
    });
    let (maya, nora) = (app.client_with(&owner), app.client_with(&empty));
    let base = "/organizations/reporting";
    let none = "/organizations/report-none";
    let schedule = app
        .database
        .words("SELECT s.id AS value FROM report_schedules s JOIN organization_slugs o ON o.organization_id = s.organization_id WHERE o.slug = 'reporting'")
        .remove(0);
    let mut all = Vec::new();
    let mut add =
        |route, state, who, path: &str, act, says| all.push(Screen::new(route, state, Some(who), path, act, says));
    let route = "/organizations/{slug}/reporting";
    add(
        route,
        "month to date",
        &maya,
        &format!("{base}/reporting"),
        Nothing,
        "Cost by day",
    );
    add(
        route,
        "90 days",
        &maya,
        &format!("{base}/reporting?period=90d&sort=-total"),
        Nothing,
        "Cost by week",
    );
    add(
        route,
        "a year",
        &maya,
        &format!("{base}/reporting?period=ytd&compare=none"),
        Nothing,
        "Cost by month",
    );
    add(
        route,
        "wrong days",
        &maya,
        &format!("{base}/reporting?from=2026-02-30&to=x"),
        Nothing,
        "a day that exists",
    );
    add(
        route,
        "no prices",
        &nora,
        &format!("{none}/reporting"),
        Nothing,
        "Usage by day",
    );
    let route = "/organizations/{slug}/companies/{company}/usage";
    let usage = format!("{base}/companies/harbor/usage?meter=calls&from={day}&to={day}");
    add(route, "voided", &maya, &usage, Nothing, "Voided by");
    add(
        route,
        "nothing",
        &nora,
        &format!("{none}/companies/quiet/usage?meter=leads"),
        Nothing,
        "Nothing was used",
    );
    let route = "/organizations/{slug}/companies/{company}/usage/{id}/voiding";
    let list = format!("{none}/companies/quiet/usage?meter=calls");
    add(
        route,
        "page",
        &nora,
        &format!("{none}/companies/quiet/usage/{event}/voiding"),
        Nothing,
        "You can’t undo this",
    );
    add(route, "dialog", &nora, &list, Dialog("Void"), "You can’t undo this");
    let route = "/organizations/{slug}/settings/rate-card";
    add(
        route,
        "prices",
        &maya,
        &format!("{base}/settings/rate-card"),
        Nothing,
        "Current prices",
    );
    add(
        route,
        "none",
        &nora,
        &format!("{none}/settings/rate-card"),
        Nothing,
        "No current prices",
    );
    let route = "/organizations/{slug}/settings/rate-card/new";
    let new = format!("{base}/settings/rate-card/new");
    add(route, "filled", &maya, &new, Nothing, "Price for each unit");
    add(
        route,
        "errors",
        &nora,
        &format!("{none}/settings/rate-card/new"),
        Send("/settings/rate-card"),
        "at least one meter",
    );
    let route = "/organizations/{slug}/reporting/schedules";
    add(
        route,
        "list",
        &maya,
        &format!("{base}/reporting/schedules"),
        Nothing,
        "Not sent yet",
    );
    add(
        route,
        "none",
        &nora,
        &format!("{none}/reporting/schedules"),
        Nothing,
        "No scheduled reports",
    );
    let route = "/organizations/{slug}/reporting/schedules/{id}/deletion";
    let deletion = format!("{base}/reporting/schedules/{schedule}/deletion");
    add(route, "page", &maya, &deletion, Nothing, "You can’t undo this");
    add(
        route,
        "dialog",
        &maya,
        &format!("{base}/reporting/schedules"),
        Dialog("Delete"),
        "You can’t undo this",
    );
    add(
        "/scheduled-reports/{token}",
        "unknown",
        &maya,
        "/scheduled-reports/no-such-token",
        Nothing,
        "not found",
    );
    all
}
