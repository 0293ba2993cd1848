use super::*;
use proptest::prelude::*;

fn cells(text: &str) -> Vec<Vec<String>> {
    let table = Table::read(text).unwrap_or_else(|errors| panic!("{text}: {errors:?}"));
    std::iter::once(table.header)
        .chain(table.rows.into_iter().map(|row| row.cells))
        .collect()
}

#[test]
fn every_delimiter_and_line_end_is_read() {
    let expected = [["email", "name"], ["a@x.example", "Ann"], ["b@x.example", "Bo"]];
    for delimiter in [",", ";", "\t", "|"] {
        for end in ["\r\n", "\n", "\r"] {
            let rows = expected.map(|row| row.join(delimiter)).join(end);
            assert_eq!(cells(&rows), expected, "{rows:?}");
            assert_eq!(cells(&format!("{rows}{end}{end}")), expected);
        }
    }
    assert_eq!(cells("sep=;\r\nemail;name\r\na@x.example;Ann, Bo\r\n")[1][1], "Ann, Bo");
    assert_eq!(
        cells("\u{feff}\"Last, first\";email\nLee;a@x.example")[0],
        ["Last, first", "email"]
    );
}

#[test]
fn a_quoted_cell_has_delimiters_quotes_and_line_ends() {
    let text = "email,note\na@x.example,\"Said \"\"hi\"\",\r\nthen left\"\nb@x.example, \"spaced\" \n";
    assert_eq!(cells(text)[1][1], "Said \"hi\",\r\nthen left");
    assert_eq!(cells(text)[2][1], "spaced");
    assert_eq!(Table::read(text).unwrap().rows[1].line, 4);
}

#[test]
fn what_is_not_understood_is_named_by_its_line() {
    let errors = |text: &str| Table::read(text).unwrap_err();
    assert_eq!(errors(""), [TableError::Empty]);
    assert_eq!(errors("\n ; \n"), [TableError::Empty]);
    assert_eq!(
        errors("email,name\na@x.example,\"Ann\nb@x.example,Bo\nc@x.example,Cy\n"),
        [TableError::UnclosedQuote { line: 2 }]
    );
    assert_eq!(
        errors("email,name\na@x.example,\"Ann\nb@x.example,\"Bo\"\n"),
        [TableError::StrayQuote { line: 3 }]
    );
    assert_eq!(
        errors("email,name\na@x.example,An\"n\n"),
        [TableError::StrayQuote { line: 2 }]
    );
    assert_eq!(
        errors("email,name\n\na@x.example\nb@x.example,Bo\nc@x.example,Cy,x\n"),
        [
            TableError::Cells {
                line: 3,
                found: 1,
                expected: 2
            },
            TableError::Cells {
                line: 5,
                found: 3,
                expected: 2
            }
        ]
    );
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "[a,;\t|\"\r\n ]{0,60}") {
        if let Ok(table) = Table::read(&text) {
            prop_assert!(table.rows.iter().all(|row| row.cells.len() == table.header.len()));
        }
    }

    #[test]
    fn every_row_that_a_program_writes_is_read(
        rows in prop::collection::vec(prop::collection::vec("[a-z\",;\r\n é]{0,12}", 3), 1..10),
    ) {
        let mut writer = csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).from_writer(Vec::new());
        writer.write_record(["a", "b", "c"]).unwrap();
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        let written: Vec<Vec<String>> = rows
            .iter()
            .map(|row| row.iter().map(|cell| cell.trim().to_owned()).collect::<Vec<String>>())
            .filter(|row| row.iter().any(|cell| !cell.is_empty()))
            .collect();
        let read: Vec<Vec<String>> = Table::read(&text).unwrap().rows.into_iter().map(|row| row.cells).collect();
        prop_assert_eq!(read, written);
    }
}
