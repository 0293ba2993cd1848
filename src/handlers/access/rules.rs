//! The sheet of roles as text: what stands in its rows, and what a row means. Pure.

use csv::{ReaderBuilder, Trim, WriterBuilder};

use crate::authz::role::{CompanyRole, Role};

/// So many rows are taken in at once.
pub const MOST: usize = 5_000;

/// A row of a sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MatrixCsvRow {
    /// The line where it stands, from 1.
    pub line: u64,
    /// Whose role it is: an address.
    pub email: String,
    /// The slug of the company, or nothing for the organization.
    pub company: String,
    /// The role; nothing takes the person off the company.
    pub role: String,
    /// What was there when the row was shown, as its value; only in rows that were shown already.
    pub was: Option<String>,
}

/// A spreadsheet's text as it was meant: the quote that kept a cell from being a formula is taken off.
fn plain(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t', '\r']) => rest,
        _ => cell,
    }
}

/// The line where a row stands. The reader's position is the end of the row before, with the empty lines between still ahead.
fn line(text: &str, position: &csv::Position) -> u64 {
    let ahead = usize::try_from(position.byte()).map_or("", |at| text.get(at..).unwrap_or_default());
    position.line() + ahead.bytes().take_while(|byte| *byte == b'\n').map(|_| 1).sum::<u64>()
}

/// The rows of a sheet. The first line names the columns `email`, `company_slug` and `role`; others are passed over.
pub fn read(text: &str) -> Result<Vec<MatrixCsvRow>, String> {
    // One kind of line end, by which lines are counted as a person counts them.
    let text = text
        .trim_start_matches('\u{feff}')
        .replace("\r\n", "\n")
        .replace('\r', "\n");
    let head = text.lines().next().unwrap_or_default();
    if text.trim().is_empty() {
        return Err("Choose a file, or paste its rows".into());
    }
    // Spreadsheets of half of Europe put semicolons between.
    let delimiter = [b',', b';', b'\t']
        .into_iter()
        .max_by_key(|delimiter| head.bytes().filter(|byte| byte == delimiter).count())
        .unwrap_or(b',');
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .trim(Trim::All)
        .from_reader(text.as_bytes());
    let names: Vec<String> = reader
        .headers()
        .map_err(|_| "The first line must name the columns: email, company_slug, role")?
        .iter()
        .map(|name| name.to_lowercase().replace([' ', '-'], "_"))
        .collect();
    let at = |wanted: &str| names.iter().position(|name| name == wanted);
    let (Some(email), Some(role), Some(company)) =
        (at("email"), at("role"), at("company_slug").or_else(|| at("company")))
    else {
        return Err("The first line must name the columns: email, company_slug, role".into());
    };
    let was = at("was");
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| match error.position() {
            Some(position) => format!("Line {} cannot be read as CSV", line(&text, position)),
            None => "This cannot be read as CSV".to_owned(),
        })?;
        if record.iter().all(str::is_empty) {
            continue;
        }
        let cell = |at: usize| plain(record.get(at).unwrap_or_default()).to_owned();
        rows.push(MatrixCsvRow {
            line: record.position().map_or(0, |position| line(&text, position)),
            email: cell(email),
            company: cell(company),
            role: cell(role),
            was: was.map(cell),
        });
        if rows.len() > MOST {
            return Err(format!(
                "Take in at most {MOST} rows at once. Rows that are left out stay as they are"
            ));
        }
    }
    if rows.is_empty() {
        return Err("There is no row below the first line".into());
    }
    Ok(rows)
}

/// The text that gives these rows again, with what was there when they were shown.
pub fn write<'a>(rows: impl Iterator<Item = &'a MatrixCsvRow>) -> String {
    let mut sheet = WriterBuilder::new().from_writer(Vec::new());
    // Writing into memory cannot fail, and every row is as wide as its head.
    let _ = sheet.write_record(["email", "company_slug", "role", "was"]);
    for row in rows {
        let was = row.was.as_deref().unwrap_or_default();
        let _ = sheet.write_record([&row.email, &row.company, &row.role, was]);
    }
    String::from_utf8(sheet.into_inner().unwrap_or_default()).unwrap_or_default()
}

fn key(text: &str) -> String {
    text.trim().to_lowercase().replace([' ', '-'], "_")
}

/// A role in the organization by its value or its word: `user_admin`, `User admin`.
pub fn role(text: &str) -> Option<Role> {
    Role::parse(&key(text))
}

/// A role in a company by its value or its word.
pub fn company_role(text: &str) -> Option<CompanyRole> {
    CompanyRole::parse(&key(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_sheet_says_who_where_and_as_what() {
        let text = "\u{feff}email;Name;Company slug;Company;Role\r\n\r\nann@a.example;Ann;;;User admin\r\n'+b@a.example;B;north;North;\r\n";
        let rows = read(text).unwrap();
        assert_eq!(rows.len(), 2);
        assert_eq!((rows[0].line, rows[0].email.as_str()), (3, "ann@a.example"));
        assert_eq!(
            (rows[0].company.as_str(), role(&rows[0].role)),
            ("", Some(Role::UserAdmin))
        );
        assert_eq!((rows[1].line, rows[1].email.as_str()), (4, "+b@a.example"));
        assert_eq!((rows[1].company.as_str(), rows[1].role.as_str()), ("north", ""));
    }

    #[test]
    fn a_sheet_without_its_columns_or_with_too_many_rows_is_refused() {
        assert!(read("").is_err());
        assert!(read("name,role\nAnn,viewer\n").is_err());
        assert!(read("email,company_slug,role\n").is_err());
        let many = "a@a.example,north,viewer\n".repeat(MOST + 1);
        assert!(read(&format!("email,company_slug,role\n{many}")).is_err());
    }

    proptest! {
        #[test]
        fn rows_survive_their_way_through_the_form(
            cells in prop::collection::vec(("[a-z]{1,8}@[a-z]{1,8}\\.example", "[a-z0-9-]{0,12}", "[a-z_,\" ]{0,9}"), 1..20),
        ) {
            let rows: Vec<MatrixCsvRow> = cells
                .into_iter()
                .enumerate()
                .map(|(at, (email, company, role))| MatrixCsvRow {
                    line: at as u64 + 2,
                    email,
                    company: company.trim_start_matches('-').to_owned(),
                    role: role.trim().to_owned(),
                    was: Some(String::new()),
                })
                .collect();
            prop_assert_eq!(read(&write(rows.iter())).unwrap(), rows);
        }

        #[test]
        fn whatever_comes_nothing_breaks(text in ".{0,300}") {
            let _ = read(&text);
            let _ = read(&format!("email,company_slug,role\n{text}"));
        }
    }
}
