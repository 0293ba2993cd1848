//! What rows would change. Pure.

use crate::services::access_matrix::state::MatrixState;
use crate::services::access_matrix::{CellChange, CellKey, MatrixRow};

/// The changes, in the order of the rows.
pub fn diff(rows: &[MatrixRow], current: &MatrixState) -> Vec<CellChange> {
    rows.iter()
        .map(|row| CellChange {
            line: row.line,
            cell: row.cell,
            before: current.value(row.cell),
            after: row.value.clone(),
        })
        .filter(|change| change.before != change.after.key())
        .collect()
}

/// The cells that changed after they were shown.
pub fn stale<'a>(rows: &'a [MatrixRow], current: &'a MatrixState) -> impl Iterator<Item = CellKey> + 'a {
    rows.iter()
        .filter(|row| row.seen.as_ref().is_some_and(|seen| *seen != current.value(row.cell)))
        .map(|row| row.cell)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::authz::role::CompanyRole;
    use crate::common::id::{CompanyId, MembershipId};
    use crate::services::access_matrix::{CellValue, ChangeKind};

    fn role() -> impl Strategy<Value = Option<CompanyRole>> {
        prop::option::of(prop::sample::select(CompanyRole::ALL))
    }

    proptest! {
        #[test]
        fn only_cells_that_differ_change(cells in prop::collection::vec((role(), role()), 0..20)) {
            let member = MembershipId::fresh();
            let cells: Vec<_> = cells.into_iter().map(|(is, to)| (CompanyId::fresh(), is, to)).collect();
            let current = MatrixState::of_assignments(
                cells.iter().filter_map(|(company, is, _)| is.map(|role| ((member, *company), (role, Some(role))))),
            );
            let rows: Vec<_> = cells
                .iter()
                .map(|(company, _, to)| MatrixRow {
                    line: 0,
                    cell: (member, Some(*company)),
                    value: CellValue::CompanyRole(*to),
                    seen: None,
                })
                .collect();
            let changes = diff(&rows, &current);
            let differing: Vec<_> = cells.iter().filter(|(_, is, to)| is != to).collect();
            prop_assert_eq!(changes.len(), differing.len());
            for (change, (company, is, to)) in changes.iter().zip(differing) {
                prop_assert_eq!(change.cell, (member, Some(*company)));
                let kind = match (is, to) {
                    (None, _) => ChangeKind::Added,
                    (_, None) => ChangeKind::Removed,
                    _ => ChangeKind::Changed,
                };
                prop_assert_eq!(change.kind(), kind);
            }
            prop_assert_eq!(stale(&rows, &current).count(), 0);
        }
    }
}
