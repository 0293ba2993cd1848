//! What the security checklist measures. Only that page needs it, and no one opens it often.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::common::time::{Span, Time};
use crate::db::Conn;
use crate::db::schema::{access_reviews, api_keys, audit_events, audit_heads, onboarding_links, organizations};
use crate::db::types::org_id::OrgId;
use crate::models::access_review::state::ReviewStatus;
use crate::on_each;

#[derive(Debug, Clone, Queryable)]
pub struct OrganizationFacts {
    pub owners: i32,
    pub dual_control: bool,
    pub support_consent: bool,
    /// The email domain of the organization, or empty.
    pub domain: String,
}

pub fn organization(conn: &mut Conn, org: OrgId) -> QueryResult<OrganizationFacts> {
    organizations::table
        .find(org)
        .select((
            organizations::owner_count,
            organizations::dual_control,
            organizations::support_consent,
            organizations::domain,
        ))
        .first(conn)
}

/// When the last access review was closed.
pub fn last_access_review(conn: &mut Conn, org: OrgId) -> QueryResult<Option<Time>> {
    let closed: Option<Option<Time>> = access_reviews::table
        .filter(access_reviews::organization_id.eq(org))
        .filter(access_reviews::status.eq(ReviewStatus::Closed))
        .order(access_reviews::closed_at.desc())
        .select(access_reviews::closed_at)
        .first(conn)
        .optional()?;
    Ok(closed.flatten())
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Active members who were not seen since a time.
pub fn inactive(conn: &mut Conn, org: OrgId, since: Time) -> QueryResult<i64> {
    let sql = "SELECT COUNT(*) AS n FROM memberships WHERE organization_id = $1 AND status = 'active' \
        AND COALESCE(last_seen_at, joined_at) < $2";
    let row: Counted = on_each!(conn, c => diesel::sql_query(sql)
        .bind::<Text, _>(org)
        .bind::<BigInt, _>(since)
        .get_result(c))?;
    Ok(row.n)
}

/// Pending invitations older than a time.
pub fn old_invitations(conn: &mut Conn, org: OrgId, before: Time) -> QueryResult<i64> {
    let sql =
        "SELECT COUNT(*) AS n FROM invitations WHERE organization_id = $1 AND status = 'pending' AND created_at < $2";
    let row: Counted = on_each!(conn, c => diesel::sql_query(sql)
        .bind::<Text, _>(org)
        .bind::<BigInt, _>(before)
        .get_result(c))?;
    Ok(row.n)
}

/// Keys that were not used since a time, and links from before it, as far as they work.
pub fn forgotten(conn: &mut Conn, org: OrgId, since: Time, now: Time) -> QueryResult<(i64, i64)> {
    Ok((unused_keys(conn, org, since, now)?, old_links(conn, org, since, now)?))
}

fn unused_keys(conn: &mut Conn, org: OrgId, since: Time, now: Time) -> QueryResult<i64> {
    api_keys::table
        .filter(api_keys::organization_id.eq(org))
        .filter(api_keys::revoked_at.is_null())
        .filter(api_keys::expires_at.is_null().or(api_keys::expires_at.gt(now)))
        .filter(api_keys::created_at.lt(since))
        .filter(api_keys::last_used_at.is_null().or(api_keys::last_used_at.lt(since)))
        .count()
        .get_result(conn)
}

fn old_links(conn: &mut Conn, org: OrgId, before: Time, now: Time) -> QueryResult<i64> {
    onboarding_links::table
        .filter(onboarding_links::organization_id.eq(org))
        .filter(onboarding_links::disabled_at.is_null())
        .filter(
            onboarding_links::expires_at
                .is_null()
                .or(onboarding_links::expires_at.gt(now)),
        )
        .filter(onboarding_links::created_at.lt(before))
        .count()
        .get_result(conn)
}

/// Suspended members who still have assignments.
pub fn suspended_with_assignments(conn: &mut Conn, org: OrgId) -> QueryResult<i64> {
    let sql = "SELECT COUNT(*) AS n FROM memberships m WHERE m.organization_id = $1 AND m.status = 'suspended' AND EXISTS \
        (SELECT 1 FROM company_assignments a WHERE a.organization_id = m.organization_id AND a.membership_id = m.id)";
    let row: Counted = on_each!(conn, c => diesel::sql_query(sql).bind::<Text, _>(org).get_result(c))?;
    Ok(row.n)
}

/// Active members with an address at another domain, and no end of access.
pub fn guests_without_end(conn: &mut Conn, org: OrgId, domain: &str) -> QueryResult<i64> {
    let sql = "SELECT COUNT(*) AS n FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.organization_id = $1 \
        AND m.status = 'active' AND m.access_until IS NULL AND m.role <> 'owner' AND u.email NOT LIKE $2";
    let own = format!("%@{domain}");
    let row: Counted = on_each!(conn, c => diesel::sql_query(sql)
        .bind::<Text, _>(org)
        .bind::<Text, _>(own)
        .get_result(c))?;
    Ok(row.n)
}

/// Whether events from before a time have no seal yet.
pub fn unsealed_since(conn: &mut Conn, org: OrgId, before: Time) -> QueryResult<bool> {
    let sealed: Option<i64> = audit_heads::table
        .find(org)
        .select(audit_heads::sealed_seq)
        .first(conn)
        .optional()?;
    diesel::select(diesel::dsl::exists(
        audit_events::table
            .filter(audit_events::organization_id.eq(org))
            .filter(audit_events::seq.gt(sealed.unwrap_or_default()))
            .filter(audit_events::at.lt(before)),
    ))
    .get_result(conn)
}

/// The hash of an event.
pub fn event_hash(conn: &mut Conn, org: OrgId, seq: i64) -> QueryResult<Option<String>> {
    audit_events::table
        .filter(audit_events::organization_id.eq(org))
        .filter(audit_events::seq.eq(seq))
        .select(audit_events::hash)
        .first(conn)
        .optional()
}

/// Two days: a day is sealed after it is over.
pub const SEALED_WITHIN: Span = Span::days(2);
