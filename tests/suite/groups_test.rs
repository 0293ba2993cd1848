//! Groups: what they grant, who can change them, and that effective access always follows from what was granted.

use crate::harness::client::Client;
use crate::harness::page::Page;
use crate::harness::rounds;
use crate::harness::test_app::TestApp;

const GROUPS: &str = "/organizations/atlas/access/groups";
const MEMBERS: &str = "/organizations/atlas/members";

struct Setup {
    olivia: Client,
    adam: Client,
    ursula: Client,
    edith: Client,
    manager: Client,
    noah: Client,
    noah_id: String,
    adam_id: String,
    ursula_id: String,
    north: String,
    south: String,
}

/// An owner, an admin, a user admin, an editor, the manager of north, and Noah, a member without access.
fn setup(app: &TestApp) -> Setup {
    let (cookies, ids) = app.fixtures(|fixtures| {
        let owner = fixtures.account("Olivia Hart", "olivia@atlas.test", true);
        let organization = fixtures.organization("Atlas", "atlas", owner);
        let north = fixtures.company(organization, "North", "north");
        let south = fixtures.company(organization, "South", "south");
        let mut add_member = |name: &str, role: &str, companies: &[(_, &str)]| {
            let user = fixtures.account(name, &format!("{}@atlas.test", &name[..3]), true);
            (
                fixtures.session_cookie(user),
                fixtures.add_member(organization, user, role, companies).to_string(),
            )
        };
        let adam = add_member("Adam West", "admin", &[]);
        let ursula = add_member("Ursula Vale", "user_admin", &[]);
        let edith = add_member("Edith Moor", "editor", &[]);
        let manager = add_member("Mona Lind", "member", &[(north, "manager")]);
        let noah = add_member("Noah Brandt", "member", &[]);
        (
            [
                fixtures.session_cookie(owner),
                adam.0,
                ursula.0,
                edith.0,
                manager.0,
                noah.0,
            ],
            [noah.1, adam.1, ursula.1, north.to_string(), south.to_string()],
        )
    });
    let [olivia, adam, ursula, edith, manager, noah] = cookies.each_ref().map(|cookie| app.client_with(cookie));
    let [noah_id, adam_id, ursula_id, north, south] = ids;
    Setup {
        olivia,
        adam,
        ursula,
        edith,
        manager,
        noah,
        noah_id,
        adam_id,
        ursula_id,
        north,
        south,
    }
}

/// Creates a group and returns its path.
#[track_caller]
fn make(client: &Client, name: &str, role: &str, companies: &[(&str, &str)]) -> String {
    let mut fields = vec![("name", name), ("role", role), ("description", "")];
    for (company, role) in companies {
        fields.extend([("company_id", *company), ("company_role", *role)]);
    }
    let page = client.post(GROUPS, &fields).expect(303);
    page.location.expect("a redirect to the group")
}

fn count(app: &TestApp, from: &str) -> i64 {
    app.database.number(&format!("SELECT count(*) AS value FROM {from}"))
}

