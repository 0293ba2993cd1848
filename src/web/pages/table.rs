//! The table of the pages and actions.

use crate::authz::decision::{Permissions as May, Reach};
use crate::authz::permission::{ChangeRoles, DecideRequests, Permission, RemoveMembers};
use crate::web::pages::PageKind::{self, Action, Page, Setting};
use crate::web::pages::{PageEntry, Place};

const fn org(
    kind: PageKind,
    label: &'static str,
    icon: &'static str,
    allowed: fn(May) -> bool,
    path: &'static str,
    words: &'static str,
) -> PageEntry {
    entry(kind, label, icon, Place::Organization(path, allowed), words)
}

/// For pages that a permission in own companies does not open.
fn everywhere<P: Permission>(may: May) -> bool {
    may.reach(P::ID) == Reach::Everywhere
}

const fn own(label: &'static str, icon: &'static str, path: &'static str, words: &'static str) -> PageEntry {
    entry(PageKind::Account, label, icon, Place::Account(path), words)
}

const fn operator(label: &'static str, icon: &'static str, path: &'static str, words: &'static str) -> PageEntry {
    entry(PageKind::Operator, label, icon, Place::Operator(path), words)
}

const fn entry(
    kind: PageKind,
    label: &'static str,
    icon: &'static str,
    place: Place,
    words: &'static str,
) -> PageEntry {
    PageEntry {
        kind,
        label,
        icon,
        place,
        words,
    }
}

