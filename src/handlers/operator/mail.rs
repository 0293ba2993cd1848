//! The emails in the outbox.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::OperatorGate;
use crate::common::error::AppError;
use crate::common::html::{html, query_value};
use crate::common::paging::{Cursor, Page};
use crate::common::time::Time;
use crate::handlers::operator::queries::PAGE;
use crate::handlers::operator::queries::mail;
use crate::handlers::operator::queries::mail::OutboxMessage;
use crate::mail::outbox::{MailState, TOKEN_PLACEHOLDER};
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::middleware::{ContentPolicy, with_policy};

#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct MailQuery {
    state: String,
    q: String,
    after: String,
}

#[derive(Template)]
#[template(path = "operator/mail.html", blocks = ["results"])]
struct MailPage {
    layout: Layout,
    now: Time,
    state: &'static str,
    states: Vec<(&'static str, &'static str)>,
    q: String,
    plain: bool,
    rows: Vec<OutboxMessage>,
    previous: Option<String>,
    next: Option<String>,
}

crate::page!(MailPage => as_results);

/// `GET /operator/mail`
pub async fn index(gate: OperatorGate, query: web::Query<MailQuery>) -> Result<HttpResponse, AppError> {
    let MailQuery { state, q, after } = query.into_inner();
    let wanted = MailState::parse(&state);
    let state = wanted.map_or("", MailState::as_str);
    gate.show(move |operator, conn| {
        let cursor = Cursor::parse(&after);
        let rows = mail::list(conn, wanted, &q, cursor.as_ref())?;
        let cut = Page::cut(rows, PAGE, cursor.as_ref(), |row| (Vec::new(), row.id.to_string()));
        let link = |after: String| format!("/operator/mail?state={state}&q={}&after={after}", query_value(&q));
        let states = MailState::ALL.iter().map(|state| (state.as_str(), state.label()));
        Ok(MailPage {
            layout: operator.layout(conn, "operator mail")?,
            now: operator.cx.now,
            states: [("", "All emails")].into_iter().chain(states).collect(),
            rows: cut.rows,
            previous: cut.previous.map(link),
            next: cut.next.map(link),
            plain: state.is_empty() && q.trim().is_empty(),
            state,
            q,
        })
    })
    .await
}

#[derive(Template)]
#[template(path = "operator/message.html")]
struct MessagePage {
    layout: Layout,
    now: Time,
    message: OutboxMessage,
    text: String,
    /// Whether its content is still there. It is deleted after sending.
    body_is_stored: bool,
    placeholder: &'static str,
}

impl MessagePage {
    fn waits(&self) -> bool {
        self.message.state == MailState::Queued
    }

    fn is_due(&self) -> bool {
        self.message.next_attempt_at <= self.now
    }
}

/// `GET /operator/mail/{id}`
pub async fn show(gate: OperatorGate, id: web::Path<String>) -> Result<HttpResponse, AppError> {
    let page = gate
        .read(move |operator, conn| {
            let message = mail::find(conn, &id)?;
            let (html, text) = mail::parts(conn, message.id)?;
            Ok(MessagePage {
                layout: operator.layout(conn, "operator mail")?,
                now: operator.cx.now,
                body_is_stored: !html.is_empty(),
                text,
                message,
                placeholder: TOKEN_PLACEHOLDER,
            })
        })
        .await?;
    Ok(with_policy(html(page)?, ContentPolicy::Frames))
}
