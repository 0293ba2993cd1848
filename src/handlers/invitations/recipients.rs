//! The people of the form: in a file, and pasted.

use std::collections::HashMap;

use crate::authz::role::Role;
use crate::common::email::Email;
use crate::common::form::FormErrors;
use crate::common::name;
use crate::common::people;
use crate::common::people::{Columns, Field, Person, Recognized, Source};
use crate::common::table::{Table, TableError};
use crate::handlers::invitations::mapping;
use crate::handlers::invitations::mapping::Mapping;
use crate::handlers::invitations::terms::InvitationTermsForm;
use crate::models::invitation::CompanyGrant;
use crate::services::invitations::create::Invitee;

/// The most people that can be invited at once.
pub const MOST: usize = 500;

/// The largest file, in bytes of text. It fits into the form of the next step.
const LARGEST: usize = 512 * 1024;

/// How many lines with errors are named.
const NAMED: usize = 20;

/// The people, or what has to be corrected or confirmed before anyone is invited.
#[derive(Debug, Clone)]
pub struct Recipients {
    pub people: Vec<Person>,
    /// Tables whose columns are to be confirmed, or were.
    pub mappings: Vec<Mapping>,
    pub errors: FormErrors,
    /// Lines with errors, in words.
    pub faults: Vec<String>,
    /// Whether the rows of a table name companies, or may when their columns are confirmed.
    pub name_companies: bool,
}

impl Recipients {
    /// Reads both fields.
    pub fn read(typed: &InvitationTermsForm) -> Self {
        let mut found = Self {
            people: Vec::new(),
            mappings: Vec::new(),
            errors: FormErrors::none(),
            faults: Vec::new(),
            name_companies: false,
        };
        if let Err(message) = typed.csv_is_text {
            found.errors.add("csv", message);
        }
        found.add("emails", people::of_paste(&typed.emails), &typed.emails_columns);
        if typed.csv.len() > LARGEST {
            found.errors.add("csv", "Choose a file of at most 512 KB");
        } else if !typed.csv.trim().is_empty() {
            found.add("csv", people::of_file(&typed.csv), &typed.csv_columns);
        }
        found.check_number(typed);
        found
    }

    /// Whether people can be invited now.
    pub fn are_ready(&self) -> bool {
        self.errors.is_empty() && self.mappings.iter().all(|mapping| mapping.confirmed)
    }

    fn add(&mut self, field: &'static str, source: Result<Source, Vec<TableError>>, sent: &[String]) {
        match source {
            Err(faults) => self.add_faults(field, faults.iter().map(ToString::to_string).collect()),
            Ok(Source::List(people)) => self.people.extend(people),
            Ok(Source::Table(table)) => self.add_table(field, &table, sent),
        }
    }

    fn add_table(&mut self, field: &'static str, table: &Table, sent: &[String]) {
        if table.rows.is_empty() {
            return self.errors.add(field, "There are no rows below the header");
        }
        if table.rows.len() > MOST {
            return self.errors.add(field, too_many());
        }
        let confirmed = mapping::chosen(table, sent);
        let columns = match (confirmed, Columns::recognize(table)) {
            (Some(columns), _) => {
                self.mappings.push(Mapping::of(field, table, &columns, true));
                if let Err(message) = mapping::check(&columns) {
                    return self.errors.add("columns", message);
                }
                columns
            }
            (None, Recognized::Surely(columns)) => columns,
            (None, Recognized::Perhaps(guess)) => {
                // It may be chosen: the form asks for no company before.
                self.name_companies = true;
                return self.mappings.push(Mapping::of(field, table, &guess, false));
            }
        };
        let people = people::of_table(table, &columns);
        self.add_faults(field, contradictions(&people));
        self.name_companies |= columns.position(Field::Company).is_some();
        self.people.extend(people);
    }

