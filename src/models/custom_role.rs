//! Custom roles: sets of permissions. Each has the level of a built-in role, which gives its rank.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::app::Ctx;
use crate::authz::decision::RoleGrant;
use crate::authz::permission::{DELEGABLE, Permission, PermissionSet, ViewCompany, ViewOrganization};
use crate::authz::role::Role;
use crate::common::id::{CustomRoleId, UserId};
use crate::db::Conn;
use crate::db::schema::{custom_roles, memberships};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::on_each;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomRole {
    pub id: CustomRoleId,
    /// Unique in the organization.
    pub name: String,
    pub description: String,
    /// The built-in role that gives the level; never Owner.
    pub base: Role,
    pub permissions: PermissionSet,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = custom_roles)]
struct Row {
    id: CustomRoleId,
    name: String,
    description: String,
    base: Role,
    permissions: String,
}

impl From<Row> for CustomRole {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            name: row.name,
            description: row.description,
            base: row.base,
            permissions: PermissionSet::read(&row.permissions),
        }
    }
}

impl CustomRole {
    /// The role as a form edits it.
    pub fn draft(&self) -> Draft {
        Draft {
            name: self.name.clone(),
            description: self.description.clone(),
            base: self.base,
            permissions: self.permissions,
        }
    }

    pub fn held(&self) -> RoleGrant {
        RoleGrant {
            role: self.base,
            custom: Some(self.permissions),
        }
    }
}

pub fn find(conn: &mut Conn, organization: OrgId, id: CustomRoleId) -> QueryResult<Option<CustomRole>> {
    let row: Option<Row> = custom_roles::table
        .find((organization, id))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(CustomRole::from))
}

/// By name.
pub fn all(conn: &mut Conn, organization: OrgId) -> QueryResult<Vec<CustomRole>> {
    let rows: Vec<Row> = custom_roles::table
        .filter(custom_roles::organization_id.eq(organization))
        .order((custom_roles::name, custom_roles::id))
        .select(Row::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(CustomRole::from).collect())
}

/// The most custom roles of an organization.
pub const MOST: usize = 100;

/// A custom role as a form has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub name: String,
    pub description: String,
    /// The built-in role that gives the level; never Owner.
    pub base: Role,
    pub permissions: PermissionSet,
}

impl Draft {
    /// With what every role has, and without what no role below Owner can have. A level with access to every company also
    /// includes viewing them.
    #[must_use]
    pub fn complete(mut self) -> Self {
        self.permissions = self.permissions.and(DELEGABLE).with(ViewOrganization::ID);
        if self.base.inherited().is_some() {
            self.permissions = self.permissions.with(ViewCompany::ID);
        }
        self
    }

    pub fn held(&self) -> RoleGrant {
        RoleGrant {
            role: self.base,
            custom: Some(self.permissions),
        }
    }
}

/// How a write ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Outcome {
    Done(CustomRoleId),
    NameTaken,
    /// This many members have the role, so its level can't change and it can't be deleted.
    Held(i64),
    /// The role changed or was deleted after it was read.
    Changed,
    TooMany,
}

/// Locks the role against edits and deletion, and returns its level; `None` when it was deleted.
pub fn lock_row(conn: &mut Conn, organization: OrgId, id: CustomRoleId) -> QueryResult<Option<Role>> {
    conn.advisory_lock(&format!("custom role {id}"))?;
    custom_roles::table
        .find((organization, id))
        .select(custom_roles::base)
        .first(conn)
        .optional()
}

pub fn create(conn: &mut Conn, cx: &Ctx, organization: OrgId, by: UserId, draft: &Draft) -> QueryResult<Outcome> {
    let there: i64 = custom_roles::table
        .filter(custom_roles::organization_id.eq(organization))
        .count()
        .get_result(conn)?;
    if usize::try_from(there).is_ok_and(|there| there >= MOST) {
        return Ok(Outcome::TooMany);
    }
    let id = CustomRoleId::fresh();
    let row = (
        custom_roles::organization_id.eq(organization),
        custom_roles::id.eq(id),
        custom_roles::name.eq(&draft.name),
        custom_roles::description.eq(&draft.description),
        custom_roles::base.eq(draft.base),
        custom_roles::permissions.eq(draft.permissions.text()),
        custom_roles::created_by.eq(by.to_string()),
        custom_roles::created_at.eq(cx.now),
    );
    let placed =
        on_each!(conn, c => diesel::insert_into(custom_roles::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(if placed == 1 {
        Outcome::Done(id)
    } else {
        Outcome::NameTaken
    })
}

/// `before` is the role as it was read. The level can't change while members have the role.
pub fn edit(conn: &mut Conn, organization: OrgId, before: &CustomRole, draft: &Draft) -> QueryResult<Outcome> {
    lock_row(conn, organization, before.id)?;
    let held = holders(conn, organization, before.id)?;
    if draft.base != before.base && held > 0 {
        return Ok(Outcome::Held(held));
    }
    let taken: bool = diesel::select(diesel::dsl::exists(
        custom_roles::table
            .filter(custom_roles::organization_id.eq(organization))
            .filter(custom_roles::name.eq(&draft.name))
            .filter(custom_roles::id.ne(before.id)),
    ))
    .get_result(conn)?;
    if taken {
        return Ok(Outcome::NameTaken);
    }
    let changed = diesel::update(
        custom_roles::table
            .find((organization, before.id))
            .filter(custom_roles::name.eq(&before.name))
            .filter(custom_roles::description.eq(&before.description))
            .filter(custom_roles::base.eq(before.base))
            .filter(custom_roles::permissions.eq(before.permissions.text())),
    )
    .set((
        custom_roles::name.eq(&draft.name),
        custom_roles::description.eq(&draft.description),
        custom_roles::base.eq(draft.base),
        custom_roles::permissions.eq(draft.permissions.text()),
    ))
    .execute(conn)?;
    Ok(if changed == 1 {
        Outcome::Done(before.id)
    } else {
        Outcome::Changed
    })
}

/// Deletes a role that no one has.
pub fn delete(conn: &mut Conn, organization: OrgId, id: CustomRoleId) -> QueryResult<Outcome> {
    lock_row(conn, organization, id)?;
    let held = holders(conn, organization, id)?;
    if held > 0 {
        return Ok(Outcome::Held(held));
    }
    let gone = diesel::delete(custom_roles::table.find((organization, id))).execute(conn)?;
    Ok(if gone == 1 { Outcome::Done(id) } else { Outcome::Changed })
}

/// The number of members who have a role.
pub fn holders(conn: &mut Conn, organization: OrgId, id: CustomRoleId) -> QueryResult<i64> {
    memberships::table
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::custom_role_id.eq(id))
        .filter(memberships::status.ne(MembershipStatus::Removed))
        .count()
        .get_result(conn)
}

/// The number of members who have each role.
pub fn all_holders(conn: &mut Conn, organization: OrgId) -> QueryResult<HashMap<CustomRoleId, i64>> {
    let rows: Vec<(Option<CustomRoleId>, i64)> = memberships::table
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::custom_role_id.is_not_null())
        .filter(memberships::status.ne(MembershipStatus::Removed))
        .group_by(memberships::custom_role_id)
        .select((memberships::custom_role_id, diesel::dsl::count_star()))
        .load(conn)?;
    Ok(rows.into_iter().filter_map(|(id, n)| Some((id?, n))).collect())
}
