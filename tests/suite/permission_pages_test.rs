//! Overrides, policies, custom roles, explanations and access requests, and every attempt to gain too much by them.

use crate::harness::client::Client;
use crate::harness::fixtures::{Fixtures, simultaneously};
use crate::harness::page::Page;
use crate::harness::test_app::TestApp;
use tenantry::authz::permission::{PermissionId, PermissionSet};
use tenantry::common::id::{CompanyId, UserId};
use tenantry::db::types::org_id::OrgId;

/// An organization for one test, in an app of its own or the shared one.
struct TestOrganization<'a> {
    app: &'a TestApp,
    slug: String,
}

/// Adds members to the organization.
struct Builder<'a, 'b> {
    fixtures: &'a mut Fixtures<'b>,
    slug: String,
    owner: UserId,
    organization: OrgId,
    north: CompanyId,
}

impl Builder<'_, '_> {
    /// A member with the address NAME@SLUG.test.
    fn add(&mut self, name: &str, role: &str, north: Option<&str>) -> tenantry::common::id::MembershipId {
        // The displayed name is capitalized.
        let shown = name[..1].to_uppercase() + &name[1..];
        let user = self
            .fixtures
            .account(&shown, &format!("{name}@{}.test", self.slug), true);
        let companies: Vec<_> = north.map(|role| (self.north, role)).into_iter().collect();
        self.fixtures.add_member(self.organization, user, role, &companies)
    }

    /// A member with a custom role.
    fn add_custom(&mut self, name: &str, base: &str, permissions: &str) {
        let id = self.add(name, "member", None);
        let role = self.fixtures.custom_role(
            self.organization,
            self.owner,
            &format!("{name}’s role"),
            base,
            permissions,
        );
        self.fixtures.give(self.organization, id, role);
    }
}

impl<'a> TestOrganization<'a> {
    fn open(app: &'a TestApp, slug: &str, more: impl FnOnce(&mut Builder<'_, '_>)) -> Self {
        app.fixtures(|fixtures| {
            let owner = fixtures.account("Olivia", &format!("olivia@{slug}.test"), true);
            let organization = fixtures.organization(&format!("Hall {slug}"), slug, owner);
            let north = fixtures.company(organization, "North", &format!("north-{slug}"));
            more(&mut Builder {
                fixtures,
                slug: slug.to_owned(),
                owner,
                organization,
                north,
            });
        });
        Self {
            app,
            slug: slug.to_owned(),
        }
    }

    fn signed_in(&self, name: &str) -> Client {
        self.app.signed_in(&format!("{name}@{}.test", self.slug))
    }

    fn path(&self, rest: &str) -> String {
        format!("/organizations/{}{rest}", self.slug)
    }

    /// The membership id of a member, by the name in their address.
    fn id(&self, name: &str) -> String {
        let sql = format!(
            "SELECT m.id AS value FROM memberships m JOIN users u ON u.id = m.user_id WHERE u.email = '{name}@{}.test'",
            self.slug
        );
        self.app.database.words(&sql).remove(0)
    }

    fn overrides_path(&self, name: &str) -> String {
        self.path(&format!("/members/{}/overrides", self.id(name)))
    }

    /// The stored overrides of a member.
    fn stored_overrides(&self, name: &str) -> String {
        let sql = format!(
            "SELECT overrides AS value FROM memberships WHERE id = '{}'",
            self.id(name)
        );
        self.app.database.words(&sql).remove(0)
    }

    fn policies(&self) -> String {
        let sql = format!(
            "SELECT o.policies AS value FROM organizations o JOIN organization_slugs s ON s.organization_id = o.id WHERE s.slug = '{}'",
            self.slug
        );
        self.app.database.words(&sql).remove(0)
    }

    fn role_id(&self, name: &str) -> String {
        let sql = format!(
            "SELECT c.id AS value FROM custom_roles c JOIN organization_slugs s ON s.organization_id = c.organization_id WHERE s.slug = '{}' AND c.name = '{name}'",
            self.slug
        );
        self.app.database.words(&sql).remove(0)
    }

    fn event_count(&self, action: &str) -> i64 {
        self.app.database.number(&format!(
            "SELECT count(*) AS value FROM audit_events d JOIN organization_slugs s ON s.organization_id = d.organization_id WHERE s.slug = '{}' AND d.action = '{action}'",
            self.slug
        ))
    }

    /// Requests access and returns the path of the request.
    fn request_of(&self, client: &Client, permission: &str, company: &str) -> String {
        let fields = [
            ("permission", permission),
            ("company", company),
            ("note", "For the report"),
        ];
        let page = client.post(&self.path("/access/requests"), &fields).expect(303);
        page.location.expect("the request’s page")
    }
}

fn set_overrides(client: &Client, path: &str, fields: &[(&str, &str)]) -> Page {
    let page = client.get(path);
    let seen = page.value_of("seen").unwrap_or_default();
    let mut all = vec![("seen", seen.as_str())];
    all.extend(fields);
    client.post(path, &all)
}

