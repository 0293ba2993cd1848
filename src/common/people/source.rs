//! Whether a text is a table or a list of people.

use crate::common::people::columns::Columns;
use crate::common::people::{Person, list};
use crate::common::table::{Table, TableError, TableRow};

/// The people of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// People whose columns are not in question.
    List(Vec<Person>),
    /// A table. Without a header, the cells of its header are empty.
    Table(Table),
}

/// Reads a file. It is a table, but for a single column of addresses without a header.
///
/// # Errors
/// Every row that can't be understood.
pub fn of_file(text: &str) -> Result<Source, Vec<TableError>> {
    let mut table = Table::read(text)?;
    if !table.header.iter().any(|cell| has_address(cell)) {
        return Ok(Source::Table(table));
    }
    let blank = vec![String::new(); table.header.len()];
    let first = TableRow {
        line: table.header_line,
        cells: std::mem::replace(&mut table.header, blank),
    };
    table.rows.insert(0, first);
    if table.header.len() > 1 {
        return Ok(Source::Table(table));
    }
    let people = table.rows.iter().flat_map(|row| {
        let line = row.line;
        list(&row.cells[0])
            .into_iter()
            .map(move |person| Person { line, ..person })
    });
    Ok(Source::List(people.collect()))
}

/// Reads a pasted text: a table if it begins with a header, else a list.
///
/// # Errors
/// Every row of a table that can't be understood.
pub fn of_paste(text: &str) -> Result<Source, Vec<TableError>> {
    if is_table(text) {
        of_file(text)
    } else {
        Ok(Source::List(list(text)))
    }
}

/// Whether the first line is a header that is known, or has no address but several cells, as all other lines have.
fn is_table(text: &str) -> bool {
    let mut lines = text
        .trim_start_matches('\u{feff}')
        .split(['\r', '\n'])
        .filter(|line| !line.trim().is_empty());
    let (Some(first), Some(_)) = (lines.next(), lines.next()) else {
        return false;
    };
    let sep = first.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("sep="));
    let Ok(Table { header, .. }) = Table::read(first) else {
        return false;
    };
    if sep || header.iter().any(|cell| has_address(cell)) {
        return sep;
    }
    Columns::are_named_by(&header) || (header.len() > 1 && Table::read(text).is_ok())
}

fn has_address(cell: &str) -> bool {
    cell.split(|c: char| c.is_whitespace() || matches!(c, '<' | '>'))
        .filter_map(|word| word.split_once('@'))
        .any(|(local, domain)| !local.is_empty() && domain.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<(usize, String)> {
        match of_file(text).unwrap() {
            Source::List(people) => people.into_iter().map(|one| (one.line, one.email)).collect(),
            Source::Table(table) => panic!("a table: {table:?}"),
        }
    }

    #[test]
    fn a_file_of_addresses_needs_no_header() {
        let two = [(1, "a@x.example".to_owned()), (3, "b@x.example".to_owned())];
        assert_eq!(lines("a@x.example\n\nb@x.example\n"), two);
        assert_eq!(lines("Ann <a@x.example>\n\nb@x.example\n"), two);
    }

    #[test]
    fn the_first_row_of_a_file_without_a_header_is_a_person() {
        let Ok(Source::Table(table)) = of_file("Ann,a@x.example\nBo,b@x.example\n") else {
            panic!("no table");
        };
        assert_eq!((table.header, table.rows.len()), (vec![String::new(); 2], 2));
        assert_eq!((table.rows[0].line, table.rows[0].cells[0].as_str()), (1, "Ann"));
    }

    #[test]
    fn a_pasted_text_is_a_table_only_with_a_header() {
        for (text, is) in [
            ("email\na@x.example\nb@x.example", true),
            ("Name;E-Mail\nAnn;a@x.example", true),
            ("sep=;\nWho;Where\nAnn;a@x.example", true),
            ("Who,Where\nAnn,a@x.example\nBo,b@x.example", true),
            ("Who\tWhere\nAnn\ta@x.example", true),
            ("email,name\na@x.example,\"Ann", true),
            ("a@x.example,b@x.example\nc@x.example,d@x.example", false),
            ("Anna Lee\ta@x.example\nBob Roy\tb@x.example", false),
            ("Lee, Anna <a@x.example>; Roy, Bob <b@x.example>", false),
            ("\"Lee, Anna\" <a@x.example>,\nb@x.example", false),
            ("email", false),
            ("", false),
        ] {
            assert_eq!(is_table(text), is, "{text}");
        }
    }
}
