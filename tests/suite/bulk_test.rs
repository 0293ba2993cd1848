//! Bulk changes of members: a preview of every effect, then all changes or none.

use crate::harness::client::Client;
use crate::harness::fixtures::SessionCookie;
use crate::harness::page::Page;
use crate::harness::test_app::TestApp;

const BASE: &str = "/organizations/harbor/members";
const BULK: &str = "/organizations/harbor/members/bulk";

/// Olivia's organization with an admin, a user admin, an editor, a manager and three members; and a second
/// organization.
struct Setup {
    olivia: Client,
    ursula: Client,
    edith: Client,
    manager: Client,
    ids: Vec<String>,
    admin: String,
    owner: String,
    north: String,
    foreign_company: String,
    foreign_member: String,
}

fn setup(app: &TestApp) -> Setup {
    let (cookies, ids, others): (Vec<SessionCookie>, Vec<String>, Vec<String>) = app.fixtures(|fixtures| {
        let owner = fixtures.account("Olivia Hart", "olivia@harbor.test", true);
        let organization = fixtures.organization("Harbor", "harbor", owner);
        let north = fixtures.company(organization, "North", "north");
        fixtures.company(organization, "South", "south");
        let mut add_member = |name: &str, role: &str, companies: &[(_, &str)]| {
            let email = format!("{}@harbor.test", name.to_lowercase());
            let user = fixtures.account(&format!("{name} Vale"), &email, true);
            (
                user,
                fixtures.add_member(organization, user, role, companies).to_string(),
            )
        };
        let (ursula, _) = add_member("Ursula", "user_admin", &[]);
        let (edith, _) = add_member("Edith", "editor", &[]);
        let (manager, _) = add_member("Mona", "member", &[(north, "manager")]);
        let admin = add_member("Adam", "admin", &[]).1;
        let ids: Vec<String> = ["Ann", "Bob", "Cleo"]
            .iter()
            .map(|name| add_member(name, "member", &[(north, "viewer")]).1)
            .collect();
        let stranger = fixtures.account("Sten Far", "sten@elsewhere.test", true);
        let elsewhere = fixtures.organization("Elsewhere", "elsewhere", stranger);
        let far = fixtures.company(elsewhere, "Far", "far");
        let foreign = fixtures.membership(elsewhere, stranger).to_string();
        let mine = fixtures.membership(organization, owner).to_string();
        (
            [owner, ursula, edith, manager]
                .map(|user| fixtures.session_cookie(user))
                .to_vec(),
            ids,
            vec![admin, mine, north.to_string(), far.to_string(), foreign],
        )
    });
    let [olivia, ursula, edith, manager] = [0, 1, 2, 3].map(|at| app.client_with(&cookies[at]));
    let [admin, owner, north, foreign_company, foreign_member] = [0, 1, 2, 3, 4].map(|at| others[at].clone());
    Setup {
        olivia,
        ursula,
        edith,
        manager,
        ids,
        admin,
        owner,
        north,
        foreign_company,
        foreign_member,
    }
}

/// Form fields with these member ids.
fn form<'a>(ids: &'a [String], more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields: Vec<(&str, &str)> = ids.iter().map(|id| ("id", id.as_str())).collect();
    fields.extend(more);
    fields
}

/// Submits the preview's confirmation form.
#[track_caller]
fn confirm(client: &Client, page: &Page) -> Page {
    let fields = page.form("members/bulk");
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert!(fields.contains(&("step", "apply")), "{fields:?}");
    client.post(BULK, &fields)
}

fn count(app: &TestApp, from: &str) -> i64 {
    app.database.number(&format!("SELECT count(*) AS value FROM {from}"))
}

