//! The rate card: versions that are never changed, prices as people type them, and a preview.

use crate::harness::client::Client;
use crate::harness::page::Page;
use crate::harness::people::invite;
use crate::harness::test_app::TestApp;

fn value(page: &Page, field: &str) -> String {
    page.value_of(field).unwrap_or_default()
}

fn path(slug: &str) -> String {
    format!("/organizations/{slug}/settings/rate-card")
}

/// The month, which is `by` months from now.
fn month(app: &TestApp, by: i32) -> String {
    let today = tenantry::common::day::Day::parse(&app.day(0)).expect("a day");
    today.month().plus(by).first().iso()[..7].to_owned()
}

fn save(client: &Client, slug: &str, fields: &[(&str, &str)]) -> Page {
    client.post(&path(slug), fields)
}

fn versions(app: &TestApp) -> i64 {
    app.database.number("SELECT count(*) AS value FROM rate_cards")
}

#[test]
fn prices_are_typed_as_people_write_them_and_each_version_stays() {
    let app = TestApp::open();
    let olivia = app.owner_of("Lakeside Agency", "rates");
    olivia.get(&path("rates")).expect(200).expect_text("No current prices");
    let now = month(&app, 0);
    let first = [
        ("currency", "EUR"),
        ("from_month", now.as_str()),
        ("calls_model", "unit"),
        ("calls_price", "0.0125"),
        ("calls_included", "1,000"),
        ("calls_tax", "19"),
        ("sms_segments_model", "graduated"),
        ("sms_segments_tier1_up_to", "10000"),
        ("sms_segments_tier1_price", "0.008"),
        ("sms_segments_tier2_price", "0.005"),
        ("sms_segments_tier2_flat", "12.50"),
        ("waba_fee_model", "flat"),
        ("waba_fee_amount", "99"),
        ("self_healing_actions_model", "package"),
        ("self_healing_actions_amount", "5"),
        ("self_healing_actions_size", "100"),
    ];
    save(&olivia, "rates", &first).expect_redirect(&path("rates"));
    let shown = olivia.get(&path("rates")).expect(200);
    for term in [
        "0.0125 each",
        "1,000 included",
        "19% tax",
        "up to 10,000: 0.008 each",
        "beyond: 0.005 each and 12.50 once",
        "99.00 a month",
        "5.00 for each 100 begun",
        "Olivia Hart",
        "Current",
    ] {
        shown.clone().expect_text(term);
    }
    let form = olivia.get(&format!("{}/new", path("rates"))).expect(200);
    for (field, expected) in [
        ("calls_price", "0.0125"),
        ("calls_included", "1000"),
        ("calls_tax", "19"),
        ("sms_segments_tier2_flat", "12.50"),
        ("waba_fee_amount", "99.00"),
        ("from_month", now.as_str()),
    ] {
        assert_eq!(value(&form, field), expected, "{field}");
    }
    let mut second = first.to_vec();
    second[3] = ("calls_price", "0.02");
    save(&olivia, "rates", &second).expect_redirect(&path("rates"));
    assert_eq!(versions(&app), 2);
    let kept = "SELECT count(*) AS value FROM rate_cards WHERE prices LIKE '%1250000%'";
    assert_eq!(app.database.number(kept), 1, "the first version stays as it was");
    let log = olivia.get("/organizations/rates/settings/audit").expect(200);
    log.clone().expect_text("Changed the rate card from");
    let changed = app.database.words(
        "SELECT after AS value FROM audit_events WHERE action = 'usage.rate_card_changed' ORDER BY seq DESC LIMIT 1",
    );
    assert!(
        changed[0].contains("0.02") && !changed[0].contains("sms"),
        "only what changed: {changed:?}"
    );
}

#[test]
fn each_mistake_is_named_at_its_field_and_nothing_typed_is_lost() {
    let app = TestApp::open();
    let olivia = app.owner_of("Lakeside Agency", "rate-faults");
    let now = month(&app, 0);
    let base = [
        ("currency", "EUR"),
        ("from_month", now.as_str()),
        ("leads_model", "unit"),
        ("leads_price", "1.5"),
    ];
    for (fields, field, words) in [
        (
            vec![("calls_model", "unit"), ("calls_price", "abc")],
            "calls_price",
            "Enter a number",
        ),
        (
            vec![("calls_model", "unit"), ("calls_price", "-1")],
            "calls_price",
            "Enter 0 or more",
        ),
        (
            vec![("calls_model", "unit"), ("calls_price", "1,5")],
            "calls_price",
            "Enter a number",
        ),
        (
            vec![("calls_model", "unit"), ("calls_price", "0.000000001")],
            "calls_price",
            "at most 8 decimals",
        ),
        (
            vec![("calls_model", "flat"), ("calls_amount", "1.005")],
            "calls_amount",
            "at most 2 decimals",
        ),
        (
            vec![("calls_model", "flat"), ("calls_amount", "99999999999")],
            "calls_amount",
            "smaller number",
        ),
        (
            vec![("calls_model", "package"), ("calls_amount", "1"), ("calls_size", "0")],
            "calls_size",
            "more than 0",
        ),
        (vec![("calls_model", "graduated")], "calls_tier1_price", "first tier"),
        (
            vec![
                ("calls_model", "volume"),
                ("calls_tier1_up_to", "5"),
                ("calls_tier1_price", "1"),
            ],
            "calls_tier1_up_to",
            "end above the one before",
        ),
        (vec![("calls_model", "cheap")], "calls_model", "Choose from the list"),
        (
            vec![("calls_model", "unit"), ("calls_price", "1"), ("calls_tax", "x")],
            "calls_tax",
            "Enter a number",
        ),
        (
            vec![("from_month", "2001-01")],
            "from_month",
            "Choose a month of the list",
        ),
        (vec![("from_month", "soon")], "from_month", "Choose a month of the list"),
        (vec![("currency", "XXX")], "currency", "Choose a currency"),
    ] {
        let mut sent = fields.clone();
        sent.extend(
            base.iter()
                .filter(|(name, _)| fields.iter().all(|(own, _)| own != name)),
        );
        let page = save(&olivia, "rate-faults", &sent).expect(422);
        let error = page.field_error(field).unwrap_or_default();
        assert!(error.contains(words), "{field}: {error}");
        assert_eq!(value(&page, "leads_price"), "1.5");
        for (name, sent) in fields
            .iter()
            .filter(|(name, _)| !name.ends_with("_model") && !["from_month", "currency"].contains(name))
        {
            assert_eq!(value(&page, name), *sent);
        }
    }
    let none = save(&olivia, "rate-faults", &base[..2]).expect(422);
    assert!(
        none.field_error("voice_seconds_model")
            .unwrap_or_default()
            .contains("at least one meter")
    );
    assert_eq!(versions(&app), 0);
}

