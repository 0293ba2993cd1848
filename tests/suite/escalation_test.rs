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
struct Chance(u64);

impl Chance {
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

struct World<'a> {
    app: &'a TestApp,
    people: Vec<Person>,
    companies: Vec<String>,
}

impl World<'_> {
    /// The access inputs of every member, by membership id.
    fn grounds(&self) -> BTreeMap<String, AccessInputs> {
        self.app.fixtures(|fixtures| {
            let organization = fixtures.organization_of(SLUG);
            let ids = self.people.iter().map(|person| person.id.clone());
            ids.map(|id| (id.clone(), fixtures.grounds(organization, &id)))
                .collect()
        })
    }

    fn stored(&self, sql: &str) -> Vec<String> {
        self.app.database.words(sql)
    }

    /// A random request of one member. Its result does not matter here; most are refused.
    fn step(&self, chance: &mut Chance, actor: usize, n: usize) -> String {
        let actor = &self.people[actor];
        let target = &chance.pick(&self.people).id;
        let at = |rest: &str| format!("/organizations/{SLUG}{rest}");
        let custom = self.stored("SELECT id AS value FROM custom_roles ORDER BY id");
        let groups = self.stored("SELECT id AS value FROM groups ORDER BY id");
        let mut roles: Vec<String> = Role::ALL.iter().map(ToString::to_string).collect();
        roles.extend(custom.iter().cloned());
        let role = chance.pick(&roles).clone();
        let right = || PermissionId::all().map(PermissionId::key).collect::<Vec<_>>();
        let company = chance.pick(&self.companies).clone();
        let place = (*chance.pick(&["manager", "editor", "viewer"])).to_owned();
        let (path, form): (String, Vec<(&str, String)>) = match chance.below(13) {
            0 | 1 => (at(&format!("/members/{target}/role")), vec![("role", role)]),
            2 | 3 => {
                let seen = self.stored(&format!(
                    "SELECT overrides AS value FROM memberships WHERE id = '{target}'"
                ));
                let mut form = vec![("seen", seen[0].clone())];
                for _ in 0..=chance.below(3) {
                    form.push((
                        *chance.pick(&right()),
                        (*chance.pick(&["allow", "allow", "deny", "role"])).into(),
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
                form.extend((0..=chance.below(6)).map(|_| ("permission", (*chance.pick(&right())).to_owned())));
                (at("/settings/roles/new"), form)
            }
            5 if !custom.is_empty() => {
                let id = chance.pick(&custom);
                let base = self.stored(&format!("SELECT base AS value FROM custom_roles WHERE id = '{id}'"));
                let mut form = vec![
                    ("name", format!("Role {n}")),
                    ("description", String::new()),
                    ("base", base[0].clone()),
                ];
                form.extend((0..=chance.below(6)).map(|_| ("permission", (*chance.pick(&right())).to_owned())));
                (at(&format!("/settings/roles/{id}")), form)
            }
            6 => {
                let form = vec![
                    ("name", format!("Group {n}")),
                    ("description", String::new()),
                    ("role", role),
                    ("company_id", company),
                    ("company_role", place),
                ];
                (at("/access/groups"), form)
            }
            7 if !groups.is_empty() => {
                let id = chance.pick(&groups);
                let form = vec![
                    ("name", format!("Group {n}")),
                    ("description", String::new()),
                    ("role", role),
                ];
                (at(&format!("/access/groups/{id}/settings")), form)
            }
            8 | 9 if !groups.is_empty() => {
                let id = chance.pick(&groups);
                (
                    at(&format!("/access/groups/{id}/members")),
                    vec![("member_id", target.clone())],
                )
            }
            10 => {
                let form = vec![("company_id", company), ("company_role", place)];
                (at(&format!("/members/{target}/companies")), form)
            }
            11 => {
                let form = vec![
                    ("member_id", target.clone()),
                    ("company_id", if chance.below(2) == 0 { String::new() } else { company }),
                    ("role", role),
                ];
                (at("/access/assignments"), form)
            }
            _ => {
                let verb = *chance.pick(&["suspension", "restoration", "removal", "reinstatement"]);
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

fn held(grounds: &AccessInputs) -> PermissionSet {
    let grounds = AccessInputs {
        in_force: true,
        ..grounds.clone()
    };
    grounds.permissions().everywhere()
}

fn keys(set: PermissionSet) -> Vec<&'static str> {
    set.iter().map(PermissionId::key).collect()
}

#[test]
fn no_sequence_of_changes_grants_more_than_the_granter_has() {
    let app = TestApp::open();
    let olivia = app.owner_of("Lakeside Agency", SLUG);
    let cast = [
        ("Adam Lund", "adam@lakeside.test", "admin"),
        ("Berta Lund", "berta@lakeside.test", "admin"),
        ("Ulla Lund", "ulla@lakeside.test", "user_admin"),
        ("Edda Lund", "edda@lakeside.test", "editor"),
        ("Vera Lund", "vera@lakeside.test", "viewer"),
        ("Mia Lund", "mia@lakeside.test", "member"),
        ("Max Lund", "max@lakeside.test", "member"),
    ];
    let people = cast
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
    let world = World {
        app: &app,
        people,
        companies,
    };
    // Deny each admin one permission, a different one each.
    for (n, denied) in [(0, "company.create"), (1, "billing.view")] {
        let id = &world.people[n].id;
        app.database.execute(&format!(
            "UPDATE memberships SET overrides = '{{\"{denied}\":\"deny\"}}' WHERE id = '{id}'"
        ));
    }
    let first = world.grounds();
    // The upper bound: all permissions that any of them had at the start, and those of the lower roles that a user
    // admin can assign to invited members.
    let entrusted = [Role::Editor, Role::Viewer, Role::Member]
        .into_iter()
        .map(|role| Authority::of(role, &[]).permissions.everywhere());
    let closure = first
        .values()
        .map(held)
        .chain(entrusted)
        .fold(PermissionSet::NONE, PermissionSet::or);

    let mut chance = Chance(20_261_125);
    let (mut before, mut changed) = (first, 0);
    for n in 0..rounds(640, 160) {
        let actor = chance.below(world.people.len());
        let id = world.people[actor].id.clone();
        let authority = before[&id].authority();
        let what = world.step(&mut chance, actor, n);
        let after = world.grounds();
        for (who, grounds) in &after {
            let (had, has) = (held(&before[who]), held(grounds));
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
                cast[actor].0,
                before[&id].role(),
                keys(beyond)
            );
            assert!(
                has.within(closure),
                "step {n}: {what}: {:?}",
                keys(has.without(closure))
            );
            assert!(grounds.role() != Role::Owner, "step {n}: {what}");
        }
        before = after;
    }
    assert!(changed > rounds(20, 1), "the steps changed something: {changed}");
    app.expect_sound();
}
