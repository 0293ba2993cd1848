//! What a company sets itself and what it has from the organization, field by field, and what it is called in other systems.

use crate::harness::client::Client;
use crate::harness::page::Page;
use crate::harness::test_app::TestApp;

const NORTH: &str = "/organizations/harbor/companies/north/settings";
const DEFAULTS: &str = "/organizations/harbor/settings/defaults";

/// The owner of Harbor with North and South.
fn owner(app: &TestApp) -> Client {
    let cookie = app.fixtures(|fixtures| {
        let olivia = fixtures.account("Olivia Hart", "olivia@settings.test", true);
        let harbor = fixtures.organization("Harbor", "harbor", olivia);
        fixtures.company(harbor, "North", "north");
        fixtures.company(harbor, "South", "south");
        fixtures.session_cookie(olivia)
    });
    app.client_with(&cookie)
}

fn preferences(client: &Client, fields: &[(&str, &str)]) -> Page {
    client.post(&format!("{NORTH}/preferences"), fields)
}

fn refer(client: &Client, company: &str, reference: &str) -> Page {
    let path = format!("/organizations/harbor/companies/{company}/settings/reference");
    client.post(&path, &[("external_ref", reference)])
}

/// Whether a setting of North is its own, and what is shown of the organization's.
fn setting(client: &Client, number: usize, name: &str) -> (bool, String) {
    let page = client.get(NORTH).expect(200);
    let own = page.all(&format!("input[name={name}_from][checked]"), "value");
    assert_eq!(own.len(), 1, "{name}");
    (
        own[0] == "company",
        page.texts("#preferences .inherit__theirs")[number].clone(),
    )
}

#[test]
fn each_setting_is_the_organizations_until_it_is_set() {
    let app = TestApp::open();
    let olivia = owner(&app);
    assert_eq!(setting(&olivia, 0, "timezone"), (false, "UTC".to_owned()));
    assert_eq!(setting(&olivia, 1, "hours"), (false, "Not set".to_owned()));
    assert_eq!(setting(&olivia, 3, "agents"), (false, "At any time".to_owned()));
    let defaults = [
        ("monday", "9-17"),
        ("tuesday", "9-12:30, 14-18"),
        ("sender_ids", "Harbor\n+49 30 901820"),
        ("agents", "opening_hours"),
        ("knowledge", "shared"),
    ];
    olivia.post(DEFAULTS, &defaults).expect(303);
    let hours = |client: &Client| setting(client, 1, "hours").1;
    assert_eq!(
        hours(&olivia).split_whitespace().collect::<Vec<_>>().join(" "),
        "Mon 09:00–17:00 Tue 09:00–12:30, 14:00–18:00 Wed–Sun closed"
    );
    assert_eq!(
        setting(&olivia, 2, "sender_ids"),
        (false, "Harbor, +4930901820".to_owned())
    );

    // Only what is set here no longer follows the organization.
    preferences(&olivia, &[("sender_ids_from", "company"), ("sender_ids", "North")]).expect(303);
    olivia
        .post(
            DEFAULTS,
            &[
                ("monday", "10-16"),
                ("sender_ids", "Other"),
                ("agents", "never"),
                ("knowledge", "shared"),
            ],
        )
        .expect(303);
    let page = olivia.get(NORTH).expect(200);
    assert_eq!(page.value_of("sender_ids").as_deref().map(str::trim), Some("North"));
    assert!(setting(&olivia, 2, "sender_ids").0 && !setting(&olivia, 1, "hours").0);
    assert!(hours(&olivia).contains("10:00–16:00"));
    assert_eq!(setting(&olivia, 3, "agents"), (false, "Never".to_owned()));

    // And back again, while another one is set.
    preferences(
        &olivia,
        &[
            ("sender_ids_from", "organization"),
            ("sender_ids", "North"),
            ("timezone_from", "company"),
            ("timezone", "Asia/Kathmandu"),
        ],
    )
    .expect(303);
    assert_eq!(setting(&olivia, 2, "sender_ids"), (false, "Other".to_owned()));
    assert!(setting(&olivia, 0, "timezone").0);
    assert_eq!(
        olivia.get(NORTH).value_of("timezone").as_deref(),
        Some("Asia/Kathmandu")
    );
    let south = olivia.get("/organizations/harbor/companies/south/settings").expect(200);
    assert_eq!(south.all("input[value=company][checked]", "name"), Vec::<String>::new());

    let log = olivia.get("/organizations/harbor/settings/audit").expect(200);
    assert!(
        log.has("Changed the settings of North") && log.has("Changed the defaults of companies"),
        "{}",
        log.text()
    );
    app.expect_healthy();
}

#[test]
fn a_changed_time_zone_of_the_organization_shows_in_companies_that_set_none() {
    let app = TestApp::open();
    let olivia = owner(&app);
    let page = olivia.get("/organizations/harbor/settings/general").expect(200);
    olivia
        .submit(
            &page,
            "/organizations/harbor/settings/general",
            &[("timezone", "America/New_York")],
        )
        .expect(303);
    assert_eq!(setting(&olivia, 0, "timezone"), (false, "America/New_York".to_owned()));
}

