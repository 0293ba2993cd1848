//! Tables as people have them: exports and spreadsheets saved as text, with any common encoding, delimiter and line end.
//! What can't be understood is an error with its line; no row is dropped or merged with another.

mod decode;
mod split;

pub use decode::{NotText, decode};

/// A file with a header and rows of as many cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The delimiter between cells.
    pub delimiter: char,
    /// The line of the first row.
    pub header_line: usize,
    /// The cells of the first row.
    pub header: Vec<String>,
    /// The other rows; blank lines are left out.
    pub rows: Vec<TableRow>,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRow {
    /// The line that the row begins at, from 1, as an editor counts.
    pub line: usize,
    /// Its cells, without spaces around them.
    pub cells: Vec<String>,
}

/// Why a text is not a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableError {
    /// There is no row.
    Empty,
    /// A quoted cell begins at this line and never ends.
    UnclosedQuote {
        /// The line, from 1.
        line: usize,
    },
    /// A quote is inside a cell, or text follows a quoted cell.
    StrayQuote {
        /// The line, from 1.
        line: usize,
    },
    /// A row has another number of cells than the header.
    Cells {
        /// The line, from 1.
        line: usize,
        /// How many cells it has.
        found: usize,
        /// How many the header has.
        expected: usize,
    },
}

impl TableError {
    /// The line of the error; `None` for an empty text.
    pub fn line(self) -> Option<usize> {
        match self {
            Self::Empty => None,
            Self::UnclosedQuote { line } | Self::StrayQuote { line } | Self::Cells { line, .. } => Some(line),
        }
    }

    /// The error without its line.
    pub fn message(self) -> String {
        match self {
            Self::Empty => "There are no rows".into(),
            Self::UnclosedQuote { .. } => "The quote that opens here is never closed".into(),
            Self::StrayQuote { .. } => "A quotation mark is in the wrong place".into(),
            Self::Cells { found, expected, .. } => {
                let plural = if found == 1 { "" } else { "s" };
                format!("{found} cell{plural} instead of {expected}")
            }
        }
    }
}

impl std::fmt::Display for TableError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line() {
            Some(line) => write!(f, "Line {line}: {}", self.message()),
            None => f.write_str(&self.message()),
        }
    }
}

impl Table {
    /// Reads a text as a table. The first row that is not blank is the header.
    ///
    /// # Errors
    /// Every row that can't be understood. An error in the quotes ends the reading: what follows can't be told apart.
    pub fn read(text: &str) -> Result<Self, Vec<TableError>> {
        let (text, named) = split::separator_line(text.trim_start_matches('\u{feff}'));
        let delimiter = named.unwrap_or_else(|| split::delimiter(text));
        let first_line = if named.is_some() { 2 } else { 1 };
        let mut rows = split::rows(text, delimiter, first_line).map_err(|error| vec![error])?;
        rows.retain(|row| row.cells.iter().any(|cell| !cell.is_empty()));
        if rows.is_empty() {
            return Err(vec![TableError::Empty]);
        }
        let TableRow {
            line: header_line,
            cells: header,
        } = rows.remove(0);
        let expected = header.len();
        let errors: Vec<TableError> = rows
            .iter()
            .filter(|row| row.cells.len() != expected)
            .map(|row| TableError::Cells {
                line: row.line,
                found: row.cells.len(),
                expected,
            })
            .collect();
        if errors.is_empty() {
            Ok(Self {
                delimiter,
                header_line,
                header,
                rows,
            })
        } else {
            Err(errors)
        }
    }
}

#[cfg(test)]
mod tests;
