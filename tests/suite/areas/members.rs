//! Path variables, forms and screens of this area.

use crate::browser::screens_test::{Act, Screen};
use crate::harness::test_app::TestApp;
use crate::roles_test::{Form, Scenario};

/// The value of a path variable.
pub fn variable(scenario: &Scenario, path: &str, name: &str) -> Option<String> {
    match name {
        "id" if path.contains("/access/groups/") => Some(scenario.group.clone()),
        // A view that no one has: each member has their own.
        "id" if path.contains("/member-views/") => Some("00000000000070008000000000000000".to_owned()),
        "member" if path.contains("/access/groups/") => Some(scenario.member.clone()),
        _ => None,
    }
}

/// A valid form.
pub fn form(scenario: &Scenario, path: &str) -> Option<Form> {
    let path = path.strip_prefix("/organizations/{slug}")?;
    Some(match path {
        "/members/bulk" => vec![
            ("do", "assign".to_owned()),
            ("step", "apply".to_owned()),
            ("id", scenario.member.clone()),
            ("company_id", scenario.north.clone()),
            ("company_role", "editor".to_owned()),
        ],
        "/members/{id}" => vec![
            ("role", "viewer".to_owned()),
            ("seen_role", "member".to_owned()),
            ("step", "apply".to_owned()),
        ],
        "/member-views" => vec![("name", "Viewers".to_owned()), ("query", "role=viewer".to_owned())],
        "/member-views/{id}/deletion" => Vec::new(),
        "/members/{id}/suspension" => vec![("reason", "On leave".to_owned())],
        "/members/{id}/restoration"
        | "/members/{id}/reinstatement"
        | "/access/groups/{id}/deletion"
        | "/access/groups/{id}/members/{member}/removal" => Vec::new(),
        "/access/groups" => vec![("name", "Fresh".to_owned()), ("role", "viewer".to_owned())],
        "/access/groups/{id}/settings" => vec![("name", "Other".to_owned()), ("role", "member".to_owned())],
        "/access/groups/{id}/members" => vec![("member_id", scenario.member.clone())],
        _ => return None,
    })
}

pub fn screens(app: &TestApp) -> Vec<Screen> {
    let (cookie, ids, group) = app.fixtures(|fixtures| {
        let owner = fixtures.account("Olivia Hart", "olivia@people.test", true);
        let organization = fixtures.organization("People House", "people-house", owner);
        let north = fixtures.company(organization, "North", "people-north");
        let names = ["Noah Brandt", "Bella Fox", "Carl Dean", "Dora Lind"];
        let mut ids = Vec::new();
        for (at, name) in names.into_iter().enumerate() {
            let user = fixtures.account(name, &format!("p{at}@people.test"), true);
            ids.push(
                fixtures
                    .add_member(organization, user, "member", &[(north, "manager")])
                    .to_string(),
            );
        }
        let group = fixtures.group(organization, owner, "Support", "editor", &[(north, "viewer")]);
        fixtures.add_to_group(organization, group, &ids[0]);
        (fixtures.session_cookie(owner), ids, group.to_string())
    });
    let olivia = app.client_with(&cookie);
    let base = "/organizations/people-house";
    let at = |rest: &str| format!("{base}{rest}");
    olivia
        .post(
            &at(&format!("/members/{}/suspension", ids[1])),
            &[("reason", "On leave")],
        )
        .expect(303);
    olivia
        .post(&at(&format!("/members/{}/removal", ids[2])), &[])
        .expect(303);
    let bulk = |kind: &str, more: &str| at(&format!("/members/bulk?do={kind}&id={}&id={}{more}", ids[0], ids[3]));
    let who = Some(&olivia);
    let screen = Screen::new;
    vec![
        screen(
            "/organizations/{slug}/members/bulk",
            "no one selected",
            who,
            &at("/members/bulk?do=remove"),
            Act::Nothing,
            "Choose at least one person",
        ),
        screen(
            "/organizations/{slug}/members/bulk",
            "a role is chosen",
            who,
            &bulk("role", ""),
            Act::Nothing,
            "Preview changes",
        ),
        screen(
            "/organizations/{slug}/members/bulk",
            "companies are chosen",
            who,
            &bulk("assign", ""),
            Act::Nothing,
            "including future ones",
        ),
        screen(
            "/organizations/{slug}/members/bulk",
            "what would happen",
            who,
            &bulk("role", "&step=look&role_value=viewer"),
            Act::Nothing,
            "Member → Viewer",
        ),
        screen(
            "/organizations/{slug}/members/bulk",
            "removing",
            who,
            &bulk("remove", ""),
            Act::Nothing,
            "Remove 2 people",
        ),
        screen(
            "/organizations/{slug}/members/removed",
            "recently removed members",
            who,
            &at("/members/removed"),
            Act::Nothing,
            "Restore",
        ),
        screen(
            "/organizations/{slug}/members/{id}",
            "suspended",
            who,
            &at(&format!("/members/{}", ids[1])),
            Act::Nothing,
            "Restore access",
        ),
        screen(
            "/organizations/{slug}/members/{id}",
            "in a group",
            who,
            &at(&format!("/members/{}", ids[0])),
            Act::Nothing,
            "Editor by group Support",
        ),
        screen(
            "/organizations/{slug}/members/{id}/suspension",
            "asked",
            who,
            &at(&format!("/members/{}/suspension", ids[3])),
            Act::Nothing,
            "Suspend Dora Lind?",
        ),
        screen(
            "/organizations/{slug}/access/groups",
            "one",
            who,
            &at("/access/groups"),
            Act::Nothing,
            "Support",
        ),
        screen(
            "/organizations/{slug}/access/groups/new",
            "empty",
            who,
            &at("/access/groups/new"),
            Act::Nothing,
            "No role",
        ),
        screen(
            "/organizations/{slug}/access/groups/new",
            "refused",
            who,
            &at("/access/groups/new"),
            Act::Send("/access/groups"),
            "Enter a name",
        ),
        screen(
            "/organizations/{slug}/access/groups/{id}",
            "with a search",
            who,
            &at(&format!("/access/groups/{group}?q=dora")),
            Act::Nothing,
            "Dora Lind",
        ),
        screen(
            "/organizations/{slug}/access/groups/{id}/settings",
            "as it is",
            who,
            &at(&format!("/access/groups/{group}/settings")),
            Act::Nothing,
            "Edit Support",
        ),
        screen(
            "/organizations/{slug}/access/groups/{id}/deletion",
            "asked",
            who,
            &at(&format!("/access/groups/{group}/deletion")),
            Act::Nothing,
            "Delete the group Support?",
        ),
    ]
}
