//! Invitations that their recipients reported to the operators: at most one report for each invitation.

use diesel::prelude::*;

use crate::common::id::{InvitationId, ReportId, UserId};
use crate::common::time::{Span, Time};
use crate::db::Conn;
use crate::db::schema::invitation_reports;
use crate::db::types::org_id::OrgId;
use crate::models::invitation::Invitation;
use crate::on_each;

/// How long a closed report is kept.
pub const KEPT: Span = Span::days(180);

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = invitation_reports)]
pub struct InvitationReport {
    pub organization_id: OrgId,
    pub id: ReportId,
    /// The account whose name was in the invitation.
    pub sender_id: UserId,
    /// The recipient.
    pub email: String,
    /// What the recipient wrote, or nothing.
    pub comment: String,
    pub created_at: Time,
    /// When an operator closed it.
    pub closed_at: Option<Time>,
}

pub fn of_invitation(
    conn: &mut Conn,
    organization: OrgId,
    invitation: InvitationId,
) -> QueryResult<Option<InvitationReport>> {
    invitation_reports::table
        .filter(invitation_reports::organization_id.eq(organization))
        .filter(invitation_reports::invitation_id.eq(invitation))
        .select(InvitationReport::as_select())
        .first(conn)
        .optional()
}

/// Saves a report; `false` when the invitation was reported before.
pub fn insert(conn: &mut Conn, now: Time, reported: &Invitation, comment: &str) -> QueryResult<bool> {
    let row = (
        invitation_reports::organization_id.eq(reported.organization_id),
        invitation_reports::id.eq(ReportId::fresh()),
        invitation_reports::invitation_id.eq(reported.id),
        invitation_reports::sender_id.eq(reported.invited_by),
        invitation_reports::email.eq(&reported.email),
        invitation_reports::comment.eq(comment),
        invitation_reports::created_at.eq(now),
    );
    let added = on_each!(conn, c => diesel::insert_into(invitation_reports::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(added == 1)
}

/// Deletes an open report; `false` when there is none.
pub fn withdraw(conn: &mut Conn, organization: OrgId, invitation: InvitationId) -> QueryResult<bool> {
    let deleted = diesel::delete(
        invitation_reports::table
            .filter(invitation_reports::organization_id.eq(organization))
            .filter(invitation_reports::invitation_id.eq(invitation))
            .filter(invitation_reports::closed_at.is_null()),
    )
    .execute(conn)?;
    Ok(deleted == 1)
}

/// Closes a report as an operator. `None` when it is not open.
pub fn close(conn: &mut Conn, now: Time, id: ReportId, operator: UserId) -> QueryResult<Option<InvitationReport>> {
    diesel::update(
        invitation_reports::table
            .filter(invitation_reports::id.eq(id))
            .filter(invitation_reports::closed_at.is_null()),
    )
    .set((
        invitation_reports::closed_at.eq(Some(now)),
        invitation_reports::closed_by.eq(Some(operator)),
    ))
    .returning((
        invitation_reports::organization_id,
        invitation_reports::id,
        invitation_reports::sender_id,
        invitation_reports::email,
        invitation_reports::comment,
        invitation_reports::created_at,
        invitation_reports::closed_at,
    ))
    .get_result(conn)
    .optional()
}

/// Deletes reports that were closed long ago.
pub fn delete_old(conn: &mut Conn, now: Time) -> QueryResult<usize> {
    diesel::delete(invitation_reports::table.filter(invitation_reports::closed_at.lt(now - KEPT))).execute(conn)
}
