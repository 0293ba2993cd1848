//! The pages and actions that the search finds, with the words by which they are found. A new page is one line here.

use crate::authz::decision::Permissions;
use crate::common::search;
use crate::db::types::organization::UnitLabel;

/// The heading under which an entry is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PageKind {
    Page,
    Setting,
    Account,
    Operator,
    /// A form that creates something.
    Action,
}

/// Where an entry leads.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// Below the path of the organization. `{week}` is the day a week ago.
    Organization(&'static str, fn(Permissions) -> bool),
    Account(&'static str),
    Operator(&'static str),
}

#[derive(Debug)]
pub struct PageEntry {
    pub kind: PageKind,
    /// `{unit}`, `{units}` and `{Units}` are the organization's word for companies.
    label: &'static str,
    pub icon: &'static str,
    place: Place,
    /// Other words by which it is found.
    words: &'static str,
}

/// Who searches, and where.
#[derive(Debug, Clone)]
pub struct PageReader {
    /// The path of the organization, the permissions in it, and its word for companies.
    pub organization: Option<(String, Permissions, UnitLabel)>,
    pub operator: bool,
    /// The day a week ago, `YYYY-MM-DD`.
    pub week: String,
}

/// An entry as a reader sees it.
#[derive(Debug, Clone)]
pub struct FoundPage {
    pub kind: PageKind,
    pub label: String,
    pub icon: &'static str,
    pub href: String,
    /// The lower comes first.
    pub rank: u8,
}

impl PageEntry {
    /// The address, if the reader may open it.
    fn href(&self, reader: &PageReader) -> Option<String> {
        match (self.place, &reader.organization) {
            (Place::Account(path), _) => Some(path.to_owned()),
            (Place::Operator(path), _) => reader.operator.then(|| path.to_owned()),
            (Place::Organization(path, allowed), Some((base, may, _))) => {
                allowed(*may).then(|| format!("{base}{}", path.replace("{week}", &reader.week)))
            }
            (Place::Organization(..), None) => None,
        }
    }

    fn label(&self, reader: &PageReader) -> String {
        let unit = reader
            .organization
            .as_ref()
            .map_or(UnitLabel::Company, |(_, _, unit)| *unit);
        self.label
            .replace("{unit}", unit.one())
            .replace("{units}", unit.many())
            .replace("{Units}", unit.titles())
    }
}

/// 0 when the label begins with the text, 1 when its words do, 2 for other words; `None` when it is not found.
fn rank(label: &str, others: &str, text: &str, terms: &[Vec<u8>]) -> Option<u8> {
    if search::sort_key(label).starts_with(&search::sort_key(text.trim())) {
        Some(0)
    } else if search::begins(label, terms) {
        Some(1)
    } else {
        search::begins(&format!("{label} {others}"), terms).then_some(2)
    }
}

/// The entries that the reader may open and that match the text, the best first. An empty text matches all.
pub fn find(reader: &PageReader, text: &str) -> Vec<FoundPage> {
    let terms = search::query(text);
    let mut found: Vec<FoundPage> = PAGES
        .iter()
        .filter_map(|entry| {
            let label = entry.label(reader);
            let rank = rank(&label, entry.words, text, &terms)?;
            Some(FoundPage {
                kind: entry.kind,
                href: entry.href(reader)?,
                icon: entry.icon,
                label,
                rank,
            })
        })
        .collect();
    found.sort_by_key(|page| page.rank);
    found
}

const fn org(
    kind: PageKind,
    label: &'static str,
    icon: &'static str,
    allowed: fn(Permissions) -> bool,
    path: &'static str,
    words: &'static str,
) -> PageEntry {
    entry(kind, label, icon, Place::Organization(path, allowed), words)
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

use PageKind::{Action, Page, Setting};
use Permissions as May;

#[rustfmt::skip]
static PAGES: &[PageEntry] = &[
    org(Page, "Overview", "layout-dashboard", May::view_overview, "", "home start dashboard attention activity"),
    org(Page, "{Units}", "building-2", May::view_company, "/companies", "companies clients locations businesses workspaces apps list"),
    org(Page, "Archived {units}", "archive", May::view_company, "/companies?status=archived", "companies archive restore"),
    org(Page, "Deleted {units}", "rotate-ccw", May::delete_companies, "/companies/deleted", "companies trash restore undo"),
    org(Page, "Members", "users", May::view_members, "/members", "people users team staff roles"),
    org(Page, "Pending invitations", "mail", May::invite_members, "/invitations", "invites resend cancel"),
    org(Page, "Recently removed members", "user-minus", May::remove_members, "/members/removed", "people undo restore"),
    org(Page, "Access control", "shield-check", May::view_access, "/access", "people assignments permissions roles"),
    org(Page, "Access matrix", "building-2", May::view_access, "/access/matrix", "grid roles companies table"),
    org(Page, "Groups", "users", May::view_access, "/access/groups", "teams"),
    org(Page, "Explain access", "info", May::view_access, "/access/explain", "why can someone see permissions reason"),
    org(Page, "Access requests", "mail", May::decide_requests, "/access/requests", "approve deny pending"),
    org(Page, "Access reviews", "check", May::view_access, "/access/reviews", "recertification campaign report"),
    org(Page, "What can I do here?", "key-round", May::view_organization, "/access/mine", "my permissions role own"),
    org(Setting, "General settings", "building", May::edit_profile, "/settings/general", "name type region time zone timezone currency domain profile word company contacts billing support email"),
    org(Setting, "Web address", "link", May::change_slug, "/settings/slug", "slug url rename organization"),
    org(Setting, "Dual control", "key-round", May::transfer_or_delete, "/settings/general#dual-h", "two owners approve second four eyes approval security"),
    org(Setting, "Transfer ownership", "crown", May::transfer_or_delete, "/settings/transfer", "owner hand over"),
    org(Setting, "Delete organization", "triangle-alert", May::transfer_or_delete, "/settings/deletion", "remove close cancel restore"),
    org(Setting, "Onboarding links", "link", May::copy_onboarding_links, "/settings/onboarding", "join sign up self-service share invite"),
    org(Setting, "Join requests", "mail", May::decide_requests, "/settings/onboarding/requests", "onboarding approve deny pending"),
    org(Setting, "Roles and policies", "key-round", May::manage_roles, "/settings/roles", "permissions custom role policy"),
    org(Setting, "Audit log", "history", May::view_audit, "/settings/audit", "activity events changes sign-ins who did"),
    org(Setting, "Verify the audit log", "shield-check", May::view_audit, "/settings/audit/verification", "seal signature hash chain tamper integrity"),
    org(Setting, "Security checklist", "check", May::manage_security, "/settings/checklist", "review settings score reminder"),
    org(Setting, "Support access", "shield-check", May::manage_security, "/settings/support", "operator consent session security"),
    own("Account", "user", "/account", "profile settings name personal"),
    own("Change password", "key-round", "/account#password-h", "security sign in account"),
    own("Change email address", "mail", "/account#email-h", "account sign in profile"),
    own("Your time zone", "clock", "/account#time-zone-h", "timezone account times profile"),
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
    org(Action, "Assign a role", "user-cog", May::assign_companies, "/access/assignments/new", "give access company member"),
    org(Action, "New group", "plus", May::change_roles, "/access/groups/new", "add create team"),
    org(Action, "New role", "plus", May::manage_roles, "/settings/roles/new", "add create custom permissions"),
    org(Action, "New onboarding link", "plus", May::manage_onboarding_links, "/settings/onboarding/new", "add create join"),
    org(Action, "Start an access review", "check", May::remove_members, "/access/reviews/new", "new begin recertification"),
    org(Action, "Request access", "key-round", May::view_organization, "/access/requests/new", "ask permission role company"),
    org(Action, "Export members (CSV)", "download", May::view_members, "/members.csv", "download spreadsheet excel people"),
    org(Action, "Export the access matrix (CSV)", "download", May::view_access, "/access/matrix.csv", "download spreadsheet excel roles"),
    org(Action, "Import roles (CSV)", "download", May::assign_companies, "/access/matrix/import", "upload spreadsheet matrix"),
    org(Action, "Export the audit log of the last 7 days (CSV)", "download", May::export_audit, "/settings/audit.csv?from={week}", "download week events"),
    org(Action, "Leave the organization", "log-out", May::view_organization, "/leaving", "quit"),
    entry(Action, "Create organization", "plus", Place::Account("/organizations/new"), "new add"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authz::role::Role;

    fn reader(role: Role) -> PageReader {
        PageReader {
            organization: Some((
                "/organizations/lake".into(),
                Permissions::of(role, &[]),
                UnitLabel::Client,
            )),
            operator: false,
            week: "2026-11-21".into(),
        }
    }

    fn labels(role: Role, text: &str) -> Vec<String> {
        find(&reader(role), text).into_iter().map(|page| page.label).collect()
    }

    #[test]
    fn pages_are_found_by_other_words_and_the_beginning_of_the_label_comes_first() {
        assert_eq!(labels(Role::Owner, "seal"), ["Verify the audit log"]);
        assert_eq!(labels(Role::Owner, "audit")[0], "Audit log");
        assert_eq!(labels(Role::Owner, "password"), ["Change password"]);
        assert_eq!(labels(Role::Owner, "new cl"), ["New client"]);
        assert!(labels(Role::Owner, "zone").contains(&"General settings".to_owned()));
        assert!(labels(Role::Owner, "csv").len() >= 4);
        assert!(labels(Role::Owner, "zzz").is_empty());
        let week = find(&reader(Role::Owner), "export audit");
        assert_eq!(week[0].href, "/organizations/lake/settings/audit.csv?from=2026-11-21");
    }

    #[test]
    fn a_page_that_the_reader_may_not_open_is_not_found() {
        assert!(labels(Role::Viewer, "seal").is_empty());
        assert!(labels(Role::Member, "invite people").is_empty());
        assert!(labels(Role::Owner, "instance").is_empty());
        let outside = PageReader {
            organization: None,
            operator: true,
            week: String::new(),
        };
        assert!(find(&outside, "").iter().all(|page| !page.href.contains("{")));
        assert_eq!(find(&outside, "health").len(), 1);
    }
}
