//! The outbox: what waits, what was sent, what was given up and why.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::audit::{Action, Event, Events};
use crate::auth::OperatorGate;
use crate::common::error::AppError;
use crate::common::html::{html, query_value, see_other};
use crate::common::paging::{Cursor, Page};
use crate::common::time::Time;
use crate::handlers::operator::queries::PAGE;
use crate::handlers::operator::queries::mail as store;
use crate::handlers::operator::queries::mail::Listed;
use crate::mail::outbox;
use crate::mail::outbox::{MailState, TOKEN_PLACE};
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::middleware::{Policy, with_policy};

/// What is listed.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct Filter {
    state: String,
    q: String,
    after: String,
}

#[derive(Template)]
#[template(path = "operator/mail.html", blocks = ["results"])]
struct ListPage {
    layout: Layout,
    now: Time,
    state: &'static str,
    states: Vec<(&'static str, &'static str)>,
    q: String,
    plain: bool,
    rows: Vec<Listed>,
    previous: Option<String>,
    next: Option<String>,
}

/// `GET /operator/mail`
pub async fn index(gate: OperatorGate, filter: web::Query<Filter>) -> Result<HttpResponse, AppError> {
    let Filter { state, q, after } = filter.into_inner();
    let wanted = MailState::parse(&state);
    let state = wanted.map_or("", MailState::as_str);
    let page = gate
        .read(move |operator, conn| {
            let place = Cursor::parse(&after);
            let rows = store::list(conn, wanted, &q, place.as_ref())?;
            let cut = Page::cut(rows, PAGE, place.as_ref(), |row| (Vec::new(), row.id.to_string()));
            let link = |after: String| format!("/operator/mail?state={state}&q={}&after={after}", query_value(&q));
            let states = MailState::ALL.iter().map(|state| (state.as_str(), state.label()));
            Ok(ListPage {
                layout: operator.layout(conn, "operator mail")?,
                now: operator.cx.now,
                states: [("", "All letters")].into_iter().chain(states).collect(),
                rows: cut.rows,
                previous: cut.previous.map(link),
                next: cut.next.map(link),
                plain: state.is_empty() && q.trim().is_empty(),
                state,
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

#[derive(Template)]
#[template(path = "operator/message.html")]
struct LetterPage {
    layout: Layout,
    now: Time,
    letter: Listed,
    text: String,
    /// Whether its parts are still there: what was sent is not kept.
    kept: bool,
    place: &'static str,
}

impl LetterPage {
    fn waits(&self) -> bool {
        self.letter.state == MailState::Queued
    }

    fn is_due(&self) -> bool {
        self.letter.next_attempt_at <= self.now
    }
}

/// `GET /operator/mail/{id}`
pub async fn show(gate: OperatorGate, id: web::Path<String>) -> Result<HttpResponse, AppError> {
    let page = gate
        .read(move |operator, conn| {
            let letter = store::find(conn, &id)?;
            let (html, text) = store::parts(conn, letter.id)?;
            Ok(LetterPage {
                layout: operator.layout(conn, "operator mail")?,
                now: operator.cx.now,
                kept: !html.is_empty(),
                text,
                letter,
                place: TOKEN_PLACE,
            })
        })
        .await?;
    Ok(with_policy(html(page)?, Policy::Frames))
}

const NOTHING_KEPT: &str =
    "<!doctype html><html lang=en><title>Nothing</title><p>What was sent is not kept.</p></html>";

/// `GET /operator/mail/{id}/preview`: the HTML part for the frame of the page, as it lies in the outbox. The place of the
/// token stays a place: nobody opens somebody else's link from here.
pub async fn preview(gate: OperatorGate, id: web::Path<String>) -> Result<HttpResponse, AppError> {
    let html = gate
        .read(move |_, conn| {
            let letter = store::find(conn, &id)?;
            let (html, _) = store::parts(conn, letter.id)?;
            Ok(if html.is_empty() { NOTHING_KEPT.to_owned() } else { html })
        })
        .await?;
    let response = HttpResponse::Ok().content_type("text/html; charset=utf-8").body(html);
    Ok(with_policy(response, Policy::Framed))
}

/// `POST /operator/mail/{id}/retry`
pub async fn retry(gate: OperatorGate, id: web::Path<String>) -> Result<HttpResponse, AppError> {
    let (path, due) = gate
        .write(move |operator, conn| {
            let letter = store::find(conn, &id)?;
            let path = format!("/operator/mail/{}", letter.id);
            match outbox::retry(conn, operator.cx.now, letter.id)? {
                None => Ok(((path, false), Events::none("it left already"))),
                Some(subject) => {
                    let event = Event::new(Action::MailRetried, "mail", letter.id, subject);
                    Ok(((path, true), operator.event(event)))
                }
            }
        })
        .await?;
    if due {
        gate.tell("success", "The letter is on its way again");
    } else {
        gate.tell("info", "This letter left already");
    }
    Ok(see_other(gate.fragment(), &path))
}