#[test]
fn a_group_grants_its_role_and_companies_until_the_member_is_removed() {
    let app = TestApp::open();
    let setup = setup(&app);
    setup.noah.get("/organizations/atlas/companies/north").expect(403);
    let group = make(&setup.olivia, "Support", "member", &[(&setup.north, "editor")]);
    setup
        .olivia
        .get(&format!("{group}?q=noah"))
        .expect(200)
        .expect_text("Noah Brandt")
        .expect_text("No members in this group");
    let add = format!("{group}/members");
    setup
        .olivia
        .post(&add, &[("member_id", &setup.noah_id)])
        .expect_redirect(&group);
    setup
        .noah
        .get("/organizations/atlas/companies/north/settings")
        .expect(200);
    setup.noah.get("/organizations/atlas/companies/south").expect(403);
    app.expect_healthy();

    // A change applies to all members of the group.
    setup
        .olivia
        .post(
            &format!("{group}/settings"),
            &[
                ("name", "Support"),
                ("role", "viewer"),
                ("company_id", &setup.south),
                ("company_role", "manager"),
            ],
        )
        .expect_redirect(&group);
    setup.noah.get("/organizations/atlas/companies/north").expect(200);
    setup
        .noah
        .get("/organizations/atlas/companies/north/settings")
        .expect(403);
    setup
        .noah
        .get("/organizations/atlas/companies/south/settings")
        .expect(200);
    setup
        .olivia
        .get(&format!("{MEMBERS}/{}", setup.noah_id))
        .expect(200)
        .expect_text("Viewer by group Support")
        .expect_text("By group Support");
    setup.olivia.get(GROUPS).expect(200).expect_text("South (Manager)");
    app.expect_healthy();

    // An archived company is read-only: its part of the group survives other changes.
    setup
        .olivia
        .post("/organizations/atlas/companies/south/archiving", &[])
        .expect(303);
    setup
        .olivia
        .post(&format!("{group}/settings"), &[("name", "Support"), ("role", "viewer")])
        .expect(303);
    setup
        .olivia
        .post("/organizations/atlas/companies/south/restoring", &[])
        .expect(303);
    setup
        .noah
        .get("/organizations/atlas/companies/south/settings")
        .expect(200);

    // Adding a member twice has no further effect.
    setup
        .olivia
        .post(&add, &[("member_id", &setup.noah_id)])
        .expect(303)
        .follow(&setup.olivia)
        .expect_text("already");
    setup
        .olivia
        .post(&format!("{add}/{}/removal", setup.noah_id), &[])
        .expect_redirect(&group);
    setup.noah.get("/organizations/atlas/companies/south").expect(403);
    setup.olivia.post(&add, &[("member_id", &setup.noah_id)]).expect(303);
    setup
        .olivia
        .get(&format!("{group}/deletion"))
        .expect(200)
        .expect_text("Its member loses the role Viewer and the assignment to South");
    setup
        .olivia
        .post(&format!("{group}/deletion"), &[])
        .expect_redirect(GROUPS);
    setup.olivia.get(&group).expect(404);
    setup.noah.get("/organizations/atlas/companies/south").expect(403);
    for (action, n) in [
        ("group.created", 1),
        ("group.edited", 2),
        ("group.deleted", 1),
        ("group.member_added", 2),
        ("group.member_removed", 1),
    ] {
        assert_eq!(
            count(&app, &format!("audit_events WHERE action = '{action}'")),
            n,
            "{action}"
        );
    }
    app.expect_healthy();
}

