//! The people in a text or file: addresses, names with addresses, or CSV.

use crate::authz::role::Role;
use crate::common::email::Email;
use crate::common::name;
use crate::services::invitations::create::Invitee;

/// The most people that can be invited at once.
pub const MOST: usize = 500;

/// A person as they were typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecipientRow {
    pub email: String,
    /// Can be empty, like the fields below.
    pub first_name: String,
    pub last_name: String,
    /// Instead of the role of the form.
    pub role: String,
}

impl RecipientRow {
    pub fn check(&self) -> Result<Invitee, String> {
        let email = Email::parse(&self.email)?;
        let named = |text: &str, what| {
            if text.trim().is_empty() {
                Ok(String::new())
            } else {
                name::person(text, what)
            }
        };
        let role = match self.role.trim() {
            "" => None,
            typed => Some(role(typed).ok_or_else(|| format!("There is no role “{typed}”"))?),
        };
        Ok(Invitee {
            email,
            first_name: named(&self.first_name, "a first name")?,
            last_name: named(&self.last_name, "a last name")?,
            role,
        })
    }
}

/// A role by its value or its label: `user_admin`, `User admin`.
fn role(typed: &str) -> Option<Role> {
    Role::parse(&typed.trim().to_lowercase().replace([' ', '-'], "_"))
}

/// Reads the people in a text.
pub fn read(text: &str) -> Vec<RecipientRow> {
    let text = text.trim_start_matches('\u{feff}').trim();
    match columns(text) {
        Some((delimiter, columns)) => table(text, delimiter, columns),
        None => list(text),
    }
}

/// A text with these people, to correct them.
pub fn write<'a>(people: impl Iterator<Item = &'a RecipientRow>) -> String {
    let people: Vec<&RecipientRow> = people.collect();
    if people
        .iter()
        .all(|one| one.first_name.is_empty() && one.last_name.is_empty() && one.role.is_empty())
    {
        let emails: Vec<&str> = people.iter().map(|one| one.email.as_str()).collect();
        return emails.join("\n");
    }
    let mut csv = csv::Writer::from_writer(Vec::new());
    // Writing to memory cannot fail.
    let _ = csv.write_record(["email", "first_name", "last_name", "role"]);
    for one in people {
        let _ = csv.write_record([&one.email, &one.first_name, &one.last_name, &one.role]);
    }
    String::from_utf8(csv.into_inner().unwrap_or_default()).unwrap_or_default()
}

/// The positions of the columns in a CSV header.
#[derive(Debug, Clone, Copy)]
struct RecipientColumns {
    email: usize,
    first_name: Option<usize>,
    last_name: Option<usize>,
    role: Option<usize>,
}

/// Reads a CSV header. Many European spreadsheets separate columns with semicolons.
fn columns(text: &str) -> Option<(u8, RecipientColumns)> {
    let head = text.lines().next()?;
    [b',', b';', b'\t'].into_iter().find_map(|delimiter| {
        let names: Vec<String> = head
            .split(char::from(delimiter))
            .map(|name| name.trim().trim_matches('"').to_lowercase().replace([' ', '-'], "_"))
            .collect();
        let at = |wanted: &[&str]| names.iter().position(|name| wanted.contains(&name.as_str()));
        let columns = RecipientColumns {
            email: at(&["email", "e_mail", "email_address"])?,
            first_name: at(&["first_name", "firstname", "given_name"]),
            last_name: at(&["last_name", "lastname", "family_name", "surname"]),
            role: at(&["role"]),
        };
        Some((delimiter, columns))
    })
}

fn table(text: &str, delimiter: u8, columns: RecipientColumns) -> Vec<RecipientRow> {
    csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes())
        .records()
        .filter_map(Result::ok)
        .filter(|row| row.iter().any(|cell| !cell.is_empty()))
        .map(|row| {
            let cell = |at: Option<usize>| at.and_then(|at| row.get(at)).unwrap_or_default().to_owned();
            RecipientRow {
                email: cell(Some(columns.email)),
                first_name: cell(columns.first_name),
                last_name: cell(columns.last_name),
                role: cell(columns.role),
            }
        })
        .collect()
}

fn list(text: &str) -> Vec<RecipientRow> {
    let plain = |word: &str| RecipientRow {
        email: word.to_owned(),
        ..RecipientRow::default()
    };
    let mut people = Vec::new();
    for mut piece in text.split([',', ';', '\n', '\r', '\t']).map(str::trim) {
        // "Anna Lee <anna@example.com>", also several in a line.
        while let Some((before, address, after)) = piece
            .split_once('<')
            .and_then(|(before, rest)| rest.split_once('>').map(|(address, after)| (before, address, after)))
        {
            let full = before.trim().trim_matches('"').trim();
            let (first, last) = full.rsplit_once(char::is_whitespace).unwrap_or((full, ""));
            people.push(RecipientRow {
                email: address.trim().to_owned(),
                first_name: first.trim().to_owned(),
                last_name: last.to_owned(),
                role: String::new(),
            });
            piece = after.trim();
        }
        people.extend(piece.split_whitespace().map(plain));
    }
    people
}

#[cfg(test)]
mod tests;
