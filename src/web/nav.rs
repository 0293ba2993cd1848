//! The entries below Settings and Access control. They lead into several rooms, so they stand on the floor below them.

use crate::authz::decision::Permissions;

/// An entry.
#[derive(Debug)]
pub struct Tab {
    pub label: &'static str,
    pub icon: &'static str,
    /// The end of its path, which also tells which one is open.
    pub key: &'static str,
}

type Asked = fn(Permissions) -> bool;
type Entry = (Asked, Tab);

const fn tab(asked: Asked, label: &'static str, icon: &'static str, key: &'static str) -> Entry {
    (asked, Tab { label, icon, key })
}

static SETTINGS: &[Entry] = &[
    tab(Permissions::edit_profile, "General", "building", "general"),
    tab(
        Permissions::copy_onboarding_links,
        "Onboarding links",
        "link",
        "onboarding",
    ),
    tab(Permissions::manage_roles, "Roles and policies", "key-round", "roles"),
    tab(Permissions::view_audit, "Audit log", "history", "audit"),
    tab(
        Permissions::manage_security,
        "Support access",
        "shield-check",
        "support",
    ),
];

static ACCESS: &[Entry] = &[
    tab(Permissions::view_access, "People", "users", ""),
    tab(Permissions::view_access, "Matrix", "building-2", "/matrix"),
    tab(Permissions::view_access, "Groups", "users", "/groups"),
    tab(Permissions::view_access, "Explain", "info", "/explain"),
    tab(Permissions::decide_requests, "Requests", "mail", "/requests"),
    tab(Permissions::view_access, "Reviews", "check", "/reviews"),
];

fn open(entries: &'static [Entry], permissions: Permissions) -> Vec<&'static Tab> {
    let open = entries.iter().filter(|(asked, _)| asked(permissions));
    open.map(|(_, tab)| tab).collect()
}

/// The settings that these rights open; `templates/settings/_nav.html` shows them.
pub fn settings(permissions: Permissions) -> Vec<&'static Tab> {
    open(SETTINGS, permissions)
}

/// The pages of Access control that these rights open; `templates/access/_nav.html` shows them.
pub fn access(permissions: Permissions) -> Vec<&'static Tab> {
    open(ACCESS, permissions)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authz::role::Role;

    #[test]
    fn tabs_follow_rights() {
        assert!(settings(Permissions::of(Role::Member, &[])).is_empty());
        assert_eq!(settings(Permissions::of(Role::Owner, &[])).len(), SETTINGS.len());
        assert_eq!(settings(Permissions::of(Role::BillingAdmin, &[])).len(), 1);
        assert!(access(Permissions::of(Role::Editor, &[])).is_empty());
        assert_eq!(access(Permissions::of(Role::UserAdmin, &[])).len(), ACCESS.len());
    }
}