#[test]
fn no_one_grants_more_through_a_group_than_they_may_grant() {
    let app = TestApp::open();
    let setup = setup(&app);
    let bad = |client: &Client, role: &str| client.post(GROUPS, &[("name", "Rise"), ("role", role)]);
    for role in ["owner", "admin", "billing_admin", "user_admin", "emperor", ""] {
        let page = bad(&setup.ursula, role).expect(422);
        assert_eq!(
            page.field_error("role").as_deref(),
            Some("Choose one of the roles in the list"),
            "{role}"
        );
    }
    bad(&setup.olivia, "owner").expect(422);
    for client in [&setup.edith, &setup.noah, &setup.manager] {
        bad(client, "member").expect(403);
        client.get(&format!("{GROUPS}/new")).expect(403);
    }
    assert_eq!(count(&app, "groups"), 0);

    // Only admins can change a group that grants admin or has an admin in it.
    let admins = make(&setup.olivia, "Admins", "admin", &[]);
    let mixed = make(&setup.olivia, "Mixed", "member", &[(&setup.north, "viewer")]);
    setup
        .olivia
        .post(&format!("{mixed}/members"), &[("member_id", &setup.adam_id)])
        .expect(303);
    for path in [&admins, &mixed] {
        setup.ursula.get(path).expect(200);
        let terms = [("name", "Mine"), ("role", "member")];
        setup.ursula.post(&format!("{path}/settings"), &terms).expect(422);
        setup.ursula.post(&format!("{path}/deletion"), &[]).expect(422);
    }
    setup
        .ursula
        .post(&format!("{admins}/members"), &[("member_id", &setup.noah_id)])
        .expect(422)
        .expect_text("You can’t assign the role of this group");
    setup
        .ursula
        .post(&format!("{mixed}/members/{}/removal", setup.adam_id), &[])
        .expect(303);
    assert_eq!(count(&app, "group_members"), 1);
    setup
        .olivia
        .post(&format!("{mixed}/members/{}/removal", setup.adam_id), &[])
        .expect(303);
    setup
        .ursula
        .post(&format!("{mixed}/members"), &[("member_id", &setup.noah_id)])
        .expect(303);

    // No one can raise themselves through a group, but anyone can leave it.
    let editors = make(&setup.adam, "Editors", "editor", &[]);
    setup
        .ursula
        .post(&format!("{editors}/members"), &[("member_id", &setup.ursula_id)])
        .expect(422)
        .expect_text("can’t give yourself more permissions");
    setup
        .olivia
        .post(&format!("{editors}/members"), &[("member_id", &setup.ursula_id)])
        .expect(303);
    setup
        .ursula
        .post(
            &format!("{editors}/settings"),
            &[("name", "Editors"), ("role", "viewer")],
        )
        .expect(422);
    setup
        .ursula
        .post(&format!("{editors}/members/{}/removal", setup.ursula_id), &[])
        .expect(303);
    assert_eq!(count(&app, "group_members"), 1);

    // A role from a group must not activate an override that the editor may not grant.
    app.database.execute(&format!(
        "UPDATE memberships SET overrides = '{{\"keys.manage\":\"allow\"}}' WHERE id = '{}'",
        setup.noah_id
    ));
    setup
        .ursula
        .post(&format!("{editors}/members"), &[("member_id", &setup.noah_id)])
        .expect(403)
        .expect_text("Manage API keys");
    setup
        .ursula
        .post(&format!("{mixed}/settings"), &[("name", "Mixed"), ("role", "editor")])
        .expect(403)
        .expect_text("Manage API keys");
    setup
        .adam
        .post(&format!("{editors}/members"), &[("member_id", &setup.noah_id)])
        .expect(303);
    app.expect_healthy();
}

#[test]
fn a_company_manager_sees_only_groups_that_grant_their_company() {
    let app = TestApp::open();
    let setup = setup(&app);
    let north = make(&setup.olivia, "Northern team", "member", &[(&setup.north, "viewer")]);
    let south = make(&setup.olivia, "Southern team", "member", &[(&setup.south, "viewer")]);
    let list = setup.manager.get(GROUPS).expect(200);
    assert!(
        list.has("Northern team") && !list.has("Southern team"),
        "{}",
        list.text()
    );
    assert!(!list.has("New group"));
    setup.manager.get(&north).expect(200);
    setup.manager.get(&south).expect(404);
    setup
        .manager
        .post(&format!("{north}/members"), &[("member_id", &setup.noah_id)])
        .expect(403);
    setup.manager.post(&format!("{south}/deletion"), &[]).expect(404);
    setup.edith.get(GROUPS).expect(403);
}

