//! The member list, a member's page and removal: who finds whom, who can change what, and when it takes effect.

use std::time::Duration;

use crate::harness::client::{Client, encode};
use crate::harness::fixtures::{Fixtures, SessionCookie};
use crate::harness::page::Page;
use crate::harness::test_app::TestApp;

const DAY: Duration = Duration::from_secs(86_400);
const BASE: &str = "/organizations/lakeside/members";

/// Olivia's organization with the companies north and south; `more` adds members.
fn setup<T>(app: &TestApp, more: impl FnOnce(&mut Fixtures<'_>, &Setup) -> T) -> (Client, T) {
    let (cookie, rest): (SessionCookie, T) = app.fixtures(|fixtures| {
        let owner = fixtures.account("Olivia Hart", "olivia@lakeside.test", true);
        let organization = fixtures.organization("Lakeside", "lakeside", owner);
        let north = fixtures.company(organization, "North", "north");
        let south = fixtures.company(organization, "South", "south");
        let rest = more(
            fixtures,
            &Setup {
                organization,
                north,
                south,
            },
        );
        (fixtures.session_cookie(owner), rest)
    });
    (app.client_with(&cookie), rest)
}

struct Setup {
    organization: tenantry::db::types::org_id::OrgId,
    north: tenantry::common::id::CompanyId,
    south: tenantry::common::id::CompanyId,
}

impl Setup {
    /// A member with assignments: the membership id and the session cookie.
    fn add(
        &self,
        fixtures: &mut Fixtures<'_>,
        name: &str,
        role: &str,
        companies: &[(char, &str)],
    ) -> (String, SessionCookie) {
        let local: String = name
            .to_lowercase()
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        let user = fixtures.account(name, &format!("{local}@lakeside.test"), true);
        let companies: Vec<_> = companies
            .iter()
            .map(|(which, role)| (if *which == 'n' { self.north } else { self.south }, *role))
            .collect();
        let id = fixtures.add_member(self.organization, user, role, &companies);
        (id.to_string(), fixtures.session_cookie(user))
    }
}

fn names(page: &Page) -> Vec<String> {
    page.texts("tbody .who__name")
}

fn list(client: &Client, query: &str) -> Vec<String> {
    names(&client.get(&format!("{BASE}?{query}")).expect(200))
}

#[test]
fn members_are_found_by_name_or_email_regardless_of_accents() {
    let app = TestApp::open();
    let (olivia, ()) = setup(&app, |fixtures, setup| {
        for (name, email) in [
            ("José Núñez", "jose.nunez@mail.test"),
            ("Ana de la Cruz", "ana@spain.test"),
            ("Mary-Jane O’Neil", "mj@mail.test"),
            ("Björn Åström", "bjorn@nord.test"),
            ("100% Real", "real_percent@mail.test"),
        ] {
            let user = fixtures.account(name, email, true);
            fixtures.add_member(setup.organization, user, "viewer", &[]);
        }
    });
    for (q, found) in [
        ("jose", &["José Núñez"][..]),
        ("núñez", &["José Núñez"]),
        ("NUNEZ", &["José Núñez"]),
        ("nun jos", &["José Núñez"]),
        ("cruz", &["Ana de la Cruz"]),
        ("de ana", &["Ana de la Cruz"]),
        ("jane", &["Mary-Jane O’Neil"]),
        ("astr", &["Björn Åström"]),
        ("mail.test", &["100% Real", "José Núñez", "Mary-Jane O’Neil"]),
        ("jose.nunez@mail.test", &["José Núñez"]),
        ("ana@", &["Ana de la Cruz"]),
        ("hart", &["Olivia Hart"]),
        ("%", &[]),
        ("_", &[]),
        ("nobody", &[]),
        ("jose cruz", &[]),
        ("' OR 1=1 --", &[]),
    ] {
        assert_eq!(list(&olivia, &format!("q={}", encode(q))), found, "{q}");
    }
    olivia
        .get(&format!("{BASE}?q=nobody"))
        .expect(200)
        .expect_text("No member matches");
}

#[test]
fn the_list_is_filtered_by_role_company_and_status_and_sorted() {
    let app = TestApp::open();
    let (olivia, (until, _)) = setup(&app, |fixtures, setup| {
        setup.add(fixtures, "Adam West", "admin", &[]);
        setup.add(fixtures, "Bella Fox", "member", &[('n', "editor")]);
        setup.add(fixtures, "Carl Dean", "member", &[('s', "viewer"), ('n', "viewer")]);
        let until = setup.add(fixtures, "Dora Lind", "viewer", &[]);
        (until.0, setup.add(fixtures, "Ed Moss", "viewer", &[]))
    });
    app.database
        .execute(&format!("UPDATE memberships SET access_until = 1 WHERE id = '{until}'"));
    app.database.execute(
        "UPDATE memberships SET status = 'suspended' WHERE user_id = (SELECT id FROM users WHERE name = 'Ed Moss')",
    );
    let everybody = [
        "Adam West",
        "Bella Fox",
        "Carl Dean",
        "Dora Lind",
        "Ed Moss",
        "Olivia Hart",
    ];
    assert_eq!(list(&olivia, ""), everybody);
    let mut backwards = everybody;
    backwards.reverse();
    assert_eq!(list(&olivia, "sort=-name"), backwards);
    assert_eq!(list(&olivia, "sort=joined").len(), 6);
    assert_eq!(list(&olivia, "role=member"), ["Bella Fox", "Carl Dean"]);
    assert_eq!(list(&olivia, "company=south"), ["Carl Dean"]);
    assert_eq!(list(&olivia, "company=north&role=member&q=bel"), ["Bella Fox"]);
    assert_eq!(
        list(&olivia, "status=active"),
        ["Adam West", "Bella Fox", "Carl Dean", "Olivia Hart"]
    );
    let page = olivia.get(&format!("{BASE}?role=viewer")).expect(200);
    assert!(page.has("Access ended") && page.has("Suspended"), "{}", page.text());
    assert_eq!(page.value_of("role").as_deref(), Some("viewer"));
    // Unknown values are ignored.
    assert_eq!(list(&olivia, "role=king&sort=mood&after=%00&status=odd"), everybody);
    // Each column names its order for screen readers.
    let turned = olivia.get(&format!("{BASE}?sort=-name")).expect(200);
    assert_eq!(turned.all("th[aria-sort]", "aria-sort"), ["descending"]);
}

#[test]
fn paging_members_in_both_directions_skips_and_repeats_no_one() {
    let app = TestApp::open();
    let (olivia, ()) = setup(&app, |fixtures, setup| {
        for n in 0..119 {
            // Half of them share a name, so the order needs a tie-breaker.
            let name = if n % 2 == 0 {
                "Noah Brandt".to_owned()
            } else {
                format!("Person {n:03}")
            };
            let user = fixtures.account(&name, &format!("p{n:03}@lakeside.test"), true);
            fixtures.add_member(
                setup.organization,
                user,
                if n % 3 == 0 { "editor" } else { "viewer" },
                &[],
            );
        }
    });
    let walk = |from: String, rel: &str| {
        let (mut pages, mut at) = (Vec::new(), Some(from));
        while let Some(path) = at {
            let page = olivia.get(&path).expect(200);
            pages.push((path, page.texts("tbody .who__sub")));
            let href = page.all(&format!("a[rel={rel}]"), "href").pop();
            at = href.map(|href| {
                format!(
                    "/organizations/lakeside/{}",
                    href.trim_start_matches("/organizations/lakeside/")
                )
            });
            assert!(pages.len() < 10, "paging does not end");
        }
        pages
    };
    for (query, sizes, all) in [
        ("", &[50, 50, 20][..], 120),
        ("?sort=-name", &[50, 50, 20], 120),
        ("?sort=joined", &[50, 50, 20], 120),
        ("?sort=-joined", &[50, 50, 20], 120),
        ("?q=noah", &[50, 10], 60),
        ("?role=viewer", &[50, 29], 79),
    ] {
        let forwards = walk(format!("{BASE}{query}"), "next");
        assert_eq!(
            forwards.iter().map(|(_, page)| page.len()).collect::<Vec<_>>(),
            sizes,
            "{query}"
        );
        let mut seen: Vec<String> = forwards.iter().flat_map(|(_, page)| page.clone()).collect();
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), all, "{query}");
        let mut backwards = walk(forwards.last().expect("a page").0.clone(), "prev");
        backwards.reverse();
        let rows = |pages: &[(String, Vec<String>)]| pages.iter().map(|(_, page)| page.clone()).collect::<Vec<_>>();
        assert_eq!(rows(&backwards), rows(&forwards), "{query}");
    }
    // A member who is removed between two pages does not shift the others.
    let first = olivia.get(BASE).expect(200);
    let second = first.all("a[rel=next]", "href").pop().expect("a next link");
    let second = format!(
        "/organizations/lakeside/{}",
        second.trim_start_matches("/organizations/lakeside/")
    );
    let expected = olivia.get(&second).expect(200).texts("tbody .who__sub");
    let gone = first.all("tbody a.who__name", "href").first().expect("a row").clone();
    let gone = format!(
        "/organizations/lakeside/{}/removal",
        gone.trim_start_matches("/organizations/lakeside/")
    );
    olivia.post(&gone, &[]).expect(303);
    assert_eq!(olivia.get(&second).expect(200).texts("tbody .who__sub"), expected);
}

