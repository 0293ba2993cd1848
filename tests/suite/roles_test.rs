//! Every route × every kind of user: who is admitted where, as a committed table.
//!
//! `tests/snapshots/roles.txt` was reviewed against the table of permissions. After an intended change, run
//! `TENANTRY_BLESS=1 cargo test roles` and review the difference.

use std::fmt::Write;
use std::sync::atomic::{AtomicUsize, Ordering};

use tenantry::authz::role::Role;
use tenantry::authz::scope::Scope;
use tenantry::routes::ROUTES;

use crate::areas::AREAS;
use crate::harness::client::Client;
use crate::harness::fixtures::{SessionCookie, open_link};
use crate::harness::in_parallel;
use crate::harness::page::Page;
use crate::harness::places::repository;
use crate::harness::test_app::TestApp;

/// The columns of the table, with their descriptions.
const ACTORS: &[(&str, &str)] = &[
    ("visitor", "no one is signed in"),
    ("outsider", "signed in, a member of nothing"),
    ("pending", "signed in, the email is not verified"),
    ("owner", "owner (one of two)"),
    ("admin", "admin"),
    ("billing", "billing admin"),
    ("user-ad", "user admin"),
    ("editor", "editor"),
    ("viewer", "viewer"),
    ("member", "member without a company"),
    ("manager", "member, manager of the company asked for"),
    ("co-edit", "member, editor of the company asked for"),
    ("co-view", "member, viewer of the company asked for"),
    ("other-co", "member, manager of another company"),
    ("operator", "operator of the instance, without a support session"),
    ("support", "operator in a support session"),
];

