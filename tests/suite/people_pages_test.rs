//! The member page's one form, the menu and saved views of the list, suggestions, and what can be undone.

use std::time::Duration;

use crate::harness::client::{Client, encode};
use crate::harness::fixtures::SessionCookie;
use crate::harness::page::Page;
use crate::harness::test_app::TestApp;

const DAY: Duration = Duration::from_secs(86_400);
const BASE: &str = "/organizations/harbor";

/// Olivia's organization with three companies; Leon works in North, Mona manages it, and Sam only works in South.
struct Setup {
    app: TestApp,
    olivia: Client,
    viewer: Client,
    mona: Client,
    leon: String,
    mona_id: String,
    sam: String,
    companies: [String; 3],
}

impl Setup {
    fn new() -> Self {
        let app = TestApp::open();
        let (cookies, ids, companies): (Vec<SessionCookie>, Vec<String>, Vec<String>) = app.fixtures(|fixtures| {
            let owner = fixtures.account("Olivia Hart", "olivia@harbor.test", true);
            let organization = fixtures.organization("Harbor", "harbor", owner);
            let companies = ["North Bay", "North Coast", "South"]
                .map(|name| fixtures.company(organization, name, &name.to_lowercase().replace(' ', "-")));
            let mut add = |name: &str, role: &str, companies: &[(_, &str)]| {
                let email = format!("{}@harbor.test", name.split(' ').next().unwrap_or(name).to_lowercase());
                let user = fixtures.account(name, &email, true);
                (
                    user,
                    fixtures.add_member(organization, user, role, companies).to_string(),
                )
            };
            let (_, leon) = add("Leon Fischer", "member", &[(companies[0], "viewer")]);
            let (mona, mona_id) = add("Mona Vale", "member", &[(companies[0], "manager")]);
            let (_, sam) = add("Sam South", "member", &[(companies[2], "viewer")]);
            let (viewer, _) = add("Vera Look", "viewer", &[]);
            (
                [owner, viewer, mona].map(|user| fixtures.session_cookie(user)).to_vec(),
                vec![leon, mona_id, sam],
                companies.map(|company| company.to_string()).to_vec(),
            )
        });
        let [olivia, viewer, mona] = [0, 1, 2].map(|at| app.client_with(&cookies[at]));
        let [leon, mona_id, sam] = [0, 1, 2].map(|at| ids[at].clone());
        Self {
            companies: [0, 1, 2].map(|at| companies[at].clone()),
            app,
            olivia,
            viewer,
            mona,
            leon,
            mona_id,
            sam,
        }
    }

    fn member(&self, id: &str) -> String {
        format!("{BASE}/members/{id}")
    }

    fn role_of(&self, id: &str) -> String {
        let sql = format!("SELECT direct_role AS value FROM memberships WHERE id = '{id}'");
        self.app.database.words(&sql).remove(0)
    }

    /// "North Bay viewer", for each direct assignment.
    fn assignments_of(&self, id: &str) -> Vec<String> {
        self.app.database.words(&format!(
            "SELECT c.name || ' ' || a.direct_role AS value FROM company_assignments a JOIN companies c ON c.id = a.company_id \
             WHERE a.membership_id = '{id}' AND a.direct_role IS NOT NULL ORDER BY c.name"
        ))
    }

    fn events(&self, action: &str) -> i64 {
        let sql = format!("SELECT count(*) AS value FROM audit_events WHERE action = '{action}'");
        self.app.database.number(&sql)
    }
}

/// The form of a member's page with some fields changed or added.
fn edited(page: &Page, path: &str, changes: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut fields = page.form(path);
    for (name, value) in changes {
        match fields.iter_mut().find(|(field, _)| field == name) {
            Some(field) if *name != "company_id" => (*value).clone_into(&mut field.1),
            _ => fields.push(((*name).to_owned(), (*value).to_owned())),
        }
    }
    fields
}

fn post(client: &Client, path: &str, fields: &[(String, String)]) -> Page {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    client.post(path, &fields)
}

