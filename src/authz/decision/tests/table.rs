use proptest::prelude::*;

use super::{cells, inputs, permission};
use crate::authz::decision::{AccessInputs, Permissions, decide};
use crate::authz::permission::{COLUMNS, PermissionId, PermissionSet, PermissionTable, RoleColumn};
use crate::authz::role::Role;

/// A table from data, such as the permissions of an application behind the console.
fn table() -> impl Strategy<Value = PermissionTable> {
    let marks = || prop::sample::select(vec!['●', '◑', '◐', 'o', 's', '-']);
    let row = (prop::collection::vec(marks(), COLUMNS), any::<bool>());
    prop::collection::vec(row, 1..PermissionSet::CAPACITY).prop_map(|rows| {
        rows.into_iter()
            .enumerate()
            .fold(PermissionTable::EMPTY, |table, (row, (marks, only_reads))| {
                let marks: [char; COLUMNS] = marks.try_into().expect("a mark for each column");
                table.with_row(row, &marks, only_reads)
            })
    })
}

proptest! {
    #[test]
    fn a_table_from_data_decides_by_the_same_rules(table in table(), mut inputs in inputs(), permission in permission()) {
        let before = decide(&table, &inputs);
        let denied = AccessInputs { overrides: inputs.overrides.set(permission, Some(false)), ..inputs.clone() };
        prop_assert!(decide(&table, &denied).within(before));

        inputs.read_only = true;
        let read_only = decide(&table, &inputs);
        prop_assert!(read_only.everywhere().or(read_only.own()).within(table.reading()));

        inputs.in_force = false;
        prop_assert_eq!(decide(&table, &inputs), Permissions::default());
    }

    #[test]
    fn an_override_of_a_table_from_data_works_only_where_that_table_leaves_it_open(
        table in table(), role in prop::sample::select(Role::ALL), cells in cells(),
    ) {
        let plain = AccessInputs::of(role, &[]);
        let overridden = AccessInputs { overrides: cells, ..plain.clone() };
        let (before, after) = (decide(&table, &plain), decide(&table, &overridden));
        let open = table.column(RoleColumn::Organization(role)).on.or(table.column(RoleColumn::Organization(role)).off);
        prop_assert!(after.everywhere().without(before.everywhere()).within(open.or(table.implied())));
    }

    #[test]
    fn the_console_as_data_decides_as_the_console(inputs in inputs()) {
        let data = PermissionId::all().enumerate().fold(PermissionTable::EMPTY, |table, (row, permission)| {
            let marks: Vec<char> = std::iter::once(RoleColumn::Operator)
                .chain(RoleColumn::of_members())
                .map(|column| permission.mark(column))
                .collect();
            table.with_row(row, &marks.try_into().expect("a mark for each column"), permission.only_reads())
        });
        prop_assert_eq!(decide(&data, &inputs), inputs.permissions());
    }
}
