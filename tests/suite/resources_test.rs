//! Resources by pages: who sees and manages which, and what becomes of them with their company.

use std::time::Duration;

use crate::harness::client::Client;
use crate::harness::page::Page;
use crate::harness::plans::Planner;
use crate::harness::statements;
use crate::harness::test_app::TestApp;

const LIST: &str = "/organizations/harbor/resources";

/// The owner of Harbor with North and South, and an owner of both Harbor and Meadow.
fn owner(app: &TestApp) -> Client {
    let cookie = app.fixtures(|fixtures| {
        let olivia = fixtures.account("Olivia Hart", "olivia@stock.test", true);
        let harbor = fixtures.organization("Harbor", "harbor", olivia);
        fixtures.company(harbor, "North", "north");
        fixtures.company(harbor, "South", "south");
        fixtures.organization("Meadow", "meadow", olivia);
        fixtures.session_cookie(olivia)
    });
    app.client_with(&cookie)
}

fn add(client: &Client, fields: &[(&str, &str)]) -> Page {
    client.post(LIST, fields)
}

fn names(client: &Client, path: &str) -> Vec<String> {
    client.get(path).expect(200).texts("tbody .who__name")
}

/// The page of a resource.
fn page_of(client: &Client, list: &str, name: &str) -> String {
    let page = client.get(list).expect(200);
    page.link(name).unwrap_or_else(|| panic!("no {name}: {}", page.text()))
}