#[test]
fn one_form_changes_role_end_date_and_assignments_together_after_a_confirmation() {
    let setup = Setup::new();
    let path = setup.member(&setup.leon);
    let page = setup.olivia.get(&path).expect(200).expect_text("Work in");
    // Without JavaScript, a button adds a company to the table and keeps what was entered.
    let fields = edited(&page, &path, &[("role", "editor"), ("add", &setup.companies[2])]);
    let page = post(&setup.olivia, &path, &fields)
        .expect(200)
        .expect_text("Not saved yet");
    assert_eq!(page.value_of("role").as_deref(), Some("editor"));
    let until = setup.app.day(20);
    let mut fields = edited(&page, &path, &[("access_until", &until)]);
    // The first row is North Bay: it is removed. South was added as a viewer.
    let role = fields
        .iter_mut()
        .find(|(name, _)| name == "company_role")
        .expect("a row");
    role.1 = String::new();
    let confirmation = post(&setup.olivia, &path, &fields).expect(200);
    for words in [
        "Save the changes to Leon Fischer?",
        "Member → Editor",
        "No end date →",
        "Added South Viewer",
        "Removed North Bay Viewer",
        "Leon Fischer gains",
        "Leon Fischer loses",
        "Editor of all companies, including future ones",
    ] {
        assert!(confirmation.has(words), "{words}: {}", confirmation.text());
    }
    assert_eq!(
        (setup.role_of(&setup.leon), setup.assignments_of(&setup.leon)),
        ("member".into(), vec!["North Bay viewer".into()])
    );
    let saved = post(&setup.olivia, &path, &confirmation.form(&path))
        .expect_redirect(&path)
        .follow(&setup.olivia);
    assert!(saved.has("Leon Fischer is Editor now"), "{}", saved.text());
    assert_eq!(setup.role_of(&setup.leon), "editor");
    assert_eq!(setup.assignments_of(&setup.leon), ["South viewer"]);
    for action in [
        "member.role_changed",
        "member.access_end_changed",
        "member.assigned",
        "member.unassigned",
    ] {
        assert_eq!(setup.events(action), 1, "{action}");
    }
    // The same form again changes nothing.
    let page = setup.olivia.get(&path).expect(200);
    post(&setup.olivia, &path, &page.form(&path))
        .expect_redirect(&path)
        .follow(&setup.olivia)
        .expect_text("There is nothing to save");
    setup.app.expect_healthy();
}

#[test]
fn a_refused_form_keeps_what_was_entered_and_changes_nothing() {
    let setup = Setup::new();
    let path = setup.member(&setup.leon);
    let page = setup.olivia.get(&path).expect(200);
    let fields = edited(
        &page,
        &path,
        &[
            ("role", "editor"),
            ("access_until", "2020-01-01"),
            ("company_until", "2020-01-01"),
        ],
    );
    let refused = post(&setup.olivia, &path, &fields).expect(422);
    assert_eq!(
        refused.field_error("access_until").as_deref(),
        Some("Choose today or a later day")
    );
    assert!(refused.has("Check the highlighted rows"), "{}", refused.text());
    for (name, value) in [
        ("role", "editor"),
        ("access_until", "2020-01-01"),
        ("company_until", "2020-01-01"),
    ] {
        assert_eq!(refused.value_of(name).as_deref(), Some(value), "{name}");
    }
    // An owner has no end date: the role is refused at its field, and the assignment is not made either.
    let fields = edited(
        &page,
        &path,
        &[
            ("role", "owner"),
            ("access_until", &setup.app.day(5)),
            ("company_role", "editor"),
            ("step", "apply"),
        ],
    );
    let refused = post(&setup.olivia, &path, &fields);
    assert!(matches!(refused.status, 403 | 422), "{}", refused.status);
    assert_eq!(setup.assignments_of(&setup.leon), ["North Bay viewer"]);
    assert_eq!(setup.role_of(&setup.leon), "member");
    assert_eq!(setup.events("member.assigned"), 0);
}

