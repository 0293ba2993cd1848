//! Organizations: creation, slug, limit, unit label, settings, leaving.

use crate::harness::client::Client;
use crate::harness::people::PASSWORD;
use crate::harness::test_app::TestApp;

fn person(app: &TestApp, name: &str, email: &str) -> Client {
    let cookie = app.fixtures(|fixtures| {
        let user = fixtures.account(name, email, true);
        fixtures.session_cookie(user)
    });
    app.client_with(&cookie)
}

const GOOD: [(&str, &str); 6] = [
    ("name", "Lakeside Agency"),
    ("slug", "lakeside"),
    ("domain", "Lakeside.Example"),
    ("region", "eu"),
    ("organization_type", "partner"),
    ("owner_email", ""),
];

fn with<'a>(field: &str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    GOOD.iter()
        .map(|(n, v)| (*n, if *n == field { value } else { *v }))
        .collect()
}

#[test]
fn a_new_organization_has_an_owner_a_first_company_and_audit_events() {
    let app = TestApp::open();
    let olivia = person(&app, "Olivia Hart", "olivia@lake.test");
    let page = olivia
        .post("/organizations", &GOOD)
        .expect(303)
        .follow(&olivia)
        .expect(200);
    page.expect_text("Lakeside Agency");
    olivia
        .get("/organizations/lakeside")
        .expect(200)
        .expect_text("Lakeside Agency");
    olivia
        .get("/organizations/lakeside/members")
        .expect(200)
        .expect_text("Owner");
    let companies = olivia.get("/organizations/lakeside/companies").expect(200);
    assert_eq!(companies.texts("tbody tr").len(), 1, "{}", companies.text());
    let events = app
        .database
        .words("SELECT action AS value FROM audit_events ORDER BY id");
    assert_eq!(events, ["organization.created", "company.created"]);
    let row = app
        .database
        .words("SELECT domain || ' ' || region || ' ' || unit_label AS value FROM organizations");
    assert_eq!(row, ["lakeside.example eu client"]);
    olivia
        .get("/organizations")
        .expect(200)
        .expect_text("Lakeside Agency")
        .expect_text("Owner");
}

#[test]
fn each_invalid_field_shows_its_error_and_keeps_the_input() {
    let app = TestApp::open();
    let olivia = person(&app, "Olivia Hart", "olivia@lake.test");
    olivia.post("/organizations", &with("slug", "taken")).expect(303);
    for (field, value, sentence) in [
        ("name", "", "Enter a name"),
        ("slug", "x", "2 to 40"),
        ("slug", "Größe", "letters a to z"),
        ("slug", "-lake", "hyphens"),
        ("slug", "admin", "reserved"),
        ("slug", "new", "reserved"),
        ("slug", "slug", "reserved"),
        ("slug", "taken", "“taken-2” is free"),
        ("slug", "TAKEN", "“taken-2” is free"),
        ("domain", "not a domain", ""),
        ("region", "moon", "Choose a region"),
        ("organization_type", "club", "Choose"),
        ("owner_email", "nobody", "like name@company.com"),
    ] {
        let fields = with(field, value);
        let page = olivia.post("/organizations", &fields).expect(422);
        let said = page
            .field_error(field)
            .unwrap_or_else(|| panic!("{field} “{value}”: {}", page.text()));
        assert!(said.contains(sentence), "{field} “{value}”: {said}");
        for (name, typed) in fields
            .iter()
            .filter(|(name, _)| !matches!(*name, "region" | "organization_type"))
        {
            assert_eq!(page.value_of(name).as_deref(), Some(*typed), "{name} beside {field}");
        }
    }
    assert_eq!(app.database.number("SELECT count(*) AS value FROM organizations"), 1);
    // An empty slug is made from the name, with a suffix if taken.
    let page = olivia.post(
        "/organizations",
        &[
            ("name", "Taken"),
            ("slug", ""),
            ("region", "eu"),
            ("organization_type", "partner"),
        ],
    );
    page.expect(303);
    olivia.get("/organizations/taken-2").expect(200);
}