#[rustfmt::skip]
pub(super) static PAGES: &[PageEntry] = &[
    org(Page, "Overview", "layout-dashboard", May::view_overview, "", "home start dashboard attention activity"),
    org(Page, "{Units}", "building-2", May::view_company, "/companies", "companies clients locations businesses workspaces apps list"),
    org(Page, "Archived {units}", "archive", May::view_company, "/companies?status=archived", "companies archive restore"),
    org(Page, "Deleted {units}", "rotate-ccw", May::delete_companies, "/companies/deleted", "companies trash restore undo"),
    org(Page, "Reporting", "chart-column", May::view_reporting, "/reporting", "usage reports costs cases recovery calls sms statistics charts"),
    org(Page, "Scheduled reports", "mail", May::export_reporting, "/reporting/schedules", "email weekly monthly csv reporting"),
    org(Page, "Resources", "layers", May::view_company, "/resources", "inventory agents campaigns lead lists phone numbers knowledge sources apps channels"),
    org(Page, "Archived resources", "archive", May::view_company, "/resources?status=archived", "inventory archive restore"),
    org(Page, "Members", "users", May::view_members, "/members", "people users team staff roles"),
    org(Page, "Pending invitations", "mail", May::invite_members, "/invitations", "invites resend cancel"),
    org(Page, "Recently removed members", "user-minus", everywhere::<RemoveMembers>, "/members/removed", "people undo restore"),
    org(Page, "Access control", "shield-check", May::view_access, "/access", "people assignments permissions roles"),
    org(Page, "Access matrix", "building-2", May::view_access, "/access/matrix", "grid roles companies table"),
    org(Page, "Groups", "users", May::view_access, "/access/groups", "teams"),
    org(Page, "Explain access", "info", May::view_access, "/access/explain", "why can someone see permissions reason"),
    org(Page, "Access requests", "mail", May::decide_requests, "/access/requests", "approve deny pending"),
    org(Page, "Access reviews", "check", May::view_access, "/access/reviews", "recertification campaign report"),
    entry(Page, "What can I do here?", "key-round", Place::Membership("/access/mine"), "my permissions role own"),
    org(Setting, "General settings", "building", May::edit_profile, "/settings/general", "name type region time zone timezone currency domain profile word company contacts billing support email"),
    org(Setting, "Defaults of {units}", "settings", May::edit_profile, "/settings/defaults", "opening hours business sender ids sms messaging phone agents inherit companies"),
    org(Setting, "Web address", "link", May::change_slug, "/settings/slug", "slug url rename organization"),
    org(Setting, "Dual control", "key-round", May::transfer_or_delete, "/settings/general#dual-h", "two owners approve second four eyes approval security"),
    org(Setting, "Transfer ownership", "crown", May::transfer_or_delete, "/settings/transfer", "owner hand over"),
    org(Setting, "Delete organization", "triangle-alert", May::transfer_or_delete, "/settings/deletion", "remove close cancel restore"),
    org(Setting, "Onboarding links", "link", May::copy_onboarding_links, "/settings/onboarding", "join sign up self-service share invite"),
    org(Setting, "Join requests", "mail", everywhere::<DecideRequests>, "/settings/onboarding/requests", "onboarding approve deny pending"),
    org(Setting, "Rate card", "credit-card", May::view_billing, "/settings/rate-card", "prices costs billing tiers currency tax money"),
    org(Setting, "API keys", "code-xml", May::view_keys, "/settings/developers", "developers api token secret integration rotate revoke"),
    org(Setting, "API reference", "code-xml", May::view_keys, "/settings/developers/reference", "developers api documentation openapi curl endpoints requests examples"),
    org(Setting, "Roles and policies", "key-round", May::manage_roles, "/access/roles", "permissions custom role policy"),
    org(Setting, "Audit log", "history", May::view_audit, "/settings/audit", "activity events changes sign-ins who did"),
    org(Setting, "Verify the audit log", "shield-check", May::view_audit, "/settings/audit/verification", "seal signature hash chain tamper integrity"),
    org(Setting, "Sign-in security", "lock", May::manage_security, "/settings/security", "two-factor 2fa policy session timeout idle sign everyone out force logout"),
    org(Setting, "Security checklist", "check", May::manage_security, "/settings/checklist", "review settings score reminder"),
    org(Setting, "Support access", "shield-check", May::manage_security, "/settings/support", "operator consent session security"),
    own("Account", "user", "/account", "profile settings name personal"),
    own("Change password", "key-round", "/account#password-h", "security sign in account"),
    own("Change email address", "mail", "/account#email-h", "account sign in profile"),
    own("Your time zone", "clock", "/account#time-zone-h", "timezone account times profile"),
    own("Security", "shield-check", "/account/security", "two-factor 2fa authenticator app passkey backup codes sign in account"),
    own("Two-factor authentication", "smartphone", "/account/two-factor", "2fa totp app qr backup codes security"),
    own("Passkeys", "key-round", "/account/passkeys", "webauthn fingerprint face security key sign in account"),
    own("Sessions", "monitor", "/account/sessions", "devices sign out everywhere browsers security"),
    own("Your organizations", "building-2", "/organizations", "switch all list"),
    own("Your invitations", "mail", "/onboarding", "pending join accept"),
    operator("Run this instance", "settings", "/operator", "operator admin overview"),
    operator("All organizations", "building-2", "/operator/organizations", "operator instance tenants"),
    operator("All accounts", "users", "/operator/users", "operator instance users limits"),
    operator("Emails", "mail", "/operator/mail", "operator instance outbox failed delivery"),
    operator("Reported invitations", "triangle-alert", "/operator/reports", "operator instance abuse"),
    operator("Health", "check", "/operator/health", "operator instance consistency doctor"),
    org(Action, "Invite people", "user-plus", May::invite_members, "/invitations/new", "add member user new csv import bulk"),
    org(Action, "New {unit}", "plus", May::create_companies, "/companies/new", "company add create"),
    org(Action, "New resource", "plus", May::manage_channels, "/resources/new", "add create agent campaign lead list phone number knowledge source app"),
    org(Action, "Assign a role", "user-cog", May::assign_companies, "/access/assignments/new", "give access company member"),
    org(Action, "New group", "plus", everywhere::<ChangeRoles>, "/access/groups/new", "add create team"),
    org(Action, "New role", "plus", May::manage_roles, "/access/roles/new", "add create custom permissions"),
    org(Action, "New onboarding link", "plus", May::manage_onboarding_links, "/settings/onboarding/new", "add create join"),
    org(Action, "New prices", "plus", May::manage_billing, "/settings/rate-card/new", "rate card version add currency tax tiers"),
    org(Action, "Export usage and costs (CSV)", "download", May::export_reporting, "/reporting.csv", "download spreadsheet excel reporting report"),
    org(Action, "Create API key", "plus", May::manage_keys, "/settings/developers/keys/new", "add new developers token secret"),
    org(Action, "Start an access review", "check", everywhere::<RemoveMembers>, "/access/reviews/new", "new begin recertification"),
    entry(Action, "Request access", "key-round", Place::Membership("/access/requests/new"), "ask permission role company"),
    org(Action, "Export members (CSV)", "download", May::view_members, "/members.csv", "download spreadsheet excel people"),
    org(Action, "Export the access matrix (CSV)", "download", May::view_access, "/access/matrix.csv", "download spreadsheet excel roles"),
    org(Action, "Import roles (CSV)", "download", May::assign_companies, "/access/matrix/import", "upload spreadsheet matrix"),
    org(Action, "Import usage (CSV)", "download", May::edit_company_data, "/imports", "upload events facts daily figures cases file"),
    org(Action, "Export the audit log of the last 7 days (CSV)", "download", May::export_audit, "/settings/audit.csv?from={week}", "download week events"),
    entry(Action, "Leave the organization", "log-out", Place::Membership("/leaving"), "quit"),
    entry(Action, "Create organization", "plus", Place::Account("/organizations/new"), "new add"),
];