#[test]
fn a_hundred_members_are_changed_together_by_a_list_filter() {
    let app = TestApp::open();
    let (cookie, north) = app.fixtures(|fixtures| {
        let owner = fixtures.account("Olivia Hart", "olivia@crowd.test", true);
        let organization = fixtures.organization("Crowd", "crowd", owner);
        let north = fixtures.company(organization, "North", "north");
        for n in 0..100 {
            let user = fixtures.account(&format!("Person {n:03}"), &format!("p{n}@crowd.test"), true);
            fixtures.add_member(organization, user, "member", &[]);
        }
        (fixtures.session_cookie(owner), north.to_string())
    });
    let olivia = app.client_with(&cookie);
    let list = olivia.get("/organizations/crowd/members?role=member").expect(200);
    assert!(list.has("Select all 100 that match"), "{}", list.text());
    let path = "/organizations/crowd/members/bulk";
    let page = olivia
        .post(path, &[("all", "1"), ("role", "member"), ("do", "assign")])
        .expect(200)
        .expect_text("Assign companies to 100 people")
        .expect_text("including future ones");
    let mut fields = page.form("members/bulk");
    let sent = |name: &str, value: &str| fields.contains(&(name.to_owned(), value.to_owned()));
    assert!(
        sent("all", "1") && sent("role", "member"),
        "the filter, not the members: {fields:?}"
    );
    fields.retain(|(name, _)| !name.starts_with("company_"));
    fields.push(("company_id".into(), north.clone()));
    fields.push(("company_role".into(), "editor".into()));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let page = olivia
        .post(path, &fields)
        .expect(200)
        .expect_text("100 people to change");
    assert_eq!(count(&app, "company_assignments"), 0, "nothing is changed yet");
    let fields = page.form("members/bulk");
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    olivia
        .post(path, &fields)
        .expect_redirect("/organizations/crowd/members")
        .follow(&olivia)
        .expect_text("Assigned 100 people to North (Editor)");
    assert_eq!(count(&app, "company_assignments WHERE role = 'editor'"), 100);
    assert_eq!(count(&app, "audit_events WHERE action = 'member.assigned'"), 100);
    app.expect_healthy();

    // Suspend and restore all of them.
    for (kind, action) in [("suspend", "member.suspended"), ("restore", "member.restored")] {
        let page = olivia
            .post(path, &[("all", "1"), ("role", "member"), ("do", kind)])
            .expect(200);
        let fields = page.form("members/bulk");
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        olivia.post(path, &fields).expect(303);
        assert_eq!(count(&app, &format!("audit_events WHERE action = '{action}'")), 100);
        app.expect_healthy();
    }
}

#[test]
fn the_preview_shows_each_change_and_excludes_refused_members() {
    let app = TestApp::open();
    let setup = setup(&app);
    let mut ids = setup.ids.clone();
    ids.push(setup.admin.clone());
    let page = setup
        .ursula
        .post(
            BULK,
            &form(&ids, &[("do", "role"), ("step", "look"), ("role_value", "viewer")]),
        )
        .expect(200)
        .expect_text("3 people to change, 1 refused")
        .expect_text("Member → Viewer")
        .expect_text("Your role doesn’t allow this change");
    assert_eq!(page.form("members/bulk").iter().filter(|(n, _)| n == "id").count(), 3);
    assert_eq!(count(&app, "memberships WHERE role = 'viewer'"), 0);
    confirm(&setup.ursula, &page)
        .expect(303)
        .follow(&setup.ursula)
        .expect_text("Changed the role of 3 people to Viewer");
    assert_eq!(count(&app, "memberships WHERE role = 'viewer'"), 3);
    // Members who already have the role are not changed.
    setup
        .olivia
        .post(
            BULK,
            &form(
                &setup.ids,
                &[("do", "role"), ("step", "look"), ("role_value", "viewer")],
            ),
        )
        .expect(200)
        .expect_text("Nothing to change");
    app.expect_healthy();
}

