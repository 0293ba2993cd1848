//! How many invitations can be sent in a day: by an organization, by an account in all its organizations, and by the instance.

use diesel::QueryResult;

use crate::app::Ctx;
use crate::common::id::UserId;
use crate::common::time::{Span, Time};
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::models::invitation::Invitation;
use crate::models::invitation::search;
use crate::models::invitation::sent;
use crate::models::invitation::sent::SentBy;
use crate::models::organization::heading;

/// The period of the limits.
pub const DAY: Span = Span::hours(24);

/// How long an organization and an account are new.
const NEW: Span = Span::days(30);

/// New organizations and accounts send a tenth, so that no one creates them to send spam.
fn daily_limit(limit: u32, created_at: Time, now: Time) -> i64 {
    i64::from(if now - created_at < NEW {
        limit.div_ceil(10)
    } else {
        limit
    })
}

/// What a limit is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvitationLimit {
    Organization,
    /// The account, in all organizations.
    Account,
    /// All accounts together.
    Instance,
}

/// How many more invitations can be sent within one limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvitationAllowance {
    pub of: InvitationLimit,
    pub a_day: i64,
    pub left: i64,
    /// When the next one can be sent, if none is left.
    pub from: Time,
}

impl InvitationAllowance {
    fn load(conn: &mut Conn, now: Time, of: InvitationLimit, by: SentBy, a_day: i64) -> QueryResult<Self> {
        let since = now - DAY;
        let left = (a_day - sent::count(conn, by, since)?).max(0);
        let oldest = if left == 0 && a_day > 0 {
            sent::nth(conn, by, since, a_day - 1)?
        } else {
            None
        };
        let from = oldest.map_or(now, |oldest| oldest + DAY);
        Ok(Self { of, a_day, left, from })
    }
}

pub fn of_organization(conn: &mut Conn, cx: &Ctx, organization: OrgId) -> QueryResult<InvitationAllowance> {
    let created_at = heading::created_at(conn, organization)?;
    let a_day = daily_limit(cx.config().organization_invitations, created_at, cx.now);
    let by = SentBy::Organization(organization);
    InvitationAllowance::load(conn, cx.now, InvitationLimit::Organization, by, a_day)
}

pub fn of_account(conn: &mut Conn, cx: &Ctx, user: UserId) -> QueryResult<InvitationAllowance> {
    let (created_at, own) = sent::account_limit(conn, user)?;
    let default = || daily_limit(cx.config().account_invitations, created_at, cx.now);
    let a_day = own.map_or_else(default, i64::from);
    InvitationAllowance::load(conn, cx.now, InvitationLimit::Account, SentBy::Account(user), a_day)
}

fn of_instance(conn: &mut Conn, cx: &Ctx) -> QueryResult<InvitationAllowance> {
    let a_day = i64::from(cx.config().instance_invitations);
    InvitationAllowance::load(conn, cx.now, InvitationLimit::Instance, SentBy::Instance, a_day)
}

/// Waits for other invitations of the account, which may be to another organization, so that each is counted.
pub fn lock(conn: &mut Conn, user: UserId) -> QueryResult<()> {
    conn.advisory_lock(user.as_str())
}

/// All three limits of an account that invites to an organization, the tightest first.
pub fn all(conn: &mut Conn, cx: &Ctx, organization: OrgId, user: UserId) -> QueryResult<[InvitationAllowance; 3]> {
    lock(conn, user)?;
    let mut all = [
        of_organization(conn, cx, organization)?,
        of_account(conn, cx, user)?,
        of_instance(conn, cx)?,
    ];
    all.sort_by_key(|allowance| allowance.left);
    Ok(all)
}

/// The limit that does not allow sending an invitation again. One that the organization sent within the day is part of its limit
/// already.
pub fn refuses_again(
    conn: &mut Conn,
    cx: &Ctx,
    was: &Invitation,
    user: UserId,
) -> QueryResult<Option<InvitationAllowance>> {
    let counted = was.last_sent_at > cx.now - DAY;
    let all = all(conn, cx, was.organization_id, user)?;
    let refuses = |one: &InvitationAllowance| one.left == 0 && !(counted && one.of == InvitationLimit::Organization);
    Ok(all.into_iter().find(refuses))
}

/// When an invitation was sent again within a day; its first email is not included.
pub fn resent(conn: &mut Conn, invitation: &Invitation, now: Time) -> QueryResult<Vec<Time>> {
    search::resent_since(conn, invitation, invitation.created_at.max(now - DAY))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_new_has_a_lower_limit() {
        let created = Time(0);
        assert_eq!(daily_limit(500, created, created + Span::days(29)), 50);
        assert_eq!(daily_limit(500, created, created + Span::days(30)), 500);
        assert_eq!(daily_limit(1, created, created), 1);
        assert_eq!(daily_limit(0, created, created), 0);
    }
}
