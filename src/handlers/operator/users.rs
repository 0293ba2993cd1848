//! All accounts of the instance.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::OperatorGate;
use crate::common::error::AppError;
use crate::common::html::{html, number, query_value};
use crate::common::id::UserId;
use crate::common::paging::{Cursor, Page};
use crate::common::time::Time;
use crate::handlers::operator::queries::PAGE;
use crate::handlers::operator::queries::users as store;
use crate::handlers::operator::queries::users::{Account, Show};
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

/// What is listed.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct Filter {
    q: String,
    show: String,
    after: String,
}

const SHOWS: &[(&str, &str, Show)] = &[
    ("", "Everybody", Show::Everybody),
    ("operators", "Operators", Show::Operators),
    ("unproven", "Address not confirmed", Show::Unproven),
];

#[derive(Template)]
#[template(path = "operator/users.html", blocks = ["results"])]
struct ListPage {
    layout: Layout,
    now: Time,
    q: String,
    show: &'static str,
    plain: bool,
    rows: Vec<Account>,
    organizations: HashMap<UserId, i64>,
    seen: HashMap<UserId, Time>,
    previous: Option<String>,
    next: Option<String>,
}

impl ListPage {
    fn organizations(&self, row: &Account) -> String {
        number(&self.organizations.get(&row.id).copied().unwrap_or_default())
    }

    fn seen(&self, row: &Account) -> Option<Time> {
        self.seen.get(&row.id).copied()
    }
}

/// `GET /operator/users`
pub async fn index(gate: OperatorGate, filter: web::Query<Filter>) -> Result<HttpResponse, AppError> {
    let Filter { q, show, after } = filter.into_inner();
    let (word, _, show) = *SHOWS.iter().find(|(word, ..)| *word == show).unwrap_or(&SHOWS[0]);
    let page = gate
        .read(move |operator, conn| {
            let place = Cursor::parse(&after);
            let rows = store::list(conn, &q, show, place.as_ref())?;
            let cut = Page::cut(rows, PAGE, place.as_ref(), |row| (Vec::new(), row.id.to_string()));
            let ids: Vec<UserId> = cut.rows.iter().map(|row| row.id).collect();
            let link = |after: String| format!("/operator/users?q={}&show={word}&after={after}", query_value(&q));
            Ok(ListPage {
                layout: operator.layout(conn, "operator users")?,
                now: operator.cx.now,
                organizations: store::organizations(conn, &ids)?,
                seen: store::seen(conn, &ids)?,
                rows: cut.rows,
                previous: cut.previous.map(link),
                next: cut.next.map(link),
                plain: q.trim().is_empty() && word.is_empty(),
                show: word,
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
