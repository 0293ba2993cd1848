//! A permission table as sets of bits. The console's is made from its rows at compile time; another one can be made from data.

use crate::authz::permission::column::{COLUMNS, RoleColumn};
use crate::authz::permission::set::PermissionSet;
use crate::authz::role::Role;

/// One column of a table.
#[derive(Debug, Clone, Copy)]
pub struct RoleDefaults {
    /// `●`
    pub always: PermissionSet,
    /// `◑`: on, can be removed by a policy or an override.
    pub on: PermissionSet,
    /// `◐`: off, can be granted.
    pub off: PermissionSet,
    /// `o`: in own companies only.
    pub own: PermissionSet,
    /// `s`: in a support session only.
    pub support: PermissionSet,
}

/// Everything that the decision has to know of a permission table.
#[derive(Debug, Clone)]
pub struct PermissionTable {
    columns: [RoleDefaults; COLUMNS],
    implied: PermissionSet,
    reading: PermissionSet,
    delegable: PermissionSet,
}

impl PermissionTable {
    /// A table without rows.
    pub const EMPTY: Self = Self {
        columns: [RoleDefaults {
            always: PermissionSet::NONE,
            on: PermissionSet::NONE,
            off: PermissionSet::NONE,
            own: PermissionSet::NONE,
            support: PermissionSet::NONE,
        }; COLUMNS],
        implied: PermissionSet::NONE,
        reading: PermissionSet::NONE,
        delegable: PermissionSet::NONE,
    };

    /// With one more row. `only_reads`: whether the permission remains while an organization is read-only.
    #[must_use]
    pub const fn with_row(mut self, row: usize, marks: &[char; COLUMNS], only_reads: bool) -> Self {
        let mut implied = true;
        let mut delegable = false;
        let mut at = 0;
        while at < COLUMNS {
            let column = &mut self.columns[at];
            match marks[at] {
                '●' => column.always = column.always.with_row(row),
                '◑' => column.on = column.on.with_row(row),
                '◐' => column.off = column.off.with_row(row),
                'o' => column.own = column.own.with_row(row),
                's' => column.support = column.support.with_row(row),
                _ => {}
            }
            let of_member = at > RoleColumn::Operator.at();
            implied &= !of_member || marks[at] == '●';
            let below_owner = at > RoleColumn::Organization(Role::Owner).at() && at <= Role::ALL.len();
            delegable |= below_owner && matches!(marks[at], '●' | '◑' | '◐' | 'o');
            at += 1;
        }
        if implied {
            self.implied = self.implied.with_row(row);
        }
        if only_reads {
            self.reading = self.reading.with_row(row);
        }
        if delegable {
            self.delegable = self.delegable.with_row(row);
        }
        self
    }

    /// One column.
    pub const fn column(&self, column: RoleColumn) -> &RoleDefaults {
        &self.columns[column.at()]
    }

    /// What every role always has, so every member has it in the organization itself, also by a role in one company.
    pub const fn implied(&self) -> PermissionSet {
        self.implied
    }

    /// What remains while an organization is read-only.
    pub const fn reading(&self) -> PermissionSet {
        self.reading
    }

    /// What any role below Owner can have.
    pub const fn delegable(&self) -> PermissionSet {
        self.delegable
    }
}