#[test]
fn the_csv_export_matches_the_list_and_escapes_formulas() {
    let app = TestApp::open();
    let (olivia, viewer) = setup(&app, |fixtures, setup| {
        let evil = fixtures.account("=cmd()", "evil@lakeside.test", true);
        fixtures.add_member(setup.organization, evil, "viewer", &[]);
        let quoted = fixtures.account("Smith, \"Jo\"", "jo@lakeside.test", true);
        fixtures.add_member(setup.organization, quoted, "editor", &[]);
        setup
            .add(fixtures, "Bella Fox", "member", &[('n', "editor"), ('s', "viewer")])
            .1
    });
    let sheet = |query: &str| {
        let page = olivia.get(&format!("{BASE}.csv{query}")).expect(200);
        assert!(
            page.header("content-type").starts_with("text/csv"),
            "{}",
            page.header("content-type")
        );
        assert!(
            page.header("content-disposition").contains("attachment"),
            "{}",
            page.header("content-disposition")
        );
        assert!(page.bytes.starts_with(b"\xef\xbb\xbf"));
        let mut reader = csv::Reader::from_reader(&page.bytes[3..]);
        reader
            .records()
            .map(|row| row.expect("CSV").iter().map(str::to_owned).collect::<Vec<_>>())
            .collect::<Vec<_>>()
    };
    let all = sheet("");
    assert_eq!(all.len(), 4, "{all:?}");
    assert!(all.iter().flatten().any(|cell| cell == "'=cmd()"), "{all:?}");
    assert!(all.iter().flatten().any(|cell| cell == "Smith, \"Jo\""), "{all:?}");
    assert!(
        !all.iter().flatten().any(|cell| cell.starts_with(['=', '+', '-', '@'])),
        "{all:?}"
    );
    let bella = all
        .iter()
        .find(|row| row.contains(&"Bella Fox".to_owned()))
        .expect("Bella");
    assert!(
        bella.join("|").contains("North") && bella.join("|").contains("South"),
        "{bella:?}"
    );
    assert_eq!(sheet("?role=editor").len(), 1);
    assert_eq!(sheet("?q=bella").len(), 1);
    assert_eq!(sheet("?company=south").len(), 1);
    assert_eq!(sheet("?q=nobody").len(), 0);
    // A manager exports only the members whom they see.
    let mine = app.client_with(&viewer).get(&format!("{BASE}.csv")).expect(200);
    assert!(!mine.body.contains("evil@lakeside.test"), "{}", mine.body);
}

