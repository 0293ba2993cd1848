//! What the columns of a file have.

use crate::common::search::fold;
use crate::db::types::usage_import::ImportKind;
use crate::services::usage_imports::fields::{FIGURES, ImportField};

/// What each column has; `None` for one that is not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportColumns(pub Vec<Option<ImportField>>);

/// Why columns can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnsFault {
    /// A field that each file needs is in no column.
    Missing(ImportField),
    /// A field is in two columns.
    Twice(ImportField),
    /// Usage needs a time or an id: without either, a file that is sent twice would count twice.
    NoTimeOrId,
    NoFigure,
}

impl ImportColumns {
    /// What was stored or sent.
    pub fn read(texts: &[String]) -> Self {
        Self(texts.iter().map(|text| ImportField::parse(text)).collect())
    }

    pub fn texts(&self) -> Vec<&'static str> {
        self.0
            .iter()
            .map(|field| field.map_or("", ImportField::as_str))
            .collect()
    }

    /// By the words of a header; each field once.
    pub fn recognize(kind: ImportKind, header: &[String]) -> Self {
        let mut columns: Vec<Option<ImportField>> = vec![None; header.len()];
        let keys: Vec<String> = header.iter().map(|title| key(title)).collect();
        for field in ImportField::of(kind) {
            // The first word that a column has decides: “Company” before “Client”.
            let at = field
                .words()
                .iter()
                .find_map(|word| (0..keys.len()).find(|at| keys[*at] == key(word) && columns[*at].is_none()));
            if let Some(column) = at.and_then(|at| columns.get_mut(at)) {
                *column = Some(*field);
            }
        }
        Self(columns)
    }

    pub fn position(&self, field: ImportField) -> Option<usize> {
        self.0.iter().position(|column| *column == Some(field))
    }

    /// Whether a file can be read by them.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self, kind: ImportKind) -> Result<(), ColumnsFault> {
        let count = |field| self.0.iter().filter(|column| **column == Some(field)).count();
        for field in ImportField::of(kind) {
            if count(*field) > 1 {
                return Err(ColumnsFault::Twice(*field));
            }
        }
        let needed: &[ImportField] = match kind {
            ImportKind::Events => &[ImportField::Company, ImportField::Meter, ImportField::Quantity],
            ImportKind::Facts => &[ImportField::Company, ImportField::Date],
        };
        if let Some(field) = needed.iter().find(|field| count(**field) == 0) {
            return Err(ColumnsFault::Missing(*field));
        }
        match kind {
            ImportKind::Events if count(ImportField::Time) + count(ImportField::Id) == 0 => {
                Err(ColumnsFault::NoTimeOrId)
            }
            ImportKind::Facts if FIGURES.iter().all(|field| count(*field) == 0) => Err(ColumnsFault::NoFigure),
            _ => Ok(()),
        }
    }
}

/// A title without case, accents, spaces and punctuation.
fn key(title: &str) -> String {
    fold(title).chars().filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recognized(kind: ImportKind, header: &str) -> Vec<&'static str> {
        let header: Vec<String> = header.split(',').map(str::to_owned).collect();
        ImportColumns::recognize(kind, &header).texts()
    }

    #[test]
    fn columns_are_known_by_their_titles() {
        let events = |header| recognized(ImportKind::Events, header);
        assert_eq!(
            events("Company,Meter,Quantity,Time"),
            ["company", "meter", "quantity", "time"]
        );
        assert_eq!(
            events("subject,type,data.quantity,occurred_at,id,source"),
            ["company", "meter", "quantity", "time", "id", "source"]
        );
        assert_eq!(events("Client,Company,Note"), ["", "company", ""]);
        let facts = |header| recognized(ImportKind::Facts, header);
        assert_eq!(
            facts("company;x,Date,Open cases,new,Closed cases"),
            ["", "date", "cases_open", "cases_new", "cases_closed"]
        );
    }

    #[test]
    fn columns_that_leave_a_doubt_are_refused() {
        let check = |kind, texts: &[&str]| {
            let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
            ImportColumns::read(&texts).check(kind)
        };
        let events = |texts: &[&str]| check(ImportKind::Events, texts);
        assert_eq!(events(&["company", "meter", "quantity", "time"]), Ok(()));
        assert_eq!(events(&["company", "meter", "quantity", "id", ""]), Ok(()));
        assert_eq!(events(&["company", "meter", "quantity"]), Err(ColumnsFault::NoTimeOrId));
        assert_eq!(
            events(&["company", "time", "quantity"]),
            Err(ColumnsFault::Missing(ImportField::Meter))
        );
        assert_eq!(
            events(&["company", "meter", "quantity", "time", "time"]),
            Err(ColumnsFault::Twice(ImportField::Time))
        );
        let facts = |texts: &[&str]| check(ImportKind::Facts, texts);
        assert_eq!(facts(&["company", "date", "cases_open"]), Ok(()));
        assert_eq!(facts(&["company", "date", "meter"]), Err(ColumnsFault::NoFigure));
        assert_eq!(
            facts(&["company", "cases_new"]),
            Err(ColumnsFault::Missing(ImportField::Date))
        );
    }
}