/// Names and values of a form.
pub type Form = Vec<(&'static str, String)>;

/// An organization of its own, so that no request depends on another one.
pub struct Scenario {
    /// The organization's slug, which is also part of every name and address.
    pub slug: String,
    pub organization: String,
    /// A member (role member, viewer of north).
    pub member: String,
    /// The company of the company roles.
    pub north: String,
    pub north_slug: String,
    /// A company in which the actor has no role.
    pub south: String,
    /// The slug of an archived company.
    pub attic: String,
    /// A deleted company.
    pub deleted: String,
    /// A pending invitation as viewer of north, to a new address.
    pub invitation: String,
    /// The token of a pending invitation, to the actor if they are not a member yet.
    pub token: String,
    /// The account of `member`.
    pub account: String,
    /// The email of `invitation`.
    pub message: String,
    /// A report of the invitation.
    pub report: String,
    /// A support session of another operator.
    pub support: String,
    /// A custom role that no one has.
    pub custom_role: String,
    /// The member's open request for a permission in north.
    pub request: String,
    /// An onboarding link.
    pub link: String,
    /// The token of the onboarding link.
    pub link_token: String,
    /// An open request to join through the link.
    pub join: String,
    /// The owner's API key, which is limited to north.
    pub key: String,
    /// A file with usage of the actor, or of the owner, that is not imported yet.
    pub usage_import: String,
    /// A usage event of north.
    pub usage_event: String,
    /// A scheduled report of the actor, or else of the owner.
    pub schedule: String,
    /// An API key of the actor with every scope, if they are a member.
    pub actor_key: Option<String>,
    /// An agent of north.
    pub resource: String,

    /// A running access review, and the member's item in it.
    pub review: (String, String),
    /// A closed review, and an item that no one confirmed.
    pub closed_review: (String, String),
    /// A group that grants viewer of north to the member.
    pub group: String,
    /// The actor's session cookie; `None` if signed out.
    pub actor: Option<SessionCookie>,
}

impl Scenario {
    pub fn create(app: &TestApp, actor: &str, slug: &str) -> Self {
        let scenario = Self::insert(app, actor, slug);
        // The log has one event, about north.
        app.add_audit_event(&scenario.slug, &scenario.north);
        scenario
    }

    fn insert(app: &TestApp, actor: &str, slug: &str) -> Self {
        app.fixtures(|fixtures| {
            let north_slug = format!("north-{slug}");
            let owner = fixtures.account(&format!("Olivia {slug}"), &format!("olivia@{slug}.test"), true);
            let organization = fixtures.organization(slug, slug, owner);
            let north = fixtures.company(organization, &format!("North {slug}"), &north_slug);
            let south = fixtures.company(organization, &format!("South {slug}"), &format!("south-{slug}"));
            let attic = format!("attic-{slug}");
            let archived = fixtures.company(organization, &format!("Attic {slug}"), &attic);
            fixtures.archive(organization, archived);
            let deleted = fixtures.company(organization, &format!("Gone {slug}"), &format!("gone-{slug}"));
            fixtures.delete_company(organization, owner, deleted);
            let target = fixtures.account(&format!("Tara {slug}"), &format!("tara@{slug}.test"), true);
            let member = fixtures.add_member(organization, target, "member", &[(north, "viewer")]);
            let custom_role = fixtures.custom_role(organization, owner, "Auditor", "member", "members.view audit.view");
            let request = fixtures.request(organization, member, "co.edit", Some(north));

            let closed_review = fixtures.closed_review(organization, owner, (member, south));
            let group = fixtures.group(organization, owner, "Helpers", "member", &[(north, "viewer")]);
            fixtures.add_to_group(organization, group, member.as_str());
            let newcomer = format!("newcomer@{slug}.test");
            let (invitation, mut token) =
                fixtures.invitation(organization, owner, &newcomer, "member", &[(north, "viewer")]);
            let message = fixtures.email_of_invitation(organization, invitation);
            let report = fixtures.report(organization, invitation);
            let helper = fixtures.account(&format!("Opal {slug}"), &format!("opal@{slug}.test"), true);
            fixtures.appoint(helper);
            fixtures.consent(organization, true);
            let support = fixtures.start_support_session(organization, helper).expect("consent");
            let (link, link_token) = fixtures.link(organization, owner, &open_link(&format!("Link {slug}")));
            let asker = fixtures.account(&format!("Asta {slug}"), &format!("asta@{slug}.test"), true);
            let join = fixtures.join_request(organization, link, asker, "");
            let (key, _) = fixtures.api_key(organization, owner, "companies:read", Some(north));
            let resource = fixtures.resource(organization, owner, "agent", &format!("Agent {slug}"), Some(north));
            let usage_event = fixtures.call(organization, &north_slug);
            let mut actor_key = None;
            let mut sender = fixtures.membership(organization, owner);
            let address = format!("actor@{slug}.test");
            let companies: &[_] = match actor {
                "manager" => &[(north, "manager")],
                "co-edit" => &[(north, "editor")],
                "co-view" => &[(north, "viewer")],
                "other-co" => &[(south, "manager")],
                _ => &[],
            };
            let role = match actor {
                "owner" | "admin" | "editor" | "viewer" => actor,
                "billing" => "billing_admin",
                "user-ad" => "user_admin",
                _ => "member",
            };
            let actor = (actor != "visitor").then(|| {
                let user = fixtures.account(&format!("Alex {slug}"), &address, actor != "pending");
                match actor {
                    "outsider" | "pending" => {
                        token = fixtures.invitation(organization, owner, &address, "viewer", &[]).1
                    }
                    "operator" => fixtures.appoint(user),
                    "support" => {
                        fixtures.appoint(user);
                        fixtures.start_support_session(organization, user).expect("consent");
                    }
                    _ => {
                        sender = fixtures.add_member(organization, user, role, companies);
                        let scopes: Vec<&str> = Scope::ALL.iter().map(|scope| scope.as_str()).collect();
                        actor_key = Some(fixtures.api_key(organization, user, &scopes.join(" "), None).1);
                    }
                }
                fixtures.session_cookie(user)
            });
            let usage_import = fixtures.usage_import(organization, sender);
            let schedule = fixtures.schedule(organization, sender);
            let review = fixtures.review(organization, owner, None);
            let item = fixtures.review_item(organization, review, member);
            Self {
                review: (review.to_string(), item.to_string()),
                closed_review: (closed_review.0.to_string(), closed_review.1.to_string()),
                slug: slug.to_owned(),
                organization: organization.to_string(),
                attic,
                deleted: deleted.to_string(),
                north_slug,
                member: member.to_string(),
                north: north.to_string(),
                invitation: invitation.to_string(),
                token,
                custom_role: custom_role.to_string(),
                request: request.to_string(),
                group: group.to_string(),
                south: south.to_string(),
                account: target.to_string(),
                message: message.to_string(),
                report: report.to_string(),
                support: support.to_string(),
                link: link.to_string(),
                link_token,
                join: join.to_string(),
                key: key.to_string(),
                usage_import: usage_import.to_string(),
                usage_event: usage_event.to_string(),
                schedule: schedule.to_string(),
                actor_key,
                resource: resource.to_string(),
                actor,
            }
        })
    }

    /// The path with its variables filled in. A new variable needs a line here.
    pub fn path(&self, path: &str, asset: &str) -> String {
        let known = |name: &str| match name {
            "slug" => self.slug.as_str(),
            "company" => self.north_slug.as_str(),
            "company_id" => self.north.as_str(),
            "name" if path.starts_with("/static/") => asset,
            "token" if path.starts_with("/invitations/") => self.token.as_str(),
            // Links from emails do not depend on roles; `accounts_test` covers them.
            "token" => "no-such-token",
            "id" if path.starts_with("/account/sessions/") => "00000000000070008000000000000000",
            "id" if path.contains("/invitations/") => self.invitation.as_str(),
            "id" if path.contains("/members/") => self.member.as_str(),
            "date" => "2026-01-31",
            "member" => self.member.as_str(),
            "invitation" => self.invitation.as_str(),
            _ => panic!("{path}: no value for {{{name}}}, add it in roles_test.rs"),
        };
        let variable = |name: &str| {
            let area = AREAS.iter().find_map(|area| (area.variable)(self, path, name));
            area.unwrap_or_else(|| known(name).to_owned())
        };
        let mut filled = String::new();
        let mut rest = path;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').expect("a variable ends");
            filled += before;
            filled += &variable(name);
            rest = after;
        }
        filled + rest
    }

    /// A valid form, so that only permissions decide. A new form needs a line here.
    pub fn form(&self, path: &str) -> Form {
        if let Some(form) = AREAS.iter().find_map(|area| (area.form)(self, path)) {
            return form;
        }
        let text = |fields: &[(&'static str, &str)]| fields.iter().map(|(n, v)| (*n, (*v).to_owned())).collect();
        let email = format!("fresh@{}.test", self.slug);
        match path {
            "/signup" => text(&[
                ("name", "Fresh Face"),
                ("email", &email),
                ("password", "correct-horse-battery-9"),
                ("terms", "on"),
            ]),
            "/login" => text(&[
                ("email", &format!("tara@{}.test", self.slug)),
                ("password", "correct-horse-battery-9"),
            ]),
            "/logout" | "/verify/resending" | "/verify/{token}" | "/unlock/{token}" | "/account/email/{token}" => {
                text(&[])
            }
            "/password/forgot" => text(&[("email", &email)]),
            "/password/reset/{token}" => text(&[("password", "another-horse-battery-9")]),
            "/account/name" => text(&[("name", "Alex Other")]),
            "/account/time-zone" => text(&[("timezone", "Europe/Berlin")]),
            "/account/email" => text(&[("email", &email), ("email_password", "correct-horse-battery-9")]),
            "/account/password" => text(&[
                ("current_password", "correct-horse-battery-9"),
                ("new_password", "another-horse-battery-9"),
            ]),
            "/account/theme" => text(&[("theme", "dark")]),
            "/account/sessions/ending" | "/account/sessions/{id}/ending" => text(&[]),
            "/organizations" => text(&[
                ("name", "Fresh Ground"),
                ("slug", &format!("fresh-{}", self.slug)),
                ("domain", ""),
                ("region", "eu"),
                ("organization_type", "partner"),
                ("owner_email", ""),
            ]),
            "/organizations/draft" => text(&[("name", "Later Ground")]),
            "/organizations/draft/deletion" => text(&[]),
            "/organizations/requests" => text(&[("reason", "We grow")]),
            "/organizations/{slug}/leaving" => text(&[]),
            "/organizations/{slug}/settings/general" => text(&[
                ("name", &self.slug),
                ("slug", &self.slug),
                ("domain", ""),
                ("region", "eu"),
                ("organization_type", "enterprise"),
                ("unit_label", "company"),
            ]),
            "/organizations/{slug}/companies" => text(&[("name", "East"), ("slug", "east")]),
            "/organizations/{slug}/companies/{company}/settings" => {
                text(&[("name", "Northern"), ("slug", &self.north_slug)])
            }
            "/organizations/{slug}/companies/{company}/archiving"
            | "/organizations/{slug}/companies/{company}/restoring"
            | "/organizations/{slug}/companies/{company}/members/{id}/unassigning" => text(&[]),
            "/organizations/{slug}/companies/{company}/members" => text(&[
                ("member_id", &self.member),
                ("member", &self.member),
                ("company_role", "editor"),
                ("role", "editor"),
            ]),
            "/organizations/{slug}/members/{id}/role" => text(&[("role", "viewer")]),
            "/organizations/{slug}/members/{id}/access-end" => text(&[("access_until", "2099-12-31")]),
            "/organizations/{slug}/members/{id}/companies" => {
                text(&[("company_id", &self.north), ("company_role", "editor")])
            }
            "/organizations/{slug}/members/{id}/companies/{company_id}/unassigning"
            | "/organizations/{slug}/members/{id}/removal" => text(&[]),
            // Into `north`, so that its manager is allowed to.
            "/organizations/{slug}/invitations" => text(&[
                ("emails", &email),
                ("role", "member"),
                ("company_id", &self.north),
                ("company_role", "viewer"),
            ]),
            "/organizations/{slug}/invitations/{id}" => text(&[
                ("role", "member"),
                ("company_id", &self.north),
                ("company_role", "editor"),
            ]),
            "/organizations/{slug}/invitations/resending" => text(&[("id", &self.invitation)]),
            "/organizations/{slug}/invitations/{id}/resending"
            | "/organizations/{slug}/invitations/{id}/cancellation"
            | "/invitations/{token}/acceptance"
            | "/invitations/{token}/declination"
            | "/invitations/{token}/report/withdrawal" => text(&[]),
            "/invitations/{token}/blocking" | "/invitations/{token}/unblocking" => text(&[("scope", "organization")]),
            "/invitations/{token}/report" => text(&[("comment", "I don’t know the sender")]),
            // Documents are in `document_for`.
            path if path.starts_with("/api/") => Vec::new(),
            _ => panic!("{path}: no form, add it in roles_test.rs"),
        }
    }
}

/// Cells of a refused request.
const REFUSED: &[&str] = &["401", "403", "404", ">login", ">verify"];

/// `200`, `>login` for a redirect to login, `>verify`, `303` for any other redirect.
fn cell(page: &Page) -> String {
    let to = page.location.as_deref().unwrap_or_default();
    match page.status {
        303 if to == "/login" || to.starts_with("/login?") => ">login".into(),
        303 if to == "/verify" => ">verify".into(),
        status => status.to_string(),
    }
}

pub fn ask(client: &Client, method: &str, path: &str, form: &[(&'static str, String)]) -> Page {
    let fields: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    match method {
        "GET" => client.get(path),
        method if path.starts_with("/api/") => {
            let (kind, body) = document_for(path);
            client.send(method, path, &[("Content-Type", kind)], Some(body.to_owned()))
        }
        "POST" => client.post(path, &fields),
        other => panic!("no test sends {other}"),
    }
}

/// A body that the API takes at a path, and its type.
fn document_for(path: &str) -> (&'static str, &'static str) {
    let kind = "application/json";
    let last = path.rsplit('/').next().unwrap_or_default();
    let parts = path.split('/').count();
    match (last, parts) {
        ("events", _) => ("application/cloudevents-batch+json", "[]"),
        ("voiding", _) => (kind, r#"{"source":"dialer","id":"none","reason":"Sent twice"}"#),
        // Of the whole organization.
        ("resources", 4) => (kind, r#"{"kind":"agent","name":"Front desk"}"#),
        ("companies", 4) => (kind, r#"{"name":"East","slug":"east"}"#),
        ("invitations", 4) => (kind, r#"{"email":"fresh@newcomer.test","role":"member"}"#),
        (_, 5) if path.contains("/companies/") => (kind, r#"{"name":"Northern"}"#),
        (_, 5) if path.contains("/members/") => (kind, r#"{"role":"viewer"}"#),
        (_, 7) if path.contains("/members/") => (kind, r#"{"role":"editor"}"#),
        _ => (kind, "{}"),
    }
}

#[test]
fn every_route_admits_exactly_the_roles_in_the_snapshot() {
    assert_eq!(Role::ALL.len(), 7, "a new role needs its column here");
    let app = TestApp::open();
    app.fixtures(|fixtures| fixtures.account("Oscar Operator", "oscar@operator.test", true));
    let login = app.client().get("/login");
    let asset = login
        .all("link[rel=stylesheet]", "href")
        .first()
        .expect("a style sheet")
        .clone();
    let asset = asset.strip_prefix("/static/").expect("a static file").to_owned();

    let number = AtomicUsize::new(0);
    let columns: Vec<Vec<String>> = in_parallel(ACTORS, |(actor, _)| {
        let next = || format!("scene-{}", number.fetch_add(1, Ordering::Relaxed));
        // Reading requests share one scenario, and so do refused ones: they change nothing.
        let reading = Scenario::create(&app, actor, &next());
        let mut writing = Scenario::create(&app, actor, &next());
        ROUTES
            .iter()
            .map(|route| {
                let scenario = if route.method == "GET" { &reading } else { &writing };
                let client = scenario
                    .actor
                    .as_ref()
                    .map_or_else(|| app.client(), |cookie| app.client_with(cookie));
                // The API asks for a key. Only members have one; the others send their cookie, which means nothing there.
                let client = match &scenario.actor_key {
                    Some(key) if route.path.starts_with("/api/") => {
                        client.with("Authorization", &format!("Bearer {key}"))
                    }
                    _ => client,
                };
                let form = if route.method == "GET" {
                    Vec::new()
                } else {
                    scenario.form(route.path)
                };
                let page = ask(&client, route.method, &scenario.path(route.path, &asset), &form);
                assert!(page.status < 500, "{actor}: {} returns {}", page.request, page.status);
                // No one is redirected to a page that refuses them.
                if page.status == 303 {
                    let end = page.clone().follow(&client);
                    assert!(
                        end.status < 400,
                        "{actor}: {} leads to {}: {}",
                        page.request,
                        end.request,
                        end.status
                    );
                }
                let cell = cell(&page);
                if route.method != "GET" && !REFUSED.contains(&cell.as_str()) {
                    writing = Scenario::create(&app, actor, &next());
                }
                cell
            })
            .collect()
    });

    let mut text =
        String::from("# The response of each route to each kind of user. Written by roles_test.rs; see there.\n");
    for (actor, who) in ACTORS {
        writeln!(text, "# {actor:<9}{who}").expect("a text");
    }
    let width = ROUTES.iter().map(|route| route.path.len()).max().unwrap_or_default() + 7;
    write!(text, "\n{:width$}", "").expect("a text");
    for (actor, _) in ACTORS {
        write!(text, " {actor:<8}").expect("a text");
    }
    text = text.trim_end().to_owned() + "\n";
    for (at, route) in ROUTES.iter().enumerate() {
        let mut line = format!("{:<6} {:<pad$}", route.method, route.path, pad = width - 7);
        for column in &columns {
            write!(line, " {:<8}", column[at]).expect("a text");
        }
        text += line.trim_end();
        text.push('\n');
    }

    let file = repository().join("tests/snapshots/roles.txt");
    if std::env::var_os("TENANTRY_BLESS").is_some() {
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        std::fs::write(&file, &text).expect("the snapshot");
    }
    let known = std::fs::read_to_string(&file).unwrap_or_default();
    let wrong: Vec<String> = text
        .lines()
        .filter(|line| !known.lines().any(|k| k == *line))
        .map(|line| format!("+ {line}"))
        .chain(
            known
                .lines()
                .filter(|line| !text.lines().any(|t| t == *line))
                .map(|line| format!("- {line}")),
        )
        .collect();
    assert!(
        text == known,
        "tests/snapshots/roles.txt differs (+ now, - before):\n{}",
        wrong.join("\n")
    );
}

#[test]
fn a_company_manager_cannot_reach_another_company_through_a_form() {
    let app = TestApp::shared();
    let scenario = Scenario::create(app, "manager", "one-manager");
    let manager = app.client_with(scenario.actor.as_ref().expect("an actor"));
    let slug = &scenario.slug;
    let invite = |company: &str, email: &str| {
        let fields = [
            ("emails", email),
            ("role", "member"),
            ("company_id", company),
            ("company_role", "viewer"),
        ];
        manager.post(&format!("/organizations/{slug}/invitations"), &fields)
    };
    invite(&scenario.south, "south@elsewhere.test").expect(422);
    invite(&scenario.north, "north@elsewhere.test").expect(303);
    let assign = [("company_id", scenario.south.as_str()), ("company_role", "viewer")];
    let path = format!("/organizations/{slug}/members/{}/companies", scenario.member);
    assert!(matches!(manager.post(&path, &assign).status, 403 | 404 | 422));
    let held = app.database.number(&format!(
        "SELECT count(*) AS value FROM company_assignments WHERE company_id = '{}'",
        scenario.south
    ));
    assert_eq!(held, 0);
}
