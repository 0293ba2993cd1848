//! Names and addresses of members, for emails and pages.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::authz::decision::{AccessInputs, RolePolicies};
use crate::authz::permission::PermissionId;
use crate::authz::role::Role;
use crate::common::id::{MembershipId, UserId};
use crate::db::Conn;
use crate::db::schema::{memberships, users};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::mail::message::Recipient;
use crate::models::membership::by_user;
use crate::models::organization::contact;
use crate::models::organization::contact::ContactKind;

/// How many owners and admins get an email.
const LEADERS: i64 = 500;
/// How many owners get an email.
const OWNERS: i64 = 50;

/// The active owners and admins, by name.
pub fn leaders(conn: &mut Conn, organization: OrgId) -> QueryResult<Vec<Recipient>> {
    let rows: Vec<(String, String)> = memberships::table
        .inner_join(users::table)
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::role.eq_any([Role::Owner, Role::Admin]))
        .filter(memberships::status.eq(MembershipStatus::Active))
        .filter(memberships::sort_name.is_not_null())
        .order((memberships::role.desc(), memberships::sort_name, memberships::id))
        .limit(LEADERS)
        .select((users::name, users::email))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(name, email)| Recipient::stored(name, email))
        .collect())
}

/// The active owners, by name, without one of them.
pub fn owners(conn: &mut Conn, organization: OrgId, without: Option<MembershipId>) -> QueryResult<Vec<Recipient>> {
    let owners = by_user::role_holders(conn, organization, Role::Owner, OWNERS)?;
    let others = owners.into_iter().filter(|owner| Some(owner.id) != without);
    Ok(others.map(|owner| Recipient::stored(owner.name, owner.email)).collect())
}

/// Up to five people for the refusal page, highest role first: owners, admins and user admins who can grant the permission;
/// without a permission owners and admins. The support contact comes first, if there is one.
pub fn who_can_grant(
    conn: &mut Conn,
    organization: OrgId,
    wanted: Option<(PermissionId, RolePolicies)>,
) -> QueryResult<Vec<(String, String)>> {
    let mut people = Vec::new();
    for role in [Role::Owner, Role::Admin, Role::UserAdmin] {
        let can = match wanted {
            Some((permission, policies)) => {
                let inputs = AccessInputs {
                    policies,
                    ..AccessInputs::of(role, &[])
                };
                role == Role::Owner || inputs.authority().ceiling().has(permission)
            }
            None => role != Role::UserAdmin,
        };
        if !can {
            continue;
        }
        let limit = 5 - i64::try_from(people.len()).unwrap_or(5);
        let holders = by_user::role_holders(conn, organization, role, limit)?;
        people.extend(holders.into_iter().map(|holder| (holder.name, holder.email)));
    }
    if let Some(email) = contact::verified_email(conn, organization, ContactKind::Support)? {
        people.insert(0, ("Support".into(), email));
    }
    Ok(people)
}

/// The names of memberships, also of removed ones.
pub fn names(
    conn: &mut Conn,
    organization: OrgId,
    ids: Vec<MembershipId>,
) -> QueryResult<HashMap<MembershipId, String>> {
    let rows: Vec<(MembershipId, String)> = memberships::table
        .inner_join(users::table)
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::id.eq_any(ids))
        .select((memberships::id, users::name))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// The names of users, by user id.
pub fn user_names(conn: &mut Conn, ids: &[String]) -> QueryResult<HashMap<String, String>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(UserId, String)> = users::table
        .filter(users::id.eq_any(ids))
        .select((users::id, users::name))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, name)| (id.to_string(), name)).collect())
}

/// The email addresses of users, by user id.
pub fn user_emails(conn: &mut Conn, mut ids: Vec<String>) -> QueryResult<HashMap<String, String>> {
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(UserId, String)> = users::table
        .filter(conn.one_of(users::id, &ids))
        .select((users::id, users::email))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, email)| (id.to_string(), email)).collect())
}
