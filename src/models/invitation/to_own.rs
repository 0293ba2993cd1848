//! The invitation to be the first owner of an organization.

use diesel::prelude::*;

use crate::common::id::UserId;
use crate::common::time::{Span, Time};
use crate::db::Conn;
use crate::db::schema::{invitations, memberships};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::InvitationStatus;
use crate::models::invitation::Invitation;

/// How long an expired one is shown.
const SHOWN: Span = Span::days(30);

/// The latest, while it is pending, and for 30 days after it expired.
pub fn to_own(conn: &mut Conn, now: Time, organization: OrgId) -> QueryResult<Option<Invitation>> {
    let latest: Option<Invitation> = invitations::table
        .filter(invitations::organization_id.eq(organization))
        .filter(invitations::hands_over)
        .order((invitations::created_at.desc(), invitations::id.desc()))
        .select(Invitation::as_select())
        .first(conn)
        .optional()?;
    Ok(latest.filter(|one| match one.status_at(now) {
        InvitationStatus::Pending => true,
        InvitationStatus::Expired => one.expires_at + SHOWN > now,
        _ => false,
    }))
}

/// The organizations of an account that wait for their owner.
pub fn waiting_for_owner(conn: &mut Conn, now: Time, user: UserId) -> QueryResult<Vec<OrgId>> {
    invitations::table
        .inner_join(memberships::table.on(memberships::organization_id.eq(invitations::organization_id)))
        .filter(memberships::user_id.eq(user))
        .filter(memberships::status.ne(MembershipStatus::Removed))
        .filter(invitations::hands_over)
        .filter(invitations::status.eq(InvitationStatus::Pending))
        .filter(invitations::expires_at.gt(now))
        .select(invitations::organization_id)
        .load(conn)
}
