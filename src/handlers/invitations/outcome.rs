//! The result for each person.

use std::collections::HashMap;

use crate::auth::actor::Actor;
use crate::common::people::Person;
use crate::handlers::invitations::{recipients, wording};
use crate::services::invitations::create::{InviteError, InviteResults, Invitee};

/// The result for one person.
#[derive(Debug, Clone)]
pub struct InviteOutcome {
    pub person: Person,
    pub invited: bool,
    pub message: String,
    /// Whether it makes sense to correct the person and send again.
    pub retry: bool,
}

impl InviteOutcome {
    /// The results in the order of the people. `results` has one for each person that passed the check.
    pub fn all(
        people: Vec<Person>,
        checked: &[Result<Invitee, String>],
        results: InviteResults,
        actor: &Actor,
    ) -> Vec<Self> {
        let mut results = results.into_iter();
        let mut lines: HashMap<String, usize> = HashMap::new();
        let outcome = |(person, checked): (Person, &Result<Invitee, String>)| {
            let line = *lines.entry(recipients::key(&person.email)).or_insert(person.line);
            match checked.as_ref().map(|_| results.next()) {
                Err(message) => Self::not(person, message.clone(), true),
                Ok(Some(Ok(role))) => Self {
                    person,
                    invited: true,
                    message: format!("Invited as {}", role.label()),
                    retry: false,
                },
                Ok(Some(Err(InviteError::Duplicate))) if line > 0 => {
                    Self::not(person, format!("Also in line {line}"), false)
                }
                Ok(Some(Err(error))) => {
                    let retry = error != InviteError::Duplicate;
                    Self::not(person, wording::invite_error(&error, actor), retry)
                }
                Ok(None) => Self::not(person, String::new(), true),
            }
        };
        people.into_iter().zip(checked).map(outcome).collect()
    }

    fn not(person: Person, message: String, retry: bool) -> Self {
        Self {
            person,
            invited: false,
            message,
            retry,
        }
    }

    /// The address, or where the person is in the file.
    pub fn title(&self) -> String {
        let Person { line, email, .. } = &self.person;
        match (email.as_str(), line) {
            ("", line) => format!("Line {line}"),
            (email, 0) => email.to_owned(),
            (email, line) => format!("{email} (line {line})"),
        }
    }
}

/// The message when everyone is invited.
pub fn success(sends_mail: bool, outcomes: &[InviteOutcome]) -> String {
    match outcomes {
        [only] if sends_mail => format!("Invitation sent to {}", only.person.email),
        [only] => format!(
            "{} is invited. Copy the accept link from the list and share it",
            only.person.email
        ),
        many if sends_mail => format!("{} invitations sent", many.len()),
        many => format!(
            "{} people are invited. Copy the accept links from the list and share them",
            many.len()
        ),
    }
}
