//! No statement reads a table from end to end that grows with the instance.
//!
//! `bin/test` collects the statements of the whole suite and then explains them all here. By itself, this test opens every page
//! first, so that it always has statements to explain.

use std::collections::BTreeSet;
use std::time::Duration;

use tenantry::routes::ROUTES;

use crate::harness::plans::Planner;
use crate::harness::statements;
use crate::harness::test_app::TestApp;
use crate::roles_test::Scenario;

/// Tables whose number of rows does not grow.
const FIXED: &[&str] = &["instance", "instance_pages", "__diesel_schema_migrations"];

/// Indexes of a few rows, which may be read whole: operators, support sessions that are going on, events without a chain.
const FEW: &[&str] = &["users_operators", "support_sessions_running", "audit_events_unchained"];

/// Statements that read a table on purpose: a part of their text, and why.
const WHOLE: &[(&str, &str)] = &[
    (" AS n FROM ", "tenantry doctor compares every kept count with its rows"),
    (
        "(SELECT COUNT(*) FROM member_search_terms WHERE organization_id IN (SELECT id FROM organizations",
        "tenantry doctor looks for rows of deleted organizations",
    ),
    ("(1=0)", "an empty list, which both engines know before they read"),
    (
        "SELECT COUNT(*) FROM `users`",
        "the page of operators counts the accounts of the instance",
    ),
    ("SELECT COUNT(*) FROM \"users\"", "the same on PostgreSQL"),
    (
        "SELECT COUNT(*) FROM `organizations` WHERE (`organizations`.`status` != ?)",
        "the page of operators counts the organizations",
    ),
    (
        "SELECT COUNT(*) FROM \"organizations\" WHERE (\"organizations\".\"status\" != $1)",
        "the same on PostgreSQL",
    ),
    (
        "FROM `organizations` WHERE `organizations`.`support_consent`",
        "the page of operators counts the organizations that consent",
    ),
    (
        "FROM \"organizations\" WHERE \"organizations\".\"support_consent\"",
        "the same on PostgreSQL",
    ),
    (
        "GROUP BY `mail_outbox`.`state`",
        "the page of operators counts the emails by state",
    ),
    ("GROUP BY \"mail_outbox\".\"state\"", "the same on PostgreSQL"),
];

/// The statements of the file, or of every page if there is none.
fn statements() -> BTreeSet<String> {
    if let Some(text) = statements::file().and_then(|file| std::fs::read_to_string(file).ok()) {
        return text.lines().map(str::to_owned).collect();
    }
    let app = TestApp::open();
    for actor in ["owner", "admin", "manager", "member", "operator", "support", "outsider"] {
        let scenario = Scenario::create(&app, actor, &format!("plans-{actor}"));
        let Some(cookie) = &scenario.actor else { continue };
        let client = app.client_with(cookie);
        for route in ROUTES.iter().filter(|route| route.method == "GET") {
            client.get(&scenario.path(route.path, "none.css"));
        }
        for search in [
            "members?q=ta",
            "members?q=o&role=member",
            "members?company=north&sort=-joined",
            "invitations?q=new",
            "access?q=t",
            "access?tab=company&q=t",
            "resources?q=agent",
            "resources?kind=agent&q=ag",
            "resources?company=north",
            "resources?kind=agent&status=archived",
        ] {
            client.get(&format!("/organizations/{}/{search}", scenario.slug));
        }
    }
    app.advance(Duration::from_secs(86_400 * 9));
    app.sweep();
    statements::seen()
}

#[test]
fn no_statement_reads_a_growing_table_from_end_to_end() {
    let statements = statements();
    let app = TestApp::open();
    let mut planner = Planner::of(&app.database);
    let mut explained = 0;
    let mut walks = Vec::new();
    for statement in &statements {
        if WHOLE.iter().any(|(part, _)| statement.contains(part)) {
            continue;
        }
        let Some(plan) = planner.explain(statement) else {
            continue;
        };
        explained += 1;
        let found = plan.walks.iter().any(|walk| {
            !walk.within_organization && !FIXED.contains(&walk.table.as_str()) && !FEW.contains(&walk.index.as_str())
        });
        if found {
            walks.push(format!("{statement}\n    {}", plan.lines.join("\n    ")));
        }
        if std::env::var_os("TENANTRY_SHOW_PLANS").is_some() && plan.walks.iter().any(|walk| walk.within_organization) {
            println!("ORG {statement}\n    {}", plan.lines.join("\n    "));
        }
    }
    assert!(explained >= 200, "only {explained} statements were explained");
    assert!(
        walks.is_empty(),
        "{} of {explained} statements:\n{}",
        walks.len(),
        walks.join("\n")
    );
}
