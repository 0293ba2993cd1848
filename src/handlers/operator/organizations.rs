use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::OperatorGate;
use crate::common::error::AppError;
use crate::common::html::{number, query_value};
use crate::common::paging::{Cursor, Page};
use crate::db::types::org_id::OrgId;
use crate::handlers::operator::queries::organizations::OperatorOrganization;
use crate::handlers::operator::queries::{PAGE, numbers, organizations};
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct OrganizationsQuery {
    q: String,
    after: String,
}

#[derive(Template)]
#[template(path = "operator/organizations.html", blocks = ["results"])]
struct OrganizationsPage {
    layout: Layout,
    q: String,
    rows: Vec<OperatorOrganization>,
    members: HashMap<OrgId, i64>,
    previous: Option<String>,
    next: Option<String>,
    total: i64,
}

crate::page!(OrganizationsPage => as_results);

impl OrganizationsPage {
    fn members(&self, row: &OperatorOrganization) -> String {
        number(&self.members.get(&row.id).copied().unwrap_or_default())
    }
}

/// `GET /operator/organizations`
pub async fn index(gate: OperatorGate, query: web::Query<OrganizationsQuery>) -> Result<HttpResponse, AppError> {
    let OrganizationsQuery { q, after } = query.into_inner();
    gate.show(move |operator, conn| {
        let cursor = Cursor::parse(&after);
        let rows = organizations::list(conn, &q, cursor.as_ref())?;
        let cut = Page::cut(rows, PAGE, cursor.as_ref(), |row| (Vec::new(), row.id.to_string()));
        let ids: Vec<OrgId> = cut.rows.iter().map(|row| row.id).collect();
        let link = |after: String| format!("/operator/organizations?q={}&after={after}", query_value(&q));
        Ok(OrganizationsPage {
            layout: operator.layout(conn, "operator organizations")?,
            members: organizations::members(conn, &ids)?,
            rows: cut.rows,
            previous: cut.previous.map(link),
            next: cut.next.map(link),
            total: numbers::organizations(conn)?,
            q,
        })
    })
    .await
}