#[test]
fn invalid_input_shows_a_field_error_and_changes_nothing() {
    let app = TestApp::open();
    let setup = setup(&app);
    let group = make(&setup.olivia, "Support", "viewer", &[]);
    let other = make(&setup.olivia, "Other", "member", &[]);
    let (foreign_company, foreign_member, foreign_group) = app.fixtures(|fixtures| {
        let sten = fixtures.account("Sten Far", "sten@elsewhere.test", true);
        let elsewhere = fixtures.organization("Elsewhere", "elsewhere", sten);
        let far = fixtures.company(elsewhere, "Far", "far");
        let group = fixtures.group(elsewhere, sten, "Far team", "member", &[(far, "viewer")]);
        (
            far.to_string(),
            fixtures.membership(elsewhere, sten).to_string(),
            group.to_string(),
        )
    });
    let events = count(&app, "audit_events");
    let long = "x".repeat(61);
    for (path, name, says) in [
        (GROUPS.to_owned(), "", "Enter a name"),
        (GROUPS.to_owned(), long.as_str(), "Use at most 60 characters"),
        (GROUPS.to_owned(), "Support", "Another group has this name"),
        (format!("{group}/settings"), "Other", "Another group has this name"),
        (format!("{group}/settings"), " ", "Enter a name"),
    ] {
        let page: Page = setup
            .olivia
            .post(&path, &[("name", name), ("role", "member")])
            .expect(422);
        assert_eq!(page.field_error("name").as_deref(), Some(says), "{path}");
        assert_eq!(page.value_of("name").as_deref(), Some(name));
    }
    for company in [foreign_company.as_str(), "nonsense"] {
        let fields = [
            ("name", "New"),
            ("role", "member"),
            ("company_id", company),
            ("company_role", "viewer"),
        ];
        setup
            .olivia
            .post(GROUPS, &fields)
            .expect(422)
            .expect_text("Choose companies from the list");
    }
    for (path, who) in [
        (format!("{group}/members"), foreign_member.as_str()),
        (format!("{group}/members"), "nonsense"),
        (format!("{GROUPS}/{foreign_group}/members"), setup.noah_id.as_str()),
        (format!("{GROUPS}/nonsense/members"), setup.noah_id.as_str()),
        (format!("{group}/members/{foreign_member}/removal"), ""),
        (format!("{GROUPS}/{foreign_group}/deletion"), ""),
    ] {
        setup.olivia.post(&path, &[("member_id", who)]).expect(404);
    }
    setup.olivia.get(&format!("{GROUPS}/{foreign_group}")).expect(404);
    // Searching for a company keeps the input and saves nothing.
    let fields = [
        ("name", "Half typed"),
        ("role", "viewer"),
        ("company_q", "nor"),
        ("find", "1"),
    ];
    let page = setup.olivia.post(GROUPS, &fields).expect(200);
    assert_eq!(page.value_of("name").as_deref(), Some("Half typed"));
    assert!(page.has("North") && !page.has("South"), "{}", page.text());
    assert_eq!(count(&app, "audit_events"), events);
    let _ = other;
    app.expect_healthy();
}

#[test]
fn members_are_added_to_a_group_in_bulk() {
    let app = TestApp::open();
    let setup = setup(&app);
    let group = make(&setup.olivia, "Support", "viewer", &[]);
    let id = group.rsplit('/').next().expect("an id");
    let fields = [
        ("do", "group"),
        ("step", "apply"),
        ("group_id", id),
        ("id", &setup.noah_id),
        ("id", &setup.adam_id),
    ];
    setup
        .olivia
        .post(&format!("{MEMBERS}/bulk"), &fields)
        .expect_redirect(MEMBERS);
    assert_eq!(
        app.database
            .number(&format!("SELECT member_count AS value FROM groups WHERE id = '{id}'")),
        2
    );
    app.expect_healthy();
}

/// Pseudo-random numbers that are the same on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % 1_000_003).expect("a small number") % sides
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// After any order of changes, the stored counts, roles and assignments follow from what was granted, and undoing a
/// removal restores the same effective permissions.
#[test]
fn random_changes_keep_roles_assignments_and_counts_consistent() {
    for seed in [0x5eed_1234_u64, 0x00fe_edbe_ef77] {
        steps(seed);
    }
}

