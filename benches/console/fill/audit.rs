//! The audit log of an organization: a whole chain, so that the log verifies.

use diesel::prelude::*;
use tenantry::audit::AuditEntry;
use tenantry::common::time::Time;
use tenantry::db::schema::{audit_events, audit_heads};

use super::organizations::{Company, Plan};
use super::{fresh, integer};

const ROWS: usize = 250;

/// A minute between two events.
const APART: i64 = 60_000_000;

pub fn insert(
    conn: &mut SqliteConnection,
    plan: &Plan,
    org: &str,
    owner: &str,
    companies: &[Company],
    now: i64,
) -> QueryResult<()> {
    let mut hash = String::new();
    for first in (0..plan.events).step_by(ROWS) {
        let rows: Vec<AuditEntry> = (first..(first + ROWS).min(plan.events))
            .map(|at| {
                let company = &companies[at % companies.len()];
                chained(
                    entry(at, company, owner, now - integer(plan.events - at) * APART),
                    &mut hash,
                )
            })
            .collect();
        // By column, because one statement for many rows needs all of them in each row.
        let rows: Vec<_> = rows
            .iter()
            .map(|line| {
                (
                    audit_events::organization_id.eq(org),
                    audit_events::v.eq(line.v),
                    audit_events::seq.eq(line.seq),
                    audit_events::id.eq(&line.id),
                    audit_events::at.eq(line.at.0),
                    audit_events::actor_kind.eq(&line.actor_kind),
                    audit_events::actor_id.eq(&line.actor_id),
                    audit_events::actor_name.eq(&line.actor_name),
                    audit_events::company_id.eq(&line.company_id),
                    audit_events::ip.eq(&line.ip),
                    audit_events::agent.eq(&line.agent),
                    audit_events::request_id.eq(&line.request_id),
                    audit_events::action.eq(&line.action),
                    audit_events::target_kind.eq(&line.target_kind),
                    audit_events::target_id.eq(&line.target_id),
                    audit_events::target_label.eq(&line.target_label),
                    audit_events::before.eq(&line.before),
                    audit_events::after.eq(&line.after),
                    audit_events::prev_hash.eq(&line.prev_hash),
                    audit_events::hash.eq(&line.hash),
                )
            })
            .collect();
        diesel::insert_into(audit_events::table).values(&rows).execute(conn)?;
    }
    diesel::insert_into(audit_heads::table)
        .values((
            audit_heads::organization_id.eq(org),
            audit_heads::seq.eq(integer(plan.events)),
            audit_heads::hash.eq(&hash),
        ))
        .execute(conn)?;
    Ok(())
}

fn chained(mut line: AuditEntry, hash: &mut String) -> AuditEntry {
    line.prev_hash = std::mem::take(hash);
    line.hash = line.digest();
    hash.clone_from(&line.hash);
    line
}

fn entry(at: usize, company: &Company, owner: &str, when: i64) -> AuditEntry {
    let (action, before, after) = match at % 10 {
        0 => ("company.created", "{}", "{}"),
        1..=4 => ("company.edited", r#"{"name":"Before"}"#, r#"{"name":"After"}"#),
        _ => ("company.archived", "{}", "{}"),
    };
    AuditEntry {
        v: 2,
        seq: integer(at + 1),
        id: fresh(),
        at: Time(when),
        actor_kind: "user".to_owned(),
        actor_id: Some(owner.to_owned()),
        actor_name: "Olivia Owner".to_owned(),
        on_behalf_of: None,
        company_id: Some(company.id.clone()),
        ip: "192.0.2.7".to_owned(),
        agent: "Firefox on Linux".to_owned(),
        request_id: "bench".to_owned(),
        action: action.to_owned(),
        target_kind: "company".to_owned(),
        target_id: company.id.clone(),
        target_label: company.name.clone(),
        before: before.to_owned(),
        after: after.to_owned(),
        prev_hash: String::new(),
        hash: String::new(),
    }
}
