//! Companies: creating, renaming, archiving and restoring them, and their members.

use crate::harness::client::Client;
use crate::harness::test_app::TestApp;

const BASE: &str = "/organizations/lakeside/companies";

/// Olivia's organization with the company north, and a member with their id.
fn setup(app: &TestApp) -> (Client, Client, String) {
    let (owner, noah, id) = app.fixtures(|fixtures| {
        let owner = fixtures.account("Olivia Hart", "olivia@lake.test", true);
        let organization = fixtures.organization("Lakeside", "lakeside", owner);
        fixtures.company(organization, "North", "north");
        let noah = fixtures.account("Noah Brandt", "noah@lake.test", true);
        let id = fixtures.add_member(organization, noah, "member", &[]).to_string();
        (fixtures.session_cookie(owner), fixtures.session_cookie(noah), id)
    });
    (app.client_with(&owner), app.client_with(&noah), id)
}

fn events(app: &TestApp, action: &str) -> Vec<String> {
    app.database.words(&format!(
        "SELECT before || ' > ' || after AS value FROM audit_events WHERE action = '{action}' ORDER BY id"
    ))
}

#[test]
fn a_company_is_created_renamed_and_found_at_its_new_address() {
    let app = TestApp::open();
    let (olivia, _, _) = setup(&app);
    let page = olivia.get(&format!("{BASE}/new")).expect(200);
    olivia
        .submit(&page, BASE, &[("name", "Harbor & Sons")])
        .expect_redirect(&format!("{BASE}/harbor-sons"));
    // The same name has to be confirmed, and gets a free slug; a typed slug that is taken is refused.
    let page = olivia
        .post(BASE, &[("name", "harbor & SONS"), ("slug", "")])
        .expect(422);
    let said = page.field_error("same_name").expect("an error");
    assert!(said.contains("Another company has this name"), "{said}");
    assert_eq!(page.value_of("name").as_deref(), Some("harbor & SONS"));
    assert_eq!(events(&app, "company.created").len(), 1);
    olivia
        .submit(&page, BASE, &[("name", "Harbor & Sons"), ("same_name", "on")])
        .expect_redirect(&format!("{BASE}/harbor-sons-2"));
    let page = olivia
        .post(BASE, &[("name", "Another"), ("slug", "harbor-sons")])
        .expect(422);
    assert!(page.field_error("slug").expect("an error").contains("is free"));
    assert_eq!(page.value_of("name").as_deref(), Some("Another"));
    for (name, slug, field) in [
        ("", "x1", "name"),
        ("X", "a b", "slug"),
        ("X", "new", "slug"),
        ("X", "y", "slug"),
    ] {
        let page = olivia.post(BASE, &[("name", name), ("slug", slug)]).expect(422);
        assert!(page.field_error(field).is_some(), "{name} {slug}");
    }
    let settings = format!("{BASE}/harbor-sons/settings");
    let page = olivia.get(&settings).expect(200);
    olivia
        .submit(&page, &settings, &[("name", "Harbor"), ("slug", "harbor")])
        .expect_redirect(&format!("{BASE}/harbor/settings"));
    olivia.get(&format!("{BASE}/harbor")).expect(200).expect_text("Harbor");
    // The earlier address leads there.
    let moved = olivia.get(&format!("{BASE}/harbor-sons")).expect(301);
    assert_eq!(
        moved.location.as_deref(),
        Some("/organizations/lakeside/companies/harbor")
    );
    assert_eq!(events(&app, "company.created").len(), 2);
    let edited = events(&app, "company.edited");
    assert!(
        edited[0].contains("Harbor & Sons") && edited[0].contains("harbor-sons"),
        "{edited:?}"
    );
}