#[test]
fn a_change_by_someone_else_is_kept_and_shown_before_saving() {
    let setup = Setup::new();
    let path = setup.member(&setup.leon);
    let page = setup.olivia.get(&path).expect(200);
    let confirmation = post(&setup.olivia, &path, &edited(&page, &path, &[("role", "viewer")])).expect(200);
    // In the meantime Leon becomes an editor of the company.
    let assign = [("company_id", setup.companies[0].as_str()), ("company_role", "editor")];
    setup.olivia.post(&format!("{path}/companies"), &assign).expect(303);
    setup
        .olivia
        .post(&format!("{path}/role"), &[("role", "billing_admin")])
        .expect(303);
    let again = post(&setup.olivia, &path, &confirmation.form(&path)).expect(422);
    assert!(
        again.has("Someone changed this member in the meantime"),
        "{}",
        again.text()
    );
    assert!(again.has("Billing admin → Viewer"), "{}", again.text());
    post(&setup.olivia, &path, &again.form(&path)).expect(303);
    assert_eq!(setup.role_of(&setup.leon), "viewer");
    // The assignment was not part of the form's changes.
    assert_eq!(setup.assignments_of(&setup.leon), ["North Bay editor"]);
}

#[test]
fn a_company_manager_changes_only_the_assignments_that_they_may() {
    let setup = Setup::new();
    let path = setup.member(&setup.leon);
    let page = setup.mona.get(&path).expect(200);
    let fields = page.form(&path);
    assert!(
        fields.iter().all(|(name, _)| name != "role" && name != "access_until"),
        "{fields:?}"
    );
    let confirmation = post(&setup.mona, &path, &edited(&page, &path, &[("company_role", "editor")])).expect(200);
    post(&setup.mona, &path, &confirmation.form(&path)).expect(303);
    assert_eq!(setup.assignments_of(&setup.leon), ["North Bay editor"]);
    for fields in [
        vec![("role", "viewer"), ("step", "apply")],
        vec![("access_until", "2099-01-01"), ("step", "apply")],
        vec![
            ("company_id", &*setup.companies[2]),
            ("company_role", "viewer"),
            ("step", "apply"),
        ],
        vec![
            ("company_id", &*setup.companies[0]),
            ("company_role", "manager"),
            ("company_seen", "editor "),
            ("step", "apply"),
        ],
    ] {
        setup.mona.post(&path, &fields).expect(403);
    }
    setup
        .mona
        .post(&setup.member(&setup.sam), &[("role", "viewer")])
        .expect(404);
    // A viewer sees the page and no form.
    let page = setup.viewer.get(&path).expect(200);
    assert!(
        !page.has("Save changes") && page.value_of("role").is_none(),
        "{}",
        page.text()
    );
    setup
        .viewer
        .post(&path, &[("role", "viewer"), ("step", "apply")])
        .expect(403);
    assert_eq!(setup.assignments_of(&setup.leon), ["North Bay editor"]);
}

#[test]
fn the_menu_of_a_member_has_what_the_reader_may_do() {
    let setup = Setup::new();
    let menu = |client: &Client, id: &str| {
        client
            .fragment(&format!("{}/menu", setup.member(id)))
            .expect(200)
            .text()
    };
    assert_eq!(
        menu(&setup.olivia, &setup.leon),
        "View Change role Assign companies Suspend Remove"
    );
    assert_eq!(menu(&setup.mona, &setup.leon), "View Assign companies");
    assert_eq!(menu(&setup.viewer, &setup.leon), "View");
    setup
        .olivia
        .post(&format!("{}/suspension", setup.member(&setup.leon)), &[])
        .expect(303);
    assert!(menu(&setup.olivia, &setup.leon).contains("Restore access"));
    // Without JavaScript the link leads to the member, whose page has all of it.
    setup
        .olivia
        .get(&format!("{}/menu", setup.member(&setup.leon)))
        .expect_redirect(&setup.member(&setup.leon));
    setup
        .mona
        .get(&format!("{}/menu", setup.member(&setup.sam)))
        .expect(404);
}