#[test]
fn an_override_is_set_and_reset_and_the_member_is_notified() {
    let org = TestOrganization::open(TestApp::shared(), "switch-one", |builder| {
        builder.add("vera", "viewer", None);
        builder.add("adam", "admin", None);
    });
    let (adam, vera) = (org.signed_in("adam"), org.signed_in("vera"));
    vera.get(&org.path("/access/explain")).expect(403);
    let path = org.overrides_path("vera");
    let page = adam.get(&path).expect(200).expect_text("View access control");
    // Permissions that the role always or never has are not listed.
    assert!(
        !page.has("Edit a company’s settings") && !page.has("View a company’s reports"),
        "{}",
        page.text()
    );
    assert_eq!(page.value_of("access.view").as_deref(), Some("role"));
    set_overrides(&adam, &path, &[("access.view", "allow"), ("members.view", "deny")]).expect_redirect(&path);
    vera.get(&org.path("/access/explain")).expect(200);
    vera.get(&org.path("/members")).expect(403);
    let message = org.app.mail_to("vera@switch-one.test");
    assert!(
        message.text.contains("Allowed: View access control"),
        "{}",
        message.text
    );
    assert!(message.text.contains("Denied: View members"), "{}", message.text);
    assert_eq!(org.event_count("member.overrides_changed"), 1);
    set_overrides(&adam, &path, &[("access.view", "role"), ("members.view", "role")]).expect(303);
    vera.get(&org.path("/access/explain")).expect(403);
    vera.get(&org.path("/members")).expect(200);
    assert_eq!(org.stored_overrides("vera"), "");
    // The member's page links to the overrides.
    let profile = adam.get(&org.path(&format!("/members/{}", org.id("vera")))).expect(200);
    assert_eq!(profile.link("Edit overrides"), Some(path));
}

#[test]
fn overrides_are_refused_for_oneself_owners_higher_roles_and_missing_permissions() {
    let org = TestOrganization::open(TestApp::shared(), "switch-bounds", |builder| {
        builder.add("adam", "admin", None);
        builder.add("alma", "admin", None);
        builder.add("ursula", "user_admin", None);
        builder.add("bill", "billing_admin", None);
        builder.add("vera", "viewer", None);
        builder.add("mona", "member", Some("viewer"));
        builder.add_custom("curt", "viewer", "roles.custom members.role members.view access.view");
    });
    let adam = org.signed_in("adam");
    // Oneself, and an owner.
    for name in ["adam", "olivia"] {
        adam.get(&org.overrides_path(name)).expect(403);
        let fields = [("seen", ""), ("org.slug.change", "allow")];
        adam.post(&org.overrides_path(name), &fields).expect(403);
        assert_eq!(org.stored_overrides(name), "");
    }
    // An admin can't change the web address, so they can't allow it for another admin.
    let other = org.overrides_path("alma");
    let refused = set_overrides(&adam, &other, &[("org.slug.change", "allow")]).expect(422);
    assert!(
        refused
            .field_error("org.slug.change")
            .is_some_and(|why| why.contains("only allow permissions that you have")),
        "{}",
        refused.text()
    );
    assert_eq!(org.stored_overrides("alma"), "");
    // They also can't remove an owner's denial.
    let olivia = org.signed_in("olivia");
    set_overrides(&olivia, &other, &[("org.slug.change", "deny")]).expect(303);
    set_overrides(&adam, &other, &[("org.slug.change", "role")]).expect(422);
    assert!(org.stored_overrides("alma").contains("deny"));
    // Cells that the permission table fixes.
    set_overrides(&olivia, &org.overrides_path("vera"), &[("company.delete", "allow")]).expect(422);
    set_overrides(&olivia, &org.overrides_path("vera"), &[("org.view", "deny")]).expect(422);
    set_overrides(&olivia, &org.overrides_path("vera"), &[("access.view", "perhaps")]).expect(422);
    assert_eq!(org.stored_overrides("vera"), "");
    // Without permission to manage roles, the page is refused.
    for name in ["ursula", "bill", "vera", "mona"] {
        org.signed_in(name).get(&org.overrides_path("vera")).expect(403);
        org.signed_in(name)
            .post(&org.overrides_path("vera"), &[("seen", "")])
            .expect(403);
    }
    // Someone with that permission at the Viewer level can't change members of that level.
    let curt = org.signed_in("curt");
    curt.get(&org.overrides_path("vera")).expect(403);
    curt.get(&org.overrides_path("curt")).expect(403);
    set_overrides(&curt, &org.overrides_path("mona"), &[("co.members.view", "allow")]).expect(422);
    assert_eq!(org.stored_overrides("mona"), "");
}

#[test]
fn parallel_override_changes_do_not_overwrite_each_other() {
    let org = TestOrganization::open(TestApp::shared(), "switch-race", |builder| {
        builder.add("vera", "viewer", None);
        builder.add("adam", "admin", None);
    });
    let (olivia, adam, path) = (
        org.signed_in("olivia"),
        org.signed_in("adam"),
        org.overrides_path("vera"),
    );
    olivia.get(&path).expect(200);
    set_overrides(&adam, &path, &[("access.view", "allow")]).expect(303);
    // Olivia still has the earlier page.
    let page = olivia.post(&path, &[("seen", ""), ("audit.view", "allow")]).expect(422);
    assert!(page.has("Someone else changed this member"), "{}", page.text());
    assert_eq!(page.value_of("access.view").as_deref(), Some("allow"));
    let done = simultaneously(
        ["audit.view", "members.view"]
            .into_iter()
            .map(|key| {
                let (client, path) = (olivia.copy(), path.clone());
                let seen = org.stored_overrides("vera");
                move || client.post(&path, &[("seen", seen.as_str()), (key, "deny")]).status
            })
            .collect(),
    );
    assert!(done.contains(&303), "{done:?}");
    let kept = ["audit.view", "members.view"]
        .into_iter()
        .filter(|key| org.stored_overrides("vera").contains(key));
    assert_eq!(
        kept.count(),
        done.iter().filter(|status| **status == 303).count(),
        "{done:?}"
    );
}

