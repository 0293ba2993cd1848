//! What waits for the reader's decision: the numbers in the navigation and the first items of the overview.

use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{DecideRequests, Permission};
use crate::common::error::AppError;
use crate::common::id::ReviewId;
use crate::db::Conn;
use crate::models::access_review::progress;
use crate::services::access_reviews::permission;
use crate::web::around::WaitingRow;
use crate::web::queries;

/// The open answers of a running review that the reader gives.
#[derive(Debug, Clone)]
pub struct WaitingReview {
    pub id: ReviewId,
    /// Assignments without an answer.
    pub open: i64,
}

#[derive(Debug, Clone, Default)]
pub struct Waiting {
    /// Access requests.
    pub requests: i64,
    /// Requests to join by a link.
    pub joins: i64,
    /// Changes that need the reader's approval.
    pub approvals: i64,
    pub review: Option<WaitingReview>,
}

impl Waiting {
    /// Of what waits in the organization, what waits for the actor.
    pub fn of(conn: &mut Conn, actor: &Actor, found: &WaitingRow) -> Result<Self, AppError> {
        // An operator decides nothing in a support session.
        if actor.support.is_some() {
            return Ok(Self::default());
        }
        let org = actor.organization;
        let (requests, joins) = match actor.reach::<DecideRequests>() {
            Reach::Everywhere => (found.requests, found.joins),
            Reach::OwnCompanies if found.requests > 0 => {
                let own = actor.own_companies(conn, DecideRequests::ID)?;
                (queries::open_requests_of(conn, org, &own)?, 0)
            }
            _ => (0, 0),
        };
        let review = match found.review {
            Some(id) => review(conn, actor, id, found.review_open)?,
            None => None,
        };
        Ok(Self {
            requests,
            joins,
            approvals: found.approvals,
            review,
        })
    }

    /// The number at a tab of Access control.
    pub fn at_access(&self, tab: &str) -> i64 {
        match tab {
            "/requests" => self.requests,
            "/reviews" => self.review.as_ref().map_or(0, |review| review.open),
            _ => 0,
        }
    }

    /// The number at Access control itself.
    pub fn access(&self) -> i64 {
        self.requests + self.at_access("/reviews")
    }

    /// The number at a tab of Settings, and at Settings itself.
    pub fn at_settings(&self, tab: &str) -> i64 {
        if tab == "onboarding" { self.joins } else { 0 }
    }
}

/// `everywhere` is how many assignments have no answer in all companies.
fn review(conn: &mut Conn, actor: &Actor, id: ReviewId, everywhere: i64) -> Result<Option<WaitingReview>, AppError> {
    let open = match permission::own_companies(actor, conn)? {
        None => everywhere,
        Some(own) if own.is_empty() => 0,
        Some(own) => {
            let totals = progress::totals(conn, actor.organization, &[id], Some(&own))?;
            totals.get(&id).map_or(0, |total| total.open)
        }
    };
    Ok((open > 0).then_some(WaitingReview { id, open }))
}
