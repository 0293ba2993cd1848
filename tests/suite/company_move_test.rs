//! A company moves to another organization of the same user, with its name and the members of both. A move is blocked
//! by references to the company and by missing permissions in the target.

use crate::harness::client::Client;
use crate::harness::fixtures::open_link;
use crate::harness::test_app::TestApp;

const FROM: &str = "/organizations/harbor/companies/north";

/// An owner of two organizations: Harbor, with the company North, and Meadow.
fn two_organizations(app: &TestApp) -> Client {
    let cookie = app.fixtures(|fixtures| {
        let olivia = fixtures.account("Olivia Hart", "olivia@move.test", true);
        let harbor = fixtures.organization("Harbor", "harbor", olivia);
        fixtures.organization("Meadow", "meadow", olivia);
        fixtures.company(harbor, "North", "north");
        fixtures.session_cookie(olivia)
    });
    app.client_with(&cookie)
}

fn move_company(client: &Client, to: &str, name: &str) -> crate::harness::page::Page {
    client.post(&format!("{FROM}/moving"), &[("to", to), ("name", name)])
}

fn words(app: &TestApp, slug: &str, sql: &str) -> Vec<String> {
    app.database.words(&sql.replace(
        "{org}",
        &format!("(SELECT organization_id FROM organization_slugs WHERE slug = '{slug}')"),
    ))
}

#[test]
fn a_company_moves_with_the_members_of_both_organizations() {
    let app = TestApp::open();
    let olivia = two_organizations(&app);
    let (tara, sam) = app.fixtures(|fixtures| {
        let (harbor, meadow) = (fixtures.organization_of("harbor"), fixtures.organization_of("meadow"));
        let north = fixtures.company_of(harbor, "north");
        // Tara is in both, Sam only in Harbor, Kim is suspended in Meadow, and Meadow already has a North.
        let people = ["Tara Long", "Sam Reed", "Kim Park"].map(|name| {
            let email = format!("{}@move.test", name[..3].to_lowercase());
            let user = fixtures.account(name, &email, true);
            fixtures.add_member(harbor, user, "member", &[(north, "editor")]);
            user
        });
        fixtures.add_member(meadow, people[0], "member", &[]);
        let kim = fixtures.add_member(meadow, people[2], "member", &[]);
        fixtures.company(meadow, "North", "north");
        fixtures.suspend(meadow, kim);
        (fixtures.session_cookie(people[0]), fixtures.session_cookie(people[1]))
    });
    let (tara, sam) = (app.client_with(&tara), app.client_with(&sam));
    sam.get(FROM).expect(200);

    let page = olivia.get(&format!("{FROM}/moving?to=meadow")).expect(200);
    assert!(page.has("1 person who is in both organizations"), "{}", page.text());
    assert!(page.has("2 other people"), "{}", page.text());

    let moved = move_company(&olivia, "meadow", "North").expect(303);
    let there = moved.location.clone().expect("an address");
    assert!(there.starts_with("/organizations/meadow/companies/north-"), "{there}");
    olivia.get(&there).expect(200).expect_text("North");
    tara.get(&there).expect(200);
    for client in [&olivia, &sam, &tara] {
        client.get(FROM).expect(404);
    }
    sam.get(&there).expect(404);

    let assigned = "SELECT u.email AS value FROM company_assignments a JOIN memberships m ON m.id = a.membership_id JOIN users u ON u.id = m.user_id WHERE a.organization_id = {org} ORDER BY 1";
    assert_eq!(words(&app, "meadow", assigned), ["tar@move.test"]);
    assert!(words(&app, "harbor", assigned).is_empty());
    // Each log records its side of the move.
    let actions = |slug: &str| {
        let sql = "SELECT action AS value FROM audit_events WHERE organization_id = {org} AND (action LIKE 'company.moved%' OR action LIKE 'member.%assigned') ORDER BY seq";
        words(&app, slug, sql)
    };
    assert_eq!(
        actions("harbor"),
        [
            "member.unassigned",
            "member.unassigned",
            "member.unassigned",
            "company.moved_away"
        ]
    );
    assert_eq!(actions("meadow"), ["member.assigned", "company.moved_in"]);
    olivia
        .get("/organizations/harbor/settings/audit")
        .expect(200)
        .expect_text("Moved North to Meadow");
    olivia
        .get("/organizations/meadow/settings/audit")
        .expect(200)
        .expect_text("Moved North here from Harbor");
    app.expect_healthy();
}

