//! What the cells of a row say.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::common::day::Day;
use crate::common::people::unescaped;
use crate::common::search::fold;
use crate::common::time::Time;
use crate::common::token;
use crate::common::zone::Zone;
use crate::db::types::usage::Meter;
use crate::models::usage::facts::DayFacts;
use crate::models::usage_import::pieces::FileRow;
use crate::services::usage::facts::LARGEST;
use crate::services::usage::input::UsageFault;
use crate::services::usage_imports::columns::ImportColumns;
use crate::services::usage_imports::companies::CompanyFault;
use crate::services::usage_imports::fields::{FIGURES, ImportField};

/// The source of events that name none.
pub const SOURCE: &str = "import";

/// Why a row can't be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowFault {
    /// A cell that must say something is empty.
    Empty(ImportField),
    Company(CompanyFault),
    ArchivedCompany,
    Meter,
    Time,
    Date,
    /// A number that has a comma, which could mean thousands or decimals.
    Comma(ImportField),
    /// No whole number from 0 on.
    Figure(ImportField),
    /// Every figure is empty.
    NoFigure,
    TooOld,
    InTheFuture,
    /// What ingestion refuses.
    Usage(UsageFault),
}

impl RowFault {
    /// The field whose cell is wrong.
    pub fn field(self) -> Option<ImportField> {
        Some(match self {
            Self::Empty(field) | Self::Comma(field) | Self::Figure(field) => field,
            Self::Company(_) | Self::ArchivedCompany => ImportField::Company,
            Self::Meter => ImportField::Meter,
            Self::Time => ImportField::Time,
            Self::Date | Self::TooOld | Self::InTheFuture => ImportField::Date,
            Self::NoFigure => return None,
            Self::Usage(fault) => match fault {
                UsageFault::Source => ImportField::Source,
                UsageFault::Id => ImportField::Id,
                UsageFault::UnknownMeter => ImportField::Meter,
                UsageFault::UnknownCompany | UsageFault::ArchivedCompany => ImportField::Company,
                UsageFault::Quantity
                | UsageFault::NegativeQuantity
                | UsageFault::TooManyDecimals
                | UsageFault::TooLarge => ImportField::Quantity,
                UsageFault::TooOld | UsageFault::InTheFuture => ImportField::Time,
            },
        })
    }
}

/// How the rows of a file are read.
#[derive(Debug, Clone)]
pub struct RowReader {
    pub columns: ImportColumns,
    pub decimal_comma: bool,
    pub zone: Zone,
}

/// A row of usage whose company is not known yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageRow {
    pub company: String,
    pub meter: Meter,
    pub quantity: String,
    pub time: Option<Time>,
    pub id: String,
    pub source: String,
}

/// A row of figures whose company is not known yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FiguresRow {
    pub company: String,
    pub day: Day,
    /// In the order of `FIGURES`; `None` for those that stay as they are.
    pub figures: [Option<i64>; 6],
}

impl FiguresRow {
    /// The figures of a day after the row.
    pub fn onto(&self, before: DayFacts) -> DayFacts {
        let [open, new, closed, campaigns, placed, recovered] = self.figures;
        DayFacts {
            cases_open: open.or(before.cases_open),
            cases_new: new.or(before.cases_new),
            cases_closed: closed.or(before.cases_closed),
            campaigns_active: campaigns.or(before.campaigns_active),
            placed_minor: placed.or(before.placed_minor),
            recovered_minor: recovered.or(before.recovered_minor),
        }
    }
}

impl RowReader {
    /// The text of a field, without the quote that spreadsheets need before some.
    pub fn cell<'a>(&self, row: &'a FileRow, field: ImportField) -> &'a str {
        let cell = self.columns.position(field).and_then(|at| row.cells.get(at));
        cell.map_or("", |cell| unescaped(cell).trim())
    }

    fn needed<'a>(&self, row: &'a FileRow, field: ImportField) -> Result<&'a str, RowFault> {
        match self.cell(row, field) {
            "" => Err(RowFault::Empty(field)),
            text => Ok(text),
        }
    }

    /// Reads a row of usage.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn usage(&self, row: &FileRow) -> Result<UsageRow, RowFault> {
        let company = self.needed(row, ImportField::Company)?.to_owned();
        let meter = meter(self.needed(row, ImportField::Meter)?).ok_or(RowFault::Meter)?;
        let quantity = self.number(self.needed(row, ImportField::Quantity)?, ImportField::Quantity)?;
        let time = match self.cell(row, ImportField::Time) {
            "" => None,
            text => Some(Time::parse_in(text, self.zone).ok_or(RowFault::Time)?),
        };
        let id = match self.cell(row, ImportField::Id) {
            "" if time.is_none() && self.columns.position(ImportField::Id).is_some() => {
                return Err(RowFault::Empty(ImportField::Id));
            }
            "" if time.is_none() => return Err(RowFault::Empty(ImportField::Time)),
            "" => digest(&[&company, meter.as_str(), &quantity], time, row.equal_above),
            id => id.to_owned(),
        };
        let source = match self.cell(row, ImportField::Source) {
            "" => SOURCE.to_owned(),
            source => source.to_owned(),
        };
        Ok(UsageRow {
            company,
            meter,
            quantity,
            time,
            id,
            source,
        })
    }

    /// Reads a row of figures.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn figures(&self, row: &FileRow) -> Result<FiguresRow, RowFault> {
        let company = self.needed(row, ImportField::Company)?.to_owned();
        let day = Day::parse(self.needed(row, ImportField::Date)?).ok_or(RowFault::Date)?;
        let mut figures = [None; 6];
        for (figure, field) in figures.iter_mut().zip(FIGURES) {
            let text = self.cell(row, field);
            if !text.is_empty() {
                let number: i64 = text.parse().map_err(|_| RowFault::Figure(field))?;
                let fits = (0..=LARGEST).contains(&number) && text.bytes().all(|b| b.is_ascii_digit());
                *figure = Some(fits.then_some(number).ok_or(RowFault::Figure(field))?);
            }
        }
        if figures.iter().all(Option::is_none) {
            return Err(RowFault::NoFigure);
        }
        Ok(FiguresRow { company, day, figures })
    }

    /// A number with a decimal point. A decimal comma is understood in files whose cells are not separated by commas, if no
    /// one can take it for thousands.
    fn number(&self, text: &str, field: ImportField) -> Result<String, RowFault> {
        let Some((whole, decimals)) = text.split_once(',') else {
            return Ok(text.to_owned());
        };
        if self.decimal_comma && decimals.len() != 3 && !decimals.contains(',') && !text.contains('.') {
            Ok(format!("{whole}.{decimals}"))
        } else {
            Err(RowFault::Comma(field))
        }
    }
}

/// A meter by its key or its label.
fn meter(text: &str) -> Option<Meter> {
    let text = fold(text);
    let found = Meter::ALL
        .iter()
        .copied()
        .find(|meter| text == meter.as_str() || text == fold(meter.label()));
    found.or_else(|| Meter::parse(&text.replace([' ', '-'], "_")))
}

/// The id of an event that has none: a file that is sent twice counts once, and equal rows of one file each count.
fn digest(parts: &[&str], time: Option<Time>, equal_above: usize) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.update(time.map_or(i64::MIN, |time| time.0).to_be_bytes());
    hash.update((equal_above as u64).to_be_bytes());
    format!("row-{}", token::hex(&hash.finalize()[..16]))
}