/// Saves the policy form with some boxes checked or unchecked.
fn save_policies(client: &Client, org: &TestOrganization<'_>, add: &[&str], take: &[&str]) -> Page {
    let path = org.path("/access/roles");
    let page = client.get(&path).expect(200);
    let mut fields = page.form("/access/roles");
    fields.retain(|(name, value)| name != "on" || !take.contains(&value.as_str()));
    fields.extend(add.iter().map(|value| ("on".to_owned(), (*value).to_owned())));
    let fields: Vec<_> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    client.post(&path, &fields)
}

#[test]
fn a_policy_changes_a_permission_for_a_whole_role_immediately() {
    let org = TestOrganization::open(TestApp::shared(), "policy", |builder| {
        builder.add("vera", "viewer", None);
        builder.add("adam", "admin", None);
        builder.add("mona", "member", Some("manager"));
    });
    let (olivia, adam, vera) = (org.signed_in("olivia"), org.signed_in("adam"), org.signed_in("vera"));
    vera.get(&org.path("/members")).expect(200);
    save_policies(&olivia, &org, &["viewer access.view"], &["viewer members.view"]).expect(303);
    vera.get(&org.path("/members")).expect(403);
    vera.get(&org.path("/access/explain")).expect(200);
    assert_eq!(org.event_count("organization.policy_changed"), 1);
    // An admin can change the roles below, including company roles.
    save_policies(
        &adam,
        &org,
        &["viewer members.view", "company.viewer co.members.view"],
        &["viewer access.view"],
    )
    .expect(303);
    vera.get(&org.path("/members")).expect(200);
    vera.get(&org.path("/access/explain")).expect(403);
    assert_eq!(org.policies(), r#"{"company.viewer":{"co.members.view":"allow"}}"#);
    // An owner takes role management from admins, who are then refused.
    save_policies(&olivia, &org, &[], &["admin roles.custom"]).expect(303);
    adam.get(&org.path("/access/roles")).expect(403);
}

#[test]
fn policies_are_refused_for_ones_own_or_higher_roles_and_missing_permissions() {
    let org = TestOrganization::open(TestApp::shared(), "policy-bounds", |builder| {
        builder.add("adam", "admin", None);
        builder.add_custom(
            "curt",
            "user_admin",
            "roles.custom members.role members.view access.view",
        );
    });
    let (adam, curt) = (org.signed_in("adam"), org.signed_in("curt"));
    let before = org.policies();
    for (who, cell) in [
        (&adam, "admin org.slug.change"),
        (&curt, "billing_admin co.view"),
        (&curt, "admin org.slug.change"),
        (&curt, "viewer audit.view"),
        (&curt, "company.viewer co.members.view"),
    ] {
        let page = save_policies(who, &org, &[cell], &[]).expect(422);
        assert!(
            page.has("You can change roles below your own"),
            "{cell}: {}",
            page.text()
        );
        assert_eq!(org.policies(), before, "{cell}");
    }
    // Disabled boxes are not submitted and must not count as unchecked.
    let page = adam.get(&org.path("/access/roles")).expect(200);
    assert!(
        page.all("input[name=on]", "value")
            .iter()
            .all(|value| !value.starts_with("admin "))
    );
    save_policies(&curt, &org, &["viewer access.view"], &[]).expect(303);
    save_policies(&adam, &org, &["viewer company.delete"], &[]).expect(422);
    save_policies(&adam, &org, &["operator org.view"], &[]).expect(422);
    // An outdated form reports a conflict.
    let page = adam.post(&org.path("/access/roles"), &[("seen", "")]).expect(422);
    assert!(page.has("in the meantime"), "{}", page.text());
}

fn role_form<'a>(name: &'a str, base: &'a str, permissions: &[&'a str]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![("name", name), ("base", base)];
    fields.extend(permissions.iter().map(|key| ("permission", *key)));
    fields
}

