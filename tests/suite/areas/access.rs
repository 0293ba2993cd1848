//! Path variables, forms and screens of this area.

use crate::browser::screens_test::{Act, Screen};
use crate::harness::test_app::TestApp;
use crate::roles_test::{Form, Scenario};

/// The value of a path variable.
pub fn variable(_scene: &Scenario, _path: &str, _name: &str) -> Option<String> {
    None
}

/// A valid form.
pub fn form(scenario: &Scenario, path: &str) -> Option<Form> {
    let email = format!("tara@{}.test", scenario.slug);
    let rows = |was: &str| format!("email,company_slug,role{was}\n{email},{},editor", scenario.north_slug);
    match path.strip_prefix("/organizations/{slug}/access/")? {
        "assignments" => Some(vec![
            ("member_id", scenario.member.clone()),
            ("company_id", scenario.north.clone()),
            ("role", "editor".into()),
        ]),
        "matrix" => Some(vec![
            ("column", scenario.north.clone()),
            ("person", scenario.member.clone()),
            ("shown", "member,viewer".into()),
            ("c-0-0", "editor".into()),
        ]),
        "matrix/import" => Some(vec![("text", rows(""))]),
        "matrix/import/applying" => Some(vec![("rows", format!("{},viewer", rows(",was")))]),
        _ => None,
    }
}

pub fn screens(app: &TestApp) -> Vec<Screen> {
    let (cookie, manager, empty) = app.fixtures(|fixtures| {
        let owner = fixtures.account("Mina Sol", "mina@matrix.test", true);
        let organization = fixtures.organization("Matrix Collections", "matrix", owner);
        let companies: Vec<_> = [
            "Harbor Recovery",
            "Atlas Receivables",
            "Pinecrest Credit",
            "Bluewater Financial Services of the North",
        ]
        .iter()
        .enumerate()
        .map(|(at, name)| fixtures.company(organization, name, &format!("unit-{at}")))
        .collect();
        let people = [
            ("Priya Raman", "member", vec![(0, "manager"), (1, "viewer")]),
            (
                "Leon Fischer-Oberhausen von der Heide",
                "member",
                vec![(0, "editor"), (1, "viewer"), (2, "viewer"), (3, "editor")],
            ),
            ("Daniel Reyes", "admin", vec![]),
            ("Kenji Watanabe", "viewer", vec![(2, "manager")]),
            ("Tomasz Wójcik", "user_admin", vec![]),
        ];
        for (at, (name, role, assignments)) in people.iter().enumerate() {
            let account = fixtures.account(name, &format!("person{at}@matrix.test"), true);
            let assignments: Vec<_> = assignments.iter().map(|(at, role)| (companies[*at], *role)).collect();
            fixtures.add_member(organization, account, role, &assignments);
        }
        let priya = fixtures.user("person0@matrix.test");
        let alone = fixtures.account("Ada Lone", "ada@alone.test", true);
        fixtures.organization("Alone", "alone", alone);
        (
            fixtures.session_cookie(owner),
            fixtures.session_cookie(priya),
            fixtures.session_cookie(alone),
        )
    });
    let (owner, manager, alone) = (
        app.client_with(&cookie),
        app.client_with(&manager),
        app.client_with(&empty),
    );
    let (owner, manager, alone) = (Some(&owner), Some(&manager), Some(&alone));
    let at = |rest: &str| format!("/organizations/matrix/access{rest}");
    let page = "/organizations/{slug}/access";
    let dialog = "/organizations/{slug}/access/assignments/new";
    let matrix = "/organizations/{slug}/access/matrix";
    let import = "/organizations/{slug}/access/matrix/import";
    use Act::{Dialog, DialogSend, Nothing, Search, Send};
    vec![
        Screen::new(page, "organization", owner, &at(""), Nothing, "User admin"),
        Screen::new(
            page,
            "company",
            owner,
            &at("?tab=company"),
            Nothing,
            "Organization roles that also give access to every company",
        ),
        Screen::new(
            page,
            "one company",
            owner,
            &at("?tab=company&company=unit-0"),
            Nothing,
            "Organization roles that also give access to Harbor Recovery",
        ),
        Screen::new(page, "search", owner, &at(""), Search("zzz"), "No one matches"),
        Screen::new(page, "a manager", manager, &at("?tab=company"), Nothing, "Leon Fischer"),
        Screen::new(page, "alone", alone, "/organizations/alone/access", Nothing, "Ada Lone"),
        Screen::new(
            page,
            "dialog",
            owner,
            &at(""),
            Dialog("Assign role"),
            "Role in the organization",
        ),
        Screen::new(
            page,
            "dialog, refused",
            owner,
            &at(""),
            DialogSend("Assign role"),
            "Choose a member",
        ),
        Screen::new(
            dialog,
            "existing",
            owner,
            &at("/assignments/new"),
            Nothing,
            "Existing member",
        ),
        Screen::new(
            dialog,
            "new",
            owner,
            &at("/assignments/new?mode=new"),
            Nothing,
            "Send invitation",
        ),
        Screen::new(
            dialog,
            "a manager",
            manager,
            &at("/assignments/new"),
            Nothing,
            "Role in Harbor Recovery",
        ),
        Screen::new(
            dialog,
            "errors",
            owner,
            &at("/assignments/new?mode=new"),
            Send("assignments"),
            "There is a problem",
        ),
        Screen::new(matrix, "all", owner, &at("/matrix"), Nothing, "Viewer by role"),
        Screen::new(
            matrix,
            "one company",
            owner,
            &at("/matrix?company=unit-2"),
            Nothing,
            "Viewer by role",
        ),
        Screen::new(matrix, "a manager", manager, &at("/matrix"), Nothing, "Export CSV"),
        Screen::new(
            matrix,
            "no one matches",
            owner,
            &at("/matrix?q=zzz"),
            Nothing,
            "No one matches",
        ),
        Screen::new(import, "empty", owner, &at("/matrix/import"), Nothing, "Review changes"),
        Screen::new(
            import,
            "errors",
            owner,
            &at("/matrix/import"),
            Send("import"),
            "There is a problem",
        ),
    ]
}
