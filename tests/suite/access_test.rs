//! Access control: who has what and why, one role for one person, and the matrix for many.

use crate::harness::client::Client;
use crate::harness::house::House;
use crate::harness::page::Page;
use crate::harness::stage::at_once;

/// An organization of its own: an owner, two companies, and people who are in them.
struct Scene {
    house: &'static House,
    slug: &'static str,
    owner: Client,
    north: String,
    south: String,
}

impl Scene {
    fn set(slug: &'static str) -> Self {
        let house = House::shared();
        let (ticket, north, south) = house.stage(|stage| {
            let owner = stage.account("Olivia Hart", &format!("olivia@{slug}.test"), true);
            let organization = stage.organization(slug, slug, owner);
            let north = stage.company(organization, "North", &format!("north-{slug}"));
            let south = stage.company(organization, "South", &format!("south-{slug}"));
            (stage.ticket(owner), north.to_string(), south.to_string())
        });
        let owner = house.holder(&ticket);
        Self {
            house,
            slug,
            owner,
            north,
            south,
        }
    }

    fn email(&self, name: &str) -> String {
        format!("{}@{}.test", name.to_lowercase(), self.slug)
    }

    /// Somebody with a role, with the membership's id and a browser. `places`: `n` and `s` with a role.
    fn member(&self, name: &str, role: &str, places: &[(&str, &str)]) -> (String, Client) {
        let (id, ticket) = self.house.stage(|stage| {
            let account = stage.account(name, &self.email(name), true);
            let organization = stage.organization_of(self.slug);
            let companies: Vec<_> = places
                .iter()
                .map(|(place, role)| {
                    let id = if *place == "n" { &self.north } else { &self.south };
                    (tenantry::common::id::CompanyId::parse(id).unwrap(), *role)
                })
                .collect();
            let id = stage.enrol(organization, account, role, &companies);
            (id.to_string(), stage.ticket(account))
        });
        (id, self.house.holder(&ticket))
    }

    fn at(&self, rest: &str) -> String {
        format!("/organizations/{}/access{rest}", self.slug)
    }

    /// The company's slug.
    fn slug_of(&self, place: &str) -> String {
        format!("{place}-{}", self.slug)
    }

    fn assign(&self, who: &Client, fields: &[(&str, &str)]) -> Page {
        who.post(&self.at("/assignments"), fields)
    }

    /// Every row of the sheet but its head.
    fn sheet(&self) -> Vec<String> {
        let sheet = self.owner.get(&self.at("/matrix.csv")).expect(200).body;
        sheet
            .trim_start_matches('\u{feff}')
            .lines()
            .skip(1)
            .map(str::to_owned)
            .collect()
    }

    fn has(&self, name: &str, company: &str, role: &str) -> bool {
        let begins = format!("{},", self.email(name));
        let ends = format!(",{role}");
        self.sheet()
            .iter()
            .any(|row| row.starts_with(&begins) && row.contains(company) && row.ends_with(&ends))
    }

    /// Whether the sheet has a row of somebody in a company at all.
    fn placed(&self, name: &str, company: &str) -> bool {
        let begins = format!("{},", self.email(name));
        self.sheet()
            .iter()
            .any(|row| row.starts_with(&begins) && row.contains(company))
    }

    /// The log's newest words.
    fn deeds(&self, action: &str) -> i64 {
        self.house.database.number(&format!(
            "SELECT count(*) AS value FROM audit_events d JOIN organization_slugs s ON s.organization_id = d.organization_id \
             WHERE s.slug = '{}' AND d.action = '{action}'",
            self.slug
        ))
    }
}

/// The matrix's form for one person and the two companies, as somebody else saw it.
fn cells<'a>(scene: &'a Scene, person: &'a str, shown: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("column", &scene.north),
        ("column", &scene.south),
        ("person", person),
        ("shown", shown),
    ]
}

