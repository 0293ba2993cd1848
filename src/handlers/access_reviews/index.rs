use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::ViewAccess;
use crate::common::error::AppError;
use crate::common::id::ReviewId;
use crate::db::Conn;
use crate::handlers::access_reviews::bar::AnswerBar;
use crate::models::access_review;
use crate::models::access_review::Review;
use crate::models::access_review::progress;
use crate::models::access_review::state::ReviewStatus;
use crate::services::access_reviews::permission;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::NavTab;

/// Reviews on a page.
const PAGE: usize = 20;

struct ReviewRow {
    href: String,
    name: String,
    status: ReviewStatus,
    starter: String,
    started: (String, String),
    due: (String, String),
    bar: AnswerBar,
}

#[derive(Template)]
#[template(path = "access_reviews/index.html")]
struct IndexPage {
    layout: Layout,
    tabs: Vec<&'static NavTab>,
    tab: &'static str,
    base: String,
    may_run: bool,
    /// The review that is not over, which keeps another one from starting: what is said of it, its page and its name.
    open: Option<(String, String, String)>,
    first: bool,
    rows: Vec<ReviewRow>,
    next: Option<String>,
}
crate::page!(IndexPage);

#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct ReviewsQuery {
    after: String,
}

/// `GET /organizations/{slug}/access/reviews`
pub async fn index(gate: Gate<ViewAccess>, query: web::Query<ReviewsQuery>) -> Result<HttpResponse, AppError> {
    let after = ReviewId::parse(&query.after);
    gate.show(move |actor, conn| IndexPage::load(conn, actor, after)).await
}

impl IndexPage {
    fn load(conn: &mut Conn, actor: &Actor, after: Option<ReviewId>) -> Result<Self, AppError> {
        let (org, now) = (actor.organization, actor.cx.now);
        let within = permission::visible_companies(actor, conn)?;
        let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
        let mut reviews = access_review::list(conn, org, after, limit)?;
        let more = reviews.len() > PAGE;
        reviews.truncate(PAGE);
        let ids: Vec<ReviewId> = reviews.iter().map(|review| review.id).collect();
        let totals = progress::totals(conn, org, &ids, within.as_deref())?;
        let row = |review: Review| ReviewRow {
            href: actor.path(&format!("/access/reviews/{}", review.id)),
            status: review.status,
            starter: review.starter,
            started: (review.started_at.iso(), review.started_at.ago(now, actor.zone)),
            due: match review.closed_at {
                Some(at) => (at.iso(), at.ago(now, actor.zone)),
                None => (
                    review.due_at.iso(),
                    review
                        .due_at
                        .and_ahead(review.due_at.date(actor.org_zone), now, actor.org_zone),
                ),
            },
            bar: AnswerBar::new(totals.get(&review.id).copied().unwrap_or_default()),
            name: review.name,
        };
        Ok(Self {
            layout: actor.layout(conn, "access")?,
            tabs: nav::access(actor.permissions),
            tab: "/reviews",
            base: actor.path("/access"),
            may_run: permission::may_manage(actor),
            open: open(conn, actor)?,
            first: after.is_none(),
            rows: reviews.into_iter().map(row).collect(),
            next: more.then(|| ids.last().map(|id| format!("?after={id}"))).flatten(),
        })
    }
}

fn open(conn: &mut Conn, actor: &Actor) -> Result<Option<(String, String, String)>, AppError> {
    let Some(id) = access_review::unfinished(conn, actor.organization)? else {
        return Ok(None);
    };
    let review = access_review::find(conn, actor.organization, id)?;
    let until = match review.status {
        ReviewStatus::Closing => "is closing".to_owned(),
        _ => format!("runs until {}", review.due_at.full(actor.org_zone)),
    };
    let path = actor.path(&format!("/access/reviews/{id}"));
    Ok(Some((format!("{} {until}", review.name), path, review.name)))
}
