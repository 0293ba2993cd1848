//! People in a pasted text: addresses, or names with addresses, as mail programs and spreadsheets copy them.

use crate::common::people::Person;

/// Reads the people in a text. A piece that is neither an address nor the name of one is a person with the piece as address,
/// so that the check of the address refuses it.
///
/// `Anna Lee <anna@x.example>`, `Lee, Anna <anna@x.example>`, `"Lee, Anna" <anna@x.example>` and a name, a tab and an address
/// have names. People are separated by commas, semicolons, lines or spaces, also by those of East Asian scripts.
pub fn read(text: &str) -> Vec<Person> {
    entries(text).iter().flat_map(|entry| people(entry)).collect()
}

/// The parts between semicolons and line ends that are outside of quotes.
fn entries(text: &str) -> Vec<String> {
    let mut entries = vec![String::new()];
    let mut quoted = false;
    for c in text.chars() {
        // A quote that is not closed ends with its line.
        let ends_line = matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}');
        quoted = !ends_line && (quoted != (c == '"'));
        if ends_line || (!quoted && matches!(c, ';' | '；' | '﹔')) {
            entries.push(String::new());
        } else if let Some(entry) = entries.last_mut() {
            entry.push(c);
        }
    }
    entries
}

fn is_comma(c: char) -> bool {
    matches!(c, ',' | '，' | '、' | '﹐' | '､')
}

/// The people of one entry: addresses in angle brackets with the names before them, and plain addresses.
fn people(entry: &str) -> Vec<Person> {
    let mut found = Vec::new();
    let mut rest = entry.replace('＜', "<").replace('＞', ">");
    while let Some((before, address, after)) = bracketed(&rest) {
        // The name is what follows the last plain address.
        let (plain, name) = split_after_last_address(before);
        found.extend(plain_people(plain));
        let name = name.trim_matches(|c: char| is_comma(c) || c.is_whitespace());
        found.push(Person::named(&one_comma(name), address.trim()));
        rest = after.to_owned();
    }
    found.extend(plain_people(&rest));
    found
}

/// A name without its quotes, with an ASCII comma.
fn one_comma(name: &str) -> String {
    name.replace('"', "").replace(is_comma, ",").trim().to_owned()
}

/// The text before the first `<`, what is between it and its `>`, and the text after.
fn bracketed(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('<')?;
    let (address, after) = rest.split_once('>')?;
    Some((before, address, after))
}

fn split_after_last_address(text: &str) -> (&str, &str) {
    let Some(at) = text.rfind('@') else {
        return ("", text);
    };
    let end = text[at..].find(|c: char| is_comma(c) || c.is_whitespace());
    end.map_or((text, ""), |end| text.split_at(at + end))
}

/// Plain addresses. A name is written before its address and a tab: two cells of a spreadsheet.
fn plain_people(text: &str) -> Vec<Person> {
    let mut found = Vec::new();
    for piece in text.split(is_comma) {
        let cells: Vec<&str> = piece
            .split('\t')
            .map(str::trim)
            .filter(|cell| !cell.is_empty())
            .collect();
        if let [name @ .., address] = cells.as_slice()
            && is_address(address)
            && !name.is_empty()
            && !name.iter().any(|cell| cell.contains('@'))
        {
            found.push(Person::named(&one_comma(&name.join(" ")), address));
        } else {
            let plain = |word: &str| Person {
                email: word.to_owned(),
                ..Person::default()
            };
            found.extend(piece.split_whitespace().map(plain));
        }
    }
    found
}

fn is_address(text: &str) -> bool {
    text.contains('@') && !text.contains(char::is_whitespace)
}
