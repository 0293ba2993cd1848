//! What waits until somebody else confirms it: a transfer, by the new owner; where dual control is on, what cannot be
//! taken back, by a second owner. The row is the lock: of any number of confirmations at once, one happens.

use diesel::prelude::*;
use serde_json::Value;

use crate::app::Ctx;
use crate::common::id::{ApprovalId, MembershipId, UserId};
use crate::common::time::{Span, Time};
use crate::db::Conn;
use crate::db::schema::{approvals, users};
use crate::db::types::org_id::OrgId;

crate::text_enum! {
    /// What is to happen.
    pub enum ApprovalAction {
        /// The organization gets another owner in the place of the one who asks.
        Transfer = "transfer",
        /// The organization is to be deleted.
        Deletion = "deletion",
        /// Dual control is to be switched off.
        ControlOff = "control_off",
        /// The organization gets another address.
        Slug = "slug",
        /// Somebody becomes an owner, or is one no longer.
        Role = "role",
        /// An owner is removed.
        Removal = "removal",
        /// An owner is shut out.
        Suspension = "suspension",
        /// A suspended owner is let in again.
        Restoration = "restoration",
    }
}

crate::text_enum! {
    /// What became of it.
    pub enum ApprovalStatus {
        Open = "open",
        /// Confirmed, and done.
        Given = "given",
        Refused = "refused",
        Withdrawn = "withdrawn",
        Expired = "expired",
        /// It can no longer be done: somebody's role or state is another one.
        Lapsed = "lapsed",
    }
}

/// So long something waits.
pub const LIFETIME: Span = Span::days(7);

/// Something that waits or waited.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = approvals)]
pub struct Approval {
    pub organization_id: OrgId,
    pub id: ApprovalId,
    /// What is to happen.
    #[diesel(column_name = action)]
    pub matter: ApprovalAction,
    /// To whom and how (JSON).
    pub payload: String,
    /// The same in words: "make Kate Miller an owner".
    pub label: String,
    /// Who asked for it.
    pub requested_by: MembershipId,
    /// The one who may confirm; `None`: any other owner.
    pub approver_id: Option<MembershipId>,
    /// What became of it.
    pub status: ApprovalStatus,
    pub created_at: Time,
    pub expires_at: Time,
    /// Who decided, by account.
    pub decided_by: Option<UserId>,
    pub decided_at: Option<Time>,
}

impl Approval {
    /// Whether it can still be decided.
    pub fn is_open(&self, now: Time) -> bool {
        self.status == ApprovalStatus::Open && self.expires_at > now
    }

    /// What is to happen, to whom and how.
    pub fn what(&self) -> Value {
        serde_json::from_str(&self.payload).unwrap_or_default()
    }

    /// A text of what is to happen; empty when it has none of this name.
    pub fn text(&self, name: &str) -> String {
        let what = self.what();
        what.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
    }
}

/// What is asked for.
#[derive(Debug)]
pub struct Ask {
    /// What is to happen.
    pub matter: ApprovalAction,
    /// To whom and how.
    pub payload: Value,
    /// The same in words.
    pub label: String,
    pub by: MembershipId,
    /// Who alone may confirm.
    pub approver: Option<MembershipId>,
}

/// Lets something wait; `None` when the same waits already.
pub fn ask(conn: &mut Conn, cx: &Ctx, organization: OrgId, ask: &Ask) -> QueryResult<Option<ApprovalId>> {
    let payload = ask.payload.to_string();
    let waiting: Option<ApprovalId> = approvals::table
        .filter(approvals::organization_id.eq(organization))
        .filter(approvals::status.eq(ApprovalStatus::Open))
        .filter(approvals::expires_at.gt(cx.now))
        .filter(approvals::action.eq(ask.matter))
        .filter(approvals::payload.eq(&payload))
        .select(approvals::id)
        .first(conn)
        .optional()?;
    if waiting.is_some() {
        return Ok(None);
    }
    let id = ApprovalId::fresh();
    diesel::insert_into(approvals::table)
        .values((
            approvals::organization_id.eq(organization),
            approvals::id.eq(id),
            approvals::action.eq(ask.matter),
            approvals::payload.eq(payload),
            approvals::label.eq(&ask.label),
            approvals::requested_by.eq(ask.by),
            approvals::approver_id.eq(ask.approver),
            approvals::status.eq(ApprovalStatus::Open),
            approvals::created_at.eq(cx.now),
            approvals::expires_at.eq(cx.now + LIFETIME),
        ))
        .execute(conn)?;
    Ok(Some(id))
}

/// One of an organization's.
pub fn find(conn: &mut Conn, organization: OrgId, id: ApprovalId) -> QueryResult<Option<Approval>> {
    approvals::table
        .find((organization, id))
        .select(Approval::as_select())
        .first(conn)
        .optional()
}

/// What waits in an organization, the latest first, at most 50.
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

/// Decides one that is open; `false` when it was not open any more.
pub fn close(
    conn: &mut Conn,
    cx: &Ctx,
    approval: &Approval,
    to: ApprovalStatus,
    by: Option<UserId>,
) -> QueryResult<bool> {
    let closed = diesel::update(
        approvals::table
            .find((approval.organization_id, approval.id))
            .filter(approvals::status.eq(ApprovalStatus::Open))
            .filter(approvals::expires_at.gt(cx.now)),
    )
    .set((
        approvals::status.eq(to),
        approvals::decided_by.eq(by),
        approvals::decided_at.eq(Some(cx.now)),
    ))
    .execute(conn)?;
    Ok(closed == 1)
}

/// Closes those whose time is over, at most `most`, and gives them.
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

/// The name of who decided.
pub fn decided_by(conn: &mut Conn, approval: &Approval) -> QueryResult<Option<String>> {
    match approval.decided_by {
        Some(user) => users::table.find(user).select(users::name).first(conn).optional(),
        None => Ok(None),
    }
}
