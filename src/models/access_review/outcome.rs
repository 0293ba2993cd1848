//! What the end of a review did to its items, in numbers.

use diesel::dsl::{count, count_star};
use diesel::prelude::*;

use crate::common::id::{CompanyId, ReviewId};
use crate::db::Conn;
use crate::db::schema::access_review_items;
use crate::db::types::org_id::OrgId;
use crate::models::access_review::state::ReviewDecision;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReviewOutcome {
    pub kept: i64,
    pub changed: i64,
    /// Removed by an answer.
    pub removed: i64,
    /// No answer: removed at the end.
    pub unconfirmed: i64,
    /// No answer: a group keeps the role.
    pub group: i64,
    /// No answer: removed before the end.
    pub gone: i64,
    /// No answer, and nothing was done, since the review was cancelled.
    pub open: i64,
    /// Members left with no access.
    pub suspended: i64,
}

impl ReviewOutcome {
    pub fn unanswered(&self) -> i64 {
        self.unconfirmed + self.group + self.gone + self.open
    }
}

/// The outcome in all companies, or within some.
pub fn outcome(
    conn: &mut Conn,
    org: OrgId,
    review: ReviewId,
    within: Option<&[CompanyId]>,
) -> QueryResult<ReviewOutcome> {
    let mut counts = access_review_items::table
        .filter(access_review_items::organization_id.eq(org))
        .filter(access_review_items::review_id.eq(review))
        .group_by(access_review_items::decision)
        .select((access_review_items::decision, count_star()))
        .into_boxed();
    let mut suspended = access_review_items::table
        .filter(access_review_items::organization_id.eq(org))
        .filter(access_review_items::review_id.eq(review))
        .filter(access_review_items::suspended.eq(true))
        .select(count(access_review_items::membership_id).aggregate_distinct())
        .into_boxed();
    if let Some(within) = within {
        counts = counts.filter(access_review_items::company_id.eq_any(within));
        suspended = suspended.filter(access_review_items::company_id.eq_any(within));
    }
    let counts: Vec<(ReviewDecision, i64)> = counts.load(conn)?;
    let mut outcome = ReviewOutcome {
        suspended: suspended.first(conn)?,
        ..ReviewOutcome::default()
    };
    for (decision, count) in counts {
        *match decision {
            ReviewDecision::Keep => &mut outcome.kept,
            ReviewDecision::Change => &mut outcome.changed,
            ReviewDecision::Remove => &mut outcome.removed,
            ReviewDecision::Unconfirmed => &mut outcome.unconfirmed,
            ReviewDecision::Group => &mut outcome.group,
            ReviewDecision::Gone => &mut outcome.gone,
            ReviewDecision::Open => &mut outcome.open,
        } = count;
    }
    Ok(outcome)
}