#[test]
fn the_page_says_who_has_what_and_where_it_comes_from() {
    let scene = Scene::set("acc-who");
    let (ann, _) = scene.member("Ann", "member", &[("n", "editor")]);
    scene.member("Bob", "viewer", &[("n", "manager")]);
    scene
        .owner
        .post(
            &scene.at("/assignments"),
            &[("member_id", &ann), ("company_id", &scene.south), ("role", "viewer")],
        )
        .expect(303);
    let page = scene.owner.get(&scene.at("")).expect(200);
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
    let page = scene.owner.get(&scene.at("?tab=company")).expect(200);
    for words in [
        "Inherited from Owner",
        "Inherited from Viewer",
        "By invitation",
        "Direct",
    ] {
        assert!(page.has(words), "{words}: {}", page.text());
    }
    let north = format!("?tab=company&company={}", scene.slug_of("north"));
    let page = scene.owner.get(&scene.at(&north)).expect(200);
    assert!(page.has("access to North") && page.has("Owner: 1") && page.has("Ann") && page.has("Bob"));
    let page = scene.owner.get(&scene.at(&format!("{north}&role=editor"))).expect(200);
    assert!(page.has("Ann") && !page.has("bob@"), "{}", page.text());
    let page = scene.owner.get(&scene.at("?role=viewer")).expect(200);
    assert!(page.has("Bob") && !page.has("ann@"), "{}", page.text());
    let part = scene.owner.fragment(&scene.at("?q=ann")).expect(200);
    assert!(part.has("Ann") && !part.has("bob@") && !part.has("Access control"));
    scene
        .owner
        .get(&scene.at(&format!("?company={}", "0".repeat(32))))
        .expect(404);
}

#[test]
fn an_override_shows_as_a_badge() {
    let scene = Scene::set("acc-over");
    let (ann, _) = scene.member("Ann", "viewer", &[]);
    scene.house.database.execute(&format!(
        "UPDATE memberships SET overrides = '{{\"billing.view\":\"allow\",\"members.view\":\"deny\"}}' WHERE id = '{ann}'"
    ));
    assert!(scene.owner.get(&scene.at("")).has("2 switched"));
}

#[test]
fn a_member_is_given_a_role_in_the_organization_and_in_a_company() {
    let scene = Scene::set("acc-give");
    let (ann, _) = scene.member("Ann", "member", &[]);
    let dialog = scene
        .owner
        .get(&scene.at(&format!("/assignments/new?member_id={ann}")))
        .expect(200);
    assert!(dialog.has("Role in the organization") && dialog.has("Billing admin"));
    scene
        .assign(
            &scene.owner,
            &[("member_id", &ann), ("company_id", ""), ("role", "editor")],
        )
        .expect_redirect(&scene.at(""));
    assert!(scene.has("Ann", ",,", "editor"));
    assert!(scene.house.mail_to(&scene.email("Ann")).text.contains("Editor"));
    let page = scene.assign(
        &scene.owner,
        &[("member_id", &ann), ("company_id", &scene.north), ("role", "manager")],
    );
    page.expect_redirect(&scene.at(&format!("?tab=company&company={}", scene.slug_of("north"))));
    assert!(scene.has("Ann", "North", "manager"));
    assert_eq!(
        (scene.deeds("member.role_changed"), scene.deeds("member.assigned")),
        (1, 1)
    );
}

#[test]
fn somebody_new_is_invited_into_the_organization_or_into_a_company() {
    let scene = Scene::set("acc-new");
    let (level, place) = (scene.email("level"), scene.email("place"));
    scene
        .assign(
            &scene.owner,
            &[
                ("email", &level),
                ("first_name", "Lea"),
                ("last_name", "Vell"),
                ("company_id", ""),
                ("role", "viewer"),
            ],
        )
        .expect(303);
    assert!(scene.house.mail_to(&level).text.contains("Viewer"));
    scene
        .assign(
            &scene.owner,
            &[
                ("mode", "new"),
                ("email", &place),
                ("company_id", &scene.north),
                ("role", "editor"),
            ],
        )
        .expect(303);
    let guest = scene.house.sign_up("Pla Ce", &place);
    scene.house.accept(&guest, &place);
    assert!(scene.has("place", "North", "editor"));
}