#[test]
fn a_custom_role_is_created_assigned_edited_and_deleted() {
    let org = TestOrganization::open(TestApp::shared(), "own-role", |builder| {
        builder.add("vera", "member", None);
    });
    let (olivia, vera) = (org.signed_in("olivia"), org.signed_in("vera"));
    let new = org.path("/access/roles/new");
    olivia.get(&new).expect(200).expect_text("Create role");
    olivia
        .post(&new, &role_form("Auditor", "member", &["members.view", "audit.view"]))
        .expect(303);
    olivia
        .get(&org.path("/access/roles"))
        .expect(200)
        .expect_text("Auditor");
    let (id, profile) = (
        org.role_id("Auditor"),
        org.path(&format!("/members/{}", org.id("vera"))),
    );
    vera.get(&org.path("/members")).expect(200).expect_text("Vera");
    assert!(!vera.get(&org.path("/members")).has("Olivia"));
    // It is assigned like a built-in role.
    let preview = olivia.get(&format!("{profile}/role-preview?role={id}")).expect(200);
    assert!(
        preview.has("View the audit log") && preview.has("Vera gains"),
        "{}",
        preview.text()
    );
    olivia.post(&format!("{profile}/role"), &[("role", &id)]).expect(303);
    vera.get(&org.path("/members")).expect(200).expect_text("Olivia");
    // Its level can't change while it is in use, and it can't be deleted.
    let role = org.path(&format!("/access/roles/{id}"));
    let page = olivia.get(&role).expect(200).expect_text("People with this role");
    let seen = page.value_of("seen").expect("the version of the form");
    let edit = |base: &str, permissions: &[&str]| {
        let mut fields = role_form("Auditor", base, permissions);
        fields.push(("seen", &seen));
        olivia.post(&role, &fields)
    };
    edit("editor", &["members.view"]).expect(422);
    olivia
        .post(&format!("{role}/deletion"), &[])
        .expect(422)
        .expect_text("Assign them another one first");
    // A change takes effect immediately, and an outdated form can't undo it.
    edit("member", &["audit.view"]).expect(303);
    assert!(!vera.get(&org.path("/members")).has("Olivia"));
    edit("member", &["members.view"])
        .expect(422)
        .expect_text("in the meantime");
    olivia
        .post(&format!("{profile}/role"), &[("role", "member")])
        .expect(303);
    olivia.get(&format!("{role}/deletion")).expect(200);
    olivia.post(&format!("{role}/deletion"), &[]).expect(303);
    olivia.get(&role).expect(404);
    for action in ["role.created", "role.edited", "role.deleted"] {
        assert_eq!(org.event_count(action), 1, "{action}");
    }
}

#[test]
fn an_invalid_custom_role_shows_a_field_error() {
    let org = TestOrganization::open(TestApp::shared(), "bad-role", |_| {});
    let (olivia, new) = (org.signed_in("olivia"), org.path("/access/roles/new"));
    let refused = |form: &[(&str, &str)], field: &str, says: &str| {
        let page = olivia.post(&new, form).expect(422);
        assert!(page.has(says), "{field}: {}", page.text());
        assert!(
            page.links().contains(&format!("#{field}")),
            "{field}: {:?}",
            page.links()
        );
    };
    refused(&role_form("", "member", &["members.view"]), "name", "Enter a name");
    refused(
        &role_form("admin", "member", &["members.view"]),
        "name",
        "built-in role",
    );
    refused(
        &role_form("Chief", "owner", &["members.view"]),
        "base",
        "Choose a role level",
    );
    refused(
        &role_form("Chief", "member", &["company.delete"]),
        "permissions",
        "only owners",
    );
    refused(
        &role_form("Chief", "member", &["no.such.right"]),
        "permissions",
        "from the list",
    );
    olivia
        .post(&new, &role_form("Chief", "viewer", &["members.view"]))
        .expect(303);
    refused(
        &role_form("Chief", "member", &["members.view"]),
        "name",
        "has this name",
    );
    // Working in every company implies viewing every company.
    let made = org.app.database.words(&format!(
        "SELECT permissions AS value FROM custom_roles WHERE id = '{}'",
        org.role_id("Chief")
    ));
    assert_eq!(made, ["org.view members.view co.view"]);
}

#[test]
fn no_one_creates_or_edits_a_custom_role_beyond_their_own_permissions() {
    let org = TestOrganization::open(TestApp::shared(), "role-bounds", |builder| {
        builder.add("adam", "admin", None);
        builder.add("pia", "member", None);
        builder.add_custom(
            "curt",
            "user_admin",
            "roles.custom members.role members.view access.view",
        );
        builder.add_custom("rich", "member", "org.slug.change members.view");
        builder.add_custom("poor", "member", "members.view");
    });
    let (adam, curt) = (org.signed_in("adam"), org.signed_in("curt"));
    let new = org.path("/access/roles/new");
    // A permission that an admin lacks.
    adam.post(&new, &role_form("Cashier", "member", &["org.slug.change"]))
        .expect(422)
        .expect_text("so you can’t grant it");
    // One's own level.
    curt.post(&new, &role_form("Twin", "user_admin", &["members.view"]))
        .expect(422)
        .expect_text("Choose a role level below your own");
    curt.post(&new, &role_form("Boss", "admin", &["members.view"]))
        .expect(422);
    curt.post(
        &new,
        &role_form("Helper", "member", &["members.view", "members.invite"]),
    )
    .expect(422);
    // A role in use can't be extended beyond one's own permissions, or changed if it already exceeds them.
    let change = |who: &Client, name: &str, permissions: &[&str]| {
        let path = org.path(&format!("/access/roles/{}", org.role_id(name)));
        let page = who.get(&path).expect(200);
        let seen = page.value_of("seen").unwrap_or_default();
        let name = format!("{name} 2");
        let mut fields = role_form(&name, "member", permissions);
        fields.push(("seen", &seen));
        who.post(&path, &fields)
    };
    change(&adam, "poor’s role", &["members.view", "org.slug.change"]).expect(422);
    change(&curt, "poor’s role", &["members.view", "audit.view"]).expect(422);
    change(&adam, "rich’s role", &["members.view"]).expect(403);
    let path = org.path(&format!("/access/roles/{}", org.role_id("rich’s role")));
    adam.get(&path).expect(200).expect_text("not change it");
    adam.post(&format!("{path}/deletion"), &[]).expect(403);
    // No one can change their own role, and a role of another organization is not found.
    change(&curt, "curt’s role", &["members.view"]).expect(403);
    change(&curt, "poor’s role", &["members.view", "access.view"]).expect(303);
    let elsewhere = TestOrganization::open(TestApp::shared(), "role-elsewhere", |builder| {
        builder.add_custom("eve", "member", "members.view");
    });
    let foreign = org.path(&format!("/access/roles/{}", elsewhere.role_id("eve’s role")));
    adam.get(&foreign).expect(404);
    adam.post(&foreign, &role_form("Mine", "member", &["members.view"]))
        .expect(404);
    org.signed_in("olivia")
        .post(&format!("{foreign}/deletion"), &[])
        .expect(404);
    // A role of another organization can't be assigned.
    let given = [("role", elsewhere.role_id("eve’s role"))];
    let role = org.path(&format!("/members/{}/role", org.id("pia")));
    org.signed_in("olivia")
        .post(&role, &[("role", given[0].1.as_str())])
        .expect(422);
}