#[test]
fn a_role_change_applies_immediately_and_notifies_the_member() {
    let app = TestApp::open();
    let (olivia, (id, cookie)) = setup(&app, |fixtures, setup| setup.add(fixtures, "Noah Brandt", "admin", &[]));
    let noah = app.client_with(&cookie);
    noah.get("/organizations/lakeside/invitations/new").expect(200);
    let page = olivia.get(&format!("{BASE}/{id}/role-preview?role=viewer")).expect(200);
    let path = format!("{BASE}/{id}/role");
    olivia
        .submit(&page, &path, &[("role", "viewer")])
        .expect(303)
        .follow(&olivia)
        .expect_text("Noah Brandt is Viewer now");
    noah.get("/organizations/lakeside/invitations/new").expect(403);
    let message = app.mail_to("noahbrandt@lakeside.test");
    assert!(message.text.contains("from Admin to Viewer"), "{}", message.text);
    let events = app
        .database
        .words("SELECT before || after AS value FROM audit_events WHERE action = 'member.role_changed'");
    assert_eq!(events.len(), 1);
    assert!(
        events[0].contains("admin") && events[0].contains("viewer"),
        "{events:?}"
    );
    // The same role again is no change and sends no email.
    olivia.post(&path, &[("role", "viewer")]).expect(303);
    assert_eq!(app.emails_to("noahbrandt@lakeside.test").len(), 1);
    let page = olivia.post(&path, &[("role", "king")]).expect(422);
    assert!(page.has("Choose a role"), "{}", page.text());
    app.expect_healthy();
}

