//! The list of what the closing of a review removed.

use crate::auth::actor::Actor;
use crate::authz::role::CompanyRole;
use crate::common::error::AppError;
use crate::common::id::{ReviewId, ReviewItemId};
use crate::db::Conn;
use crate::models::access_review::removed;
use crate::models::access_review::removed::{RemovedFilter, RemovedItem};
use crate::models::access_review::state::ReviewDecision;

/// Items on a page.
const PAGE: usize = 50;

pub struct RemovedRow {
    pub id: String,
    pub name: String,
    pub email: String,
    pub company: String,
    pub role: &'static str,
    pub result: &'static str,
    pub tone: &'static str,
    pub restorable: bool,
    pub restored: Option<String>,
}

/// A page of rows after the item `after`, and the link to the next page.
pub fn rows(
    conn: &mut Conn,
    actor: &Actor,
    id: ReviewId,
    after: &str,
) -> Result<(Vec<RemovedRow>, Option<String>), AppError> {
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let filter = RemovedFilter::After(ReviewItemId::parse(after), limit);
    let mut found = removed::list(conn, actor.organization, id, filter)?;
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let last = found.last().filter(|_| more);
    let next = last.map(|last| actor.path(&format!("/access/reviews/{id}?lost={}#lost", last.id)));
    let now = actor.cx.now;
    let row = |item: RemovedItem| RemovedRow {
        id: item.id.to_string(),
        role: CompanyRole::parse(&item.removed_role)
            .unwrap_or(item.reviewed_role)
            .label(),
        result: match (item.decision, item.suspended) {
            (ReviewDecision::Group, false) => "Kept through a group",
            (ReviewDecision::Group, true) => "Suspended; kept through a group",
            (_, true) => "Removed and suspended",
            _ => "Removed",
        },
        tone: if item.suspended { "danger" } else { "warning" },
        restorable: item.restored_at.is_none() && (item.suspended || !item.removed_role.is_empty()),
        restored: item
            .restored_at
            .map(|at| format!("Restored {}", at.ago(now, actor.zone))),
        name: item.name,
        email: item.email,
        company: item.company_name,
    };
    Ok((found.into_iter().map(row).collect(), next))
}