#[test]
fn explain_access_shows_why_a_member_has_or_lacks_a_permission() {
    let org = TestOrganization::open(TestApp::shared(), "explain", |builder| {
        builder.add("vera", "viewer", None);
        builder.add("emil", "member", Some("editor"));
        builder.add("mona", "member", Some("manager"));
        builder.add("adam", "admin", None);
    });
    let (olivia, id) = (org.signed_in("olivia"), org.id("vera"));
    let ask = |who: &Client, member: &str, company: &str, permission: &str| {
        who.get(&org.path(&format!(
            "/access/explain?member={member}&company={company}&permission={permission}"
        )))
    };
    ask(&olivia, &id, "", "members.view")
        .expect(200)
        .expect_text("Why can Vera view members?")
        .expect_text("The role Viewer has it");
    ask(&olivia, &id, "north-explain", "co.view")
        .expect(200)
        .expect_text("Why can Vera view North?");
    ask(&olivia, &id, "", "access.view")
        .expect(200)
        .expect_text("Why can’t Vera view access control?")
        .expect_text("an override can allow it");
    set_overrides(&olivia, &org.overrides_path("vera"), &[("members.view", "deny")]).expect(303);
    let explanation = ask(&olivia, &id, "", "members.view")
        .expect(200)
        .expect_text("Why can’t Vera")
        .expect_text("Denied for Vera");
    assert!(
        explanation.links().contains(&org.overrides_path("vera")),
        "each step leads to where it is changed"
    );
    save_policies(&olivia, &org, &["viewer access.view"], &[]).expect(303);
    let explanation = ask(&olivia, &id, "", "access.view")
        .expect(200)
        .expect_text("Why can Vera")
        .expect_text("A policy of Hall explain allows it");
    assert!(explanation.links().contains(&org.path("/access/roles")));
    let emil = org.id("emil");
    ask(&olivia, &emil, "north-explain", "co.edit")
        .expect(200)
        .expect_text("Why can Emil edit North’s settings?")
        .expect_text("The role Editor in North");
    ask(&olivia, &emil, "", "co.edit")
        .expect(200)
        .expect_text("Yes, in assigned");
    ask(&olivia, &emil, "north-explain", "co.members.manage")
        .expect(200)
        .expect_text("Why can’t Emil");
    // Members are found by name; without a permission, all of them are listed.
    olivia
        .get(&org.path("/access/explain?q=emil"))
        .expect(200)
        .expect_text("What Emil can do");
    olivia
        .get(&org.path("/access/explain?q=explain.test"))
        .expect(200)
        .expect_text("Select a person");
    ask(&olivia, &emil, "nowhere", "co.edit").expect(422);
    ask(&olivia, &emil, "", "no.such.right").expect(422);
    ask(&olivia, "00000000000070008000000000000000", "", "co.edit").expect(404);
    // A manager can ask about their own members and companies only.
    let mona = org.signed_in("mona");
    ask(&mona, &emil, "north-explain", "co.edit").expect(200);
    ask(&mona, &id, "", "co.edit").expect(404);
    assert!(!mona.get(&org.path("/access/explain?q=vera")).has("viewer"));
    ask(&org.signed_in("emil"), &emil, "", "co.edit").expect(403);
}

#[test]
fn every_member_sees_their_own_permissions() {
    let org = TestOrganization::open(TestApp::shared(), "mine", |builder| {
        builder.add("emil", "member", Some("editor"));
        builder.add("adam", "admin", None);
    });
    let emil = org.signed_in("emil");
    let page = emil
        .get(&org.path("/access/mine"))
        .expect(200)
        .expect_text("Editor there");
    assert!(
        page.link("What can I do here?").is_some(),
        "the account menu leads there"
    );
    let asked = emil
        .get(&org.path("/access/mine?permission=members.invite"))
        .expect(200);
    assert!(asked.has("Why can’t you invite members?"), "{}", asked.text());
    assert!(asked.link("Request access").is_some());
    org.signed_in("olivia")
        .get(&org.path("/access/mine?permission=members.invite"))
        .expect(200)
        .expect_text("Why can you invite members?");
    org.app
        .sign_up("Stella Strange", "stella@mine-elsewhere.test")
        .get(&org.path("/access/mine"))
        .expect(404);
}

