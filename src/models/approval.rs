//! Changes that wait for approval: a transfer of ownership, by the new owner; with dual control irreversible changes, by a
//! second owner. The row is the lock, so one of several concurrent decisions takes effect.

use diesel::prelude::*;
use serde_json::Value;

use crate::common::id::{ApprovalId, MembershipId, UserId};
use crate::common::time::{Span, Time};
use crate::db::Conn;
use crate::db::schema::{approvals, users};
use crate::db::types::org_id::OrgId;

crate::text_enum! {
    /// The change.
    pub enum ApprovalAction {
        /// Makes another member the owner.
        Transfer = "transfer",
        Deletion = "deletion",
        /// Turns dual control off.
        ControlOff = "control_off",
        Slug = "slug",
        /// Changes how people sign in.
        SecurityPolicy = "security_policy",
        /// Deletes a company.
        CompanyDeletion = "company_deletion",
        /// Makes a member an owner, or an owner something else.
        Role = "role",
        /// Removes an owner.
        Removal = "removal",
        /// Suspends an owner.
        Suspension = "suspension",
        /// Reinstates a suspended owner.
        Restoration = "restoration",
    }
}

crate::text_enum! {
    pub enum ApprovalStatus {
        Open = "open",
        /// Approved and applied.
        Approved = "approved",
        Rejected = "rejected",
        Withdrawn = "withdrawn",
        Expired = "expired",
        /// Can no longer be applied, because a role or a state has changed.
        Lapsed = "lapsed",
    }
}

pub const LIFETIME: Span = Span::days(7);

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = approvals)]
pub struct Approval {
    pub organization_id: OrgId,
    pub id: ApprovalId,
    pub action: ApprovalAction,
    /// The details of the change (JSON).
    pub payload: String,
    /// The change in words: "make Kate Miller an owner".
    pub label: String,
    pub requested_by: MembershipId,
    /// The only one who may approve; `None` for any other owner.
    pub approver_id: Option<MembershipId>,
    pub status: ApprovalStatus,
    pub created_at: Time,
    pub expires_at: Time,
    /// An account.
    pub decided_by: Option<UserId>,
    pub decided_at: Option<Time>,
}

impl Approval {
    pub fn is_open(&self, now: Time) -> bool {
        self.status == ApprovalStatus::Open && self.expires_at > now
    }

    /// A text of the payload; empty when it has none of this name.
    pub fn text(&self, name: &str) -> String {
        let payload: Value = serde_json::from_str(&self.payload).unwrap_or_default();
        payload.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
    }
}

#[derive(Debug)]
pub struct NewApproval {
    pub action: ApprovalAction,
    pub payload: Value,
    pub label: String,
    pub requested_by: MembershipId,
    pub approver: Option<MembershipId>,
}

/// The open request for the same change.
pub fn find_open(
    conn: &mut Conn,
    now: Time,
    organization: OrgId,
    new: &NewApproval,
) -> QueryResult<Option<ApprovalId>> {
    approvals::table
        .filter(approvals::organization_id.eq(organization))
        .filter(approvals::status.eq(ApprovalStatus::Open))
        .filter(approvals::expires_at.gt(now))
        .filter(approvals::action.eq(new.action))
        .filter(approvals::payload.eq(new.payload.to_string()))
        .select(approvals::id)
        .first(conn)
        .optional()
}

/// `None` when the same change waits already.
pub fn insert(conn: &mut Conn, now: Time, organization: OrgId, new: &NewApproval) -> QueryResult<Option<ApprovalId>> {
    if find_open(conn, now, organization, new)?.is_some() {
        return Ok(None);
    }
    let id = ApprovalId::fresh();
    diesel::insert_into(approvals::table)
        .values((
            approvals::organization_id.eq(organization),
            approvals::id.eq(id),
            approvals::action.eq(new.action),
            approvals::payload.eq(new.payload.to_string()),
            approvals::label.eq(&new.label),
            approvals::requested_by.eq(new.requested_by),
            approvals::approver_id.eq(new.approver),
            approvals::status.eq(ApprovalStatus::Open),
            approvals::created_at.eq(now),
            approvals::expires_at.eq(now + LIFETIME),
        ))
        .execute(conn)?;
    Ok(Some(id))
}

pub fn find(conn: &mut Conn, organization: OrgId, id: ApprovalId) -> QueryResult<Option<Approval>> {
    approvals::table
        .find((organization, id))
        .select(Approval::as_select())
        .first(conn)
        .optional()
}

/// Open ones, newest first, at most 50.
pub fn open(conn: &mut Conn, now: Time, organization: OrgId) -> QueryResult<Vec<Approval>> {
    approvals::table
        .filter(approvals::organization_id.eq(organization))
        .filter(approvals::status.eq(ApprovalStatus::Open))
        .filter(approvals::expires_at.gt(now))
        .order((approvals::created_at.desc(), approvals::id))
        .limit(50)
        .select(Approval::as_select())
        .load(conn)
}

/// Decides an open one. `false` when it is no longer open.
pub fn close(
    conn: &mut Conn,
    now: Time,
    approval: &Approval,
    to: ApprovalStatus,
    by: Option<UserId>,
) -> QueryResult<bool> {
    let closed = diesel::update(
        approvals::table
            .find((approval.organization_id, approval.id))
            .filter(approvals::status.eq(ApprovalStatus::Open))
            .filter(approvals::expires_at.gt(now)),
    )
    .set((
        approvals::status.eq(to),
        approvals::decided_by.eq(by),
        approvals::decided_at.eq(Some(now)),
    ))
    .execute(conn)?;
    Ok(closed == 1)
}

/// Expires overdue ones, at most `most`, and returns them.
pub fn expire(conn: &mut Conn, now: Time, most: i64) -> QueryResult<Vec<Approval>> {
    let over: Vec<Approval> = approvals::table
        .filter(approvals::status.eq(ApprovalStatus::Open))
        .filter(approvals::expires_at.le(now))
        .order((approvals::expires_at, approvals::id))
        .limit(most)
        .select(Approval::as_select())
        .load(conn)?;
    let mut expired = Vec::with_capacity(over.len());
    for approval in over {
        let closed = diesel::update(
            approvals::table
                .find((approval.organization_id, approval.id))
                .filter(approvals::status.eq(ApprovalStatus::Open)),
        )
        .set((
            approvals::status.eq(ApprovalStatus::Expired),
            approvals::decided_at.eq(Some(now)),
        ))
        .execute(conn)?;
        if closed == 1 {
            expired.push(approval);
        }
    }
    Ok(expired)
}

/// The name of the person who decided.
pub fn decided_by(conn: &mut Conn, approval: &Approval) -> QueryResult<Option<String>> {
    match approval.decided_by {
        Some(user) => users::table.find(user).select(users::name).first(conn).optional(),
        None => Ok(None),
    }
}
