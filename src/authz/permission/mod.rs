//! The permissions of the console: the table in `rows`, and the types that read it. The dotted key is a permission's stable
//! name; the type is verb + noun.

mod column;
mod reach;
mod rows;
mod set;
mod table;

pub use crate::authz::permission::column::{COLUMNS, RoleColumn};
pub use crate::authz::permission::reach::{Permissions, Reach};
pub use crate::authz::permission::rows::*;
pub use crate::authz::permission::set::PermissionSet;
pub use crate::authz::permission::table::{PermissionTable, RoleDefaults};

use crate::authz::area::Area;

/// A permission that a gate asks for.
pub trait Permission: 'static {
    /// The row of the table.
    const ID: PermissionId;
}

/// One permission as a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PermissionId(u8);

/// What a permission is for. It decides what an organization that is pending deletion still allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PermissionKind {
    /// Shows something.
    Read,
    /// Downloads data. The download is recorded, also while the organization is read-only.
    Export,
    /// Requests or cancels the deletion, so it stays available until the end.
    Deletion,
    /// Changes something.
    Change,
}

impl PermissionKind {
    /// Whether it remains while an organization is read-only.
    pub const fn only_reads(self) -> bool {
        !matches!(self, Self::Change)
    }
}

impl PermissionId {
    /// The stable dotted name, such as `members.invite`.
    pub fn key(self) -> &'static str {
        self.row().key
    }

    /// The name for people, such as "Invite members".
    pub fn label(self) -> &'static str {
        self.row().label
    }

    /// The label in the organization's word for companies: `a` is "a client", `many` is "clients".
    pub fn label_with(self, a: &str, many: &str) -> String {
        self.label()
            .replace(" a company", &format!(" {a}"))
            .replace(" companies", &format!(" {many}"))
    }

    /// The area to which it belongs.
    pub fn area(self) -> Area {
        self.row().area
    }

    /// All permissions in the table's order.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..rows::ROWS.len()).filter_map(|at| u8::try_from(at).ok().map(Self))
    }

    /// The table's mark in a column.
    pub fn mark(self, column: RoleColumn) -> char {
        self.row().marks[column.at()]
    }

    /// Whether the permission remains while an organization is read-only.
    pub fn only_reads(self) -> bool {
        self.row().kind.only_reads()
    }

    /// Whether the permission downloads data.
    pub fn exports(self) -> bool {
        self.row().kind == PermissionKind::Export
    }

    /// The permission with a stable name, if its feature exists: what a form may name.
    pub fn parse_available(key: &str) -> Option<Self> {
        Self::parse(key).filter(|permission| PermissionSet::AVAILABLE.has(*permission))
    }

    /// The permission with a stable name.
    pub fn parse(key: &str) -> Option<Self> {
        Self::all().find(|permission| permission.key() == key)
    }

    fn row(self) -> &'static rows::PermissionRow {
        &rows::ROWS[usize::from(self.0)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authz::role::Role;

    #[test]
    fn keys_are_unique() {
        let mut keys: Vec<_> = PermissionId::all().map(PermissionId::key).collect();
        assert_eq!(keys.len(), rows::ROWS.len());
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), rows::ROWS.len());
    }

    #[test]
    fn the_columns_as_sets_are_the_table() {
        for role in Role::ALL {
            let column = RoleColumn::Organization(*role);
            let marks = CONSOLE.column(column);
            for permission in PermissionId::all() {
                let mark = permission.mark(column);
                assert_eq!(marks.always.has(permission), mark == '●');
                assert_eq!(marks.on.has(permission), mark == '◑');
                assert_eq!(marks.off.has(permission), mark == '◐');
                assert_eq!(marks.own.has(permission), mark == 'o');
            }
        }
    }

    #[test]
    fn every_member_can_view_the_organization_and_nothing_else_by_the_table_alone() {
        assert_eq!(CONSOLE.implied(), PermissionSet::of([ViewOrganization::ID]));
    }

    #[test]
    fn a_stored_set_is_read_back() {
        let set = PermissionSet::of([InviteMembers::ID, ManageChannels::ID]);
        assert_eq!(PermissionSet::read(&set.text()), set);
        assert_eq!(PermissionSet::read("no.such.permission"), PermissionSet::NONE);
        assert_eq!(PermissionSet::ALL.iter().count(), rows::ROWS.len());
    }

    #[test]
    fn every_permission_belongs_to_one_area_and_every_area_has_one() {
        let areas = PermissionSet::ALL.by_area();
        assert_eq!(areas.len(), Area::ALL.len());
        let listed: usize = areas.iter().map(|(_, permissions)| permissions.len()).sum();
        assert_eq!(listed, rows::ROWS.len());
    }
}
