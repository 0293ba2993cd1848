//! Sets of permissions as bits, so that a decision is a handful of operations.

use crate::authz::area::Area;
use crate::authz::permission::PermissionId;
use crate::authz::permission::rows::ROWS;

/// A set of permissions: the rows of a permission table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct PermissionSet(u128);

impl PermissionSet {
    /// The most rows that a permission table can have.
    pub const CAPACITY: usize = 128;
    /// No permission.
    pub const NONE: Self = Self(0);
    /// Every permission of the console's table.
    pub const ALL: Self = Self(u128::MAX >> (Self::CAPACITY - ROWS.len()));

    /// Every permission whose feature exists. Pages offer and list no other.
    pub const AVAILABLE: Self = {
        let mut set = Self::NONE;
        let mut at = 0;
        while at < ROWS.len() {
            if ROWS[at].live {
                set = set.with_row(at);
            }
            at += 1;
        }
        set
    };

    /// A set of these permissions.
    pub fn of(permissions: impl IntoIterator<Item = PermissionId>) -> Self {
        permissions.into_iter().fold(Self::NONE, PermissionSet::with)
    }

    /// Together with one more.
    #[must_use]
    pub const fn with(self, permission: PermissionId) -> Self {
        self.with_row(permission.0 as usize)
    }

    /// Together with a row of a table.
    #[must_use]
    pub const fn with_row(self, row: usize) -> Self {
        Self(self.0 | 1 << row)
    }

    /// Whether it is in the set.
    pub const fn has(self, permission: PermissionId) -> bool {
        self.0 & 1 << permission.0 != 0
    }

    /// What is in this set or in the other.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What is in this set and not in the other.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether all of it is in the other.
    pub const fn within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// Whether nothing is in it.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Its permissions in the table's order.
    pub fn iter(self) -> impl Iterator<Item = PermissionId> {
        PermissionId::all().filter(move |permission| self.has(*permission))
    }

    /// Its permissions by area, without empty areas.
    pub fn by_area(self) -> Vec<(Area, Vec<PermissionId>)> {
        let in_area = |area| -> Vec<_> { self.iter().filter(|permission| permission.area() == area).collect() };
        Area::ALL
            .into_iter()
            .map(|area| (area, in_area(area)))
            .filter(|(_, permissions)| !permissions.is_empty())
            .collect()
    }

    /// The set as it is stored: keys separated by spaces.
    pub fn text(self) -> String {
        self.iter().map(PermissionId::key).collect::<Vec<_>>().join(" ")
    }

    /// Reads a stored set. Unknown keys are ignored.
    pub fn read(text: &str) -> Self {
        Self::of(text.split_whitespace().filter_map(PermissionId::parse))
    }
}
