//! What the layout shows on every page.

use diesel::prelude::*;

use crate::authz::role::Role;
use crate::common::id::{CompanyId, UserId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{access_requests, invitations, memberships, organization_slugs, organizations};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::InvitationStatus;
use crate::models::access_request::RequestStatus;
use crate::on_each;
use crate::opens;

/// How many pending invitations an email address has.
pub fn pending_invitations(conn: &mut Conn, email: &str, now: Time) -> QueryResult<i64> {
    on_each!(conn, c => invitations::table
        .filter(invitations::email.eq(email))
        .filter(invitations::status.eq(InvitationStatus::Pending))
        .filter(invitations::expires_at.gt(now))
        .count()
        .get_result(c))
}

/// An organization of a person.
#[derive(Debug, Queryable)]
pub struct OwnOrganization {
    pub name: String,
    pub slug: String,
    pub role: Role,
}

/// The organizations that a person visited last, latest first.
pub fn organizations_of(conn: &mut Conn, user: UserId, now: Time, limit: i64) -> QueryResult<Vec<OwnOrganization>> {
    on_each!(conn, c => memberships::table
        .inner_join(organizations::table)
        .inner_join(organization_slugs::table.on(organization_slugs::organization_id.eq(organizations::id)))
        .filter(memberships::user_id.eq(user))
        .filter(opens!(now))
        .filter(organization_slugs::is_current)
        // One engine sorts what is missing first, the other last.
        .order((
            memberships::last_seen_at.is_null(),
            memberships::last_seen_at.desc(),
            memberships::id,
        ))
        .limit(limit)
        .select((organizations::name, organization_slugs::slug, memberships::role))
        .load(c))
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
