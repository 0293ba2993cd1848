//! A database of the release before, with people at work in it, under this program.

use std::time::{Duration, Instant};

use crate::harness::real::{Real, said};

/// The schema of the release before, as it was released.
const BEFORE: &str = include_str!("../../migrations/2026-11-22-000001_foundation/up.sql");

/// How Diesel notes what ran.
const NOTED: &str = "CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP);
    INSERT INTO __diesel_schema_migrations (version) VALUES ('20261122000001');";

fn id(n: u8) -> String {
    format!("019300000000700080000000000000{n:02x}")
}

/// An organization with an owner, a member in one company, and three lines in its log.
fn people() -> String {
    let (owner, member, organization, company) = (id(1), id(2), id(3), id(4));
    let mut sql = String::new();
    for (user, name) in [(&owner, "Olivia Hart"), (&member, "Noah Stone")] {
        sql += &format!(
            "INSERT INTO users (id, email, name, password_hash, is_operator, created_at) VALUES ('{user}', '{user}@old.test', '{name}', 'x', FALSE, 1);"
        );
    }
    sql += &format!(
        "INSERT INTO organizations (id, name, organization_type, unit_label, status, region, domain, owner_count, active_companies, created_by, created_at)
             VALUES ('{organization}', 'Lakeside', 'partner', 'client', 'active', 'eu', '', 1, 1, '{owner}', 1);
         INSERT INTO organization_slugs (slug, organization_id, is_current, created_at) VALUES ('lakeside', '{organization}', TRUE, 1);
         INSERT INTO companies (organization_id, id, name, slug, sort_name, status, people, created_at) VALUES ('{organization}', '{company}', 'North', 'north', ' ', 'active', 1, 1);"
    );
    for role in [
        "owner",
        "admin",
        "billing_admin",
        "user_admin",
        "editor",
        "viewer",
        "member",
    ] {
        let n = i32::from(matches!(role, "owner" | "member"));
        sql += &format!(
            "INSERT INTO role_counts (organization_id, role, members) VALUES ('{organization}', '{role}', {n});"
        );
    }
    for (membership, user, role) in [(id(5), &owner, "owner"), (id(6), &member, "member")] {
        sql += &format!(
            "INSERT INTO memberships (organization_id, id, user_id, role, status, joined_at, sort_name) VALUES ('{organization}', '{membership}', '{user}', '{role}', 'active', 1, ' ');"
        );
    }
    sql += &format!(
        "INSERT INTO company_assignments (organization_id, membership_id, company_id, role, origin, sort_name, created_at) VALUES ('{organization}', '{}', '{company}', 'editor', 'invite', ' ', 1);",
        id(6)
    );
    for n in 7..10 {
        sql += &format!(
            "INSERT INTO deeds (organization_id, id, at, actor_name, ip, agent, request_id, action, target_kind, target_id, target_label, before, after)
             VALUES ('{organization}', '{}', {n}, 'Olivia Hart', '', '', 'r', 'company.edited', 'company', '{company}', 'North', '{{}}', '{{\"name\":\"Nörth\"}}');",
            id(n)
        );
    }
    sql
}

#[test]
fn a_database_of_the_release_before_is_taken_over_with_everybody_in_it_and_its_log_becomes_a_chain() {
    let mut real = Real::prepare();
    if real.database.is_postgres() {
        real.database.execute("SET client_min_messages = warning");
    }
    real.database.execute(BEFORE);
    real.database.execute(NOTED);
    real.database.execute(&people());
    let migrated = real.run(&["migrate"]);
    assert_eq!(migrated.status.code(), Some(0), "{}", said(&migrated));
    let number = |sql: &str| real.database.number(sql);
    assert_eq!(
        number("SELECT count(*) AS value FROM memberships WHERE own_role = role"),
        2
    );
    assert_eq!(
        number("SELECT count(*) AS value FROM company_assignments WHERE direct_role = 'editor'"),
        1
    );
    real.start();
    let end = Instant::now() + Duration::from_secs(10);
    while real
        .database
        .number("SELECT count(*) AS value FROM deeds WHERE seq = 0")
        > 0
    {
        assert!(Instant::now() < end, "the chores never took the old lines over");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(
        real.database
            .words("SELECT id AS value FROM deeds WHERE seq > 0 ORDER BY seq"),
        [id(7), id(8), id(9)],
        "in the order in which they were written"
    );
    real.kill();
    for command in [&["doctor"][..], &["audit", "verify"]] {
        let output = real.run(command);
        assert_eq!(output.status.code(), Some(0), "{command:?}: {}", said(&output));
    }
}
