//! Path variables, forms and screens of this area.

use crate::browser::screens_test::{Act, Screen};
use crate::harness::test_app::TestApp;
use crate::roles_test::{Form, Scenario};

const BASE: &str = "/organizations/{slug}/access/reviews";

/// The value of a path variable.
pub fn variable(scenario: &Scenario, path: &str, name: &str) -> Option<String> {
    let rest = path.strip_prefix(BASE)?;
    let over = rest.starts_with("/{id}/report") || rest.starts_with("/{id}/items/");
    let (review, item) = if over {
        &scenario.closed_review
    } else {
        &scenario.review
    };
    match name {
        "id" => Some(review.clone()),
        "item" => Some(item.clone()),
        _ => None,
    }
}

/// A valid form.
pub fn form(scenario: &Scenario, path: &str) -> Option<Form> {
    let text = |name, value: &str| (name, value.to_owned());
    Some(match path.strip_prefix(BASE)? {
        // A review is already running, so no one is redirected; members with permission see an error.
        "" => vec![
            text("name", "Winter review"),
            text("due", "2099-12-31"),
            text("scope", "all"),
        ],
        "/{id}/companies/{company}" => vec![text("item", &scenario.review.1), text("bulk", "keep")],
        _ => Vec::new(),
    })
}

pub fn screens(app: &TestApp) -> Vec<Screen> {
    let slug = "reviewed";
    let at = |rest: &str| format!("/organizations/{slug}/access/reviews{rest}");
    let (olivia, mia, closed, open) = app.fixtures(|fixtures| {
        let owner = fixtures.account("Olivia Hart", "olivia@reviewed.test", true);
        let org = fixtures.organization("Reviewed", slug, owner);
        let north = fixtures.company(org, "North of the river and beyond the hills", "north");
        let mia = fixtures.account("Mia Marchetti-Featherstonehaugh", "mia@reviewed.test", true);
        fixtures.add_member(org, mia, "member", &[(north, "manager")]);
        let ann = fixtures.account("Ann Brandt", "ann@reviewed.test", true);
        let member = fixtures.add_member(org, ann, "member", &[(north, "viewer")]);
        let bob = fixtures.account("Bob Castillo", "bob.with.a.rather.long.address@reviewed.test", true);
        fixtures.add_member(org, bob, "viewer", &[(north, "editor")]);
        let south = fixtures.company(org, "South", "south");
        let (closed, _) = fixtures.closed_review(org, owner, (member, south));
        let open = fixtures.review(org, owner, None);
        (
            fixtures.session_cookie(owner),
            fixtures.session_cookie(mia),
            closed.to_string(),
            open.to_string(),
        )
    });
    let quiet = app.fixtures(|fixtures| {
        let owner = fixtures.account("Quentin Hart", "quentin@unreviewed.test", true);
        fixtures.organization("Unreviewed", "unreviewed", owner);
        fixtures.session_cookie(owner)
    });
    let (olivia, mia, quiet) = (app.client_with(&olivia), app.client_with(&mia), app.client_with(&quiet));
    let (who, manager) = (Some(&olivia), Some(&mia));
    let mut all = Vec::new();
    let mut add = |route: &'static str, state, who, path: &str, act, says| {
        all.push(Screen::new(route, state, who, path, act, says));
    };
    add(BASE, "two", who, &at(""), Act::Nothing, "You can start the next review");
    add(BASE, "a manager’s", manager, &at(""), Act::Nothing, "answered");
    add(
        BASE,
        "none",
        Some(&quiet),
        "/organizations/unreviewed/access/reviews",
        Act::Nothing,
        "No reviews yet",
    );
    let new = "/organizations/{slug}/access/reviews/new";
    let blank = "/organizations/unreviewed/access/reviews/new";
    add(new, "empty", Some(&quiet), blank, Act::Nothing, "Who decides");
    add(
        new,
        "errors",
        Some(&quiet),
        blank,
        Act::Send("/access/reviews"),
        "There is a problem",
    );
    add(
        new,
        "one runs",
        who,
        &at("/new"),
        Act::Nothing,
        "Another review is still open",
    );
    let show = "/organizations/{slug}/access/reviews/{id}";
    add(
        show,
        "running",
        who,
        &at(&format!("/{open}")),
        Act::Nothing,
        "Send reminders",
    );
    add(
        show,
        "a manager’s",
        manager,
        &at(&format!("/{open}")),
        Act::Nothing,
        "Decide",
    );
    add(
        show,
        "closed",
        who,
        &at(&format!("/{closed}")),
        Act::Nothing,
        "1 assignment had no answer: 1 was removed.",
    );
    add(
        show,
        "closing",
        who,
        &at(&format!("/{open}")),
        Act::Dialog("Close review"),
        "Keep review open",
    );
    let decide = "/organizations/{slug}/access/reviews/{id}/companies/{company}";
    let north = at(&format!("/{open}/companies/north"));
    add(decide, "a manager’s", manager, &north, Act::Nothing, "This is you");
    add(decide, "an owner’s", who, &north, Act::Nothing, "Keep all unanswered");
    let over = at(&format!("/{closed}/companies/south"));
    add(
        decide,
        "over",
        who,
        &over,
        Act::Nothing,
        "Removed when the review closed",
    );
    let close = "/organizations/{slug}/access/reviews/{id}/closing";
    add(
        close,
        "page",
        who,
        &at(&format!("/{open}/closing")),
        Act::Nothing,
        "not answered",
    );
    let cancel = "/organizations/{slug}/access/reviews/{id}/cancellation";
    add(
        cancel,
        "page",
        who,
        &at(&format!("/{open}/cancellation")),
        Act::Nothing,
        "Keep review open",
    );
    let report = "/organizations/{slug}/access/reviews/{id}/report";
    add(
        report,
        "signed",
        who,
        &at(&format!("/{closed}/report")),
        Act::Nothing,
        "Signature verified",
    );
    all
}