#[test]
fn bad_input_gets_its_error_at_its_field_and_changes_nothing() {
    let scene = Scene::set("acc-bad");
    let (ann, _) = scene.member("Ann", "member", &[]);
    let other = Scene::set("acc-bad-other");
    let before = scene.sheet();
    let error = |fields: &[(&str, &str)], field: &str| {
        let page = scene.assign(&scene.owner, fields).expect(422);
        page.field_error(field)
            .unwrap_or_else(|| panic!("no error at {field}: {}", page.text()))
    };
    assert!(error(&[("mode", "existing"), ("role", "viewer")], "member_id").contains("Choose a member"));
    error(&[("member_id", &ann), ("role", "king")], "role");
    // A role of the other level.
    error(&[("member_id", &ann), ("role", "manager")], "role");
    error(
        &[("member_id", &ann), ("company_id", &scene.north), ("role", "admin")],
        "role",
    );
    error(&[("mode", "new"), ("email", "nobody"), ("role", "viewer")], "email");
    let email = scene.email("Ann");
    let twice = error(&[("mode", "new"), ("email", &email), ("role", "viewer")], "email");
    assert!(twice.contains("Already a member"), "{twice}");
    for (member, company) in [
        (ann.as_str(), other.north.as_str()),
        (&ann, "nonsense"),
        ("nonsense", ""),
        (&"0".repeat(32), ""),
    ] {
        let fields = [("member_id", member), ("company_id", company), ("role", "viewer")];
        scene.assign(&scene.owner, &fields).expect(404);
    }
    let foreign = [
        ("mode", "new"),
        ("email", "x@acc-bad.test"),
        ("company_id", &other.north),
        ("role", "viewer"),
    ];
    scene.assign(&scene.owner, &foreign).expect(404);
    assert_eq!(scene.sheet(), before);
    assert_eq!(scene.deeds("member.invited"), 0);
}

#[test]
fn nobody_gives_more_than_they_may() {
    let scene = Scene::set("acc-rank");
    let (ann, _) = scene.member("Ann", "member", &[]);
    let (_, keeper) = scene.member("Kim", "user_admin", &[]);
    let dialog = keeper.get(&scene.at("/assignments/new")).expect(200);
    assert!(dialog.has("Editor") && !dialog.has("Do everything") && !dialog.has("Manage all companies"));
    for (role, named) in [
        ("owner", "Make somebody an owner"),
        ("admin", "Make somebody an admin"),
        ("billing_admin", "Change roles"),
    ] {
        let page = scene
            .assign(&keeper, &[("member_id", &ann), ("role", role)])
            .expect(403);
        assert!(page.has(named), "{role}: {}", page.text());
        let fresh = scene.email("fresh");
        scene
            .assign(&keeper, &[("mode", "new"), ("email", &fresh), ("role", role)])
            .expect(403);
    }
    let owner = scene.house.database.words(&format!(
        "SELECT m.id AS value FROM memberships m JOIN users u ON u.id = m.user_id WHERE u.email = 'olivia@{}.test'",
        scene.slug
    ));
    scene
        .assign(&keeper, &[("member_id", &owner[0]), ("role", "member")])
        .expect(403);
    // The same through the matrix and through a sheet.
    let mut form = cells(&scene, &ann, "member,,");
    form.push(("r-0", "admin"));
    let page = keeper.post(&scene.at("/matrix"), &form).expect(422);
    assert!(page.has("Your role doesn’t allow this change"), "{}", page.text());
    let rows = format!("email,company_slug,role\n{},,admin", scene.email("Ann"));
    keeper.post(&scene.at("/matrix/import"), &[("text", &rows)]).expect(422);
    keeper
        .post(
            &scene.at("/matrix/import/applying"),
            &[(
                "rows",
                &format!("email,company_slug,role,was\n{},,admin,member", scene.email("Ann")),
            )],
        )
        .expect(422);
    assert!(scene.has("Ann", ",,", "member"));
    assert_eq!(scene.deeds("member.role_changed"), 0);
}

