//! Whom an admin typed, pasted or sent as a file: addresses, names with addresses, or CSV.

use crate::authz::role::Role;
use crate::common::email::Email;
use crate::common::name;
use crate::services::invitations::batch::Invitee;

/// So many people are invited at once.
pub const MOST: usize = 500;

/// One person as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recipient {
    pub email: String,
    /// The first name, or nothing.
    pub first_name: String,
    /// The last name, or nothing.
    pub last_name: String,
    /// A role of their own, or nothing: then the form's role holds.
    pub role: String,
}

/// One person, checked.
#[derive(Debug, Clone)]
pub struct Checked {
    /// Whom.
    pub guest: Invitee,
    /// A role of their own.
    pub role: Option<Role>,
}

impl Recipient {
    /// Checks what was typed.
    pub fn check(&self) -> Result<Checked, String> {
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
        let guest = Invitee {
            email,
            first_name: named(&self.first_name, "a first name")?,
            last_name: named(&self.last_name, "a last name")?,
        };
        Ok(Checked { guest, role })
    }
}

/// A role by its value or by its word: `user_admin`, `User admin`.
fn role(typed: &str) -> Option<Role> {
    Role::parse(&typed.trim().to_lowercase().replace([' ', '-'], "_"))
}

/// Everybody in a text.
pub fn read(text: &str) -> Vec<Recipient> {
    let text = text.trim_start_matches('\u{feff}').trim();
    match columns(text) {
        Some((delimiter, columns)) => table(text, delimiter, columns),
        None => list(text),
    }
}

/// The text that gives these people again, for correction.
pub fn write(people: &[Recipient]) -> String {
    if people
        .iter()
        .all(|one| one.first_name.is_empty() && one.last_name.is_empty() && one.role.is_empty())
    {
        let emails: Vec<&str> = people.iter().map(|one| one.email.as_str()).collect();
        return emails.join("\n");
    }
    let mut csv = csv::Writer::from_writer(Vec::new());
    // Writing into memory cannot fail, and every row is as wide as its head.
    let _ = csv.write_record(["email", "first_name", "last_name", "role"]);
    for one in people {
        let _ = csv.write_record([&one.email, &one.first_name, &one.last_name, &one.role]);
    }
    String::from_utf8(csv.into_inner().unwrap_or_default()).unwrap_or_default()
}

/// Where the columns are that a CSV's head names.
#[derive(Debug, Clone, Copy)]
struct Columns {
    email: usize,
    first_name: Option<usize>,
    last_name: Option<usize>,
    role: Option<usize>,
}

/// Whether the first line is the head of a CSV. Spreadsheets of half of Europe put semicolons between.
fn columns(text: &str) -> Option<(u8, Columns)> {
    let head = text.lines().next()?;
    [b',', b';', b'\t'].into_iter().find_map(|delimiter| {
        let names: Vec<String> = head
            .split(char::from(delimiter))
            .map(|name| name.trim().trim_matches('"').to_lowercase().replace([' ', '-'], "_"))
            .collect();
        let at = |wanted: &[&str]| names.iter().position(|name| wanted.contains(&name.as_str()));
        let columns = Columns {
            email: at(&["email", "e_mail", "email_address"])?,
            first_name: at(&["first_name", "firstname", "given_name"]),
            last_name: at(&["last_name", "lastname", "family_name", "surname"]),
            role: at(&["role"]),
        };
        Some((delimiter, columns))
    })
}

fn table(text: &str, delimiter: u8, columns: Columns) -> Vec<Recipient> {
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
            Recipient {
                email: cell(Some(columns.email)),
                first_name: cell(columns.first_name),
                last_name: cell(columns.last_name),
                role: cell(columns.role),
            }
        })
        .collect()
}

fn list(text: &str) -> Vec<Recipient> {
    let plain = |word: &str| Recipient {
        email: word.to_owned(),
        ..Recipient::default()
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
            people.push(Recipient {
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
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn emails(text: &str) -> Vec<String> {
        read(text).into_iter().map(|one| one.email).collect()
    }

    #[test]
    fn addresses_stand_between_anything_that_people_put_between_them() {
        let three = ["a@x.example", "b@x.example", "c@x.example"];
        for text in [
            "a@x.example, b@x.example; c@x.example",
            "a@x.example b@x.example\r\nc@x.example\n\n",
            "  a@x.example,,b@x.example,\tc@x.example,",
            "email\na@x.example\nb@x.example\nc@x.example",
            "\u{feff}Role;E-Mail\r\nviewer;a@x.example\r\n;b@x.example\r\n;\r\n;c@x.example",
        ] {
            assert_eq!(emails(text), three, "{text}");
        }
        assert!(read(" \n ,;").is_empty());
    }

    #[test]
    fn names_come_with_addresses() {
        let people = read("\"Ana de la Cruz\" <ana@x.example>, Bo <bo@x.example> c@x.example");
        let names: Vec<(&str, &str, &str)> = people
            .iter()
            .map(|one| (one.email.as_str(), one.first_name.as_str(), one.last_name.as_str()))
            .collect();
        assert_eq!(
            names,
            [
                ("ana@x.example", "Ana de la", "Cruz"),
                ("bo@x.example", "Bo", ""),
                ("c@x.example", "", "")
            ]
        );
    }

    #[test]
    fn a_row_is_checked_with_its_role() {
        let people = read(
            "email,first_name,last_name,role\nA@x.example,Ann,Lee,User admin\nb@x.example,,,king\nc,,,\nd@x.example,see www.evil.example,,",
        );
        assert_eq!(people.len(), 4);
        let first = people[0].check().unwrap();
        assert_eq!(
            (first.guest.email.as_str(), first.role),
            ("a@x.example", Some(Role::UserAdmin))
        );
        assert_eq!(people[1].check().unwrap_err(), "There is no role “king”");
        assert!(people[2].check().is_err());
        assert!(people[3].check().is_err());
    }

    proptest! {
        #[test]
        fn what_is_given_back_for_correction_is_read_as_the_same(
            people in proptest::collection::vec(("[a-z]{1,8}@[a-z]{1,8}", "[a-z\", ]{0,6}", "[a-z]{0,6}", "(viewer|admin)?"), 0..8)
        ) {
            let people: Vec<Recipient> = people
                .into_iter()
                .map(|(email, first, last, role)| Recipient {
                    email,
                    first_name: first.trim().to_owned(),
                    last_name: last,
                    role,
                })
                .collect();
            prop_assert_eq!(read(&write(&people)), people);
        }

        #[test]
        fn whatever_is_pasted_nothing_breaks(text in ".{0,300}") {
            for one in read(&text) {
                let _ = one.check();
            }
        }
    }
}
