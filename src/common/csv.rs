//! CSV that spreadsheets open without running anything.

/// A cell that no spreadsheet takes for a formula (OWASP, CSV injection): a leading `= + - @`, tab or return gets a quote
/// before it.
pub fn cell(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// A cell of a row with numbers.
#[derive(Debug, Clone)]
pub enum CsvCell<'a> {
    /// What someone typed, or a word.
    Text(&'a str),
    /// Digits with a point, as the program wrote them; empty for none.
    Number(String),
}

/// Writes rows of text as CSV (RFC 4180) with a UTF-8 mark, so that spreadsheets read names rightly.
#[derive(Debug)]
pub struct CsvSheet(csv::Writer<Vec<u8>>);

impl CsvSheet {
    /// A sheet with its head row.
    pub fn new(head: &[&str]) -> Self {
        let mut sheet = Self(
            csv::WriterBuilder::new()
                .terminator(csv::Terminator::CRLF)
                .from_writer(b"\xef\xbb\xbf".to_vec()),
        );
        sheet.row(head.iter().copied());
        sheet
    }

    /// Further rows of a sheet that leaves in pieces.
    pub fn going_on() -> Self {
        Self(
            csv::WriterBuilder::new()
                .terminator(csv::Terminator::CRLF)
                .from_writer(Vec::new()),
        )
    }

    /// Adds a row; every cell is made safe.
    pub fn row<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) {
        // Writing into memory cannot fail, and every row has the head's width by construction of its caller.
        let _ = self.0.write_record(cells.into_iter().map(cell));
    }

    /// Adds a row of text and numbers. Text is made safe; a number stays one, also below 0.
    pub fn typed_row<'a>(&mut self, cells: impl IntoIterator<Item = CsvCell<'a>>) {
        let cells = cells.into_iter().map(|typed| match typed {
            CsvCell::Text(text) => cell(text),
            CsvCell::Number(number) => number,
        });
        let _ = self.0.write_record(cells);
    }

    /// The bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0.into_inner().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_arrives_as_text() {
        let mut sheet = CsvSheet::new(&["name", "note"]);
        sheet.row(["=HYPERLINK(\"x\")", "-1, \"quoted\""]);
        let text = String::from_utf8(sheet.into_bytes()).unwrap();
        assert_eq!(
            text,
            "\u{feff}name,note\r\n\"'=HYPERLINK(\"\"x\"\")\",\"'-1, \"\"quoted\"\"\"\r\n"
        );
    }

    #[test]
    fn a_number_below_0_stays_a_number_and_text_that_looks_like_one_does_not() {
        let mut sheet = CsvSheet::going_on();
        sheet.typed_row([
            CsvCell::Text("-1"),
            CsvCell::Number("-1.50".into()),
            CsvCell::Number(String::new()),
        ]);
        assert_eq!(sheet.into_bytes(), b"'-1,-1.50,\r\n");
    }
}
