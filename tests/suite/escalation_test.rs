//! Members work together to gain more permissions than any of them has. Random steps through the pages never grant more
//! than the person who granted it could give.

use std::collections::BTreeMap;

use tenantry::authz::decision::{AccessInputs, Authority};
use tenantry::authz::permission::{PermissionId, PermissionSet};
use tenantry::authz::role::Role;

use crate::harness::client::Client;
use crate::harness::people::invite;
use crate::harness::rounds;
use crate::harness::test_app::TestApp;

const SLUG: &str = "lakeside";

/// Pseudo-random numbers that are the same on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        // Knuth's constants for 64 bits.
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % n
    }

    fn pick<'a, T>(&mut self, among: &'a [T]) -> &'a T {
        let at = self.below(among.len());
        &among[at]
    }
}

struct Person {
    client: Client,
    id: String,
}

struct Setup<'a> {
    app: &'a TestApp,
    people: Vec<Person>,
    companies: Vec<String>,
}

impl Setup<'_> {
    /// The access inputs of every member, by membership id.
    fn access_inputs(&self) -> BTreeMap<String, AccessInputs> {
        self.app.fixtures(|fixtures| {
            let organization = fixtures.organization_of(SLUG);
            let ids = self.people.iter().map(|person| person.id.clone());
            ids.map(|id| (id.clone(), fixtures.access_inputs(organization, &id)))
                .collect()
        })
    }

    fn query(&self, sql: &str) -> Vec<String> {
        self.app.database.words(sql)
    }

    /// A random request of one member. Its result does not matter here; most are refused.
    fn step(&self, random: &mut Random, actor: usize, n: usize) -> String {
        let actor = &self.people[actor];
        let target = &random.pick(&self.people).id;
        let at = |rest: &str| format!("/organizations/{SLUG}{rest}");
        let custom = self.query("SELECT id AS value FROM custom_roles ORDER BY id");
        let groups = self.query("SELECT id AS value FROM groups ORDER BY id");
        let mut roles: Vec<String> = Role::ALL.iter().map(ToString::to_string).collect();
        roles.extend(custom.iter().cloned());
        let role = random.pick(&roles).clone();
        let permission_keys = || PermissionId::all().map(PermissionId::key).collect::<Vec<_>>();
        let company = random.pick(&self.companies).clone();
        let company_role = (*random.pick(&["manager", "editor", "viewer"])).to_owned();
        let (path, form): (String, Vec<(&str, String)>) = match random.below(13) {
            0 | 1 => (at(&format!("/members/{target}/role")), vec![("role", role)]),
            2 | 3 => {
                let seen = self.query(&format!(
                    "SELECT overrides AS value FROM memberships WHERE id = '{target}'"
                ));
                let mut form = vec![("seen", seen[0].clone())];
                for _ in 0..=random.below(3) {
                    form.push((
                        *random.pick(&permission_keys()),
                        (*random.pick(&["allow", "allow", "deny", "role"])).into(),
                    ));
                }
                (at(&format!("/members/{target}/overrides")), form)
            }
            4 => {
                let mut form = vec![
                    ("name", format!("Role {n}")),
                    ("description", String::new()),
                    ("base", role),
                ];
                form.extend(
                    (0..=random.below(6)).map(|_| ("permission", (*random.pick(&permission_keys())).to_owned())),
                );
                (at("/access/roles/new"), form)
            }
            5 if !custom.is_empty() => {
                let id = random.pick(&custom);
                let base = self.query(&format!("SELECT base AS value FROM custom_roles WHERE id = '{id}'"));
                let mut form = vec![
                    ("name", format!("Role {n}")),
                    ("description", String::new()),
                    ("base", base[0].clone()),
                ];
                form.extend(
                    (0..=random.below(6)).map(|_| ("permission", (*random.pick(&permission_keys())).to_owned())),
                );
                (at(&format!("/access/roles/{id}")), form)
            }
            6 => {
                let form = vec![
                    ("name", format!("Group {n}")),
                    ("description", String::new()),
                    ("role", role),
                    ("company_id", company),
                    ("company_role", company_role),
                ];
                (at("/access/groups"), form)
            }
            7 if !groups.is_empty() => {
                let id = random.pick(&groups);
                let form = vec![
                    ("name", format!("Group {n}")),
                    ("description", String::new()),
                    ("role", role),
                ];
                (at(&format!("/access/groups/{id}/settings")), form)
            }
            8 | 9 if !groups.is_empty() => {
                let id = random.pick(&groups);
                (
                    at(&format!("/access/groups/{id}/members")),
                    vec![("member_id", target.clone())],
                )
            }
            10 => {
                let form = vec![("company_id", company), ("company_role", company_role)];
                (at(&format!("/members/{target}/companies")), form)
            }
            11 => {
                let form = vec![
                    ("member_id", target.clone()),
                    ("company_id", if random.below(2) == 0 { String::new() } else { company }),
                    ("role", role),
                ];
                (at("/access/assignments"), form)
            }
            _ => {
                let verb = *random.pick(&["suspension", "restoration", "removal", "reinstatement"]);
                (
                    at(&format!("/members/{target}/{verb}")),
                    vec![("reason", "chance".into())],
                )
            }
        };
        let fields: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let status = actor.client.post(&path, &fields).status;
        assert!(status < 500, "{path} {form:?}: {status}");
        format!("{path} {form:?}: {status}")
    }
}

