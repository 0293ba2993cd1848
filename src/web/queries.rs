//! What the layout shows on every page.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use crate::authz::role::Role;
use crate::common::id::{CompanyId, MembershipId, UserId};
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
    invitations::table
        .filter(invitations::email.eq(email))
        .filter(invitations::status.eq(InvitationStatus::Pending))
        .filter(invitations::expires_at.gt(now))
        .count()
        .get_result(conn)
}

/// An organization of a person.
#[derive(Queryable)]
pub struct OwnOrganization {
    pub name: String,
    pub slug: String,
    pub role: Role,
}

/// The organizations that a person visited last, latest first.
pub fn organizations_of(conn: &mut Conn, user: UserId, now: Time, limit: i64) -> QueryResult<Vec<OwnOrganization>> {
    memberships::table
        .inner_join(organizations::table)
        .inner_join(organization_slugs::table.on(organization_slugs::organization_id.eq(organizations::id)))
        .filter(memberships::user_id.eq(user))
        .filter(opens!(now))
        .filter(organization_slugs::is_current.eq(true))
        // One engine sorts what is missing first, the other last.
        .order((
            memberships::last_seen_at.is_null(),
            memberships::last_seen_at.desc(),
            memberships::id,
        ))
        .limit(limit)
        .select((organizations::name, organization_slugs::slug, memberships::role))
        .load(conn)
}

/// What waits in an organization.
#[derive(QueryableByName)]
pub struct WaitingRow {
    #[diesel(sql_type = BigInt)]
    pub requests: i64,
    #[diesel(sql_type = BigInt)]
    pub joins: i64,
    /// Those that this member can decide.
    #[diesel(sql_type = BigInt)]
    pub approvals: i64,
    /// The running review.
    #[diesel(sql_type = Nullable<Text>)]
    pub review: Option<String>,
}

/// One statement, since every page asks: each part is a look into an index.
pub fn waiting(conn: &mut Conn, org: OrgId, now: Time, reader: MembershipId, owner: bool) -> QueryResult<WaitingRow> {
    let sql = "SELECT \
        (SELECT COUNT(*) FROM access_requests WHERE organization_id = $1 AND status = 'open') AS requests, \
        (SELECT COUNT(*) FROM join_requests WHERE organization_id = $1 AND status = 'awaiting') AS joins, \
        (SELECT COUNT(*) FROM approvals WHERE organization_id = $1 AND status = 'open' AND expires_at > $2 \
            AND (approver_id = $3 OR (approver_id IS NULL AND requested_by <> $3 AND $4 = 1))) AS approvals, \
        (SELECT id FROM access_reviews WHERE organization_id = $1 AND status = 'running') AS review";
    on_each!(conn, c => diesel::sql_query(sql)
        .bind::<Text, _>(org)
        .bind::<BigInt, _>(now)
        .bind::<Text, _>(reader)
        .bind::<BigInt, _>(i64::from(owner))
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