#[test]
fn no_one_raises_their_own_role_or_changes_a_higher_one() {
    let app = TestApp::open();
    let (_, people) = setup(&app, |fixtures, setup| {
        let roles = [
            "owner",
            "admin",
            "user_admin",
            "billing_admin",
            "editor",
            "viewer",
            "member",
        ];
        roles.map(|role| {
            (
                role,
                setup.add(fixtures, &format!("One {}", role.replace('_', " ")), role, &[]),
            )
        })
    });
    let rank = |role: &str| match role {
        "owner" => 6,
        "admin" => 5,
        "user_admin" | "billing_admin" => 4,
        "editor" => 3,
        "viewer" => 2,
        _ => 1,
    };
    for (mine, (_, cookie)) in &people {
        let client = app.client_with(cookie);
        for (theirs, (id, _)) in &people {
            for wanted in ["owner", "admin", "billing_admin"] {
                // An owner may do all of this, as other tests show.
                if *mine == "owner" {
                    continue;
                }
                let above = rank(theirs) > rank(mine)
                    || rank(wanted) > rank(mine)
                    || (mine == theirs && rank(wanted) >= rank(mine));
                if !above || theirs == &wanted {
                    continue;
                }
                let page = client.post(&format!("{BASE}/{id}/role"), &[("role", wanted)]);
                assert!(
                    matches!(page.status, 403 | 404 | 422),
                    "{mine} makes {theirs} {wanted}: {}",
                    page.status
                );
            }
            if rank(theirs) > rank(mine) {
                let page = client.post(&format!("{BASE}/{id}/removal"), &[]);
                assert!(
                    matches!(page.status, 403 | 404),
                    "{mine} removes {theirs}: {}",
                    page.status
                );
                let page = client.post(&format!("{BASE}/{id}/access-end"), &[("access_until", "2099-01-01")]);
                assert!(
                    matches!(page.status, 403 | 404),
                    "{mine} ends {theirs}: {}",
                    page.status
                );
            }
        }
    }
    let roles = app.database.words("SELECT role AS value FROM memberships m JOIN users u ON u.id = m.user_id WHERE u.name LIKE 'One %' ORDER BY u.name");
    assert_eq!(
        roles,
        [
            "admin",
            "billing_admin",
            "editor",
            "member",
            "owner",
            "user_admin",
            "viewer"
        ]
    );
    app.expect_healthy();
}

#[test]
fn the_last_owner_cannot_step_down_or_leave() {
    let app = TestApp::open();
    let (olivia, (noah, _)) = setup(&app, |fixtures, setup| setup.add(fixtures, "Noah Brandt", "admin", &[]));
    let me = app
        .database
        .words("SELECT id AS value FROM memberships WHERE role = 'owner'")
        .remove(0);
    let page = olivia
        .post(&format!("{BASE}/{me}/role"), &[("role", "admin")])
        .expect(422);
    page.expect_text("This is the only owner");
    olivia
        .get("/organizations/lakeside/leaving")
        .expect(200)
        .expect_text("You are the only owner");
    olivia
        .post("/organizations/lakeside/leaving", &[])
        .expect(422)
        .expect_text("You are the only owner");
    // With a second owner, all of it works.
    olivia
        .post(&format!("{BASE}/{noah}/role"), &[("role", "owner")])
        .expect(303);
    olivia
        .post("/organizations/lakeside/leaving", &[])
        .expect_redirect("/organizations");
    olivia.get("/organizations/lakeside").expect(404);
    assert_eq!(
        app.database
            .number("SELECT CAST(owner_count AS BIGINT) AS value FROM organizations"),
        1
    );
    app.expect_healthy();
}

