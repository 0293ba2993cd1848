//! The step in which the columns of a file are confirmed, before anyone is invited.

use crate::common::people::{Columns, Field};
use crate::common::table::Table;
use crate::db::types::organization::UnitLabel;

/// How many rows are shown.
const ROWS: usize = 5;

/// How much of a cell is shown.
const CHARACTERS: usize = 60;

/// The columns of one table.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// The form field with the table: `csv` or `emails`.
    pub field: &'static str,
    pub columns: Vec<MappedColumn>,
    /// The lines of the rows that are shown.
    pub lines: Vec<usize>,
    /// How many rows there are.
    pub rows: usize,
    /// Whether the columns were sent for this table.
    pub confirmed: bool,
}

#[derive(Debug, Clone)]
pub struct MappedColumn {
    pub title: String,
    /// The first cells.
    pub cells: Vec<String>,
    /// A field, or nothing for a column that is not used.
    pub chosen: &'static str,
}

impl Mapping {
    pub fn of(field: &'static str, table: &Table, columns: &Columns, confirmed: bool) -> Self {
        let column = |(at, title): (usize, &String)| MappedColumn {
            title: if title.is_empty() {
                format!("Column {}", at + 1)
            } else {
                short(title)
            },
            cells: table.rows.iter().take(ROWS).map(|row| short(&row.cells[at])).collect(),
            chosen: columns.0.get(at).copied().flatten().map_or("", Field::as_str),
        };
        Self {
            field,
            columns: table.header.iter().enumerate().map(column).collect(),
            lines: table.rows.iter().take(ROWS).map(|row| row.line).collect(),
            rows: table.rows.len(),
            confirmed,
        }
    }

    /// The label of the form field.
    pub fn title(&self) -> &'static str {
        if self.field == "csv" {
            "CSV file"
        } else {
            "Email addresses"
        }
    }

    /// "3 rows".
    pub fn count(&self) -> String {
        match self.rows {
            1 => "1 row".into(),
            rows => format!("{rows} rows"),
        }
    }

    /// The choices of a column.
    pub fn choices(unit: UnitLabel) -> Vec<(&'static str, &'static str)> {
        let mut choices = vec![("", "Not used")];
        choices.extend(FIELDS.map(|field| (field.as_str(), label(field, unit))));
        choices
    }
}

const FIELDS: [Field; 6] = [
    Field::Email,
    Field::FirstName,
    Field::LastName,
    Field::Name,
    Field::Role,
    Field::Company,
];

fn label(field: Field, unit: UnitLabel) -> &'static str {
    match field {
        Field::Email => "Email",
        Field::FirstName => "First name",
        Field::LastName => "Last name",
        Field::Name => "Name",
        Field::Role => "Role",
        Field::Company => unit.title(),
    }
}

fn short(cell: &str) -> String {
    let mut text: String = cell.chars().take(CHARACTERS).collect();
    if text.len() < cell.len() {
        text.push('…');
    }
    text
}

/// The columns as they were chosen; `None` when nothing was sent, or it was for another table.
pub fn chosen(table: &Table, sent: &[String]) -> Option<Columns> {
    (sent.len() == table.header.len()).then(|| Columns(sent.iter().map(|text| Field::parse(text)).collect()))
}

/// Exactly one column has the addresses, and no other field is in two columns.
pub fn check(columns: &Columns) -> Result<(), &'static str> {
    let count = |field| columns.0.iter().filter(|column| **column == Some(field)).count();
    if count(Field::Email) != 1 {
        return Err("Choose Email for exactly one column");
    }
    if FIELDS.into_iter().any(|field| count(field) > 1) {
        return Err("Choose each field for one column only");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_column_has_the_addresses() {
        let table = Table::read("a,b,c\n1,2,3\n").unwrap();
        let sent = |texts: &[&str]| {
            let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
            chosen(&table, &texts).map(|columns| check(&columns).is_ok())
        };
        assert_eq!(sent(&["email", "", "name"]), Some(true));
        assert_eq!(sent(&["", "x", "name"]), Some(false));
        assert_eq!(sent(&["email", "email", ""]), Some(false));
        assert_eq!(sent(&["email", "name", "name"]), Some(false));
        assert_eq!(sent(&["email", "name"]), None);
        assert_eq!(sent(&[]), None);
    }
}
