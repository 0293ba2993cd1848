//! Companies that members have pinned to their sidebar.

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::common::id::{CompanyId, MembershipId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::company_pins;
use crate::db::types::org_id::OrgId;
use crate::models::company_choice::CompanyChoice;
use crate::on_each;

/// The most companies in a sidebar.
pub const MOST: usize = 10;

/// `false` when it is pinned already.
pub fn pin(
    conn: &mut Conn,
    now: Time,
    organization: OrgId,
    member: MembershipId,
    company: CompanyId,
) -> QueryResult<bool> {
    let row = (
        company_pins::organization_id.eq(organization),
        company_pins::membership_id.eq(member),
        company_pins::company_id.eq(company),
        company_pins::created_at.eq(now),
    );
    let pinned =
        on_each!(conn, c => diesel::insert_into(company_pins::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(pinned == 1)
}

/// `false` when it is not pinned.
pub fn unpin(conn: &mut Conn, organization: OrgId, member: MembershipId, company: CompanyId) -> QueryResult<bool> {
    let taken = diesel::delete(company_pins::table.find((organization, member, company))).execute(conn)?;
    Ok(taken == 1)
}

pub fn is_pinned(conn: &mut Conn, organization: OrgId, member: MembershipId, company: CompanyId) -> QueryResult<bool> {
    diesel::select(exists(company_pins::table.find((organization, member, company)))).get_result(conn)
}

/// The pinned companies that are active, by name.
pub fn active(conn: &mut Conn, organization: OrgId, member: MembershipId) -> QueryResult<Vec<CompanyChoice>> {
    conn.rows_of(
        "company_pins",
        "p",
        "p.organization_id = ? AND p.membership_id = ?",
        &[&organization, &member],
    )
    .then(
        "companies",
        "c",
        "c.organization_id = p.organization_id AND c.id = p.company_id AND c.status = 'active'",
        &[],
    )
    .select::<(Text, Text, Text)>("c.id, c.name, c.slug")
    .ordered("c.sort_name, c.id")
    .load(conn)
}
