//! Whom a reader may look at.

use diesel::prelude::*;

use crate::gate::db::Conn;
use crate::gate::member::{Member, OrgId, Standing};
use crate::gate::permission::Right;
use crate::gate::rights::Reach;
use crate::gate::schema::company_assignments;
use crate::ground::error::AppError;
use crate::ground::id::{CompanyId, MembershipId};

/// Somebody whom the reader may look at by a right: everybody, or who shares a company in which it is held; and themselves.
///
/// # Errors
/// `NotFound` for everybody else.
pub fn visible(conn: &mut Conn, member: &Member, right: Right, id: MembershipId) -> Result<Standing, AppError> {
    let person = Standing::find(conn, member.organization, id)?;
    let seen = id == member.id
        || match member.rights.reach(right) {
            Reach::Everywhere => true,
            Reach::OwnCompanies => {
                let own = member.own_companies(conn, right)?;
                is_within(conn, member.organization, id, &own)?
            }
            Reach::Nowhere => false,
        };
    if seen { Ok(person) } else { Err(AppError::NotFound) }
}

/// Whether somebody is assigned to one of some companies.
///
/// # Errors
/// When the database fails.
fn is_within(conn: &mut Conn, organization: OrgId, member: MembershipId, companies: &[CompanyId]) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        company_assignments::table
            .filter(company_assignments::organization_id.eq(organization))
            .filter(company_assignments::membership_id.eq(member))
            .filter(company_assignments::company_id.eq_any(companies)),
    ))
    .get_result(conn)
}
