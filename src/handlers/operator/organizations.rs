//! All organizations of the instance.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::OperatorGate;
use crate::common::error::AppError;
use crate::common::html::{html, number, query_value};
use crate::common::paging::{Cursor, Page};
use crate::db::types::org_id::OrgId;
use crate::handlers::operator::queries::organizations as store;
use crate::handlers::operator::queries::organizations::Listed;
use crate::handlers::operator::queries::{PAGE, numbers};
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

/// What is listed.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct Filter {
    q: String,
    after: String,
}

#[derive(Template)]
#[template(path = "operator/organizations.html", blocks = ["results"])]
struct ListPage {
    layout: Layout,
    q: String,
    rows: Vec<Listed>,
    members: HashMap<OrgId, i64>,
    previous: Option<String>,
    next: Option<String>,
    total: i64,
}

impl ListPage {
    fn members(&self, row: &Listed) -> String {
        number(&self.members.get(&row.id).copied().unwrap_or_default())
    }
}

/// `GET /operator/organizations`
pub async fn index(gate: OperatorGate, filter: web::Query<Filter>) -> Result<HttpResponse, AppError> {
    let Filter { q, after } = filter.into_inner();
    let page = gate
        .read(move |operator, conn| {
            let place = Cursor::parse(&after);
            let rows = store::list(conn, &q, place.as_ref())?;
            let cut = Page::cut(rows, PAGE, place.as_ref(), |row| (Vec::new(), row.id.to_string()));
            let ids: Vec<OrgId> = cut.rows.iter().map(|row| row.id).collect();
            let link = |after: String| format!("/operator/organizations?q={}&after={after}", query_value(&q));
            Ok(ListPage {
                layout: operator.layout(conn, "operator organizations")?,
                members: store::members(conn, &ids)?,
                rows: cut.rows,
                previous: cut.previous.map(link),
                next: cut.next.map(link),
                total: numbers::organizations(conn)?,
                q,
            })
        })
        .await?;
    if gate.fragment() {
        html(page.as_results())
    } else {
        html(page)
    }
}