#[test]
fn a_move_assigns_only_members_whom_the_mover_may_assign() {
    let app = TestApp::open();
    let olivia = two_organizations(&app);
    app.fixtures(|fixtures| {
        let owner = fixtures.user("olivia@move.test");
        let noah = fixtures.account("Noah Brandt", "noah@move.test", true);
        let harbor = fixtures.organization_of("harbor");
        let north = fixtures.company_of(harbor, "north");
        let vale = fixtures.organization("Vale", "vale", noah);
        // In Vale, Olivia has only the permissions of a custom role.
        let founder = fixtures.custom_role(
            vale,
            noah,
            "Founder",
            "user_admin",
            "overview.view company.create members.view members.assign members.role",
        );
        let me = fixtures.add_member(vale, owner, "member", &[]);
        fixtures.give(vale, me, founder);
        let olivia_member = fixtures.membership(harbor, owner);
        fixtures.assign(harbor, olivia_member, north, "manager");
        for (name, role) in [("Sam Reed", "member"), ("Ada Finch", "admin")] {
            let email = format!("{}@move.test", name[..3].to_lowercase());
            let user = fixtures.account(name, &email, true);
            fixtures.add_member(harbor, user, "member", &[(north, "editor")]);
            fixtures.add_member(vale, user, role, &[]);
        }
    });
    move_company(&olivia, "vale", "North").expect(303);
    let assigned = "SELECT u.email AS value FROM company_assignments a JOIN memberships m ON m.id = a.membership_id JOIN users u ON u.id = m.user_id WHERE a.organization_id = {org} ORDER BY 1";
    assert_eq!(words(&app, "vale", assigned), ["sam@move.test"]);
    app.expect_healthy();
}

#[test]
fn a_move_is_blocked_while_something_references_the_company() {
    let app = TestApp::open();
    let olivia = two_organizations(&app);
    let (review, request, links) = app.fixtures(|fixtures| {
        let harbor = fixtures.organization_of("harbor");
        let owner = fixtures.user("olivia@move.test");
        let north = fixtures.company_of(harbor, "north");
        let tara = fixtures.account("Tara Long", "tara@move.test", true);
        let tara = fixtures.add_member(harbor, tara, "member", &[(north, "viewer")]);
        fixtures.invitation(harbor, owner, "new@move.test", "member", &[(north, "viewer")]);
        fixtures.group(harbor, owner, "Field team", "member", &[(north, "viewer")]);
        let mut terms = open_link("Spring fair");
        terms.companies = vec![north];
        let (link, _) = fixtures.link(harbor, owner, &terms);
        let request = fixtures.request(harbor, tara, "co.edit", Some(north));
        let review = fixtures.review(harbor, owner, Some(vec![north]));
        (review.to_string(), request.to_string(), link.to_string())
    });
    let page = olivia.get(&format!("{FROM}/moving?to=meadow")).expect(200);
    for name in ["new@move.test", "Field team", "Spring fair", "Autumn review"] {
        assert!(page.has(name), "{name} is not listed: {}", page.text());
    }
    assert!(!page.has("Lose their assignment"));
    let refused = || {
        move_company(&olivia, "meadow", "North")
            .expect(422)
            .expect_text("Resolve the items that block the move first");
        olivia.get(FROM).expect(200);
    };
    refused();
    // Resolve one reference after the other.
    let base = "/organizations/harbor";
    let id = |table: &str| {
        app.database
            .words(&format!("SELECT id AS value FROM {table}"))
            .remove(0)
    };
    olivia
        .post(&format!("{base}/invitations/{}/cancellation", id("invitations")), &[])
        .expect(303);
    refused();
    olivia
        .post(&format!("{base}/access/groups/{}/deletion", id("groups")), &[])
        .expect(303);
    refused();
    olivia
        .post(&format!("{base}/settings/onboarding/{links}/disabling"), &[])
        .expect(303);
    refused();
    olivia
        .post(
            &format!("{base}/access/requests/{request}/decision"),
            &[("decision", "deny")],
        )
        .expect(303);
    refused();
    olivia
        .post(&format!("{base}/access/reviews/{review}/cancellation"), &[])
        .expect(303);
    move_company(&olivia, "meadow", "North").expect_redirect("/organizations/meadow/companies/north");
    // The cancelled review of the company can still be read.
    olivia.get(&format!("{base}/access/reviews/{review}")).expect(200);
    app.expect_healthy();
}

