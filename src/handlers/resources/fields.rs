//! The fields of the forms of resources.

use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::db::types::inventory::{ResourceKind, SourceType};
use crate::services::resources::form::ResourceForm;

pub fn read(fields: &Fields) -> ResourceForm {
    let text = |name: &str| fields.get(name).to_owned();
    ResourceForm {
        name: text("name"),
        external_ref: text("external_ref"),
        number: text("number"),
        source: text("source"),
        url: text("url"),
        file_name: text("file_name"),
        text: text("text"),
    }
}

/// What `templates/resources/_fields.html` shows.
pub struct ResourceFields {
    pub kind: ResourceKind,
    pub form: ResourceForm,
    pub errors: FormErrors,
}

impl ResourceFields {
    pub fn new(kind: ResourceKind, mut form: ResourceForm, errors: FormErrors) -> Self {
        if form.source.is_empty() {
            form.source = SourceType::Url.to_string();
        }
        Self { kind, form, errors }
    }

    pub fn is_number(&self) -> bool {
        self.kind == ResourceKind::PhoneNumber
    }

    pub fn is_source(&self) -> bool {
        self.kind == ResourceKind::KnowledgeSource
    }

    pub fn is_app(&self) -> bool {
        self.kind == ResourceKind::App
    }

    pub fn sources() -> impl Iterator<Item = (&'static str, &'static str)> {
        SourceType::ALL.iter().map(|source| (source.as_str(), source.label()))
    }
}