#[test]
fn every_first_path_segment_is_reserved_as_a_slug() {
    let app = TestApp::shared();
    let olivia = person(app, "Olivia Hart", "olivia@reserved.test");
    let words = tenantry::routes::ROUTES.iter().flat_map(|route| {
        let mut parts = route.path.split('/').skip(1);
        let first = parts.next();
        // The segment in the position of a slug.
        let second = if first == Some("organizations") {
            parts.next()
        } else {
            None
        };
        first.into_iter().chain(second)
    });
    for word in words.filter(|word| !word.is_empty() && !word.starts_with('{')) {
        let page = olivia.post("/organizations", &with("slug", word)).expect(422);
        assert!(
            page.field_error("slug").is_some_and(|said| said.contains("reserved")),
            "{word} is not reserved"
        );
    }
}

#[test]
fn the_slug_is_checked_while_typing() {
    let app = TestApp::open();
    let olivia = person(&app, "Olivia Hart", "olivia@lake.test");
    olivia.post("/organizations", &GOOD).expect(303);
    let check = |query: &str| {
        olivia
            .fragment(&format!("/organizations/slug?{query}"))
            .expect(200)
            .text()
    };
    assert!(check("slug=harbor").contains("free"), "{}", check("slug=harbor"));
    let taken = check("slug=lakeside");
    assert!(taken.contains("taken") && taken.contains("lakeside-2"), "{taken}");
    assert!(check("slug=settings").contains("reserved"));
    assert!(check("slug=a").contains("2 to 40"));
    let suggested = check("name=Caf%C3%A9%20M%C3%BCller&slug=");
    assert!(suggested.contains("cafe-muller"), "{suggested}");
}

#[test]
fn a_name_suggests_its_slug_until_someone_types_one() {
    let app = TestApp::open();
    let olivia = person(&app, "Olivia Hart", "olivia@lake.test");
    let check = |query: &str| olivia.fragment(&format!("/organizations/slug?{query}")).expect(200);
    for (name, slug) in [
        ("Harbor", "harbor"),
        ("%E5%8C%97%E4%BA%AC", "bei-jing"),
        ("%CE%95%CE%BB%CE%BB%CE%AC%CE%B4%CE%B1", "ellada"),
    ] {
        assert_eq!(
            check(&format!("name={name}&slug=")).value_of("suggested").as_deref(),
            Some(slug)
        );
    }
    let page = check("name=Harbor+Group&slug=harbor&suggested=harbor");
    assert_eq!(page.value_of("suggested").as_deref(), Some("harbor-group"));
    let page = check("name=Harbor+Group&slug=mine&suggested=harbor");
    assert_eq!(page.value_of("suggested"), None, "{}", page.text());
    // A slug that was suggested gets a suffix when it was taken in the meantime; a typed one is refused.
    olivia.post("/organizations", &GOOD).expect(303);
    let again = |more: &[(&str, &str)]| {
        let mut fields = with("name", "Lakeside Two");
        fields.extend(more);
        olivia.post("/organizations", &fields)
    };
    assert!(again(&[]).expect(422).field_error("slug").is_some());
    again(&[("suggested", "lakeside")]).expect_redirect("/onboarding/done?organization=lakeside-2");
}

