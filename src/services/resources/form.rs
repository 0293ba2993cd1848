//! The fields of a resource as a form or a program sends them.

use crate::common::external_ref;
use crate::common::form::FormErrors;
use crate::common::{name, phone, web_address};
use crate::db::types::inventory::{ResourceKind, SourceType};
use crate::models::resource::{ResourceDetails, ResourceSync, ResourceTerms};

/// The most characters of a name, of the name of a file, and of a text.
const LONGEST_NAME: usize = 120;
const LONGEST_FILE: usize = 200;
const LONGEST_TEXT: usize = 10_000;

/// An empty field is not set.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct ResourceForm {
    /// A phone number without a name has the number as its name.
    pub name: String,
    pub external_ref: String,
    pub number: String,
    pub source: String,
    pub url: String,
    pub file_name: String,
    pub text: String,
}

impl ResourceForm {
    /// The form of a resource.
    pub fn of(terms: &ResourceTerms) -> Self {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let details = &terms.details;
        Self {
            name: terms.name.clone(),
            external_ref: text(&terms.external_ref),
            number: text(&details.number),
            source: text(&details.source),
            url: text(&details.url),
            file_name: text(&details.file_name),
            text: text(&details.text),
        }
    }

    /// What the fields mean for a kind. Fields that the kind does not have are left out.
    pub fn parse(&self, kind: ResourceKind, sync: Option<ResourceSync>) -> Result<ResourceTerms, FormErrors> {
        let mut errors = FormErrors::none();
        let details = self.details(kind, &mut errors);
        let named = match (self.name.trim(), &details.number) {
            ("", Some(number)) => number,
            _ => &self.name,
        };
        let name = errors.take("name", name::parse(named, "a name", LONGEST_NAME));
        let external_ref = errors.take("external_ref", external_ref::parse(&self.external_ref));
        match (name, external_ref) {
            (Some(name), Some(external_ref)) if errors.is_empty() => Ok(ResourceTerms {
                name,
                external_ref,
                details,
                sync: sync.filter(|_| kind == ResourceKind::KnowledgeSource),
            }),
            _ => Err(errors),
        }
    }

    fn details(&self, kind: ResourceKind, errors: &mut FormErrors) -> ResourceDetails {
        match kind {
            ResourceKind::PhoneNumber => ResourceDetails {
                number: errors.take("number", phone::parse(&self.number)),
                ..ResourceDetails::default()
            },
            ResourceKind::KnowledgeSource => self.source(errors),
            ResourceKind::App if !self.url.trim().is_empty() => ResourceDetails {
                url: errors.take("url", web_address::parse(&self.url)),
                ..ResourceDetails::default()
            },
            _ => ResourceDetails::default(),
        }
    }

    fn source(&self, errors: &mut FormErrors) -> ResourceDetails {
        let chosen = SourceType::parse(&self.source).ok_or("Choose a website, a file or a text");
        let Some(source) = errors.take("source", chosen) else {
            return ResourceDetails::default();
        };
        let mut details = ResourceDetails {
            source: Some(source.to_string()),
            ..ResourceDetails::default()
        };
        match source {
            SourceType::Url => details.url = errors.take("url", web_address::parse(&self.url)),
            SourceType::File => {
                let parsed = name::parse(&self.file_name, "the name of the file", LONGEST_FILE);
                details.file_name = errors.take("file_name", parsed);
            }
            SourceType::Text => details.text = errors.take("text", self.read_text()),
        }
        details
    }

    fn read_text(&self) -> Result<String, String> {
        let text = self.text.replace("\r\n", "\n").trim().to_owned();
        if text.is_empty() {
            return Err("Enter the text".into());
        }
        if text.chars().count() > LONGEST_TEXT {
            return Err("Use at most 10,000 characters".into());
        }
        if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
            return Err("Remove the characters that cannot be printed".into());
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_fields_of_its_own() {
        let form = |change: fn(&mut ResourceForm)| {
            let mut form = ResourceForm {
                name: "Front desk".into(),
                ..ResourceForm::default()
            };
            change(&mut form);
            form
        };
        let number = form(|form| form.number = "+49 30 901820".into());
        let terms = number.parse(ResourceKind::PhoneNumber, None).unwrap();
        assert_eq!(terms.details.number.as_deref(), Some("+4930901820"));
        assert_eq!(
            ResourceForm::of(&terms).parse(ResourceKind::PhoneNumber, None).unwrap(),
            terms
        );
        assert_eq!(
            number.parse(ResourceKind::Agent, None).unwrap().details,
            ResourceDetails::default()
        );
        assert!(
            form(|_| ())
                .parse(ResourceKind::PhoneNumber, None)
                .unwrap_err()
                .get("number")
                .is_some()
        );
        for (source, missing) in [("url", "url"), ("file", "file_name"), ("text", "text"), ("", "source")] {
            let mut form = form(|_| ());
            form.source = source.into();
            let errors = form.parse(ResourceKind::KnowledgeSource, None).unwrap_err();
            assert!(errors.get(missing).is_some(), "{source}");
        }
    }

    #[test]
    fn a_number_can_be_the_name() {
        let form = ResourceForm {
            number: "0049 30 901820".into(),
            ..ResourceForm::default()
        };
        assert_eq!(form.parse(ResourceKind::PhoneNumber, None).unwrap().name, "+4930901820");
        assert!(form.parse(ResourceKind::App, None).unwrap_err().get("name").is_some());
    }
}
