use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::OperatorGate;
use crate::common::error::AppError;
use crate::common::html::{number, query_value};
use crate::common::id::UserId;
use crate::common::paging::{Cursor, Page};
use crate::common::time::Time;
use crate::handlers::operator::queries::PAGE;
use crate::handlers::operator::queries::users;
use crate::handlers::operator::queries::users::{AccountFilter, ListedAccount};
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct UsersQuery {
    q: String,
    show: String,
    after: String,
}

const FILTERS: [(&str, AccountFilter); 3] = [
    ("", AccountFilter::All),
    ("operators", AccountFilter::Operators),
    ("unproven", AccountFilter::Unverified),
];

#[derive(Template)]
#[template(path = "operator/users.html", blocks = ["results"])]
struct UsersPage {
    layout: Layout,
    now: Time,
    q: String,
    show: &'static str,
    plain: bool,
    rows: Vec<ListedAccount>,
    organizations: HashMap<UserId, i64>,
    seen: HashMap<UserId, Time>,
    previous: Option<String>,
    next: Option<String>,
}

crate::page!(UsersPage => as_results);

impl UsersPage {
    fn organizations(&self, row: &ListedAccount) -> String {
        number(&self.organizations.get(&row.id).copied().unwrap_or_default())
    }

    fn seen(&self, row: &ListedAccount) -> Option<Time> {
        self.seen.get(&row.id).copied()
    }
}

/// `GET /operator/users`
pub async fn index(gate: OperatorGate, query: web::Query<UsersQuery>) -> Result<HttpResponse, AppError> {
    let UsersQuery { q, show, after } = query.into_inner();
    let chosen = FILTERS.into_iter().find(|(word, _)| *word == show);
    let (word, filter) = chosen.unwrap_or(("", AccountFilter::All));
    gate.show(move |operator, conn| {
        let cursor = Cursor::parse(&after);
        let rows = users::list(conn, &q, filter, cursor.as_ref())?;
        let cut = Page::cut(rows, PAGE, cursor.as_ref(), |row| (Vec::new(), row.id.to_string()));
        let ids: Vec<UserId> = cut.rows.iter().map(|row| row.id).collect();
        let link = |after: String| format!("/operator/users?q={}&show={word}&after={after}", query_value(&q));
        Ok(UsersPage {
            layout: operator.layout(conn, "operator users")?,
            now: operator.cx.now,
            organizations: users::organizations(conn, &ids)?,
            seen: users::seen(conn, &ids)?,
            rows: cut.rows,
            previous: cut.previous.map(link),
            next: cut.next.map(link),
            plain: q.trim().is_empty() && word.is_empty(),
            show: word,
            q,
        })
    })
    .await
}
