//! The list of reviews.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{ManageCompanyMembers, Permission, RemoveMembers, ViewAccess};
use crate::common::error::AppError;
use crate::common::html::html;
use crate::common::id::{CompanyId, ReviewId};
use crate::db::Conn;
use crate::models::access_review;
use crate::models::access_review::Review;
use crate::models::access_review::rules;
use crate::models::access_review::rules::Status;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::Tab;

/// So many reviews stand on a page.
const PAGE: usize = 20;

/// Whether somebody may begin, remind, close, cancel and restore: what a review does at its end is to take places away
/// and to suspend people, so it needs that right in the whole organization, and to see what it covers.
pub fn may_run(actor: &Actor) -> bool {
    actor.reach::<RemoveMembers>() == Reach::Everywhere && actor.reach::<ViewAccess>() == Reach::Everywhere
}

/// The same, or the refusal.
pub fn must_run(actor: &Actor, conn: &mut Conn) -> Result<(), AppError> {
    if may_run(actor) {
        Ok(())
    } else {
        Err(actor.refusal(conn, RemoveMembers::ID)?)
    }
}

/// The companies whose progress somebody sees; `None`: all.
pub fn within(actor: &Actor, conn: &mut Conn) -> Result<Option<Vec<CompanyId>>, AppError> {
    Ok(match actor.reach::<ViewAccess>() {
        Reach::Everywhere => None,
        _ => Some(actor.own_companies(conn, ViewAccess::ID)?),
    })
}

/// Whether somebody decides in every company.
pub fn decides_everywhere(actor: &Actor) -> bool {
    actor.reach::<ManageCompanyMembers>() == Reach::Everywhere
}

/// How far something is, for a bar.
#[derive(Debug, Clone, Copy)]
pub struct Bar {
    /// All places.
    pub places: i64,
    pub answered: i64,
    /// Percent.
    pub percent: i64,
}

impl Bar {
    /// Out of all and open ones.
    pub fn of((places, open): (i64, i64)) -> Self {
        Self {
            places,
            answered: places - open,
            percent: rules::percent(places, open),
        }
    }

    /// "12 of 15 answered".
    pub fn words(&self) -> String {
        if self.places == 0 {
            "Nothing to answer".into()
        } else {
            format!(
                "{} of {} answered",
                crate::common::html::number(&self.answered),
                crate::common::html::number(&self.places)
            )
        }
    }
}

struct ReviewRow {
    href: String,
    name: String,
    status: Status,
    starter: String,
    started: (String, String),
    due: (String, String),
    bar: Bar,
}

#[derive(Template)]
#[template(path = "access_reviews/index.html")]
struct IndexPage {
    layout: Layout,
    tabs: Vec<&'static Tab>,
    tab: &'static str,
    base: String,
    may_run: bool,
    open: bool,
    first: bool,
    rows: Vec<ReviewRow>,
    next: Option<String>,
}

/// Where the page begins.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct Query {
    after: String,
}

/// `GET /organizations/{slug}/access/reviews`
pub async fn index(gate: Gate<ViewAccess>, query: web::Query<Query>) -> Result<HttpResponse, AppError> {
    let after = ReviewId::parse(&query.after);
    let page = gate.read(move |actor, conn| page(actor, conn, after)).await?;
    html(page)
}

fn page(actor: &Actor, conn: &mut Conn, after: Option<ReviewId>) -> Result<IndexPage, AppError> {
    let org = actor.organization;
    let within = within(actor, conn)?;
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut reviews = access_review::list(conn, org, after, limit)?;
    let more = reviews.len() > PAGE;
    reviews.truncate(PAGE);
    let ids: Vec<ReviewId> = reviews.iter().map(|review| review.id).collect();
    let totals = access_review::totals(conn, org, &ids, within.as_deref())?;
    let next = more.then(|| ids.last().map(|id| format!("?after={id}"))).flatten();
    let now = actor.cx.now;
    let row = |review: Review| ReviewRow {
        href: actor.path(&format!("/access/reviews/{}", review.id)),
        status: review.status,
        starter: review.starter,
        started: (review.started_at.iso(), review.started_at.ago(now)),
        due: match review.closed_at {
            Some(at) => (at.iso(), at.ago(now)),
            None => (
                review.due_at.iso(),
                format!("{}, {}", review.due_at.date(), review.due_at.ahead(now)),
            ),
        },
        bar: Bar::of(totals.get(&review.id).copied().unwrap_or_default()),
        name: review.name,
    };
    Ok(IndexPage {
        layout: actor.layout(conn, "access")?,
        tabs: nav::access(actor.permissions),
        tab: "/reviews",
        base: actor.path("/access"),
        may_run: may_run(actor),
        open: access_review::open(conn, org)?.is_some(),
        first: after.is_none(),
        rows: reviews.into_iter().map(row).collect(),
        next,
    })
}
