//! People in files and pasted lists: which column has which field, and whose name belongs to which address.

mod columns;
mod exports;
mod list;
mod source;

pub use columns::{Columns, Field, Recognized};
pub use list::read as list;
pub use source::{Source, of_file, of_paste};

use crate::common::table::{Table, TableRow};

/// A person as they were typed. Every field can be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// The line of a file, from 1; 0 in a pasted list.
    pub line: usize,
    /// The email address, unchecked.
    pub email: String,
    /// The first name.
    pub first_name: String,
    /// The last name.
    pub last_name: String,
    /// The role, by key or label.
    pub role: String,
    /// The company, by slug or name.
    pub company: String,
}

impl Person {
    /// A person of a full name: "Ana de la Cruz", or "Cruz, Ana" with the last name first.
    fn named(full: &str, email: &str) -> Self {
        let (first, last) = match full.split_once(',') {
            Some((last, first)) => (first.trim(), last.trim()),
            None => full.rsplit_once(char::is_whitespace).unwrap_or((full, "")),
        };
        Self {
            email: email.to_owned(),
            first_name: first.trim().to_owned(),
            last_name: last.to_owned(),
            ..Self::default()
        }
    }
}

/// The people of a table by its columns.
pub fn of_table(table: &Table, columns: &Columns) -> Vec<Person> {
    table.rows.iter().map(|row| of_row(row, columns)).collect()
}

fn of_row(row: &TableRow, columns: &Columns) -> Person {
    let cell = |field: Field| {
        let text = columns.position(field).and_then(|at| row.cells.get(at));
        text.map_or("", |text| unescaped(text))
    };
    let mut person = Person::named(cell(Field::Name), cell(Field::Email));
    for (field, name) in [
        (Field::FirstName, &mut person.first_name),
        (Field::LastName, &mut person.last_name),
    ] {
        if columns.position(field).is_some() {
            cell(field).clone_into(name);
        }
    }
    Person {
        line: row.line,
        role: cell(Field::Role).to_owned(),
        company: cell(Field::Company).to_owned(),
        ..person
    }
}

/// A cell without the quote that keeps a spreadsheet from reading it as a formula.
pub fn unescaped(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t', '\r']) => rest,
        _ => cell,
    }
}

#[cfg(test)]
mod tests;