#[test]
fn members_counts_leave_out_suspended_people_who_have_a_count_of_their_own() {
    let setup = Setup::new();
    setup
        .olivia
        .post(&format!("{}/suspension", setup.member(&setup.leon)), &[])
        .expect(303);
    setup.app.sweep();
    let page = setup.olivia.get(&format!("{BASE}/members")).expect(200);
    assert_eq!(page.texts(".tabs [aria-current]"), ["Members 4"]);
    assert_eq!(page.texts(".sidebar .nav[aria-current]"), ["Members4"]);
    assert!(page.has("1 to 5 of 5, 1 without access"), "{}", page.text());
    let options = page.texts("#filter-status option");
    assert_eq!(
        options,
        [
            "Any status",
            "Active 4",
            "Access ends soon",
            "Access ended 0",
            "Suspended 1"
        ]
    );
    let names = |query: &str| {
        setup
            .olivia
            .get(&format!("{BASE}/members?{query}"))
            .expect(200)
            .texts("tbody .who__name")
    };
    assert_eq!(names("status=suspended"), ["Leon Fischer"]);
    assert_eq!(names("status=active").len(), 4);
    let overview = setup.olivia.get(BASE).expect(200);
    assert!(overview.text().contains("Members4"), "{}", overview.text());
}

#[test]
fn members_are_filtered_by_their_last_activity_also_in_the_export() {
    let setup = Setup::new();
    let seen = |id: &str, days: i64| {
        let at = setup.app.now() - days * 86_400_000_000;
        let joined = setup.app.now() - 400 * 86_400_000_000;
        setup.app.database.execute(&format!(
            "UPDATE memberships SET last_seen_at = {at}, joined_at = {joined} WHERE id = '{id}'"
        ));
    };
    seen(&setup.leon, 3);
    seen(&setup.mona_id, 45);
    setup.app.database.execute(&format!(
        "UPDATE memberships SET last_seen_at = NULL, joined_at = 1 WHERE id = '{}'",
        setup.sam
    ));
    setup.app.database.execute(
        "UPDATE memberships SET last_seen_at = NULL WHERE user_id = (SELECT id FROM users WHERE name = 'Vera Look')",
    );
    let names = |query: &str| {
        let mut names = setup
            .olivia
            .get(&format!("{BASE}/members?{query}"))
            .expect(200)
            .texts("tbody .who__name");
        names.retain(|name| name != "Olivia Hart");
        names
    };
    assert_eq!(names("seen=7"), ["Leon Fischer"]);
    assert_eq!(names("seen=30"), ["Leon Fischer"]);
    // Someone who never came counts as inactive from the day they joined on; Vera joined today.
    assert_eq!(names("seen=not-30"), ["Mona Vale", "Sam South"]);
    assert_eq!(names("seen=not-90"), ["Sam South"]);
    assert_eq!(names("seen=never"), ["Sam South", "Vera Look"]);
    assert_eq!(names("seen=never&role=member"), ["Sam South"]);
    assert_eq!(names("seen=not-30&q=mona&sort=joined"), ["Mona Vale"]);
    let sheet = setup
        .olivia
        .get(&format!("{BASE}/members.csv?seen=not-90"))
        .expect(200)
        .body;
    assert!(
        sheet.contains("sam@harbor.test") && !sheet.contains("mona@harbor.test"),
        "{sheet}"
    );
    let page = setup.olivia.get(&format!("{BASE}/members?seen=never")).expect(200);
    assert!(
        page.has("1 to 2 of 2") && page.value_of("seen").as_deref() == Some("never"),
        "{}",
        page.text()
    );
}

