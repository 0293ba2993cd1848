//! Access control: who has which role and why, assigning one role, and the role matrix.

use crate::harness::client::Client;
use crate::harness::fixtures::simultaneously;
use crate::harness::page::Page;
use crate::harness::test_app::TestApp;

/// An organization with an owner and two companies, for one test.
struct Scenario {
    app: &'static TestApp,
    slug: &'static str,
    owner: Client,
    north: String,
    south: String,
}

impl Scenario {
    fn new(slug: &'static str) -> Self {
        let app = TestApp::shared();
        let (cookie, north, south) = app.fixtures(|fixtures| {
            let owner = fixtures.account("Olivia Hart", &format!("olivia@{slug}.test"), true);
            let organization = fixtures.organization(slug, slug, owner);
            let north = fixtures.company(organization, "North", &format!("north-{slug}"));
            let south = fixtures.company(organization, "South", &format!("south-{slug}"));
            (fixtures.session_cookie(owner), north.to_string(), south.to_string())
        });
        let owner = app.client_with(&cookie);
        Self {
            app,
            slug,
            owner,
            north,
            south,
        }
    }

    fn email(&self, name: &str) -> String {
        format!("{}@{}.test", name.to_lowercase(), self.slug)
    }

    /// A member with their membership id and client. `assignments` assigns roles in the companies `n` and `s`.
    fn member(&self, name: &str, role: &str, assignments: &[(&str, &str)]) -> (String, Client) {
        let (id, cookie) = self.app.fixtures(|fixtures| {
            let account = fixtures.account(name, &self.email(name), true);
            let organization = fixtures.organization_of(self.slug);
            let companies: Vec<_> = assignments
                .iter()
                .map(|(company, role)| {
                    let id = if *company == "n" { &self.north } else { &self.south };
                    (tenantry::common::id::CompanyId::parse(id).unwrap(), *role)
                })
                .collect();
            let id = fixtures.add_member(organization, account, role, &companies);
            (id.to_string(), fixtures.session_cookie(account))
        });
        (id, self.app.client_with(&cookie))
    }

    fn path(&self, rest: &str) -> String {
        format!("/organizations/{}/access{rest}", self.slug)
    }

    fn slug_of(&self, company: &str) -> String {
        format!("{company}-{}", self.slug)
    }

    fn assign(&self, who: &Client, fields: &[(&str, &str)]) -> Page {
        who.post(&self.path("/assignments"), fields)
    }

    /// Every row of the exported CSV file except its header.
    fn csv_rows(&self) -> Vec<String> {
        let csv = self.owner.get(&self.path("/matrix.csv")).expect(200).body;
        csv.trim_start_matches('\u{feff}')
            .lines()
            .skip(1)
            .map(str::to_owned)
            .collect()
    }

    fn has(&self, name: &str, company: &str, role: &str) -> bool {
        let begins = format!("{},", self.email(name));
        let ends = format!(",{role}");
        self.csv_rows()
            .iter()
            .any(|row| row.starts_with(&begins) && row.contains(company) && row.ends_with(&ends))
    }

    /// Whether the CSV file has any row for the member in a company.
    fn has_assignment(&self, name: &str, company: &str) -> bool {
        let begins = format!("{},", self.email(name));
        self.csv_rows()
            .iter()
            .any(|row| row.starts_with(&begins) && row.contains(company))
    }

    /// The number of audit events with this action.
    fn events(&self, action: &str) -> i64 {
        self.app.database.number(&format!(
            "SELECT count(*) AS value FROM audit_events d JOIN organization_slugs s ON s.organization_id = d.organization_id \
             WHERE s.slug = '{}' AND d.action = '{action}'",
            self.slug
        ))
    }
}

/// The matrix form for one member and both companies, with the roles that were shown.
fn cells<'a>(scenario: &'a Scenario, person: &'a str, shown: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("column", &scenario.north),
        ("column", &scenario.south),
        ("person", person),
        ("shown", shown),
    ]
}

