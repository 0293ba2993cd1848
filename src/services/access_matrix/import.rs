//! Importing roles from a CSV file: a page shows the plan, the next request applies the same plan or nothing.

use std::collections::HashMap;

use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::authz::role::CompanyRole;
use crate::common::error::AppError;
use crate::common::id::MembershipId;
use crate::db::Conn;
use crate::models::membership;
use crate::services::access_matrix::apply::apply;
use crate::services::access_matrix::diff::{diff, stale};
use crate::services::access_matrix::import_rows::{ImportDirectory, ImportRow, LineError};
use crate::services::access_matrix::state::MatrixState;
use crate::services::access_matrix::{CellChange, CellKey, ChangeKind, MatrixFault, MatrixRow};

/// A changed cell, with the names for people.
#[derive(Debug)]
pub struct PlannedChange {
    pub change: CellChange,
    pub name: String,
    pub email: String,
    /// `None` is the organization.
    pub company: Option<String>,
    /// The label of the role before; empty for none.
    pub before: String,
}

/// What a file changes.
#[derive(Debug)]
pub struct ImportPlan {
    /// All rows, with what their cells are now.
    pub rows: Vec<ImportRow>,
    pub changes: Vec<PlannedChange>,
    /// Whether a cell changed after it was shown.
    pub stale: bool,
}

impl ImportPlan {
    pub fn count(&self, kind: ChangeKind) -> usize {
        self.changes
            .iter()
            .filter(|planned| planned.change.kind() == kind)
            .count()
    }

    pub fn unchanged(&self) -> usize {
        self.rows.len() - self.changes.len()
    }
}

/// Why a file was not imported.
#[derive(Debug)]
pub enum ImportError {
    /// Lines with errors.
    Lines(Vec<(u64, LineError)>),
    /// Changes that were refused.
    Faults(Vec<MatrixFault>),
    /// The matrix changed after the plan was shown, or no plan was shown.
    Stale,
    Failed(AppError),
}

crate::change_error!(ImportError);

/// The plan for a page.
pub fn plan(conn: &mut Conn, actor: &Actor, rows: &[ImportRow]) -> Result<ImportPlan, ImportError> {
    let directory = ImportDirectory::load(conn, actor, rows)?;
    let members: Vec<MembershipId> = directory.members().map(|member| member.id).collect();
    let current = MatrixState::load(conn, actor, &members)?;
    plan_of(actor, &directory, &current, rows)
}

/// Applies the rows of a plan that was shown: all changes or none.
pub fn import(conn: &mut Conn, actor: &Actor, rows: &[ImportRow]) -> Result<(ImportPlan, Events), ImportError> {
    let directory = ImportDirectory::load(conn, actor, rows)?;
    let members: Vec<MembershipId> = directory.members().map(|member| member.id).collect();
    membership::lock_members(conn, actor.organization, &members)?;
    let current = MatrixState::load(conn, actor, &members)?;
    let plan = plan_of(actor, &directory, &current, rows)?;
    if plan.stale || rows.iter().any(|row| row.seen.is_none()) {
        return Err(ImportError::Stale);
    }
    let changes: Vec<CellChange> = plan.changes.iter().map(|planned| planned.change.clone()).collect();
    let mut faults = Vec::new();
    let mut events = apply(conn, actor, &changes, &current, &mut faults)?;
    if !faults.is_empty() {
        return Err(ImportError::Faults(faults));
    }
    if !changes.is_empty() {
        let summary = Event::new(
            Action::AccessImported,
            "organization",
            actor.organization,
            &actor.organization_name,
        )
        .after(json!({
            "added": plan.count(ChangeKind::Added),
            "changed": plan.count(ChangeKind::Changed),
            "removed": plan.count(ChangeKind::Removed),
        }));
        events = events.and(actor.event(summary));
    }
    Ok((plan, events))
}

fn plan_of(
    actor: &Actor,
    directory: &ImportDirectory,
    current: &MatrixState,
    rows: &[ImportRow],
) -> Result<ImportPlan, ImportError> {
    let (mut resolved, mut errors) = (Vec::new(), Vec::new());
    let mut lines: HashMap<CellKey, u64> = HashMap::new();
    for row in rows {
        match directory.resolve(actor, current, row) {
            Ok(found) => match lines.insert(found.row.cell, row.line) {
                Some(first) => errors.push((row.line, LineError::Duplicate(first))),
                None => resolved.push(found),
            },
            Err(error) => errors.push((row.line, error)),
        }
    }
    if !errors.is_empty() {
        return Err(ImportError::Lines(errors));
    }
    let matrix_rows: Vec<MatrixRow> = resolved.iter().map(|found| found.row.clone()).collect();
    let before = |change: &CellChange| match change.cell.1 {
        None => directory
            .title(&change.before)
            .map_or_else(|| change.before.clone(), |title| title.label().to_owned()),
        Some(_) => CompanyRole::parse(&change.before)
            .map_or("", CompanyRole::label)
            .to_owned(),
    };
    let by_cell: HashMap<CellKey, _> = resolved.iter().map(|found| (found.row.cell, found)).collect();
    let changes = diff(&matrix_rows, current).into_iter().filter_map(|change| {
        let found = by_cell.get(&change.cell)?;
        Some(PlannedChange {
            name: found.member.name.clone(),
            email: found.member.email.clone(),
            company: found.company.map(|company| company.name.clone()),
            before: before(&change),
            change,
        })
    });
    Ok(ImportPlan {
        changes: changes.collect(),
        stale: stale(&matrix_rows, current).next().is_some(),
        rows: resolved
            .iter()
            .map(|found| ImportRow {
                line: found.row.line,
                email: found.member.email.clone(),
                company: found.company.map_or_else(String::new, |company| company.slug.clone()),
                role: found.row.value.key(),
                seen: Some(current.value(found.row.cell)),
            })
            .collect(),
    })
}