#[test]
fn a_filter_is_saved_as_a_view_of_ones_own_and_deleted() {
    let setup = Setup::new();
    let views = format!("{BASE}/member-views");
    let save = |client: &Client, name: &str, query: &str| client.post(&views, &[("name", name), ("query", query)]);
    let at = format!("{BASE}/members?role=member&seen=never");
    save(&setup.olivia, "Never came", "seen=never&role=member&after=x&evil=1")
        .expect_redirect(&at)
        .follow(&setup.olivia)
        .expect_text("Saved the view “Never came”");
    let page = setup.olivia.get(&format!("{BASE}/members")).expect(200);
    assert_eq!(
        page.link("Never came").as_deref(),
        Some("members?role=member&seen=never")
    );
    // Only the person who saved it has it.
    let viewer = setup.viewer.get(&format!("{BASE}/members")).expect(200);
    assert!(!viewer.has("Never came"));
    for (name, query, message) in [
        ("Never came", "role=viewer", "You have a view with this name"),
        ("", "role=viewer", "Enter a name for the view"),
        ("All", "", "Choose a filter first"),
        ("All", "unknown=1", "Choose a filter first"),
    ] {
        let page = save(&setup.olivia, name, query).expect(422);
        assert_eq!(page.field_error("name").as_deref(), Some(message), "{name}: {query}");
        assert_eq!(page.value_of("name").as_deref(), Some(name));
    }
    let id = setup
        .app
        .database
        .words("SELECT id AS value FROM member_views")
        .remove(0);
    let deletion = format!("{views}/{id}/deletion");
    setup.viewer.post(&deletion, &[]).expect(404);
    setup
        .olivia
        .post(&deletion, &[])
        .expect_redirect(&format!("{BASE}/members"));
    setup.olivia.post(&deletion, &[]).expect(404);
    assert_eq!(
        (setup.events("member.view_saved"), setup.events("member.view_deleted")),
        (1, 1)
    );
    for n in 0..20 {
        save(&setup.olivia, &format!("View {n}"), "role=viewer").expect(303);
    }
    save(&setup.olivia, "One more", "role=viewer")
        .expect(422)
        .expect_text("You can save at most 20 views");
    // Another member saves views of their own.
    save(&setup.viewer, "View 1", "role=viewer").expect(303);
    setup.app.expect_healthy();
}

#[test]
fn a_removal_suspension_archiving_and_unassignment_can_be_undone_from_the_message() {
    let setup = Setup::new();
    let undo = |page: &Page, path: &str| {
        assert!(page.has("Undo"), "{}", page.text());
        assert_eq!(page.all(".toast form", "action"), [path]);
        let names = page.all(".toast input", "name").into_iter();
        let fields: Vec<_> = names.zip(page.all(".toast input", "value")).collect();
        post(&setup.olivia, path, &fields).expect(303).follow(&setup.olivia)
    };
    let leon = setup.member(&setup.leon);
    let removed = setup
        .olivia
        .post(&format!("{leon}/removal"), &[])
        .expect(303)
        .follow(&setup.olivia);
    let back = undo(&removed, &format!("{leon}/reinstatement"));
    assert!(back.has("Leon Fischer is a member again"), "{}", back.text());
    assert_eq!(setup.assignments_of(&setup.leon), ["North Bay viewer"]);
    // The message is shown once.
    assert!(!setup.olivia.get(&format!("{BASE}/members")).has("Undo"));
    let suspended = setup
        .olivia
        .post(&format!("{leon}/suspension"), &[("reason", "On leave")])
        .expect(303)
        .follow(&setup.olivia);
    let restored = undo(&suspended, &format!("{leon}/restoration"));
    assert!(restored.has("Leon Fischer has access again"), "{}", restored.text());
    // Restoring access is undone with the same reason.
    let again = undo(&restored, &format!("{leon}/suspension"));
    assert!(
        again.has("On leave") && again.has("Suspended by Olivia Hart"),
        "{}",
        again.text()
    );
    setup.olivia.post(&format!("{leon}/restoration"), &[]).expect(303);
    let company = format!("{BASE}/companies/south");
    let archived = setup
        .olivia
        .post(&format!("{company}/archiving"), &[])
        .expect(303)
        .follow(&setup.olivia);
    let restored = undo(&archived, &format!("{company}/restoring"));
    assert!(restored.has("South is restored"), "{}", restored.text());
    // An assignment comes back with its end.
    let until = setup.app.day(9);
    let assign = [
        ("company_id", setup.companies[0].as_str()),
        ("company_role", "editor"),
        ("company_until", &until),
    ];
    setup.olivia.post(&format!("{leon}/companies"), &assign).expect(303);
    let end = || {
        setup.app.database.number(&format!(
            "SELECT access_until AS value FROM company_assignments WHERE membership_id = '{}'",
            setup.leon
        ))
    };
    let before = end();
    for (path, undone) in [
        (
            format!("{leon}/companies/{}/unassigning", setup.companies[0]),
            format!("{leon}/companies"),
        ),
        (
            format!("{BASE}/companies/north-bay/members/{}/unassigning", setup.leon),
            format!("{BASE}/companies/north-bay/members"),
        ),
    ] {
        let gone = setup.olivia.post(&path, &[]).expect(303).follow(&setup.olivia);
        assert_eq!(setup.assignments_of(&setup.leon), Vec::<String>::new(), "{path}");
        undo(&gone, &undone);
        assert_eq!(
            (setup.assignments_of(&setup.leon), end()),
            (vec!["North Bay editor".to_owned()], before),
            "{path}"
        );
    }
    setup.app.expect_healthy();
}