fn permissions_everywhere(access_inputs: &AccessInputs) -> PermissionSet {
    let access_inputs = AccessInputs {
        in_force: true,
        ..access_inputs.clone()
    };
    access_inputs.permissions().everywhere()
}

fn keys(set: PermissionSet) -> Vec<&'static str> {
    set.iter().map(PermissionId::key).collect()
}

#[test]
fn no_sequence_of_changes_grants_more_than_the_granter_has() {
    let app = TestApp::open();
    let olivia = app.owner_of("Lakeside Agency", SLUG);
    let members = [
        ("Adam Lund", "adam@lakeside.test", "admin"),
        ("Berta Lund", "berta@lakeside.test", "admin"),
        ("Ulla Lund", "ulla@lakeside.test", "user_admin"),
        ("Edda Lund", "edda@lakeside.test", "editor"),
        ("Vera Lund", "vera@lakeside.test", "viewer"),
        ("Mia Lund", "mia@lakeside.test", "member"),
        ("Max Lund", "max@lakeside.test", "member"),
    ];
    let people = members
        .iter()
        .map(|(name, email, role)| {
            invite(&olivia, SLUG, email, role);
            let client = app.sign_up(name, email);
            app.accept(&client, email);
            let id = app.database.words(&format!(
                "SELECT m.id AS value FROM memberships m JOIN users u ON u.id = m.user_id WHERE u.email = '{email}'"
            ));
            Person {
                client,
                id: id[0].clone(),
            }
        })
        .collect();
    let companies = app.database.words("SELECT id AS value FROM companies ORDER BY id");
    let setup = Setup {
        app: &app,
        people,
        companies,
    };
    // Deny each admin one permission, a different one each.
    for (n, denied) in [(0, "company.create"), (1, "billing.view")] {
        let id = &setup.people[n].id;
        app.database.execute(&format!(
            "UPDATE memberships SET overrides = '{{\"{denied}\":\"deny\"}}' WHERE id = '{id}'"
        ));
    }
    let first = setup.access_inputs();
    // The upper bound: all permissions that any of them had at the start, and those of the lower roles that a user
    // admin can assign to invited members.
    let assignable = [Role::Editor, Role::Viewer, Role::Member]
        .into_iter()
        .map(|role| Authority::of(role, &[]).permissions.everywhere());
    let upper_bound = first
        .values()
        .map(permissions_everywhere)
        .chain(assignable)
        .fold(PermissionSet::NONE, PermissionSet::or);

    let mut random = Random(20_261_125);
    let (mut before, mut changed) = (first, 0);
    for n in 0..rounds(640, 160) {
        let actor = random.below(setup.people.len());
        let id = setup.people[actor].id.clone();
        let authority = before[&id].authority();
        let what = setup.step(&mut random, actor, n);
        let after = setup.access_inputs();
        for (who, access_inputs) in &after {
            let (had, has) = (
                permissions_everywhere(&before[who]),
                permissions_everywhere(access_inputs),
            );
            changed += usize::from(had != has);
            let own = if *who == id {
                PermissionSet::NONE
            } else {
                authority.ceiling()
            };
            let beyond = has.without(had).without(own);
            assert!(
                beyond.is_empty(),
                "step {n}, {} as {:?}: {what}\ngave {who} {:?}",
                members[actor].0,
                before[&id].role(),
                keys(beyond)
            );
            assert!(
                has.within(upper_bound),
                "step {n}: {what}: {:?}",
                keys(has.without(upper_bound))
            );
            assert!(access_inputs.role() != Role::Owner, "step {n}: {what}");
        }
        before = after;
    }
    assert!(changed > rounds(20, 1), "the steps changed something: {changed}");
    app.expect_healthy();
}
