//! Whether time has left work for a background job. Reads only, so that asking every minute takes no lock.

use diesel::dsl::exists;
use diesel::prelude::*;

use crate::common::id::JoinId;
use crate::common::time::{Span, Time};
use crate::db::Conn;
use crate::db::schema::{
    account_requests, api_answers, approvals, company_assignments, email_tokens, invitation_reports, invitations,
    join_requests, login_attempts, memberships, organization_drafts, passkey_ceremonies, sessions, sign_in_steps,
    support_sessions, usage_event_keys, users,
};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::InvitationStatus;
use crate::models::account_request;
use crate::models::api_answer;
use crate::models::approval::ApprovalStatus;
use crate::models::invitation_report;
use crate::models::join_request;
use crate::models::organization::draft;
use crate::models::session::{ABSOLUTE, IDLE};
use crate::models::usage::key;
use crate::models::usage_import;

/// Pending invitations past their end.
pub fn expired_invitations(conn: &mut Conn, now: Time) -> QueryResult<bool> {
    diesel::select(exists(
        invitations::table
            .filter(invitations::status.eq(InvitationStatus::Pending))
            .filter(invitations::expires_at.le(now)),
    ))
    .get_result(conn)
}

/// Memberships or assignments whose access has ended.
pub fn ended_access(conn: &mut Conn, now: Time) -> QueryResult<bool> {
    let memberships: bool = diesel::select(exists(
        memberships::table
            .filter(memberships::status.eq(MembershipStatus::Active))
            .filter(memberships::access_until.lt(now)),
    ))
    .get_result(conn)?;
    if memberships {
        return Ok(true);
    }
    diesel::select(exists(
        company_assignments::table.filter(company_assignments::access_until.lt(now)),
    ))
    .get_result(conn)
}

/// Join requests that no one decided in time.
pub fn expired_join_requests(conn: &mut Conn, now: Time) -> QueryResult<bool> {
    diesel::select(exists(
        join_requests::table
            .filter(join_requests::status.eq(join_request::JoinStatus::Awaiting))
            .filter(join_requests::created_at.le(now - join_request::WAIT)),
    ))
    .get_result(conn)
}

/// Open approvals past their end.
pub fn expired_approvals(conn: &mut Conn, now: Time) -> QueryResult<bool> {
    diesel::select(exists(
        approvals::table
            .filter(approvals::status.eq(ApprovalStatus::Open))
            .filter(approvals::expires_at.le(now)),
    ))
    .get_result(conn)
}

/// Support sessions past their end.
pub fn ended_support_sessions(conn: &mut Conn, now: Time) -> QueryResult<bool> {
    diesel::select(exists(
        support_sessions::table
            .filter(support_sessions::ended_at.is_null())
            .filter(support_sessions::ends_at.le(now)),
    ))
    .get_result(conn)
}

/// Removal snapshots, sessions, email tokens, sign-in attempts, drafts, closed reports, keys of usage events and answers of the API that
/// are no longer needed.
pub fn leftovers(conn: &mut Conn, now: Time) -> QueryResult<bool> {
    let removals: bool =
        diesel::select(exists(memberships::table.filter(memberships::restorable_until.lt(now)))).get_result(conn)?;
    // Each condition apart, because each has an index.
    let idle = exists(sessions::table.filter(sessions::last_seen_at.le(now - IDLE)));
    let old = exists(sessions::table.filter(sessions::created_at.le(now - ABSOLUTE)));
    let sessions: bool = diesel::select(idle.or(old)).get_result(conn)?;
    let past = now - Span::days(7);
    let ended = exists(email_tokens::table.filter(email_tokens::expires_at.lt(past)));
    let used = exists(email_tokens::table.filter(email_tokens::used_at.lt(past)));
    let tokens: bool = diesel::select(ended.or(used)).get_result(conn)?;
    let attempts: bool = diesel::select(exists(
        login_attempts::table.filter(login_attempts::at.lt(now - Span::days(1))),
    ))
    .get_result(conn)?;
    let reports: bool = diesel::select(exists(
        invitation_reports::table.filter(invitation_reports::closed_at.lt(now - invitation_report::KEPT)),
    ))
    .get_result(conn)?;
    let drafts: bool = diesel::select(exists(
        organization_drafts::table.filter(organization_drafts::saved_at.lt(now - draft::KEPT)),
    ))
    .get_result(conn)?;
    let requests: bool = diesel::select(exists(
        account_requests::table.filter(account_requests::created_at.lt(now - account_request::KEPT)),
    ))
    .get_result(conn)?;
    let keys = exists(usage_event_keys::table.filter(usage_event_keys::received_at.lt(now - key::KEPT)));
    let keys: bool = diesel::select(keys).get_result(conn)?;
    let imports = usage_import::expired(conn, now)?.is_some();
    let answers = exists(api_answers::table.filter(api_answers::created_at.lt(now - api_answer::KEPT)));
    let answers: bool = diesel::select(answers).get_result(conn)?;
    let ceremonies = exists(passkey_ceremonies::table.filter(passkey_ceremonies::expires_at.le(now)));
    let ceremonies: bool = diesel::select(ceremonies).get_result(conn)?;
    let steps = exists(sign_in_steps::table.filter(sign_in_steps::expires_at.le(now)));
    let steps: bool = diesel::select(steps).get_result(conn)?;
    let of_accounts = sessions || tokens || attempts || requests || ceremonies || steps;
    Ok(removals || of_accounts || reports || drafts || keys || imports || answers)
}

/// A request whose time is over.
#[derive(Debug, Queryable)]
pub struct DueRequest {
    pub organization: OrgId,
    pub id: JoinId,
    /// The name of who asked.
    pub name: String,
}

/// The requests that no one answered in time, at most `limit`.
pub fn expiring_join_requests(conn: &mut Conn, now: Time, limit: i64) -> QueryResult<Vec<DueRequest>> {
    join_requests::table
        .inner_join(users::table)
        .filter(join_requests::status.eq(join_request::JoinStatus::Awaiting))
        .filter(join_requests::created_at.le(now - join_request::WAIT))
        .order(join_requests::created_at)
        .limit(limit)
        .select((join_requests::organization_id, join_requests::id, users::name))
        .load(conn)
}
