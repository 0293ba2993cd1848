//! What the descriptions of actions are made of.

use serde_json::Value;

use crate::authz::permission::{PermissionId, RoleColumn};
use crate::authz::role::Role;

/// The target's name and the changed fields of an event.
#[derive(Debug, Clone, Copy)]
pub struct EventFacts<'a> {
    /// The target's name at the time.
    pub label: &'a str,
    /// The changed fields before the change.
    pub before: &'a Value,
    /// The changed fields after the change.
    pub after: &'a Value,
}

impl<'a> EventFacts<'a> {
    /// A text field before the change; empty without one.
    pub fn was(&self, field: &str) -> &'a str {
        text(self.before, field)
    }

    /// A text field after the change; empty without one.
    pub fn is(&self, field: &str) -> &'a str {
        text(self.after, field)
    }

    /// The role before the change.
    pub fn old_role(&self) -> String {
        role(self.before)
    }

    /// The role after the change.
    pub fn new_role(&self) -> String {
        role(self.after)
    }

    /// The name of the company.
    pub fn company(&self) -> &'a str {
        match self.is("company") {
            "" => self.was("company"),
            company => company,
        }
    }

    /// A number after the change.
    pub fn count(&self, field: &str) -> u64 {
        self.after.get(field).and_then(Value::as_u64).unwrap_or_default()
    }

    /// Whether a switch is on after the change.
    pub fn turned_on(&self, field: &str) -> bool {
        self.after.get(field).and_then(Value::as_bool) == Some(true)
    }

    /// The permission of an access request, and its company.
    pub fn wanted(fields: &Value) -> String {
        let company = match text(fields, "company") {
            "" => String::new(),
            company => format!(" in {company}"),
        };
        format!("“{}”{company}", permission(text(fields, "permission")))
    }

    /// Overrides of a member: the permission and its state, or how many changed.
    pub fn overrides(&self) -> String {
        match self.only_field() {
            Some((key, "allow")) => format!("allowed “{}” for {}", permission(key), self.label),
            Some((key, "deny")) => format!("denied “{}” for {}", permission(key), self.label),
            Some((key, _)) => format!("reset “{}” for {} to the role’s default", permission(key), self.label),
            None => format!("changed {} permissions for {}", self.changed(), self.label),
        }
    }

    /// Permissions of whole roles: the permission, the role and its state, or how many changed.
    pub fn policies(&self) -> String {
        match self.only_field() {
            Some((cell, on)) => {
                let (column, key) = cell.split_once(' ').unwrap_or_default();
                let column = RoleColumn::parse(column).map_or_else(String::new, RoleColumn::label);
                format!("turned {on} “{}” for the role {column}", permission(key))
            }
            None => format!("changed {} permissions of roles", self.changed()),
        }
    }

    fn changed(&self) -> usize {
        self.after.as_object().map_or(0, serde_json::Map::len)
    }

    /// The changed field and its text, when only one changed.
    fn only_field(&self) -> Option<(&'a str, &'a str)> {
        let fields = self.after.as_object().filter(|fields| fields.len() == 1)?;
        let (key, value) = fields.iter().next()?;
        Some((key, value.as_str().unwrap_or_default()))
    }
}

fn text<'a>(fields: &'a Value, field: &str) -> &'a str {
    fields.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn role(fields: &Value) -> String {
    let text = text(fields, "role");
    Role::parse(text).map_or_else(|| text.to_owned(), |role| role.label().to_owned())
}

fn permission(key: &str) -> String {
    PermissionId::parse(key).map_or_else(|| key.to_owned(), |permission| permission.label().to_owned())
}
