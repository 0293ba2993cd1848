//! Two organizations in one app: no route lets one see or change data of the other.

use tenantry::routes::ROUTES;

use crate::harness::client::Client;
use crate::harness::page::Page;
use crate::harness::test_app::TestApp;
use crate::roles_test::{Scenario, ask};

/// Every row of an organization, of every table, as text, without the page version: emails that are being sent raise it.
fn rows(app: &TestApp, organization: &str) -> Vec<String> {
    let postgres = app.database.is_postgres();
    let tables = if postgres {
        "SELECT table_name::text AS value FROM information_schema.columns WHERE column_name = 'organization_id' AND table_schema = current_schema() ORDER BY 1"
    } else {
        "SELECT m.name AS value FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = 'organization_id' ORDER BY 1"
    };
    let mut tables: Vec<(String, &str)> = app
        .database
        .words(tables)
        .into_iter()
        .map(|table| (table, "organization_id"))
        .collect();
    assert!(tables.len() >= 10, "{tables:?}");
    tables.push(("organizations".into(), "id"));
    let mut rows = Vec::new();
    for (table, key) in tables {
        let text = if postgres {
            "(to_jsonb(t) - 'page_version')::text".to_owned()
        } else {
            let columns = app.database.words(&format!(
                "SELECT name AS value FROM pragma_table_info('{table}') WHERE name <> 'page_version'"
            ));
            let quoted: Vec<String> = columns
                .iter()
                .map(|column| format!("'{column}=' || quote(\"{column}\")"))
                .collect();
            quoted.join(" || ' ' || ")
        };
        let found = app.database.words(&format!(
            "SELECT {text} AS value FROM {table} t WHERE {key} = '{organization}' ORDER BY 1"
        ));
        rows.extend(found.into_iter().map(|row| format!("{table}: {row}")));
    }
    rows
}

/// Two organizations with equal content, and the owner of the first.
fn two_organizations(app: &TestApp, mine: &str, theirs: &str) -> (Scenario, Scenario, Client) {
    let mine = Scenario::create(app, "owner", mine);
    let theirs = Scenario::create(app, "owner", theirs);
    let client = app.client_with(mine.actor.as_ref().expect("an owner"));
    (mine, theirs, client)
}

fn asset(app: &TestApp) -> String {
    let login = app.client().get("/login");
    let sheet = login
        .all("link[rel=stylesheet]", "href")
        .first()
        .expect("a style sheet")
        .clone();
    sheet.strip_prefix("/static/").expect("a static file").to_owned()
}

fn expect_no_data_of(page: &Page, theirs: &Scenario) {
    let ids = [
        &theirs.organization,
        &theirs.member,
        &theirs.north,
        &theirs.south,
        &theirs.invitation,
        &theirs.token,
        &theirs.link,
        &theirs.link_token,
        &theirs.join,
        &theirs.resource,
    ];
    for mark in ids.into_iter().chain([&theirs.slug]) {
        assert!(
            !page.body.contains(mark.as_str()),
            "{} names {mark}:\n{}",
            page.request,
            page.body
        );
    }
}

#[test]
fn no_page_shows_data_of_another_organization() {
    let app = TestApp::open();
    let (mine, theirs, client) = two_organizations(&app, "aurora", "borealis");
    // Both need some history.
    let busy = app.client_with(theirs.actor.as_ref().expect("an owner"));
    busy.post(
        "/organizations/borealis/companies",
        &[("name", "Borealis Harbor"), ("slug", "borealis-harbor")],
    )
    .expect(303);
    let asset = asset(&app);
    let mut own = 0;
    for route in ROUTES.iter().filter(|route| route.method == "GET") {
        let path = mine.path(route.path, &asset);
        for client in [client.clone(), client.with("HX-Request", "true")] {
            let page = client.get(&path);
            expect_no_data_of(&page, &theirs);
            own += usize::from(page.body.contains("aurora"));
        }
    }
    assert!(own > 20, "only {own} responses mention the own organization");
    // Filters do not reach into another organization.
    for query in [
        "q=borealis",
        "q=tara",
        "company=north-borealis",
        "status=all&q=newcomer",
        "after=bm9wZQ",
        "role=member",
    ] {
        for list in ["members", "members.csv", "invitations", "companies"] {
            let page = client.get(&format!("/organizations/aurora/{list}?{query}"));
            // The search field repeats the input.
            let body = page.body.replace(
                &format!("value=\"{}\"", query.split('=').nth(1).unwrap_or_default()),
                "",
            );
            assert!(!body.contains("@borealis.test"), "{}", page.request);
            assert!(!body.contains(&theirs.organization), "{}", page.request);
            assert!(page.status < 500, "{}: {}", page.request, page.status);
        }
    }
}

