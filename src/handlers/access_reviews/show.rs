use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::ViewAccess;
use crate::common::error::AppError;
use crate::common::id::{CompanyId, ReviewId};
use crate::common::paging::{Cursor, Page};
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::access_reviews::bar::{AnswerBar, deciders};
use crate::handlers::access_reviews::outcome::OutcomeCard;
use crate::handlers::access_reviews::removed;
use crate::handlers::access_reviews::removed::RemovedRow;
use crate::models::access_review;
use crate::models::access_review::Review;
use crate::models::access_review::companies;
use crate::models::access_review::outcome;
use crate::models::access_review::progress;
use crate::models::access_review::progress::{CompanyProgress, ItemTotals};
use crate::models::access_review::state::{REMIND_AGAIN, ReviewStatus};
use crate::services::access_reviews::permission;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::NavTab;

/// Companies on a page.
const PAGE: usize = 50;

#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct ReviewQuery {
    after: String,
    /// The last removed item of the page before.
    lost: String,
}

struct ReviewCompanyRow {
    name: String,
    href: String,
    decides: bool,
    deciders: String,
    bar: AnswerBar,
}

#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one thing the reader may do or see"
)]
#[derive(Template)]
#[template(path = "access_reviews/show.html")]
struct ShowPage {
    layout: Layout,
    tabs: Vec<&'static NavTab>,
    tab: &'static str,
    base: String,
    path: String,
    unit: UnitLabel,
    review: Review,
    due: String,
    ended: Option<String>,
    outcome: Option<OutcomeCard>,
    may_run: bool,
    may_read: bool,
    may_remind: bool,
    decides: bool,
    bar: AnswerBar,
    rows: Vec<ReviewCompanyRow>,
    previous: Option<String>,
    next: Option<String>,
    removed: Vec<RemovedRow>,
    more_removed: Option<String>,
}
crate::page!(ShowPage);

/// `GET /organizations/{slug}/access/reviews/{id}`
pub async fn show(
    gate: Gate<ViewAccess>,
    path: web::Path<(String, String)>,
    query: web::Query<ReviewQuery>,
) -> Result<HttpResponse, AppError> {
    let id = ReviewId::parse(&path.1).ok_or(AppError::NotFound)?;
    let query = query.into_inner();
    gate.show(move |actor, conn| ShowPage::load(conn, actor, id, &query))
        .await
}

impl ShowPage {
    fn load(conn: &mut Conn, actor: &Actor, id: ReviewId, query: &ReviewQuery) -> Result<Self, AppError> {
        let (org, now) = (actor.organization, actor.cx.now);
        let review = access_review::find(conn, org, id)?;
        let path = actor.path(&format!("/access/reviews/{id}"));
        let within = permission::visible_companies(actor, conn)?;
        let cursor = Cursor::parse(&query.after);
        let found = progress::companies(conn, org, id, within.as_deref(), cursor.as_ref(), PAGE + 1)?;
        let cut = Page::cut(found, PAGE, cursor.as_ref(), CompanyProgress::key);
        let running = review.status == ReviewStatus::Running;
        let rows = company_rows(conn, actor, cut.rows, &path, running)?;
        let may_run = permission::may_manage(actor);
        let (removed, more_removed) = if may_run && review.status == ReviewStatus::Closed {
            removed::rows(conn, actor, id, &query.lost)?
        } else {
            (Vec::new(), None)
        };
        let ended = ended(conn, actor, &review)?;
        let outcome = match &ended {
            Some(ended) => {
                let numbers = outcome::outcome(conn, org, id, within.as_deref())?;
                let date = if review.closed_by.is_none() {
                    ", its end date"
                } else {
                    ""
                };
                Some(OutcomeCard::of(review.status, &numbers, &format!("{ended}{date}")))
            }
            None => None,
        };
        let totals = progress::totals(conn, org, &[id], within.as_deref())?;
        let link = |after: Option<String>| after.map(|after| format!("{path}?after={after}"));
        Ok(Self {
            layout: actor.layout(conn, "access")?,
            tabs: nav::access(actor.permissions),
            tab: "/reviews",
            base: actor.path("/access"),
            unit: actor.unit,
            due: review
                .due_at
                .and_ahead(review.due_at.full(actor.org_zone), now, actor.org_zone),
            ended,
            outcome,
            may_run,
            may_read: within.is_none() && review.status == ReviewStatus::Closed,
            may_remind: may_run && running && review.reminded_at.is_none_or(|at| at <= now - REMIND_AGAIN),
            decides: rows.iter().any(|row| row.decides),
            bar: AnswerBar::new(totals.get(&id).copied().unwrap_or_default()),
            rows,
            previous: link(cut.previous),
            next: link(cut.next),
            removed,
            more_removed,
            path,
            review,
        })
    }
}

fn company_rows(
    conn: &mut Conn,
    actor: &Actor,
    found: Vec<CompanyProgress>,
    path: &str,
    running: bool,
) -> Result<Vec<ReviewCompanyRow>, AppError> {
    let ids: Vec<CompanyId> = found.iter().map(|company| company.id).collect();
    let managers = companies::managers(conn, actor.organization, actor.cx.now, &ids)?;
    let own = permission::own_companies(actor, conn)?;
    let row = |company: CompanyProgress| ReviewCompanyRow {
        decides: running && own.as_ref().is_none_or(|own| own.contains(&company.id)),
        deciders: deciders(managers.get(&company.id)),
        href: format!("{path}/companies/{}", company.slug),
        bar: AnswerBar::new(ItemTotals {
            items: company.items,
            open: company.open,
        }),
        name: company.name,
    };
    Ok(found.into_iter().map(row).collect())
}

/// When a review ended, and who ended it by hand.
fn ended(conn: &mut Conn, actor: &Actor, review: &Review) -> Result<Option<String>, AppError> {
    let (ReviewStatus::Closed | ReviewStatus::Cancelled, Some(at)) = (review.status, review.closed_at) else {
        return Ok(None);
    };
    let by = access_review::name_of(conn, review.closed_by.as_deref())?;
    let by = by.map(|by| format!(" by {by}")).unwrap_or_default();
    Ok(Some(format!("{}{by}", at.full(actor.zone))))
}