#[test]
fn the_page_shows_each_role_and_where_it_comes_from() {
    let scenario = Scenario::new("acc-who");
    let (ann, _) = scenario.member("Ann", "member", &[("n", "editor")]);
    scenario.member("Bob", "viewer", &[("n", "manager")]);
    scenario
        .owner
        .post(
            &scenario.path("/assignments"),
            &[("member_id", &ann), ("company_id", &scenario.south), ("role", "viewer")],
        )
        .expect(303);
    let page = scenario.owner.get(&scenario.path("")).expect(200);
    for words in [
        "Olivia Hart",
        "Owner",
        "All companies",
        "North, South",
        "Direct",
        "Organization 3",
    ] {
        assert!(page.has(words), "{words}: {}", page.text());
    }
    let page = scenario.owner.get(&scenario.path("?tab=company")).expect(200);
    for words in [
        "Organization roles that also give access to every company: Owner: 1 · Viewer: 1",
        "Company 3",
        "1 to 3 of 3",
        "By invitation",
        "Direct",
    ] {
        assert!(page.has(words), "{words}: {}", page.text());
    }
    let north = format!("?tab=company&company={}", scenario.slug_of("north"));
    let page = scenario.owner.get(&scenario.path(&north)).expect(200);
    assert!(
        page.has("Organization roles that also give access to North")
            && page.has("Owner: 1")
            && page.has("Ann")
            && page.has("Bob")
    );
    let page = scenario
        .owner
        .get(&scenario.path(&format!("{north}&role=editor")))
        .expect(200);
    assert!(page.has("Ann") && !page.has("bob@"), "{}", page.text());
    let page = scenario.owner.get(&scenario.path("?role=viewer")).expect(200);
    assert!(page.has("Bob") && !page.has("ann@"), "{}", page.text());
    let part = scenario.owner.fragment(&scenario.path("?q=ann")).expect(200);
    assert!(part.has("Ann") && !part.has("bob@") && !part.has("Access control"));
    scenario
        .owner
        .get(&scenario.path(&format!("?company={}", "0".repeat(32))))
        .expect(404);
}

#[test]
fn an_override_shows_as_a_badge() {
    let scenario = Scenario::new("acc-over");
    let (ann, _) = scenario.member("Ann", "viewer", &[]);
    scenario.app.database.execute(&format!(
        "UPDATE memberships SET overrides = '{{\"billing.view\":\"allow\",\"members.view\":\"deny\"}}' WHERE id = '{ann}'"
    ));
    assert!(scenario.owner.get(&scenario.path("")).has("2 overrides"));
}

#[test]
fn a_member_is_assigned_an_organization_role_and_a_company_role() {
    let scenario = Scenario::new("acc-give");
    let (ann, _) = scenario.member("Ann", "member", &[]);
    let dialog = scenario
        .owner
        .get(&scenario.path(&format!("/assignments/new?member_id={ann}")))
        .expect(200);
    assert!(dialog.has("Role in the organization") && dialog.has("Billing admin"));
    scenario
        .assign(
            &scenario.owner,
            &[("member_id", &ann), ("company_id", ""), ("role", "editor")],
        )
        .expect_redirect(&scenario.path(""));
    assert!(scenario.has("Ann", ",,", "editor"));
    assert!(scenario.app.mail_to(&scenario.email("Ann")).text.contains("Editor"));
    let page = scenario.assign(
        &scenario.owner,
        &[
            ("member_id", &ann),
            ("company_id", &scenario.north),
            ("role", "manager"),
        ],
    );
    page.expect_redirect(&scenario.path(&format!("?tab=company&company={}", scenario.slug_of("north"))));
    assert!(scenario.has("Ann", "North", "manager"));
    assert_eq!(
        (
            scenario.events("member.role_changed"),
            scenario.events("member.assigned")
        ),
        (1, 1)
    );
}

#[test]
fn a_new_person_is_invited_to_the_organization_or_a_company() {
    let scenario = Scenario::new("acc-new");
    let (org_email, company_email) = (scenario.email("level"), scenario.email("place"));
    scenario
        .assign(
            &scenario.owner,
            &[
                ("email", &org_email),
                ("first_name", "Lea"),
                ("last_name", "Vell"),
                ("company_id", ""),
                ("role", "viewer"),
            ],
        )
        .expect(303);
    assert!(scenario.app.mail_to(&org_email).text.contains("Viewer"));
    scenario
        .assign(
            &scenario.owner,
            &[
                ("mode", "new"),
                ("email", &company_email),
                ("company_id", &scenario.north),
                ("role", "editor"),
            ],
        )
        .expect(303);
    let invitee = scenario.app.sign_up("Pla Ce", &company_email);
    scenario.app.accept(&invitee, &company_email);
    assert!(scenario.has("place", "North", "editor"));
}

#[test]
fn invalid_input_shows_a_field_error_and_changes_nothing() {
    let scenario = Scenario::new("acc-bad");
    let (ann, _) = scenario.member("Ann", "member", &[]);
    let other = Scenario::new("acc-bad-other");
    let before = scenario.csv_rows();
    let error = |fields: &[(&str, &str)], field: &str| {
        let page = scenario.assign(&scenario.owner, fields).expect(422);
        page.field_error(field)
            .unwrap_or_else(|| panic!("no error at {field}: {}", page.text()))
    };
    assert!(error(&[("mode", "existing"), ("role", "viewer")], "member_id").contains("Choose a member"));
    error(&[("member_id", &ann), ("role", "king")], "role");
    // An organization role must not be a company role, and the other way round.
    error(&[("member_id", &ann), ("role", "manager")], "role");
    error(
        &[("member_id", &ann), ("company_id", &scenario.north), ("role", "admin")],
        "role",
    );
    error(&[("mode", "new"), ("email", "nobody"), ("role", "viewer")], "email");
    let email = scenario.email("Ann");
    let twice = error(&[("mode", "new"), ("email", &email), ("role", "viewer")], "email");
    assert!(twice.contains("Already a member"), "{twice}");
    for (member, company) in [
        (ann.as_str(), other.north.as_str()),
        (&ann, "nonsense"),
        ("nonsense", ""),
        (&"0".repeat(32), ""),
    ] {
        let fields = [("member_id", member), ("company_id", company), ("role", "viewer")];
        scenario.assign(&scenario.owner, &fields).expect(404);
    }
    let foreign = [
        ("mode", "new"),
        ("email", "x@acc-bad.test"),
        ("company_id", &other.north),
        ("role", "viewer"),
    ];
    scenario.assign(&scenario.owner, &foreign).expect(404);
    assert_eq!(scenario.csv_rows(), before);
    assert_eq!(scenario.events("member.invited"), 0);
}