#[test]
fn the_matrix_saves_every_changed_cell_and_leaves_the_others() {
    let scene = Scene::set("acc-cells");
    let (ann, _) = scene.member("Ann", "member", &[("n", "viewer")]);
    let page = scene.owner.get(&scene.at("/matrix?q=ann")).expect(200);
    assert!(page.has("North") && page.has("South") && page.has("Save changes"));
    let mut form = cells(&scene, &ann, "member,viewer,");
    form.extend([("r-0", "billing_admin"), ("c-0-0", ""), ("c-0-1", "manager")]);
    scene
        .owner
        .post(&scene.at("/matrix?q=ann"), &form)
        .expect_redirect(&scene.at("/matrix?q=ann"));
    assert!(scene.owner.get(&scene.at("/matrix")).has("3 changes saved"));
    assert!(scene.has("Ann", ",,", "billing_admin"));
    assert!(scene.has("Ann", "South", "manager") && !scene.placed("Ann", "North"));
    // The page's own form sends what stands there, which changes nothing.
    let page = scene.owner.get(&scene.at("/matrix?q=ann"));
    scene.owner.submit(&page, &scene.at("/matrix?q=ann"), &[]).expect(303);
    assert!(scene.owner.get(&scene.at("/matrix")).has("Nothing was changed"));
}

