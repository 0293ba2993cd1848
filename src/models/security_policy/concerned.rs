//! The members whom a rule about the second factor concerns.

use diesel::prelude::*;

use crate::authz::role::Role;
use crate::authz::session_rules::TwoFactorRule;
use crate::common::email::Email;
use crate::common::id::{MembershipId, UserId};
use crate::db::Conn;
use crate::db::schema::{memberships, users};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;

/// A member whom a rule concerns.
#[derive(Debug, Clone, Queryable)]
pub struct ConcernedMember {
    pub id: MembershipId,
    pub user: UserId,
    pub name: String,
    pub email: String,
    pub role: Role,
}

impl ConcernedMember {
    pub fn address(&self) -> Email {
        Email::stored(self.email.clone())
    }
}

// Members without access wait for no second factor.
macro_rules! of_the_rule {
    ($query:expr, $organization:expr, $rule:expr) => {{
        let mut query = $query
            .filter(memberships::organization_id.eq($organization))
            .filter(memberships::status.eq(MembershipStatus::Active))
            .into_boxed();
        if $rule == TwoFactorRule::OwnersAdmins {
            query = query.filter(memberships::role.eq_any([Role::Owner, Role::Admin]));
        }
        query
    }};
}

/// How many members a rule concerns: with a second factor, and without one.
pub fn counts(conn: &mut Conn, organization: OrgId, rule: TwoFactorRule) -> QueryResult<(i64, i64)> {
    if rule == TwoFactorRule::Off {
        return Ok((0, 0));
    }
    let with = of_the_rule!(memberships::table, organization, rule)
        .filter(memberships::second_factor.eq(true))
        .count()
        .get_result(conn)?;
    let without = of_the_rule!(memberships::table, organization, rule)
        .filter(memberships::second_factor.eq(false))
        .count()
        .get_result(conn)?;
    Ok((with, without))
}

/// The members whom a rule would keep out, at most `limit`: owners first, then admins, then the others by name.
pub fn without_second_factor(
    conn: &mut Conn,
    organization: OrgId,
    rule: TwoFactorRule,
    limit: i64,
) -> QueryResult<Vec<ConcernedMember>> {
    let mut found: Vec<ConcernedMember> = Vec::new();
    let groups: &[&[Role]] = match rule {
        TwoFactorRule::Off => &[],
        TwoFactorRule::OwnersAdmins => &[&[Role::Owner], &[Role::Admin]],
        TwoFactorRule::Everyone => &[&[Role::Owner], &[Role::Admin], &Role::ALL[2..]],
    };
    for roles in groups {
        let left = limit - i64::try_from(found.len()).unwrap_or(limit);
        let more: Vec<ConcernedMember> = of_the_rule!(memberships::table.inner_join(users::table), organization, rule)
            .filter(memberships::second_factor.eq(false))
            .filter(memberships::role.eq_any(roles.iter().copied()))
            .order((memberships::sort_name, memberships::id))
            .limit(left)
            .select((memberships::id, users::id, users::name, users::email, memberships::role))
            .load(conn)?;
        found.extend(more);
    }
    Ok(found)
}

/// The owners, and whether each has a second factor.
pub fn owners(conn: &mut Conn, organization: OrgId) -> QueryResult<Vec<bool>> {
    memberships::table
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::role.eq(Role::Owner))
        .filter(memberships::status.eq(MembershipStatus::Active))
        .select(memberships::second_factor)
        .limit(100)
        .load(conn)
}

/// The next members without a second factor after one, by id: for reminders in pieces.
pub fn to_remind(
    conn: &mut Conn,
    organization: OrgId,
    rule: TwoFactorRule,
    after: &str,
    limit: i64,
) -> QueryResult<Vec<ConcernedMember>> {
    of_the_rule!(memberships::table.inner_join(users::table), organization, rule)
        .filter(memberships::second_factor.eq(false))
        .filter(memberships::id.gt(after.to_owned()))
        .order(memberships::id)
        .limit(limit)
        .select((memberships::id, users::id, users::name, users::email, memberships::role))
        .load(conn)
}