#[test]
fn a_role_change_preview_shows_the_effect_and_saves_nothing() {
    let org = TestOrganization::open(TestApp::shared(), "preview", |builder| {
        builder.add("vera", "viewer", None);
        builder.add("ursula", "user_admin", None);
        builder.add("mona", "member", Some("manager"));
    });
    let (olivia, path) = (
        org.signed_in("olivia"),
        org.path(&format!("/members/{}/role-preview", org.id("vera"))),
    );
    let page = olivia.get(&format!("{path}?role=editor")).expect(200);
    assert!(
        page.has("Change the role of Vera") && page.has("Edit a company’s settings"),
        "{}",
        page.text()
    );
    assert_eq!(page.form_count("/role"), 1);
    let lost = olivia.get(&format!("{path}?role=member")).expect(200);
    assert!(lost.has("Everywhere → In assigned companies"), "{}", lost.text());
    // Someone who can't assign the role can preview but not save.
    let ursula = org.signed_in("ursula").get(&format!("{path}?role=admin")).expect(200);
    assert_eq!(ursula.form_count("/role"), 0);
    org.signed_in("mona").get(&format!("{path}?role=editor")).expect(403);
    org.signed_in("vera").get(&format!("{path}?role=owner")).expect(403);
    assert_eq!(
        org.app.database.number(&format!(
            "SELECT count(*) AS value FROM memberships WHERE id = '{}' AND role = 'viewer'",
            org.id("vera")
        )),
        1
    );
}

#[test]
fn a_refused_member_requests_access_and_is_granted_the_permission() {
    let org = TestOrganization::open(TestApp::shared(), "ask", |builder| {
        builder.add("vera", "viewer", None);
        builder.add("adam", "admin", None);
        builder.add("ursula", "user_admin", None);
    });
    let vera = org.signed_in("vera");
    let refused = vera
        .get(&org.path("/access/explain"))
        .expect(403)
        .expect_text("View access control")
        .expect_text("Who can help");
    assert!(refused.has("Olivia") && refused.has("Adam"));
    let page = vera
        .submit(&refused, &org.path("/access/requests"), &[("note", "For the audit")])
        .expect(303);
    let request = page.location.clone().expect("the request");
    vera.get(&request)
        .expect(200)
        .expect_text("For the audit")
        .expect_text("Withdraw request");
    // Requesting the same again returns the existing request.
    vera.submit(&refused, &org.path("/access/requests"), &[("note", "Again")])
        .expect_redirect(&request);
    for name in ["olivia", "adam", "ursula"] {
        let message = org.app.mail_to(&format!("{name}@ask.test"));
        assert!(
            message.text.contains("“Vera” requests “View access control”") && message.text.contains("For the audit")
        );
        assert_eq!(message.link("/access/requests/"), request);
    }
    // The link in the email requires a sign-in.
    org.app
        .client()
        .get(&request)
        .expect_redirect(&format!("/login?next={}", crate::harness::client::encode(&request)));
    let adam = org.signed_in("adam");
    adam.get(&org.path("/access/requests"))
        .expect(200)
        .expect_text("Vera: View access control");
    let page = adam.get(&request).expect(200);
    assert!(page.has("Allow “View access control” for Vera"), "{}", page.text());
    assert_eq!(page.value_of("way").as_deref(), Some("override"));
    let fields = [
        ("decision", "grant"),
        ("way", "override"),
        ("answer", "Until the audit is done"),
    ];
    adam.post(&format!("{request}/decision"), &fields).expect(303);
    vera.get(&org.path("/access/explain")).expect(200);
    // Beside the email about the changed permissions, in either order.
    let emails = org.app.emails_to("vera@ask.test");
    let granted = emails.iter().any(|message| {
        message.text.contains("“Adam” granted your request") && message.text.contains("Until the audit is done")
    });
    assert!(granted, "{emails:?}");
    assert_eq!(
        (
            org.event_count("access.requested"),
            org.event_count("access.granted"),
            org.event_count("member.overrides_changed")
        ),
        (1, 1, 1)
    );
    // A request is decided once.
    adam.post(&format!("{request}/decision"), &[("decision", "deny")])
        .expect(422)
        .expect_text("decided before");
    adam.get(&org.path("/access/requests"))
        .expect(200)
        .expect_text("Recently decided");
    vera.get(&request)
        .expect(200)
        .expect_text("Until the audit is done")
        .expect_text("by Adam");
    vera.post(&org.path("/access/requests"), &[("permission", "access.view")])
        .expect(422)
        .expect_text("already");
}

