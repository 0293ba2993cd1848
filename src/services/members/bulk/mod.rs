//! One change of many members: all of them or none. The plan is found by applying the change and rolling it back, so that
//! no rule exists twice.

pub mod change;

use diesel::Connection;

use crate::audit::Events;
use crate::auth::actor::Actor;
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::id::MembershipId;
use crate::common::search;
use crate::db::Conn;
use crate::models::membership;
use crate::models::membership::record::Membership;

pub use crate::services::members::bulk::change::{BulkChange, BulkRefusal};

/// The most members at once.
pub const MOST: usize = 500;

/// How the change ends for one member.
#[derive(Debug)]
pub enum BulkOutcome {
    Changed,
    Unchanged,
    Refused(BulkRefusal),
}

#[derive(Debug)]
pub struct BulkRow {
    pub member: Membership,
    pub outcome: BulkOutcome,
}

/// What a change would do: what a page shows, and what is applied.
#[derive(Debug)]
pub struct BulkPlan {
    pub change: BulkChange,
    /// By name.
    pub rows: Vec<BulkRow>,
}

/// Why nothing was changed.
#[derive(Debug)]
pub enum BulkError {
    /// The change of at least one member was refused.
    Refused(Box<BulkPlan>),
    Failed(AppError),
}

crate::change_error!(BulkError);

/// Ends the transaction of a plan.
enum PlanRollback {
    Planned(Box<BulkPlan>),
    Failed(AppError),
}

crate::change_error!(PlanRollback);

impl BulkPlan {
    /// Finds out what the change would do, and changes nothing.
    pub fn of(conn: &mut Conn, actor: &Actor, change: BulkChange, ids: &[MembershipId]) -> Result<Self, AppError> {
        let rolled_back: Result<(), PlanRollback> =
            conn.transaction(|conn| Err(PlanRollback::Planned(Box::new(write(conn, actor, change, ids)?.0))));
        match rolled_back {
            Err(PlanRollback::Planned(plan)) => Ok(*plan),
            Err(PlanRollback::Failed(error)) => Err(error),
            Ok(()) => Err(AppError::internal("a plan is always rolled back")),
        }
    }

    /// The members who would change.
    pub fn changing(&self) -> Vec<MembershipId> {
        let changing = |row: &&BulkRow| matches!(row.outcome, BulkOutcome::Changed);
        self.rows.iter().filter(changing).map(|row| row.member.id).collect()
    }

    /// All of the members.
    pub fn ids(&self) -> Vec<MembershipId> {
        self.rows.iter().map(|row| row.member.id).collect()
    }

    pub fn refusals(&self) -> impl Iterator<Item = (&Membership, &BulkRefusal)> {
        self.rows.iter().filter_map(|row| match &row.outcome {
            BulkOutcome::Refused(refusal) => Some((&row.member, refusal)),
            BulkOutcome::Changed | BulkOutcome::Unchanged => None,
        })
    }
}

/// Changes all of the members, each with its own audit event, or none of them.
pub fn apply(
    conn: &mut Conn,
    actor: &Actor,
    change: BulkChange,
    ids: &[MembershipId],
) -> Result<(BulkPlan, Events), BulkError> {
    let (plan, events) = write(conn, actor, change, ids)?;
    if plan.refusals().next().is_some() {
        return Err(BulkError::Refused(Box::new(plan)));
    }
    Ok((plan, events))
}

fn write(
    conn: &mut Conn,
    actor: &Actor,
    change: BulkChange,
    ids: &[MembershipId],
) -> Result<(BulkPlan, Events), AppError> {
    let mut ids = ids.to_vec();
    ids.sort();
    ids.dedup();
    membership::lock_members(conn, actor.organization, &ids)?;
    let mut rows = Vec::new();
    let mut events = Events::none("no member was selected");
    for id in ids {
        let member = Membership::find(conn, actor.organization, id)?;
        let (outcome, done) = write_one(conn, actor, &change, &member)?;
        events = events.and(done);
        rows.push(BulkRow { member, outcome });
    }
    rows.sort_by_cached_key(|row| search::sort_key(&row.member.name));
    Ok((BulkPlan { change, rows }, events))
}

/// Changes one member. A refusal is rolled back alone, so that the plan shows the others too.
fn write_one(
    conn: &mut Conn,
    actor: &Actor,
    change: &BulkChange,
    member: &Membership,
) -> Result<(BulkOutcome, Events), AppError> {
    match conn.transaction(|conn| change.apply(conn, actor, member)) {
        Ok(events) if events.is_empty() => Ok((BulkOutcome::Unchanged, events)),
        Ok(events) => Ok((BulkOutcome::Changed, events)),
        // The change would give this member more than the actor may grant.
        Err(BulkRefusal::Failed(AppError::Forbidden(refusal))) => Ok((
            BulkOutcome::Refused(BulkRefusal::Forbidden(refusal)),
            Events::none("rolled back"),
        )),
        Err(BulkRefusal::Failed(error)) => Err(error),
        Err(refusal) => Ok((BulkOutcome::Refused(refusal), Events::none("rolled back"))),
    }
}

/// Whether a list offers a member for a bulk change: never yourself, no one out of reach.
pub fn offers(actor: &Actor, id: MembershipId, role: Role) -> bool {
    id != actor.id && actor.may_grant(role)
}