#[test]
fn one_newly_refused_member_stops_the_whole_bulk_change() {
    let app = TestApp::open();
    let setup = setup(&app);
    let page = setup
        .ursula
        .post(BULK, &form(&setup.ids, &[("do", "suspend")]))
        .expect(200)
        .expect_text("3 people to change");
    setup
        .olivia
        .post(&format!("{BASE}/{}/role", setup.ids[1]), &[("role", "admin")])
        .expect(303);
    let again = confirm(&setup.ursula, &page)
        .expect(422)
        .expect_text("Nothing was changed, because of Bob Vale");
    assert_eq!(count(&app, "memberships WHERE status = 'suspended'"), 0);
    assert_eq!(count(&app, "audit_events WHERE action = 'member.suspended'"), 0);
    // The error page can be confirmed for the remaining members.
    confirm(&setup.ursula, &again).expect(303);
    assert_eq!(count(&app, "memberships WHERE status = 'suspended'"), 2);

    // A member removed in the meantime is named as well.
    let page = setup
        .olivia
        .post(
            BULK,
            &form(
                &setup.ids,
                &[("do", "access-end"), ("step", "look"), ("access_until", &app.day(9))],
            ),
        )
        .expect(200);
    setup
        .olivia
        .post(&format!("{BASE}/{}/removal", setup.ids[0]), &[])
        .expect(303);
    confirm(&setup.olivia, &page)
        .expect(422)
        .expect_text("Ann Vale is no longer a member");
    assert_eq!(count(&app, "memberships WHERE access_until IS NOT NULL"), 0);
    app.expect_healthy();
}

#[test]
fn every_bulk_action_has_the_effect_of_the_single_action() {
    let app = TestApp::open();
    let setup = setup(&app);
    let run = |fields: &[(&str, &str)]| {
        let page = setup.olivia.post(BULK, &form(&setup.ids, fields)).expect(200);
        confirm(&setup.olivia, &page).expect_redirect(BASE);
        app.expect_healthy();
    };
    run(&[
        ("do", "assign"),
        ("step", "look"),
        ("company_id", &setup.north),
        ("company_role", "manager"),
    ]);
    assert_eq!(count(&app, "company_assignments WHERE role = 'manager'"), 4);
    run(&[("do", "take-off"), ("step", "look"), ("company_value", "north")]);
    assert_eq!(count(&app, "company_assignments"), 1, "the manager keeps their own");
    run(&[("do", "access-end"), ("step", "look"), ("access_until", &app.day(3))]);
    assert_eq!(count(&app, "memberships WHERE access_until IS NOT NULL"), 3);
    run(&[("do", "access-end"), ("step", "look"), ("access_until", "")]);
    assert_eq!(count(&app, "memberships WHERE access_until IS NOT NULL"), 0);
    run(&[("do", "suspend"), ("reason", "On leave")]);
    assert_eq!(count(&app, "memberships WHERE status = 'suspended'"), 3);
    run(&[("do", "restore")]);
    run(&[("do", "remove")]);
    assert_eq!(count(&app, "memberships WHERE status = 'removed'"), 3);
    assert_eq!(count(&app, "audit_events WHERE action = 'member.removed'"), 3);
    setup
        .olivia
        .get(&format!("{BASE}/removed"))
        .expect(200)
        .expect_text("Cleo Vale");
}

