//! Deciding on the people of one company: keep, another role, or no place. Many rows in one form, all or nothing.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::audit::Events;
use crate::auth::CompanyGate;
use crate::auth::actor::Actor;
use crate::auth::company::Company;
use crate::authz::permission::ManageCompanyMembers;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::html::{html, query_value, refused, see_other};
use crate::common::id::{ReviewId, ReviewItemId};
use crate::common::paging::{Cursor, Page};
use crate::db::Conn;
use crate::handlers::access_reviews::answers;
use crate::handlers::access_reviews::answers::{Answer, RowErrors};
use crate::handlers::access_reviews::index::Bar;
use crate::models::access_review;
use crate::models::access_review::Review;
use crate::models::access_review::items;
use crate::models::access_review::items::{Line, Which};
use crate::models::access_review::rules::{Status, Wish};
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::Tab;

/// So many people stand on a page.
const PAGE: usize = 50;
/// So many rows are taken at once.
const MOST: usize = 200;

/// Where the page begins.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct Query {
    after: String,
}

struct DecisionOption {
    value: &'static str,
    words: String,
    chosen: bool,
}

struct ReviewItemRow {
    id: String,
    name: String,
    email: String,
    began: &'static str,
    /// What it is now, when that is something else.
    now: Option<String>,
    choices: Vec<DecisionOption>,
    /// Why nothing can be chosen.
    closed: Option<String>,
    note: String,
    seen: String,
    decided: Option<String>,
    tone: &'static str,
    error: Option<String>,
}

#[derive(Template)]
#[template(path = "access_reviews/decide.html")]
struct DecidePage {
    layout: Layout,
    tabs: Vec<&'static Tab>,
    tab: &'static str,
    base: String,
    back: String,
    path: String,
    company: String,
    review: Review,
    due: String,
    running: bool,
    bar: Bar,
    rows: Vec<ReviewItemRow>,
    after: String,
    previous: Option<String>,
    next: Option<String>,
    failed: bool,
}

/// `GET /organizations/{slug}/access/reviews/{id}/companies/{company}`
pub async fn page(
    gate: CompanyGate<ManageCompanyMembers>,
    path: web::Path<(String, String, String)>,
    query: web::Query<Query>,
) -> Result<HttpResponse, AppError> {
    let id = ReviewId::parse(&path.1).ok_or(AppError::NotFound)?;
    let after = query.into_inner().after;
    let page = gate
        .read(move |actor, company, conn| show(actor, company, conn, id, after, &[], &RowErrors::new()))
        .await?;
    html(page)
}

fn show(
    actor: &Actor,
    company: &Company,
    conn: &mut Conn,
    id: ReviewId,
    after: String,
    typed: &[Answer],
    errors: &RowErrors,
) -> Result<DecidePage, AppError> {
    let org = actor.organization;
    let review = access_review::find(conn, org, id)?;
    let only = [company.id];
    let progress = access_review::progress(conn, org, id, Some(&only), None, 1)?
        .pop()
        .ok_or(AppError::NotFound)?;
    let place = Cursor::parse(&after);
    let lines = items::lines(conn, org, id, company.id, Which::Page(place.as_ref(), PAGE + 1))?;
    let cut = Page::cut(lines, PAGE, place.as_ref(), Line::key);
    let deciders: Vec<&str> = cut.rows.iter().filter_map(|line| line.decided_by.as_deref()).collect();
    let names = items::names(conn, &deciders)?;
    let running = review.status == Status::Running;
    let path = actor.path(&format!("/access/reviews/{id}/companies/{}", company.slug));
    let rows = cut
        .rows
        .iter()
        .map(|line| row(actor, company, line, &names, running, typed, errors));
    let link = |after: Option<String>| after.map(|after| format!("{path}?after={after}"));
    Ok(DecidePage {
        layout: actor.layout(conn, "access")?,
        tabs: nav::access(actor.permissions),
        tab: "/reviews",
        base: actor.path("/access"),
        back: actor.path(&format!("/access/reviews/{id}")),
        company: company.name.clone(),
        due: format!("{}, {}", review.due_at.full(), review.due_at.ahead(actor.cx.now)),
        running,
        bar: Bar::of((progress.places, progress.open)),
        rows: rows.collect(),
        after,
        previous: link(cut.previous),
        next: link(cut.next),
        failed: !errors.is_empty(),
        review,
        path,
    })
}

