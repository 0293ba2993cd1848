//! Roles that an organization makes of permissions. Each stands at a built-in role, which gives its rank.

use diesel::prelude::*;

use super::db::Conn;
use super::member::OrgId;
use super::permission::RightSet;
use super::rights::Held;
use super::role::Role;
use super::schema::custom_roles;
use crate::ground::id::CustomRoleId;

/// A role of an organization's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomRole {
    /// Its id.
    pub id: CustomRoleId,
    /// Its name, unique in the organization.
    pub name: String,
    /// What it is for, or nothing.
    pub description: String,
    /// The built-in role it stands at; never Owner.
    pub base: Role,
    /// What it is made of.
    pub permissions: RightSet,
}

type Row = (CustomRoleId, String, String, Role, String);

impl CustomRole {
    fn of((id, name, description, base, permissions): Row) -> Self {
        Self {
            id,
            name,
            description,
            base,
            permissions: RightSet::read(&permissions),
        }
    }

    /// What it gives, for the decision.
    pub fn held(&self) -> Held {
        Held {
            role: self.base,
            custom: Some(self.permissions),
        }
    }
}

/// One of an organization's roles.
///
/// # Errors
/// When the database fails.
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
///
/// # Errors
/// When the database fails.
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
