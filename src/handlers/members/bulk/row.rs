//! The rows of the page of a bulk change.

use crate::auth::actor::Actor;
use crate::common::error::AppError;
use crate::common::id::MembershipId;
use crate::common::search;
use crate::common::zone::Zone;
use crate::db::Conn;
use crate::handlers::members::bulk::messages::{describe, refusal};
use crate::handlers::members::visible;
use crate::models::custom_role::CustomRole;
use crate::models::membership::record::Membership;
use crate::services::members::bulk::{BulkOutcome, BulkPlan};

/// What the change does for one member, in words.
pub enum RowResult {
    Changed(String),
    Unchanged,
    Refused(String),
}

pub struct BulkPageRow {
    pub name: String,
    pub email: String,
    pub role: &'static str,
    /// `None` until the change is chosen.
    pub result: Option<RowResult>,
}

impl BulkPageRow {
    fn new(member: Membership, result: Option<RowResult>) -> Self {
        Self {
            role: member.role.label(),
            name: member.name,
            email: member.email,
            result,
        }
    }

    pub fn planned(plan: BulkPlan, customs: &[CustomRole], one: &str, zone: Zone) -> Vec<Self> {
        let change = plan.change;
        let rows = plan.rows.into_iter();
        rows.map(|row| {
            let result = match &row.outcome {
                BulkOutcome::Changed => RowResult::Changed(describe(&change, &row.member, customs, zone)),
                BulkOutcome::Unchanged => RowResult::Unchanged,
                BulkOutcome::Refused(error) => RowResult::Refused(refusal(error, one)),
            };
            Self::new(row.member, Some(result))
        })
        .collect()
    }

    pub fn selected(conn: &mut Conn, actor: &Actor, ids: &[MembershipId]) -> Result<Vec<Self>, AppError> {
        let mut rows = Vec::new();
        for id in ids {
            rows.push(Self::new(visible(conn, actor, id.as_str())?, None));
        }
        rows.sort_by_cached_key(|row| search::sort_key(&row.name));
        Ok(rows)
    }
}