#[test]
fn dual_control_blocks_a_move_by_one_owner() {
    let app = TestApp::open();
    let olivia = two_organizations(&app);
    let noah = app.fixtures(|fixtures| {
        let harbor = fixtures.organization_of("harbor");
        let noah = fixtures.account("Noah Brandt", "noah@move.test", true);
        fixtures.add_member(harbor, noah, "owner", &[]);
        fixtures.session_cookie(noah)
    });
    let (noah, settings) = (app.client_with(&noah), "/organizations/harbor/settings");
    olivia
        .post(&format!("{settings}/dual-control"), &[("on", "yes")])
        .expect(303);
    olivia
        .get(&format!("{FROM}/moving?to=meadow"))
        .expect(200)
        .expect_text("One owner alone can’t move a company");
    move_company(&olivia, "meadow", "North")
        .expect(422)
        .expect_text("Resolve the items that block the move first");
    olivia.get(FROM).expect(200);
    // The move is possible after both owners turn dual control off.
    olivia.post(&format!("{settings}/dual-control"), &[]).expect(303);
    let links = noah.get(&format!("{settings}/general")).expect(200).links();
    let request = links.into_iter().find(|link| link.contains("/settings/approvals/"));
    let request = request.expect("an approval for Noah");
    noah.post(&format!("{request}/confirmation"), &[]).expect(303);
    move_company(&olivia, "meadow", "North").expect_redirect("/organizations/meadow/companies/north");
    app.expect_healthy();
}

#[test]
fn a_move_requires_create_permission_in_the_target_and_the_typed_name() {
    let app = TestApp::open();
    let olivia = two_organizations(&app);
    let admin = app.fixtures(|fixtures| {
        let owner = fixtures.user("olivia@move.test");
        let other = fixtures.account("Noah Brandt", "noah@move.test", true);
        let harbor = fixtures.organization_of("harbor");
        fixtures.add_member(harbor, other, "admin", &[]);
        // Olivia is a viewer in Glen, not a member of Strange, and Going awaits deletion.
        let glen = fixtures.organization("Glen", "glen", other);
        fixtures.add_member(glen, owner, "viewer", &[]);
        fixtures.organization("Strange", "strange", other);
        fixtures.organization("Going", "going", owner);
        fixtures.session_cookie(other)
    });
    app.database.execute(
        "UPDATE organizations SET delete_after = 9000000000000000, status = 'pending_deletion' WHERE name = 'Going'",
    );
    let page = olivia.get(&format!("{FROM}/moving")).expect(200);
    assert_eq!(page.all("select#to option", "value"), ["", "meadow"]);
    for to in ["glen", "strange", "going", "harbor", "", "no-such"] {
        move_company(&olivia, to, "North")
            .expect(422)
            .expect_text("Choose one of these organizations");
    }
    let page = move_company(&olivia, "meadow", "north")
        .expect(422)
        .expect_text("Type “North”");
    assert!(page.has("Lose their assignment"), "the selection is kept");
    // An admin, who can't delete companies in Harbor, can't move one out.
    let noah = app.client_with(&admin);
    noah.get(&format!("{FROM}/moving")).expect(403);
    move_company(&noah, "glen", "North").expect(403);
    olivia.get(FROM).expect(200);
    app.expect_healthy();
}
