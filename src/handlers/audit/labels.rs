//! The fields of events in words.

use serde_json::Value;

use crate::authz::permission::{PermissionId, RoleColumn};
use crate::authz::role::{CompanyRole, Role};
use crate::common::device;
use crate::common::time::Time;
use crate::db::types::inventory::{AgentHours, KnowledgeUse, ResourceKind};
use crate::db::types::organization::{OrganizationType, Region, UnitLabel};
use crate::handlers::audit::filter::AuditZones;

/// Fields whose label is not their name with spaces.
const LABELS: &[(&str, &str)] = &[
    ("access_until", "Access ends"),
    ("agent", "Device"),
    ("agents", "Phone agents answer"),
    ("allowed", "Support access"),
    ("allowed_ips", "Allowed addresses"),
    ("approval", "Requires approval"),
    ("authorized_by", "Approved by"),
    ("base", "Role level"),
    ("company_role", "Role in the company"),
    ("delete_after", "Deleted on"),
    ("domains", "Email domains"),
    ("due_at", "End date"),
    ("expires", "Expires"),
    ("external_ref", "Reference"),
    ("expires_at", "Expires"),
    ("hands_over", "Hands over ownership"),
    ("hours", "Opening hours"),
    ("how", "Ended by"),
    ("invitations", "Invitations a day"),
    ("ip", "IP address"),
    ("knowledge", "Knowledge sources"),
    ("link", "Onboarding link"),
    ("max_uses", "Maximum uses"),
    ("organizations", "Organization limit"),
    ("sender_ids", "Sender IDs"),
    ("sent", "Times sent"),
    ("sessions", "Sessions ended"),
    ("slug", "Web address"),
    ("stays", "Remains an owner"),
    ("timezone", "Time zone"),
    ("unit", "Word for companies"),
    ("waiting", "Waiting for verification"),
    ("way", "Granted as"),
];

/// Ids that only lead to what another field names.
const IDS: &[&str] = &[
    "company_id",
    "group_id",
    "invitation",
    "link_id",
    "new_key",
    "review_id",
];

/// Settings of companies that are the organization's where they are null.
const INHERITED: [&str; 5] = ["timezone", "hours", "sender_ids", "agents", "knowledge"];

/// Whether a field is shown to people.
pub fn is_shown(field: &str) -> bool {
    !IDS.contains(&field)
}

/// The label of a field: "IP address" of `ip`, "Invite members" of the key of a permission.
pub fn label(field: &str) -> String {
    if let Some((_, label)) = LABELS.iter().find(|(name, _)| *name == field) {
        return (*label).to_owned();
    }
    if let Some(permission) = PermissionId::parse(field) {
        return permission.label().to_owned();
    }
    // A cell of the policies: the role and the permission.
    if let Some((column, key)) = field.split_once(' ')
        && let (Some(column), Some(permission)) = (RoleColumn::parse(column), PermissionId::parse(key))
    {
        return format!("{}: {}", column.label(), permission.label());
    }
    capital(&field.replace('_', " "))
}

/// A value of a field.
pub fn value(field: &str, value: &Value, zones: AuditZones) -> String {
    match value {
        Value::Null if INHERITED.contains(&field) => "As the organization".into(),
        Value::Null => "None".into(),
        Value::Bool(on) => switch(field, *on).into(),
        Value::Number(number) => number.to_string(),
        Value::String(text) if text.is_empty() => "None".into(),
        Value::String(text) => word(field, text, zones),
        Value::Array(values) if values.is_empty() => "None".into(),
        Value::Array(values) => {
            let each: Vec<String> = values.iter().map(|each| self::value(field, each, zones)).collect();
            each.join(", ")
        }
        Value::Object(fields) => match (fields.get("company").and_then(Value::as_str), fields.get("role")) {
            // An assignment that a removal ended.
            (Some(company), Some(role)) if fields.len() == 2 => {
                format!("{company} ({})", self::value("role", role, zones))
            }
            _ if fields.is_empty() => "None".into(),
            _ => {
                let each = fields
                    .iter()
                    .map(|(name, inner)| format!("{} {}", label(name), self::value(name, inner, zones)));
                each.collect::<Vec<_>>().join(", ")
            }
        },
    }
}

fn switch(field: &str, on: bool) -> &'static str {
    match (field, on) {
        ("allowed" | "dual_control" | "enabled", true) => "On",
        ("allowed" | "dual_control" | "enabled", false) => "Off",
        (_, true) => "Yes",
        (_, false) => "No",
    }
}

fn word(field: &str, text: &str, zones: AuditZones) -> String {
    let known = match field {
        "role" | "base" | "company_role" => Role::parse(text)
            .map(Role::label)
            .or_else(|| CompanyRole::parse(text).map(CompanyRole::label))
            .map(str::to_owned),
        "permission" | "permissions" => PermissionId::parse(text).map(|permission| permission.label().to_owned()),
        "type" => OrganizationType::parse(text).map(|kind| kind.title().to_owned()),
        "unit" => UnitLabel::parse(text).map(|unit| unit.titles().to_owned()),
        "region" => Region::parse(text).map(|region| region.label().to_owned()),
        "agent" => Some(device::device(text).words),
        "agents" => AgentHours::parse(text).map(|agents| agents.label().to_owned()),
        "knowledge" => KnowledgeUse::parse(text).map(|knowledge| knowledge.label().to_owned()),
        "kind" => ResourceKind::parse(text).map(|kind| kind.label().to_owned()),
        "status" | "action" | "purpose" | "way" | "how" => Some(capital(&text.replace('_', " "))),
        _ => moment(field, text, zones),
    };
    known.unwrap_or_else(|| match text {
        "allow" | "deny" | "on" | "off" if label(field) != capital(&field.replace('_', " ")) => capital(text),
        _ => text.to_owned(),
    })
}

/// A moment as people say it: the end of a day that someone entered in the time zone of that day.
fn moment(field: &str, text: &str, zones: AuditZones) -> Option<String> {
    let zone = match field {
        "access_until" | "delete_after" | "due_at" | "expires_at" => zones.days,
        _ => zones.times,
    };
    Time::parse_iso(text).map(|moment| moment.full(zone))
}

/// A text with a capital first letter.
pub fn capital(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + chars.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_and_values_are_said_in_words() {
        let zones = AuditZones::default();
        let said = |field: &str, given: &Value| format!("{}: {}", label(field), value(field, given, zones));
        for (field, given, words) in [
            ("ip", json!("203.0.113.7"), "IP address: 203.0.113.7"),
            (
                "agent",
                json!("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36"),
                "Device: Chrome on Windows",
            ),
            ("role", json!("billing_admin"), "Role: Billing admin"),
            ("company_role", json!("manager"), "Role in the company: Manager"),
            ("members.invite", json!("allow"), "Invite members: Allow"),
            ("editor members.invite", json!("off"), "Editor: Invite members: Off"),
            ("dual_control", json!(true), "Dual control: On"),
            ("hands_over", json!(false), "Hands over ownership: No"),
            ("status", json!("awaiting_approval"), "Status: Awaiting approval"),
            ("reason", json!("on"), "Reason: on"),
            ("domain", json!(""), "Domain: None"),
            (
                "companies",
                json!([{ "company": "North", "role": "viewer" }]),
                "Companies: North (Viewer)",
            ),
        ] {
            assert_eq!(said(field, &given), words);
        }
        assert_eq!(capital("émigré left"), "Émigré left");
    }
}