#[test]
fn a_company_uses_the_knowledge_sources_of_the_organization_unless_it_is_set_otherwise() {
    let app = TestApp::open();
    let olivia = owner(&app);
    for (kind, name, company) in [
        ("knowledge_source", "Handbook", ""),
        ("knowledge_source", "Prices of North", "north"),
        ("agent", "Front desk", ""),
    ] {
        let fields = [
            ("kind", kind),
            ("name", name),
            ("company", company),
            ("source", "text"),
            ("text", "Open until six."),
        ];
        olivia.post("/organizations/harbor/resources", &fields).expect(303);
    }
    let names = |path: &str| {
        olivia
            .get(&format!("/organizations/harbor/{path}"))
            .expect(200)
            .texts("tbody .who__name")
    };
    let north = "companies/north/resources";
    let with = ["Front desk", "Handbook", "Prices of North"];
    let without = ["Front desk", "Prices of North"];
    assert_eq!(names(north), with);

    preferences(&olivia, &[("knowledge_from", "company"), ("knowledge", "own")]).expect(303);
    assert!(setting(&olivia, 4, "knowledge").0);
    assert_eq!(names(north), without);
    assert_eq!(names(&format!("{north}?q=handbook")), Vec::<String>::new());
    assert_eq!(names(&format!("{north}?kind=knowledge_source")), ["Prices of North"]);
    let page = olivia.get(&format!("/organizations/harbor/{north}")).expect(200);
    assert!(page.has("without its knowledge sources"), "{}", page.text());
    let tabs: Vec<String> = page
        .texts("nav.tabs a")
        .iter()
        .map(|tab| tab.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(tabs, ["All 2", "Agents 1", "Knowledge sources 1"]);
    let company = olivia.get("/organizations/harbor/companies/north").expect(200);
    assert!(!company.has("Knowledge sources 2"), "{}", company.text());
    // The other company and the organization keep it.
    assert_eq!(names("companies/south/resources"), ["Front desk", "Handbook"]);
    assert_eq!(names("resources"), with);

    // The organization's default, and back.
    olivia
        .post(DEFAULTS, &[("agents", "always"), ("knowledge", "own")])
        .expect(303);
    assert_eq!(names("companies/south/resources"), ["Front desk"]);
    preferences(&olivia, &[("knowledge_from", "company"), ("knowledge", "shared")]).expect(303);
    assert_eq!(names(north), with);
    preferences(&olivia, &[("knowledge_from", "organization")]).expect(303);
    assert_eq!(setting(&olivia, 4, "knowledge"), (false, "Only its own".to_owned()));
    assert_eq!(names(north), without);
    app.expect_healthy();
}

#[test]
fn a_setting_that_cannot_be_read_is_an_error_at_its_field() {
    let app = TestApp::open();
    let olivia = owner(&app);
    let typed = [
        ("timezone_from", "company"),
        ("timezone", "Mars/Olympus"),
        ("hours_from", "company"),
        ("monday", "17-9"),
        ("tuesday", "9-12"),
        ("sender_ids_from", "company"),
        ("sender_ids", "No Spaces"),
        ("agents_from", "company"),
        ("agents", "sometimes"),
        ("knowledge_from", "company"),
        ("knowledge", "all"),
    ];
    let page = preferences(&olivia, &typed).expect(422);
    for field in ["timezone", "monday", "sender_ids", "agents", "knowledge"] {
        assert!(page.field_error(field).is_some(), "{field}: {}", page.text());
    }
    assert_eq!(page.field_error("tuesday"), None);
    assert_eq!(page.value_of("monday").as_deref(), Some("17-9"));
    assert_eq!(page.value_of("tuesday").as_deref(), Some("9-12"));
    assert_eq!(page.value_of("sender_ids").as_deref().map(str::trim), Some("No Spaces"));
    assert!(!setting(&olivia, 1, "hours").0, "nothing is saved");
    let page = olivia
        .post(DEFAULTS, &[("friday", "noon"), ("agents", "always")])
        .expect(422);
    assert!(page.field_error("friday").is_some());
    assert_eq!(page.value_of("friday").as_deref(), Some("noon"));
}

#[test]
fn no_company_has_a_name_by_which_another_is_found() {
    let app = TestApp::open();
    let olivia = owner(&app);
    refer(&olivia, "north", "ACME-12").expect(303);
    for (company, taken) in [("south", "ACME-12"), ("south", "north"), ("north", "south")] {
        let page = refer(&olivia, company, taken).expect(422);
        assert!(page.field_error("external_ref").is_some(), "{taken}");
        assert_eq!(page.value_of("external_ref").as_deref(), Some(taken));
    }
    for wrong in ["a b", "é", "x,y", &"x".repeat(121)] {
        assert!(
            refer(&olivia, "south", wrong)
                .expect(422)
                .field_error("external_ref")
                .is_some(),
            "{wrong}"
        );
    }
    // Its own address, and an earlier one of another company.
    refer(&olivia, "south", "south").expect(303);
    let rename = |company: &str, slug: &str| {
        let path = format!("/organizations/harbor/companies/{company}/settings");
        olivia.post(&path, &[("name", "Renamed"), ("slug", slug)])
    };
    rename("north", "northern").expect(303);
    assert!(
        refer(&olivia, "south", "north")
            .expect(422)
            .field_error("external_ref")
            .is_some()
    );
    refer(&olivia, "south", "depot").expect(303);
    assert!(rename("northern", "depot").expect(422).field_error("slug").is_some());
    let create = [("name", "Depot"), ("slug", "depot")];
    let page = olivia.post("/organizations/harbor/companies", &create).expect(422);
    assert!(page.field_error("slug").is_some());
    olivia
        .post("/organizations/harbor/companies", &[("name", "Depot")])
        .expect_redirect("/organizations/harbor/companies/depot-2");
    app.expect_healthy();
}

#[test]
fn a_company_is_found_by_its_reference() {
    let app = TestApp::open();
    let olivia = owner(&app);
    refer(&olivia, "north", "ACME-0012").expect(303);
    let found = |q: &str| {
        let page = olivia
            .get(&format!("/organizations/harbor/companies?q={q}"))
            .expect(200);
        page.texts("tbody .who__name")
    };
    assert_eq!(found("acme-0012"), ["North"]);
    assert_eq!(found("acme"), ["North"]);
    refer(&olivia, "north", "").expect(303);
    assert!(found("acme").is_empty());
    app.expect_healthy();
}

#[test]
fn a_deleted_company_keeps_its_settings_and_its_reference() {
    let app = TestApp::open();
    let olivia = owner(&app);
    refer(&olivia, "north", "ACME-12").expect(303);
    preferences(&olivia, &[("timezone_from", "company"), ("timezone", "Europe/Paris")]).expect(303);
    let north = "/organizations/harbor/companies/north";
    olivia.post(&format!("{north}/archiving"), &[]).expect(303);
    assert_eq!(
        preferences(&olivia, &[]).status,
        422,
        "an archived company is read-only"
    );
    refer(&olivia, "north", "OTHER").expect(422);
    olivia
        .post(&format!("{north}/deletion"), &[("name", "North")])
        .expect(303);
    refer(&olivia, "south", "ACME-12").expect(422);
    let id = app
        .database
        .words("SELECT id AS value FROM deleted_companies")
        .remove(0);
    olivia
        .post(
            &format!("/organizations/harbor/companies/deleted/{id}/restoration"),
            &[],
        )
        .expect(303);
    olivia.post(&format!("{north}/restoring"), &[]).expect(303);
    let page = olivia.get(NORTH).expect(200);
    assert_eq!(page.value_of("external_ref").as_deref(), Some("ACME-12"));
    assert_eq!(page.value_of("timezone").as_deref(), Some("Europe/Paris"));
    app.expect_healthy();

    olivia.post(&format!("{north}/archiving"), &[]).expect(303);
    olivia
        .post(&format!("{north}/deletion"), &[("name", "North")])
        .expect(303);
    app.advance(std::time::Duration::from_secs(31 * 86_400));
    app.sweep();
    assert_eq!(app.database.number("SELECT count(*) AS value FROM company_settings"), 0);
    let olivia = app.signed_in("olivia@settings.test");
    refer(&olivia, "south", "ACME-12").expect(303);
    app.expect_healthy();
}

#[test]
fn a_move_keeps_a_reference_that_is_free_and_says_so_before() {
    let app = TestApp::open();
    let olivia = owner(&app);
    app.fixtures(|fixtures| {
        let user = fixtures.user("olivia@settings.test");
        let meadow = fixtures.organization("Meadow", "meadow", user);
        fixtures.company(meadow, "Mill", "acme-13");
    });
    for (reference, kept) in [("ACME-12", true), ("acme-13", false)] {
        let (name, slug) = if kept { ("North", "north") } else { ("South", "south") };
        refer(&olivia, slug, reference).expect(303);
        let path = format!("/organizations/harbor/companies/{slug}/moving");
        let page = olivia.get(&format!("{path}?to=meadow")).expect(200);
        let said = if kept {
            format!("{reference} stays")
        } else {
            format!("{reference} is removed")
        };
        assert!(page.has(&said), "{}", page.text());
        olivia.post(&path, &[("to", "meadow"), ("name", name)]).expect(303);
        let there = olivia
            .get(&format!("/organizations/meadow/companies/{slug}/settings"))
            .expect(200);
        let expected = if kept { reference } else { "" };
        assert_eq!(there.value_of("external_ref").as_deref(), Some(expected));
    }
    let found = olivia.get("/organizations/meadow/companies?q=acme-12").expect(200);
    assert_eq!(found.texts("tbody .who__name"), ["North"]);
    app.expect_healthy();
}