#[test]
fn a_removed_member_loses_access_immediately_on_every_route() {
    let app = TestApp::open();
    let (olivia, (id, cookie)) = setup(&app, |fixtures, setup| {
        setup.add(fixtures, "Noah Brandt", "member", &[('n', "manager")])
    });
    let noah = app.client_with(&cookie);
    noah.get("/organizations/lakeside/companies/north").expect(200);
    let path = format!("{BASE}/{id}/removal");
    let page = olivia
        .get(&path)
        .expect(200)
        .expect_text("Remove Noah Brandt?")
        .expect_text("North");
    olivia.submit(&page, &path, &[]).expect_redirect(BASE);
    for path in [
        "",
        "/members",
        "/members.csv",
        "/companies",
        "/companies/north",
        "/invitations",
    ] {
        noah.get(&format!("/organizations/lakeside{path}")).expect(404);
        noah.fragment(&format!("/organizations/lakeside{path}")).expect(404);
    }
    noah.post(
        "/organizations/lakeside/companies/north/settings",
        &[("name", "Mine"), ("slug", "mine")],
    )
    .expect(404);
    // The account remains.
    noah.get("/account").expect(200);
    assert!(!noah.get("/organizations").expect(200).has("Lakeside"));
    assert_eq!(list(&olivia, ""), ["Olivia Hart"]);
    assert!(
        app.mail_to("noahbrandt@lakeside.test")
            .subject
            .contains("no longer a member of Lakeside")
    );
    assert_eq!(
        app.database
            .number("SELECT count(*) AS value FROM audit_events WHERE action = 'member.removed'"),
        1
    );
    // The member can't be removed twice.
    olivia.post(&path, &[]).expect(404);
    app.expect_healthy();
}

#[test]
fn access_ends_automatically_on_its_end_date() {
    let app = TestApp::open();
    let (olivia, (id, cookie)) = setup(&app, |fixtures, setup| {
        setup.add(fixtures, "Noah Brandt", "editor", &[])
    });
    let noah = app.client_with(&cookie);
    let path = format!("{BASE}/{id}/access-end");
    assert!(
        olivia
            .post(&path, &[("access_until", "soon")])
            .expect(422)
            .field_error("access_until")
            .is_some()
    );
    assert!(
        olivia
            .post(&path, &[("access_until", "2020-01-01")])
            .expect(422)
            .field_error("access_until")
            .is_some()
    );
    let day = app.day(2);
    olivia.post(&path, &[("access_until", &day)]).expect(303);
    noah.get(BASE).expect(200);
    app.advance(3 * DAY);
    noah.get(BASE).expect(403).expect_text("ended on");
    olivia
        .get(&format!("{BASE}?role=editor"))
        .expect(200)
        .expect_text("Access ended");
    olivia.post(&path, &[("access_until", "")]).expect(303);
    noah.get(BASE).expect(200);
    assert_eq!(
        app.database
            .number("SELECT count(*) AS value FROM audit_events WHERE action = 'member.access_end_changed'"),
        2
    );
}

#[test]
fn a_company_manager_sees_and_assigns_members_only_there() {
    let app = TestApp::open();
    let (_, (manager, north, south, manager_of_both)) = setup(&app, |fixtures, setup| {
        let manager = setup.add(fixtures, "Mia Long", "member", &[('n', "manager")]);
        let north = setup.add(fixtures, "Nora North", "member", &[('n', "viewer")]);
        let south = setup.add(fixtures, "Sam South", "member", &[('s', "viewer")]);
        (
            manager,
            north,
            south,
            setup.add(fixtures, "Max Long", "member", &[('n', "manager"), ('s', "manager")]),
        )
    });
    let mia = app.client_with(&manager.1);
    let seen = list(&mia, "");
    assert!(
        seen.contains(&"Nora North".to_owned()) && seen.contains(&"Mia Long".to_owned()),
        "{seen:?}"
    );
    assert!(!seen.contains(&"Sam South".to_owned()), "{seen:?}");
    assert!(list(&mia, "q=sam").is_empty());
    mia.get(&format!("{BASE}/{}", south.0)).expect(404);
    assert!(list(&mia, "company=south").is_empty());
    // Other assignments of a fellow manager stay hidden.
    let max = mia.get(&format!("{BASE}/{}", manager_of_both.0)).expect(200);
    assert!(max.has("North") && !max.has("South"), "{}", max.text());
    let id = |slug: &str| {
        app.database
            .words(&format!("SELECT id AS value FROM companies WHERE slug = '{slug}'"))
            .remove(0)
    };
    let assign = |who: &str, company: &str, role: &str| {
        mia.post(
            &format!("{BASE}/{who}/companies"),
            &[("company_id", company), ("company_role", role)],
        )
        .status
    };
    assert_eq!(assign(&north.0, &id("north"), "editor"), 303);
    assert!(
        matches!(assign(&north.0, &id("north"), "manager"), 403 | 422),
        "she can't make managers"
    );
    assert!(
        matches!(assign(&north.0, &id("south"), "viewer"), 403 | 404),
        "not in another company"
    );
    assert!(
        matches!(assign(&manager_of_both.0, &id("north"), "viewer"), 403),
        "she can't demote another manager"
    );
    assert!(matches!(
        mia.post(&format!("{BASE}/{}/role", north.0), &[("role", "viewer")])
            .status,
        403
    ));
    let held = app
        .database
        .words("SELECT role AS value FROM company_assignments ORDER BY role");
    assert_eq!(held, ["editor", "manager", "manager", "manager", "viewer"]);
    app.expect_healthy();
}

