//! Whether the words by which members, companies, invitations and resources are found are those of their names. No SQL splits a name, so
//! the rows are compared here, some at a time.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};

use crate::common::search;
use crate::db::Conn;
use crate::db::schema::organizations;
use crate::models::resource::words;
use crate::on_each;

/// How many names are compared at a time.
const STEP: i64 = 1_000;

/// A row that is found by words. What a table does not have is NULL or empty.
#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Text)]
    name: String,
    /// The email address, or what else the name is found with.
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
    /// Those of organization `$1` after `$2`, in order, `$3` of them.
    found: &'static str,
    /// The words of those after `$2` up to `$3`.
    words: &'static str,
    of: fn(&Found) -> Vec<Vec<u8>>,
    /// Whether the words have the status, too.
    has_status: bool,
}

const TABLES: [Table; 4] = [
    Table {
        what: "members with missing or wrong search words",
        found: "SELECT m.id, u.name, u.email, m.status, m.sort_name, CAST(NULL AS BIGINT) AS created_at \
            FROM memberships m CROSS JOIN users u WHERE u.id = m.user_id AND m.organization_id = $1 AND m.id > $2 \
            ORDER BY m.id LIMIT $3",
        words: "SELECT membership_id AS id, word, '' AS status, sort_name, CAST(NULL AS BIGINT) AS created_at \
            FROM member_search_terms WHERE organization_id = $1 AND membership_id > $2 AND membership_id <= $3",
        of: |member| match member.status.as_str() {
            "removed" => Vec::new(),
            _ => search::person_words(&member.name, &member.email),
        },
        has_status: false,
    },
    Table {
        what: "companies with missing or wrong search words",
        found: "SELECT c.id, c.name, COALESCE(s.external_ref, '') AS email, c.status, c.sort_name, CAST(NULL AS BIGINT) AS created_at \
            FROM companies c LEFT JOIN company_settings s ON s.organization_id = c.organization_id AND s.company_id = c.id \
            WHERE c.organization_id = $1 AND c.id > $2 ORDER BY c.id LIMIT $3",
        words: "SELECT company_id AS id, word, status, sort_name, CAST(NULL AS BIGINT) AS created_at \
            FROM company_search_terms WHERE organization_id = $1 AND company_id > $2 AND company_id <= $3",
        of: |company| search::words_of(&[&company.name, &company.email]),
        has_status: true,
    },
    Table {
        what: "invitations with missing or wrong search words",
        found: "SELECT id, first_name || ' ' || last_name AS name, email, status, CAST(NULL AS BYTEA) AS sort_name, created_at \
            FROM invitations WHERE organization_id = $1 AND id > $2 ORDER BY id LIMIT $3",
        words: "SELECT invitation_id AS id, word, status, CAST(NULL AS BYTEA) AS sort_name, created_at \
            FROM invitation_search_terms WHERE organization_id = $1 AND invitation_id > $2 AND invitation_id <= $3",
        of: |invited| search::invitee_words(&invited.name, &invited.email),
        has_status: true,
    },
    Table {
        what: "resources with missing or wrong search words",
        // No reference has a space.
        found: "SELECT id, name, COALESCE(external_ref, '') || ' ' || details AS email, listed_as AS status, sort_name, \
            CAST(NULL AS BIGINT) AS created_at FROM resources WHERE organization_id = $1 AND id > $2 ORDER BY id LIMIT $3",
        words: "SELECT resource_id AS id, word, listed_as AS status, sort_name, CAST(NULL AS BIGINT) AS created_at \
            FROM resource_search_terms WHERE organization_id = $1 AND resource_id > $2 AND resource_id <= $3",
        of: |resource| {
            let (reference, details) = resource.email.split_once(' ').unwrap_or_default();
            words::of(
                &resource.name,
                reference,
                &serde_json::from_str(details).unwrap_or_default(),
            )
        },
        has_status: true,
    },
];

/// How many of each are found by other words than those of their names.
pub fn check(conn: &mut Conn) -> QueryResult<Vec<(&'static str, i64)>> {
    let mut found = TABLES.map(|table| (table.what, 0));
    let mut after = String::new();
    loop {
        let some: Vec<String> = organizations::table
            .filter(organizations::id.gt(&after))
            .order(organizations::id)
            .limit(STEP)
            .select(organizations::id)
            .load(conn)?;
        let Some(last) = some.last() else {
            return Ok(found.to_vec());
        };
        after.clone_from(last);
        for organization in some {
            for (table, (_, count)) in TABLES.iter().zip(&mut found) {
                *count += wrong(conn, table, &organization)?;
            }
        }
    }
}

fn wrong(conn: &mut Conn, table: &Table, organization: &str) -> QueryResult<i64> {
    let mut count = 0;
    let mut from = String::new();
    loop {
        let found: Vec<Found> = on_each!(conn, c => diesel::sql_query(table.found)
            .bind::<Text, _>(organization)
            .bind::<Text, _>(&from)
            .bind::<BigInt, _>(STEP)
            .load(c))?;
        let Some(last) = found.last() else {
            return Ok(count);
        };
        let until = last.id.clone();
        let words: Vec<StoredWord> = on_each!(conn, c => diesel::sql_query(table.words)
            .bind::<Text, _>(organization)
            .bind::<Text, _>(&from)
            .bind::<Text, _>(&until)
            .load(c))?;
        let mut stored: HashMap<String, BTreeSet<StoredWord>> = HashMap::new();
        for word in words {
            stored.entry(word.id.clone()).or_default().insert(word);
        }
        for one in found {
            let stored = stored.remove(&one.id).unwrap_or_default();
            if stored != expected(table, &one) {
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
            id: one.id.clone(),
            word,
            status: status.to_owned(),
            sort_name: one.sort_name.clone(),
            created_at: one.created_at,
        })
        .collect()
}