#[test]
fn an_archived_company_is_hidden_and_read_only_until_restored() {
    let app = TestApp::open();
    let (olivia, noah, id) = setup(&app);
    let give = [("member", id.as_str()), ("role", "manager")];
    olivia.post(&format!("{BASE}/north/members"), &give).expect(303);
    noah.get(&format!("{BASE}/north/settings")).expect(200);
    let confirm = olivia.get(&format!("{BASE}/north/archiving")).expect(200);
    olivia
        .submit(&confirm, &format!("{BASE}/north/archiving"), &[])
        .expect(303);

    let page = olivia
        .get(&format!("{BASE}/north"))
        .expect(200)
        .expect_text("is archived");
    assert!(page.link("Settings").is_none() || !page.links().contains(&format!("{BASE}/north/settings")));
    assert!(!olivia.get(BASE).expect(200).texts("tbody").join(" ").contains("North"));
    olivia
        .get(&format!("{BASE}?status=archived"))
        .expect(200)
        .expect_text("North")
        .expect_text("Archived");
    // No one can change anything in it, on any route.
    let company = app
        .database
        .words("SELECT id AS value FROM companies WHERE slug = 'north'")
        .remove(0);
    for (client, path, fields) in [
        (
            &olivia,
            format!("{BASE}/north/settings"),
            vec![("name", "South"), ("slug", "south")],
        ),
        (
            &noah,
            format!("{BASE}/north/settings"),
            vec![("name", "South"), ("slug", "south")],
        ),
        (
            &olivia,
            format!("{BASE}/north/members"),
            vec![("member", id.as_str()), ("role", "viewer")],
        ),
        (
            &olivia,
            format!("/organizations/lakeside/members/{id}/companies"),
            vec![("company_id", company.as_str()), ("company_role", "viewer")],
        ),
        (
            &olivia,
            "/organizations/lakeside/invitations".to_owned(),
            vec![
                ("emails", "a@lake.test"),
                ("role", "member"),
                ("company_id", company.as_str()),
                ("company_role", "viewer"),
            ],
        ),
    ] {
        let page = client.post(&path, &fields);
        assert_eq!(page.status, 422, "{}: {}", page.request, page.text());
    }
    olivia.post(&format!("{BASE}/north/members/{id}/unassigning"), &[]);
    let taking = format!("/organizations/lakeside/members/{id}/companies/{company}/unassigning");
    olivia.post(&taking, &[]);
    let held = app.database.words("SELECT role AS value FROM company_assignments");
    assert_eq!(held, ["manager"]);

    olivia.post(&format!("{BASE}/north/restoring"), &[]).expect(303);
    olivia.get(BASE).expect(200).expect_text("North");
    noah.get(&format!("{BASE}/north/settings")).expect(200);
    noah.post(
        &format!("{BASE}/north/settings"),
        &[("name", "Northern"), ("slug", "north")],
    )
    .expect(303);
    assert_eq!(
        (
            events(&app, "company.archived").len(),
            events(&app, "company.restored").len()
        ),
        (1, 1)
    );
    // Restoring twice has no further effect.
    olivia.post(&format!("{BASE}/north/restoring"), &[]).expect(303);
    assert_eq!(events(&app, "company.restored").len(), 1);
    app.expect_healthy();
}

#[test]
fn a_company_is_accessible_only_while_assigned() {
    let app = TestApp::open();
    let (olivia, noah, id) = setup(&app);
    noah.get(&format!("{BASE}/north")).expect(403);
    let page = olivia
        .get(&format!("{BASE}/north/members?q=noah"))
        .expect(200)
        .expect_text("Noah Brandt");
    olivia
        .submit(&page, &format!("{BASE}/north/members"), &[("role", "viewer")])
        .expect(303);
    noah.get(&format!("{BASE}/north")).expect(200);
    noah.get(&format!("{BASE}/north/settings")).expect(403);
    noah.get(&format!("{BASE}/main")).expect(403);
    olivia
        .post(&format!("{BASE}/north/members"), &[("member", &id), ("role", "editor")])
        .expect(303);
    noah.get(&format!("{BASE}/north/settings")).expect(200);
    olivia
        .get(&format!("{BASE}/north"))
        .expect(200)
        .expect_text("Noah Brandt")
        .expect_text("Editor");
    olivia
        .post(&format!("{BASE}/north/members/{id}/unassigning"), &[])
        .expect(303);
    noah.get(&format!("{BASE}/north")).expect(403);
    noah.fragment(&format!("{BASE}/north")).expect(403);
    assert_eq!(
        (
            events(&app, "member.assigned").len(),
            events(&app, "member.unassigned").len()
        ),
        (2, 1)
    );
    olivia
        .post(&format!("{BASE}/north/members/{id}/unassigning"), &[])
        .expect(404);
}