#[test]
fn the_same_form_again_has_to_be_confirmed() {
    let app = TestApp::open();
    let olivia = person(&app, "Olivia Hart", "olivia@lake.test");
    let count = || app.database.number("SELECT count(*) AS value FROM organizations");
    for (slug, status) in [("", 303), ("", 422), ("other", 422)] {
        let page = olivia.post("/organizations", &with("slug", slug)).expect(status);
        if status == 422 {
            let said = page.field_error("same_name").expect("an error");
            assert!(said.contains("already have an organization with this name"), "{said}");
            assert_eq!(page.value_of("name").as_deref(), Some("Lakeside Agency"));
        }
    }
    assert_eq!(count(), 1);
    let taken = olivia
        .post("/organizations", &with("slug", "lakeside-agency"))
        .expect(422);
    assert!(taken.field_error("slug").is_some() && taken.field_error("same_name").is_some());
    // Another account can use the name.
    let emma = person(&app, "Emma Stone", "emma@lake.test");
    emma.post("/organizations", &with("slug", "")).expect(303);
    let page = olivia.post("/organizations", &with("slug", "")).expect(422);
    olivia
        .submit(
            &page,
            "/organizations",
            &[("same_name", "on"), ("organization_type", "partner")],
        )
        .expect_redirect("/onboarding/done?organization=lakeside-agency-3");
    assert_eq!(count(), 3);
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let app = TestApp::open();
    let olivia = person(&app, "Olivia Hart", "olivia@lake.test");
    olivia.post("/organizations", &GOOD).expect(303);
    let page = olivia.post(
        "/organizations",
        &[
            ("name", "Lakeside Agency"),
            ("slug", "lakeside"),
            ("domain", "not a domain"),
            ("region", "moon"),
            ("owner", "other"),
            ("industry", &"x".repeat(81)),
            ("team_size", "none"),
        ],
    );
    let page = page.expect(422);
    for field in [
        "slug",
        "organization_type",
        "domain",
        "region",
        "owner_email",
        "same_name",
        "industry",
        "team_size",
    ] {
        assert!(page.field_error(field).is_some(), "{field}: {}", page.text());
    }
    assert_eq!(page.texts("#errors li").len(), 8, "{:?}", page.texts("#errors li"));
}

#[test]
fn a_type_and_a_preset_set_the_word_for_companies() {
    let app = TestApp::open();
    let olivia = person(&app, "Olivia Hart", "olivia@lake.test");
    for (preset, kind, unit) in [
        ("agency", "partner", "app"),
        ("teams", "enterprise", "workspace"),
        ("simple", "individual", "business"),
        ("roll-up", "enterprise", "company"),
        ("settings", "partner", "business"),
    ] {
        let page = olivia
            .get(&format!("/organizations/new?fill=preset&preset={preset}&name=Lakeside"))
            .expect(200);
        let form = page.form("/organizations");
        for field in [("organization_type", kind), ("unit_label", unit), ("name", "Lakeside")] {
            assert!(form.contains(&(field.0.into(), field.1.into())), "{preset}: {form:?}");
        }
    }
    let words = olivia.fragment("/organizations/new?fill=type&organization_type=partner&unit_label=company");
    assert_eq!(words.expect(200).value_of("unit_label").as_deref(), Some("client"));
    for (slug, kind, word, unit, first) in [
        ("one", "partner", "", "client", "one client"),
        ("two", "enterprise", "", "location", "two location"),
        ("three", "individual", "", "business", "three"),
        ("four", "individual", "app", "app", "four"),
    ] {
        let fields = [
            ("name", slug),
            ("slug", slug),
            ("region", "eu"),
            ("organization_type", kind),
            ("unit_label", word),
        ];
        olivia.post("/organizations", &fields).expect(303);
        let kept = format!(
            "SELECT o.unit_label || ' ' || c.name AS value FROM organizations o JOIN companies c ON c.organization_id = o.id \
             WHERE o.name = '{slug}'"
        );
        assert_eq!(app.database.words(&kept), [format!("{unit} {first}")]);
    }
}

