//! Exporting the access matrix as CSV.

use actix_web::{HttpResponse, web};

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::ViewAccess;
use crate::common::csv::CsvSheet;
use crate::common::error::AppError;
use crate::common::id::MembershipId;
use crate::common::paging::Cursor;
use crate::db::Conn;
use crate::handlers::access::matrix::MatrixQuery;
use crate::handlers::access::queries;
use crate::models::custom_role;
use crate::models::member_search;
use crate::services::access_matrix::import_rows::built_in_role;
use crate::services::members::visible::CompanyScope;
use crate::web::csv::{CsvPiece, csv_in_pieces};

/// People in a piece of the file. Each is a read of its own, so that no connection waits for a slow client.
const STEP: usize = 500;

/// `GET /organizations/{slug}/access/matrix.csv`: a row for each role in the organization, and for each own role in a
/// company. Roles from groups are not exported.
pub async fn show(gate: Gate<ViewAccess>, query: web::Query<MatrixQuery>) -> Result<HttpResponse, AppError> {
    let first = query.clone();
    let (name, (bytes, next)) = gate
        .read(move |actor, conn| {
            actor.confirmed()?;
            let name = format!("{}-access-{}.csv", actor.slug, actor.cx.now.day(actor.org_zone));
            let sheet = CsvSheet::new(&["email", "name", "company_slug", "company", "role"]);
            Ok((name, piece(conn, actor, &first, sheet, None)?))
        })
        .await?;
    let query = query.into_inner();
    Ok(csv_in_pieces(&name, bytes, next, gate, move |actor, conn, after| {
        piece(conn, actor, &query, CsvSheet::going_on(), Some(after))
    }))
}

/// The rows of the next people, and the place after them.
fn piece(
    conn: &mut Conn,
    actor: &Actor,
    query: &MatrixQuery,
    mut sheet: CsvSheet,
    after: Option<&Cursor>,
) -> Result<CsvPiece, AppError> {
    let organization = actor.organization;
    let scope = CompanyScope::of(conn, actor)?;
    let customs = custom_role::all(conn, organization)?;
    let company = match query.company.trim() {
        "" => None,
        text => Some(scope.meant(conn, actor, text)?.ok_or(AppError::NotFound)?.id),
    };
    let within = company
        .map(|company| vec![company])
        .or_else(|| scope.own().map(<[_]>::to_vec));
    let wanted = query.filter(actor, &scope);
    let found = member_search::page(conn, organization, &wanted, after, STEP)?;
    let ids: Vec<MembershipId> = found.page.rows.iter().map(|row| row.id).collect();
    let grants = queries::grants(conn, organization, &ids)?;
    let assignments = queries::assignments(conn, organization, &ids, within.as_deref())?;
    for row in &found.page.rows {
        let Some(grant) = grants.get(&row.id) else { continue };
        let custom = grant
            .custom_role
            .and_then(|id| customs.iter().find(|custom| custom.id == id));
        let title = match custom {
            // A name that is also a built-in role's would be read as that one.
            Some(custom) if built_in_role(&custom.name).is_some() => custom.id.as_str().to_owned(),
            Some(custom) => custom.name.clone(),
            None => grant.direct_role.to_string(),
        };
        sheet.row([row.email.as_str(), &row.name, "", "", &title]);
        for assignment in assignments.get(&row.id).into_iter().flatten() {
            if let Some(role) = assignment.direct_role {
                sheet.row([
                    row.email.as_str(),
                    &row.name,
                    &assignment.slug,
                    &assignment.name,
                    role.as_str(),
                ]);
            }
        }
    }
    Ok((sheet.into_bytes(), found.page.next.as_deref().and_then(Cursor::parse)))
}
