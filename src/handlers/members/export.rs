//! The list of members as CSV.

use actix_web::{HttpResponse, web};

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::ViewMembers;
use crate::common::csv::CsvSheet;
use crate::common::error::AppError;
use crate::common::html::download;
use crate::common::id::MembershipId;
use crate::common::paging::Cursor;
use crate::common::time::Time;
use crate::db::Conn;
use crate::handlers::members::filter::MembersQuery;
use crate::handlers::members::shown_companies;
use crate::models::member_names;
use crate::models::member_search;
use crate::models::member_search::{MemberFilter, MemberRow};
use crate::models::membership::assigned;

/// How many rows are read at once.
const ROWS: usize = 1_000;

/// `GET /organizations/{slug}/members.csv`
pub async fn show(gate: Gate<ViewMembers>, query: web::Query<MembersQuery>) -> Result<HttpResponse, AppError> {
    let query = query.into_inner();
    let (name, bytes) = gate
        .read(move |actor, conn| {
            let mut sheet = CsvSheet::new(&[
                "name",
                "email",
                "role",
                actor.unit.many(),
                "status",
                "joined",
                "last active",
                "invited by",
            ]);
            if let Some(filter) = query.read(conn, actor)? {
                fill(conn, actor, &filter, &mut sheet)?;
            }
            let name = format!("{}-members-{}.csv", actor.slug, actor.cx.now.day(actor.org_zone));
            Ok((name, sheet.into_bytes()))
        })
        .await?;
    Ok(download(&name, "text/csv; charset=utf-8", bytes))
}

fn fill(conn: &mut Conn, actor: &Actor, filter: &MemberFilter, sheet: &mut CsvSheet) -> Result<(), AppError> {
    let counts = actor.role_counts(conn)?;
    let mut cursor = None;
    loop {
        let found = member_search::page_with_counts(conn, actor.organization, filter, counts, cursor.as_ref(), ROWS)?;
        add_rows(conn, actor, &found.page.rows, sheet)?;
        cursor = found.page.next.as_deref().and_then(Cursor::parse);
        if cursor.is_none() {
            return Ok(());
        }
    }
}

fn add_rows(conn: &mut Conn, actor: &Actor, rows: &[MemberRow], sheet: &mut CsvSheet) -> Result<(), AppError> {
    let assigned = rows.iter().filter(|row| row.role.inherited().is_none());
    let assigned: Vec<MembershipId> = assigned.map(|row| row.id).collect();
    let within = shown_companies(conn, actor)?;
    let companies = assigned::company_names(conn, actor.organization, &assigned, within.as_deref())?;
    let mut inviters: Vec<String> = rows.iter().filter_map(|row| row.invited_by.clone()).collect();
    inviters.sort_unstable();
    inviters.dedup();
    let inviters = member_names::user_names(conn, &inviters)?;
    let custom_roles = member_search::customs(conn, actor.organization, rows)?;
    for row in rows {
        let assigned = match row.role.inherited() {
            Some(_) => "All".to_owned(),
            None => companies.get(&row.id).map(|names| names.join("; ")).unwrap_or_default(),
        };
        let invited_by = row.invited_by.as_ref().and_then(|id| inviters.get(id));
        sheet.row([
            row.name.as_str(),
            &row.email,
            row.title(&custom_roles),
            &assigned,
            row.access_status(actor.cx.now).as_str(),
            &row.joined_at.iso(),
            &row.last_seen_at.map(Time::iso).unwrap_or_default(),
            invited_by.map_or("", String::as_str),
        ]);
    }
    Ok(())
}