#[test]
fn a_draft_is_kept_until_the_organization_is_created() {
    let app = TestApp::open();
    let olivia = person(&app, "Olivia Hart", "olivia@lake.test");
    let emma = person(&app, "Emma Stone", "emma@lake.test");
    let drafts = || app.database.number("SELECT count(*) AS value FROM organization_drafts");
    // Without JavaScript a button saves it; with it, the form does while someone types.
    olivia
        .post("/organizations/draft", &with("domain", "lake.example"))
        .expect_redirect("/organizations");
    assert_eq!(drafts(), 1);
    let page = olivia
        .get("/organizations/new")
        .expect(200)
        .expect_text("Your draft is back");
    assert_eq!(page.value_of("name").as_deref(), Some("Lakeside Agency"));
    assert_eq!(page.value_of("domain").as_deref(), Some("lake.example"));
    assert_eq!(
        emma.get("/organizations/new").expect(200).value_of("name").as_deref(),
        Some("")
    );
    let answer = olivia.send(
        "POST",
        "/organizations/draft",
        &[("HX-Request", "true"), ("Sec-Fetch-Site", "same-origin")],
        Some("name=Lakeside+Two&organization_type=partner&purpose=Clients".into()),
    );
    answer.expect(200).expect_text("Draft saved");
    assert_eq!(drafts(), 1);
    let page = olivia.get("/organizations/new").expect(200);
    assert_eq!(page.value_of("purpose").as_deref(), Some("Clients"));
    // Start over.
    olivia
        .post("/organizations/draft/deletion", &[])
        .expect_redirect("/organizations/new");
    assert_eq!(drafts(), 0);
    // An empty form is no draft, and neither is one that is far too long.
    olivia.post("/organizations/draft", &[("region", "eu")]).expect(303);
    olivia
        .post("/organizations/draft", &[("name", &"x".repeat(5000))])
        .expect(303);
    assert_eq!(drafts(), 0);
    // It ends with the organization, and after 30 days.
    olivia.post("/organizations/draft", &GOOD).expect(303);
    olivia.post("/organizations", &GOOD).expect(303);
    assert_eq!(drafts(), 0);
    emma.post("/organizations/draft", &GOOD).expect(303);
    app.advance(std::time::Duration::from_secs(31 * 86_400));
    app.sweep();
    assert_eq!(drafts(), 0);
}

#[test]
fn reference_answers_are_shown_to_operators_only() {
    let app = TestApp::open();
    // The first account is the operator.
    let oscar = person(&app, "Oscar Operator", "oscar@operator.test");
    let olivia = person(&app, "Olivia Hart", "olivia@lake.test");
    let answers = [
        ("industry", "Lake rescue"),
        ("team_size", "11-50"),
        ("purpose", "Shared clients"),
        ("source", "A friend"),
    ];
    olivia
        .post("/organizations", &[&GOOD[..], &answers].concat())
        .expect(303);
    let page = oscar.get("/operator/organizations/lakeside").expect(200);
    for words in [
        "For internal reference only",
        "Lake rescue",
        "11 to 50 people",
        "Shared clients",
        "A friend",
    ] {
        assert!(page.has(words), "{words}: {}", page.text());
    }
    for path in [
        "",
        "/settings/general",
        "/settings/audit",
        "/settings/audit/1",
        "/settings/audit.csv",
    ] {
        let page = olivia.get(&format!("/organizations/lakeside{path}")).expect(200);
        assert!(!page.body.contains("Lake rescue"), "{path}");
    }
    olivia
        .post(
            "/organizations",
            &[&with("slug", "plain")[..], &[("same_name", "on")]].concat(),
        )
        .expect(303);
    oscar
        .get("/operator/organizations/plain")
        .expect(200)
        .expect_text("No question was answered");
    assert_eq!(
        app.database.number("SELECT count(*) AS value FROM organization_intake"),
        1
    );
}

