//! The people who can decide an access request.

use diesel::prelude::*;

use crate::app::Ctx;
use crate::authz::decision::Reach;
use crate::authz::permission::{DecideRequests, Permission};
use crate::authz::role::{CompanyRole, Role};
use crate::common::id::{CompanyId, CustomRoleId, MembershipId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{company_assignments, memberships, users};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::models::custom_role;
use crate::models::membership::access;

#[derive(Debug, Clone, Queryable)]
pub struct RequestDecider {
    pub id: MembershipId,
    pub name: String,
    pub email: String,
}

/// The most people who get an email about a request.
const EMAILS: usize = 10;

/// The most managers of the company among them.
const MANAGERS: i64 = 3;

/// The people who can decide a request: managers of the company first, then those who decide in the whole organization.
pub fn deciders(
    conn: &mut Conn,
    cx: &Ctx,
    organization: OrgId,
    requester: MembershipId,
    company: Option<CompanyId>,
) -> QueryResult<Vec<RequestDecider>> {
    let mut found: Vec<RequestDecider> = Vec::new();
    if let Some(company) = company {
        for manager in managers(conn, cx.now, organization, company)? {
            let inputs = access::access_inputs(conn, cx.now, organization, manager.id)?;
            if manager.id != requester && inputs.in_company(Some(CompanyRole::Manager)).has(DecideRequests::ID) {
                found.push(manager);
            }
        }
    }
    let by_custom: Vec<CustomRoleId> = custom_role::all(conn, organization)?
        .into_iter()
        .filter(|role| role.permissions.has(DecideRequests::ID))
        .map(|role| role.id)
        .collect();
    let roles = [Role::Owner, Role::Admin, Role::UserAdmin].map(Some);
    for role in roles.into_iter().chain((!by_custom.is_empty()).then_some(None)) {
        if found.len() >= EMAILS {
            break;
        }
        let mut query = memberships::table
            .inner_join(users::table)
            .filter(memberships::organization_id.eq(organization))
            .filter(memberships::status.eq(MembershipStatus::Active))
            .filter(memberships::sort_name.is_not_null())
            .filter(memberships::id.ne(requester))
            .into_boxed();
        query = match role {
            Some(role) => query.filter(memberships::role.eq(role)),
            None => query.filter(memberships::custom_role_id.eq_any(&by_custom)),
        };
        let more: Vec<RequestDecider> = query
            .order((memberships::sort_name, memberships::id))
            .limit(i64::try_from(EMAILS).unwrap_or(i64::MAX))
            .select((memberships::id, users::name, users::email))
            .load(conn)?;
        for person in more {
            if found.len() >= EMAILS {
                break;
            }
            let known = found.iter().any(|known| known.id == person.id);
            let inputs = access::access_inputs(conn, cx.now, organization, person.id)?;
            if !known && inputs.permissions().reach(DecideRequests::ID) == Reach::Everywhere {
                found.push(person);
            }
        }
    }
    Ok(found)
}

fn managers(conn: &mut Conn, now: Time, organization: OrgId, company: CompanyId) -> QueryResult<Vec<RequestDecider>> {
    company_assignments::table
        .inner_join(
            memberships::table.on(memberships::organization_id
                .eq(company_assignments::organization_id)
                .and(memberships::id.eq(company_assignments::membership_id))),
        )
        .inner_join(users::table.on(users::id.eq(memberships::user_id)))
        .filter(company_assignments::organization_id.eq(organization))
        .filter(company_assignments::company_id.eq(company))
        .filter(company_assignments::role.eq(CompanyRole::Manager))
        .filter(
            company_assignments::access_until
                .is_null()
                .or(company_assignments::access_until.ge(now)),
        )
        .filter(memberships::status.eq(MembershipStatus::Active))
        .order((company_assignments::sort_name, company_assignments::membership_id))
        .limit(MANAGERS)
        .select((memberships::id, users::name, users::email))
        .load(conn)
}
