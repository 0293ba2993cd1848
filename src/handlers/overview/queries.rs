//! What the overview shows is only read.

use diesel::dsl::count_star;
use diesel::prelude::*;

use crate::common::id::CompanyId;
use crate::common::time::{Span, Time};
use crate::db::Conn;
use crate::db::schema::{companies, invitations, mail_outbox, organizations, role_counts};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::{CompanyStatus, InvitationStatus};
use crate::mail::outbox::MailState;

/// How many of these companies are active and archived.
pub fn companies_by_status(conn: &mut Conn, org: OrgId, own: &[CompanyId]) -> QueryResult<(i64, i64)> {
    let rows: Vec<(CompanyStatus, i64)> = companies::table
        .filter(companies::organization_id.eq(org))
        .filter(companies::id.eq_any(own))
        .group_by(companies::status)
        .select((companies::status, count_star()))
        .load(conn)?;
    let of = |wanted| rows.iter().find(|(status, _)| *status == wanted).map_or(0, |(_, n)| *n);
    Ok((of(CompanyStatus::Active), of(CompanyStatus::Archived)))
}

/// The first active companies by name. `own` limits them.
pub fn first_companies(
    conn: &mut Conn,
    org: OrgId,
    own: Option<&[CompanyId]>,
    limit: i64,
) -> QueryResult<Vec<(CompanyId, String, String)>> {
    let active = companies::table
        .filter(companies::organization_id.eq(org))
        .filter(companies::status.eq(CompanyStatus::Active))
        .order((companies::sort_name, companies::id))
        .limit(limit)
        .select((companies::id, companies::name, companies::slug));
    match own {
        None => active.load(conn),
        Some(own) => active.filter(companies::id.eq_any(own)).load(conn),
    }
}

/// How many members there are.
pub fn members(conn: &mut Conn, org: OrgId) -> QueryResult<i64> {
    let counts: Vec<i64> = role_counts::table
        .filter(role_counts::organization_id.eq(org))
        .select(role_counts::members)
        .load(conn)?;
    Ok(counts.iter().sum())
}

/// Invitations nobody has answered yet.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pending {
    /// All that can still be accepted.
    pub open: i64,
    /// Those of them that end within two days.
    pub ending: i64,
    /// Those of them whose letter did not arrive.
    pub undelivered: i64,
}

/// Counts the pending invitations.
pub fn pending(conn: &mut Conn, org: OrgId, now: Time) -> QueryResult<Pending> {
    let open = || {
        invitations::table
            .filter(invitations::organization_id.eq(org))
            .filter(invitations::status.eq(InvitationStatus::Pending))
            .filter(invitations::expires_at.gt(now))
    };
    Ok(Pending {
        open: open().count().get_result(conn)?,
        ending: open()
            .filter(invitations::expires_at.le(now + Span::days(2)))
            .count()
            .get_result(conn)?,
        undelivered: open()
            .inner_join(mail_outbox::table)
            .filter(
                mail_outbox::state
                    .eq(MailState::Failed)
                    .or(mail_outbox::state.eq(MailState::Bounced)),
            )
            .count()
            .get_result(conn)?,
    })
}

/// How many owners there are.
pub fn owners(conn: &mut Conn, org: OrgId) -> QueryResult<i32> {
    organizations::table
        .find(org)
        .select(organizations::owner_count)
        .first(conn)
}