#[test]
fn an_individual_sees_the_tabs_for_several_once_there_are_several() {
    let app = TestApp::open();
    let olivia = person(&app, "Olivia Hart", "olivia@lake.test");
    olivia
        .post("/organizations", &with("organization_type", "individual"))
        .expect(303);
    let base = "/organizations/lakeside";
    let tabs = |path: &str| {
        let page = olivia.get(&format!("{base}{path}")).expect(200);
        [page.texts("nav.subnav a"), page.texts("nav.tabs a")]
            .concat()
            .join(" ")
    };
    assert!(!tabs("/settings/general").contains("Onboarding links"));
    for tab in ["Groups", "Reviews", "Requests", "Matrix"] {
        assert!(!tabs("/access").contains(tab), "{tab}");
    }
    // Nothing becomes unreachable, and the open tab is shown.
    assert!(tabs("/settings/onboarding").contains("Onboarding links"));
    for (path, tab) in [
        ("/access/groups", "Groups"),
        ("/access/reviews", "Reviews"),
        ("/access/matrix", "Matrix"),
    ] {
        assert!(tabs(path).contains(tab));
    }
    let several = || tabs("/settings/general").contains("Onboarding links") && tabs("/access").contains("Groups");
    // Another type shows them, and so does a second business or a second member.
    let general = format!("{base}/settings/general");
    let change = |kind: &str| {
        let page = olivia.get(&general);
        olivia
            .submit(&page, &general, &[("organization_type", kind)])
            .expect(303);
    };
    change("partner");
    assert!(several());
    change("individual");
    assert!(!several());
    olivia
        .post(&format!("{base}/companies"), &[("name", "North"), ("slug", "north")])
        .expect(303);
    assert!(several());
    olivia
        .post(&format!("{base}/companies/north/archiving"), &[])
        .expect(303);
    assert!(!several());
    app.fixtures(|fixtures| {
        let organization = fixtures.organization_of("lakeside");
        let noah = fixtures.account("Noah Brandt", "noah@lake.test", true);
        fixtures.add_member(organization, noah, "viewer", &[]);
    });
    assert!(several());
}

#[test]
fn capitals_in_a_slug_redirect_to_lower_case() {
    let app = TestApp::open();
    let olivia = person(&app, "Olivia Hart", "olivia@lake.test");
    olivia.post("/organizations", &GOOD).expect(303);
    let page = olivia.get("/organizations/LakeSide/members?q=a");
    assert_eq!(
        (page.status, page.location.as_deref()),
        (308, Some("/organizations/lakeside/members?q=a"))
    );
}

#[test]
fn at_the_organization_limit_a_user_requests_another_organization() {
    let app = TestApp::with(|config| config.organization_limit = Some(1));
    // The first account is the operator and gets the emails.
    app.fixtures(|fixtures| fixtures.account("Oscar Operator", "oscar@operator.test", true));
    let olivia = person(&app, "Olivia Hart", "olivia@lake.test");
    olivia.post("/organizations", &GOOD).expect(303);
    let page = olivia
        .get("/organizations/new")
        .expect(200)
        .expect_text("Request another organization");
    assert_eq!(page.value_of("slug"), None);
    olivia
        .post("/organizations", &with("slug", "second"))
        .expect(422)
        .expect_text("Request another organization");
    assert!(
        olivia
            .post("/organizations/requests", &[("reason", "")])
            .expect(422)
            .field_error("reason")
            .is_some()
    );
    olivia
        .post("/organizations/requests", &[("reason", "We opened a second agency")])
        .expect(303);
    let message = app.mail_to("oscar@operator.test");
    assert!(
        message.text.contains("We opened a second agency") && message.text.contains("olivia@lake.test"),
        "{}",
        message.text
    );
    assert_eq!(app.database.number("SELECT count(*) AS value FROM organizations"), 1);
    // The limit of an account overrides the default.
    app.database
        .execute("UPDATE users SET organization_limit = 2 WHERE email = 'olivia@lake.test'");
    olivia
        .post(
            "/organizations",
            &[with("slug", "second"), vec![("same_name", "on")]].concat(),
        )
        .expect(303);
    olivia.post("/organizations", &with("slug", "third")).expect(422);
}

