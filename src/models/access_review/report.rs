//! The report of a review: JSON without spaces, keys in byte order, signed as it is.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::common::error::AppError;
use crate::common::id::{ReviewId, ReviewItemId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{access_review_items, companies, memberships, users};
use crate::db::types::org_id::OrgId;
use crate::models::access_review;
use crate::models::access_review::state::ReviewDecision;

/// The version of the format, which every report states.
pub const FORMAT: &str = "tenantry.access-review.1";

/// The number of items that are read at a time.
const PAGE: i64 = 1000;

/// One item of the report. The fields are written in the order of their names.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReportEntry {
    /// The role after the review; empty for none.
    pub after: String,
    /// The role when the review started.
    pub before: String,
    pub company: String,
    pub company_id: String,
    pub decided_at: Option<String>,
    pub decided_by: Option<String>,
    pub decision: String,
    pub email: String,
    pub member_id: String,
    pub note: String,
    pub person: String,
    /// Whether the member was left with no access and suspended.
    pub suspended: bool,
}

/// The review itself, as the report states it.
#[derive(Debug, Clone, Deserialize)]
pub struct ReviewSummary {
    pub closed_at: String,
    /// `None` when the review closed on its end date.
    pub closed_by: Option<String>,
    pub due_at: String,
    pub name: String,
    pub started_at: String,
    pub started_by: String,
}

#[derive(Debug, Clone, Deserialize)]
pub struct ReviewReport {
    /// By company and person.
    pub assignments: Vec<ReportEntry>,
    pub review: ReviewSummary,
    /// The number of items by decision.
    pub totals: BTreeMap<String, i64>,
}

impl ReviewReport {
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// Replaces a stored report that cannot be parsed.
    pub fn unreadable(name: &str) -> Self {
        let unreadable = || "unreadable".to_owned();
        Self {
            assignments: Vec::new(),
            review: ReviewSummary {
                closed_at: unreadable(),
                closed_by: None,
                due_at: unreadable(),
                name: name.to_owned(),
                started_at: unreadable(),
                started_by: unreadable(),
            },
            totals: BTreeMap::new(),
        }
    }
}

#[derive(Queryable)]
struct ReportRow {
    id: ReviewItemId,
    member: String,
    person: String,
    email: String,
    company_id: String,
    company: String,
    decision: ReviewDecision,
    before: String,
    after: String,
    note: String,
    decided_by: Option<String>,
    decided_at: Option<Time>,
    suspended: bool,
}

impl ReportRow {
    fn entry(&self, names: &HashMap<String, String>) -> ReportEntry {
        ReportEntry {
            after: self.after.clone(),
            before: self.before.clone(),
            company: self.company.clone(),
            company_id: self.company_id.clone(),
            decided_at: self.decided_at.map(Time::iso),
            decided_by: self.decided_by.as_ref().and_then(|by| names.get(by)).cloned(),
            decision: self.decision.as_str().to_owned(),
            email: self.email.clone(),
            member_id: self.member.clone(),
            note: self.note.clone(),
            person: self.person.clone(),
            suspended: self.suspended,
        }
    }
}

/// Writes the report of a review that is closing and has no open items: nothing of it changes anymore.
pub fn build(conn: &mut Conn, org: OrgId, id: ReviewId, closed_at: Time) -> Result<String, AppError> {
    let review = access_review::find(conn, org, id)?;
    let heading = access_review::heading(conn, org)?;
    let mut totals: BTreeMap<&str, i64> = ReviewDecision::ALL
        .iter()
        .map(|decision| (decision.as_str(), 0))
        .collect();
    let mut entries: Vec<String> = Vec::new();
    let mut suspended = BTreeSet::new();
    let mut after: Option<ReviewItemId> = None;
    loop {
        let rows = page(conn, org, id, after)?;
        let deciders: Vec<&str> = rows.iter().filter_map(|row| row.decided_by.as_deref()).collect();
        let names = access_review::names_of(conn, &deciders)?;
        for row in &rows {
            *totals.entry(row.decision.as_str()).or_default() += 1;
            if row.suspended {
                suspended.insert(row.member.clone());
            }
            entries.push(serde_json::to_string(&row.entry(&names)).map_err(AppError::internal)?);
        }
        match rows.last() {
            Some(row) if rows.len() == usize::try_from(PAGE).unwrap_or(usize::MAX) => after = Some(row.id),
            _ => break,
        }
    }
    let closed_by = access_review::name_of(conn, review.closed_by.as_deref())?;
    let mut totals = json!(totals);
    totals["assignments"] = entries.len().into();
    totals["suspended_people"] = suspended.len().into();
    let organization = json!({ "name": heading.name, "slug": heading.slug });
    let summary = json!({
        "closed_at": closed_at.iso(),
        "closed_by": closed_by,
        "due_at": review.due_at.iso(),
        "id": review.id.as_str(),
        "name": review.name,
        "started_at": review.started_at.iso(),
        "started_by": review.starter,
    });
    Ok(format!(
        "{{\"assignments\":[{}],\"format\":\"{FORMAT}\",\"organization\":{organization},\"review\":{summary},\"totals\":{totals}}}",
        entries.join(",")
    ))
}

fn page(conn: &mut Conn, org: OrgId, id: ReviewId, after: Option<ReviewItemId>) -> QueryResult<Vec<ReportRow>> {
    let mut query = access_review_items::table
        .inner_join(
            memberships::table.on(memberships::organization_id
                .eq(access_review_items::organization_id)
                .and(memberships::id.eq(access_review_items::membership_id))),
        )
        .inner_join(users::table.on(users::id.eq(memberships::user_id)))
        .inner_join(
            companies::table.on(companies::organization_id
                .eq(access_review_items::organization_id)
                .and(companies::id.eq(access_review_items::company_id))),
        )
        .filter(access_review_items::organization_id.eq(org))
        .filter(access_review_items::review_id.eq(id))
        // Items were collected company by company, so their ids sort by company.
        .order(access_review_items::id)
        .limit(PAGE)
        .select((
            access_review_items::id,
            access_review_items::membership_id,
            users::name,
            users::email,
            companies::id,
            companies::name,
            access_review_items::decision,
            access_review_items::role,
            access_review_items::new_role,
            access_review_items::note,
            access_review_items::decided_by,
            access_review_items::decided_at,
            access_review_items::suspended,
        ))
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(access_review_items::id.gt(after));
    }
    query.load(conn)
}
