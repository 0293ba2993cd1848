//! Numbers agree with their nouns: where there is one of each thing, no page and no email says "1 members".

use std::collections::BTreeSet;

use crate::harness::client::Client;
use crate::harness::fixtures::open_link;
use crate::harness::test_app::TestApp;

/// Nouns as pages and emails count them.
const NOUNS: &[&str] = &[
    "accounts",
    "actions",
    "answers",
    "apps",
    "assignments",
    "attempts",
    "businesses",
    "changes",
    "characters",
    "clients",
    "companies",
    "days",
    "emails",
    "events",
    "groups",
    "hours",
    "invitations",
    "lines",
    "links",
    "locations",
    "logs",
    "members",
    "minutes",
    "months",
    "organizations",
    "others",
    "owners",
    "people",
    "permissions",
    "persons",
    "reports",
    "requests",
    "resources",
    "reviews",
    "roles",
    "rows",
    "sessions",
    "times",
    "users",
    "weeks",
    "workspaces",
];

/// The counts in a text that do not agree: "1 members", "1 pending invitations", "1 to 1 of 1".
fn faults(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let plain = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let noun = |at: usize| words.get(at).is_some_and(|word| NOUNS.contains(&plain(word).as_str()));
    let ended = |at: usize| {
        words
            .get(at)
            .is_none_or(|word| word.ends_with(['.', ',', ':', ';', '·']))
    };
    (0..words.len())
        .filter(|at| words[*at].trim_start_matches('(') == "1")
        .filter(|at| noun(at + 1) || (noun(at + 2) && !ended(at + 1)) || words[*at..].starts_with(&["1", "to", "1"]))
        .map(|at| words[at..words.len().min(at + 5)].join(" "))
        .collect()
}

#[test]
fn a_count_that_does_not_agree_is_reported() {
    assert_eq!(faults("There is 1 members now"), ["1 members now"]);
    assert_eq!(faults("1 pending invitations"), ["1 pending invitations"]);
    assert_eq!(faults("1 to 1 of 1"), ["1 to 1 of 1"]);
    assert!(faults("1 member, 21 members, 1. Members, event 1, 1 of 6 days").is_empty());
}

/// An organization with one of each thing, and its owner.
fn one_of_each(app: &TestApp) -> Client {
    let olivia = app.owner_of("Lakeside Agency", "lakeside");
    app.sign_up("Noah Brandt", "noah@lakeside.test");
    app.sign_up("Ida Berg", "ida@hill.test");
    app.fixtures(|fixtures| {
        let (org, owner) = (
            fixtures.organization_of("lakeside"),
            fixtures.user("olivia@lakeside.test"),
        );
        let noah = fixtures.user("noah@lakeside.test");
        let ida = fixtures.user("ida@hill.test");
        fixtures.appoint(owner);
        let north = fixtures.company(org, "North", "north");
        let noah = fixtures.add_member(org, noah, "member", &[]);
        fixtures.closed_review(org, owner, (noah, north));
        fixtures.assign(org, noah, north, "viewer");
        fixtures.review(org, owner, Some(vec![north]));
        let group = fixtures.group(org, owner, "Support", "member", &[(north, "viewer")]);
        fixtures.add_to_group(org, group, noah.as_str());
        let role = fixtures.custom_role(org, owner, "Auditor", "viewer", "audit.view");
        fixtures.give(org, noah, role);
        fixtures.request(org, noah, "members.invite", None);
        let (link, _) = fixtures.link(org, owner, &open_link("Fair"));
        fixtures.join_request(org, link, ida, "");
        let (invitation, _) = fixtures.invitation(org, owner, "hana@hill.test", "member", &[(north, "viewer")]);
        fixtures.report(org, invitation);
        fixtures.consent(org, true);
    });
    olivia
}

#[test]
fn where_there_is_one_of_each_thing_no_page_counts_it_in_the_plural() {
    let app = TestApp::open();
    let olivia = one_of_each(&app);
    let mut open: Vec<String> = [
        "/organizations",
        "/organizations/lakeside",
        "/account",
        "/account/sessions",
        "/operator",
    ]
    .map(str::to_owned)
    .to_vec();
    let mut seen: BTreeSet<String> = open.iter().cloned().collect();
    let mut wrong = Vec::new();
    let mut pages = 0;
    while let Some(path) = open.pop() {
        let page = olivia.get(&path);
        if !page.header("content-type").starts_with("text/html") {
            continue;
        }
        pages += 1;
        for text in page
            .body
            .split('<')
            .filter_map(|part| part.split_once('>'))
            .map(|(_, text)| text)
        {
            wrong.extend(faults(text).into_iter().map(|fault| format!("{path}: {fault}")));
        }
        for link in page.links() {
            let link = link.split('#').next().unwrap_or_default().to_owned();
            // One page of each kind: filters and cursors show the same words again.
            let known = link.starts_with('/')
                && !link.contains("audit?")
                && !link.contains("audit/")
                && !link.contains("sort=");
            if known && seen.len() < 400 && seen.insert(link.clone()) {
                open.push(link);
            }
        }
    }
    for email in app.emails() {
        let text = format!("{} {}", email.subject, email.text);
        wrong.extend(
            faults(&text)
                .into_iter()
                .map(|fault| format!("{}: {fault}", email.subject)),
        );
    }
    assert!(pages > 60, "only {pages} pages were found");
    assert!(wrong.is_empty(), "{wrong:#?}");
}
