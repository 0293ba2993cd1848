//! Reads of the overview.

pub mod rollup;

use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::common::id::{CompanyId, MembershipId};
use crate::common::time::{Span, Time};
use crate::db::Conn;
use crate::db::schema::{companies, memberships, organization_contacts, organizations, users};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::CompanyStatus;
use crate::models::member_search::filter::ENDING_SOON;
use crate::models::organization::contact::ContactKind;
use crate::on_each;

/// How many of these companies are active and archived.
pub fn companies_by_status(conn: &mut Conn, org: OrgId, own: &[CompanyId]) -> QueryResult<(i64, i64)> {
    let rows: Vec<(CompanyStatus, i64)> = companies::table
        .filter(companies::organization_id.eq(org))
        .filter(conn.one_of(companies::id, own))
        .group_by(companies::status)
        .select((companies::status, count_star()))
        .load(conn)?;
    let of = |wanted| rows.iter().find(|(status, _)| *status == wanted).map_or(0, |(_, n)| *n);
    Ok((of(CompanyStatus::Active), of(CompanyStatus::Archived)))
}

#[derive(Debug, Clone, Copy, Default, QueryableByName)]
pub struct PendingInvitations {
    #[diesel(sql_type = BigInt)]
    pub open: i64,
    /// Those that expire within two days.
    #[diesel(sql_type = BigInt)]
    pub ending: i64,
    /// Those whose email did not arrive.
    #[diesel(sql_type = BigInt)]
    pub undelivered: i64,
}

pub fn pending_invitations(conn: &mut Conn, org: OrgId, now: Time) -> QueryResult<PendingInvitations> {
    // The kept number has those whose time is over until the job closes them. The order of the join is the one written.
    let sql = "SELECT \
        (SELECT pending_invitations FROM organizations WHERE id = $1) \
        - (SELECT COUNT(*) FROM invitations WHERE organization_id = $1 AND status = 'pending' AND expires_at <= $2) AS open, \
        (SELECT COUNT(*) FROM invitations WHERE organization_id = $1 AND status = 'pending' AND expires_at > $2 AND expires_at <= $3) AS ending, \
        (SELECT COUNT(*) FROM mail_outbox m CROSS JOIN invitations i WHERE m.organization = $1 AND m.state IN ('failed', 'bounced') \
            AND i.email = m.to_email AND i.status = 'pending' AND i.expires_at > $2 AND i.organization_id = $1 AND i.mail_id = m.id) \
        AS undelivered";
    // SQLite numbers the parameters in the order of their first use.
    let soon = now + Span::days(2);
    on_each!(conn, c => diesel::sql_query(sql)
        .bind::<Text, _>(org)
        .bind::<BigInt, _>(now)
        .bind::<BigInt, _>(soon)
        .get_result(c))
}

#[derive(Debug, Clone)]
pub struct OverviewFacts {
    pub owners: i32,
    /// `None` in a support session.
    pub joined_at: Option<Time>,
    /// The verified support contact.
    pub support: Option<String>,
}

pub fn facts(conn: &mut Conn, org: OrgId, reader: MembershipId) -> QueryResult<OverviewFacts> {
    let (owners, joined_at, support): (i32, Option<Time>, Option<String>) = organizations::table
        .left_join(
            memberships::table.on(memberships::organization_id
                .eq(organizations::id)
                .and(memberships::id.eq(reader))),
        )
        .left_join(
            organization_contacts::table.on(organization_contacts::organization_id
                .eq(organizations::id)
                .and(organization_contacts::kind.eq(ContactKind::Support))),
        )
        .filter(organizations::id.eq(org))
        .select((
            organizations::owner_count,
            memberships::joined_at.nullable(),
            organization_contacts::email.nullable(),
        ))
        .first(conn)?;
    Ok(OverviewFacts {
        owners,
        joined_at,
        support: support.filter(|email| !email.is_empty()),
    })
}

/// How many members with ending access are read.
pub const ENDING: i64 = 100;

/// A member whose access ends soon.
#[derive(Debug, Queryable)]
pub struct EndingAccess {
    pub id: MembershipId,
    pub name: String,
    pub end: Time,
}

/// The members whose access ends first, at most [`ENDING`].
pub fn ending_access(conn: &mut Conn, org: OrgId, now: Time) -> QueryResult<Vec<EndingAccess>> {
    memberships::table
        .inner_join(users::table)
        .filter(memberships::organization_id.eq(org))
        .filter(memberships::status.eq(MembershipStatus::Active))
        .filter(memberships::access_until.ge(now))
        .filter(memberships::access_until.lt(now + ENDING_SOON))
        .order((memberships::access_until, memberships::id))
        .limit(ENDING)
        .select((
            memberships::id,
            users::name,
            memberships::access_until.assume_not_null(),
        ))
        .load(conn)
}