#[test]
fn ids_of_another_organization_are_not_found_on_any_route() {
    let app = TestApp::open();
    let (mine, theirs, client) = two_organizations(&app, "aurora", "borealis");
    // Run background jobs first, so that only requests change rows.
    app.sweep();
    let before = rows(&app, &theirs.organization);
    assert!(before.len() > 20, "{before:#?}");
    let asset = asset(&app);
    // The own slug with foreign ids, separately and combined; then the foreign slug.
    let mixed = |slug: &Scenario, member: &Scenario, company: &Scenario, invitation: &Scenario| Scenario {
        slug: slug.slug.clone(),
        organization: slug.organization.clone(),
        member: member.member.clone(),
        north: company.north.clone(),
        north_slug: company.north_slug.clone(),
        south: company.south.clone(),
        attic: company.attic.clone(),
        deleted: company.deleted.clone(),
        invitation: invitation.invitation.clone(),
        report: invitation.report.clone(),
        account: member.account.clone(),
        message: invitation.message.clone(),
        support: invitation.support.clone(),
        token: mine.token.clone(),
        custom_role: invitation.custom_role.clone(),
        request: invitation.request.clone(),

        link: invitation.link.clone(),
        link_token: mine.link_token.clone(),
        join: invitation.join.clone(),
        key: invitation.key.clone(),
        resource: invitation.resource.clone(),
        schedule: invitation.schedule.clone(),
        usage_event: invitation.usage_event.clone(),
        usage_import: invitation.usage_import.clone(),
        actor_key: None,

        review: member.review.clone(),
        closed_review: member.closed_review.clone(),
        group: member.group.clone(),
        actor: None,
    };
    let mut asked = 0;
    for route in ROUTES.iter().filter(|route| route.path.contains("/{slug}")) {
        let named = |variable: &str| route.path.contains(variable);
        let mut scenarios = vec![mixed(&theirs, &theirs, &theirs, &theirs)];
        if named("{id}") || named("{company}") || named("{company_id}") {
            scenarios.push(mixed(&mine, &theirs, &theirs, &theirs));
        }
        if named("{id}") && (named("{company}") || named("{company_id}")) {
            scenarios.push(mixed(&mine, &theirs, &mine, &theirs));
            scenarios.push(mixed(&mine, &mine, &theirs, &mine));
        }
        for scenario in scenarios {
            let path = scenario.path(route.path, &asset);
            let form = if route.method == "GET" {
                Vec::new()
            } else {
                scenario.form(route.path)
            };
            for client in [client.clone(), client.with("HX-Request", "true")] {
                let page = ask(&client, route.method, &path, &form);
                assert_eq!(page.status, 404, "{}", page.request);
                assert!(!page.has("borealis"), "{}: {}", page.request, page.text());
                asked += 1;
            }
        }
    }
    assert!(asked > 60, "{asked}");
    assert_eq!(rows(&app, &theirs.organization), before);
}

