//! What a fault is called on a page and in a file.

use crate::common::table::TableError;
use crate::db::types::organization::UnitLabel;
use crate::db::types::usage::Meter;
use crate::services::usage::input::UsageFault;
use crate::services::usage_imports::CompanyFault;
use crate::services::usage_imports::columns::ColumnsFault;
use crate::services::usage_imports::create::{ImportFileError, MOST, WIDEST};
use crate::services::usage_imports::fields::ImportField;
use crate::services::usage_imports::read::RowFault;

/// The label of what a column has.
pub fn field(field: ImportField, unit: UnitLabel) -> &'static str {
    match field {
        ImportField::Company => unit.title(),
        ImportField::Meter => "Meter",
        ImportField::Quantity => "Quantity",
        ImportField::Time => "Time",
        ImportField::Id => "ID",
        ImportField::Source => "Source",
        ImportField::Date => "Date",
        ImportField::CasesOpen => "Open cases",
        ImportField::CasesNew => "New cases",
        ImportField::CasesClosed => "Closed cases",
        ImportField::CampaignsActive => "Active campaigns",
        ImportField::PlacedMinor => "Placed, in minor units",
        ImportField::RecoveredMinor => "Recovered, in minor units",
    }
}

/// Why columns can't be used.
pub fn columns(fault: ColumnsFault, unit: UnitLabel) -> String {
    match fault {
        ColumnsFault::Missing(missing) => format!("Choose {} for one column", field(missing, unit)),
        ColumnsFault::Twice(twice) => format!("Choose {} for one column only", field(twice, unit)),
        ColumnsFault::NoTimeOrId => {
            "Choose Time or ID for a column. Without either, a file that is imported twice would count twice".into()
        }
        ColumnsFault::NoFigure => "Choose at least one figure, such as Open cases".into(),
    }
}

/// Why a file is not kept, and its lines with errors.
pub fn file(error: &ImportFileError) -> (String, Vec<(usize, String)>) {
    match error {
        ImportFileError::Table(errors) => {
            let lines: Vec<(usize, String)> = errors
                .iter()
                .filter_map(|error| Some((error.line()?, error.message())))
                .collect();
            if lines.is_empty() {
                (TableError::Empty.to_string(), lines)
            } else {
                ("Some lines can’t be read, so nothing was imported".into(), lines)
            }
        }
        ImportFileError::NoRows => ("There are no rows below the header".into(), Vec::new()),
        ImportFileError::TooManyRows(rows) => {
            let most = crate::common::html::number(&i64::try_from(MOST).unwrap_or(i64::MAX));
            let rows = crate::common::html::number(&i64::try_from(*rows).unwrap_or(i64::MAX));
            (
                format!("{rows} rows are more than the {most} of one file. Split it"),
                Vec::new(),
            )
        }
        ImportFileError::TooManyColumns(columns) => (
            format!("{columns} columns are more than the {WIDEST} of one file"),
            Vec::new(),
        ),
        ImportFileError::Failed(_) => ("The file can’t be kept".into(), Vec::new()),
    }
}

/// Why a row is rejected. `cell`: what is in the wrong cell.
pub fn row(fault: RowFault, cell: &str, unit: UnitLabel) -> String {
    let cell = short(cell);
    match fault {
        RowFault::Empty(ImportField::Time) => "Empty. A row needs a time, such as 2026-11-28 14:30".into(),
        RowFault::Empty(_) => "Empty".into(),
        RowFault::Company(CompanyFault::Unknown) => {
            format!("“{cell}” is no {} of yours. Use its web address or name", unit.one())
        }
        RowFault::Company(CompanyFault::Ambiguous) => {
            format!("Several {} are called “{cell}”. Use the web address", unit.many())
        }
        RowFault::ArchivedCompany => format!("“{cell}” is archived"),
        RowFault::Meter => format!("“{cell}” is no meter. Use {}", meters()),
        RowFault::Time => format!("“{cell}” is no time. Write 2026-11-28 14:30 or 2026-11-28T14:30:00Z"),
        RowFault::Date => format!("“{cell}” is no day. Write 2026-11-28"),
        RowFault::Comma(_) => {
            format!("“{cell}” has a comma. Write decimals with a point, and thousands without a mark")
        }
        RowFault::Figure(_) => format!("“{cell}” is no whole number from 0 to 1000000000000000"),
        RowFault::NoFigure => "No figure".into(),
        RowFault::TooOld => format!("{cell} is more than 800 days ago"),
        RowFault::InTheFuture => format!("{cell} has not begun"),
        RowFault::Usage(fault) => usage(fault, &cell, unit),
    }
}

fn usage(fault: UsageFault, cell: &str, unit: UnitLabel) -> String {
    match fault {
        UsageFault::Source | UsageFault::Id => "Longer than 255 bytes".into(),
        UsageFault::UnknownMeter => format!("“{cell}” is no meter. Use {}", meters()),
        UsageFault::UnknownCompany => format!("“{cell}” is no {} of yours", unit.one()),
        UsageFault::ArchivedCompany => format!("“{cell}” is archived"),
        UsageFault::Quantity => format!("“{cell}” is no number. Write 12 or 0.5"),
        UsageFault::NegativeQuantity => format!("{cell} is below 0. To correct usage, void the event"),
        UsageFault::TooManyDecimals => format!("{cell} has more than six decimals"),
        UsageFault::TooLarge => format!("{cell} is more than 1000000000"),
        UsageFault::TooOld => format!("{cell} is more than 35 days ago"),
        UsageFault::InTheFuture => format!("{cell} is more than five minutes ahead"),
    }
}

fn meters() -> String {
    let keys: Vec<&str> = Meter::ALL.iter().map(|meter| meter.as_str()).collect();
    keys.join(", ")
}

/// At most 60 characters of a cell.
pub fn short(cell: &str) -> String {
    let mut text: String = cell.chars().take(60).collect();
    if text.len() < cell.len() {
        text.push('…');
    }
    text
}
