//! A report as CSV: a line for each company, the total, and a last line with the number of lines and the SHA-256 of all that is
//! above it.

use sha2::{Digest, Sha256};

use crate::common::csv::{CsvCell, CsvSheet};
use crate::common::currency::Currency;
use crate::common::decimal;
use crate::common::token::hex;
use crate::db::types::usage::Meter;
use crate::services::reports::figures::{CostSection, Figures};
use crate::services::reports::read::{CompanyFigures, Report};

/// Lines of companies in a piece.
const LINES: usize = 500;

/// The columns before those of money.
const COLUMNS: [&str; 16] = [
    "company",
    "slug",
    "status",
    "from",
    "to",
    "cases open",
    "cases new",
    "cases closed",
    "campaigns active",
    "recovery percent",
    "voice seconds",
    "calls",
    "sms segments",
    "self-healing actions",
    "whatsapp fees",
    "leads",
];

const MONEY: [&str; 7] = [
    "currency",
    "voice",
    "sms",
    "self-healing",
    "fees",
    "taxes",
    "total cost",
];

/// A file that is written in pieces, always of the same report.
#[derive(Debug)]
pub struct ReportSheet {
    report: Report,
    /// The words for those that are gone.
    gone: String,
    at: usize,
    hash: Sha256,
    is_done: bool,
}

impl ReportSheet {
    /// `gone`: what the line of deleted companies is called.
    pub fn new(report: Report, gone: String) -> Self {
        Self {
            report,
            gone,
            at: 0,
            hash: Sha256::new(),
            is_done: false,
        }
    }

    fn shows_money(&self) -> Option<Currency> {
        let total = self.report.money.is_some_and(|money| money.total);
        let shown = total || self.report.companies.iter().any(|line| line.money);
        self.report.money.filter(|_| shown).map(|money| money.currency)
    }

    /// The next piece; `None` after the last.
    pub fn piece(&mut self) -> Option<Vec<u8>> {
        if self.is_done {
            return None;
        }
        let mut sheet = if self.at == 0 {
            let mut columns = COLUMNS.to_vec();
            if self.shows_money().is_some() {
                columns.extend(MONEY);
            }
            CsvSheet::new(&columns)
        } else {
            CsvSheet::going_on()
        };
        let end = (self.at + LINES).min(self.report.companies.len());
        for line in self.report.companies.get(self.at..end).unwrap_or_default() {
            self.company(&mut sheet, line);
        }
        self.at = end;
        if self.at < self.report.companies.len() {
            let bytes = sheet.into_bytes();
            self.hash.update(&bytes);
            return Some(bytes);
        }
        self.is_done = true;
        let sees = self.report.money.is_some_and(|money| money.total);
        self.line(&mut sheet, ["Total", "", ""], &self.report.total, sees);
        let mut bytes = sheet.into_bytes();
        self.hash.update(&bytes);
        let hash = hex(&self.hash.clone().finalize());
        // A line for each company, and the total.
        let rows = self.report.companies.len() + 1;
        let mut last = CsvSheet::going_on();
        last.row(["rows", &rows.to_string(), "sha256", &hash]);
        bytes.extend(last.into_bytes());
        Some(bytes)
    }

    fn company(&self, sheet: &mut CsvSheet, line: &CompanyFigures) {
        let named = match &line.company {
            Some(company) => [company.name.as_str(), &company.slug, company.status.as_str()],
            None => [self.gone.as_str(), "", "deleted"],
        };
        self.line(sheet, named, &line.figures, line.money);
    }

    fn line(&self, sheet: &mut CsvSheet, named: [&str; 3], figures: &Figures, sees: bool) {
        let count = |number: Option<i64>| CsvCell::Number(number.map(|number| number.to_string()).unwrap_or_default());
        let quantity = |meter| CsvCell::Number(decimal::text(figures.quantities.get(meter), 6, 0));
        let (from, to) = (self.report.days.from.iso(), self.report.days.to.iso());
        let recovery = figures.recovery().map(|share| decimal::text(share, 4, 0));
        let mut cells: Vec<CsvCell<'_>> = named.into_iter().map(CsvCell::Text).collect();
        cells.extend([CsvCell::Number(from), CsvCell::Number(to)]);
        cells.extend([
            count(figures.latest.cases_open),
            count(Some(figures.facts.cases_new)),
            count(Some(figures.facts.cases_closed)),
            count(figures.latest.campaigns_active),
            CsvCell::Number(recovery.unwrap_or_default()),
        ]);
        cells.extend(Meter::ALL.iter().map(|meter| quantity(*meter)));
        if let Some(currency) = self.shows_money() {
            let amount = |minor: i64| CsvCell::Number(if sees { currency.decimal(minor) } else { String::new() });
            cells.push(CsvCell::Text(currency.code()));
            cells.extend(CostSection::ALL.map(|section| amount(figures.section(section))));
            cells.extend([amount(figures.cost().tax), amount(figures.cost().total())]);
        }
        sheet.typed_row(cells);
    }

    /// The whole file.
    pub fn into_bytes(mut self) -> Vec<u8> {
        let mut all = Vec::new();
        while let Some(piece) = self.piece() {
            all.extend(piece);
        }
        all
    }
}
