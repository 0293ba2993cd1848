//! The list of resources, of the organization or of one company.

use askama::Template;
use serde::Deserialize;

use crate::auth::actor::Actor;
use crate::auth::company::Company;
use crate::common::error::AppError;
use crate::common::html::{on_this_page, query_value};
use crate::common::paging::{Cursor, Page};
use crate::common::search;
use crate::db::Conn;
use crate::db::types::inventory::{ResourceKind, ResourceListing};
use crate::db::types::organization::{CompanyStatus, UnitLabel};
use crate::handlers::resources::row::ResourceRow;
use crate::models::company_choice::CompanyChoices;
use crate::models::resource::list::ResourceFilter;
use crate::models::resource::scope::{ResourceScope, SharedResources};
use crate::models::resource::{counts, list};
use crate::web::layout::{Layout, PageLayout};

const SIZE: usize = 50;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ResourcesQuery {
    pub q: String,
    pub kind: String,
    pub company: String,
    pub status: String,
    pub after: String,
}

impl ResourcesQuery {
    /// The address of another kind or page.
    fn href(&self, path: &str, kind: &str, after: &str) -> String {
        let fields = [
            ("q", self.q.as_str()),
            ("kind", kind),
            ("company", &self.company),
            ("status", &self.status),
            ("after", after),
        ];
        let query: Vec<String> = fields
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}", query_value(value)))
            .collect();
        if query.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{}", query.join("&"))
        }
    }

    fn listing(&self) -> ResourceListing {
        match self.status.as_str() {
            "archived" => ResourceListing::Archived,
            _ => ResourceListing::Active,
        }
    }
}

/// A link to the resources of a kind.
struct KindTab {
    label: &'static str,
    number: i64,
    href: String,
    current: bool,
}

/// The company whose resources are listed.
pub struct ListedCompany {
    name: String,
    path: String,
    archived: bool,
    /// Whether it uses no knowledge sources of the organization.
    knows_own: bool,
}

#[derive(Template)]
#[template(path = "resources/index.html", blocks = ["results"])]
pub struct ListPage {
    layout: Layout,
    path: String,
    unit: UnitLabel,
    organization: String,
    company: Option<ListedCompany>,
    choices: CompanyChoices,
    /// Where someone who manages resources creates one.
    new: Option<String>,
    tabs: Vec<KindTab>,
    kind: &'static str,
    q: String,
    chosen: String,
    status: &'static str,
    /// Whether there is any resource that the reader sees here.
    any: bool,
    rows: Vec<ResourceRow>,
    previous: Option<String>,
    next: Option<String>,
}

crate::page!(ListPage => as_results);

/// What is listed: where, and which.
pub struct Listing {
    pub path: String,
    /// Everything that the reader sees here.
    pub whole: ResourceScope,
    /// What of it is asked for.
    pub scope: ResourceScope,
    pub choices: CompanyChoices,
    pub new: Option<String>,
}

impl ListPage {
    pub fn load(
        conn: &mut Conn,
        actor: &Actor,
        company: Option<&Company>,
        listing: Listing,
        query: ResourcesQuery,
    ) -> Result<Self, AppError> {
        let organization = actor.organization;
        let archived = company.is_some_and(|company| company.status == CompanyStatus::Archived);
        let filter = ResourceFilter {
            listed_as: if archived {
                ResourceListing::Archived
            } else {
                query.listing()
            },
            kind: ResourceKind::parse(&query.kind),
            words: search::query(&query.q),
            scope: listing.scope,
        };
        let cursor = Cursor::parse(&query.after);
        let rows = list::page(conn, organization, &filter, cursor.as_ref(), SIZE + 1)?;
        let cut = Page::cut(rows, SIZE, cursor.as_ref(), list::key);
        let kind = filter.kind.map(ResourceKind::as_str).unwrap_or_default();
        let link = |after: String| query.href(&listing.path, kind, &after);
        Ok(Self {
            layout: actor.layout(conn, if company.is_some() { "companies" } else { "resources" })?,
            tabs: tabs(conn, actor, &filter, &listing.path, &query)?,
            any: list::has_any(conn, organization, &listing.whole)?,
            previous: cut.previous.map(&link),
            next: cut.next.map(&link),
            rows: cut.rows.into_iter().map(|row| ResourceRow::of(row, actor)).collect(),
            unit: actor.unit,
            organization: actor.organization_name.clone(),
            company: company.map(|company| ListedCompany {
                name: company.name.clone(),
                path: company.path(actor, ""),
                archived,
                knows_own: matches!(
                    listing.whole,
                    ResourceScope::Companies {
                        shared: SharedResources::WithoutKnowledge,
                        ..
                    }
                ),
            }),
            choices: listing.choices,
            new: listing.new,
            status: filter.listed_as.as_str(),
            path: listing.path,
            kind,
            q: query.q,
            chosen: query.company,
        })
    }

    /// Whether the company is archived, and everything in it.
    fn is_read_only(&self) -> bool {
        self.company.as_ref().is_some_and(|company| company.archived)
    }

    fn caption(&self) -> String {
        on_this_page(self.rows.len(), "resource", "resources")
    }
}

fn tabs(
    conn: &mut Conn,
    actor: &Actor,
    filter: &ResourceFilter,
    path: &str,
    query: &ResourcesQuery,
) -> Result<Vec<KindTab>, AppError> {
    let numbers = counts::by_kind(conn, actor.organization, &filter.scope, filter.listed_as)?;
    let all = KindTab {
        label: "All",
        number: numbers.values().sum(),
        href: query.href(path, "", ""),
        current: filter.kind.is_none(),
    };
    let kinds = ResourceKind::ALL.iter().map(|kind| KindTab {
        label: kind.plural(),
        number: numbers.get(kind).copied().unwrap_or_default(),
        href: query.href(path, kind.as_str(), ""),
        current: filter.kind == Some(*kind),
    });
    let shown = kinds.filter(|tab| tab.number > 0 || tab.current);
    Ok(std::iter::once(all).chain(shown).collect())
}