#[test]
fn the_unit_label_of_an_organization_replaces_company_everywhere() {
    let app = TestApp::open();
    let olivia = person(&app, "Olivia Hart", "olivia@lake.test");
    olivia.post("/organizations", &GOOD).expect(303);
    let base = "/organizations/lakeside";
    let settings = olivia.get(&format!("{base}/settings/general")).expect(200);
    olivia
        .submit(
            &settings,
            &format!("{base}/settings/general"),
            &[("unit_label", "location")],
        )
        .expect(303);
    olivia
        .post(&format!("{base}/companies"), &[("name", "North"), ("slug", "north")])
        .expect(303);
    olivia
        .post(
            &format!("{base}/invitations"),
            &[("emails", "noah@lake.test"), ("role", "admin")],
        )
        .expect(303);
    let noah = app.mail_to("noah@lake.test");
    assert!(noah.text.contains("locations"), "{}", noah.text);
    let invitation = noah.link("/invitations/");
    let member = app.database.words("SELECT id AS value FROM memberships").remove(0);
    let id = app.database.words("SELECT id AS value FROM invitations").remove(0);
    for path in [
        base.to_owned(),
        format!("{base}/companies"),
        format!("{base}/companies?q=nothing"),
        format!("{base}/companies/new"),
        format!("{base}/companies/north"),
        format!("{base}/companies/north/settings"),
        format!("{base}/companies/north/archiving"),
        format!("{base}/companies/north/moving"),
        format!("{base}/companies/north/members"),
        format!("{base}/members"),
        format!("{base}/members/{member}"),
        format!("{base}/invitations"),
        format!("{base}/invitations/new"),
        format!("{base}/invitations/{id}"),
        format!("{base}/leaving"),
        invitation,
    ] {
        let text = olivia.get(&path).expect(200).text().to_lowercase();
        // Ignore example addresses and the name of the first company.
        let text = text
            .replace("name@company.com", "")
            .replace("company.com", "")
            .replace("lakeside agency client", "");
        for word in ["company", "companies", "client", "clients"] {
            assert!(
                !text.split(|c: char| !c.is_alphanumeric()).any(|w| w == word),
                "{path} says “{word}”: {text}"
            );
        }
    }
    olivia.get(&format!("{base}/companies")).expect_text("Locations");
    olivia
        .get(&format!("{base}/companies/new"))
        .expect(200)
        .expect_text("location");
}

#[test]
fn settings_changes_record_only_the_changed_fields() {
    let app = TestApp::open();
    let olivia = person(&app, "Olivia Hart", "olivia@lake.test");
    olivia.post("/organizations", &GOOD).expect(303);
    let path = "/organizations/lakeside/settings/general";
    let page = olivia.get(path).expect(200);
    assert_eq!(page.value_of("name").as_deref(), Some("Lakeside Agency"));
    let edits = || {
        app.database
            .words("SELECT before || ' > ' || after AS value FROM audit_events WHERE action = 'organization.edited'")
    };
    // An unchanged form records nothing.
    olivia.submit(&page, path, &[]).expect(303);
    assert!(edits().is_empty());
    olivia
        .submit(&page, path, &[("name", "Harbor Agency"), ("region", "us")])
        .expect(303)
        .follow(&olivia)
        .expect_text("Harbor Agency");
    let noted = edits();
    assert_eq!(noted.len(), 1);
    for part in ["Lakeside Agency", "Harbor Agency", "\"eu\"", "\"us\""] {
        assert!(noted[0].contains(part), "{part}: {}", noted[0]);
    }
    assert!(
        !noted[0].contains("domain"),
        "unchanged fields are not recorded: {}",
        noted[0]
    );
    let page = olivia
        .submit(&page, path, &[("name", ""), ("domain", "lake.example")])
        .expect(422);
    assert!(page.field_error("name").is_some());
    assert_eq!(page.value_of("domain").as_deref(), Some("lake.example"));
}

