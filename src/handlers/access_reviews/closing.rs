//! Ending a review by hand: closing it early, giving it up, or reminding those who have not answered.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::audit::{Action, Event, Events};
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::RemoveMembers;
use crate::common::error::AppError;
use crate::common::html::{html, number, see_other};
use crate::common::id::ReviewId;
use crate::db::Conn;
use crate::handlers::access_reviews::index::must_run;
use crate::models::access_review;
use crate::models::access_review::Review;
use crate::models::access_review::rules::{REMIND_AGAIN, Status};
use crate::services::access_reviews::advance;
use crate::services::access_reviews::{close, notify};
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

/// So many companies with open places are named.
const NAMED: usize = 50;

struct Waiting {
    name: String,
    open: i64,
    deciders: String,
}

#[derive(Template)]
#[template(path = "access_reviews/closing.html", blocks = ["dialog"])]
struct ClosingPage {
    layout: Layout,
    back: String,
    path: String,
    review: Review,
    cancels: bool,
    open: i64,
    waiting: Vec<Waiting>,
    more: bool,
}

impl ClosingPage {
    fn question(&self) -> String {
        if self.cancels {
            format!("Cancel {}?", self.review.name)
        } else {
            format!("Close {} now?", self.review.name)
        }
    }

    fn lost(&self) -> String {
        match self.open {
            0 => "Every place is answered.".into(),
            1 => "1 place is not answered. It is taken away.".into(),
            open => format!("{} places are not answered. They are taken away.", number(&open)),
        }
    }
}

fn page(actor: &Actor, conn: &mut Conn, id: ReviewId, cancels: bool) -> Result<ClosingPage, AppError> {
    must_run(actor, conn)?;
    let org = actor.organization;
    let review = access_review::find(conn, org, id)?;
    let mut found = access_review::waiting(conn, org, id, i64::try_from(NAMED + 1).unwrap_or(i64::MAX))?;
    let more = found.len() > NAMED;
    found.truncate(NAMED);
    let ids: Vec<_> = found.iter().map(|row| row.company).collect();
    let managers = access_review::managers(conn, org, actor.cx.now, &ids)?;
    let waiting = found.into_iter().map(|row| Waiting {
        deciders: crate::handlers::access_reviews::new::deciders(
            managers.get(&row.company).map(Vec::as_slice).unwrap_or_default(),
        ),
        name: row.name,
        open: row.open,
    });
    let waiting = waiting.collect();
    let totals = access_review::totals(conn, org, &[id], None)?;
    let back = actor.path(&format!("/access/reviews/{id}"));
    Ok(ClosingPage {
        layout: actor.layout(conn, "access")?,
        path: format!("{back}/{}", if cancels { "cancellation" } else { "closing" }),
        back,
        cancels,
        open: totals.get(&id).map(|(_, open)| *open).unwrap_or_default(),
        waiting,
        more,
        review,
    })
}

async fn confirm(gate: Gate<RemoveMembers>, id: &str, cancels: bool) -> Result<HttpResponse, AppError> {
    let id = ReviewId::parse(id).ok_or(AppError::NotFound)?;
    let page = gate.read(move |actor, conn| page(actor, conn, id, cancels)).await?;
    if gate.fragment() {
        html(page.as_dialog())
    } else {
        html(page)
    }
}

/// `GET /organizations/{slug}/access/reviews/{id}/closing`
pub async fn confirm_close(
    gate: Gate<RemoveMembers>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, AppError> {
    confirm(gate, &path.1, false).await
}

/// `GET /organizations/{slug}/access/reviews/{id}/cancellation`
pub async fn confirm_cancel(
    gate: Gate<RemoveMembers>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, AppError> {
    confirm(gate, &path.1, true).await
}

/// What is told, and in which tone.
type Word = (&'static str, String);

async fn act(
    gate: Gate<RemoveMembers>,
    id: &str,
    work: impl FnOnce(&Actor, &mut Conn, ReviewId) -> Result<(Word, Events), AppError> + Send + 'static,
) -> Result<HttpResponse, AppError> {
    let id = ReviewId::parse(id).ok_or(AppError::NotFound)?;
    let ((tone, text), path) = gate
        .write(move |actor, conn| {
            must_run(actor, conn)?;
            let (told, events) = work(actor, conn, id)?;
            Ok(((told, actor.path(&format!("/access/reviews/{id}"))), events))
        })
        .await?;
    gate.tell(tone, text);
    Ok(see_other(gate.fragment(), &path))
}

/// `POST /organizations/{slug}/access/reviews/{id}/closing`
pub async fn close(gate: Gate<RemoveMembers>, path: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    act(gate, &path.1, |actor, conn, id| {
        let org = actor.organization;
        let review = access_review::find(conn, org, id)?;
        if !close::begin(conn, org, id, Some(actor.person.id))? {
            let word = format!("{} does not run", review.name);
            return Ok((("info", word), Events::none("it does not run")));
        }
        let totals = access_review::totals(conn, org, &[id], None)?;
        let places = totals.get(&id).map(|(places, _)| *places).unwrap_or_default();
        let events = advance::close_at_once(conn, &actor.cx, org, id, places)?;
        let word = if access_review::find(conn, org, id)?.status == Status::Closed {
            format!("{} is closed. The report is signed", review.name)
        } else {
            format!("{} is being closed. This takes a moment", review.name)
        };
        Ok((("success", word), events))
    })
    .await
}

/// `POST /organizations/{slug}/access/reviews/{id}/cancellation`
pub async fn cancel(gate: Gate<RemoveMembers>, path: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    act(gate, &path.1, |actor, conn, id| {
        let org = actor.organization;
        let review = access_review::find(conn, org, id)?;
        if !access_review::cancel(conn, org, id, actor.person.id, actor.cx.now)? {
            let word = format!("{} does not run", review.name);
            return Ok((("info", word), Events::none("it does not run")));
        }
        let event = Event::new(Action::ReviewCancelled, "review", id, &review.name);
        let word = format!(
            "{} is cancelled. What was answered stays; nothing else is taken away",
            review.name
        );
        Ok((("success", word), actor.event(event)))
    })
    .await
}

/// `POST /organizations/{slug}/access/reviews/{id}/reminding`
pub async fn remind(gate: Gate<RemoveMembers>, path: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    act(gate, &path.1, |actor, conn, id| {
        let (org, now) = (actor.organization, actor.cx.now);
        let review = access_review::find(conn, org, id)?;
        let quiet = "letters are the outbox's own record";
        if review.status != Status::Running {
            let word = format!("{} does not run", review.name);
            return Ok((("info", word), Events::none(quiet)));
        }
        if !access_review::remind(conn, org, id, now, now - REMIND_AGAIN)? {
            let word = "Letters went out less than 24 hours ago. Wait a little".to_owned();
            return Ok((("warning", word), Events::none(quiet)));
        }
        notify::step(conn, &actor.cx, org, id)?;
        let word = "Everybody with something to answer gets a reminder".to_owned();
        Ok((("success", word), Events::none(quiet)))
    })
    .await
}