    fn add_faults(&mut self, field: &'static str, mut faults: Vec<String>) {
        match faults.as_slice() {
            [] => return,
            [only] => self.errors.add(field, format!("{only}. No one was invited")),
            many => self
                .errors
                .add(field, format!("{} lines have errors. No one was invited", many.len())),
        }
        if let Some(more) = faults.len().checked_sub(NAMED).filter(|more| *more > 0) {
            faults.truncate(NAMED);
            faults.push(format!("and {more} more"));
        }
        if faults.len() > 1 {
            self.faults.append(&mut faults);
        }
        // The columns are of the text with the errors.
        self.mappings.retain(|mapping| mapping.field != field);
    }

    fn check_number(&mut self, typed: &InvitationTermsForm) {
        if !self.are_ready() {
            return;
        }
        let named = !typed.first_name.trim().is_empty() || !typed.last_name.trim().is_empty();
        match self.people.as_mut_slice() {
            [] => self
                .errors
                .add("emails", "Enter an email address, like name@company.com"),
            [only] if only.first_name.is_empty() && only.last_name.is_empty() => {
                only.first_name.clone_from(&typed.first_name);
                only.last_name.clone_from(&typed.last_name);
            }
            [_] => {}
            many if many.len() > MOST => self.errors.add("emails", too_many()),
            _ if named => self.errors.add(
                "first_name",
                "Leave the name empty for several people, or write Name <name@company.com> for each",
            ),
            _ => {}
        }
    }
}

fn too_many() -> String {
    format!("Invite at most {MOST} people")
}

/// The rows that have the address of an earlier row but differ from it. Which of them is meant is not known.
fn contradictions(people: &[Person]) -> Vec<String> {
    let mut first: HashMap<String, &Person> = HashMap::new();
    let mut found = Vec::new();
    for person in people {
        let earlier = *first.entry(key(&person.email)).or_insert(person);
        let same = Person {
            line: earlier.line,
            email: earlier.email.clone(),
            ..person.clone()
        };
        if same != *earlier && !person.email.is_empty() {
            found.push(format!(
                "Line {}: {} is in line {} too, with other details",
                person.line, person.email, earlier.line
            ));
        }
    }
    found
}

/// An address as invitations compare it.
pub fn key(email: &str) -> String {
    Email::parse(email).map_or_else(|_| email.to_lowercase(), |email| email.to_string())
}

/// Checks the address and the names of a person.
pub fn invitee(person: &Person, role: Option<Role>, companies: Vec<CompanyGrant>) -> Result<Invitee, String> {
    let email = Email::parse(&person.email)?;
    let named = |text: &str, what| {
        if text.trim().is_empty() {
            Ok(String::new())
        } else {
            name::person(text, what)
        }
    };
    Ok(Invitee {
        email,
        first_name: named(&person.first_name, "a first name")?,
        last_name: named(&person.last_name, "a last name")?,
        role,
        companies,
    })
}

/// A text with these people, to correct them.
pub fn write<'a>(people: impl Iterator<Item = &'a Person>) -> String {
    let people: Vec<&Person> = people.collect();
    let separates =
        |c: char| c.is_whitespace() || !(c.is_alphanumeric() || c.is_ascii_punctuation()) || ",;<>\"".contains(c);
    let plain = |one: &&Person| {
        let rest = [&one.first_name, &one.last_name, &one.role, &one.company];
        rest.iter().all(|text| text.is_empty()) && !one.email.is_empty() && !one.email.contains(separates)
    };
    if people.iter().all(plain) {
        let emails: Vec<&str> = people.iter().map(|one| one.email.as_str()).collect();
        return emails.join("\n");
    }
    let mut csv = csv::Writer::from_writer(Vec::new());
    // Writing to memory cannot fail.
    let _ = csv.write_record(["email", "first_name", "last_name", "role", "company_slug"]);
    for one in people {
        let _ = csv.write_record([&one.email, &one.first_name, &one.last_name, &one.role, &one.company]);
    }
    String::from_utf8(csv.into_inner().unwrap_or_default()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
