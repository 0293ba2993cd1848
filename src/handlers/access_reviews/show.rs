//! One review: how far each company is, what can be done with it, and what its end took away.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::{ManageCompanyMembers, Permission, ViewAccess};
use crate::authz::role::CompanyRole;
use crate::common::error::AppError;
use crate::common::html::html;
use crate::common::id::{CompanyId, ReviewId, ReviewItemId};
use crate::common::paging::{Cursor, Page};
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::access_reviews::index;
use crate::handlers::access_reviews::index::Bar;
use crate::handlers::access_reviews::new::deciders;
use crate::models::access_review;
use crate::models::access_review::rules::{Decision, REMIND_AGAIN, Status};
use crate::models::access_review::{Progress, Review, items};
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::Tab;

/// So many companies, and so many lost places, stand on a page.
const PAGE: usize = 50;

/// Where the page begins.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct Query {
    after: String,
    lost: String,
}

struct ReviewCompanyRow {
    name: String,
    href: String,
    decides: bool,
    deciders: String,
    bar: Bar,
}

struct Lost {
    id: String,
    name: String,
    email: String,
    company: String,
    role: &'static str,
    what: String,
    tone: &'static str,
    back: bool,
    restored: Option<String>,
}

#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one thing the reader may do or see"
)]
#[derive(Template)]
#[template(path = "access_reviews/show.html")]
struct ShowPage {
    layout: Layout,
    tabs: Vec<&'static Tab>,
    tab: &'static str,
    base: String,
    path: String,
    unit: UnitLabel,
    review: Review,
    due: String,
    ended: Option<String>,
    may_run: bool,
    may_read: bool,
    may_remind: bool,
    decides: bool,
    bar: Bar,
    rows: Vec<ReviewCompanyRow>,
    previous: Option<String>,
    next: Option<String>,
    lost: Vec<Lost>,
    more_lost: Option<String>,
}

/// `GET /organizations/{slug}/access/reviews/{id}`
pub async fn show(
    gate: Gate<ViewAccess>,
    path: web::Path<(String, String)>,
    query: web::Query<Query>,
) -> Result<HttpResponse, AppError> {
    let id = ReviewId::parse(&path.1).ok_or(AppError::NotFound)?;
    let query = query.into_inner();
    let page = gate.read(move |actor, conn| page(actor, conn, id, &query)).await?;
    html(page)
}

fn page(actor: &Actor, conn: &mut Conn, id: ReviewId, query: &Query) -> Result<ShowPage, AppError> {
    let org = actor.organization;
    let now = actor.cx.now;
    let review = access_review::find(conn, org, id)?;
    let path = actor.path(&format!("/access/reviews/{id}"));
    let within = index::within(actor, conn)?;
    let place = Cursor::parse(&query.after);
    let found = access_review::progress(conn, org, id, within.as_deref(), place.as_ref(), PAGE + 1)?;
    let cut = Page::cut(found, PAGE, place.as_ref(), Progress::key);
    let ids: Vec<CompanyId> = cut.rows.iter().map(|row| row.company).collect();
    let managers = access_review::managers(conn, org, now, &ids)?;
    let mine = if index::decides_everywhere(actor) {
        None
    } else {
        Some(actor.own_companies(conn, ManageCompanyMembers::ID)?)
    };
    let running = review.status == Status::Running;
    let row = |row: Progress| ReviewCompanyRow {
        decides: running && mine.as_ref().is_none_or(|mine| mine.contains(&row.company)),
        deciders: deciders(managers.get(&row.company).map(Vec::as_slice).unwrap_or_default()),
        href: format!("{path}/companies/{}", row.slug),
        bar: Bar::of((row.places, row.open)),
        name: row.name,
    };
    let rows: Vec<ReviewCompanyRow> = cut.rows.into_iter().map(row).collect();
    let may_run = index::may_run(actor);
    let (lost, more_lost) = if may_run && review.status == Status::Closed {
        lost(actor, conn, id, query)?
    } else {
        (Vec::new(), None)
    };
    let ended = match (review.status, review.closed_at) {
        (Status::Closed | Status::Cancelled, Some(at)) => {
            let by = access_review::name_of(conn, review.closed_by.as_deref())?;
            Some(format!(
                "{}{}",
                at.full(),
                by.map(|by| format!(" by {by}")).unwrap_or_default()
            ))
        }
        _ => None,
    };
    let totals = access_review::totals(conn, org, &[id], within.as_deref())?;
    let link = |after: Option<String>| after.map(|after| format!("{path}?after={after}"));
    Ok(ShowPage {
        layout: actor.layout(conn, "access")?,
        tabs: nav::access(actor.permissions),
        tab: "/reviews",
        base: actor.path("/access"),
        unit: actor.unit,
        due: format!("{}, {}", review.due_at.full(), review.due_at.ahead(now)),
        ended,
        may_run,
        may_read: within.is_none() && review.status == Status::Closed,
        may_remind: may_run && running && review.reminded_at.is_none_or(|at| at <= now - REMIND_AGAIN),
        decides: rows.iter().any(|row| row.decides),
        bar: Bar::of(totals.get(&id).copied().unwrap_or_default()),
        rows,
        previous: link(cut.previous),
        next: link(cut.next),
        lost,
        more_lost,
        path,
        review,
    })
}

fn lost(actor: &Actor, conn: &mut Conn, id: ReviewId, query: &Query) -> Result<(Vec<Lost>, Option<String>), AppError> {
    let after = ReviewItemId::parse(&query.lost);
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut found = items::lost(conn, actor.organization, id, None, after, limit)?;
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let next = more
        .then(|| {
            found
                .last()
                .map(|last| actor.path(&format!("/access/reviews/{id}?lost={}#lost", last.id)))
        })
        .flatten();
    let now = actor.cx.now;
    let lost = found.into_iter().map(|lost| Lost {
        id: lost.id.to_string(),
        role: CompanyRole::parse(&lost.kept_role).unwrap_or(lost.began).label(),
        what: match (lost.decision, lost.shut_out) {
            (Decision::Group, false) => "Stays by a group".into(),
            (Decision::Group, true) => "Suspended; a group gives the place".into(),
            (_, true) => "Taken away, suspended".into(),
            _ => "Taken away".into(),
        },
        tone: if lost.shut_out { "danger" } else { "warning" },
        back: lost.restored_at.is_none() && (lost.shut_out || !lost.kept_role.is_empty()),
        restored: lost.restored_at.map(|at| format!("Given back {}", at.ago(now))),
        name: lost.name,
        email: lost.email,
        company: lost.company_name,
    });
    Ok((lost.collect(), next))
}
