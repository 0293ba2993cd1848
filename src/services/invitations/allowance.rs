//! How much was sent, as the limits on inviting and sending again count it.

use diesel::prelude::*;

use crate::common::time::{Span, Time};
use crate::db::Conn;
use crate::db::schema::{invitation_tokens, invitations, organizations};
use crate::db::types::org_id::OrgId;
use crate::models::invitation::Invitation;

/// The day in which letters are counted.
pub const DAY: Span = Span::hours(24);

/// How many invitations an organization sends a day: a new one few, so that nobody founds one to send mail.
fn a_day(founded: Time, now: Time) -> usize {
    if now - founded < Span::days(30) { 50 } else { 500 }
}

/// How many more invitations an organization may send now, and when the next one becomes possible.
#[derive(Debug, Clone, Copy)]
pub struct Allowance {
    /// So many in a day.
    pub a_day: usize,
    /// So many now.
    pub left: usize,
    /// When there is one more.
    pub from: Time,
}

/// Counts what was sent within a day.
pub fn allowance(conn: &mut Conn, organization: OrgId, now: Time) -> QueryResult<Allowance> {
    let founded: Time = organizations::table
        .find(organization)
        .select(organizations::created_at)
        .first(conn)?;
    let a_day = a_day(founded, now);
    let sent: Vec<Time> = invitations::table
        .filter(invitations::organization_id.eq(organization))
        .filter(invitations::last_sent_at.gt(now - DAY))
        .order(invitations::last_sent_at.desc())
        .limit(i64::try_from(a_day).unwrap_or(i64::MAX))
        .select(invitations::last_sent_at)
        .load(conn)?;
    Ok(Allowance {
        a_day,
        left: a_day - sent.len(),
        from: sent.last().map_or(now, |oldest| *oldest + DAY),
    })
}

/// When an invitation was sent again within a day; its first letter does not count.
pub fn resent(conn: &mut Conn, organization: OrgId, was: &Invitation, now: Time) -> QueryResult<Vec<Time>> {
    invitation_tokens::table
        .filter(invitation_tokens::organization_id.eq(organization))
        .filter(invitation_tokens::invitation_id.eq(was.id))
        .filter(invitation_tokens::created_at.gt(was.created_at.max(now - DAY)))
        .select(invitation_tokens::created_at)
        .load(conn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_organization_sends_few() {
        let founded = Time(0);
        assert_eq!(a_day(founded, founded + Span::days(29)), 50);
        assert_eq!(a_day(founded, founded + Span::days(30)), 500);
    }
}
