//! The rows that the move of a company to another organization reads and writes.

pub mod obstacles;

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::authz::role::{CompanyRole, Role};
use crate::common::id::{CompanyId, MembershipId, UserId};
use crate::common::search;
use crate::common::slug::Slug;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{companies, company_assignments, memberships, users};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::CompanyStatus;
use crate::models::company_words;
use crate::models::organization;
use crate::models::tenant_tables::{OnCompanyMove, TENANT_TABLES};
use crate::on_each;

/// A member's assignment in the company.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = company_assignments)]
pub struct MovedAssignment {
    #[diesel(select_expression = memberships::id)]
    pub member: MembershipId,
    #[diesel(select_expression = users::id)]
    pub user: UserId,
    #[diesel(select_expression = users::name)]
    pub name: String,
    #[diesel(select_expression = memberships::status)]
    pub status: MembershipStatus,
    /// `None` when only groups give the assignment.
    pub direct_role: Option<CompanyRole>,
    pub access_until: Option<Time>,
}

pub fn assignments(conn: &mut Conn, organization: OrgId, company: CompanyId) -> QueryResult<Vec<MovedAssignment>> {
    company_assignments::table
        .inner_join(
            memberships::table.on(memberships::organization_id
                .eq(company_assignments::organization_id)
                .and(memberships::id.eq(company_assignments::membership_id))),
        )
        .inner_join(users::table.on(users::id.eq(memberships::user_id)))
        .filter(company_assignments::organization_id.eq(organization))
        .filter(company_assignments::company_id.eq(company))
        .order(memberships::id)
        .select(MovedAssignment::as_select())
        .load(conn)
}

/// The active memberships of some accounts in an organization.
pub fn members_among(
    conn: &mut Conn,
    organization: OrgId,
    accounts: &[UserId],
) -> QueryResult<HashMap<UserId, (MembershipId, Role)>> {
    let mut members = HashMap::new();
    for some in accounts.chunks(500) {
        let found: Vec<(UserId, MembershipId, Role)> = memberships::table
            .filter(memberships::organization_id.eq(organization))
            .filter(memberships::user_id.eq_any(some))
            .filter(memberships::status.eq(MembershipStatus::Active))
            .select((memberships::user_id, memberships::id, memberships::role))
            .load(conn)?;
        members.extend(found.into_iter().map(|(user, id, role)| (user, (id, role))));
    }
    Ok(members)
}

/// A company as it is copied to the other organization.
#[derive(Debug, Clone)]
pub struct MovedCompany {
    pub id: CompanyId,
    pub name: String,
    pub status: CompanyStatus,
    pub created_at: Time,
    pub archived_at: Option<Time>,
}

impl MovedCompany {
    /// Its share of the active and archived companies of an organization.
    fn counts(&self) -> (i64, i64) {
        match self.status {
            CompanyStatus::Active => (1, 0),
            CompanyStatus::Archived => (0, 1),
        }
    }
}

pub fn insert(conn: &mut Conn, to: OrgId, company: &MovedCompany, slug: &Slug) -> QueryResult<()> {
    diesel::insert_into(companies::table)
        .values((
            companies::organization_id.eq(to),
            companies::id.eq(company.id),
            companies::name.eq(&company.name),
            companies::slug.eq(slug.as_str()),
            companies::sort_name.eq(search::sort_key(&company.name)),
            companies::status.eq(company.status),
            companies::created_at.eq(company.created_at),
            companies::archived_at.eq(company.archived_at),
        ))
        .execute(conn)?;
    company_words::put(conn, to, company.id, &company.name, company.status)?;
    let (active, archived) = company.counts();
    organization::count_companies(conn, to, active, archived)
}

/// Deletes the company from the organization that it leaves, with the closed rows that refer to it.
pub fn delete(conn: &mut Conn, from: OrgId, company: &MovedCompany) -> QueryResult<()> {
    for table in TENANT_TABLES {
        if matches!(
            table.on_company_move,
            OnCompanyMove::BlocksThenDeleted(_) | OnCompanyMove::Deleted
        ) {
            let sql = format!(
                "DELETE FROM {} WHERE organization_id = $1 AND company_id = $2",
                table.name
            );
            on_each!(conn, c => diesel::sql_query(sql).bind::<Text, _>(from).bind::<Text, _>(company.id).execute(c))?;
        }
    }
    diesel::delete(companies::table.find((from, company.id))).execute(conn)?;
    let (active, archived) = company.counts();
    organization::count_companies(conn, from, -active, -archived)
}