#[test]
fn ids_of_another_organization_in_a_form_are_refused() {
    let app = TestApp::open();
    let (mine, theirs, client) = two_organizations(&app, "aurora", "borealis");
    // Run background jobs first, so that only requests change rows.
    app.sweep();
    let before = rows(&app, &theirs.organization);
    let base = "/organizations/aurora";
    let company = [("company_id", theirs.north.as_str()), ("company_role", "editor")];
    let invite = [("emails", "noah@aurora.test"), ("role", "member")];
    let edit = [("role", "member")];
    let member = [
        ("member_id", theirs.member.as_str()),
        ("member", theirs.member.as_str()),
        ("id", theirs.member.as_str()),
        ("role", "editor"),
        ("company_role", "editor"),
    ];
    let link = [
        ("name", "Fair"),
        ("purpose", "join"),
        ("role", "member"),
        ("company_role", "viewer"),
        ("approval", "automatic"),
    ];
    let both = [("id", mine.invitation.as_str()), ("id", theirs.invitation.as_str())];
    let asks: Vec<(String, Vec<(&str, &str)>)> = vec![
        (format!("{base}/invitations"), [&invite[..], &company[..]].concat()),
        (
            format!("{base}/invitations"),
            [
                &invite[..],
                &[("company_id", mine.north.as_str()), ("company_role", "editor")],
                &company[..],
            ]
            .concat(),
        ),
        (
            format!("{base}/invitations/{}", mine.invitation),
            [&edit[..], &company[..]].concat(),
        ),
        (format!("{base}/invitations/resending"), both.to_vec()),
        (format!("{base}/members/{}/companies", mine.member), company.to_vec()),
        (format!("{base}/companies/{}/members", mine.north_slug), member.to_vec()),
        (
            format!("{base}/settings/onboarding"),
            [&link[..], &company[..1]].concat(),
        ),
        (
            format!("{base}/settings/onboarding/{}", mine.link),
            [&link[..], &company[..1]].concat(),
        ),
    ];
    // The first request of a session updates the member's last activity.
    client.get(&format!("{base}/members")).expect(200);
    let own = rows(&app, &mine.organization);
    for (path, fields) in asks {
        let page = client.post(&path, &fields);
        assert!(
            matches!(page.status, 404 | 422),
            "{} with {fields:?}: {}",
            page.request,
            page.status
        );
        assert!(!page.has("borealis"), "{}: {}", page.request, page.text());
    }
    assert_eq!(rows(&app, &theirs.organization), before);
    assert_eq!(
        rows(&app, &mine.organization),
        own,
        "the own organization is unchanged too"
    );
}

#[test]
fn a_member_of_two_organizations_has_a_separate_role_in_each() {
    let app = TestApp::open();
    let client = app.fixtures(|fixtures| {
        let emma = fixtures.account("Emma Stone", "emma@both.test", true);
        fixtures.organization("Hers", "hers", emma);
        let olivia = fixtures.account("Olivia Hart", "olivia@both.test", true);
        let other = fixtures.organization("Other", "other", olivia);
        fixtures.add_member(other, emma, "viewer", &[]);
        fixtures.session_cookie(emma)
    });
    let emma = app.client_with(&client);
    emma.get("/organizations/hers/invitations/new").expect(200);
    emma.get("/organizations/other/members")
        .expect(200)
        .expect_text("Olivia Hart");
    emma.get("/organizations/other/invitations/new").expect(403);
    emma.post(
        "/organizations/other/invitations",
        &[("emails", "noah@both.test"), ("role", "viewer")],
    )
    .expect(403);
    emma.get("/organizations/hers/members").expect(200);
    assert!(!emma.get("/organizations/hers/members").has("Olivia Hart"));
    // The switcher lists both, with the role in each.
    let page = emma.get("/organizations/hers").expect(200);
    let switcher = page.texts("#org-list li");
    assert!(
        switcher
            .iter()
            .any(|line| line.contains("Hers") && line.contains("Owner")),
        "{switcher:?}"
    );
    assert!(
        switcher
            .iter()
            .any(|line| line.contains("Other") && line.contains("Viewer")),
        "{switcher:?}"
    );
}