#[test]
fn no_one_grants_more_than_they_may() {
    let scenario = Scenario::new("acc-rank");
    let (ann, _) = scenario.member("Ann", "member", &[]);
    let (_, kim) = scenario.member("Kim", "user_admin", &[]);
    let dialog = kim.get(&scenario.path("/assignments/new")).expect(200);
    assert!(dialog.has("Editor") && !dialog.has("Do everything") && !dialog.has("Manage all companies"));
    for (role, named) in [
        ("owner", "Make someone an owner"),
        ("admin", "Make someone an admin"),
        ("billing_admin", "Change roles"),
    ] {
        let page = scenario
            .assign(&kim, &[("member_id", &ann), ("role", role)])
            .expect(403);
        assert!(page.has(named), "{role}: {}", page.text());
        let fresh = scenario.email("fresh");
        scenario
            .assign(&kim, &[("mode", "new"), ("email", &fresh), ("role", role)])
            .expect(403);
    }
    let owner = scenario.app.database.words(&format!(
        "SELECT m.id AS value FROM memberships m JOIN users u ON u.id = m.user_id WHERE u.email = 'olivia@{}.test'",
        scenario.slug
    ));
    scenario
        .assign(&kim, &[("member_id", &owner[0]), ("role", "member")])
        .expect(403);
    // The matrix and the CSV import refuse the same.
    let mut form = cells(&scenario, &ann, "member,,");
    form.push(("r-0", "admin"));
    let page = kim.post(&scenario.path("/matrix"), &form).expect(422);
    assert!(page.has("Your role doesn’t allow this change"), "{}", page.text());
    let rows = format!("email,company_slug,role\n{},,admin", scenario.email("Ann"));
    kim.post(&scenario.path("/matrix/import"), &[("text", &rows)])
        .expect(422);
    kim.post(
        &scenario.path("/matrix/import/applying"),
        &[(
            "rows",
            &format!("email,company_slug,role,was\n{},,admin,member", scenario.email("Ann")),
        )],
    )
    .expect(422);
    assert!(scenario.has("Ann", ",,", "member"));
    assert_eq!(scenario.events("member.role_changed"), 0);
}

#[test]
fn the_matrix_saves_only_changed_cells() {
    let scenario = Scenario::new("acc-cells");
    let (ann, _) = scenario.member("Ann", "member", &[("n", "viewer")]);
    let page = scenario.owner.get(&scenario.path("/matrix?q=ann")).expect(200);
    assert!(page.has("North") && page.has("South") && page.has("Save changes"));
    let mut form = cells(&scenario, &ann, "member,viewer,");
    form.extend([("r-0", "billing_admin"), ("c-0-0", ""), ("c-0-1", "manager")]);
    scenario
        .owner
        .post(&scenario.path("/matrix?q=ann"), &form)
        .expect_redirect(&scenario.path("/matrix?q=ann"));
    assert!(scenario.owner.get(&scenario.path("/matrix")).has("3 changes saved"));
    assert!(scenario.has("Ann", ",,", "billing_admin"));
    assert!(scenario.has("Ann", "South", "manager") && !scenario.has_assignment("Ann", "North"));
    // Submitting the page's form unchanged changes nothing.
    let page = scenario.owner.get(&scenario.path("/matrix?q=ann"));
    scenario
        .owner
        .submit(&page, &scenario.path("/matrix?q=ann"), &[])
        .expect(303);
    assert!(scenario.owner.get(&scenario.path("/matrix")).has("Nothing changed"));
}

