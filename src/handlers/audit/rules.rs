//! The changed fields of an event, and the cursor of a verification in a URL.

use serde_json::Value;

use crate::handlers::audit::filter::AuditZones;
use crate::handlers::audit::labels;

/// A field of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// Its label: "Access ends".
    pub field: String,
    /// Whether it differs before and after. Otherwise the event only states it.
    pub changed: bool,
    /// The value before.
    pub was: Option<String>,
    /// The value after.
    pub is: Option<String>,
    /// The id of the company that it names.
    pub company: Option<String>,
}

/// The changes from `before` to `after`. Of an event with one side only, the fields are facts and not changes.
pub fn changes(before: &Value, after: &Value, zones: AuditZones) -> Vec<FieldChange> {
    let mut fields: Vec<String> = Vec::new();
    let (was, is) = (flat(before), flat(after));
    for (field, _) in was.iter().chain(&is) {
        if !fields.contains(field) {
            fields.push(field.clone());
        }
    }
    let of = |side: &[(String, Value)], field: &str| {
        let found = side.iter().find(|(name, _)| name == field);
        found.map(|(_, value)| value.clone())
    };
    let both = !was.is_empty() && !is.is_empty();
    let company = of(&was, "company_id").or_else(|| of(&is, "company_id"));
    let company = company.as_ref().and_then(Value::as_str);
    fields
        .into_iter()
        .filter(|field| labels::is_shown(field))
        // An empty list that is no change says nothing.
        .filter(|field| {
            both || ![&was, &is]
                .iter()
                .any(|side| of(side, field) == Some(Value::Array(Vec::new())))
        })
        .map(|field| change(&field, of(&was, &field), of(&is, &field), both, zones))
        .map(|change| FieldChange {
            company: company.filter(|_| change.field == "Company").map(str::to_owned),
            ..change
        })
        .collect()
}

fn change(field: &str, was: Option<Value>, is: Option<Value>, both: bool, zones: AuditZones) -> FieldChange {
    let differs = was != is;
    let (was, is) = match (was, is) {
        (Some(was), Some(is)) if was == is => (None, Some(is)),
        (Some(Value::Array(was)), Some(Value::Array(is))) => apart(was, is),
        sides => sides,
    };
    let last = field.rsplit('/').next().unwrap_or(field);
    let words = |value: Option<Value>| value.map(|value| labels::value(last, &value, zones));
    FieldChange {
        field: field.split('/').map(labels::label).collect::<Vec<_>>().join(": "),
        changed: both && differs,
        was: words(was),
        is: words(is),
        company: None,
    }
}

/// What a list lost and what it gained; the rest is no change.
fn apart(was: Vec<Value>, is: Vec<Value>) -> (Option<Value>, Option<Value>) {
    let lost: Vec<Value> = was.iter().filter(|value| !is.contains(value)).cloned().collect();
    let gained: Vec<Value> = is.into_iter().filter(|value| !was.contains(value)).collect();
    if lost.is_empty() && gained.is_empty() {
        return (Some(Value::Array(was)), None);
    }
    let some = |values: Vec<Value>| (!values.is_empty()).then_some(Value::Array(values));
    (some(lost), some(gained))
}

/// The fields of an object, and of the objects in it as `field/inner`.
fn flat(value: &Value) -> Vec<(String, Value)> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| match value {
                Value::Object(inner) if !inner.is_empty() => flat(value)
                    .into_iter()
                    .map(|(inner, value)| (format!("{name}/{inner}"), value))
                    .collect(),
                _ => vec![(name.clone(), value.clone())],
            })
            .collect(),
        Value::Null => Vec::new(),
        other => vec![("details".into(), other.clone())],
    }
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

    fn told(before: &Value, after: &Value) -> Vec<(String, bool, Option<String>, Option<String>)> {
        let told = changes(before, after, zones("UTC", "UTC")).into_iter();
        told.map(|change| (change.field, change.changed, change.was, change.is))
            .collect()
    }

    #[test]
    fn changes_list_each_field_before_and_after() {
        let line = |field: &str, changed, was: Option<&str>, is: Option<&str>| {
            (field.to_owned(), changed, was.map(str::to_owned), is.map(str::to_owned))
        };
        let changed = told(
            &json!({ "role": "billing_admin", "companies": ["North", "South"], "archived": false, "name": "Auditor" }),
            &json!({ "role": "viewer", "companies": ["South"], "access_until": null, "name": "Auditor", "limits": { "members": 5 } }),
        );
        assert_eq!(
            changed,
            [
                line("Archived", true, Some("No"), None),
                line("Companies", true, Some("North"), None),
                line("Name", false, None, Some("Auditor")),
                line("Role", true, Some("Billing admin"), Some("Viewer")),
                line("Access ends", true, None, Some("None")),
                line("Limits: Members", true, None, Some("5")),
            ]
        );
        assert!(told(&json!({}), &json!({})).is_empty());
        let odd = told(&json!({}), &json!("odd text"));
        assert_eq!(odd, [line("Details", false, None, Some("odd text"))]);
    }

    #[test]
    fn an_id_is_not_shown_and_leads_to_its_company() {
        let told = changes(
            &json!({}),
            &json!({ "company": "North", "company_id": "com_1", "role": "viewer" }),
            zones("UTC", "UTC"),
        );
        let told: Vec<_> = told
            .iter()
            .map(|change| (change.field.as_str(), change.company.as_deref()))
            .collect();
        assert_eq!(told, [("Company", Some("com_1")), ("Role", None)]);
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
