//! How the engines answer a statement, and whether they walk what grows.

use std::fmt::Write;

use diesel::prelude::*;
use diesel::sql_types::Text;
use serde_json::Value;

/// The most rows that a statement of a page may read at one table: a page shows 50, and what is counted there is counted up to
/// 1,000 and one more.
const MOST: u64 = 1_001;

/// A sequential scan of a table with fewer rows is the cheapest way to one of them: it has a few pages.
const FEW: u64 = 200;

/// Tables of a fixed size.
const FIXED: &[&str] = &["instance", "instance_pages"];

/// Tables of which one organization can have thousands of rows.
const GROWING: &[&str] = &[
    "memberships",
    "member_search_terms",
    "companies",
    "company_search_terms",
    "company_assignments",
    "groups",
    "group_members",
    "group_grants",
    "invitations",
    "invitation_search_terms",
    "invitation_grants",
    "invitation_tokens",
    "audit_events",
];

pub struct Plan {
    pub sql: String,
    /// The plan for a reader.
    pub text: String,
    /// The most rows that were read at one table, where the engine says so.
    pub most: Option<u64>,
    /// Tables that are read whole, or of which too much is read.
    pub walked: Vec<String>,
}

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// The plan with open parameters. It is the plan of every value, because SQLite is built so that values do not change plans.
pub fn of_sqlite(database: &str, sql: &str) -> Plan {
    let mut conn = SqliteConnection::establish(database).unwrap();
    let steps: Vec<Step> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {sql}"))
        .load(&mut conn)
        .unwrap_or_else(|error| panic!("{error}: {sql}"));
    let tables: Vec<Step> = diesel::sql_query("SELECT name AS detail FROM sqlite_master WHERE type = 'table'")
        .load(&mut conn)
        .unwrap();
    let tables: Vec<&str> = tables.iter().map(|table| table.detail.as_str()).collect();
    // What is read whole is sorted or not limited: a list that ends after its first rows is neither.
    let sorts = steps.iter().any(|step| step.detail.contains("B-TREE FOR ORDER BY"));
    let limited = sql.contains("LIMIT") && !sorts;
    let walked = steps
        .iter()
        .filter_map(|step| {
            let (what, rest) = match (step.detail.strip_prefix("SCAN "), step.detail.strip_prefix("SEARCH ")) {
                (Some(rest), _) => ("all", rest),
                (_, Some(rest)) if !limited && is_of_the_organization(rest) => ("the organization's rows", rest),
                _ => return None,
            };
            let table = table_of(rest.split(' ').next()?, sql, &tables)?;
            let counts = if what == "all" {
                !FIXED.contains(&table)
            } else {
                GROWING.contains(&table)
            };
            counts.then(|| format!("reads {what} of {table}"))
        })
        .collect();
    Plan {
        sql: sql.to_owned(),
        text: steps
            .iter()
            .fold(String::new(), |text, step| text + &step.detail + "\n"),
        most: None,
        walked,
    }
}

/// Whether a step is found by the organization alone, or with the status that nearly all of its rows have.
fn is_of_the_organization(step: &str) -> bool {
    step.ends_with("(organization_id=?)") || step.ends_with("(organization_id=? AND status=?)")
}

/// The table of a name in a plan, which is the table's own or the one that the statement gives it. A subquery has none.
fn table_of<'a>(name: &str, sql: &str, tables: &[&'a str]) -> Option<&'a str> {
    let table = |word: &str| tables.iter().copied().find(|table| *table == word);
    if let Some(table) = table(name) {
        return Some(table);
    }
    let words: Vec<&str> = sql
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty() && !word.eq_ignore_ascii_case("as"))
        .collect();
    words
        .windows(2)
        .filter(|pair| pair[1] == name)
        .find_map(|pair| table(pair[0]))
}

/// The plan that PostgreSQL logged for a statement when it had run it; `None` for another line of its log.
pub fn of_postgres(message: &str) -> Option<Plan> {
    let (_, plan) = message.split_once("plan:\n")?;
    let plan: Value = serde_json::from_str(plan).ok()?;
    let mut found = Plan {
        sql: plan["Query Text"].as_str()?.to_owned(),
        text: String::new(),
        most: Some(0),
        walked: Vec::new(),
    };
    step(&mut found, &plan["Plan"], 0);
    Some(found)
}

/// A search collects up to 8,000 words that begin so before it walks the list instead.
fn most(table: &str, index: &str) -> u64 {
    if table == "member_search_terms" || index.starts_with("member_search_terms") {
        8_001
    } else {
        MOST
    }
}

fn step(plan: &mut Plan, node: &Value, depth: usize) {
    let number = |name: &str| node[name].as_f64().unwrap_or_default();
    let kind = node["Node Type"].as_str().unwrap_or_default();
    let table = node["Relation Name"].as_str().unwrap_or_default();
    let index = node["Index Name"].as_str().unwrap_or_default();
    let read = number("Actual Rows") + number("Rows Removed by Filter") + number("Rows Removed by Index Recheck");
    let read = (read * number("Actual Loops")) as u64;
    let _ = writeln!(
        plan.text,
        "{:depth$}{kind} {table} {index} ({read} rows)",
        "",
        depth = depth * 2
    );
    // A bitmap of an index has no table of its own, and reads as much.
    if !table.is_empty() || kind == "Bitmap Index Scan" {
        plan.most = plan.most.max(Some(read));
        let each = number("Actual Rows") + number("Rows Removed by Filter");
        if kind == "Seq Scan" && each >= FEW as f64 && !FIXED.contains(&table) {
            plan.walked.push(format!("reads all of {table} ({read} rows)"));
        } else if kind != "Seq Scan" && read > most(table, index) {
            plan.walked.push(format!("reads {read} rows of {table}{index}"));
        }
    }
    for child in node["Plans"].as_array().into_iter().flatten() {
        step(plan, child, depth + 1);
    }
}
