//! The signed report: a page to read and print, the exact bytes that are signed, the signature, the key, and a table.

use actix_web::{HttpResponse, web};
use askama::Template;
use sha2::{Digest, Sha256};

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{Permission, ViewAccess};
use crate::authz::role::CompanyRole;
use crate::common::csv::Sheet;
use crate::common::error::AppError;
use crate::common::html::{download, html};
use crate::common::id::ReviewId;
use crate::common::token::hex;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::models::access_review;
use crate::models::access_review::Review;
use crate::models::access_review::report::{Entry, Report};
use crate::models::access_review::rules::Decision;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::Tab;

/// So many places stand on the page; the files hold all.
const SHOWN: usize = 500;

struct Total {
    label: &'static str,
    count: i64,
}

#[derive(Template)]
#[template(path = "access_reviews/report.html")]
struct ReportPage {
    layout: Layout,
    tabs: Vec<&'static Tab>,
    tab: &'static str,
    base: String,
    path: String,
    unit: UnitLabel,
    organization: String,
    review: Review,
    report: Report,
    totals: Vec<Total>,
    places: i64,
    suspended: i64,
    hidden: usize,
    holds: bool,
    sha256: String,
    signature: String,
    key: String,
}

impl ReportPage {
    fn decision(entry: &Entry) -> Decision {
        Decision::parse(&entry.decision).unwrap_or(Decision::Open)
    }

    fn role(text: &str) -> &'static str {
        CompanyRole::parse(text).map_or("None", CompanyRole::label)
    }

    fn day(text: &str) -> &str {
        text.split('T').next().unwrap_or(text)
    }
}

/// The stored report with its signature, once there is one.
fn sealed(actor: &Actor, conn: &mut Conn, id: ReviewId) -> Result<(Review, String, String), AppError> {
    // To look at it is no more than to see Access control as a whole, also while the organization is read-only.
    if actor.reach::<ViewAccess>() != Reach::Everywhere {
        return Err(actor.refusal(conn, ViewAccess::ID)?);
    }
    let review = access_review::find(conn, actor.organization, id)?;
    let (text, signature) = access_review::sealed(conn, actor.organization, id)?;
    if text.is_empty() {
        return Err(AppError::NotFound);
    }
    Ok((review, text, signature))
}

/// `GET /organizations/{slug}/access/reviews/{id}/report`
pub async fn page(gate: Gate<ViewAccess>, path: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    let id = ReviewId::parse(&path.1).ok_or(AppError::NotFound)?;
    let page = gate
        .read(move |actor, conn| {
            let (review, text, signature) = sealed(actor, conn, id)?;
            let signer = actor.cx.app.keys.signer();
            // A report that cannot be read is told like one whose signature does not hold.
            let mut report = Report::read(&text).unwrap_or_else(|| Report::unreadable(&review.name));
            let total = |key: &str| report.totals.get(key).copied().unwrap_or_default();
            let totals = Decision::ALL
                .iter()
                .map(|decision| Total {
                    label: decision.label(),
                    count: total(decision.as_str()),
                })
                .filter(|total| total.count > 0)
                .collect();
            let (places, suspended) = (total("places"), total("suspended_people"));
            let hidden = report.places.len().saturating_sub(SHOWN);
            report.places.truncate(SHOWN);
            Ok(ReportPage {
                layout: actor.layout(conn, "access")?,
                tabs: nav::access(actor.permissions),
                tab: "/reviews",
                base: actor.path("/access"),
                path: actor.path(&format!("/access/reviews/{id}")),
                unit: actor.unit,
                organization: actor.organization_name.clone(),
                totals,
                places,
                suspended,
                hidden,
                holds: signer.verifies(text.as_bytes(), &signature),
                sha256: hex(&Sha256::digest(text.as_bytes())),
                signature,
                key: signer.public_key(),
                report,
                review,
            })
        })
        .await?;
    html(page)
}

/// A part of the report as a file.
async fn file(
    gate: Gate<ViewAccess>,
    id: &str,
    ending: &'static str,
    mime: &'static str,
    make: impl FnOnce(&Actor, String, &str) -> Result<Vec<u8>, AppError> + Send + 'static,
) -> Result<HttpResponse, AppError> {
    let id = ReviewId::parse(id).ok_or(AppError::NotFound)?;
    let bytes = gate
        .read(move |actor, conn| {
            let (_, text, signature) = sealed(actor, conn, id)?;
            make(actor, text, &signature)
        })
        .await?;
    Ok(download(&format!("report.{ending}"), mime, bytes))
}

/// `GET /organizations/{slug}/access/reviews/{id}/report.json`: the bytes that are signed.
pub async fn json(gate: Gate<ViewAccess>, path: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    file(gate, &path.1, "json", "application/json", |_, text, _| {
        Ok(text.into_bytes())
    })
    .await
}

/// `GET /organizations/{slug}/access/reviews/{id}/report.sig`: the signature, 64 bytes.
pub async fn signature(gate: Gate<ViewAccess>, path: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    file(gate, &path.1, "sig", "application/octet-stream", |_, _, signature| {
        let pairs = signature.as_bytes().chunks(2).map(|pair| {
            let text = std::str::from_utf8(pair).map_err(AppError::internal)?;
            u8::from_str_radix(text, 16).map_err(AppError::internal)
        });
        pairs.collect()
    })
    .await
}

/// `GET /organizations/{slug}/access/reviews/{id}/report.pem`: the instance's public key.
pub async fn key(gate: Gate<ViewAccess>, path: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    file(gate, &path.1, "pem", "application/x-pem-file", |actor, _, _| {
        Ok(actor.cx.app.keys.signer().public_pem().into_bytes())
    })
    .await
}

/// `GET /organizations/{slug}/access/reviews/{id}/report.csv`: the places as a table.
pub async fn sheet(gate: Gate<ViewAccess>, path: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    file(gate, &path.1, "csv", "text/csv; charset=utf-8", |_, text, _| {
        let report = Report::read(&text).ok_or(AppError::NotFound)?;
        let mut sheet = Sheet::new(&[
            "company",
            "person",
            "email",
            "role_before",
            "decision",
            "role_after",
            "decided_by",
            "decided_at",
            "note",
            "suspended",
        ]);
        for place in &report.places {
            sheet.row([
                place.company.as_str(),
                &place.person,
                &place.email,
                &place.before,
                &place.decision,
                &place.after,
                place.decided_by.as_deref().unwrap_or_default(),
                place.decided_at.as_deref().unwrap_or_default(),
                &place.note,
                if place.suspended { "yes" } else { "" },
            ]);
        }
        Ok(sheet.into_bytes())
    })
    .await
}