#[test]
fn a_role_is_assigned_to_all_selected_members_or_to_none() {
    let scenario = Scenario::new("acc-bulk");
    let (ann, _) = scenario.member("Ann", "member", &[("n", "viewer")]);
    let (bob, _) = scenario.member("Bob", "member", &[]);
    let (cleo, _) = scenario.member("Cleo", "member", &[]);
    let form = |more: &[(&'static str, String)]| -> Vec<(String, String)> {
        let mut form: Vec<(String, String)> = [("column", &scenario.north), ("column", &scenario.south)]
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.clone()))
            .collect();
        for (person, shown) in [(&ann, "member,viewer,"), (&bob, "member,,"), (&cleo, "member,,")] {
            form.push(("person".into(), person.clone()));
            form.push(("shown".into(), shown.into()));
        }
        form.push(("do".into(), "bulk".into()));
        form.extend(more.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        form
    };
    let send = |form: Vec<(String, String)>| {
        let form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        scenario.owner.post(&scenario.path("/matrix"), &form)
    };
    assert!(
        send(form(&[
            ("bulk_company", scenario.north.clone()),
            ("bulk_role", "editor".into())
        ]))
        .expect(422)
        .has("Select at least one person")
    );
    assert!(
        send(form(&[("pick", ann.clone()), ("bulk_role", "editor".into())]))
            .expect(422)
            .has("Choose a company")
    );
    assert!(
        send(form(&[
            ("pick", ann.clone()),
            ("bulk_company", scenario.north.clone()),
            ("bulk_role", "king".into())
        ]))
        .expect(422)
        .has("Choose a role")
    );
    let both = [
        ("pick", ann.clone()),
        ("pick", bob.clone()),
        ("bulk_company", scenario.north.clone()),
        ("bulk_role", "editor".into()),
    ];
    send(form(&both)).expect(303);
    assert!(
        scenario.has("Ann", "North", "editor")
            && scenario.has("Bob", "North", "editor")
            && !scenario.has_assignment("Cleo", "North")
    );
    // The roles shown in this form are outdated, so nothing is saved.
    let all = [
        ("everybody", "on".into()),
        ("bulk_company", scenario.north.clone()),
        ("bulk_role", "manager".into()),
    ];
    let page = send(form(&all)).expect(422);
    assert!(page.has("No changes were saved") && page.has("Someone changed this in the meantime"));
    assert!(!scenario.has_assignment("Cleo", "North"));
}

#[test]
fn a_conflicting_matrix_change_is_reported_and_nothing_is_saved() {
    let scenario = Scenario::new("acc-race");
    let (ann, _) = scenario.member("Ann", "member", &[("n", "viewer")]);
    let mut form = cells(&scenario, &ann, "member,editor,");
    form.extend([("c-0-0", "manager"), ("c-0-1", "viewer")]);
    let page = scenario.owner.post(&scenario.path("/matrix"), &form).expect(422);
    assert!(page.has("Ann: Someone changed this in the meantime"), "{}", page.text());
    assert!(scenario.has("Ann", "North", "viewer") && !scenario.has_assignment("Ann", "South"));
    assert_eq!(
        (scenario.events("member.assigned"), scenario.events("access.imported")),
        (0, 0)
    );
}

#[test]
fn roles_from_groups_are_marked_and_cannot_be_removed_in_the_matrix() {
    let scenario = Scenario::new("acc-group");
    let (ann, _) = scenario.member("Ann", "member", &[]);
    scenario.app.fixtures(|fixtures| {
        let organization = fixtures.organization_of(scenario.slug);
        let owner = fixtures.user(&format!("olivia@{}.test", scenario.slug));
        let north = tenantry::common::id::CompanyId::parse(&scenario.north).unwrap();
        let group = fixtures.group(organization, owner, "Support", "viewer", &[(north, "editor")]);
        fixtures.add_to_group(organization, group, &ann);
    });
    let page = scenario.owner.get(&scenario.path("?q=ann"));
    assert!(page.has("By group Support") && page.has("Viewer"), "{}", page.text());
    let page = scenario.owner.get(&scenario.path("?tab=company&q=ann"));
    assert!(
        page.has("By group Support") && page.has("access to every company: Owner: 1 · Viewer: 1"),
        "{}",
        page.text()
    );
    let page = scenario.owner.get(&scenario.path("/matrix?q=ann"));
    assert!(page.has("Editor by group Support"), "{}", page.text());
    assert!(
        !scenario.has_assignment("Ann", "North"),
        "assignments from a group are not direct ones"
    );
    // Adding and removing a direct role keeps the one from the group.
    for (was, now) in [("", "viewer"), ("viewer", "")] {
        let shown = format!("member,{was},");
        let mut form = cells(&scenario, &ann, &shown);
        form.push(("c-0-0", now));
        scenario.owner.post(&scenario.path("/matrix"), &form).expect(303);
        assert_eq!(scenario.has("Ann", "North", "viewer"), now == "viewer");
        assert!(
            scenario
                .owner
                .get(&scenario.path("?tab=company&q=ann"))
                .has("By group Support")
        );
    }
}

