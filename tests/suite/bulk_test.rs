//! Bulk changes of members: a preview of every effect, then all changes or none.

use crate::harness::client::Client;
use crate::harness::fixtures::Ticket;
use crate::harness::page::Page;
use crate::harness::test_app::TestApp;

const BASE: &str = "/organizations/harbor/members";
const BULK: &str = "/organizations/harbor/members/bulk";

/// Olivia's organization with an admin, a user admin, an editor, a manager and three members; and a second
/// organization.
struct Harbor {
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

fn harbor(app: &TestApp) -> Harbor {
    let (tickets, ids, others): (Vec<Ticket>, Vec<String>, Vec<String>) = app.fixtures(|fixtures| {
        let owner = fixtures.account("Olivia Hart", "olivia@harbor.test", true);
        let organization = fixtures.organization("Harbor", "harbor", owner);
        let north = fixtures.company(organization, "North", "north");
        fixtures.company(organization, "South", "south");
        let mut enrol = |name: &str, role: &str, companies: &[(_, &str)]| {
            let email = format!("{}@harbor.test", name.to_lowercase());
            let user = fixtures.account(&format!("{name} Vale"), &email, true);
            (user, fixtures.enrol(organization, user, role, companies).to_string())
        };
        let (ursula, _) = enrol("Ursula", "user_admin", &[]);
        let (edith, _) = enrol("Edith", "editor", &[]);
        let (manager, _) = enrol("Mona", "member", &[(north, "manager")]);
        let admin = enrol("Adam", "admin", &[]).1;
        let ids: Vec<String> = ["Ann", "Bob", "Cleo"]
            .iter()
            .map(|name| enrol(name, "member", &[(north, "viewer")]).1)
            .collect();
        let stranger = fixtures.account("Sten Far", "sten@elsewhere.test", true);
        let elsewhere = fixtures.organization("Elsewhere", "elsewhere", stranger);
        let far = fixtures.company(elsewhere, "Far", "far");
        let foreign = fixtures.membership(elsewhere, stranger).to_string();
        let mine = fixtures.membership(organization, owner).to_string();
        (
            [owner, ursula, edith, manager]
                .map(|user| fixtures.ticket(user))
                .to_vec(),
            ids,
            vec![admin, mine, north.to_string(), far.to_string(), foreign],
        )
    });
    let [olivia, ursula, edith, manager] = [0, 1, 2, 3].map(|at| app.holder(&tickets[at]));
    let [admin, owner, north, foreign_company, foreign_member] = [0, 1, 2, 3, 4].map(|at| others[at].clone());
    Harbor {
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
fn of<'a>(ids: &'a [String], more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
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
    let (ticket, north) = app.fixtures(|fixtures| {
        let owner = fixtures.account("Olivia Hart", "olivia@crowd.test", true);
        let organization = fixtures.organization("Crowd", "crowd", owner);
        let north = fixtures.company(organization, "North", "north");
        for n in 0..100 {
            let user = fixtures.account(&format!("Person {n:03}"), &format!("p{n}@crowd.test"), true);
            fixtures.enrol(organization, user, "member", &[]);
        }
        (fixtures.ticket(owner), north.to_string())
    });
    let olivia = app.holder(&ticket);
    let list = olivia.get("/organizations/crowd/members?role=member").expect(200);
    assert!(list.has("All 100 that match"), "{}", list.text());
    let path = "/organizations/crowd/members/bulk";
    let page = olivia
        .post(path, &[("all", "1"), ("role", "member"), ("do", "assign")])
        .expect(200)
        .expect_text("Assign companies to 100 people")
        .expect_text("including future ones");
    let mut fields = page.form("members/bulk");
    assert_eq!(fields.iter().filter(|(name, _)| name == "id").count(), 100);
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
    app.expect_sound();

    // Suspend and restore all of them.
    for (kind, action) in [("suspend", "member.suspended"), ("restore", "member.restored")] {
        let page = olivia
            .post(path, &[("all", "1"), ("role", "member"), ("do", kind)])
            .expect(200);
        let fields = page.form("members/bulk");
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        olivia.post(path, &fields).expect(303);
        assert_eq!(count(&app, &format!("audit_events WHERE action = '{action}'")), 100);
        app.expect_sound();
    }
}

#[test]
fn the_preview_shows_each_change_and_excludes_refused_members() {
    let app = TestApp::open();
    let at = harbor(&app);
    let mut ids = at.ids.clone();
    ids.push(at.admin.clone());
    let page = at
        .ursula
        .post(
            BULK,
            &of(&ids, &[("do", "role"), ("step", "look"), ("role_value", "viewer")]),
        )
        .expect(200)
        .expect_text("3 people to change, 1 refused")
        .expect_text("Member → Viewer")
        .expect_text("Your role doesn’t allow this change");
    assert_eq!(page.form("members/bulk").iter().filter(|(n, _)| n == "id").count(), 3);
    assert_eq!(count(&app, "memberships WHERE role = 'viewer'"), 0);
    confirm(&at.ursula, &page)
        .expect(303)
        .follow(&at.ursula)
        .expect_text("Changed the role of 3 people to Viewer");
    assert_eq!(count(&app, "memberships WHERE role = 'viewer'"), 3);
    // Members who already have the role are not changed.
    at.olivia
        .post(
            BULK,
            &of(&at.ids, &[("do", "role"), ("step", "look"), ("role_value", "viewer")]),
        )
        .expect(200)
        .expect_text("Nothing to change");
    app.expect_sound();
}

#[test]
fn one_newly_refused_member_stops_the_whole_bulk_change() {
    let app = TestApp::open();
    let at = harbor(&app);
    let page = at
        .ursula
        .post(BULK, &of(&at.ids, &[("do", "suspend")]))
        .expect(200)
        .expect_text("3 people to change");
    at.olivia
        .post(&format!("{BASE}/{}/role", at.ids[1]), &[("role", "admin")])
        .expect(303);
    let again = confirm(&at.ursula, &page)
        .expect(422)
        .expect_text("Nothing was changed, because of Bob Vale");
    assert_eq!(count(&app, "memberships WHERE status = 'suspended'"), 0);
    assert_eq!(count(&app, "audit_events WHERE action = 'member.suspended'"), 0);
    // The error page can be confirmed for the remaining members.
    confirm(&at.ursula, &again).expect(303);
    assert_eq!(count(&app, "memberships WHERE status = 'suspended'"), 2);

    // A member removed in the meantime is named as well.
    let page = at
        .olivia
        .post(
            BULK,
            &of(
                &at.ids,
                &[("do", "access-end"), ("step", "look"), ("access_until", &app.day(9))],
            ),
        )
        .expect(200);
    at.olivia
        .post(&format!("{BASE}/{}/removal", at.ids[0]), &[])
        .expect(303);
    confirm(&at.olivia, &page)
        .expect(422)
        .expect_text("Ann Vale is no longer a member");
    assert_eq!(count(&app, "memberships WHERE access_until IS NOT NULL"), 0);
    app.expect_sound();
}

#[test]
fn every_bulk_action_has_the_effect_of_the_single_action() {
    let app = TestApp::open();
    let at = harbor(&app);
    let run = |fields: &[(&str, &str)]| {
        let page = at.olivia.post(BULK, &of(&at.ids, fields)).expect(200);
        confirm(&at.olivia, &page).expect_redirect(BASE);
        app.expect_sound();
    };
    run(&[
        ("do", "assign"),
        ("step", "look"),
        ("company_id", &at.north),
        ("company_role", "manager"),
    ]);
    assert_eq!(count(&app, "company_assignments WHERE role = 'manager'"), 4);
    run(&[("do", "take-off"), ("step", "look"), ("company_value", "north")]);
    assert_eq!(count(&app, "company_assignments"), 1, "the manager’s own stays");
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
    at.olivia
        .get(&format!("{BASE}/removed"))
        .expect(200)
        .expect_text("Cleo Vale");
}

#[test]
fn invalid_input_shows_a_field_error_and_changes_nothing() {
    let app = TestApp::open();
    let at = harbor(&app);
    let events = count(&app, "audit_events");
    let look = |kind: &'static str, name: &'static str, value: &str, says: &str| {
        let fields = [("do", kind), ("step", "apply"), (name, value)];
        at.olivia
            .post(BULK, &of(&at.ids, &fields))
            .expect(422)
            .expect_text(says);
    };
    look("role", "role_value", "emperor", "Choose a role");
    look("role", "role_value", "", "Choose a role");
    look("access-end", "access_until", "tomorrow", "Enter a day");
    look(
        "access-end",
        "access_until",
        "2001-01-01",
        "Choose today or a later day",
    );
    look("take-off", "company_value", "no-such", "Choose a company");
    look("group", "group_id", "", "Choose a group");
    look("suspend", "reason", &"x".repeat(301), "at most 300 characters");
    for company in [at.foreign_company.as_str(), "nonsense"] {
        let fields = [
            ("do", "assign"),
            ("step", "apply"),
            ("company_id", company),
            ("company_role", "editor"),
        ];
        at.olivia
            .post(BULK, &of(&at.ids, &fields))
            .expect(422)
            .expect_text("Choose companies from the list");
    }
    at.olivia
        .post(BULK, &[("do", "remove"), ("step", "apply")])
        .expect(422)
        .expect_text("Choose at least one person");
    at.olivia
        .post(BULK, &of(&at.ids, &[("do", "explode")]))
        .expect_redirect(BASE);
    let many: Vec<String> = (0..501).map(|n| format!("{n:032x}")).collect();
    at.olivia
        .post(BULK, &of(&many, &[("do", "remove"), ("step", "apply")]))
        .expect(422)
        .expect_text("at most 500 people");
    for strange in [at.foreign_member.as_str(), "nonsense"] {
        let ids = [at.ids[0].clone(), strange.to_owned()];
        at.olivia
            .post(BULK, &of(&ids, &[("do", "remove"), ("step", "apply")]))
            .expect(404);
    }
    assert_eq!(count(&app, "audit_events"), events);
    assert_eq!(count(&app, "memberships WHERE status <> 'active'"), 0);
    app.expect_sound();
}

#[test]
fn no_one_changes_members_in_bulk_whom_they_could_not_change_singly() {
    let app = TestApp::open();
    let at = harbor(&app);
    for kind in ["role", "assign", "suspend", "remove", "group", "access-end"] {
        at.edith
            .post(BULK, &of(&at.ids, &[("do", kind), ("step", "apply")]))
            .expect(403);
    }
    for kind in ["role", "suspend", "remove", "restore", "group", "access-end"] {
        at.manager
            .post(BULK, &of(&at.ids, &[("do", kind), ("step", "apply")]))
            .expect(403);
    }
    // A company manager can assign their company, only to members whom they can see there.
    let fields = [
        ("do", "assign"),
        ("step", "look"),
        ("company_id", at.north.as_str()),
        ("company_role", "editor"),
    ];
    let page = at
        .manager
        .post(BULK, &of(&at.ids, &fields))
        .expect(200)
        .expect_text("3 people to change");
    confirm(&at.manager, &page).expect(303);
    at.manager
        .post(BULK, &of(std::slice::from_ref(&at.admin), &fields))
        .expect(404);
    // Oneself and members of the same level are refused; their rows have no checkbox.
    let ids = [at.owner.clone(), at.admin.clone()];
    at.ursula
        .post(BULK, &of(&ids, &[("do", "remove")]))
        .expect(200)
        .expect_text("0 people to change, 2 refused");
    let list = at.ursula.get(BASE).expect(200);
    let ticks = list.all("tbody input[name=id]", "value");
    assert!(!ticks.contains(&at.owner) && !ticks.contains(&at.admin), "{ticks:?}");
    assert!(ticks.contains(&at.ids[0]));
    assert!(
        at.edith
            .get(BASE)
            .expect(200)
            .all("tbody input[name=id]", "value")
            .is_empty()
    );
    // The last owner can't be removed in bulk.
    at.olivia
        .post(
            BULK,
            &of(std::slice::from_ref(&at.owner), &[("do", "remove"), ("step", "apply")]),
        )
        .expect(422)
        .expect_text("Nothing was changed, because of Olivia Hart");
    app.expect_sound();
}