#[test]
fn a_hundred_and_twenty_companies_are_searched_and_paged() {
    let app = TestApp::open();
    let (olivia, _, _) = setup(&app);
    app.fixtures(|fixtures| {
        let organization = fixtures.organization_of("lakeside");
        for n in 0..118 {
            fixtures.company(organization, &format!("Éclair {n:03}"), &format!("eclair-{n:03}"));
        }
    });
    for query in ["", "?sort=newest"] {
        let (mut at, mut seen) = (Some(format!("{BASE}{query}")), Vec::new());
        while let Some(path) = at {
            let page = olivia.get(&path).expect(200);
            seen.push(page.texts("tbody a.who__name"));
            at = page
                .all("a[rel=next]", "href")
                .pop()
                .map(|href| match href.strip_prefix('?') {
                    Some(query) => format!("{BASE}?{query}"),
                    None => href,
                });
            assert!(seen.len() < 10);
        }
        assert_eq!(seen.iter().map(Vec::len).collect::<Vec<_>>(), [50, 50, 20], "{query}");
        let mut all = seen.concat();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 120, "{query}");
    }
    let found = olivia
        .get(&format!("{BASE}?q=eclair+007"))
        .expect(200)
        .texts("tbody a.who__name");
    assert_eq!(found, ["Éclair 007"]);
    olivia.get(&format!("{BASE}?q=%25")).expect(200).expect_text("matches");
}

#[test]
fn pins_are_personal_limited_and_only_of_companies_that_the_member_can_view() {
    let app = TestApp::open();
    let (olivia, noah, id) = setup(&app);
    let give = [("member", id.as_str()), ("role", "viewer")];
    olivia.post(&format!("{BASE}/north/members"), &give).expect(303);
    let pinned = |client: &Client| {
        client
            .get("/organizations/lakeside/access/mine")
            .expect(200)
            .texts("[aria-labelledby=pinned-h] a")
    };
    olivia
        .post(&format!("{BASE}/north/pinning"), &[])
        .expect_redirect(&format!("{BASE}/north"))
        .follow(&olivia)
        .expect_text("North is pinned to your sidebar");
    assert_eq!(pinned(&olivia).len(), 1);
    assert!(pinned(&noah).is_empty(), "a pin is personal");
    noah.post(&format!("{BASE}/north/pinning"), &[("next", BASE)])
        .expect_redirect(BASE);
    assert!(pinned(&noah)[0].contains("North"));
    // Pinning twice has no further effect; unpinning leads back, never to another site.
    olivia.post(&format!("{BASE}/north/pinning"), &[]).expect(303);
    noah.post(&format!("{BASE}/north/unpinning"), &[("next", "https://evil.test/")])
        .expect_redirect(&format!("{BASE}/north"));
    assert!(pinned(&noah).is_empty());
    noah.post(&format!("{BASE}/north/pinning"), &[]).expect(303);

    // A member who can no longer view a company no longer sees its name, and an archived one is not shown.
    olivia
        .post(&format!("{BASE}/north/members/{id}/unassigning"), &[])
        .expect(303);
    assert!(pinned(&noah).is_empty());
    noah.post(&format!("{BASE}/north/pinning"), &[]).expect(403);
    olivia.post(&format!("{BASE}/north/archiving"), &[]).expect(303);
    assert!(pinned(&olivia).is_empty());
    olivia
        .post(&format!("{BASE}/north/pinning"), &[])
        .expect(303)
        .follow(&olivia)
        .expect_text("Only active ones can be pinned");
    olivia.post(&format!("{BASE}/north/restoring"), &[]).expect(303);
    assert_eq!(pinned(&olivia).len(), 1);

    // At most ten, by name.
    app.fixtures(|fixtures| {
        let organization = fixtures.organization_of("lakeside");
        for n in 0..12 {
            fixtures.company(organization, &format!("Ash {n:02}"), &format!("ash-{n:02}"));
        }
    });
    for n in 0..9 {
        olivia.post(&format!("{BASE}/ash-{n:02}/pinning"), &[]).expect(303);
    }
    let too_many = olivia
        .post(&format!("{BASE}/ash-09/pinning"), &[])
        .expect(303)
        .follow(&olivia);
    too_many.expect_text("You can pin 10. Unpin another one first");
    let names = pinned(&olivia);
    assert_eq!(names.len(), 10);
    assert!(names[0].contains("Ash 00") && names[9].contains("North"), "{names:?}");
    assert!(events(&app, "company.pinned").is_empty());
    app.expect_healthy();
}
