//! The access matrix as CSV.

use crate::common::people::unescaped;
use crate::common::table::{Table, TableError};
use crate::services::access_matrix::import_rows::ImportRow;

/// The most rows of a file.
pub const MOST: usize = 5_000;

/// Why a text is not a list of roles.
#[derive(Debug)]
pub enum SheetError {
    Text(String),
    /// Rows that can't be understood, by line.
    Lines(Vec<TableError>),
}

fn text<T>(message: impl Into<String>) -> Result<T, SheetError> {
    Err(SheetError::Text(message.into()))
}

/// The rows of a file. The first line names the columns `email`, `company_slug` and `role`; others are ignored. Each row has
/// a cell for every column: a row without its role is an error, an empty role removes the assignment.
pub fn read(sheet: &str) -> Result<Vec<ImportRow>, SheetError> {
    let table = match Table::read(sheet) {
        Ok(table) => table,
        Err(errors) if errors == [TableError::Empty] => return text("Choose a file, or paste its rows"),
        Err(errors) => return Err(SheetError::Lines(errors)),
    };
    let names = table
        .header
        .iter()
        .map(|name| name.to_lowercase().replace([' ', '-'], "_"))
        .collect::<Vec<_>>();
    let at = |wanted: &str| names.iter().position(|name| name == wanted);
    let (Some(email), Some(role), Some(company)) =
        (at("email"), at("role"), at("company_slug").or_else(|| at("company")))
    else {
        return text("The first line must name the columns: email, company_slug, role");
    };
    if table.rows.is_empty() {
        return text("The file has no rows below the first line");
    }
    if table.rows.len() > MOST {
        return text(format!(
            "Import at most {MOST} rows. Rows that aren’t in the file stay the same"
        ));
    }
    let was = at("was");
    let rows = table.rows.iter().map(|row| {
        let cell = |at: usize| unescaped(&row.cells[at]).to_owned();
        ImportRow {
            line: row.line as u64,
            email: cell(email),
            company: cell(company),
            role: cell(role),
            seen: was.map(cell),
        }
    });
    Ok(rows.collect())
}

/// The text of these rows, with what their cells were when they were shown.
pub fn write<'a>(rows: impl Iterator<Item = &'a ImportRow>) -> String {
    let mut sheet = csv::Writer::from_writer(Vec::new());
    // Writing to memory can't fail, and every row has as many cells as the first.
    let _ = sheet.write_record(["email", "company_slug", "role", "was"]);
    for row in rows {
        let was = row.seen.as_deref().unwrap_or_default();
        let _ = sheet.write_record([&row.email, &row.company, &row.role, was]);
    }
    String::from_utf8(sheet.into_inner().unwrap_or_default()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authz::role::Role;
    use crate::services::access_matrix::import_rows::built_in_role;
    use proptest::prelude::*;

    #[test]
    fn a_row_has_a_member_a_company_and_a_role() {
        let text = "\u{feff}email;Name;Company slug;Company;Role\r\n\r\nann@a.example;Ann;;;User admin\r\n'+b@a.example;B;north;North;\r\n";
        let rows = read(text).unwrap();
        assert_eq!(rows.len(), 2);
        assert_eq!((rows[0].line, rows[0].email.as_str()), (3, "ann@a.example"));
        assert_eq!(
            (rows[0].company.as_str(), built_in_role(&rows[0].role)),
            ("", Some(Role::UserAdmin))
        );
        assert_eq!((rows[1].line, rows[1].email.as_str()), (4, "+b@a.example"));
        assert_eq!((rows[1].company.as_str(), rows[1].role.as_str()), ("north", ""));
    }

    #[test]
    fn a_row_without_its_role_is_named_by_line() {
        let Err(SheetError::Lines(errors)) =
            read("email,company_slug,role\nann@a.example,north\n\nbo@a.example,,\n,north\n")
        else {
            panic!("read");
        };
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(errors, ["Line 2: 2 cells instead of 3", "Line 5: 2 cells instead of 3"]);
    }

    #[test]
    fn a_file_without_its_columns_or_with_too_many_rows_is_refused() {
        assert!(read("").is_err());
        assert!(read("name,role\nAnn,viewer\n").is_err());
        assert!(read("email,company_slug,role\n").is_err());
        let many = "a@a.example,north,viewer\n".repeat(MOST + 1);
        assert!(read(&format!("email,company_slug,role\n{many}")).is_err());
    }

    proptest! {
        #[test]
        fn rows_survive_the_round_trip_through_the_form(
            cells in prop::collection::vec(("[a-z]{1,8}@[a-z]{1,8}\\.example", "[a-z0-9-]{0,12}", "[a-z_,\" ]{0,9}"), 1..20),
        ) {
            let rows: Vec<ImportRow> = cells
                .into_iter()
                .enumerate()
                .map(|(at, (email, company, role))| ImportRow {
                    line: at as u64 + 2,
                    email,
                    company: company.trim_start_matches('-').to_owned(),
                    role: role.trim().to_owned(),
                    seen: Some(String::new()),
                })
                .collect();
            prop_assert_eq!(read(&write(rows.iter())).unwrap(), rows);
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in ".{0,300}") {
            let _ = read(&text);
            let _ = read(&format!("email,company_slug,role\n{text}"));
        }
    }
}
