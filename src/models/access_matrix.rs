//! Members, companies and roles for changes of the access matrix.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::authz::role::{CompanyRole, Role};
use crate::common::id::{CompanyId, CustomRoleId, MembershipId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{companies, company_assignments, memberships, users};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::CompanyStatus;

/// The most values in one query.
const BINDS: usize = 1_000;

#[derive(Debug, Clone, Queryable)]
pub struct MatrixMember {
    pub id: MembershipId,
    pub name: String,
    pub email: String,
    /// The effective role.
    pub role: Role,
    pub access_until: Option<Time>,
    pub direct_role: Role,
    /// The custom role instead of the built-in one.
    pub custom_role: Option<CustomRoleId>,
}

impl MatrixMember {
    /// Their own role as a form's value.
    pub fn title(&self) -> String {
        self.custom_role
            .map_or_else(|| self.direct_role.to_string(), |custom| custom.to_string())
    }
}

macro_rules! people {
    ($organization:expr) => {
        memberships::table
            .inner_join(users::table)
            .filter(memberships::organization_id.eq($organization))
            .filter(memberships::status.ne(MembershipStatus::Removed))
            .select((
                memberships::id,
                users::name,
                users::email,
                memberships::role,
                memberships::access_until,
                memberships::direct_role,
                memberships::custom_role_id,
            ))
    };
}

/// Members by their email addresses.
pub fn by_emails(
    conn: &mut Conn,
    organization: OrgId,
    emails: &[String],
) -> QueryResult<HashMap<String, MatrixMember>> {
    let mut found = HashMap::new();
    for emails in emails.chunks(BINDS) {
        let people: Vec<MatrixMember> = people!(organization).filter(users::email.eq_any(emails)).load(conn)?;
        found.extend(people.into_iter().map(|person| (person.email.clone(), person)));
    }
    Ok(found)
}

/// Members by id, without removed ones.
pub fn by_ids(
    conn: &mut Conn,
    organization: OrgId,
    members: &[MembershipId],
) -> QueryResult<HashMap<MembershipId, MatrixMember>> {
    let mut found = HashMap::new();
    for members in members.chunks(BINDS) {
        let people: Vec<MatrixMember> = people!(organization)
            .filter(conn.one_of(memberships::id, members))
            .load(conn)?;
        found.extend(people.into_iter().map(|person| (person.id, person)));
    }
    Ok(found)
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = companies)]
pub struct MatrixCompany {
    pub id: CompanyId,
    pub name: String,
    pub slug: String,
    pub status: CompanyStatus,
}

/// Companies by their slugs.
pub fn by_slugs(conn: &mut Conn, organization: OrgId, slugs: &[String]) -> QueryResult<HashMap<String, MatrixCompany>> {
    let mut found = HashMap::new();
    for slugs in slugs.chunks(BINDS) {
        let some: Vec<MatrixCompany> = companies::table
            .filter(companies::organization_id.eq(organization))
            .filter(conn.one_of(companies::slug, slugs))
            .select(MatrixCompany::as_select())
            .load(conn)?;
        found.extend(some.into_iter().map(|company| (company.slug.clone(), company)));
    }
    Ok(found)
}

pub fn company(conn: &mut Conn, organization: OrgId, id: CompanyId) -> QueryResult<MatrixCompany> {
    companies::table
        .find((organization, id))
        .select(MatrixCompany::as_select())
        .first(conn)
}

/// The effective role and the member's own one.
pub type AssignedRole = (CompanyRole, Option<CompanyRole>);

/// The roles of members in companies.
pub fn assigned_roles(
    conn: &mut Conn,
    organization: OrgId,
    members: &[MembershipId],
) -> QueryResult<HashMap<(MembershipId, CompanyId), AssignedRole>> {
    let mut roles = HashMap::new();
    for members in members.chunks(BINDS) {
        let rows: Vec<(MembershipId, CompanyId, CompanyRole, Option<CompanyRole>)> = company_assignments::table
            .filter(company_assignments::organization_id.eq(organization))
            .filter(conn.one_of(company_assignments::membership_id, members))
            .select((
                company_assignments::membership_id,
                company_assignments::company_id,
                company_assignments::role,
                company_assignments::direct_role,
            ))
            .load(conn)?;
        roles.extend(
            rows.into_iter()
                .map(|(member, company, role, direct)| ((member, company), (role, direct))),
        );
    }
    Ok(roles)
}

/// The effective role of a member in a company, unless it expired.
pub fn active_role(
    conn: &mut Conn,
    now: Time,
    organization: OrgId,
    member: MembershipId,
    company: CompanyId,
) -> QueryResult<Option<CompanyRole>> {
    company_assignments::table
        .find((organization, member, company))
        .filter(
            company_assignments::access_until
                .is_null()
                .or(company_assignments::access_until.ge(now)),
        )
        .select(company_assignments::role)
        .first(conn)
        .optional()
}