fn steps(seed: u64) {
    let app = TestApp::open();
    let (cookie, companies, members) = app.fixtures(|fixtures| {
        let owner = fixtures.account("Olivia Hart", "olivia@atlas.test", true);
        let organization = fixtures.organization("Atlas", "atlas", owner);
        let companies: Vec<String> = (0..4)
            .map(|n| {
                fixtures
                    .company(organization, &format!("Company {n}"), &format!("company-{n}"))
                    .to_string()
            })
            .collect();
        let members: Vec<String> = (0..8)
            .map(|n| {
                let user = fixtures.account(&format!("Person {n}"), &format!("p{n}@atlas.test"), true);
                fixtures.add_member(organization, user, "member", &[]).to_string()
            })
            .collect();
        (fixtures.session_cookie(owner), companies, members)
    });
    let olivia = app.client_with(&cookie);
    let access_summary = |id: &str| {
        app.fixtures(|fixtures| {
            let organization = fixtures.organization_of("atlas");
            fixtures.access_summary(organization, id)
        })
    };
    let roles = [
        "owner",
        "admin",
        "billing_admin",
        "user_admin",
        "editor",
        "viewer",
        "member",
    ];
    let company_roles = ["manager", "editor", "viewer"];
    let (mut random, mut groups, mut done) = (Random(seed), Vec::<String>::new(), [0; 12]);
    for step in 0..rounds(300, 90) {
        let who = random.pick(&members).clone();
        let member = format!("{MEMBERS}/{who}");
        let kind = random.below(12);
        let page = match kind {
            0 => olivia.post(&format!("{member}/role"), &[("role", *random.pick(&roles))]),
            1 | 2 => {
                let (company, role) = (random.pick(&companies).clone(), *random.pick(&company_roles));
                olivia.post(
                    &format!("{member}/companies"),
                    &[("company_id", &company), ("company_role", role)],
                )
            }
            3 => olivia.post(
                &format!("{member}/companies/{}/unassigning", random.pick(&companies)),
                &[],
            ),
            4 | 5 => {
                let (name, role) = (format!("Group {step}"), *random.pick(&roles[1..]));
                let (company, other) = (random.pick(&companies).clone(), random.pick(&companies).clone());
                let fields = [
                    ("name", name.as_str()),
                    ("role", role),
                    ("company_id", &company),
                    ("company_role", *random.pick(&company_roles)),
                    ("company_id", &other),
                    ("company_role", *random.pick(&company_roles)),
                ];
                if kind == 4 && groups.len() < 4 {
                    let page = olivia.post(GROUPS, &fields);
                    groups.extend(page.location.clone());
                    page
                } else if let Some(group) = groups.first() {
                    olivia.post(&format!("{group}/settings"), &fields)
                } else {
                    continue;
                }
            }
            6 | 7 if !groups.is_empty() => {
                let group = random.pick(&groups).clone();
                olivia.post(&format!("{group}/members"), &[("member_id", &who)])
            }
            8 if !groups.is_empty() => {
                let group = random.pick(&groups).clone();
                if random.below(6) == 0 {
                    groups.retain(|other| *other != group);
                    olivia.post(&format!("{group}/deletion"), &[])
                } else {
                    olivia.post(&format!("{group}/members/{who}/removal"), &[])
                }
            }
            9 => olivia.post(&format!("{member}/suspension"), &[]),
            10 => olivia.post(&format!("{member}/restoration"), &[]),
            11 => {
                let before = access_summary(&who);
                let page = olivia.post(&format!("{member}/removal"), &[]);
                if page.status == 303 && random.below(3) > 0 {
                    olivia
                        .post(&format!("{member}/reinstatement"), &[])
                        .expect_redirect(&member);
                    assert_eq!(access_summary(&who), before, "step {step}");
                }
                page
            }
            _ => continue,
        };
        assert!(
            matches!(page.status, 303 | 404 | 422),
            "step {step}: {} returns {}",
            page.request,
            page.status
        );
        done[kind] += usize::from(page.status == 303);
        if page.status == 404 && random.below(2) == 0 {
            olivia.post(&format!("{member}/reinstatement"), &[]).expect(303);
        }
        if step % 30 == 29 {
            app.expect_healthy();
        }
    }
    assert!(done.iter().filter(|n| **n > 0).count() > 10, "{done:?}");
}