#[test]
fn an_edited_csv_export_is_previewed_and_imported() {
    let scenario = Scenario::new("acc-sheet");
    scenario.member("Ann", "member", &[("n", "viewer"), ("s", "viewer")]);
    scenario.member("Bob", "member", &[("n", "viewer")]);
    let csv = scenario.owner.get(&scenario.path("/matrix.csv")).expect(200);
    assert!(csv.header("content-disposition").contains(".csv"));
    // Importing the export unchanged changes nothing.
    let page = scenario
        .owner
        .post(&scenario.path("/matrix/import"), &[("text", &csv.body)])
        .expect(200);
    assert!(page.has("Nothing would change"), "{}", page.text());

    let (north, south) = (scenario.slug_of("north"), scenario.slug_of("south"));
    let rows = format!(
        "email;company_slug;role\n{ann};{north};Editor\n{ann};{south};\n{bob};{south};viewer\n{bob};;Billing admin\n{bob};{north};viewer",
        ann = scenario.email("Ann"),
        bob = scenario.email("Bob")
    );
    let before = scenario.csv_rows();
    let page = scenario
        .owner
        .post(&scenario.path("/matrix/import"), &[("text", &rows)])
        .expect(200);
    assert!(
        page.has("1 added, 2 changed, 1 removed, 1 unchanged"),
        "{}",
        page.text()
    );
    assert_eq!(scenario.csv_rows(), before, "the preview saves nothing");
    scenario
        .owner
        .submit(&page, &scenario.path("/matrix/import/applying"), &[])
        .expect_redirect(&scenario.path("/matrix"));
    assert!(scenario.has("Ann", "North", "editor") && !scenario.has_assignment("Ann", "South"));
    assert!(
        scenario.has("Bob", "South", "viewer")
            && scenario.has("Bob", ",,", "billing_admin")
            && scenario.has("Bob", "North", "viewer")
    );
    assert_eq!(
        (scenario.events("access.imported"), scenario.events("member.unassigned")),
        (1, 1)
    );
    // The same form again is outdated.
    let again = scenario
        .owner
        .submit(&page, &scenario.path("/matrix/import/applying"), &[])
        .expect(422);
    assert!(again.has("Someone changed roles in the meantime"), "{}", again.text());
    assert_eq!(scenario.events("access.imported"), 1);
}

#[test]
fn a_csv_with_invalid_lines_names_them_and_changes_nothing() {
    let scenario = Scenario::new("acc-wrong");
    scenario.member("Ann", "member", &[("n", "viewer")]);
    let other = Scenario::new("acc-wrong-other");
    let (ann, north) = (scenario.email("Ann"), scenario.slug_of("north"));
    let rows = [
        format!("{ann},{north},editor"),
        format!("nobody@x.test,{north},editor"),
        format!("{ann},{},editor", other.slug_of("north")),
        format!("{ann},{},king", scenario.slug_of("south")),
        format!("{ann},,"),
        format!("{ann},{north},viewer"),
        format!("olivia@{}.test,,viewer", other.slug),
    ];
    let text = format!("email,company_slug,role\n{}", rows.join("\n"));
    let before = scenario.csv_rows();
    let page = scenario
        .owner
        .post(&scenario.path("/matrix/import"), &[("text", &text)])
        .expect(422);
    let lines = page.texts("table th[scope=row]");
    assert_eq!(lines, ["3", "4", "5", "6", "7", "8"], "{}", page.text());
    for words in [
        "No member has the address nobody@x.test",
        "There is no role “king”",
        "Line 2 is about the same role",
    ] {
        assert!(page.has(words), "{words}: {}", page.text());
    }
    assert!(
        page.value_of("text").is_some_and(|typed| typed.contains("king")),
        "the input is kept"
    );
    scenario
        .owner
        .post(&scenario.path("/matrix/import/applying"), &[("rows", &text)])
        .expect(422);
    assert_eq!(scenario.csv_rows(), before);
    // The only owner can't be demoted, which also rolls back the earlier rows.
    let text = format!(
        "email,company_slug,role,was\n{ann},{north},editor,viewer\nolivia@{}.test,,viewer,owner",
        scenario.slug
    );
    let page = scenario
        .owner
        .post(&scenario.path("/matrix/import/applying"), &[("rows", &text)])
        .expect(422);
    assert!(page.has("This is the only owner"), "{}", page.text());
    assert_eq!(scenario.csv_rows(), before);
    assert_eq!(
        (scenario.events("member.assigned"), scenario.events("access.imported")),
        (0, 0)
    );
}