#[test]
fn leaving_an_organization_ends_only_that_access() {
    let app = TestApp::open();
    let olivia = person(&app, "Olivia Hart", "olivia@lake.test");
    olivia.post("/organizations", &GOOD).expect(303);
    let cookie = app.fixtures(|fixtures| {
        let organization = fixtures.organization_of("lakeside");
        let noah = fixtures.account("Noah Brandt", "noah@lake.test", true);
        fixtures.add_member(organization, noah, "editor", &[]);
        fixtures.organization("Own", "own", noah);
        fixtures.session_cookie(noah)
    });
    let noah = app.client_with(&cookie);
    let page = noah
        .get("/organizations/lakeside/leaving")
        .expect(200)
        .expect_text("Leave Lakeside Agency?");
    noah.submit(&page, "/organizations/lakeside/leaving", &[])
        .expect_redirect("/organizations");
    let list = noah
        .get("/organizations")
        .expect(200)
        .expect_text("You left Lakeside Agency")
        .expect_text("Own");
    assert!(!list.texts("tbody").join(" ").contains("Lakeside"));
    noah.get("/organizations/lakeside").expect(404);
    assert_eq!(
        app.database
            .number("SELECT count(*) AS value FROM audit_events WHERE action = 'member.left'"),
        1
    );
    app.expect_healthy();
}

#[test]
fn the_first_steps_lead_from_sign_up_into_the_organization() {
    let app = TestApp::open();
    let olivia = app.client();
    let fields = [
        ("name", "Olivia Hart"),
        ("email", "olivia@lake.test"),
        ("password", PASSWORD),
        ("terms", "on"),
    ];
    olivia.post("/signup", &fields).expect_redirect("/verify");
    let verified = olivia
        .post(&app.mail_to("olivia@lake.test").link("/verify/"), &[])
        .expect_redirect("/onboarding");
    // Without an invitation, she creates her own organization.
    let form = verified
        .follow(&olivia)
        .expect(200)
        .expect_text("Create your organization");
    let fields = [("name", "Lakeside Agency"), ("organization_type", "partner")];
    let done = olivia
        .submit(&form, "/organizations", &fields)
        .expect(303)
        .follow(&olivia)
        .expect(200);
    done.expect_text("Lakeside Agency");
    olivia.get("/organizations/lakeside-agency").expect(200);
    // With an invitation, it is shown first.
    olivia
        .post(
            "/organizations/lakeside-agency/invitations",
            &[("emails", "noah@lake.test"), ("role", "viewer")],
        )
        .expect(303);
    let noah = person(&app, "Noah Brandt", "noah@lake.test");
    let page = noah
        .get("/onboarding")
        .expect(200)
        .expect_text("Lakeside Agency")
        .expect_text("Viewer");
    let way = page
        .all("form[action$='/acceptance']", "action")
        .pop()
        .expect("a link to join");
    noah.submit(&page, &way, &[])
        .expect_redirect("/organizations/lakeside-agency");
}

#[test]
fn the_switcher_lists_visited_organizations_before_those_never_visited() {
    let app = TestApp::open();
    let olivia = app.fixtures(|fixtures| {
        let olivia = fixtures.account("Olivia Hart", "olivia@lakeside.test", true);
        // More than the switcher lists.
        for n in 0..60 {
            fixtures.organization(&format!("Studio {n:02}"), &format!("studio-{n:02}"), olivia);
        }
        fixtures.session_cookie(olivia)
    });
    let visited = ["studio-07", "studio-33", "studio-59"];
    for (at, slug) in visited.iter().enumerate() {
        app.database.execute(&format!(
            "UPDATE memberships SET last_seen_at = {} WHERE organization_id = (SELECT organization_id FROM organization_slugs WHERE slug = '{slug}')",
            app.now() + at as i64
        ));
    }
    let page = app.client_with(&olivia).get("/organizations/studio-07").expect(200);
    let listed = page.all("#org-list a", "href");
    for slug in visited {
        assert!(listed.iter().any(|link| link.contains(slug)), "{slug}: {listed:?}");
    }
}
