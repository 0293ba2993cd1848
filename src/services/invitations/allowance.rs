//! How many invitations an organization can send.

use diesel::QueryResult;

use crate::common::time::{Span, Time};
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::models::invitation::Invitation;
use crate::models::invitation::search;
use crate::models::organization::heading;

/// The period of the limits.
pub const DAY: Span = Span::hours(24);

/// New organizations send few invitations, so that no one creates one to send spam.
fn daily_limit(created_at: Time, now: Time) -> usize {
    if now - created_at < Span::days(30) { 50 } else { 500 }
}

/// How many more invitations an organization can send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvitationAllowance {
    pub a_day: usize,
    pub left: usize,
    /// When it can send the next one, if none is left.
    pub from: Time,
}

pub fn allowance(conn: &mut Conn, organization: OrgId, now: Time) -> QueryResult<InvitationAllowance> {
    let a_day = daily_limit(heading::created_at(conn, organization)?, now);
    let limit = i64::try_from(a_day).unwrap_or(i64::MAX);
    let sent = search::sent_since(conn, organization, now - DAY, limit)?;
    Ok(InvitationAllowance {
        a_day,
        left: a_day - sent.len(),
        from: sent.last().map_or(now, |oldest| *oldest + DAY),
    })
}

/// When an invitation was sent again within a day; its first email is not included.
pub fn resent(conn: &mut Conn, invitation: &Invitation, now: Time) -> QueryResult<Vec<Time>> {
    search::resent_since(conn, invitation, invitation.created_at.max(now - DAY))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_organization_has_a_lower_limit() {
        let created = Time(0);
        assert_eq!(daily_limit(created, created + Span::days(29)), 50);
        assert_eq!(daily_limit(created, created + Span::days(30)), 500);
    }
}
