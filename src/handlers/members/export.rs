//! The list of members as CSV.

use actix_web::{HttpResponse, web};

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::ViewMembers;
use crate::common::csv::CsvSheet;
use crate::common::error::AppError;
use crate::common::id::MembershipId;
use crate::common::paging::Cursor;
use crate::common::time::Time;
use crate::db::Conn;
use crate::handlers::members::filter::MembersQuery;
use crate::handlers::members::shown_companies;
use crate::models::member_names;
use crate::models::member_search;
use crate::models::member_search::MemberRow;
use crate::models::membership::assigned;
use crate::web::csv::{CsvPiece, csv_in_pieces};

/// Rows in a piece of the file. Each is a read of its own, so that no connection waits for a slow client.
const ROWS: usize = 500;

const COLUMNS: [&str; 8] = [
    "name",
    "email",
    "role",
    "",
    "status",
    "joined",
    "last active",
    "invited by",
];

/// The last column, for readers who manage security.
const TWO_FACTOR: &str = "two-factor";

/// `GET /organizations/{slug}/members.csv`
pub async fn show(gate: Gate<ViewMembers>, query: web::Query<MembersQuery>) -> Result<HttpResponse, AppError> {
    let first = query.clone();
    let (name, (bytes, next)) = gate
        .read(move |actor, conn| {
            actor.confirmed()?;
            let name = format!("{}-members-{}.csv", actor.slug, actor.cx.now.day(actor.org_zone));
            let mut columns = COLUMNS.to_vec();
            columns[3] = actor.unit.many();
            columns.extend(actor.permissions.manage_security().then_some(TWO_FACTOR));
            Ok((name, piece(conn, actor, &first, CsvSheet::new(&columns), None)?))
        })
        .await?;
    let query = query.into_inner();
    Ok(csv_in_pieces(&name, bytes, next, gate, move |actor, conn, after| {
        piece(conn, actor, &query, CsvSheet::going_on(), Some(after))
    }))
}

/// The next rows, and the place after them.
fn piece(
    conn: &mut Conn,
    actor: &Actor,
    query: &MembersQuery,
    mut sheet: CsvSheet,
    after: Option<&Cursor>,
) -> Result<CsvPiece, AppError> {
    let Some(filter) = query.read(conn, actor)? else {
        return Ok((sheet.into_bytes(), None));
    };
    let counts = actor.role_counts(conn)?;
    let found = member_search::page_with_counts(conn, actor.organization, &filter, counts, after, ROWS)?;
    add_rows(conn, actor, &found.page.rows, &mut sheet)?;
    Ok((sheet.into_bytes(), found.page.next.as_deref().and_then(Cursor::parse)))
}

fn add_rows(conn: &mut Conn, actor: &Actor, rows: &[MemberRow], sheet: &mut CsvSheet) -> Result<(), AppError> {
    let assigned = rows.iter().filter(|row| row.role.inherited().is_none());
    let assigned: Vec<MembershipId> = assigned.map(|row| row.id).collect();
    let within = shown_companies(conn, actor)?;
    let companies = assigned::company_names(conn, actor.organization, &assigned, within.as_deref(), &[])?;
    let mut inviters: Vec<String> = rows.iter().filter_map(|row| row.invited_by.clone()).collect();
    inviters.sort_unstable();
    inviters.dedup();
    let inviters = member_names::user_names(conn, &inviters)?;
    let custom_roles = member_search::customs(conn, actor.organization, rows)?;
    let shows = actor.permissions.manage_security();
    for row in rows {
        let assigned = match row.role.inherited() {
            Some(_) => "All".to_owned(),
            None => companies.get(&row.id).map(|names| names.join("; ")).unwrap_or_default(),
        };
        let invited_by = row.invited_by.as_ref().and_then(|id| inviters.get(id));
        let two_factor = if row.second_factor { "yes" } else { "no" };
        let (joined, seen) = (row.joined_at.iso(), row.last_seen_at.map(Time::iso).unwrap_or_default());
        let cells = [
            row.name.as_str(),
            &row.email,
            row.title(&custom_roles),
            &assigned,
            row.access_status(actor.cx.now).as_str(),
            &joined,
            &seen,
            invited_by.map_or("", String::as_str),
        ];
        sheet.row(cells.into_iter().chain(shows.then_some(two_factor)));
    }
    Ok(())
}
