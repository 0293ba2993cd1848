//! The audit events of resources.

use serde_json::{Map, Value};

use crate::audit::{Action, Event};
use crate::common::id::{CompanyId, ResourceId};
use crate::common::time::Time;
use crate::models::resource::ResourceTerms;

pub(super) fn event(action: Action, id: ResourceId, name: &str, company: Option<CompanyId>) -> Event {
    Event::new(action, "resource", id, name).company(company)
}

/// Each field with its value. A long text is not repeated in the log.
pub(super) fn fields(terms: &ResourceTerms) -> Vec<(&'static str, Value)> {
    let text = |value: &Option<String>| Value::from(value.clone().unwrap_or_default());
    let details = &terms.details;
    let beginning: Option<String> = details.text.as_ref().map(|text| text.chars().take(80).collect());
    vec![
        ("name", terms.name.clone().into()),
        ("external_ref", text(&terms.external_ref)),
        ("number", text(&details.number)),
        ("source", text(&details.source)),
        ("url", text(&details.url)),
        ("file_name", text(&details.file_name)),
        ("text", text(&beginning)),
        (
            "sync_status",
            terms.sync.map(|sync| sync.status.as_str()).unwrap_or_default().into(),
        ),
        (
            "synced_at",
            terms
                .sync
                .and_then(|sync| sync.at)
                .map(Time::iso)
                .unwrap_or_default()
                .into(),
        ),
    ]
}

/// The fields that have a value.
pub(super) fn set(terms: &ResourceTerms) -> Map<String, Value> {
    let fields = fields(terms).into_iter();
    fields
        .filter(|(_, value)| value.as_str() != Some(""))
        .map(|(field, value)| (field.to_owned(), value))
        .collect()
}

/// The fields that differ, before and after. A text that differs only after its beginning is named without what changed.
pub(super) fn changed(before: &ResourceTerms, after: &ResourceTerms) -> (Value, Value) {
    let (mut was, mut is) = (Map::new(), Map::new());
    for ((field, old), (_, new)) in fields(before).into_iter().zip(fields(after)) {
        if old != new || (field == "text" && before.details.text != after.details.text) {
            was.insert(field.to_owned(), old);
            is.insert(field.to_owned(), new);
        }
    }
    (was.into(), is.into())
}
