//! The pages and actions that the search finds, with the words by which they are found. A new page is one
//! line in `pages/table.rs`.

mod table;

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
    /// The same for every member, and for no one else.
    Membership(&'static str),
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
    /// Whether they are a member there, not in a support session.
    pub member: bool,
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
            (Place::Membership(path), Some((base, ..))) => reader.member.then(|| format!("{base}{path}")),
            (Place::Organization(..) | Place::Membership(_), None) => None,
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
    let mut found: Vec<FoundPage> = table::PAGES
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
            member: true,
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
            member: false,
            operator: true,
            week: String::new(),
        };
        assert!(find(&outside, "").iter().all(|page| !page.href.contains('{')));
        assert_eq!(find(&outside, "health").len(), 1);
    }
}
