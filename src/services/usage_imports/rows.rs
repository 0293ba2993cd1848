//! What becomes of rows: as a preview, or for real.

use std::collections::{BTreeSet, HashMap};

use crate::audit::Events;
use crate::auth::actor::Actor;
use crate::common::error::AppError;
use crate::common::id::CompanyId;
use crate::db::Conn;
use crate::db::types::organization::CompanyStatus;
use crate::db::types::usage_import::ImportKind;
use crate::models::usage::subjects::NamedCompany;
use crate::models::usage_import::pieces::FileRow;
use crate::services::usage::facts::{FactsCompany, FactsError};
use crate::services::usage::ingest::{IngestionError, UsageSender, UsageStatus};
use crate::services::usage::input::UsageInput;
use crate::services::usage::{facts, ingest};
use crate::services::usage_imports::companies::{self, CompanyFault};
use crate::services::usage_imports::fields::{FIGURES, ImportField};
use crate::services::usage_imports::read::{FiguresRow, RowFault, RowReader};

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowOutcome {
    Accepted,
    /// It says what was known before.
    Known,
    Rejected(RowFault),
}

/// What becomes of rows if they are imported now. Nothing is written.
pub fn preview(
    conn: &mut Conn,
    actor: &Actor,
    kind: ImportKind,
    reader: &RowReader,
    rows: &[FileRow],
) -> Result<Vec<RowOutcome>, AppError> {
    Ok(outcomes(conn, actor, kind, reader, rows, false)?.0)
}

/// Imports rows.
pub fn import(
    conn: &mut Conn,
    actor: &Actor,
    kind: ImportKind,
    reader: &RowReader,
    rows: &[FileRow],
) -> Result<(Vec<RowOutcome>, Events), AppError> {
    outcomes(conn, actor, kind, reader, rows, true)
}

fn outcomes(
    conn: &mut Conn,
    actor: &Actor,
    kind: ImportKind,
    reader: &RowReader,
    rows: &[FileRow],
    writes: bool,
) -> Result<(Vec<RowOutcome>, Events), AppError> {
    let within = companies::reach(conn, actor)?;
    let texts: BTreeSet<&str> = rows.iter().map(|row| reader.cell(row, ImportField::Company)).collect();
    let directory = Directory(companies::find(conn, actor, within.as_deref(), &texts)?);
    match kind {
        ImportKind::Events => {
            let outcomes = events(conn, actor, within.as_deref(), &directory, reader, rows, writes)?;
            Ok((outcomes, Events::none("usage events are their own record")))
        }
        ImportKind::Facts => figures(conn, actor, &directory, reader, rows, writes),
    }
}

/// The companies that rows name.
struct Directory(HashMap<String, Result<NamedCompany, CompanyFault>>);

impl Directory {
    fn active(&self, text: &str) -> Result<&NamedCompany, RowFault> {
        match self.0.get(text) {
            Some(Ok(company)) if company.status == CompanyStatus::Active => Ok(company),
            Some(Ok(_)) => Err(RowFault::ArchivedCompany),
            Some(Err(fault)) => Err(RowFault::Company(*fault)),
            None => Err(RowFault::Company(CompanyFault::Unknown)),
        }
    }
}

fn events(
    conn: &mut Conn,
    actor: &Actor,
    within: Option<&[CompanyId]>,
    directory: &Directory,
    reader: &RowReader,
    rows: &[FileRow],
    writes: bool,
) -> Result<Vec<RowOutcome>, AppError> {
    let read = |row: &FileRow| {
        let row = reader.usage(row)?;
        let company = directory.active(&row.company)?;
        Ok(UsageInput {
            source: row.source,
            id: row.id,
            meter: row.meter.as_str().to_owned(),
            subject: company.slug.clone(),
            quantity: row.quantity,
            occurred_at: row.time,
        })
    };
    let inputs: Vec<Result<UsageInput, RowFault>> = rows.iter().map(read).collect();
    let readable: Vec<UsageInput> = inputs.iter().flatten().cloned().collect();
    let id = actor.id.to_string();
    let sender = UsageSender {
        organization: actor.organization,
        id: &id,
        within,
        zone: actor.org_zone,
    };
    let statuses = if writes {
        ingest::ingest(conn, sender, actor.cx.now, &readable, false)
    } else {
        ingest::preview(conn, sender, actor.cx.now, &readable)
    };
    let mut statuses = match statuses {
        Ok(statuses) | Err(IngestionError::Rejected(statuses)) => statuses.into_iter(),
        Err(IngestionError::Failed(error)) => return Err(error),
    };
    let outcome = |input: Result<UsageInput, RowFault>| match input {
        Err(fault) => RowOutcome::Rejected(fault),
        Ok(_) => match statuses.next() {
            Some(UsageStatus::Duplicate | UsageStatus::Conflict) => RowOutcome::Known,
            Some(UsageStatus::Rejected(fault)) => RowOutcome::Rejected(RowFault::Usage(fault)),
            Some(UsageStatus::Accepted) | None => RowOutcome::Accepted,
        },
    };
    Ok(inputs.into_iter().map(outcome).collect())
}

fn figures(
    conn: &mut Conn,
    actor: &Actor,
    directory: &Directory,
    reader: &RowReader,
    rows: &[FileRow],
    writes: bool,
) -> Result<(Vec<RowOutcome>, Events), AppError> {
    let mut outcomes = Vec::with_capacity(rows.len());
    let mut all = Events::none("no figure changed");
    for row in rows {
        let read = reader
            .figures(row)
            .and_then(|figures| directory.active(&figures.company).map(|company| (company, figures)));
        outcomes.push(match read {
            Err(fault) => RowOutcome::Rejected(fault),
            Ok((company, figures)) => match set(conn, actor, company, &figures, writes) {
                Ok((true, events)) => {
                    all = all.and(events);
                    RowOutcome::Accepted
                }
                Ok((false, _)) => RowOutcome::Known,
                Err(FactsError::Failed(error)) => return Err(error),
                Err(error) => RowOutcome::Rejected(fault(&error)),
            },
        });
    }
    Ok((outcomes, all))
}

/// Sets the figures of a row; whether they differ from those before.
fn set(
    conn: &mut Conn,
    actor: &Actor,
    company: &NamedCompany,
    row: &FiguresRow,
    writes: bool,
) -> Result<(bool, Events), FactsError> {
    let of = FactsCompany {
        id: company.id,
        name: &company.name,
        status: company.status,
    };
    let change = |before| row.onto(before);
    if writes {
        let mut differs = false;
        let (_, events) = facts::set(conn, actor, of, row.day, |before| {
            let after = change(before);
            differs = after != before;
            after
        })?;
        Ok((differs, events))
    } else {
        let (before, after) = facts::check(conn, actor, of, row.day, change)?;
        Ok((after != before, Events::none("a preview")))
    }
}

fn fault(error: &FactsError) -> RowFault {
    match error {
        FactsError::InTheFuture => RowFault::InTheFuture,
        FactsError::TooOld => RowFault::TooOld,
        FactsError::OutOfRange(name) => {
            let field = FIGURES.into_iter().find(|field| field.as_str() == *name);
            RowFault::Figure(field.unwrap_or(ImportField::CasesOpen))
        }
        FactsError::Archived | FactsError::Failed(_) => RowFault::ArchivedCompany,
    }
}
