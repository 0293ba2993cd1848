//! What the layout shows on every page.

use diesel::prelude::*;

use crate::common::id::CompanyId;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{access_requests, invitations};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::InvitationStatus;
use crate::models::access_request::RequestStatus;
use crate::on_each;

/// How many pending invitations an email address has.
pub fn pending_invitations(conn: &mut Conn, email: &str, now: Time) -> QueryResult<i64> {
    on_each!(conn, c => invitations::table
        .filter(invitations::email.eq(email))
        .filter(invitations::status.eq(InvitationStatus::Pending))
        .filter(invitations::expires_at.gt(now))
        .count()
        .get_result(c))
}

/// The open access requests for some companies.
pub fn open_requests_of(conn: &mut Conn, org: OrgId, own: &[CompanyId]) -> QueryResult<i64> {
    access_requests::table
        .filter(access_requests::organization_id.eq(org))
        .filter(access_requests::status.eq(RequestStatus::Open))
        .filter(conn.one_of(access_requests::company_id, own))
        .count()
        .get_result(conn)
}
