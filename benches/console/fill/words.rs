//! The words by which companies and invitations are found, where the schema has tables for them. Commits before had none.

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use tenantry::common::search;

const ROWS: usize = 2_000;

diesel::table! {
    company_search_terms (organization_id, status, word, sort_name, company_id) {
        organization_id -> Text,
        status -> Text,
        word -> Binary,
        sort_name -> Binary,
        company_id -> Text,
    }
}

diesel::table! {
    invitation_search_terms (organization_id, status, word, created_at, invitation_id) {
        organization_id -> Text,
        status -> Text,
        word -> Binary,
        created_at -> BigInt,
        invitation_id -> Text,
    }
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

fn is_there(conn: &mut SqliteConnection, table: &str) -> QueryResult<bool> {
    let count: Count = diesel::sql_query(format!(
        "SELECT count(*) AS n FROM sqlite_master WHERE type = 'table' AND name = '{table}'"
    ))
    .get_result(conn)?;
    Ok(count.n == 1)
}

/// Of companies, by id and name. No name has punctuation.
pub fn of_companies(conn: &mut SqliteConnection, org: &str, companies: &[(&str, &str)]) -> QueryResult<()> {
    if !is_there(conn, "company_search_terms")? {
        return Ok(());
    }
    let rows: Vec<_> = companies
        .iter()
        .flat_map(|(id, name)| {
            search::words(name).into_iter().map(move |word| {
                (
                    company_search_terms::organization_id.eq(org),
                    company_search_terms::status.eq("active"),
                    company_search_terms::word.eq(word.into_bytes()),
                    company_search_terms::sort_name.eq(search::sort_key(name)),
                    company_search_terms::company_id.eq(*id),
                )
            })
        })
        .collect();
    for rows in rows.chunks(ROWS) {
        diesel::insert_into(company_search_terms::table)
            .values(rows)
            .execute(conn)?;
    }
    Ok(())
}

/// Of pending invitations that were created at the same time, by id and address.
pub fn of_invitations(
    conn: &mut SqliteConnection,
    org: &str,
    name: &str,
    created: i64,
    invited: &[(&str, String)],
) -> QueryResult<()> {
    if !is_there(conn, "invitation_search_terms")? {
        return Ok(());
    }
    let rows: Vec<_> = invited
        .iter()
        .flat_map(|(id, email)| {
            // The address once more is apart from all words.
            let address = [&[2], email.as_bytes()].concat();
            let words = search::person_words(name, email).into_iter().chain([address]);
            words.map(move |word| {
                (
                    invitation_search_terms::organization_id.eq(org),
                    invitation_search_terms::status.eq("pending"),
                    invitation_search_terms::word.eq(word),
                    invitation_search_terms::created_at.eq(created),
                    invitation_search_terms::invitation_id.eq(*id),
                )
            })
        })
        .collect();
    for rows in rows.chunks(ROWS) {
        diesel::insert_into(invitation_search_terms::table)
            .values(rows)
            .execute(conn)?;
    }
    Ok(())
}