fn row(
    actor: &Actor,
    company: &Company,
    line: &Line,
    names: &HashMap<String, String>,
    running: bool,
    typed: &[Answer],
    errors: &RowErrors,
) -> ReviewItemRow {
    let offered = if running {
        answers::offered(actor, company, line)
    } else {
        Err("The review is over".into())
    };
    let answer = typed.iter().find(|answer| answer.item == line.id);
    let wished = match answer {
        Some(answer) => Wish::parse(&answer.wish),
        None => line.wished(),
    };
    let kept = line.stand().kept();
    let now = match line.present {
        None => Some("No longer here".to_owned()),
        Some(role) if role != line.began => Some(format!("{} now", role.label())),
        Some(_) if line.direct.is_none() => Some("By a group".to_owned()),
        Some(_) => None,
    };
    let by = line.decided_by.as_ref().and_then(|by| names.get(by));
    let decided = line.decided_at.map(|at| {
        let by = by.map(|by| format!(" by {by}")).unwrap_or_default();
        format!("{}{by}, {}", line.decision.label(), at.ago(actor.cx.now))
    });
    let (choices, closed) = match offered {
        Ok(all) => (all, None),
        Err(why) => (Vec::new(), Some(why)),
    };
    let one = actor.unit.one();
    ReviewItemRow {
        id: line.id.to_string(),
        name: line.name.clone(),
        email: line.email.clone(),
        began: line.began.label(),
        now,
        choices: choices
            .into_iter()
            .map(|wish| DecisionOption {
                value: wish.value(),
                words: if wish == Wish::Role(kept) && line.present.is_none() {
                    format!("Give back as {}", kept.label())
                } else {
                    answers::words(line, wish, one)
                },
                chosen: wished == Some(wish),
            })
            .collect(),
        closed,
        note: answer.map_or_else(|| line.note.clone(), |answer| answer.note.clone()),
        // A refused form shows what is now, so that sending it again is meant.
        seen: line.seen(),
        decided,
        tone: line.decision.tone(),
        error: errors
            .iter()
            .find(|(id, _)| *id == line.id)
            .map(|(_, sentence)| sentence.clone()),
    }
}

enum Answered {
    Done(usize),
    Over,
    Refused(RowErrors),
}

/// `POST /organizations/{slug}/access/reviews/{id}/companies/{company}`
pub async fn decide(
    gate: CompanyGate<ManageCompanyMembers>,
    path: web::Path<(String, String, String)>,
    fields: Fields,
) -> Result<HttpResponse, AppError> {
    let (slug, id, company) = path.into_inner();
    let id = ReviewId::parse(&id).ok_or(AppError::NotFound)?;
    let after = fields.get("after").to_owned();
    let keep_all = fields.get("bulk") == "keep";
    let typed = typed(&fields)?;
    let given = typed.clone();
    let answered = gate
        .write(move |actor, company, conn| answer(actor, company, conn, id, given, keep_all))
        .await?;
    match answered {
        Answered::Done(0) => gate.tell("info", "Nothing was changed"),
        Answered::Done(1) => gate.tell("success", "1 answer saved"),
        Answered::Done(n) => gate.tell("success", format!("{n} answers saved")),
        Answered::Over => gate.tell("danger", "The review is over. Nothing was changed"),
        Answered::Refused(errors) => {
            let page = gate
                .read(move |actor, company, conn| show(actor, company, conn, id, after, &typed, &errors))
                .await?;
            return refused(page);
        }
    }
    let mut to = format!("/organizations/{slug}/access/reviews/{id}/companies/{company}");
    if !after.is_empty() {
        to = format!("{to}?after={}", query_value(&after));
    }
    Ok(see_other(gate.fragment(), &to))
}

/// The rows as they came. A row that is none is somebody else's.
fn typed(fields: &Fields) -> Result<Vec<Answer>, AppError> {
    let mut rows: Vec<Answer> = Vec::new();
    for text in fields.all("item") {
        let item = ReviewItemId::parse(text).ok_or(AppError::NotFound)?;
        let of = |name: &str| fields.get(&format!("{name}-{text}")).to_owned();
        if rows.iter().all(|row| row.item != item) {
            rows.push(Answer {
                item,
                wish: of("decision"),
                note: of("note"),
                seen: of("seen"),
            });
        }
    }
    if rows.len() > MOST {
        return Err(AppError::Unreadable(format!("Send at most {MOST} answers at once.")));
    }
    Ok(rows)
}

fn answer(
    actor: &Actor,
    company: &Company,
    conn: &mut Conn,
    id: ReviewId,
    mut rows: Vec<Answer>,
    keep_all: bool,
) -> Result<(Answered, Events), AppError> {
    let org = actor.organization;
    let review = access_review::find(conn, org, id)?;
    let items: Vec<ReviewItemId> = rows.iter().map(|row| row.item).collect();
    let over = (Answered::Over, Events::none("it is over"));
    // The row is taken, so that the closing waits for this and this for the closing.
    if review.due_at < actor.cx.now || !access_review::lock_row(conn, org, id, Status::Running)? {
        return Ok(over);
    }
    let lines = items::lines(conn, org, id, company.id, Which::These(&items))?;
    if lines.len() != items.len() {
        return Err(AppError::NotFound);
    }
    if keep_all {
        for row in rows.iter_mut().filter(|row| row.wish.is_empty()) {
            let line = lines.iter().find(|line| line.id == row.item && line.wished().is_none());
            let keep = line.map(|line| Wish::Role(line.stand().kept()));
            if let (Some(line), Some(keep)) = (line, keep)
                && answers::offered(actor, company, line).is_ok_and(|wishes| wishes.contains(&keep))
                && line.present.is_some()
            {
                keep.value().clone_into(&mut row.wish);
            }
        }
    }
    Ok(
        match answers::carry_out(conn, actor, company, &review, &lines, &rows)? {
            Ok((tally, events)) => (Answered::Done(tally.len()), events),
            Err(errors) => (Answered::Refused(errors), Events::none("refused")),
        },
    )
}
