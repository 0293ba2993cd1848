//! Saving the matrix: all changes or none, each by the same service as on its own page.

use std::collections::HashSet;

use crate::audit::Events;
use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{AssignCompanies, ChangeRoles, Permission};
use crate::common::error::AppError;
use crate::common::id::MembershipId;
use crate::db::Conn;
use crate::models::membership;
use crate::models::membership::record::Membership;
use crate::services::access_matrix::diff::{diff, stale};
use crate::services::access_matrix::state::MatrixState;
use crate::services::access_matrix::{
    CellChange, CellKey, CellValue, FaultReason, MatrixError, MatrixFault, MatrixRow,
};
use crate::services::assignments;
use crate::services::assignments::AssignmentError;
use crate::services::members::errors::RoleChangeError;
use crate::services::members::role;

/// Saves the cells of a form. A cell that changed after it was shown is a fault.
pub fn save(conn: &mut Conn, actor: &Actor, rows: &[MatrixRow]) -> Result<(Vec<CellChange>, Events), MatrixError> {
    check_permissions(conn, actor, rows)?;
    let current = lock(conn, actor, rows)?;
    current.check_visible(conn, actor, rows)?;
    let stale: HashSet<CellKey> = stale(rows, &current).collect();
    let mut faults: Vec<MatrixFault> = rows
        .iter()
        .filter(|row| stale.contains(&row.cell))
        .map(|row| fault(&current, row.cell, row.line, FaultReason::Changed))
        .collect();
    let mut changes = diff(rows, &current);
    changes.retain(|change| !stale.contains(&change.cell));
    let events = apply(conn, actor, &changes, &current, &mut faults)?;
    if faults.is_empty() {
        Ok((changes, events))
    } else {
        Err(MatrixError::Refused(faults))
    }
}

/// Locks the members of the rows and reads their current roles.
fn lock(conn: &mut Conn, actor: &Actor, rows: &[MatrixRow]) -> Result<MatrixState, AppError> {
    let members: Vec<MembershipId> = rows.iter().map(|row| row.cell.0).collect();
    membership::lock_members(conn, actor.organization, &members)?;
    MatrixState::load(conn, actor, &members)
}

/// Makes the changes, and adds a fault for each one that is refused.
pub(super) fn apply(
    conn: &mut Conn,
    actor: &Actor,
    changes: &[CellChange],
    current: &MatrixState,
    faults: &mut Vec<MatrixFault>,
) -> Result<Events, AppError> {
    let mut events = Events::none("one for each change");
    for change in changes {
        match apply_one(conn, actor, change) {
            Ok(done) => events = events.and(done),
            Err(CellError::Refused(reason)) => faults.push(fault(current, change.cell, change.line, reason)),
            Err(CellError::Failed(error)) => return Err(error),
        }
    }
    Ok(events)
}

fn fault(current: &MatrixState, cell: CellKey, line: u64, reason: FaultReason) -> MatrixFault {
    let name = current.name(cell.0);
    MatrixFault {
        cell,
        line,
        name,
        reason,
    }
}

/// The permissions without which the actor changes nothing here.
fn check_permissions(conn: &mut Conn, actor: &Actor, rows: &[MatrixRow]) -> Result<(), AppError> {
    let any = |in_company: bool| rows.iter().any(|row| row.cell.1.is_some() == in_company);
    if any(false) && actor.reach::<ChangeRoles>() != Reach::Everywhere {
        return Err(actor.refusal(conn, ChangeRoles::ID)?);
    }
    if any(true) && !actor.permissions.has(AssignCompanies::ID) {
        return Err(actor.refusal(conn, AssignCompanies::ID)?);
    }
    Ok(())
}

/// Why one change was not made.
enum CellError {
    Refused(FaultReason),
    Failed(AppError),
}

crate::change_error!(CellError);

impl From<RoleChangeError> for CellError {
    fn from(error: RoleChangeError) -> Self {
        match error {
            // The refusal names the permission that the actor may not grant.
            RoleChangeError::Failed(AppError::Forbidden(refusal)) => {
                Self::Refused(FaultReason::Permission(refusal.permission))
            }
            RoleChangeError::Failed(error) => Self::Failed(error),
            error => Self::Refused(FaultReason::Role(error)),
        }
    }
}

impl From<AssignmentError> for CellError {
    fn from(error: AssignmentError) -> Self {
        match error {
            AssignmentError::Failed(error) => Self::Failed(error),
            error => Self::Refused(FaultReason::Assignment(error)),
        }
    }
}

fn apply_one(conn: &mut Conn, actor: &Actor, change: &CellChange) -> Result<Events, CellError> {
    let member = Membership::find(conn, actor.organization, change.cell.0)?;
    let permission = AssignCompanies::ID;
    Ok(match (&change.after, change.cell.1) {
        (CellValue::Role(title), _) => role::change(conn, actor, &member, title)?.1,
        (CellValue::CompanyRole(_), None) => return Err(AppError::NotFound.into()),
        (CellValue::CompanyRole(Some(role)), Some(company)) => {
            assignments::give(conn, actor, permission, &member, company, *role)?.events
        }
        (CellValue::CompanyRole(None), Some(company)) => {
            assignments::take(conn, actor, permission, &member, company)?.events
        }
    })
}
