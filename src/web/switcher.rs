//! The organization switcher of the layout.

use crate::authz::decision::Permissions;
use crate::common::search::sort_key;
use crate::web::own_organizations::OwnOrganization;

/// An entry of the organization switcher.
#[derive(Debug, Clone)]
pub struct SwitcherItem {
    pub name: String,
    /// The label of the reader's role there.
    pub role: String,
    /// The same kind of page there if the role allows it, otherwise its overview.
    pub href: String,
    /// Whether it is the current one.
    pub current: bool,
}

/// The most organizations in the switcher; the page of all organizations has a search.
pub(super) const MOST: i64 = 50;

/// The organizations of the switcher: the current one first, then by name.
pub(super) fn items(mut own: Vec<OwnOrganization>, section: &str, current: Option<&str>) -> Vec<SwitcherItem> {
    if own.len() > 1 {
        own.sort_by_cached_key(|each| (current != Some(each.slug.as_str()), sort_key(&each.name)));
    }
    own.into_iter()
        .map(|each| {
            let may = Permissions::of(each.role, &[]);
            let page = match section {
                "companies" if may.view_company() => "/companies",
                "members" if may.view_members() => "/members",
                "access" if may.view_access() => "/access",
                "settings" if may.edit_profile() => "/settings/general",
                _ => "",
            };
            SwitcherItem {
                href: format!("/organizations/{}{page}", each.slug),
                current: current == Some(each.slug.as_str()),
                role: each.role.label().to_owned(),
                name: each.name,
            }
        })
        .collect()
}
