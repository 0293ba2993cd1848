//! The access matrix as CSV.

use csv::{ReaderBuilder, Trim, WriterBuilder};

use crate::services::access_matrix::import_rows::ImportRow;

/// The most rows of a file.
pub const MOST: usize = 5_000;

/// A cell without the quote that keeps a spreadsheet from reading it as a formula.
fn plain(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t', '\r']) => rest,
        _ => cell,
    }
}

/// The line of a row. The reader's position is the end of the row before, so empty lines are still ahead.
fn line(text: &str, position: &csv::Position) -> u64 {
    let ahead = usize::try_from(position.byte()).map_or("", |at| text.get(at..).unwrap_or_default());
    position.line() + ahead.bytes().take_while(|byte| *byte == b'\n').map(|_| 1).sum::<u64>()
}

/// Many European spreadsheets separate columns by semicolons.
fn delimiter(head: &str) -> u8 {
    [b',', b';', b'\t']
        .into_iter()
        .max_by_key(|delimiter| head.bytes().filter(|byte| byte == delimiter).count())
        .unwrap_or(b',')
}

/// The rows of a file. The first line names the columns `email`, `company_slug` and `role`; others are ignored.
pub fn read(text: &str) -> Result<Vec<ImportRow>, String> {
    // One kind of line end, so that lines are counted as an editor counts them.
    let text = text
        .trim_start_matches('\u{feff}')
        .replace("\r\n", "\n")
        .replace('\r', "\n");
    let head = text.lines().next().unwrap_or_default();
    if text.trim().is_empty() {
        return Err("Choose a file, or paste its rows".into());
    }
    let delimiter = delimiter(head);
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
            Some(position) => format!("Line {} is not valid CSV", line(&text, position)),
            None => "The file is not valid CSV".to_owned(),
        })?;
        if record.iter().all(str::is_empty) {
            continue;
        }
        let cell = |at: usize| plain(record.get(at).unwrap_or_default()).to_owned();
        rows.push(ImportRow {
            line: record.position().map_or(0, |position| line(&text, position)),
            email: cell(email),
            company: cell(company),
            role: cell(role),
            seen: was.map(cell),
        });
        if rows.len() > MOST {
            return Err(format!(
                "Import at most {MOST} rows. Rows that aren’t in the file stay the same"
            ));
        }
    }
    if rows.is_empty() {
        return Err("The file has no rows below the first line".into());
    }
    Ok(rows)
}

/// The text of these rows, with what their cells were when they were shown.
pub fn write<'a>(rows: impl Iterator<Item = &'a ImportRow>) -> String {
    let mut sheet = WriterBuilder::new().from_writer(Vec::new());
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
