//! Whether the words by which members, companies and invitations are found are those of their names. No SQL splits a name, so
//! the rows are compared here, some at a time.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};

use crate::common::search;
use crate::db::Conn;
use crate::on_each;

/// How many names are compared at a time.
const STEP: i64 = 1_000;

/// A row that is found by words. What a table does not have is NULL or empty.
#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    organization_id: String,
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    email: String,
    #[diesel(sql_type = Text)]
    status: String,
    #[diesel(sql_type = Nullable<Binary>)]
    sort_name: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<BigInt>)]
    created_at: Option<i64>,
}

#[derive(QueryableByName, PartialEq, Eq, PartialOrd, Ord)]
struct StoredWord {
    #[diesel(sql_type = Text)]
    organization_id: String,
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Binary)]
    word: Vec<u8>,
    #[diesel(sql_type = Text)]
    status: String,
    #[diesel(sql_type = Nullable<Binary>)]
    sort_name: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<BigInt>)]
    created_at: Option<i64>,
}

/// A table of words and what it finds.
struct Table {
    what: &'static str,
    /// Those after `$1` and `$2`, in order, `$3` of them.
    found: &'static str,
    /// The words of those after `$1` and `$2` up to `$3` and `$4`.
    words: &'static str,
    of: fn(&Found) -> Vec<Vec<u8>>,
    /// Whether the words have the status, too.
    has_status: bool,
}

const TABLES: [Table; 3] = [
    Table {
        what: "members with missing or wrong search words",
        found: "SELECT m.organization_id, m.id, u.name, u.email, m.status, m.sort_name, CAST(NULL AS BIGINT) AS created_at \
            FROM memberships m CROSS JOIN users u WHERE u.id = m.user_id AND (m.organization_id, m.id) > ($1, $2) \
            ORDER BY m.organization_id, m.id LIMIT $3",
        words: "SELECT organization_id, membership_id AS id, word, '' AS status, sort_name, CAST(NULL AS BIGINT) AS created_at \
            FROM member_search_terms WHERE (organization_id, membership_id) > ($1, $2) AND (organization_id, membership_id) <= ($3, $4)",
        of: |member| match member.status.as_str() {
            "removed" => Vec::new(),
            _ => search::person_words(&member.name, &member.email),
        },
        has_status: false,
    },
    Table {
        what: "companies with missing or wrong search words",
        found: "SELECT organization_id, id, name, '' AS email, status, sort_name, CAST(NULL AS BIGINT) AS created_at \
            FROM companies WHERE (organization_id, id) > ($1, $2) ORDER BY organization_id, id LIMIT $3",
        words: "SELECT organization_id, company_id AS id, word, status, sort_name, CAST(NULL AS BIGINT) AS created_at \
            FROM company_search_terms WHERE (organization_id, company_id) > ($1, $2) AND (organization_id, company_id) <= ($3, $4)",
        of: |company| search::name_words(&company.name),
        has_status: true,
    },
    Table {
        what: "invitations with missing or wrong search words",
        found: "SELECT organization_id, id, first_name || ' ' || last_name AS name, email, status, CAST(NULL AS BYTEA) AS sort_name, created_at \
            FROM invitations WHERE (organization_id, id) > ($1, $2) ORDER BY organization_id, id LIMIT $3",
        words: "SELECT organization_id, invitation_id AS id, word, status, CAST(NULL AS BYTEA) AS sort_name, created_at \
            FROM invitation_search_terms WHERE (organization_id, invitation_id) > ($1, $2) AND (organization_id, invitation_id) <= ($3, $4)",
        of: |invited| search::invitee_words(&invited.name, &invited.email),
        has_status: true,
    },
];

/// How many of each are found by other words than those of their names.
pub fn check(conn: &mut Conn) -> QueryResult<Vec<(&'static str, i64)>> {
    TABLES
        .iter()
        .map(|table| Ok((table.what, wrong(conn, table)?)))
        .collect()
}

fn wrong(conn: &mut Conn, table: &Table) -> QueryResult<i64> {
    let mut count = 0;
    let mut from = (String::new(), String::new());
    loop {
        let found: Vec<Found> = on_each!(conn, c => diesel::sql_query(table.found)
            .bind::<Text, _>(&from.0)
            .bind::<Text, _>(&from.1)
            .bind::<BigInt, _>(STEP)
            .load(c))?;
        let Some(last) = found.last() else {
            return Ok(count);
        };
        let until = (last.organization_id.clone(), last.id.clone());
        let words: Vec<StoredWord> = on_each!(conn, c => diesel::sql_query(table.words)
            .bind::<Text, _>(&from.0)
            .bind::<Text, _>(&from.1)
            .bind::<Text, _>(&until.0)
            .bind::<Text, _>(&until.1)
            .load(c))?;
        let mut stored: HashMap<(String, String), BTreeSet<StoredWord>> = HashMap::new();
        for word in words {
            let key = (word.organization_id.clone(), word.id.clone());
            stored.entry(key).or_default().insert(word);
        }
        for one in found {
            let stored = stored.remove(&(one.organization_id.clone(), one.id.clone()));
            if stored.unwrap_or_default() != expected(table, &one) {
                count += 1;
            }
        }
        from = until;
    }
}

fn expected(table: &Table, one: &Found) -> BTreeSet<StoredWord> {
    let status = if table.has_status { one.status.as_str() } else { "" };
    (table.of)(one)
        .into_iter()
        .map(|word| StoredWord {
            organization_id: one.organization_id.clone(),
            id: one.id.clone(),
            word,
            status: status.to_owned(),
            sort_name: one.sort_name.clone(),
            created_at: one.created_at,
        })
        .collect()
}
