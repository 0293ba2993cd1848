//! The changed fields of an event in words, and the cursor of a verification in a URL.

use serde_json::Value;

use crate::authz::role::Role;
use crate::common::time::Time;
use crate::handlers::audit::filter::AuditZones;

/// A changed field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// Its name: "Access until".
    pub field: String,
    /// The value before.
    pub was: Option<String>,
    /// The value after.
    pub is: Option<String>,
}

/// The changes from `before` to `after`. A field on one side only was added, removed or not recorded.
pub fn changes(before: &Value, after: &Value, zones: AuditZones) -> Vec<FieldChange> {
    let mut fields: Vec<String> = Vec::new();
    let (was, is) = (flat(before, zones), flat(after, zones));
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
        .map(|field| FieldChange {
            was: of(&was, &field),
            is: of(&is, &field),
            field: title(&field),
        })
        .collect()
}

/// The fields of an object and of the objects in it, with their values in words.
fn flat(value: &Value, zones: AuditZones) -> Vec<(String, String)> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| match value {
                Value::Object(inner) if !inner.is_empty() => flat(value, zones)
                    .into_iter()
                    .map(|(inner, words)| (format!("{name}: {inner}"), words))
                    .collect(),
                _ => vec![(name.clone(), words(name, value, zones))],
            })
            .collect(),
        Value::Null => Vec::new(),
        other => vec![("details".into(), words("", other, zones))],
    }
}

fn words(field: &str, value: &Value, zones: AuditZones) -> String {
    match value {
        Value::Null => "none".into(),
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        Value::Number(number) => number.to_string(),
        Value::String(text) if text.is_empty() => "none".into(),
        Value::String(text) => match Role::parse(text) {
            Some(role) if field == "role" => role.label().into(),
            _ => moment(field, text, zones).unwrap_or_else(|| text.clone()),
        },
        Value::Array(values) if values.is_empty() => "none".into(),
        Value::Array(values) => {
            let each: Vec<String> = values.iter().map(|value| words("", value, zones)).collect();
            each.join(", ")
        }
        Value::Object(fields) if fields.is_empty() => "none".into(),
        Value::Object(fields) => {
            let each = fields
                .iter()
                .map(|(name, value)| format!("{name} {}", words(name, value, zones)));
            each.collect::<Vec<_>>().join(", ")
        }
    }
}

/// A moment as people say it: the end of a day that someone entered in the time zone of that day.
fn moment(field: &str, text: &str, zones: AuditZones) -> Option<String> {
    let zone = match field {
        "access_until" | "delete_after" | "due_at" | "expires_at" => zones.days,
        _ => zones.times,
    };
    Time::parse_iso(text).map(|moment| moment.full(zone))
}

/// "Access until" of `access_until`.
fn title(field: &str) -> String {
    let words = field.replace('_', " ");
    let mut chars = words.chars();
    let first = chars.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + chars.as_str()
}

/// A text with a capital first letter.
pub fn capital(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + chars.as_str()
}

/// The number, hash and signature of a cursor: `17.4be0….signature`.
pub fn parts(cursor: &str) -> Option<(i64, &str, &str)> {
    let mut parts = cursor.splitn(3, '.');
    let seq = parts.next()?.parse().ok().filter(|seq| *seq > 0)?;
    Some((seq, parts.next()?, parts.next()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    use crate::common::zone::Zone;

    fn zones(times: &str, days: &str) -> AuditZones {
        AuditZones {
            times: Zone::parse(times).unwrap(),
            days: Zone::parse(days).unwrap(),
            is_utc: false,
        }
    }

    #[test]
    fn changes_list_each_field_before_and_after() {
        let told = changes(
            &json!({ "role": "billing_admin", "companies": ["North", "South"], "archived": false }),
            &json!({ "role": "viewer", "companies": [], "access_until": null, "limits": { "members": 5 } }),
            zones("UTC", "UTC"),
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
        assert!(changes(&json!({}), &json!({}), zones("UTC", "UTC")).is_empty());
        assert_eq!(
            changes(&json!({}), &json!("odd text"), zones("UTC", "UTC"))[0]
                .is
                .as_deref(),
            Some("odd text")
        );
        assert_eq!(capital("émigré left"), "Émigré left");
    }

    #[test]
    fn moments_are_shown_in_the_time_zone_of_the_reader_and_ends_of_days_in_that_of_the_day() {
        let told = changes(
            &json!({}),
            &json!({ "access_until": "2026-11-28T22:59:59Z", "until": "2026-11-28T22:59:59Z", "reason": "2026-11-28" }),
            zones("Asia/Kathmandu", "Europe/Berlin"),
        );
        let told: Vec<_> = told
            .iter()
            .map(|change| change.is.as_deref().unwrap_or_default())
            .collect();
        assert_eq!(
            told,
            [
                "November 28, 2026 at 23:59 CET",
                "2026-11-28",
                "November 29, 2026 at 04:44 UTC+05:45"
            ]
        );
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_cursor_or_none(text in ".{0,80}") {
            if let Some((seq, ..)) = parts(&text) {
                proptest::prop_assert!(seq > 0);
            }
        }
    }
}
