//! The companies out of which a page lets somebody choose.

use diesel::prelude::*;

use crate::common::id::{CompanyId, MembershipId};
use crate::common::name;
use crate::db::Conn;
use crate::db::schema::{companies, company_assignments};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::CompanyStatus;

/// A company by which a list can be narrowed, or which can be assigned.
#[derive(Debug, Clone, Queryable)]
pub struct CompanyChoice {
    pub id: CompanyId,
    pub name: String,
    pub slug: String,
}

/// So many companies stand in a select; of more, one is named by typing.
const MOST: usize = 50;

/// What a page offers where one company is chosen.
#[derive(Debug, Clone, Default)]
pub struct CompanyChoices {
    /// The companies of a select; none where one is typed.
    pub companies: Vec<CompanyChoice>,
    /// Whether there are too many for a select.
    pub typed: bool,
}

impl CompanyChoices {
    /// The active companies that a member may choose out of: all, or some of them.
    pub fn of(
        conn: &mut Conn,
        organization: OrgId,
        active_companies: i64,
        within: Option<&[CompanyId]>,
    ) -> QueryResult<Self> {
        let too_many = |count: usize| count > MOST;
        // How many there are is known; more than a select takes need not be read.
        let companies = match within {
            None if too_many(usize::try_from(active_companies).unwrap_or(usize::MAX)) => return Ok(Self::TYPED),
            None => self::active_companies(conn, organization, i64::MAX)?,
            Some(within) => among(conn, organization, within)?,
        };
        if too_many(companies.len()) {
            return Ok(Self::TYPED);
        }
        Ok(Self {
            companies,
            typed: false,
        })
    }

    const TYPED: Self = Self {
        companies: Vec::new(),
        typed: true,
    };
}

/// The active ones among some companies, by name.
pub fn among(conn: &mut Conn, organization: OrgId, these: &[CompanyId]) -> QueryResult<Vec<CompanyChoice>> {
    companies::table
        .filter(companies::organization_id.eq(organization))
        .filter(companies::status.eq(CompanyStatus::Active))
        .filter(companies::id.eq_any(these))
        .order((companies::sort_name, companies::id))
        .select((companies::id, companies::name, companies::slug))
        .load(conn)
}

/// The active companies by name, at most `limit`.
pub fn active_companies(conn: &mut Conn, organization: OrgId, limit: i64) -> QueryResult<Vec<CompanyChoice>> {
    companies::table
        .filter(companies::organization_id.eq(organization))
        .filter(companies::status.eq(CompanyStatus::Active))
        .order((companies::sort_name, companies::id))
        .limit(limit)
        .select((companies::id, companies::name, companies::slug))
        .load(conn)
}

/// The active companies that a member is not assigned to, all or some, by name, at most `limit`.
pub fn unassigned(
    conn: &mut Conn,
    organization: OrgId,
    member: MembershipId,
    within: Option<&[CompanyId]>,
    limit: i64,
) -> QueryResult<Vec<CompanyChoice>> {
    let assigned = company_assignments::table
        .filter(company_assignments::organization_id.eq(organization))
        .filter(company_assignments::membership_id.eq(member))
        .filter(company_assignments::company_id.eq(companies::id));
    let mut query = companies::table
        .filter(companies::organization_id.eq(organization))
        .filter(companies::status.eq(CompanyStatus::Active))
        .filter(diesel::dsl::not(diesel::dsl::exists(assigned)))
        .order((companies::sort_name, companies::id))
        .limit(limit)
        .select((companies::id, companies::name, companies::slug))
        .into_boxed::<<Conn as diesel::Connection>::Backend>();
    if let Some(within) = within {
        query = query.filter(companies::id.eq_any(within));
    }
    query.load(conn)
}

/// The company that somebody means by its id, its slug, or the beginning of its name.
pub fn company_meant(conn: &mut Conn, organization: OrgId, text: &str) -> QueryResult<Option<CompanyChoice>> {
    let columns = (companies::id, companies::name, companies::slug);
    let exact: Option<CompanyChoice> = companies::table
        .filter(companies::organization_id.eq(organization))
        .filter(companies::slug.eq(text))
        .select(columns)
        .first(conn)
        .optional()?;
    if exact.is_some() {
        return Ok(exact);
    }
    if let Some(id) = CompanyId::parse(text) {
        return companies::table
            .find((organization, id))
            .select(columns)
            .first(conn)
            .optional();
    }
    let beginning = name::sort_key(text);
    let Some(end) = name::prefix_end(&beginning) else {
        return Ok(None);
    };
    companies::table
        .filter(companies::organization_id.eq(organization))
        .filter(companies::status.eq(CompanyStatus::Active))
        .filter(companies::sort_name.ge(beginning))
        .filter(companies::sort_name.lt(end))
        .order((companies::sort_name, companies::id))
        .select(columns)
        .first(conn)
        .optional()
}
