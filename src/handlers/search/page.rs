//! What the search answers: a page or one of its parts.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::common::error::AppError;
use crate::common::html::{html, part_with};
use crate::web::layout::Layout;

/// The most characters of a query that are used.
const LONGEST: usize = 80;

#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct SearchQuery {
    q: String,
    /// Where the results are shown.
    #[serde(rename = "in")]
    place: String,
}

/// Where the results are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchPlace {
    Page,
    /// The menu, and the results in it.
    Menu,
    Hits,
    /// Companies in the organization switcher.
    Switcher,
    /// Settings in their navigation.
    Settings,
}

impl SearchQuery {
    /// The text, and the place. Without JavaScript there is only the page.
    pub fn read(self) -> (String, SearchPlace) {
        let place = match self.place.as_str() {
            "menu" => SearchPlace::Menu,
            "hits" => SearchPlace::Hits,
            "switcher" => SearchPlace::Switcher,
            "settings" => SearchPlace::Settings,
            _ => SearchPlace::Page,
        };
        (self.q.chars().take(LONGEST).collect(), place)
    }
}

impl SearchPlace {
    /// The most results in a group.
    pub fn limit(self) -> usize {
        match self {
            Self::Page => 20,
            Self::Menu | Self::Hits => 5,
            Self::Switcher | Self::Settings => 8,
        }
    }
}

/// What is beside the name of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look {
    Icon(&'static str),
    /// Of an organization or company.
    Mark,
    /// Of the person with this email address.
    Avatar(String),
}

#[derive(Debug, Clone)]
pub struct Hit {
    pub name: String,
    /// The line below the name, or empty.
    pub sub: String,
    pub href: String,
    pub look: Look,
    /// The lower comes first.
    pub rank: u8,
}

/// 0 when the sort key of a name begins with that of the text, otherwise 1.
pub fn rank(sort_name: &[u8], prefix: &[u8]) -> u8 {
    u8::from(!sort_name.starts_with(prefix))
}

#[derive(Debug, Clone)]
pub struct HitGroup {
    pub title: String,
    pub hits: Vec<Hit>,
    /// The page with the rest: address and words.
    pub more: Option<(String, String)>,
}

impl HitGroup {
    /// The best of some results; `None` without any.
    pub fn of(title: &str, mut hits: Vec<Hit>, limit: usize, more: Option<(String, String)>) -> Option<Self> {
        hits.sort_by_key(|hit| hit.rank);
        let more = more.filter(|_| hits.len() > limit);
        hits.truncate(limit);
        (!hits.is_empty()).then(|| Self {
            title: title.to_owned(),
            hits,
            more,
        })
    }
}

#[derive(Template)]
#[template(path = "search/show.html", blocks = ["hits"])]
pub struct SearchPage {
    pub layout: Layout,
    pub path: String,
    pub place: SearchPlace,
    /// What can be found, for the label of the field.
    pub label: String,
    pub q: String,
    pub groups: Vec<HitGroup>,
}

#[derive(Template)]
#[template(path = "search/menu.html", blocks = ["hits"])]
struct MenuPart {
    path: String,
    label: String,
    q: String,
    groups: Vec<HitGroup>,
}

#[derive(Template)]
#[template(path = "search/switcher.html")]
struct SwitcherPart {
    groups: Vec<HitGroup>,
}

#[derive(Template)]
#[template(path = "search/settings.html")]
struct SettingsPart {
    q: String,
    groups: Vec<HitGroup>,
}

impl SearchPage {
    /// Whether only settings are searched.
    fn in_settings(&self) -> bool {
        self.place == SearchPlace::Settings
    }

    fn count(&self) -> String {
        counted(&self.groups)
    }

    pub fn respond(mut self, fragment: bool) -> Result<HttpResponse, AppError> {
        // The best group first; of equal ones in the order in which they were searched.
        self.groups
            .sort_by_key(|group| group.hits.iter().map(|hit| hit.rank).min().unwrap_or(u8::MAX));
        if !fragment {
            return html(self);
        }
        if self.place == SearchPlace::Page {
            return part_with(StatusCode::OK, self.as_hits());
        }
        let Self {
            place,
            path,
            label,
            q,
            groups,
            ..
        } = self;
        match place {
            SearchPlace::Page | SearchPlace::Menu => part_with(StatusCode::OK, MenuPart { path, label, q, groups }),
            SearchPlace::Hits => part_with(StatusCode::OK, MenuPart { path, label, q, groups }.as_hits()),
            SearchPlace::Switcher => part_with(StatusCode::OK, SwitcherPart { groups }),
            SearchPlace::Settings => part_with(StatusCode::OK, SettingsPart { q, groups }),
        }
    }
}

impl MenuPart {
    fn count(&self) -> String {
        counted(&self.groups)
    }
}

fn counted(groups: &[HitGroup]) -> String {
    match groups.iter().map(|group| group.hits.len()).sum() {
        0 => "No results".to_owned(),
        1 => "1 result".to_owned(),
        many => format!("{many} results"),
    }
}
