//! Custom roles: sets of permissions. Each has the level of a built-in role, which gives its rank.

mod holders;

pub use crate::models::custom_role::holders::{all_holders, holders};

use diesel::prelude::*;

use crate::app::Ctx;
use crate::authz::decision::RoleGrant;
use crate::authz::permission::{DELEGABLE, Permission, PermissionSet, ViewCompany, ViewOrganization};
use crate::authz::role::Role;
use crate::common::id::{CustomRoleId, UserId};
use crate::db::Conn;
use crate::db::schema::custom_roles;
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
struct CustomRoleRow {
    id: CustomRoleId,
    name: String,
    description: String,
    base: Role,
    permissions: String,
}

impl From<CustomRoleRow> for CustomRole {
    fn from(row: CustomRoleRow) -> Self {
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
    pub fn terms(&self) -> CustomRoleTerms {
        CustomRoleTerms {
            name: self.name.clone(),
            description: self.description.clone(),
            base: self.base,
            permissions: self.permissions,
        }
    }

    pub fn grant(&self) -> RoleGrant {
        RoleGrant {
            role: self.base,
            custom: Some(self.permissions),
        }
    }
}

pub fn find(conn: &mut Conn, organization: OrgId, id: CustomRoleId) -> QueryResult<Option<CustomRole>> {
    let row: Option<CustomRoleRow> = custom_roles::table
        .find((organization, id))
        .select(CustomRoleRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(CustomRole::from))
}

/// By name.
pub fn all(conn: &mut Conn, organization: OrgId) -> QueryResult<Vec<CustomRole>> {
    let rows: Vec<CustomRoleRow> = custom_roles::table
        .filter(custom_roles::organization_id.eq(organization))
        .order((custom_roles::name, custom_roles::id))
        .select(CustomRoleRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(CustomRole::from).collect())
}

/// The most custom roles of an organization.
pub const MOST: usize = 100;

/// A custom role as a form has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomRoleTerms {
    pub name: String,
    pub description: String,
    /// The built-in role that gives the level; never Owner.
    pub base: Role,
    pub permissions: PermissionSet,
}

impl CustomRoleTerms {
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

    pub fn grant(&self) -> RoleGrant {
        RoleGrant {
            role: self.base,
            custom: Some(self.permissions),
        }
    }
}

/// How a write ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum CustomRoleOutcome {
    Done(CustomRoleId),
    NameTaken,
    /// This many members have the role, so its level can't change and it can't be deleted.
    InUse(i64),
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

pub fn create(
    conn: &mut Conn,
    cx: &Ctx,
    organization: OrgId,
    by: UserId,
    terms: &CustomRoleTerms,
) -> QueryResult<CustomRoleOutcome> {
    let count: i64 = custom_roles::table
        .filter(custom_roles::organization_id.eq(organization))
        .count()
        .get_result(conn)?;
    if usize::try_from(count).is_ok_and(|count| count >= MOST) {
        return Ok(CustomRoleOutcome::TooMany);
    }
    let id = CustomRoleId::fresh();
    let row = (
        custom_roles::organization_id.eq(organization),
        custom_roles::id.eq(id),
        custom_roles::name.eq(&terms.name),
        custom_roles::description.eq(&terms.description),
        custom_roles::base.eq(terms.base),
        custom_roles::permissions.eq(terms.permissions.text()),
        custom_roles::created_by.eq(by.to_string()),
        custom_roles::created_at.eq(cx.now),
    );
    let inserted =
        on_each!(conn, c => diesel::insert_into(custom_roles::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(if inserted == 1 {
        CustomRoleOutcome::Done(id)
    } else {
        CustomRoleOutcome::NameTaken
    })
}

/// `before` is the role as it was read. The level can't change while members have the role.
pub fn edit(
    conn: &mut Conn,
    organization: OrgId,
    before: &CustomRole,
    terms: &CustomRoleTerms,
) -> QueryResult<CustomRoleOutcome> {
    lock_row(conn, organization, before.id)?;
    let holders = holders(conn, organization, before.id)?;
    if terms.base != before.base && holders > 0 {
        return Ok(CustomRoleOutcome::InUse(holders));
    }
    let taken: bool = diesel::select(diesel::dsl::exists(
        custom_roles::table
            .filter(custom_roles::organization_id.eq(organization))
            .filter(custom_roles::name.eq(&terms.name))
            .filter(custom_roles::id.ne(before.id)),
    ))
    .get_result(conn)?;
    if taken {
        return Ok(CustomRoleOutcome::NameTaken);
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
        custom_roles::name.eq(&terms.name),
        custom_roles::description.eq(&terms.description),
        custom_roles::base.eq(terms.base),
        custom_roles::permissions.eq(terms.permissions.text()),
    ))
    .execute(conn)?;
    Ok(if changed == 1 {
        CustomRoleOutcome::Done(before.id)
    } else {
        CustomRoleOutcome::Changed
    })
}

/// Deletes a role that no one has.
pub fn delete(conn: &mut Conn, organization: OrgId, id: CustomRoleId) -> QueryResult<CustomRoleOutcome> {
    lock_row(conn, organization, id)?;
    let holders = holders(conn, organization, id)?;
    if holders > 0 {
        return Ok(CustomRoleOutcome::InUse(holders));
    }
    let gone = diesel::delete(custom_roles::table.find((organization, id))).execute(conn)?;
    Ok(if gone == 1 {
        CustomRoleOutcome::Done(id)
    } else {
        CustomRoleOutcome::Changed
    })
}
