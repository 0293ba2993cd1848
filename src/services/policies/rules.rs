//! Who may change which policy. These rules read nothing; the caller passes what they need.

use crate::authz::decision::{Authority, Reach, RolePolicies};
use crate::authz::permission::{ManageRoles, Permission, PermissionId, PermissionSet, RoleColumn};
use crate::authz::role::{CompanyRole, Role};

/// A permission of a role.
pub type PolicyCell = (RoleColumn, PermissionId);

/// Whether the actor may turn on a permission for others: only one that they have in the whole organization.
pub fn may_turn_on(authority: &Authority, permission: PermissionId) -> bool {
    authority.permissions.everywhere().has(permission)
}

/// The rank of a column: a role in companies is one below the organization role that has it everywhere.
fn rank(column: RoleColumn) -> u8 {
    match column {
        RoleColumn::Operator => u8::MAX,
        RoleColumn::Organization(role) => role.rank(),
        RoleColumn::Company(CompanyRole::Manager) => Role::Editor.rank(),
        RoleColumn::Company(CompanyRole::Editor) => Role::Viewer.rank(),
        RoleColumn::Company(CompanyRole::Viewer) => Role::Member.rank(),
    }
}

/// Whether the actor may change policies of a column: of the ones below their own rank.
pub fn may_change_column(authority: &Authority, column: RoleColumn) -> bool {
    authority.permissions.reach(ManageRoles::ID) == Reach::Everywhere && authority.role.rank() > rank(column)
}

/// The permissions of a column that a policy can change.
pub fn changeable(column: RoleColumn) -> PermissionSet {
    column.marks().on.or(column.marks().off).and(PermissionSet::AVAILABLE)
}

/// Whether a column gives the permission under these policies.
pub fn is_on(policies: &RolePolicies, column: RoleColumn, permission: PermissionId) -> bool {
    match policies.of(column).effect(permission) {
        Some(on) => on,
        None => column.marks().on.has(permission),
    }
}

/// The policies with one cell changed. What is the table's default is not stored.
pub fn with(policies: RolePolicies, (column, permission): PolicyCell, on: bool) -> RolePolicies {
    let default = column.marks().on.has(permission);
    policies.set(column, permission, (on != default).then_some(on))
}

fn cells() -> impl Iterator<Item = PolicyCell> {
    RoleColumn::of_members().flat_map(|column| {
        let each = changeable(column).iter().map(move |permission| (column, permission));
        each.collect::<Vec<_>>()
    })
}

/// The policies that a form asks for, which has these cells on.
pub fn chosen(authority: &Authority, before: &RolePolicies, on: &[PolicyCell]) -> RolePolicies {
    let mut after = *before;
    for cell @ (column, permission) in cells() {
        let wanted = on.contains(&cell);
        let differs = wanted != is_on(before, column, permission);
        if differs && (wanted || may_change_column(authority, column)) {
            after = with(after, cell, wanted);
        }
    }
    after
}

/// The cells that differ, with their new state.
pub fn changes(before: &RolePolicies, after: &RolePolicies) -> Vec<(PolicyCell, bool)> {
    cells()
        .filter(|(column, permission)| is_on(before, *column, *permission) != is_on(after, *column, *permission))
        .map(|cell @ (column, permission)| (cell, is_on(after, column, permission)))
        .collect()
}

/// Whether the actor may make this change: only columns below their own rank, and they turn on only what they have
/// everywhere.
pub fn may_change(authority: &Authority, before: &RolePolicies, after: &RolePolicies) -> Result<(), PolicyCell> {
    for (cell @ (column, permission), on) in changes(before, after) {
        if !may_change_column(authority, column) || (on && !may_turn_on(authority, permission)) {
            return Err(cell);
        }
    }
    Ok(())
}