#[test]
fn a_role_is_offered_when_no_override_can_grant_the_permission() {
    let org = TestOrganization::open(TestApp::shared(), "ask-role", |builder| {
        builder.add("vera", "viewer", None);
        builder.add("ursula", "user_admin", None);
        builder.add("adam", "admin", None);
    });
    let vera = org.signed_in("vera");
    let request = org.request_of(&vera, "co.edit", "");
    let ursula = org.signed_in("ursula");
    let page = ursula.get(&request).expect(200);
    assert_eq!(page.all("input[name=way]", "value"), ["role:editor"]);
    // Only offered options are accepted.
    for way in ["override", "role:admin", "role:owner", "company:manager", ""] {
        let fields = [("decision", "grant"), ("way", way)];
        ursula.post(&format!("{request}/decision"), &fields).expect(422);
        vera.get(&org.path("/access/requests")).expect(403);
    }
    ursula
        .post(
            &format!("{request}/decision"),
            &[("decision", "grant"), ("way", "role:editor")],
        )
        .expect(303);
    assert_eq!(org.event_count("member.role_changed"), 1);
    // What the decider can't grant can only be denied.
    let billing = org.request_of(&vera, "org.slug.change", "");
    let page = ursula
        .get(&billing)
        .expect(200)
        .expect_text("You can’t grant this permission");
    assert!(page.all("input[name=way]", "value").is_empty());
    ursula
        .post(
            &format!("{billing}/decision"),
            &[("decision", "deny"), ("answer", "Ask Olivia")],
        )
        .expect(303);
    assert_eq!(org.event_count("access.denied"), 1);
}

#[test]
fn a_company_manager_decides_only_requests_for_their_company() {
    let org = TestOrganization::open(TestApp::shared(), "ask-company", |builder| {
        let south = builder
            .fixtures
            .company(builder.organization, "South", "south-ask-company");
        builder.add("emil", "member", Some("viewer"));
        builder.add("mona", "member", Some("manager"));
        let user = builder.fixtures.account("Sam", "sam@ask-company.test", true);
        builder
            .fixtures
            .add_member(builder.organization, user, "member", &[(south, "manager")]);
    });
    let (emil, mona, sam) = (org.signed_in("emil"), org.signed_in("mona"), org.signed_in("sam"));
    // The refusal page of a company requests access to that company.
    let refused = emil.get(&org.path("/companies/north-ask-company/settings")).expect(403);
    let request = emil
        .submit(&refused, &org.path("/access/requests"), &[])
        .expect(303)
        .location
        .expect("the request");
    assert!(org.app.mail_to("mona@ask-company.test").text.contains("in “North”"));
    mona.get(&org.path("/access/requests")).expect(200).expect_text("Emil");
    assert!(!sam.get(&org.path("/access/requests")).expect(200).has("Emil"));
    sam.get(&request).expect(404);
    sam.post(&format!("{request}/decision"), &[("decision", "deny")])
        .expect(404);
    let page = mona.get(&request).expect(200);
    assert_eq!(page.all("input[name=way]", "value"), ["company:editor"]);
    mona.post(
        &format!("{request}/decision"),
        &[("decision", "grant"), ("way", "company:manager")],
    )
    .expect(422);
    mona.post(
        &format!("{request}/decision"),
        &[("decision", "grant"), ("way", "company:editor")],
    )
    .expect(303);
    emil.get(&org.path("/companies/north-ask-company/settings")).expect(200);
    // A manager can't decide requests for the whole organization.
    let wide = org.request_of(&emil, "co.edit", "");
    mona.get(&wide).expect(404);
    mona.post(
        &format!("{wide}/decision"),
        &[("decision", "grant"), ("way", "override")],
    )
    .expect(404);
}

#[test]
fn no_one_decides_their_own_request_and_suspended_members_cannot_request() {
    let org = TestOrganization::open(TestApp::shared(), "ask-self", |builder| {
        builder.add("adam", "admin", None);
        builder.add("vera", "viewer", None);
    });
    let (adam, vera) = (org.signed_in("adam"), org.signed_in("vera"));
    let request = org.request_of(&adam, "org.slug.change", "");
    assert!(!adam.get(&request).expect(200).has("Your decision"));
    let fields = [("decision", "grant"), ("way", "override")];
    adam.post(&format!("{request}/decision"), &fields).expect(403);
    vera.post(&format!("{request}/decision"), &fields).expect(403);
    vera.get(&request).expect(403);
    vera.post(&format!("{request}/withdrawal"), &[]).expect(403);
    assert_eq!(org.stored_overrides("adam"), "");
    // An owner can decide it.
    let olivia = org.signed_in("olivia");
    let page = olivia.get(&request).expect(200);
    assert!(
        page.all("input[name=way]", "value").contains(&"override".to_owned()),
        "{}",
        page.text()
    );
    adam.post(&format!("{request}/withdrawal"), &[]).expect(303);
    olivia
        .post(&format!("{request}/decision"), &fields)
        .expect(422)
        .expect_text("decided before");
    assert_eq!(org.stored_overrides("adam"), "");
    assert_eq!(org.event_count("access.withdrawn"), 1);
    // A suspended member can't request access.
    org.app.database.execute(&format!(
        "UPDATE memberships SET status = 'suspended', suspended_by = 'x' WHERE id = '{}'",
        org.id("vera")
    ));
    let asked = vera
        .post(&org.path("/access/requests"), &[("permission", "access.view")])
        .expect(403);
    assert_eq!(asked.form_count("/access/requests"), 0);
    // A request of another organization is not found.
    let elsewhere = TestOrganization::open(TestApp::shared(), "ask-elsewhere", |builder| {
        builder.add("eve", "viewer", None);
    });
    let foreign = org.request_of_foreign(&elsewhere);
    olivia.get(&foreign).expect(404);
    olivia
        .post(&format!("{foreign}/decision"), &[("decision", "deny")])
        .expect(404);
}

