//! A change as people read it, field by field; and how far a check came, as it travels in an address.

use serde_json::Value;

use crate::authz::role::Role;

/// One field that a deed changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its name: "Access until".
    pub field: String,
    /// What it was.
    pub was: Option<String>,
    /// What it is.
    pub is: Option<String>,
}

/// What changed from `before` to `after`. A field that stands on one side only was not there, or was not noted.
pub fn changes(before: &Value, after: &Value) -> Vec<Change> {
    let mut fields: Vec<String> = Vec::new();
    let (was, is) = (flat(before), flat(after));
    for (field, _) in was.iter().chain(&is) {
        if !fields.contains(field) {
            fields.push(field.clone());
        }
    }
    let of = |side: &[(String, String)], field: &str| {
        let found = side.iter().find(|(name, _)| name == field);
        found.map(|(_, value)| value.clone())
    };
    fields
        .into_iter()
        .map(|field| Change {
            was: of(&was, &field),
            is: of(&is, &field),
            field: title(&field),
        })
        .collect()
}

/// The fields of an object, those of an object within it too, and their values in words.
fn flat(value: &Value) -> Vec<(String, String)> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| match value {
                Value::Object(inner) if !inner.is_empty() => flat(value)
                    .into_iter()
                    .map(|(inner, words)| (format!("{name}: {inner}"), words))
                    .collect(),
                _ => vec![(name.clone(), words(name, value))],
            })
            .collect(),
        Value::Null => Vec::new(),
        other => vec![("details".into(), words("", other))],
    }
}

fn words(field: &str, value: &Value) -> String {
    match value {
        Value::Null => "none".into(),
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        Value::Number(number) => number.to_string(),
        Value::String(text) if text.is_empty() => "none".into(),
        Value::String(text) => match Role::parse(text) {
            Some(role) if field == "role" => role.label().into(),
            _ => text.clone(),
        },
        Value::Array(values) if values.is_empty() => "none".into(),
        Value::Array(values) => {
            let each: Vec<String> = values.iter().map(|value| words("", value)).collect();
            each.join(", ")
        }
        Value::Object(fields) if fields.is_empty() => "none".into(),
        Value::Object(fields) => {
            let each = fields
                .iter()
                .map(|(name, value)| format!("{name} {}", words(name, value)));
            each.collect::<Vec<_>>().join(", ")
        }
    }
}

/// "Access until" of `access_until`.
fn title(field: &str) -> String {
    let words = field.replace('_', " ");
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

/// The words of a sentence at its beginning.
pub fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

/// A number and a hash out of an address: `17.4be0….signature`; `None` when it is not that.
pub fn parts(cursor: &str) -> Option<(i64, &str, &str)> {
    let mut parts = cursor.splitn(3, '.');
    let seq = parts.next()?.parse().ok().filter(|seq| *seq > 0)?;
    Some((seq, parts.next()?, parts.next()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_change_says_each_field_before_and_after() {
        let told = changes(
            &json!({ "role": "billing_admin", "companies": ["North", "South"], "archived": false }),
            &json!({ "role": "viewer", "companies": [], "access_until": null, "limits": { "members": 5 } }),
        );
        let told: Vec<_> = told
            .iter()
            .map(|change| (change.field.as_str(), change.was.as_deref(), change.is.as_deref()))
            .collect();
        assert_eq!(
            told,
            [
                ("Archived", Some("no"), None),
                ("Companies", Some("North, South"), Some("none")),
                ("Role", Some("Billing admin"), Some("Viewer")),
                ("Access until", None, Some("none")),
                ("Limits: members", None, Some("5")),
            ]
        );
        assert!(changes(&json!({}), &json!({})).is_empty());
        assert_eq!(
            changes(&json!({}), &json!("odd text"))[0].is.as_deref(),
            Some("odd text")
        );
        assert_eq!(capital("émigré left"), "Émigré left");
    }

    proptest::proptest! {
        #[test]
        fn whatever_stands_in_a_cursor_nothing_breaks(text in ".{0,80}") {
            if let Some((seq, ..)) = parts(&text) {
                proptest::prop_assert!(seq > 0);
            }
        }
    }
}
