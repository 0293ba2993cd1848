//! The tabs of Settings and Access control. A new tab is one line here.

use crate::authz::decision::Permissions;

/// A tab.
#[derive(Debug)]
pub struct NavTab {
    pub label: &'static str,
    pub icon: &'static str,
    /// The end of its path, which also tells which tab is open.
    pub key: &'static str,
    /// The permission that opens it.
    allowed: fn(Permissions) -> bool,
}

const fn tab(allowed: fn(Permissions) -> bool, label: &'static str, icon: &'static str, key: &'static str) -> NavTab {
    NavTab {
        label,
        icon,
        key,
        allowed,
    }
}

#[rustfmt::skip]
static SETTINGS: &[NavTab] = &[
    tab(Permissions::edit_profile, "General", "building", "general"),
    tab(Permissions::edit_profile, "Defaults", "settings", "defaults"),
    tab(Permissions::copy_onboarding_links, "Onboarding links", "link", "onboarding"),
    tab(Permissions::view_billing, "Rate card", "credit-card", "rate-card"),
    tab(Permissions::view_keys, "Developers", "code-xml", "developers"),
    tab(Permissions::view_audit, "Audit log", "history", "audit"),
    tab(Permissions::manage_security, "Sign-in security", "lock", "security"),
    tab(Permissions::manage_security, "Security checklist", "check", "checklist"),
    tab(Permissions::manage_security, "Support access", "shield-check", "support"),
];

#[rustfmt::skip]
static ACCESS: &[NavTab] = &[
    tab(Permissions::view_access, "People", "users", ""),
    tab(Permissions::view_access, "Matrix", "building-2", "/matrix"),
    tab(Permissions::manage_roles, "Roles and policies", "key-round", "/roles"),
    tab(Permissions::view_access, "Groups", "users", "/groups"),
    tab(Permissions::decide_requests, "Requests", "mail", "/requests"),
    tab(Permissions::view_access, "Reviews", "check", "/reviews"),
    tab(Permissions::view_access, "Explain", "info", "/explain"),
];

/// What is useful only with several companies or members.
const FOR_SEVERAL: [&str; 6] = ["defaults", "onboarding", "/matrix", "/groups", "/requests", "/reviews"];

/// Whether an organization of one person with one business has a tab. Its page opens by its address all the same.
pub fn is_for_one(tab: &NavTab) -> bool {
    !FOR_SEVERAL.contains(&tab.key)
}

fn open(tabs: &'static [NavTab], permissions: Permissions) -> Vec<&'static NavTab> {
    tabs.iter().filter(|tab| (tab.allowed)(permissions)).collect()
}

/// The tabs of Settings that these permissions open; `templates/settings/_nav.html` shows them.
pub fn settings(permissions: Permissions) -> Vec<&'static NavTab> {
    open(SETTINGS, permissions)
}

/// The tabs of Access control that these permissions open; `templates/access/_nav.html` shows them.
pub fn access(permissions: Permissions) -> Vec<&'static NavTab> {
    open(ACCESS, permissions)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authz::role::Role;

    #[test]
    fn tabs_follow_permissions() {
        assert!(settings(Permissions::of(Role::Member, &[])).is_empty());
        assert_eq!(settings(Permissions::of(Role::Owner, &[])).len(), SETTINGS.len());
        assert_eq!(settings(Permissions::of(Role::BillingAdmin, &[])).len(), 2);
        assert!(access(Permissions::of(Role::Editor, &[])).is_empty());
        assert_eq!(access(Permissions::of(Role::UserAdmin, &[])).len(), ACCESS.len() - 1);
        assert_eq!(access(Permissions::of(Role::Owner, &[])).len(), ACCESS.len());
        let hidden = SETTINGS.iter().chain(ACCESS).filter(|tab| !is_for_one(tab)).count();
        assert_eq!(hidden, FOR_SEVERAL.len());
    }
}
