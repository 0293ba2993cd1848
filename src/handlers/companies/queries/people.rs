//! The people of a company, and members who can be assigned.

use diesel::prelude::*;

use crate::authz::role::{CompanyRole, Role};
use crate::common::email::Email;
use crate::common::id::{CompanyId, MembershipId};
use crate::common::search;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{company_assignments, member_search_terms, memberships, users};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = company_assignments)]
pub struct AssignedMember {
    #[diesel(select_expression = memberships::id)]
    pub id: MembershipId,
    #[diesel(select_expression = users::name)]
    pub name: String,
    #[diesel(select_expression = users::email)]
    pub email: String,
    /// In the organization.
    #[diesel(select_expression = memberships::role)]
    pub role: Role,
    /// In the company.
    #[diesel(column_name = role)]
    pub company_role: CompanyRole,
    /// When the assignment ends.
    pub access_until: Option<Time>,
}

/// The first assigned members by name.
pub fn assigned(conn: &mut Conn, org: OrgId, company: CompanyId, limit: i64) -> QueryResult<Vec<AssignedMember>> {
    company_assignments::table
        .inner_join(
            memberships::table.on(memberships::organization_id
                .eq(company_assignments::organization_id)
                .and(memberships::id.eq(company_assignments::membership_id))),
        )
        .inner_join(users::table.on(users::id.eq(memberships::user_id)))
        .filter(company_assignments::organization_id.eq(org))
        .filter(company_assignments::company_id.eq(company))
        .order((company_assignments::sort_name, company_assignments::membership_id))
        .limit(limit)
        .select(AssignedMember::as_select())
        .load(conn)
}

pub fn count_assigned(conn: &mut Conn, org: OrgId, company: CompanyId) -> QueryResult<i64> {
    company_assignments::table
        .filter(company_assignments::organization_id.eq(org))
        .filter(company_assignments::company_id.eq(company))
        .count()
        .get_result(conn)
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = memberships)]
pub struct CompanyCandidate {
    pub id: MembershipId,
    #[diesel(select_expression = users::name)]
    pub name: String,
    #[diesel(select_expression = users::email)]
    pub email: String,
    pub role: Role,
}

/// The first members by name that match each word. `within` limits them to the people of some companies; others are found
/// by their exact email address.
pub fn candidates(
    conn: &mut Conn,
    org: OrgId,
    q: &str,
    within: Option<&[CompanyId]>,
    limit: i64,
) -> QueryResult<Vec<CompanyCandidate>> {
    let mut query = memberships::table
        .inner_join(users::table)
        .filter(memberships::organization_id.eq(org))
        .filter(memberships::status.eq(MembershipStatus::Active))
        .filter(memberships::sort_name.is_not_null())
        .order((memberships::sort_name, memberships::id))
        .limit(limit)
        .select(CompanyCandidate::as_select())
        .into_boxed();
    for word in search::query(q) {
        let (from, until) = search::range(&word);
        query = query.filter(
            memberships::id.eq_any(
                member_search_terms::table
                    .filter(member_search_terms::organization_id.eq(org))
                    .filter(member_search_terms::word.ge(from))
                    .filter(member_search_terms::word.lt(until))
                    .select(member_search_terms::membership_id),
            ),
        );
    }
    if let Some(within) = within {
        let email = Email::parse(q).map_or_else(|_| String::new(), |email| email.to_string());
        query = query.filter(
            users::email.eq(email).or(memberships::id.eq_any(
                company_assignments::table
                    .filter(company_assignments::organization_id.eq(org))
                    .filter(company_assignments::company_id.eq_any(within))
                    .select(company_assignments::membership_id),
            )),
        );
    }
    query.load(conn)
}