#[test]
fn a_csv_row_without_its_role_removes_nothing() {
    let scenario = Scenario::new("acc-norole");
    scenario.member("Ann", "member", &[("n", "viewer"), ("s", "viewer")]);
    let (ann, north) = (scenario.email("Ann"), scenario.slug_of("north"));
    let before = scenario.csv_rows();
    let import = |text: &str| scenario.owner.post(&scenario.path("/matrix/import"), &[("text", text)]);
    for (text, line, words) in [
        (
            format!("email,company_slug,role\n\n{ann},{north}\n"),
            "3",
            "2 cells instead of 3",
        ),
        (
            format!("email,company_slug,role\r{ann},{north}\r"),
            "2",
            "2 cells instead of 3",
        ),
        (
            format!("email;company_slug;role\n{ann};{north};;\n"),
            "2",
            "4 cells instead of 3",
        ),
        (
            format!("email,company_slug,role\n{ann},\"{north},viewer\n{ann},,member\n"),
            "2",
            "never closed",
        ),
    ] {
        let page = import(&text).expect(422);
        assert_eq!(page.texts("table th[scope=row]"), [line], "{text}: {}", page.text());
        assert!(page.has(words), "{text}: {}", page.text());
        assert!(page.value_of("text").is_some_and(|typed| typed.contains(&ann)));
        scenario
            .owner
            .post(&scenario.path("/matrix/import/applying"), &[("rows", &text)])
            .expect(422);
    }
    // Each error is named, up to a number.
    let many = format!("email,company_slug,role\n{}", format!("{ann}\n").repeat(23));
    let page = import(&many).expect(422);
    assert_eq!(page.texts("table th[scope=row]").len(), 20);
    assert!(page.has("3 more lines have errors"), "{}", page.text());
    assert_eq!(scenario.csv_rows(), before);
    // An empty role in a whole row removes the assignment.
    import(&format!("email,company_slug,role\n{ann},{north},\n"))
        .expect(200)
        .expect_text("0 added, 0 changed, 1 removed, 0 unchanged");
}

