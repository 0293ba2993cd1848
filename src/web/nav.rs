//! The entries below Settings and Access control. They lead into several rooms, so they stand on the floor below them.

use crate::authz::decision::Rights;

/// An entry.
#[derive(Debug)]
pub struct Tab {
    /// The words.
    pub label: &'static str,
    /// The icon.
    pub icon: &'static str,
    /// The end of its path, which also tells which one is open.
    pub key: &'static str,
}

type Asked = fn(Rights) -> bool;
type Entry = (Asked, Tab);

const fn tab(asked: Asked, label: &'static str, icon: &'static str, key: &'static str) -> Entry {
    (asked, Tab { label, icon, key })
}

static SETTINGS: &[Entry] = &[
    tab(Rights::edit_profile, "General", "building", "general"),
    tab(Rights::copy_onboarding_links, "Onboarding links", "link", "onboarding"),
    tab(Rights::manage_roles, "Roles and policies", "key-round", "roles"),
    tab(Rights::view_audit, "Audit log", "history", "audit"),
    tab(Rights::manage_security, "Support access", "shield-check", "support"),
];

static ACCESS: &[Entry] = &[
    tab(Rights::view_access, "People", "users", ""),
    tab(Rights::view_access, "Matrix", "building-2", "/matrix"),
    tab(Rights::view_access, "Groups", "users", "/groups"),
    tab(Rights::view_access, "Explain", "info", "/explain"),
    tab(Rights::decide_requests, "Requests", "mail", "/requests"),
    tab(Rights::view_access, "Reviews", "check", "/reviews"),
];

fn open(entries: &'static [Entry], rights: Rights) -> Vec<&'static Tab> {
    let open = entries.iter().filter(|(asked, _)| asked(rights));
    open.map(|(_, tab)| tab).collect()
}

/// The settings that these rights open; `templates/settings/_nav.html` shows them.
pub fn settings(rights: Rights) -> Vec<&'static Tab> {
    open(SETTINGS, rights)
}

/// The pages of Access control that these rights open; `templates/access/_nav.html` shows them.
pub fn access(rights: Rights) -> Vec<&'static Tab> {
    open(ACCESS, rights)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authz::role::Role;

    #[test]
    fn tabs_follow_rights() {
        assert!(settings(Rights::of(Role::Member, &[])).is_empty());
        assert_eq!(settings(Rights::of(Role::Owner, &[])).len(), SETTINGS.len());
        assert_eq!(settings(Rights::of(Role::BillingAdmin, &[])).len(), 1);
        assert!(access(Rights::of(Role::Editor, &[])).is_empty());
        assert_eq!(access(Rights::of(Role::UserAdmin, &[])).len(), ACCESS.len());
    }
}