impl TestOrganization<'_> {
    /// The path of another organization's request under this organization.
    fn request_of_foreign(&self, other: &TestOrganization<'_>) -> String {
        let there = other.request_of(&other.signed_in("eve"), "access.view", "");
        there.replace(&other.path(""), &self.path(""))
    }
}

#[test]
fn invalid_or_excessive_access_requests_are_refused() {
    let org = TestOrganization::open(TestApp::shared(), "ask-much", |builder| {
        builder.add("vera", "viewer", None);
    });
    let vera = org.signed_in("vera");
    let path = org.path("/access/requests");
    for (fields, says) in [
        (vec![("permission", "")], "Choose what you need"),
        (vec![("permission", "no.such.right")], "Choose what you need"),
        (vec![("permission", "members.view")], "already"),
        (vec![("permission", "co.edit"), ("company", "nowhere")], "has this name"),
    ] {
        vera.post(&path, &fields).expect(422).expect_text(says);
    }
    let long = "x".repeat(501);
    let page = vera
        .post(&path, &[("permission", "co.edit"), ("note", &long)])
        .expect(422);
    assert!(
        page.field_error("note").is_some() && page.value_of("note") == Some(long),
        "the input is kept"
    );
    let keys = [
        "access.view",
        "audit.view",
        "co.edit",
        "requests.decide",
        "roles.custom",
        "org.slug.change",
        "org.profile.edit",
        "company.create",
        "members.invite",
        "members.role",
    ];
    for key in keys {
        org.request_of(&vera, key, "");
    }
    vera.post(&path, &[("permission", "company.archive")])
        .expect(422)
        .expect_text("requested too much");
    let open = org.app.database.number(&format!(
        "SELECT count(*) AS value FROM access_requests WHERE membership_id = '{}'",
        org.id("vera")
    ));
    assert_eq!(open, 10);
}

#[test]
fn an_access_request_is_decided_once_when_answered_in_parallel() {
    let org = TestOrganization::open(TestApp::shared(), "ask-race", |builder| {
        builder.add("vera", "viewer", None);
        builder.add("adam", "admin", None);
    });
    let request = org.request_of(&org.signed_in("vera"), "access.view", "");
    let path = format!("{request}/decision");
    let jobs: Vec<_> = [("adam", "grant"), ("olivia", "deny")]
        .into_iter()
        .map(|(name, decision)| {
            let (client, path) = (org.signed_in(name), path.clone());
            move || {
                client
                    .post(&path, &[("decision", decision), ("way", "override")])
                    .status
            }
        })
        .collect();
    let mut done = simultaneously(jobs);
    done.sort_unstable();
    assert_eq!(done, [303, 422]);
    assert_eq!(org.event_count("access.granted") + org.event_count("access.denied"), 1);
    assert_eq!(
        org.stored_overrides("vera").is_empty(),
        org.event_count("access.granted") == 0
    );
}

#[test]
fn permissions_of_features_that_do_not_exist_yet_are_offered_nowhere() {
    let org = TestOrganization::open(TestApp::shared(), "later", |builder| {
        builder.add("adam", "admin", None);
        builder.add("vera", "viewer", None);
        builder.add_custom("curt", "member", "members.view audit.view");
    });
    let olivia = org.signed_in("olivia");
    let later: Vec<PermissionId> = PermissionId::all()
        .filter(|permission| !PermissionSet::AVAILABLE.has(*permission))
        .collect();
    assert!(later.iter().any(|permission| permission.key() == "budgets.manage"));
    let role = org.path(&format!("/access/roles/{}", org.role_id("curt’s role")));
    let pages = [
        org.path("/access/roles"),
        org.path("/access/roles/new"),
        role,
        org.overrides_path("vera"),
        org.path("/access/mine"),
        org.path("/access/explain"),
        org.path("/access/requests/new"),
        org.path(&format!("/access/explain?member={}", org.id("vera"))),
        org.path(&format!("/members/{}/role-preview?role=admin", org.id("vera"))),
    ];
    for path in pages {
        let page = olivia.get(&path).expect(200);
        for permission in &later {
            assert!(
                !page.body.contains(permission.key()),
                "{path} names {}",
                permission.key()
            );
            assert!(
                !page.text().contains(permission.label()),
                "{path} shows {}",
                permission.label()
            );
        }
    }
    // A form that names one anyway changes nothing.
    let olivia = org.signed_in("olivia");
    let before = org.policies();
    save_policies(&olivia, &org, &["admin budgets.manage"], &[]).expect(422);
    assert_eq!(org.policies(), before);
    let new = org.path("/access/roles/new");
    olivia
        .post(&new, &role_form("Cashier", "member", &["budgets.manage"]))
        .expect(422);
    set_overrides(&olivia, &org.overrides_path("vera"), &[("wallet.view", "allow")]).expect(303);
    assert_eq!(org.stored_overrides("vera"), "");
    org.signed_in("vera")
        .post(&org.path("/access/requests"), &[("permission", "wallet.view")])
        .expect(422)
        .expect_text("Choose what you need");
}