/// Labels and numbers of the kinds.
fn kinds(client: &Client, path: &str) -> Vec<String> {
    let tabs = client.get(path).expect(200).texts("nav.tabs a");
    tabs.iter()
        .map(|tab| tab.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

#[test]
fn a_resource_is_created_changed_archived_and_restored() {
    let app = TestApp::open();
    let olivia = owner(&app);
    olivia.get(LIST).expect(200).expect_text("No resources yet");
    olivia
        .get(&format!("{LIST}/new"))
        .expect(200)
        .expect_text("Knowledge source");
    add(
        &olivia,
        &[
            ("kind", "phone_number"),
            ("number", "0049 30 901820"),
            ("company", "north"),
        ],
    )
    .expect_redirect("/organizations/harbor/companies/north/resources");
    add(&olivia, &[("kind", "agent"), ("name", "Front desk")]).expect_redirect(LIST);
    assert_eq!(names(&olivia, LIST), ["+4930901820", "Front desk"]);
    assert_eq!(kinds(&olivia, LIST), ["All 2", "Agents 1", "Phone numbers 1"]);
    assert_eq!(names(&olivia, &format!("{LIST}?kind=agent")), ["Front desk"]);
    assert_eq!(names(&olivia, &format!("{LIST}?company=north")), ["+4930901820"]);
    assert_eq!(names(&olivia, &format!("{LIST}?q=4930")), ["+4930901820"]);
    assert_eq!(
        names(&olivia, &format!("{LIST}?q=desk&kind=phone_number")),
        Vec::<String>::new()
    );
    assert_eq!(
        names(&olivia, "/organizations/harbor/companies/south/resources"),
        ["Front desk"],
        "what is of the whole organization is in each company"
    );

    let desk = page_of(&olivia, LIST, "Front desk");
    olivia
        .post(&desk, &[("name", "Night desk"), ("external_ref", "crm:1")])
        .expect(303);
    assert_eq!(names(&olivia, &format!("{LIST}?q=crm")), ["Night desk"]);
    assert!(names(&olivia, &format!("{LIST}?q=front")).is_empty());
    olivia.post(&format!("{desk}/archiving"), &[]).expect_redirect(&desk);
    assert_eq!(names(&olivia, LIST), ["+4930901820"]);
    assert_eq!(
        names(&olivia, &format!("{LIST}?status=archived&q=night")),
        ["Night desk"]
    );
    assert_eq!(
        kinds(&olivia, &format!("{LIST}?status=archived")),
        ["All 1", "Agents 1"]
    );
    assert!(
        olivia
            .post(&desk, &[("name", "Day desk")])
            .expect(422)
            .has("Restore it")
    );
    olivia.post(&format!("{desk}/restoring"), &[]).expect_redirect(&desk);
    assert_eq!(names(&olivia, LIST), ["+4930901820", "Night desk"]);

    let search = olivia.get("/organizations/harbor/search?q=night").expect(200);
    assert!(search.link("Night desk").is_some());
    let log = olivia.get("/organizations/harbor/settings/audit").expect(200);
    for said in [
        "Created the phone number",
        "Renamed Front desk to Night desk",
        "Archived Night desk",
        "Restored Night desk",
    ] {
        assert!(log.has(said), "{said}: {}", log.text());
    }
    app.expect_healthy();
}

#[test]
fn a_wrong_field_of_a_resource_is_named_and_nothing_is_lost() {
    let app = TestApp::open();
    let olivia = owner(&app);
    add(
        &olivia,
        &[("kind", "agent"), ("name", "First"), ("external_ref", "crm:1")],
    )
    .expect(303);
    let cases: [(&[(&str, &str)], &str); 8] = [
        (&[("kind", "agent"), ("name", "")], "name"),
        (
            &[("kind", "agent"), ("name", "Second"), ("external_ref", "crm:1")],
            "external_ref",
        ),
        (
            &[("kind", "agent"), ("name", "Second"), ("external_ref", "a b")],
            "external_ref",
        ),
        (
            &[("kind", "agent"), ("name", "Second"), ("company", "nowhere")],
            "company",
        ),
        (
            &[("kind", "phone_number"), ("number", "030 901820"), ("name", "Desk")],
            "number",
        ),
        (
            &[
                ("kind", "knowledge_source"),
                ("name", "Help"),
                ("source", "url"),
                ("url", "javascript:alert(1)"),
            ],
            "url",
        ),
        (
            &[
                ("kind", "knowledge_source"),
                ("name", "Help"),
                ("source", "text"),
                ("text", " "),
            ],
            "text",
        ),
        (&[("kind", "app"), ("name", "Portal"), ("url", "not an address")], "url"),
    ];
    for (fields, field) in cases {
        let page = add(&olivia, fields).expect(422);
        assert!(page.field_error(field).is_some(), "{fields:?}: {}", page.text());
        for (name, value) in fields
            .iter()
            .filter(|(name, _)| !["kind", "company", "source"].contains(name))
        {
            assert_eq!(
                page.value_of(name).as_deref().map(str::trim),
                Some(value.trim()),
                "{fields:?} {name}"
            );
        }
    }
    // The same reference for another kind is another thing.
    add(
        &olivia,
        &[("kind", "campaign"), ("name", "Spring"), ("external_ref", "crm:1")],
    )
    .expect(303);
    assert_eq!(names(&olivia, LIST), ["First", "Spring"]);
    add(&olivia, &[("kind", "spaceship"), ("name", "X")]).expect(422);
    app.expect_healthy();
}

#[test]
fn members_of_a_company_see_what_applies_to_it_and_manage_only_their_own() {
    let app = TestApp::open();
    let olivia = owner(&app);
    for (name, company) in [("Everywhere", ""), ("In north", "north"), ("In south", "south")] {
        add(&olivia, &[("kind", "agent"), ("name", name), ("company", company)]).expect(303);
    }
    let client = |role: &str, company: Option<&str>| {
        let cookie = app.fixtures(|fixtures| {
            let harbor = fixtures.organization_of("harbor");
            let north = fixtures.company_of(harbor, "north");
            let slug = format!("{role}-{}", company.unwrap_or("none")).replace('_', "-");
            let user = fixtures.account("Noah Berg", &format!("{slug}@stock.test"), true);
            let assigned: Vec<_> = company.into_iter().map(|role| (north, role)).collect();
            fixtures.add_member(harbor, user, role, &assigned);
            fixtures.session_cookie(user)
        });
        app.client_with(&cookie)
    };
    let everything = ["Everywhere", "In north", "In south"];
    let pages: Vec<String> = everything.iter().map(|name| page_of(&olivia, LIST, name)).collect();
    // Role, role in north, the resources that they see, and those that they manage.
    type Case<'a> = (&'a str, Option<&'a str>, &'a [usize], &'a [usize]);
    let cases: [Case; 8] = [
        ("admin", None, &[0, 1, 2], &[0, 1, 2]),
        ("editor", None, &[0, 1, 2], &[0, 1, 2]),
        ("viewer", None, &[0, 1, 2], &[]),
        ("viewer", Some("editor"), &[0, 1, 2], &[1]),
        ("member", Some("manager"), &[0, 1], &[1]),
        ("member", Some("editor"), &[0, 1], &[1]),
        ("member", Some("viewer"), &[0, 1], &[]),
        ("member", None, &[], &[]),
    ];
    for (role, company, sees, manages) in cases {
        let client = client(role, company);
        let seen: Vec<&str> = sees.iter().map(|at| everything[*at]).collect();
        let what = format!("{role} {company:?}");
        let list = client.get(LIST);
        if list.status == 200 {
            assert_eq!(list.texts("tbody .who__name"), seen, "{what}");
        } else {
            assert_eq!((list.status, sees.len()), (403, 0), "{what}");
        }
        for (at, page) in pages.iter().enumerate() {
            let shown = client.get(page);
            if sees.contains(&at) {
                shown.clone().expect(200);
                assert_eq!(shown.has("Save changes"), manages.contains(&at), "{what} {page}");
            } else {
                assert!(matches!(shown.status, 403 | 404), "{what} {page}: {}", shown.status);
            }
            let name = format!("{} again", everything[at]);
            let answer = client.post(page, &[("name", &name)]);
            let archived = client.post(&format!("{page}/archiving"), &[]);
            if manages.contains(&at) {
                assert_eq!((answer.status, archived.status), (303, 303), "{what} {page}");
                olivia.post(&format!("{page}/restoring"), &[]).expect(303);
                olivia.post(page, &[("name", everything[at])]).expect(303);
            } else {
                let refused = |status| matches!(status, 403 | 404);
                assert!(
                    refused(answer.status) && refused(archived.status),
                    "{what} {page}: {}",
                    answer.status
                );
            }
        }
        for (company, at) in [("", 0), ("north", 1), ("south", 2)] {
            let answer = add(&client, &[("kind", "app"), ("name", "Made"), ("company", company)]);
            assert_eq!(
                answer.status == 303,
                manages.contains(&at),
                "{what} creates in {company:?}: {}",
                answer.status
            );
        }
        app.database.execute(
            "DELETE FROM resource_search_terms WHERE resource_id IN (SELECT id FROM resources WHERE name = 'Made'); \
             DELETE FROM resources WHERE name = 'Made'; DELETE FROM resource_counts WHERE kind = 'app'",
        );
    }
    app.expect_healthy();
}

#[test]
fn resources_follow_their_company() {
    let app = TestApp::open();
    let olivia = owner(&app);
    let north = "/organizations/harbor/companies/north";
    for (name, company) in [
        ("Everywhere", ""),
        ("Desk", "north"),
        ("Old desk", "north"),
        ("In south", "south"),
    ] {
        add(&olivia, &[("kind", "agent"), ("name", name), ("company", company)]).expect(303);
    }
    let (desk, old) = (page_of(&olivia, LIST, "Desk"), page_of(&olivia, LIST, "Old desk"));
    olivia.post(&format!("{old}/archiving"), &[]).expect(303);
    olivia.post(&format!("{north}/archiving"), &[]).expect(303);
    assert_eq!(names(&olivia, LIST), ["Everywhere", "In south"]);
    let archived = format!("{LIST}?status=archived");
    assert_eq!(names(&olivia, &archived), ["Desk", "Old desk"]);
    assert_eq!(names(&olivia, &format!("{north}/resources")), ["Desk", "Old desk"]);
    // Read-only.
    assert_eq!(olivia.get(&desk).expect(200).form_count(&desk), 0);
    assert_eq!(olivia.post(&desk, &[("name", "Other")]).status, 422);
    for (page, verb) in [(&desk, "archiving"), (&old, "restoring")] {
        assert_eq!(olivia.post(&format!("{page}/{verb}"), &[]).status, 404);
    }
    add(&olivia, &[("kind", "agent"), ("name", "New"), ("company", "north")]).expect(422);
    app.expect_healthy();

    olivia
        .post(&format!("{north}/deletion"), &[("name", "North")])
        .expect(303);
    assert!(names(&olivia, &format!("{LIST}?status=archived&q=desk")).is_empty());
    assert!(kinds(&olivia, LIST).contains(&"Agents 2".to_owned()));
    olivia.get(&desk).expect(404);
    app.expect_healthy();
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
    assert_eq!(names(&olivia, &archived), ["Desk", "Old desk"]);
    olivia.post(&format!("{north}/restoring"), &[]).expect(303);
    assert_eq!(names(&olivia, LIST), ["Desk", "Everywhere", "In south"]);
    assert_eq!(
        names(&olivia, &archived),
        ["Old desk"],
        "what was archived by itself stays so"
    );
    app.expect_healthy();

    olivia.post(&format!("{north}/archiving"), &[]).expect(303);
    olivia
        .post(&format!("{north}/deletion"), &[("name", "North")])
        .expect(303);
    app.advance(Duration::from_secs(31 * 86_400));
    app.sweep();
    assert_eq!(app.database.number("SELECT count(*) AS value FROM resources"), 2);
    app.expect_healthy();
}

#[test]
fn a_move_takes_the_resources_of_a_company_along() {
    let app = TestApp::open();
    let olivia = owner(&app);
    for (name, company, reference) in [
        ("Everywhere", "", ""),
        ("Desk", "north", "crm:1"),
        ("Line", "north", "crm:2"),
    ] {
        let fields = [
            ("kind", "agent"),
            ("name", name),
            ("company", company),
            ("external_ref", reference),
        ];
        add(&olivia, &fields).expect(303);
    }
    let there = [("kind", "agent"), ("name", "Theirs"), ("external_ref", "crm:2")];
    olivia.post("/organizations/meadow/resources", &there).expect(303);
    let moving = "/organizations/harbor/companies/north/moving";
    let page = olivia.get(&format!("{moving}?to=meadow")).expect(200);
    assert!(page.has("2 go along; 1 without its reference"), "{}", page.text());
    let desk = page_of(&olivia, LIST, "Desk");
    olivia.post(moving, &[("to", "meadow"), ("name", "North")]).expect(303);
    assert_eq!(names(&olivia, LIST), ["Everywhere"]);
    olivia.get(&desk).expect(404);
    let list = "/organizations/meadow/resources";
    assert_eq!(names(&olivia, list), ["Desk", "Line", "Theirs"]);
    assert_eq!(names(&olivia, &format!("{list}?q=crm")), ["Desk", "Theirs"]);
    assert_eq!(
        names(&olivia, "/organizations/meadow/companies/north/resources"),
        ["Desk", "Line", "Theirs"]
    );
    app.expect_healthy();
}

#[test]
fn a_long_list_has_pages_that_meet() {
    let app = TestApp::open();
    let olivia = owner(&app);
    app.fixtures(|fixtures| {
        let harbor = fixtures.organization_of("harbor");
        let by = fixtures.user("olivia@stock.test");
        let north = fixtures.company_of(harbor, "north");
        let south = fixtures.company_of(harbor, "south");
        for n in 0..120 {
            let company = [None, Some(north), Some(south)][n % 3];
            fixtures.resource(harbor, by, "agent", &format!("Agent {n:03}"), company);
        }
        let noah = fixtures.account("Noah Berg", "noah@stock.test", true);
        fixtures.add_member(harbor, noah, "member", &[(north, "viewer")]);
    });
    let noah = app.signed_in("noah@stock.test");
    for (client, expected) in [(&olivia, 120), (&noah, 80)] {
        for q in ["", "q=agent"] {
            let mut path = format!("{LIST}?{q}");
            let mut all = Vec::new();
            let mut pages = Vec::new();
            loop {
                let page = client.get(&path).expect(200);
                all.extend(page.texts("tbody .who__name"));
                pages.push(page.texts("tbody .who__name"));
                match page.all("a[rel=next]", "href").pop() {
                    Some(next) => path = next,
                    None => break,
                }
            }
            let mut sorted = all.clone();
            sorted.sort();
            sorted.dedup();
            assert_eq!((sorted.len(), &sorted), (expected, &all), "{q}");
            let last = client.get(&path).expect(200);
            let back = last.all("a[rel=prev]", "href").pop().expect("a page before");
            assert_eq!(names(client, &back), pages[pages.len() - 2]);
        }
    }
}

#[test]
fn a_page_of_resources_is_read_in_the_order_of_an_index() {
    let app = TestApp::open();
    if app.database.is_postgres() {
        // In an almost empty database PostgreSQL sorts; plans_test says that it finds the rows by an index.
        return;
    }
    let olivia = owner(&app);
    for n in 0..51 {
        let company = if n % 2 == 0 { "north" } else { "" };
        let name = format!("Agent {n:02}");
        add(&olivia, &[("kind", "agent"), ("name", &name), ("company", company)]).expect(303);
    }
    let next = olivia.get(LIST).expect(200).all("a[rel=next]", "href").remove(0);
    for path in [
        next.as_str(),
        &format!("{LIST}?kind=agent"),
        &format!("{LIST}?company=north"),
        "/organizations/harbor/companies/north/resources",
    ] {
        olivia.get(path).expect(200);
    }
    let mut planner = Planner::of(&app.database);
    let mut explained = 0;
    for statement in statements::seen() {
        let is_list = statement.contains("FROM (`resources` LEFT OUTER JOIN") && statement.contains("ORDER BY");
        // Those of several companies are few, and sorted.
        if !is_list || statement.contains("json_each") {
            continue;
        }
        let plan = planner.explain(&statement).expect("a plan");
        explained += 1;
        assert!(
            plan.lines.iter().all(|line| !line.contains("TEMP B-TREE")),
            "{statement}\n{}",
            plan.lines.join("\n")
        );
    }
    assert!(explained >= 4, "{explained}");
}