#[test]
fn members_of_one_company_do_not_learn_the_names_of_other_companies() {
    let app = TestApp::open();
    app.fixtures(|fixtures| {
        let olivia = fixtures.account("Olivia Hart", "olivia@names.test", true);
        let organization = fixtures.organization("Names and Co", "names", olivia);
        let north = fixtures.company(organization, "North Depot", "north");
        let south = fixtures.company(organization, "Secret South", "south");
        let mut add = |name: &str, email: &str, companies: &[_]| {
            let user = fixtures.account(name, email, true);
            fixtures.add_member(organization, user, "member", companies);
        };
        add("Mia", "mia@names.test", &[(north, "viewer")]);
        add("Mona", "mona@names.test", &[(north, "manager")]);
        add("Ben", "ben@names.test", &[(north, "viewer"), (south, "viewer")]);
    });
    for name in ["mia", "mona"] {
        let client = app.signed_in(&format!("{name}@names.test"));
        for path in ["/members", "/members.csv", "/members?q=ben"] {
            let page = client.get(&format!("/organizations/names{path}")).expect(200);
            assert!(page.body.contains("ben@names.test"), "{name} {path}");
            assert!(page.body.contains("North Depot"), "{name} {path}");
            assert!(!page.body.contains("Secret South"), "{name} {path}");
        }
    }
    let olivia = app.signed_in("olivia@names.test");
    olivia.get("/organizations/names/members").expect_text("Secret South");
}

#[test]
fn a_file_of_many_members_has_each_of_them_once_and_leaves_in_pieces() {
    let app = TestApp::open();
    let cookie = app.fixtures(|fixtures| {
        let olivia = fixtures.account("Olivia Hart", "olivia@many.test", true);
        let organization = fixtures.organization("Many", "many", olivia);
        let north = fixtures.company(organization, "North", "north");
        for n in 0..1_250 {
            let person = fixtures.account("Person Of Many", &format!("person{n}@many.test"), true);
            let companies: &[_] = if n % 100 == 0 { &[(north, "viewer")] } else { &[] };
            fixtures.add_member(organization, person, "member", companies);
        }
        fixtures.session_cookie(olivia)
    });
    let olivia = app.client_with(&cookie);
    for (path, emails) in [("members.csv", 1), ("access/matrix.csv", 0)] {
        let file = olivia.get(&format!("/organizations/many/{path}")).expect(200);
        assert!(file.header("content-disposition").contains(".csv"), "{path}");
        assert_eq!(
            file.header("transfer-encoding"),
            "chunked",
            "{path}: nothing waits for its length"
        );
        let lines: Vec<&str> = file.body.lines().collect();
        assert_eq!(
            lines.iter().filter(|line| line.contains("email")).count(),
            1,
            "{path}: one head"
        );
        let mut people: Vec<&str> = lines.iter().filter_map(|line| line.split(',').nth(emails)).collect();
        people.retain(|email| email.starts_with("person"));
        let rows = people.len();
        people.sort_unstable();
        people.dedup();
        assert_eq!(people.len(), 1_250, "{path}");
        // A row more for each company of a person.
        assert_eq!(rows, if emails == 1 { 1_250 } else { 1_263 }, "{path}");
    }
    // A short one has a length, as before.
    let few = olivia.get("/organizations/many/members.csv?role=owner").expect(200);
    assert_eq!(few.header("transfer-encoding"), "", "{}", few.body);
    assert_eq!(few.body.lines().count(), 2);
}
