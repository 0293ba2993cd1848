//! Splits text into rows and cells (RFC 4180), strictly: the `csv` crate accepts an unclosed quote and takes the rest of the
//! file for its cell.

use crate::common::table::{TableError, TableRow};

/// The delimiters of exports and spreadsheets; many European ones separate cells by semicolons.
const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];

/// The delimiter that Excel is told by a first line `sep=;`, and the text after it.
pub(super) fn separator_line(text: &str) -> (&str, Option<char>) {
    let Some(rest) = text.strip_prefix("sep=").or_else(|| text.strip_prefix("SEP=")) else {
        return (text, None);
    };
    let mut chars = rest.chars();
    match (chars.next(), chars.as_str()) {
        (Some(delimiter), rest) if delimiter.is_ascii_punctuation() || delimiter == '\t' => {
            let end = ["\r\n", "\n", "\r"].into_iter().find_map(|end| rest.strip_prefix(end));
            end.map_or((text, None), |rest| (rest, Some(delimiter)))
        }
        _ => (text, None),
    }
}

/// The delimiter that the header has most often outside of quotes; a comma when it has none.
pub(super) fn delimiter(text: &str) -> char {
    let mut quoted = false;
    let mut counts = [0; DELIMITERS.len()];
    for c in text.trim_start_matches(['\r', '\n']).chars() {
        quoted ^= c == '"';
        if !quoted && matches!(c, '\r' | '\n') {
            break;
        }
        if let Some(at) = DELIMITERS.iter().position(|delimiter| *delimiter == c && !quoted) {
            counts[at] += 1;
        }
    }
    let most = counts.iter().max().copied().unwrap_or_default();
    let first = counts.iter().position(|count| *count == most).unwrap_or_default();
    DELIMITERS[first]
}

/// What the next character belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    CellStart,
    Plain,
    Quoted { since: usize },
    QuoteEnd,
}

/// Every row with its line. A quoted cell may hold delimiters and line ends, and a quote as `""`.
pub(super) fn rows(text: &str, delimiter: char, first_line: usize) -> Result<Vec<TableRow>, TableError> {
    let mut rows = Vec::new();
    let (mut cells, mut cell) = (Vec::new(), String::new());
    let (mut line, mut begins) = (first_line, first_line);
    let mut at = At::CellStart;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let ends_line = c == '\n' || (c == '\r' && chars.peek() != Some(&'\n'));
        match at {
            At::Quoted { .. } if c == '"' && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            At::Quoted { .. } if c == '"' => at = At::QuoteEnd,
            At::Quoted { .. } => cell.push(c),
            _ if c == delimiter => {
                cells.push(take(&mut cell));
                at = At::CellStart;
            }
            _ if ends_line => {
                cells.push(take(&mut cell));
                rows.push(TableRow {
                    line: begins,
                    cells: std::mem::take(&mut cells),
                });
                begins = line + 1;
                at = At::CellStart;
            }
            At::CellStart if c == '"' => {
                cell.clear();
                at = At::Quoted { since: line };
            }
            At::CellStart | At::QuoteEnd if c.is_whitespace() => {}
            At::QuoteEnd => return Err(TableError::StrayQuote { line }),
            At::Plain if c == '"' => return Err(TableError::StrayQuote { line }),
            At::CellStart | At::Plain => {
                cell.push(c);
                at = At::Plain;
            }
        }
        line += usize::from(ends_line);
    }
    if let At::Quoted { since } = at {
        return Err(TableError::UnclosedQuote { line: since });
    }
    if !cell.is_empty() || !cells.is_empty() || at == At::QuoteEnd {
        cells.push(take(&mut cell));
        rows.push(TableRow { line: begins, cells });
    }
    Ok(rows)
}

fn take(cell: &mut String) -> String {
    std::mem::take(cell).trim().to_owned()
}
