//! How each engine would execute a statement, and which tables it would read from end to end.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::{PgConnection, SqliteConnection, sql_query};

use crate::harness::database::Database;

/// A step of a plan that reads more than a search needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walk {
    pub table: String,
    /// Empty when it reads the table itself.
    pub index: String,
    /// Whether it stays within one organization.
    pub within_organization: bool,
}

/// The plan of a statement in lines, and its walks.
pub struct Plan {
    pub lines: Vec<String>,
    pub walks: Vec<Walk>,
}

#[derive(QueryableByName)]
struct Detail {
    #[diesel(sql_type = Text)]
    detail: String,
}

#[derive(QueryableByName)]
struct Explained {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    plan: String,
}

/// Explains statements on a database of the engine under test.
pub enum Planner {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Planner {
    pub fn of(database: &Database) -> Self {
        if database.is_postgres() {
            let mut conn = PgConnection::establish(database.url()).expect("PostgreSQL");
            // In an almost empty database, reading a table whole or sorting all of it, is always cheapest: only where no index fits it is done.
            for choice in ["seqscan", "bitmapscan", "hashjoin", "mergejoin", "sort"] {
                conn.batch_execute(&format!("SET enable_{choice} = off"))
                    .expect("settings");
            }
            conn.batch_execute("SET plan_cache_mode = force_generic_plan; SET client_min_messages = warning")
                .expect("settings");
            Self::Postgres(conn)
        } else {
            Self::Sqlite(SqliteConnection::establish(database.url()).expect("SQLite"))
        }
    }

    /// `None` for what has no plan, such as `COMMIT`.
    pub fn explain(&mut self, statement: &str) -> Option<Plan> {
        let verb = statement.split(' ').next().unwrap_or_default();
        if !["SELECT", "UPDATE", "DELETE", "WITH"].contains(&verb) {
            return None;
        }
        match self {
            Self::Sqlite(conn) => Some(explain_sqlite(conn, statement)),
            Self::Postgres(conn) => Some(explain_postgres(conn, statement)),
        }
    }
}

/// The tables of a statement by the names that it uses for them.
fn tables(statement: &str) -> Vec<(String, String)> {
    let plain: String = statement
        .chars()
        .map(|c| if c.is_alphanumeric() || c == '_' { c } else { ' ' })
        .collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    // What the statement makes itself is no table.
    let made = match words.as_slice() {
        ["WITH", "RECURSIVE", name, ..] | ["WITH", name, ..] => Some(*name),
        _ => None,
    };
    let mut tables = Vec::new();
    for (at, word) in words.iter().enumerate() {
        if !["FROM", "JOIN", "UPDATE"].contains(word) {
            continue;
        }
        let Some(table) = words.get(at + 1).filter(|table| Some(**table) != made) else {
            continue;
        };
        tables.push(((*table).to_owned(), (*table).to_owned()));
        let alias = match words.get(at + 2) {
            Some(&"AS") => words.get(at + 3),
            other => other,
        };
        if let Some(alias) = alias.filter(|alias| alias.chars().all(|c| c.is_lowercase() || c == '_')) {
            tables.push(((*alias).to_owned(), (*table).to_owned()));
        }
    }
    tables
}

/// The word behind `before`, or nothing.
fn after<'a>(line: &'a str, before: &str) -> &'a str {
    let rest = line.split_once(before).map_or("", |(_, rest)| rest);
    rest.split(' ').next().unwrap_or_default()
}

fn explain_sqlite(conn: &mut SqliteConnection, statement: &str) -> Plan {
    let rows: Vec<Detail> = sql_query(format!("EXPLAIN QUERY PLAN {statement}"))
        .load(conn)
        .unwrap_or_else(|error| panic!("{statement}: {error}"));
    let lines: Vec<String> = rows.into_iter().map(|row| row.detail).collect();
    let tables = tables(statement);
    let sorted = lines.iter().any(|line| line.contains("TEMP B-TREE FOR ORDER BY"));
    let stops = statement.contains("LIMIT") && !sorted;
    let mut walks = Vec::new();
    for line in &lines {
        let words: Vec<&str> = line.split(' ').collect();
        let (Some(step), Some(name)) = (words.first(), words.get(1)) else {
            continue;
        };
        let Some((_, table)) = tables.iter().find(|(alias, _)| alias == name) else {
            continue;
        };
        let ordered = stops && line.contains("INDEX");
        // A search without an index is the first or last row of a table that is read whole.
        let whole = (*step == "SCAN" && !ordered && !line.contains("VIRTUAL TABLE"))
            || (*step == "SEARCH" && !line.contains("USING"));
        let built = line.contains("AUTOMATIC") || line.contains("BLOOM FILTER");
        let organization = *step == "SEARCH" && line.contains("(organization_id=?)") && !stops;
        if whole || built || organization {
            walks.push(Walk {
                table: table.clone(),
                index: after(line, "INDEX ").to_owned(),
                within_organization: organization && !built,
            });
        }
    }
    Plan { lines, walks }
}

fn explain_postgres(conn: &mut PgConnection, statement: &str) -> Plan {
    let values = (1..)
        .take_while(|n| statement.contains(&format!("${n}")))
        .map(|_| "NULL")
        .collect::<Vec<_>>()
        .join(", ");
    let call = if values.is_empty() {
        String::new()
    } else {
        format!("({values})")
    };
    conn.batch_execute(&format!("DEALLOCATE ALL; PREPARE explained AS {statement}"))
        .unwrap_or_else(|error| panic!("{statement}: {error}"));
    let rows: Vec<Explained> = sql_query(format!("EXPLAIN (COSTS OFF) EXECUTE explained{call}"))
        .load(conn)
        .unwrap_or_else(|error| panic!("{statement}: {error}"));
    let lines: Vec<String> = rows.into_iter().map(|row| row.plan).collect();
    let text: Vec<(usize, &str)> = lines
        .iter()
        .map(|line| {
            (
                line.len() - line.trim_start().len(),
                line.trim_start().trim_start_matches("-> ").trim(),
            )
        })
        .collect();
    let sorted = text.iter().any(|(_, line)| line.starts_with("Sort"));
    let stops = text.iter().any(|(_, line)| line.starts_with("Limit")) && !sorted;
    let mut walks = Vec::new();
    for (at, (indent, line)) in text.iter().enumerate() {
        let Some((step, rest)) = line.split_once(" on ") else {
            continue;
        };
        let table = rest.split([' ', '(']).next().unwrap_or_default().to_owned();
        let details = || {
            text[at + 1..]
                .iter()
                .take_while(|(deeper, line)| deeper > indent && !line.contains(" on "))
        };
        let condition = details().find_map(|(_, line)| line.strip_prefix("Index Cond: "));
        let is_index = step.starts_with("Index Scan") || step.starts_with("Index Only Scan");
        let whole = step.starts_with("Seq Scan") || (is_index && condition.is_none() && !stops);
        let organization =
            condition.is_some_and(|it| it.starts_with("(organization_id = ") && !it.contains(" AND ")) && !stops;
        if whole || organization {
            walks.push(Walk {
                table,
                index: if is_index {
                    after(step, "using ").to_owned()
                } else {
                    String::new()
                },
                within_organization: organization,
            });
        }
    }
    Plan { lines, walks }
}
