//! Roles that an organization makes of permissions. Each stands at a built-in role, which gives its rank.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::app::Ctx;
use crate::authz::decision::{DELEGABLE, RoleGrant};
use crate::authz::permission::{Permission, PermissionSet, ViewCompany, ViewOrganization};
use crate::authz::role::Role;
use crate::common::id::{CustomRoleId, UserId};
use crate::db::Conn;
use crate::db::schema::{custom_roles, memberships};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::on_each;

/// A role of an organization's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomRole {
    pub id: CustomRoleId,
    /// Its name, unique in the organization.
    pub name: String,
    /// What it is for, or nothing.
    pub description: String,
    /// The built-in role it stands at; never Owner.
    pub base: Role,
    /// What it is made of.
    pub permissions: PermissionSet,
}

type Row = (CustomRoleId, String, String, Role, String);

impl CustomRole {
    fn of((id, name, description, base, permissions): Row) -> Self {
        Self {
            id,
            name,
            description,
            base,
            permissions: PermissionSet::read(&permissions),
        }
    }

    /// What it gives, for the decision.
    pub fn held(&self) -> RoleGrant {
        RoleGrant {
            role: self.base,
            custom: Some(self.permissions),
        }
    }
}

/// One of an organization's roles.
pub fn find(conn: &mut Conn, organization: OrgId, id: CustomRoleId) -> QueryResult<Option<CustomRole>> {
    let row: Option<Row> = custom_roles::table
        .find((organization, id))
        .select((
            custom_roles::id,
            custom_roles::name,
            custom_roles::description,
            custom_roles::base,
            custom_roles::permissions,
        ))
        .first(conn)
        .optional()?;
    Ok(row.map(CustomRole::of))
}

/// All of an organization's roles, by name.
pub fn all(conn: &mut Conn, organization: OrgId) -> QueryResult<Vec<CustomRole>> {
    let rows: Vec<Row> = custom_roles::table
        .filter(custom_roles::organization_id.eq(organization))
        .order((custom_roles::name, custom_roles::id))
        .select((
            custom_roles::id,
            custom_roles::name,
            custom_roles::description,
            custom_roles::base,
            custom_roles::permissions,
        ))
        .load(conn)?;
    Ok(rows.into_iter().map(CustomRole::of).collect())
}

/// An organization makes at most so many.
pub const MOST: usize = 100;

/// What a role is to be made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub name: String,
    /// What it is for, or nothing.
    pub description: String,
    /// The built-in role it stands at; never Owner.
    pub base: Role,
    /// What it is made of.
    pub permissions: PermissionSet,
}

impl Draft {
    /// With what every role has, and without what no role below Owner can have. Who stands at a role that works in every
    /// company sees every company, so the role says so.
    #[must_use]
    pub fn complete(mut self) -> Self {
        self.permissions = self.permissions.and(DELEGABLE).with(ViewOrganization::ID);
        if self.base.inherited().is_some() {
            self.permissions = self.permissions.with(ViewCompany::ID);
        }
        self
    }

    /// What it would give, for the decision.
    pub fn held(&self) -> RoleGrant {
        RoleGrant {
            role: self.base,
            custom: Some(self.permissions),
        }
    }
}

/// What became of a change to a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Outcome {
    /// It is done.
    Done(CustomRoleId),
    /// Another role has the name.
    NameTaken,
    /// So many people hold it: its rank stays, and so does the role itself.
    Held(i64),
    /// Somebody else changed or deleted it in between.
    Changed,
    /// There are as many as there can be.
    TooMany,
}

/// Waits for whoever edits or deletes this role, and tells the role it stands at; `None` when it is gone.
pub fn lock_row(conn: &mut Conn, organization: OrgId, id: CustomRoleId) -> QueryResult<Option<Role>> {
    conn.advisory_lock(&format!("custom role {id}"))?;
    custom_roles::table
        .find((organization, id))
        .select(custom_roles::base)
        .first(conn)
        .optional()
}

/// Makes a role.
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

/// Changes a role, and with it what its people can do, at once. `before` is the role as the one who changes it saw it.
/// The role it stands at gives their rank, so it stays while somebody holds it.
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

/// Deletes a role that nobody holds.
pub fn delete(conn: &mut Conn, organization: OrgId, id: CustomRoleId) -> QueryResult<Outcome> {
    lock_row(conn, organization, id)?;
    let held = holders(conn, organization, id)?;
    if held > 0 {
        return Ok(Outcome::Held(held));
    }
    let gone = diesel::delete(custom_roles::table.find((organization, id))).execute(conn)?;
    Ok(if gone == 1 { Outcome::Done(id) } else { Outcome::Changed })
}

/// How many people hold a role.
pub fn holders(conn: &mut Conn, organization: OrgId, id: CustomRoleId) -> QueryResult<i64> {
    memberships::table
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::custom_role_id.eq(id))
        .filter(memberships::status.ne(MembershipStatus::Removed))
        .count()
        .get_result(conn)
}

/// How many people hold each role.
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