#[test]
fn a_csv_of_roles_is_read_in_every_dialect_and_encoding() {
    let scenario = Scenario::new("acc-bytes");
    scenario.member("Ann", "member", &[("n", "viewer")]);
    let (ann, north) = (scenario.email("Ann"), scenario.slug_of("north"));
    let text = format!("sep=;\r\nemail;name;company_slug;role\r\n{ann};Zo\u{eb};{north};editor\r\n");
    let windows: Vec<u8> = text.chars().map(|c| u8::try_from(c).unwrap()).collect();
    let utf_16 = format!("\u{feff}{text}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let old_mac = text.replace("\r\n", "\r").into_bytes();
    let path = scenario.path("/matrix/import");
    for file in [windows, utf_16, old_mac] {
        let page = scenario.owner.upload(&path, &[("text", "")], "csv", &file).expect(200);
        assert!(
            page.has("0 added, 1 changed, 0 removed, 0 unchanged"),
            "{}",
            page.text()
        );
    }
    let page = scenario
        .owner
        .upload(&path, &[("text", "kept")], "csv", b"PK\x03\x04\x14\x00\x06\x00")
        .expect(422);
    assert!(
        page.field_error("csv")
            .is_some_and(|said| said.contains("Save the sheet as CSV"))
    );
    assert_eq!(page.value_of("text").as_deref(), Some("kept"));
}

#[test]
fn a_company_manager_sees_and_changes_only_its_members() {
    let scenario = Scenario::new("acc-mine");
    let (ann, _) = scenario.member("Ann", "member", &[("n", "viewer"), ("s", "viewer")]);
    let (bob, _) = scenario.member("Bob", "member", &[("s", "viewer")]);
    let (_, manager) = scenario.member("Mia", "member", &[("n", "manager")]);
    for path in ["", "?tab=company", "/matrix"] {
        let page = manager.get(&scenario.path(path)).expect(200);
        assert!(page.has("Ann") && !page.has("bob@"), "{path}: {}", page.text());
        assert!(path.is_empty() || !page.has("South"), "{path}: {}", page.text());
    }
    let csv = manager.get(&scenario.path("/matrix.csv")).expect(200).body;
    assert!(
        csv.contains("ann@") && !csv.contains("bob@") && !csv.contains("South"),
        "{csv}"
    );
    manager
        .get(&scenario.path(&format!("?company={}", scenario.south)))
        .expect(404);

    // A manager can assign the lower roles in their company, to members and to new people.
    let dialog = manager.get(&scenario.path("/assignments/new")).expect(200);
    assert!(dialog.has("Role in North") && !dialog.has("Organization level") && !dialog.has("manage its people"));
    scenario
        .assign(
            &manager,
            &[("member_id", &ann), ("company_id", &scenario.north), ("role", "editor")],
        )
        .expect(303);
    scenario
        .assign(
            &manager,
            &[
                ("member_id", &ann),
                ("company_id", &scenario.north),
                ("role", "manager"),
            ],
        )
        .expect(403);
    scenario
        .assign(
            &manager,
            &[("member_id", &ann), ("company_id", &scenario.south), ("role", "editor")],
        )
        .expect(404);
    let page = scenario
        .assign(&manager, &[("member_id", &ann), ("company_id", ""), ("role", "viewer")])
        .expect(403);
    assert!(page.has("Change roles"), "{}", page.text());
    let fresh = scenario.email("fresh");
    scenario
        .assign(
            &manager,
            &[
                ("mode", "new"),
                ("email", &fresh),
                ("company_id", &scenario.north),
                ("role", "viewer"),
            ],
        )
        .expect(303);
    scenario
        .assign(
            &manager,
            &[
                ("mode", "new"),
                ("email", &fresh),
                ("company_id", ""),
                ("role", "member"),
            ],
        )
        .expect(403);

    // The matrix and the CSV import are limited to what the manager can see.
    let mut form = cells(&scenario, &ann, "member,editor,viewer");
    form.push(("c-0-1", "editor"));
    manager.post(&scenario.path("/matrix"), &form).expect(404);
    let mut form = cells(&scenario, &bob, "member,,viewer");
    form.push(("c-0-0", "viewer"));
    manager.post(&scenario.path("/matrix"), &form).expect(404);
    let mut form = cells(&scenario, &ann, "member,editor,viewer");
    form.push(("r-0", "viewer"));
    manager.post(&scenario.path("/matrix"), &form).expect(403);
    let mut form = cells(&scenario, &ann, "member,editor,viewer");
    form.push(("c-0-0", ""));
    manager.post(&scenario.path("/matrix"), &form).expect(303);
    assert!(!scenario.has_assignment("Ann", "North") && scenario.has("Ann", "South", "viewer"));
    let rows = format!(
        "email,company_slug,role\n{},{},editor",
        scenario.email("Bob"),
        scenario.slug_of("south")
    );
    let page = manager
        .post(&scenario.path("/matrix/import"), &[("text", &rows)])
        .expect(422);
    assert!(page.has("No member has the address"), "{}", page.text());
}

#[test]
fn view_permission_alone_allows_no_change_of_access() {
    let scenario = Scenario::new("acc-look");
    let (ann, _) = scenario.member("Ann", "member", &[]);
    let (lou_id, lou) = scenario.member("Lou", "viewer", &[]);
    scenario.app.database.execute(&format!(
        "UPDATE memberships SET overrides = '{{\"access.view\":\"allow\"}}' WHERE id = '{lou_id}'"
    ));
    let page = lou.get(&scenario.path("/matrix")).expect(200);
    assert!(!page.has("Save changes") && page.has("Ann"));
    let mut form = cells(&scenario, &ann, "member,,");
    form.push(("c-0-0", "viewer"));
    assert!(
        lou.post(&scenario.path("/matrix"), &form)
            .expect(403)
            .has("Assign companies to members")
    );
    let fields = [
        ("member_id", ann.as_str()),
        ("company_id", &scenario.north),
        ("role", "viewer"),
    ];
    assert!(
        scenario
            .assign(&lou, &fields)
            .expect(403)
            .has("Assign companies to members")
    );
    let fields = [("mode", "new"), ("email", "x@acc-look.test"), ("role", "viewer")];
    assert!(scenario.assign(&lou, &fields).expect(403).has("Invite members"));
    lou.get(&scenario.path("/matrix/import")).expect(403);
}

#[test]
fn companies_are_found_by_search_and_the_matrix_pages_them() {
    let scenario = Scenario::new("acc-many");
    let (ann, _) = scenario.member("Ann", "member", &[]);
    let far = scenario.app.fixtures(|fixtures| {
        let organization = fixtures.organization_of(scenario.slug);
        for at in 0..50 {
            fixtures.company(
                organization,
                &format!("Branch {at:02}"),
                &format!("branch-{at}-{}", scenario.slug),
            );
        }
        fixtures
            .company(organization, "Zürich", &format!("zurich-{}", scenario.slug))
            .to_string()
    });
    let dialog = scenario.owner.get(&scenario.path("/assignments/new")).expect(200);
    assert!(dialog.has("Branch 00") && !dialog.has("Zürich"));
    // Without JavaScript, the search button submits the form and keeps the selection.
    let fields = [
        ("find", "1"),
        ("company_q", "zurich"),
        ("member_id", &ann),
        ("mode", "existing"),
    ];
    let dialog = scenario.assign(&scenario.owner, &fields).expect(200);
    assert!(dialog.has("Zürich") && !dialog.has("Branch 00"));
    assert_eq!(dialog.value_of("member_id").as_deref(), Some(ann.as_str()));
    let dialog = scenario
        .owner
        .get(&scenario.path(&format!("/assignments/new?company_id={far}")))
        .expect(200);
    assert!(dialog.has("Role in Zürich"));
    assert_eq!(dialog.value_of("company_id"), Some(far));

    let mut columns = Vec::new();
    let mut page = scenario.owner.get(&scenario.path("/matrix")).expect(200);
    loop {
        let heads = page.texts(".grid thead th");
        columns.extend(heads.into_iter().skip(2));
        match page.link("Next companies") {
            Some(more) => page = scenario.owner.get(&scenario.path(&format!("/{more}"))).expect(200),
            None => break,
        }
    }
    assert_eq!(columns.len(), 54, "{columns:?}");
    assert_eq!(
        (columns[0].as_str(), columns[53].as_str()),
        ("acc-many company", "Zürich")
    );
    let back = page.link("Previous companies").expect("a link back");
    let page = scenario.owner.get(&scenario.path(&format!("/{back}"))).expect(200);
    assert_eq!(page.texts(".grid thead th").len(), 14);
    let page = scenario.owner.get(&scenario.path("/matrix?company=zur")).expect(200);
    assert_eq!(page.texts(".grid thead th"), ["Name", "Organization", "Zürich"]);
    assert!(
        scenario
            .owner
            .get(&scenario.path("/matrix?company=nowhere"))
            .has("No company matches")
    );
}

#[test]
fn of_two_parallel_saves_of_one_cell_one_gets_a_conflict() {
    let scenario = Scenario::new("acc-both");
    let (ann, _) = scenario.member("Ann", "member", &[("n", "viewer")]);
    for (cell, one, other) in [("c-0-0", "editor", "manager"), ("c-0-1", "viewer", "editor")] {
        let shown = "member,viewer,";
        let jobs: Vec<_> = [one, other]
            .into_iter()
            .map(|now| {
                let (scenario, ann) = (&scenario, &ann);
                move || {
                    let mut form = cells(scenario, ann, shown);
                    form.push((cell, now));
                    scenario.owner.post(&scenario.path("/matrix"), &form).status
                }
            })
            .collect();
        let mut answers = simultaneously(jobs);
        answers.sort_unstable();
        assert_eq!(answers, [303, 422]);
    }
    assert_eq!(scenario.events("member.assigned"), 2);
}

mod browser {
    use super::*;
    use crate::harness::browser::{Browser, Display};

    #[test]
    fn the_assign_dialog_follows_the_selection_and_saves() {
        let scenario = Scenario::new("acc-browse");
        scenario.member("Ann", "member", &[]);
        let browser = Browser::open(&scenario.app.base());
        browser.sign_in_as(&scenario.owner);
        browser.goto(&scenario.path(""));
        browser.press("Assign role");
        browser.wait_until("the dialog", || browser.is_visible("#dialog #assign"));
        assert!(!browser.is_visible("#email"), "the email field is hidden at first");
        browser.fill("#assign-q", "ann");
        browser.wait_until("Ann alone", || browser.texts("#member_id .who__name") == ["Ann"]);
        browser.click("#member_id input");
        browser.choose("#company_id", &scenario.north);
        browser.wait_for_text("Role in North");
        browser.click("#role input[value=editor]");
        browser.expect_accessible();
        browser.press("Save");
        browser.wait_for_text("Ann is Editor of North now");
        assert!(scenario.has("Ann", "North", "editor"));

        browser.press("Assign role");
        browser.wait_until("the dialog", || browser.is_visible("#dialog #assign"));
        browser.script("document.querySelector('[name=mode][value=new]').click()", vec![]);
        browser.wait_until("the address", || {
            browser.is_visible("#email") && !browser.is_visible("#assign-q")
        });
        browser.fill("#email", &scenario.email("fresh"));
        browser.choose("#company_id", "");
        browser.wait_for_text("Role in the organization");
        browser.press("Send invitation");
        browser.wait_for_path(&format!("/organizations/{}/invitations", scenario.slug));
        browser.wait_for_text(&scenario.email("fresh"));
        browser.expect_clean();
    }

    #[test]
    fn assigning_and_csv_import_work_without_javascript() {
        let scenario = Scenario::new("acc-noscript");
        let (ann, _) = scenario.member("Ann", "member", &[("s", "viewer")]);
        let browser = Browser::with(&scenario.app.base(), Display::default().without_javascript());
        browser.sign_in_as(&scenario.owner);
        browser.goto(&scenario.path(&format!("/assignments/new?member_id={ann}")));
        browser.choose("#company_id", &scenario.north);
        browser.press("Show available roles");
        browser.wait_for_text("Role in North");
        browser.click("#role input[value=manager]");
        browser.press("Save");
        browser.wait_for_text("Ann is Manager of North now");

        browser.goto(&scenario.path("/matrix/import"));
        let (north, south) = (scenario.slug_of("north"), scenario.slug_of("south"));
        let rows = format!(
            "email,company_slug,role\n{ann},{north},viewer\n{ann},{south},\n{ann},,editor",
            ann = scenario.email("Ann")
        );
        browser.fill("#text", &rows);
        browser.press("Review changes");
        browser.wait_for_text("0 added, 2 changed, 1 removed, 0 unchanged");
        assert_eq!(browser.texts("td[data-label=Line]"), ["2", "3", "4"]);
        for display in [Display::default(), Display::phone(), Display::phone().dark()] {
            browser.set_display(display.without_javascript());
            assert_eq!(browser.overflow(), 0, "{display:?}");
        }
        browser.press("Apply changes");
        browser.wait_for_text("3 changes saved");
        assert!(
            scenario.has("Ann", "North", "viewer")
                && !scenario.has_assignment("Ann", "South")
                && scenario.has("Ann", ",,", "editor")
        );
    }
}