#[test]
fn one_role_is_given_to_everybody_who_is_checked_or_to_nobody() {
    let scene = Scene::set("acc-bulk");
    let (ann, _) = scene.member("Ann", "member", &[("n", "viewer")]);
    let (bob, _) = scene.member("Bob", "member", &[]);
    let (cleo, _) = scene.member("Cleo", "member", &[]);
    let form = |more: &[(&'static str, String)]| -> Vec<(String, String)> {
        let mut form: Vec<(String, String)> = [("column", &scene.north), ("column", &scene.south)]
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
        scene.owner.post(&scene.at("/matrix"), &form)
    };
    assert!(
        send(form(&[
            ("bulk_company", scene.north.clone()),
            ("bulk_role", "editor".into())
        ]))
        .expect(422)
        .has("Check at least one person")
    );
    assert!(
        send(form(&[("pick", ann.clone()), ("bulk_role", "editor".into())]))
            .expect(422)
            .has("Choose a company")
    );
    assert!(
        send(form(&[
            ("pick", ann.clone()),
            ("bulk_company", scene.north.clone()),
            ("bulk_role", "king".into())
        ]))
        .expect(422)
        .has("Choose a role")
    );
    let both = [
        ("pick", ann.clone()),
        ("pick", bob.clone()),
        ("bulk_company", scene.north.clone()),
        ("bulk_role", "editor".into()),
    ];
    send(form(&both)).expect(303);
    assert!(
        scene.has("Ann", "North", "editor") && scene.has("Bob", "North", "editor") && !scene.placed("Cleo", "North")
    );
    // What was shown to this form is not what stands any more: nothing at all happens.
    let all = [
        ("everybody", "on".into()),
        ("bulk_company", scene.north.clone()),
        ("bulk_role", "manager".into()),
    ];
    let page = send(form(&all)).expect(422);
    assert!(page.has("No changes were saved") && page.has("Somebody changed this in the meantime"));
    assert!(!scene.placed("Cleo", "North"));
}

#[test]
fn a_change_by_somebody_else_in_between_is_seen_and_nothing_is_saved() {
    let scene = Scene::set("acc-race");
    let (ann, _) = scene.member("Ann", "member", &[("n", "viewer")]);
    let mut form = cells(&scene, &ann, "member,editor,");
    form.extend([("c-0-0", "manager"), ("c-0-1", "viewer")]);
    let page = scene.owner.post(&scene.at("/matrix"), &form).expect(422);
    assert!(
        page.has("Ann: Somebody changed this in the meantime"),
        "{}",
        page.text()
    );
    assert!(scene.has("Ann", "North", "viewer") && !scene.placed("Ann", "South"));
    assert_eq!((scene.deeds("member.assigned"), scene.deeds("access.imported")), (0, 0));
}

#[test]
fn what_a_group_gives_is_marked_and_not_taken_away_in_the_matrix() {
    let scene = Scene::set("acc-group");
    let (ann, _) = scene.member("Ann", "member", &[]);
    scene.house.stage(|stage| {
        let organization = stage.organization_of(scene.slug);
        let owner = stage.user(&format!("olivia@{}.test", scene.slug));
        let north = tenantry::common::id::CompanyId::parse(&scene.north).unwrap();
        let group = stage.group(organization, owner, "Support", "viewer", &[(north, "editor")]);
        stage.join(organization, group, &ann);
    });
    let page = scene.owner.get(&scene.at("?q=ann"));
    assert!(page.has("By group Support") && page.has("Viewer"), "{}", page.text());
    let page = scene.owner.get(&scene.at("?tab=company&q=ann"));
    assert!(
        page.has("By group Support") && page.has("Inherited from Viewer, by group Support"),
        "{}",
        page.text()
    );
    let page = scene.owner.get(&scene.at("/matrix?q=ann"));
    assert!(page.has("Editor by group Support"), "{}", page.text());
    assert!(!scene.placed("Ann", "North"), "a group's places stand in the group");
    // An own role beside the group's, and off again: the group's stays.
    for (was, now) in [("", "viewer"), ("viewer", "")] {
        let shown = format!("member,{was},");
        let mut form = cells(&scene, &ann, &shown);
        form.push(("c-0-0", now));
        scene.owner.post(&scene.at("/matrix"), &form).expect(303);
        assert_eq!(scene.has("Ann", "North", "viewer"), now == "viewer");
        assert!(scene.owner.get(&scene.at("?tab=company&q=ann")).has("By group Support"));
    }
}

#[test]
fn a_sheet_goes_out_is_changed_and_comes_in_after_it_was_shown() {
    let scene = Scene::set("acc-sheet");
    scene.member("Ann", "member", &[("n", "viewer"), ("s", "viewer")]);
    scene.member("Bob", "member", &[("n", "viewer")]);
    let sheet = scene.owner.get(&scene.at("/matrix.csv")).expect(200);
    assert!(sheet.header("content-disposition").contains(".csv"));
    // As it went out it changes nothing.
    let page = scene
        .owner
        .post(&scene.at("/matrix/import"), &[("text", &sheet.body)])
        .expect(200);
    assert!(page.has("Nothing would change"), "{}", page.text());

    let (north, south) = (scene.slug_of("north"), scene.slug_of("south"));
    let rows = format!(
        "email;company_slug;role\n{ann};{north};Editor\n{ann};{south};\n{bob};{south};viewer\n{bob};;Billing admin\n{bob};{north};viewer",
        ann = scene.email("Ann"),
        bob = scene.email("Bob")
    );
    let before = scene.sheet();
    let page = scene
        .owner
        .post(&scene.at("/matrix/import"), &[("text", &rows)])
        .expect(200);
    assert!(
        page.has("1 added, 2 changed, 1 taken off, 1 already so"),
        "{}",
        page.text()
    );
    assert_eq!(scene.sheet(), before, "it was only shown");
    scene
        .owner
        .submit(&page, &scene.at("/matrix/import/applying"), &[])
        .expect_redirect(&scene.at("/matrix"));
    assert!(scene.has("Ann", "North", "editor") && !scene.placed("Ann", "South"));
    assert!(
        scene.has("Bob", "South", "viewer")
            && scene.has("Bob", ",,", "billing_admin")
            && scene.has("Bob", "North", "viewer")
    );
    assert_eq!(
        (scene.deeds("access.imported"), scene.deeds("member.unassigned")),
        (1, 1)
    );
    // The same form again: it is not what would be shown now.
    let again = scene
        .owner
        .submit(&page, &scene.at("/matrix/import/applying"), &[])
        .expect(422);
    assert!(again.has("Someone changed roles in the meantime"), "{}", again.text());
    assert_eq!(scene.deeds("access.imported"), 1);
}

#[test]
fn a_sheet_with_a_wrong_line_changes_nothing_and_says_which() {
    let scene = Scene::set("acc-wrong");
    scene.member("Ann", "member", &[("n", "viewer")]);
    let other = Scene::set("acc-wrong-other");
    let (ann, north) = (scene.email("Ann"), scene.slug_of("north"));
    let rows = [
        format!("{ann},{north},editor"),
        format!("nobody@x.test,{north},editor"),
        format!("{ann},{},editor", other.slug_of("north")),
        format!("{ann},{},king", scene.slug_of("south")),
        format!("{ann},,"),
        format!("{ann},{north},viewer"),
        format!("olivia@{}.test,,viewer", other.slug),
    ];
    let text = format!("email,company_slug,role\n{}", rows.join("\n"));
    let before = scene.sheet();
    let page = scene
        .owner
        .post(&scene.at("/matrix/import"), &[("text", &text)])
        .expect(422);
    let lines = page.texts("table th[scope=row]");
    assert_eq!(lines, ["3", "4", "5", "6", "7", "8"], "{}", page.text());
    for words in [
        "Nobody here has the address nobody@x.test",
        "There is no role “king”",
        "Line 2 says something about this already",
    ] {
        assert!(page.has(words), "{words}: {}", page.text());
    }
    assert!(
        page.value_of("text").is_some_and(|typed| typed.contains("king")),
        "what was typed stays"
    );
    scene
        .owner
        .post(&scene.at("/matrix/import/applying"), &[("rows", &text)])
        .expect(422);
    assert_eq!(scene.sheet(), before);
    // The only owner cannot be made less, and what stands before that in the sheet is undone with it.
    let text = format!(
        "email,company_slug,role,was\n{ann},{north},editor,viewer\nolivia@{}.test,,viewer,owner",
        scene.slug
    );
    let page = scene
        .owner
        .post(&scene.at("/matrix/import/applying"), &[("rows", &text)])
        .expect(422);
    assert!(page.has("This is the only owner"), "{}", page.text());
    assert_eq!(scene.sheet(), before);
    assert_eq!((scene.deeds("member.assigned"), scene.deeds("access.imported")), (0, 0));
}

#[test]
fn who_manages_one_company_sees_and_changes_its_people_only() {
    let scene = Scene::set("acc-mine");
    let (ann, _) = scene.member("Ann", "member", &[("n", "viewer"), ("s", "viewer")]);
    let (bob, _) = scene.member("Bob", "member", &[("s", "viewer")]);
    let (_, manager) = scene.member("Mia", "member", &[("n", "manager")]);
    for path in ["", "?tab=company", "/matrix"] {
        let page = manager.get(&scene.at(path)).expect(200);
        assert!(page.has("Ann") && !page.has("bob@"), "{path}: {}", page.text());
        assert!(path.is_empty() || !page.has("South"), "{path}: {}", page.text());
    }
    let sheet = manager.get(&scene.at("/matrix.csv")).expect(200).body;
    assert!(
        sheet.contains("ann@") && !sheet.contains("bob@") && !sheet.contains("South"),
        "{sheet}"
    );
    manager.get(&scene.at(&format!("?company={}", scene.south))).expect(404);

    // The dialog gives the lower roles in the one company, to members and to whoever is new.
    let dialog = manager.get(&scene.at("/assignments/new")).expect(200);
    assert!(dialog.has("Role in North") && !dialog.has("Organization level") && !dialog.has("manage its people"));
    scene
        .assign(
            &manager,
            &[("member_id", &ann), ("company_id", &scene.north), ("role", "editor")],
        )
        .expect(303);
    scene
        .assign(
            &manager,
            &[("member_id", &ann), ("company_id", &scene.north), ("role", "manager")],
        )
        .expect(403);
    scene
        .assign(
            &manager,
            &[("member_id", &ann), ("company_id", &scene.south), ("role", "editor")],
        )
        .expect(404);
    let page = scene
        .assign(&manager, &[("member_id", &ann), ("company_id", ""), ("role", "viewer")])
        .expect(403);
    assert!(page.has("Change roles"), "{}", page.text());
    let fresh = scene.email("fresh");
    scene
        .assign(
            &manager,
            &[
                ("mode", "new"),
                ("email", &fresh),
                ("company_id", &scene.north),
                ("role", "viewer"),
            ],
        )
        .expect(303);
    scene
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

    // The matrix and the sheet end where sight ends.
    let mut form = cells(&scene, &ann, "member,editor,viewer");
    form.push(("c-0-1", "editor"));
    manager.post(&scene.at("/matrix"), &form).expect(404);
    let mut form = cells(&scene, &bob, "member,,viewer");
    form.push(("c-0-0", "viewer"));
    manager.post(&scene.at("/matrix"), &form).expect(404);
    let mut form = cells(&scene, &ann, "member,editor,viewer");
    form.push(("r-0", "viewer"));
    manager.post(&scene.at("/matrix"), &form).expect(403);
    let mut form = cells(&scene, &ann, "member,editor,viewer");
    form.push(("c-0-0", ""));
    manager.post(&scene.at("/matrix"), &form).expect(303);
    assert!(!scene.placed("Ann", "North") && scene.has("Ann", "South", "viewer"));
    let rows = format!(
        "email,company_slug,role\n{},{},editor",
        scene.email("Bob"),
        scene.slug_of("south")
    );
    let page = manager
        .post(&scene.at("/matrix/import"), &[("text", &rows)])
        .expect(422);
    assert!(page.has("Nobody here has the address"), "{}", page.text());
}

#[test]
fn who_only_sees_access_control_changes_nothing_in_it() {
    let scene = Scene::set("acc-look");
    let (ann, _) = scene.member("Ann", "member", &[]);
    let (looker, looks) = scene.member("Lou", "viewer", &[]);
    scene.house.database.execute(&format!(
        "UPDATE memberships SET overrides = '{{\"access.view\":\"allow\"}}' WHERE id = '{looker}'"
    ));
    let page = looks.get(&scene.at("/matrix")).expect(200);
    assert!(!page.has("Save changes") && page.has("Ann"));
    let mut form = cells(&scene, &ann, "member,,");
    form.push(("c-0-0", "viewer"));
    assert!(
        looks
            .post(&scene.at("/matrix"), &form)
            .expect(403)
            .has("Assign companies to members")
    );
    let fields = [
        ("member_id", ann.as_str()),
        ("company_id", &scene.north),
        ("role", "viewer"),
    ];
    assert!(
        scene
            .assign(&looks, &fields)
            .expect(403)
            .has("Assign companies to members")
    );
    let fields = [("mode", "new"), ("email", "x@acc-look.test"), ("role", "viewer")];
    assert!(scene.assign(&looks, &fields).expect(403).has("Invite members"));
    looks.get(&scene.at("/matrix/import")).expect(403);
}

#[test]
fn of_many_companies_one_is_found_by_typing_and_the_matrix_shows_them_page_by_page() {
    let scene = Scene::set("acc-many");
    let (ann, _) = scene.member("Ann", "member", &[]);
    let far = scene.house.stage(|stage| {
        let organization = stage.organization_of(scene.slug);
        for at in 0..50 {
            stage.company(
                organization,
                &format!("Branch {at:02}"),
                &format!("branch-{at}-{}", scene.slug),
            );
        }
        stage
            .company(organization, "Zürich", &format!("zurich-{}", scene.slug))
            .to_string()
    });
    let dialog = scene.owner.get(&scene.at("/assignments/new")).expect(200);
    assert!(dialog.has("Branch 00") && !dialog.has("Zürich"));
    // Without a script the button beside the search sends the form, and what was chosen stays.
    let fields = [
        ("find", "1"),
        ("company_q", "zurich"),
        ("member_id", &ann),
        ("mode", "existing"),
    ];
    let dialog = scene.assign(&scene.owner, &fields).expect(200);
    assert!(dialog.has("Zürich") && !dialog.has("Branch 00"));
    assert_eq!(dialog.value_of("member_id").as_deref(), Some(ann.as_str()));
    let dialog = scene
        .owner
        .get(&scene.at(&format!("/assignments/new?company_id={far}")))
        .expect(200);
    assert!(dialog.has("Role in Zürich"));
    assert_eq!(dialog.value_of("company_id"), Some(far));

    let mut columns = Vec::new();
    let mut page = scene.owner.get(&scene.at("/matrix")).expect(200);
    loop {
        let heads = page.texts(".grid thead th");
        columns.extend(heads.into_iter().skip(2));
        match page.link("Next companies") {
            Some(more) => page = scene.owner.get(&scene.at(&format!("/{more}"))).expect(200),
            None => break,
        }
    }
    assert_eq!(columns.len(), 54, "{columns:?}");
    assert_eq!(
        (columns[0].as_str(), columns[53].as_str()),
        ("acc-many company", "Zürich")
    );
    let back = page.link("Previous companies").expect("a way back");
    let page = scene.owner.get(&scene.at(&format!("/{back}"))).expect(200);
    assert_eq!(page.texts(".grid thead th").len(), 10);
    let page = scene.owner.get(&scene.at("/matrix?company=zur")).expect(200);
    assert_eq!(page.texts(".grid thead th"), ["Name", "Organization", "Zürich"]);
    assert!(
        scene
            .owner
            .get(&scene.at("/matrix?company=nowhere"))
            .has("No company matches")
    );
}

#[test]
fn of_two_who_save_the_same_cell_at_once_one_is_told() {
    let scene = Scene::set("acc-both");
    let (ann, _) = scene.member("Ann", "member", &[("n", "viewer")]);
    for (cell, one, other) in [("c-0-0", "editor", "manager"), ("c-0-1", "viewer", "editor")] {
        let shown = "member,viewer,";
        let jobs: Vec<_> = [one, other]
            .into_iter()
            .map(|now| {
                let (scene, ann) = (&scene, &ann);
                move || {
                    let mut form = cells(scene, ann, shown);
                    form.push((cell, now));
                    scene.owner.post(&scene.at("/matrix"), &form).status
                }
            })
            .collect();
        let mut answers = at_once(jobs);
        answers.sort_unstable();
        assert_eq!(answers, [303, 422]);
    }
    assert_eq!(scene.deeds("member.assigned"), 2);
}

mod browser {
    use super::*;
    use crate::harness::browser::{Browser, Look};

    #[test]
    fn the_dialog_follows_what_is_chosen_and_saves() {
        let scene = Scene::set("acc-browse");
        scene.member("Ann", "member", &[]);
        let browser = Browser::open(&scene.house.base());
        browser.sign_in_as(&scene.owner);
        browser.goto(&scene.at(""));
        browser.press("Assign role");
        browser.wait_until("the dialog", || browser.is_visible("#dialog #assign"));
        assert!(!browser.is_visible("#email"), "somebody new is asked for later");
        browser.fill("#assign-q", "ann");
        browser.wait_until("Ann alone", || browser.texts("#member_id .who__name") == ["Ann"]);
        browser.click("#member_id input");
        browser.choose("#company_id", &scene.north);
        browser.wait_for_text("Role in North");
        browser.click("#role input[value=editor]");
        browser.expect_accessible();
        browser.press("Save");
        browser.wait_for_text("Ann is Editor of North now");
        assert!(scene.has("Ann", "North", "editor"));

        browser.press("Assign role");
        browser.wait_until("the dialog", || browser.is_visible("#dialog #assign"));
        browser.script("document.querySelector('[name=mode][value=new]').click()", vec![]);
        browser.wait_until("the address", || {
            browser.is_visible("#email") && !browser.is_visible("#assign-q")
        });
        browser.fill("#email", &scene.email("fresh"));
        browser.choose("#company_id", "");
        browser.wait_for_text("Role in the organization");
        browser.press("Send invitation");
        browser.wait_for_path(&format!("/organizations/{}/invitations", scene.slug));
        browser.wait_for_text(&scene.email("fresh"));
        browser.expect_clean();
    }

    #[test]
    fn a_sheet_is_shown_before_it_applies_and_everything_works_without_javascript() {
        let scene = Scene::set("acc-noscript");
        let (ann, _) = scene.member("Ann", "member", &[("s", "viewer")]);
        let browser = Browser::with(&scene.house.base(), Look::default().without_javascript());
        browser.sign_in_as(&scene.owner);
        browser.goto(&scene.at(&format!("/assignments/new?member_id={ann}")));
        browser.choose("#company_id", &scene.north);
        browser.press("Show available roles");
        browser.wait_for_text("Role in North");
        browser.click("#role input[value=manager]");
        browser.press("Save");
        browser.wait_for_text("Ann is Manager of North now");

        browser.goto(&scene.at("/matrix/import"));
        let (north, south) = (scene.slug_of("north"), scene.slug_of("south"));
        let rows = format!(
            "email,company_slug,role\n{ann},{north},viewer\n{ann},{south},\n{ann},,editor",
            ann = scene.email("Ann")
        );
        browser.fill("#text", &rows);
        browser.press("Review changes");
        browser.wait_for_text("0 added, 2 changed, 1 taken off, 0 already so");
        assert_eq!(browser.texts("td[data-label=Line]"), ["2", "3", "4"]);
        for look in [Look::default(), Look::phone(), Look::phone().dark()] {
            browser.look(look.without_javascript());
            assert_eq!(browser.overflow(), 0, "{look:?}");
        }
        browser.press("Apply changes");
        browser.wait_for_text("3 changes were made");
        assert!(
            scene.has("Ann", "North", "viewer") && !scene.placed("Ann", "South") && scene.has("Ann", ",,", "editor")
        );
    }
}
