//! The signed report: a page, the exact bytes that are signed, the signature, the public key and a table.

pub mod csv;
pub mod json;
pub mod key;
pub mod signature;

use actix_web::{HttpResponse, web};
use askama::Template;
use sha2::{Digest, Sha256};

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{Permission, ViewAccess};
use crate::authz::role::CompanyRole;
use crate::common::error::AppError;
use crate::common::html::download;
use crate::common::id::ReviewId;
use crate::common::time::Time;
use crate::common::token::hex;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::models::access_review;
use crate::models::access_review::Review;
use crate::models::access_review::closing;
use crate::models::access_review::report::{ReportEntry, ReviewReport};
use crate::models::access_review::state::ReviewDecision;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::NavTab;

/// Items on the page; the files have all of them.
const SHOWN: usize = 500;

struct DecisionTotal {
    label: &'static str,
    count: i64,
}

#[derive(Template)]
#[template(path = "access_reviews/report.html")]
struct ReportPage {
    layout: Layout,
    tabs: Vec<&'static NavTab>,
    tab: &'static str,
    base: String,
    path: String,
    unit: UnitLabel,
    organization: String,
    review: Review,
    report: ReviewReport,
    totals: Vec<DecisionTotal>,
    items: i64,
    suspended: i64,
    hidden: usize,
    valid: bool,
    sha256: String,
    signature: String,
    key: String,
}
crate::page!(ReportPage);

impl ReportPage {
    fn decision(entry: &ReportEntry) -> ReviewDecision {
        ReviewDecision::parse(&entry.decision).unwrap_or(ReviewDecision::Open)
    }

    fn role(text: &str) -> &'static str {
        CompanyRole::parse(text).map_or("None", CompanyRole::label)
    }

    fn day(&self, text: &str) -> String {
        Time::parse_iso(text).map_or_else(|| text.to_owned(), |at| at.date(self.layout.zone))
    }

    fn load(conn: &mut Conn, actor: &Actor, id: ReviewId) -> Result<Self, AppError> {
        let (text, signature) = signed(conn, actor, id)?;
        let review = access_review::find(conn, actor.organization, id)?;
        let signer = actor.cx.app.keys.signer();
        // A report that cannot be parsed is shown like one whose signature is not valid.
        let mut report = ReviewReport::parse(&text).unwrap_or_else(|| ReviewReport::unreadable(&review.name));
        let total = |key: &str| report.totals.get(key).copied().unwrap_or_default();
        let decisions = ReviewDecision::ALL.iter().map(|decision| DecisionTotal {
            label: decision.label(),
            count: total(decision.as_str()),
        });
        let totals = decisions.filter(|total| total.count > 0).collect();
        let (items, suspended) = (total("assignments"), total("suspended_people"));
        let hidden = report.assignments.len().saturating_sub(SHOWN);
        report.assignments.truncate(SHOWN);
        Ok(Self {
            layout: actor.layout(conn, "access")?,
            tabs: nav::access(actor.permissions),
            tab: "/reviews",
            base: actor.path("/access"),
            path: actor.path(&format!("/access/reviews/{id}")),
            unit: actor.unit,
            organization: actor.organization_name.clone(),
            totals,
            items,
            suspended,
            hidden,
            valid: signer.verifies(text.as_bytes(), &signature),
            sha256: hex(&Sha256::digest(text.as_bytes())),
            signature,
            key: signer.public_key(),
            report,
            review,
        })
    }
}

/// The stored report and its signature. Not found before the review is closed.
fn signed(conn: &mut Conn, actor: &Actor, id: ReviewId) -> Result<(String, String), AppError> {
    if actor.reach::<ViewAccess>() != Reach::Everywhere {
        return Err(actor.refusal(conn, ViewAccess::ID)?);
    }
    let (text, signature) = closing::signed_report(conn, actor.organization, id)?;
    if text.is_empty() {
        return Err(AppError::NotFound);
    }
    Ok((text, signature))
}

/// `GET /organizations/{slug}/access/reviews/{id}/report`
pub async fn show(gate: Gate<ViewAccess>, path: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    let id = ReviewId::parse(&path.1).ok_or(AppError::NotFound)?;
    gate.show(move |actor, conn| ReportPage::load(conn, actor, id)).await
}

/// A part of the report as a file, made of its text and signature.
async fn file(
    gate: Gate<ViewAccess>,
    id: &str,
    extension: &'static str,
    mime: &'static str,
    make: impl FnOnce(&Actor, String, &str) -> Result<Vec<u8>, AppError> + Send + 'static,
) -> Result<HttpResponse, AppError> {
    let id = ReviewId::parse(id).ok_or(AppError::NotFound)?;
    let bytes = gate
        .read(move |actor, conn| {
            let (text, signature) = signed(conn, actor, id)?;
            make(actor, text, &signature)
        })
        .await?;
    Ok(download(&format!("report.{extension}"), mime, bytes))
}