#[test]
fn the_currency_stays_from_the_first_version_on() {
    let app = TestApp::open();
    let olivia = app.owner_of("Lakeside Agency", "rate-currency");
    let (now, then) = (month(&app, 0), month(&app, 1));
    let version = |currency: &str, month: &str, price: &str| {
        save(
            &olivia,
            "rate-currency",
            &[
                ("currency", currency),
                ("from_month", month),
                ("calls_model", "unit"),
                ("calls_price", price),
            ],
        )
    };
    version("jpy", &now, "3").expect(303);
    let refused = version("EUR", &then, "4").expect(422);
    assert!(
        refused
            .field_error("currency")
            .unwrap_or_default()
            .contains("amounts since"),
        "{}",
        refused.field_error("currency").unwrap_or_default()
    );
    assert!(
        version("JPY", &now, "3")
            .expect(422)
            .field_error("from_month")
            .unwrap_or_default()
            .contains("already")
    );
    version("", &then, "4").expect(303);
    let general = "/organizations/rate-currency/settings/general";
    let profile = |currency: &str| {
        let page = olivia.get(general).expect(200);
        olivia.submit(&page, general, &[("name", "Lakeside"), ("currency", currency)])
    };
    let refused = profile("EUR").expect(422);
    assert!(
        refused
            .field_error("currency")
            .unwrap_or_default()
            .contains("are in JPY"),
        "{}",
        refused.text()
    );
    assert_eq!(refused.value_of("name").as_deref(), Some("Lakeside"));
    profile("JPY").expect(303);
    let page = olivia.get(&path("rate-currency")).expect(200);
    page.clone().expect_text("Later");
    page.clone().expect_text("3 each");
}

#[test]
fn a_preview_says_what_the_month_would_cost_and_saves_nothing() {
    let app = TestApp::open();
    let olivia = app.owner_of("Lakeside Agency", "rate-preview");
    app.fixtures(|fixtures| {
        let organization = fixtures.organization_of("rate-preview");
        fixtures.company(organization, "North", "north");
        fixtures.call(organization, "north");
    });
    let fields = |price: &str| {
        [
            ("currency", "EUR".to_owned()),
            ("from_month", month(&app, 1)),
            ("calls_model", "unit".to_owned()),
            ("calls_price", price.to_owned()),
        ]
    };
    let preview = format!("{}/preview", path("rate-preview"));
    let send = |price: &str| {
        let fields = fields(price);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        olivia.post(&preview, &fields)
    };
    let shown = send("2.50").expect(200);
    shown.clone().expect_text("Nothing is saved yet");
    shown.clone().expect_text("€2.50");
    assert_eq!(value(&shown, "calls_price"), "2.50");
    assert!(
        send("2.5.0")
            .expect(422)
            .field_error("calls_price")
            .unwrap_or_default()
            .contains("number")
    );
    assert_eq!(versions(&app), 0);
}

#[test]
fn who_views_billing_sees_the_prices_and_who_manages_it_changes_them() {
    let app = TestApp::open();
    let olivia = app.owner_of("Lakeside Agency", "rate-roles");
    let admin = app.member(&olivia, "rate-roles", "Ada Admin", "ada@rate-roles.test", "admin");
    let billing = app.member(
        &olivia,
        "rate-roles",
        "Bill Ing",
        "bill@rate-roles.test",
        "billing_admin",
    );
    let editor = app.member(&olivia, "rate-roles", "Edi Tor", "edi@rate-roles.test", "editor");
    let new = format!("{}/new", path("rate-roles"));
    admin.get(&path("rate-roles")).expect(200);
    admin.get(&new).expect(403);
    billing.get(&new).expect(200);
    editor.get(&path("rate-roles")).expect(403);
    invite(&olivia, "rate-roles", "noah@rate-roles.test", "viewer");
    let now = month(&app, 0);
    let fields = [
        ("currency", "EUR"),
        ("from_month", now.as_str()),
        ("calls_model", "unit"),
        ("calls_price", "1"),
    ];
    save(&admin, "rate-roles", &fields).expect(403);
    save(&billing, "rate-roles", &fields).expect(303);
    assert!(!admin.get(&path("rate-roles")).expect(200).has("New version"));
}
