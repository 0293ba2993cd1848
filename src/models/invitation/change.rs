//! Changes and closes invitations.

use diesel::prelude::*;

use crate::app::Ctx;
use crate::common::id::{InvitationId, MailId, UserId};
use crate::common::time::Time;
use crate::common::token::Seed;
use crate::db::schema::{invitations, organizations};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::InvitationStatus;
use crate::db::{Conn, affected};
use crate::models::invitation::create::{new_link, set_grants};
use crate::models::invitation::words::FoundBy;
use crate::models::invitation::{Invitation, LIFETIME, NewInvitation, words};

/// Saves which email has the link.
pub fn set_mail(conn: &mut Conn, organization: OrgId, invitation: InvitationId, mail: MailId) -> QueryResult<()> {
    diesel::update(invitations::table.find((organization, invitation)))
        .set(invitations::mail_id.eq(Some(mail)))
        .execute(conn)?;
    Ok(())
}

/// Counts pending invitations that were added, or closed when `by` is negative.
pub(super) fn count_pending(conn: &mut Conn, organization: OrgId, by: i64) -> QueryResult<()> {
    diesel::update(organizations::table.find(organization))
        .set(organizations::pending_invitations.eq(organizations::pending_invitations + by))
        .execute(conn)?;
    Ok(())
}

/// Whether one invitation was closed; it is no longer counted then, and found among the closed ones.
fn closed(
    conn: &mut Conn,
    organization: OrgId,
    id: InvitationId,
    to: InvitationStatus,
    rows: usize,
) -> QueryResult<bool> {
    if rows == 1 {
        count_pending(conn, organization, -1)?;
        words::set_status(conn, organization, id, to)?;
    }
    Ok(rows == 1)
}

/// Closes an open invitation; `false` when it is not open anymore. Of several requests at once, one succeeds.
pub fn close(
    conn: &mut Conn,
    cx: &Ctx,
    organization: OrgId,
    id: InvitationId,
    to: InvitationStatus,
) -> QueryResult<bool> {
    affected::invitee(organization, id);
    let rows = diesel::update(
        invitations::table
            .filter(invitations::organization_id.eq(organization))
            .filter(invitations::id.eq(id))
            .filter(invitations::status.eq(InvitationStatus::Pending)),
    )
    .set((invitations::status.eq(to), invitations::closed_at.eq(Some(cx.now))))
    .execute(conn)?;
    closed(conn, organization, id, to, rows)
}

/// Accepts an open invitation; `false` when it is not open anymore. Of several requests at once, one succeeds.
pub fn accept(conn: &mut Conn, cx: &Ctx, organization: OrgId, id: InvitationId) -> QueryResult<bool> {
    affected::invitee(organization, id);
    let rows = diesel::update(
        invitations::table
            .filter(invitations::organization_id.eq(organization))
            .filter(invitations::id.eq(id))
            .filter(invitations::status.eq(InvitationStatus::Pending))
            .filter(invitations::expires_at.gt(cx.now)),
    )
    .set((
        invitations::status.eq(InvitationStatus::Accepted),
        invitations::closed_at.eq(Some(cx.now)),
    ))
    .execute(conn)?;
    closed(conn, organization, id, InvitationStatus::Accepted, rows)
}

// The row as it was read: if another request changed it since, the change matches no row.
macro_rules! as_read {
    ($was:expr) => {
        invitations::table
            .filter(invitations::organization_id.eq($was.organization_id))
            .filter(invitations::id.eq($was.id))
            .filter(invitations::status.eq($was.status))
            .filter(invitations::sent_count.eq($was.sent_count))
    };
}

/// Opens a pending or expired invitation again with a new link and a new end. `by` is its inviter from now on, `sent_by` who
/// sends it. `None` when another request changed it in between.
pub fn renew(conn: &mut Conn, cx: &Ctx, was: &Invitation, by: UserId, sent_by: UserId) -> QueryResult<Option<Seed>> {
    affected::invitee(was.organization_id, was.id);
    let renewed = diesel::update(as_read!(was))
        .set((
            invitations::status.eq(InvitationStatus::Pending),
            invitations::invited_by.eq(by),
            invitations::sent_count.eq(was.sent_count + 1),
            invitations::last_sent_at.eq(cx.now),
            invitations::expires_at.eq(cx.now + LIFETIME),
            invitations::closed_at.eq(None::<Time>),
        ))
        .execute(conn)?;
    if renewed == 0 {
        return Ok(None);
    }
    if was.status != InvitationStatus::Pending {
        count_pending(conn, was.organization_id, 1)?;
        words::set_status(conn, was.organization_id, was.id, InvitationStatus::Pending)?;
    }
    new_link(conn, cx, was.organization_id, was.id, sent_by).map(Some)
}

/// Changes what an open invitation offers and keeps its link. `false` when another request changed it in between.
pub fn edit(conn: &mut Conn, was: &Invitation, by: UserId, to: &NewInvitation) -> QueryResult<bool> {
    affected::invitee(was.organization_id, was.id);
    let edited = diesel::update(as_read!(was))
        .set((
            invitations::first_name.eq(&to.first_name),
            invitations::last_name.eq(&to.last_name),
            invitations::role.eq(to.role),
            invitations::message.eq(&to.message),
            invitations::access_until.eq(to.access_until),
            invitations::invited_by.eq(by),
        ))
        .execute(conn)?;
    if edited == 0 {
        return Ok(false);
    }
    set_grants(conn, was.organization_id, was.id, &to.companies)?;
    if (&to.first_name, &to.last_name) != (&was.first_name, &was.last_name) {
        let found = FoundBy {
            id: was.id,
            first_name: &to.first_name,
            last_name: &to.last_name,
            email: &was.email,
            status: was.status,
            created_at: was.created_at,
        };
        words::replace(conn, was.organization_id, found)?;
    }
    Ok(true)
}

/// The open invitations whose time is over, at most `limit`, by organization: each is locked when its first one expires.
pub fn due_to_expire(conn: &mut Conn, now: Time, limit: i64) -> QueryResult<Vec<Invitation>> {
    let mut due: Vec<Invitation> = invitations::table
        .filter(invitations::status.eq(InvitationStatus::Pending))
        .filter(invitations::expires_at.le(now))
        .order(invitations::expires_at)
        .limit(limit)
        .select(Invitation::as_select())
        .load(conn)?;
    due.sort_by_key(|one| one.organization_id.to_string());
    Ok(due)
}

/// Expires an invitation; `false` when another request changed it in between.
pub fn expire(conn: &mut Conn, now: Time, was: &Invitation) -> QueryResult<bool> {
    affected::invitee(was.organization_id, was.id);
    was.organization_id.advisory_lock(conn)?;
    let rows = diesel::update(as_read!(was))
        .set((
            invitations::status.eq(InvitationStatus::Expired),
            invitations::closed_at.eq(Some(now)),
        ))
        .execute(conn)?;
    closed(conn, was.organization_id, was.id, InvitationStatus::Expired, rows)
}
