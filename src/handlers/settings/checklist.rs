//! The security checklist: what to review regularly, and when someone did.

use actix_web::HttpResponse;
use askama::Template;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::ManageSecurity;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::handlers::settings::check::{SecurityCheck, score};
use crate::handlers::settings::checks;
use crate::models::settings_review;
use crate::models::settings_review::SettingsReview;
use crate::services::organizations::settings_review as reviews;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::NavTab;

/// How many earlier reviews are listed.
const LISTED: i64 = 5;

struct ReviewLine {
    by: String,
    email: String,
    at: (String, String),
    result: String,
}

#[derive(Template)]
#[template(path = "settings/checklist.html")]
struct ChecklistPage {
    layout: Layout,
    tabs: Vec<&'static NavTab>,
    tab: &'static str,
    path: String,
    organization: String,
    checks: Vec<SecurityCheck>,
    /// When the next review is due, and whether that is over.
    due: (String, String),
    overdue: bool,
    read_only: bool,
    reviews: Vec<ReviewLine>,
}

crate::page!(ChecklistPage);

impl ChecklistPage {
    fn passed(&self) -> i32 {
        score(&self.checks).0
    }

    /// How many checks could be made.
    fn measured(&self) -> i32 {
        score(&self.checks).1
    }

    /// The share of passed checks.
    fn percent(&self) -> i32 {
        self.passed() * 100 / self.measured().max(1)
    }
}

/// `GET /organizations/{slug}/settings/checklist`
pub async fn show(gate: Gate<ManageSecurity>) -> Result<HttpResponse, AppError> {
    gate.show(load).await
}

fn load(actor: &Actor, conn: &mut Conn) -> Result<ChecklistPage, AppError> {
    let due = settings_review::due_at(conn, actor.organization)?;
    let line = |review: SettingsReview| ReviewLine {
        at: (review.at.iso(), review.at.full(actor.zone)),
        result: format!("{} of {} checks passed", review.passed, review.checks),
        by: review.by,
        email: review.email,
    };
    let reviews = settings_review::latest(conn, actor.organization, LISTED)?;
    Ok(ChecklistPage {
        layout: actor.layout(conn, "settings")?,
        tabs: nav::settings(actor.permissions),
        tab: "checklist",
        path: actor.path("/settings"),
        organization: actor.organization_name.clone(),
        checks: checks::run(conn, actor)?,
        overdue: due <= actor.cx.now,
        due: (due.iso(), due.date(actor.zone)),
        read_only: actor.delete_after.is_some(),
        reviews: reviews.into_iter().map(line).collect(),
    })
}

/// `POST /organizations/{slug}/settings/checklist`: records that the checks were reviewed.
pub async fn create(gate: Gate<ManageSecurity>) -> Result<HttpResponse, AppError> {
    let path = gate
        .write(|actor, conn| {
            let (passed, measured) = score(&checks::run(conn, actor)?);
            let ((), events) = reviews::record(conn, actor, passed, measured)?;
            Ok((actor.path("/settings/checklist"), events))
        })
        .await?;
    Ok(gate.done("Review recorded. The next one is due in 90 days", &path))
}
