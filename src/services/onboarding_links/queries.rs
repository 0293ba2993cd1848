//! What the room asks of the database. The rows of links are written by `gate::link`, those of requests in `requests`.

use diesel::prelude::*;

use crate::app::Ctx;
use crate::authz::decision::Reach;
use crate::authz::permission::{DecideRequests, Permission};
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::id::{CompanyId, MembershipId, UserId};
use crate::common::name;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{companies, memberships, users};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::CompanyStatus;
use crate::models::membership::access;
use crate::services::invitations::authority;
use crate::services::invitations::authority::InviteAuthority;
use crate::services::onboarding_links::resolve::LinkGrant;
use crate::services::onboarding_links::rules::LinkState;

pub type Backend = <Conn as diesel::Connection>::Backend;

/// A company that a link names, or may.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Company {
    pub id: CompanyId,
    pub name: String,
}

/// The active companies among some, by name. With a voucher: only those to which they may bring people.
pub fn companies(
    conn: &mut Conn,
    organization: OrgId,
    mut ids: Vec<CompanyId>,
    voucher: Option<&InviteAuthority>,
) -> QueryResult<Vec<Company>> {
    if let Some(voucher) = voucher.filter(|voucher| voucher.reach() != Reach::Everywhere) {
        ids.retain(|id| voucher.own.contains(id));
    }
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    companies::table
        .filter(companies::organization_id.eq(organization))
        .filter(companies::status.eq(CompanyStatus::Active))
        .filter(companies::id.eq_any(ids))
        .order((companies::sort_name, companies::id))
        .select((companies::id, companies::name))
        .load(conn)
}

/// The first active companies to which somebody may bring people and whose name holds `q`, by name; whether there are more.
pub fn matching(
    conn: &mut Conn,
    organization: OrgId,
    voucher: &InviteAuthority,
    q: &str,
    most: usize,
) -> QueryResult<(Vec<Company>, bool)> {
    let mut query = companies::table
        .filter(companies::organization_id.eq(organization))
        .filter(companies::status.eq(CompanyStatus::Active))
        .order((companies::sort_name, companies::id))
        .select((companies::id, companies::name))
        .into_boxed::<Backend>();
    if voucher.reach() != Reach::Everywhere {
        query = query.filter(companies::id.eq_any(voucher.own.clone()));
    }
    // Names are folded here as everywhere (accents, case), so a search reads the names; the plain list reads its own rows.
    let wanted = name::fold(q.trim());
    if wanted.is_empty() {
        query = query.limit(i64::try_from(most + 1).unwrap_or(i64::MAX));
    }
    let all: Vec<Company> = query.load(conn)?;
    let mut found: Vec<Company> = all
        .into_iter()
        .filter(|company| wanted.is_empty() || name::fold(&company.name).contains(&wanted))
        .collect();
    let more = found.len() > most;
    found.truncate(most);
    Ok((found, more))
}

/// The slug of a company.
pub fn slug_of(conn: &mut Conn, organization: OrgId, company: CompanyId) -> QueryResult<String> {
    companies::table
        .find((organization, company))
        .select(companies::slug)
        .first(conn)
}

/// Somebody's membership and what it means at the door.
pub fn standing(
    conn: &mut Conn,
    organization: OrgId,
    user: UserId,
    now: Time,
) -> QueryResult<(Option<(MembershipId, Role)>, LinkState)> {
    type Row = (MembershipId, Role, MembershipStatus, Option<Time>, Option<String>);
    let found: Option<Row> = memberships::table
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::user_id.eq(user))
        .select((
            memberships::id,
            memberships::role,
            memberships::status,
            memberships::access_until,
            memberships::removed_by,
        ))
        .first(conn)
        .optional()?;
    Ok(match found {
        None => (None, LinkState::Stranger),
        Some((id, role, status, until, removed_by)) => match status {
            MembershipStatus::Removed if removed_by.as_deref() == Some(user.as_str()) => (None, LinkState::Stranger),
            MembershipStatus::Removed => (None, LinkState::Removed),
            MembershipStatus::Active if until.is_none_or(|end| end >= now) => (Some((id, role)), LinkState::Member),
            _ => (Some((id, role)), LinkState::Suspended),
        },
    })
}

/// Name, address and proof of an account.
pub fn account(conn: &mut Conn, user: UserId) -> QueryResult<(String, String, bool)> {
    let (name, email, proven): (String, String, Option<Time>) = users::table
        .find(user)
        .select((users::name, users::email, users::email_verified_at))
        .first(conn)?;
    Ok((name, email, proven.is_some()))
}

/// So many people learn of one request.
const TOLD: usize = 10;

/// The first people who may decide about somebody who would get this: name and address.
pub fn deciders(
    conn: &mut Conn,
    cx: &Ctx,
    organization: OrgId,
    gift: &LinkGrant,
) -> Result<Vec<(String, String)>, AppError> {
    let mut found = Vec::new();
    for role in [Role::Owner, Role::Admin, Role::UserAdmin] {
        let people: Vec<(MembershipId, UserId, String, String)> = memberships::table
            .inner_join(users::table)
            .filter(memberships::organization_id.eq(organization))
            .filter(memberships::role.eq(role))
            .filter(memberships::status.eq(MembershipStatus::Active))
            .filter(memberships::sort_name.is_not_null())
            .order((memberships::sort_name, memberships::id))
            .limit(20)
            .select((memberships::id, users::id, users::name, users::email))
            .load(conn)?;
        for (membership, user, name, email) in people {
            if found.len() == TOLD {
                return Ok(found);
            }
            let inputs = access::access_inputs(conn, cx.now, organization, membership)?;
            if inputs.permissions().reach(DecideRequests::ID) != Reach::Everywhere {
                continue;
            }
            let voucher = authority::inviter(conn, organization, cx, user)?;
            if voucher.is_some_and(|(_, voucher)| gift.is_granted_by(&voucher)) {
                found.push((name, email));
            }
        }
    }
    Ok(found)
}