#[test]
fn a_bulk_change_of_everyone_who_matches_asks_again_when_the_set_changed() {
    let setup = Setup::new();
    let path = format!("{BASE}/members/bulk");
    let all = [("all", "1"), ("role", "member"), ("do", "suspend")];
    let page = setup
        .olivia
        .post(&path, &all)
        .expect(200)
        .expect_text("Suspend 3 people");
    let fields = page.form("members/bulk");
    assert!(fields.iter().all(|(name, _)| name != "id"), "{fields:?}");
    // Sam gets another role: two match now.
    setup
        .olivia
        .post(&format!("{}/role", setup.member(&setup.sam)), &[("role", "viewer")])
        .expect(303);
    let again = post(&setup.olivia, &path, &fields).expect(422);
    assert!(
        again.has("other people match the filter now: 2 people") && again.has("Suspend 2 people"),
        "{}",
        again.text()
    );
    assert_eq!(setup.events("member.suspended"), 0);
    post(&setup.olivia, &path, &again.form("members/bulk")).expect(303);
    assert_eq!(setup.events("member.suspended"), 2);
    // The page of the list, without JavaScript: without Olivia herself.
    let page = setup
        .olivia
        .post(&path, &[("page", "1"), ("do", "restore")])
        .expect(200);
    assert!(page.has("2 people to change, 2 unchanged"), "{}", page.text());
    setup.app.expect_healthy();
}

#[test]
fn suggestions_name_the_people_and_companies_that_the_reader_sees() {
    let setup = Setup::new();
    let values = |client: &Client, what: &str, text: &str| {
        let page = client
            .fragment(&format!("{BASE}/suggestions/{what}?company={}", encode(text)))
            .expect(200);
        page.all("option", "value")
    };
    assert_eq!(
        values(&setup.olivia, "people", "fisch"),
        ["Leon Fischer (leon@harbor.test)"]
    );
    assert_eq!(
        values(&setup.olivia, "companies", "north"),
        ["North Bay", "North Coast"]
    );
    assert_eq!(values(&setup.mona, "companies", ""), ["North Bay"]);
    assert_eq!(values(&setup.mona, "people", "sam"), Vec::<String>::new());
    // A suggestion names exactly one person, and a company that several names match is chosen from a list.
    let explain = |query: &str| setup.olivia.get(&format!("{BASE}/access/explain?{query}"));
    let person = format!("q={}", encode("Leon Fischer (leon@harbor.test)"));
    explain(&person).expect(200).expect_text("What Leon Fischer can do");
    let several = explain(&format!("{person}&company=north")).expect(200);
    assert!(
        several.has("Select a company") && several.has("North Coast"),
        "{}",
        several.text()
    );
    let one = explain(&format!("{person}&company={}", encode("North Bay"))).expect(200);
    assert!(!one.has("Select a company") && one.value_of("company").as_deref() == Some("North Bay"));
    explain(&format!("{person}&company=nothing"))
        .expect(422)
        .expect_text("No company has this name");
    // Requesting access: by name, then by a choice among several.
    let requests = format!("{BASE}/access/requests");
    let ask = |fields: &[(&str, &str)]| setup.viewer.post(&requests, fields);
    let page = ask(&[("permission", "co.edit"), ("company", "north")]).expect(422);
    assert!(page.has("Several companies match. Choose one"), "{}", page.text());
    ask(&[
        ("permission", "co.edit"),
        ("company", "north"),
        ("company_id", &setup.companies[1]),
    ])
    .expect(303);
    ask(&[("permission", "co.edit"), ("company", "South")]).expect(303);
}

