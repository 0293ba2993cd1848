//! The matrix as CSV, to be edited and taken in again.

use actix_web::{HttpResponse, web};

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::ViewAccess;
use crate::common::csv::Sheet;
use crate::common::error::AppError;
use crate::common::html::download;
use crate::common::id::MembershipId;
use crate::common::paging::Cursor;
use crate::db::Conn;
use crate::handlers::access::matrix::MatrixQuery;
use crate::handlers::access::{queries, rules};
use crate::models::custom_role;
use crate::models::member_search;
use crate::services::members::visible::CompanyScope;

/// So many people are read at once.
const STEP: usize = 1_000;

/// `GET /organizations/{slug}/access/matrix.csv`: a row for each role in the organization, and for each own place in a
/// company. What a group gives stands in the group.
pub async fn sheet(gate: Gate<ViewAccess>, asked: web::Query<MatrixQuery>) -> Result<HttpResponse, AppError> {
    let asked = asked.into_inner();
    let (name, bytes) = gate
        .read(move |actor, conn| {
            let mut sheet = Sheet::new(&["email", "name", "company_slug", "company", "role"]);
            fill(conn, actor, &asked, &mut sheet)?;
            let name = format!("{}-access-{}.csv", actor.slug, actor.cx.now.day());
            Ok((name, sheet.into_bytes()))
        })
        .await?;
    Ok(download(&name, "text/csv; charset=utf-8", bytes))
}

fn fill(conn: &mut Conn, actor: &Actor, asked: &MatrixQuery, sheet: &mut Sheet) -> Result<(), AppError> {
    let organization = actor.organization;
    let sight = CompanyScope::of(conn, actor)?;
    let customs = custom_role::all(conn, organization)?;
    let company = match asked.company.trim() {
        "" => None,
        text => Some(sight.meant(conn, actor, text)?.ok_or(AppError::NotFound)?.id),
    };
    let within = company
        .map(|company| vec![company])
        .or_else(|| sight.own().map(<[_]>::to_vec));
    let wanted = asked.wanted(actor, &sight);
    let mut place = None;
    loop {
        let found = member_search::page(conn, organization, &wanted, place.as_ref(), STEP)?;
        let ids: Vec<MembershipId> = found.page.rows.iter().map(|row| row.id).collect();
        let facts = queries::facts(conn, organization, &ids)?;
        let places = queries::places(conn, organization, &ids, within.as_deref())?;
        for row in &found.page.rows {
            let Some(facts) = facts.get(&row.id) else { continue };
            let custom = facts
                .custom_role
                .and_then(|id| customs.iter().find(|custom| custom.id == id));
            let title = match custom {
                // A name that is also a built-in role's would be taken for that one.
                Some(custom) if rules::role(&custom.name).is_some() => custom.id.as_str().to_owned(),
                Some(custom) => custom.name.clone(),
                None => facts.direct_role.to_string(),
            };
            sheet.row([row.email.as_str(), &row.name, "", "", &title]);
            for held in places.get(&row.id).into_iter().flatten() {
                if let Some(role) = held.direct {
                    sheet.row([row.email.as_str(), &row.name, &held.slug, &held.name, role.as_str()]);
                }
            }
        }
        place = found.page.next.as_deref().and_then(Cursor::parse);
        if place.is_none() {
            return Ok(());
        }
    }
}
