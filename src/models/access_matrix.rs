//! What a change of many places needs: everything or nothing, and what stands now.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::authz::role::{CompanyRole, Role};
use crate::common::error::AppError;
use crate::common::id::{CompanyId, CustomRoleId, MembershipId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{companies, company_assignments, memberships, users};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::CompanyStatus;

/// So many values go into one query.
const BINDS: usize = 1_000;

enum Back<F> {
    Refused(F),
    Failed(AppError),
}

impl<F> From<diesel::result::Error> for Back<F> {
    fn from(error: diesel::result::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// Does some work; when it is refused, everything it wrote is undone and the reason stays.
pub fn all_or_nothing<T, F>(
    conn: &mut Conn,
    work: impl FnOnce(&mut Conn) -> Result<Result<T, F>, AppError>,
) -> Result<Result<T, F>, AppError> {
    let done = conn.transaction(|conn| match work(conn) {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(refused)) => Err(Back::Refused(refused)),
        Err(failed) => Err(Back::Failed(failed)),
    });
    match done {
        Ok(done) => Ok(Ok(done)),
        Err(Back::Refused(refused)) => Ok(Err(refused)),
        Err(Back::Failed(failed)) => Err(failed),
    }
}

/// A member as a change of places meets them.
#[derive(Debug, Clone, Queryable)]
pub struct Person {
    pub id: MembershipId,
    pub name: String,
    pub email: String,
    /// The role that counts.
    pub role: Role,
    /// The end of access.
    pub access_until: Option<Time>,
    pub direct_role: Role,
    /// The custom role in its place.
    pub custom_role: Option<CustomRoleId>,
}

impl Person {
    /// The form's value of their own role.
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

/// The members of some addresses, by address.
pub fn by_emails(conn: &mut Conn, organization: OrgId, emails: &[String]) -> QueryResult<HashMap<String, Person>> {
    let mut found = HashMap::new();
    for emails in emails.chunks(BINDS) {
        let people: Vec<Person> = people!(organization).filter(users::email.eq_any(emails)).load(conn)?;
        found.extend(people.into_iter().map(|person| (person.email.clone(), person)));
    }
    Ok(found)
}

/// Some members, by id; who was removed or belongs to another organization is not among them.
pub fn by_ids(
    conn: &mut Conn,
    organization: OrgId,
    members: &[MembershipId],
) -> QueryResult<HashMap<MembershipId, Person>> {
    let mut found = HashMap::new();
    for members in members.chunks(BINDS) {
        let people: Vec<Person> = people!(organization)
            .filter(memberships::id.eq_any(members))
            .load(conn)?;
        found.extend(people.into_iter().map(|person| (person.id, person)));
    }
    Ok(found)
}

/// A company as a change of places meets it.
#[derive(Debug, Clone, Queryable)]
pub struct Company {
    pub id: CompanyId,
    pub name: String,
    pub slug: String,
    /// Whether it works.
    pub status: CompanyStatus,
}

/// The companies of some slugs, by slug.
pub fn by_slugs(conn: &mut Conn, organization: OrgId, slugs: &[String]) -> QueryResult<HashMap<String, Company>> {
    let mut found = HashMap::new();
    for slugs in slugs.chunks(BINDS) {
        let some: Vec<Company> = companies::table
            .filter(companies::organization_id.eq(organization))
            .filter(companies::slug.eq_any(slugs))
            .select((companies::id, companies::name, companies::slug, companies::status))
            .load(conn)?;
        found.extend(some.into_iter().map(|company| (company.slug.clone(), company)));
    }
    Ok(found)
}

/// One of the organization's companies.
pub fn company(conn: &mut Conn, organization: OrgId, id: CompanyId) -> QueryResult<Company> {
    companies::table
        .find((organization, id))
        .select((companies::id, companies::name, companies::slug, companies::status))
        .first(conn)
}

/// The role that counts and the own one.
pub type Held = (CompanyRole, Option<CompanyRole>);

/// The places of some members, by member and company.
pub fn held(
    conn: &mut Conn,
    organization: OrgId,
    members: &[MembershipId],
) -> QueryResult<HashMap<(MembershipId, CompanyId), Held>> {
    let mut held = HashMap::new();
    for members in members.chunks(BINDS) {
        let rows: Vec<(MembershipId, CompanyId, CompanyRole, Option<CompanyRole>)> = company_assignments::table
            .filter(company_assignments::organization_id.eq(organization))
            .filter(company_assignments::membership_id.eq_any(members))
            .select((
                company_assignments::membership_id,
                company_assignments::company_id,
                company_assignments::role,
                company_assignments::direct_role,
            ))
            .load(conn)?;
        held.extend(
            rows.into_iter()
                .map(|(member, company, role, direct)| ((member, company), (role, direct))),
        );
    }
    Ok(held)
}