#[test]
fn the_tab_of_companies_counts_and_lists_assignments() {
    let setup = Setup::new();
    let tab = |query: &str| {
        setup
            .olivia
            .get(&format!("{BASE}/access?tab=company{query}"))
            .expect(200)
    };
    let page = tab("");
    assert!(page.has("Company 3") && page.has("1 to 3 of 3"), "{}", page.text());
    assert_eq!(
        page.texts("tbody th .who__name"),
        ["Leon Fischer", "Mona Vale", "Sam South"]
    );
    assert!(
        page.has("access to every company: Owner: 1 · Viewer: 1"),
        "{}",
        page.text()
    );
    assert!(tab("&role=viewer").has("1 to 2 of 2"));
    assert!(tab("&q=mona").has("1 assignment"));
    assert_eq!(tab("&company=south").texts("tbody th .who__name"), ["Sam South"]);
    // A manager of one company counts and lists its assignments.
    let page = setup.mona.get(&format!("{BASE}/access?tab=company")).expect(200);
    assert!(
        page.has("Company 2") && page.has("1 to 2 of 2") && !page.has("Sam South"),
        "{}",
        page.text()
    );
    // Paging shows each assignment once.
    setup.app.fixtures(|fixtures| {
        let organization = fixtures.organization_of("harbor");
        let bay = fixtures.company_of(organization, "north-bay");
        let coast = fixtures.company_of(organization, "north-coast");
        for n in 0..25 {
            let user = fixtures.account(&format!("Person {n:02}"), &format!("p{n}@harbor.test"), true);
            fixtures.add_member(organization, user, "member", &[(bay, "viewer"), (coast, "editor")]);
        }
    });
    let (mut seen, mut query) = (Vec::new(), String::new());
    for _ in 0..5 {
        let page = tab(&query);
        let names = page.texts("tbody th .who__name");
        let places = page.texts("tbody td[data-label=Company]");
        seen.extend(names.into_iter().zip(places));
        match page
            .all("a[rel=next]", "href")
            .pop()
            .and_then(|href| Some(href.split_once("after=")?.1.to_owned()))
        {
            Some(after) => query = format!("&after={after}"),
            None => break,
        }
    }
    assert_eq!(seen.len(), 53);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 53);
}

#[test]
fn an_avatar_has_the_same_color_on_every_page_also_after_a_new_name() {
    let setup = Setup::new();
    let tints = |page: &Page, initials: &str| {
        let html = scraper::Html::parse_document(&page.body);
        let selector = scraper::Selector::parse(".avatar").expect("a selector");
        let mut tints: Vec<String> = html
            .select(&selector)
            .filter(|avatar| avatar.text().collect::<String>().trim() == initials)
            .flat_map(|avatar| avatar.value().classes().map(str::to_owned).collect::<Vec<_>>())
            .filter(|class| class.starts_with("tint-"))
            .collect();
        tints.sort();
        tints.dedup();
        tints
    };
    // Olivia changes something under her old name, which the log keeps, and then her name.
    setup
        .olivia
        .post(&format!("{}/role", setup.member(&setup.sam)), &[("role", "viewer")])
        .expect(303);
    setup
        .olivia
        .post("/account/name", &[("name", "Otto Hardy")])
        .expect(303);
    let own = tints(&setup.olivia.get(&format!("{BASE}/members")).expect(200), "OH");
    assert_eq!(own.len(), 1, "{own:?}");
    for path in [
        "",
        "/settings/audit",
        "/access",
        "/access/explain?q=hart",
        "/access/matrix",
        "/members/removed",
    ] {
        let page = setup.olivia.get(&format!("{BASE}{path}")).expect(200);
        assert_eq!(tints(&page, "OH"), own, "{path}");
    }
    setup.app.advance(DAY);
}
