//! What differs from the permission table: overrides of a member, and policies of an organization.

use serde_json::{Map, Value};

use crate::authz::permission::{COLUMNS, PermissionId, PermissionSet, RoleColumn};

/// Permissions allowed or denied against the table: a member's overrides, or the policy for one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Overrides {
    /// Allowed.
    pub allow: PermissionSet,
    /// Denied. It takes priority.
    pub deny: PermissionSet,
}

impl Overrides {
    /// No differences.
    pub const NONE: Self = Self {
        allow: PermissionSet::NONE,
        deny: PermissionSet::NONE,
    };

    /// Whether there are no differences.
    pub fn is_empty(self) -> bool {
        self.allow.is_empty() && self.deny.is_empty()
    }

    /// `Some(true)` when allowed, `Some(false)` when denied.
    pub fn effect(self, permission: PermissionId) -> Option<bool> {
        if self.deny.has(permission) {
            Some(false)
        } else {
            self.allow.has(permission).then_some(true)
        }
    }

    /// With one permission set: `None` is the table's default.
    #[must_use]
    pub fn set(self, permission: PermissionId, effect: Option<bool>) -> Self {
        let one = PermissionSet::NONE.with(permission);
        let (allow, deny) = (self.allow.without(one), self.deny.without(one));
        match effect {
            Some(true) => Self {
                allow: allow.or(one),
                deny,
            },
            Some(false) => Self {
                allow,
                deny: deny.or(one),
            },
            None => Self { allow, deny },
        }
    }

    /// As an object of keys with `allow` or `deny`, for the database and audit events.
    pub fn json(self) -> Value {
        let each = |set: PermissionSet, word: &'static str| {
            set.iter()
                .map(move |permission| (permission.key().to_owned(), word.into()))
        };
        Value::Object(each(self.allow, "allow").chain(each(self.deny, "deny")).collect())
    }

    /// As it is stored: empty without differences.
    pub fn text(self) -> String {
        if self.is_empty() {
            String::new()
        } else {
            self.json().to_string()
        }
    }

    /// Reads what is stored. Unknown keys and values are ignored.
    pub fn read(text: &str) -> Self {
        if text.is_empty() {
            return Self::NONE;
        }
        let Ok(Value::Object(map)) = serde_json::from_str(text) else {
            return Self::NONE;
        };
        Self::of(&map)
    }

    fn of(map: &Map<String, Value>) -> Self {
        let one = |word: &str| {
            PermissionSet::of(
                map.iter()
                    .filter(|(_, value)| *value == word)
                    .filter_map(|(key, _)| PermissionId::parse(key)),
            )
        };
        Self {
            allow: one("allow"),
            deny: one("deny"),
        }
    }
}

/// What an organization changed for whole roles where the table leaves it open: "Admins can manage billing".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RolePolicies([Overrides; COLUMNS]);

impl RolePolicies {
    /// The policy for a column.
    pub fn of(&self, column: RoleColumn) -> Overrides {
        self.0[column.at()]
    }

    /// With one permission set: `None` is the table's default.
    #[must_use]
    pub fn set(mut self, column: RoleColumn, permission: PermissionId, effect: Option<bool>) -> Self {
        let cells = &mut self.0[column.at()];
        *cells = cells.set(permission, effect);
        self
    }

    /// As it is stored: empty without differences.
    pub fn text(&self) -> String {
        let differing: Map<String, Value> = RoleColumn::of_members()
            .filter(|column| !self.of(*column).is_empty())
            .map(|column| (column.key(), self.of(column).json()))
            .collect();
        if differing.is_empty() {
            String::new()
        } else {
            Value::Object(differing).to_string()
        }
    }

    /// Reads what is stored.
    pub fn read(text: &str) -> Self {
        let mut policies = Self::default();
        if text.is_empty() {
            return policies;
        }
        let Ok(Value::Object(map)) = serde_json::from_str::<Value>(text) else {
            return policies;
        };
        for (key, cells) in &map {
            if let (Some(column), Value::Object(cells)) = (RoleColumn::parse(key), cells) {
                policies.0[column.at()] = Overrides::of(cells);
            }
        }
        policies
    }
}