#[test]
fn invalid_input_shows_a_field_error_and_changes_nothing() {
    let app = TestApp::open();
    let setup = setup(&app);
    let events = count(&app, "audit_events");
    let expect_error = |kind: &'static str, name: &'static str, value: &str, says: &str| {
        let fields = [("do", kind), ("step", "apply"), (name, value)];
        setup
            .olivia
            .post(BULK, &form(&setup.ids, &fields))
            .expect(422)
            .expect_text(says);
    };
    expect_error("role", "role_value", "emperor", "Choose a role");
    expect_error("role", "role_value", "", "Choose a role");
    expect_error("access-end", "access_until", "tomorrow", "Enter a day");
    expect_error(
        "access-end",
        "access_until",
        "2001-01-01",
        "Choose today or a later day",
    );
    expect_error("take-off", "company_value", "no-such", "Choose a company");
    expect_error("group", "group_id", "", "Choose a group");
    expect_error("suspend", "reason", &"x".repeat(301), "at most 300 characters");
    for company in [setup.foreign_company.as_str(), "nonsense"] {
        let fields = [
            ("do", "assign"),
            ("step", "apply"),
            ("company_id", company),
            ("company_role", "editor"),
        ];
        setup
            .olivia
            .post(BULK, &form(&setup.ids, &fields))
            .expect(422)
            .expect_text("Choose companies from the list");
    }
    setup
        .olivia
        .post(BULK, &[("do", "remove"), ("step", "apply")])
        .expect(422)
        .expect_text("Choose at least one person");
    setup
        .olivia
        .post(BULK, &form(&setup.ids, &[("do", "explode")]))
        .expect_redirect(BASE);
    let many: Vec<String> = (0..501).map(|n| format!("{n:032x}")).collect();
    setup
        .olivia
        .post(BULK, &form(&many, &[("do", "remove"), ("step", "apply")]))
        .expect(422)
        .expect_text("at most 500 people");
    for strange in [setup.foreign_member.as_str(), "nonsense"] {
        let ids = [setup.ids[0].clone(), strange.to_owned()];
        setup
            .olivia
            .post(BULK, &form(&ids, &[("do", "remove"), ("step", "apply")]))
            .expect(404);
    }
    assert_eq!(count(&app, "audit_events"), events);
    assert_eq!(count(&app, "memberships WHERE status <> 'active'"), 0);
    app.expect_healthy();
}

#[test]
fn no_one_changes_members_in_bulk_whom_they_could_not_change_singly() {
    let app = TestApp::open();
    let setup = setup(&app);
    for kind in ["role", "assign", "suspend", "remove", "group", "access-end"] {
        setup
            .edith
            .post(BULK, &form(&setup.ids, &[("do", kind), ("step", "apply")]))
            .expect(403);
    }
    for kind in ["role", "suspend", "remove", "restore", "group", "access-end"] {
        setup
            .manager
            .post(BULK, &form(&setup.ids, &[("do", kind), ("step", "apply")]))
            .expect(403);
    }
    // A company manager can assign their company, only to members whom they can see there.
    let fields = [
        ("do", "assign"),
        ("step", "look"),
        ("company_id", setup.north.as_str()),
        ("company_role", "editor"),
    ];
    let page = setup
        .manager
        .post(BULK, &form(&setup.ids, &fields))
        .expect(200)
        .expect_text("3 people to change");
    confirm(&setup.manager, &page).expect(303);
    setup
        .manager
        .post(BULK, &form(std::slice::from_ref(&setup.admin), &fields))
        .expect(404);
    // Oneself and members of the same level are refused; their rows have no checkbox.
    let ids = [setup.owner.clone(), setup.admin.clone()];
    setup
        .ursula
        .post(BULK, &form(&ids, &[("do", "remove")]))
        .expect(200)
        .expect_text("0 people to change, 2 refused");
    let list = setup.ursula.get(BASE).expect(200);
    let ticks = list.all("tbody input[name=id]", "value");
    assert!(
        !ticks.contains(&setup.owner) && !ticks.contains(&setup.admin),
        "{ticks:?}"
    );
    assert!(ticks.contains(&setup.ids[0]));
    assert!(
        setup
            .edith
            .get(BASE)
            .expect(200)
            .all("tbody input[name=id]", "value")
            .is_empty()
    );
    // The last owner can't be removed in bulk.
    setup
        .olivia
        .post(
            BULK,
            &form(
                std::slice::from_ref(&setup.owner),
                &[("do", "remove"), ("step", "apply")],
            ),
        )
        .expect(422)
        .expect_text("Nothing was changed, because of Olivia Hart");
    app.expect_healthy();
}
