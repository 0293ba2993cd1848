use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::decision::{Permissions, Reach};
use crate::authz::permission::{Permission, ViewCompany, ViewCompanyMembers};
use crate::common::error::AppError;
use crate::common::html::query_value;
use crate::common::id::CompanyId;
use crate::common::paging::{Cursor, Page};
use crate::common::search;
use crate::db::Conn;
use crate::db::types::organization::{CompanyStatus, UnitLabel};
use crate::models::company;
use crate::models::company::{CompanyFilter, CompanySort};
use crate::models::company_staff::CompanyStaff;
use crate::models::deleted_company;
use crate::services::companies::pin;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

const SIZE: usize = 50;

#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct CompaniesQuery {
    q: String,
    status: String,
    sort: String,
    after: String,
}

impl CompaniesQuery {
    fn status(&self) -> (&'static str, Option<CompanyStatus>) {
        match self.status.as_str() {
            "archived" => ("archived", Some(CompanyStatus::Archived)),
            "all" => ("all", None),
            _ => ("active", Some(CompanyStatus::Active)),
        }
    }

    fn sort(&self) -> (&'static str, CompanySort) {
        match self.sort.as_str() {
            "newest" => ("newest", CompanySort::Newest),
            _ => ("name", CompanySort::Name),
        }
    }
}

struct CompanyRow {
    name: String,
    href: String,
    /// Whether the reader has pinned it; `None` where it can't be pinned.
    pinned: Option<bool>,
    archived: bool,
    people: Option<i64>,
    created: (String, String),
}

impl CompanyRow {
    fn of(row: company::CompanyRow, actor: &Actor, staff: Option<&CompanyStaff>, pinned: Option<&[CompanyId]>) -> Self {
        let archived = row.status == CompanyStatus::Archived;
        Self {
            href: actor.path(&format!("/companies/{}", row.slug)),
            archived,
            pinned: pinned.filter(|_| !archived).map(|pinned| pinned.contains(&row.id)),
            people: staff.map(|staff| staff.total(row.id)),
            created: (row.created_at.iso(), row.created_at.date(actor.zone)),
            name: row.name,
        }
    }
}

#[derive(Template)]
#[template(path = "companies/index.html", blocks = ["results"])]
struct IndexPage {
    layout: Layout,
    path: String,
    unit: UnitLabel,
    may: Permissions,
    own: bool,
    any: bool,
    q: String,
    status: &'static str,
    sort: &'static str,
    rows: Vec<CompanyRow>,
    /// How many deleted ones the reader can restore.
    deleted: i64,
    /// This page of the list, to come back to.
    here: String,
    previous: Option<String>,
    next: Option<String>,
}

crate::page!(IndexPage => as_results);

/// `GET /organizations/{slug}/companies`
pub async fn index(gate: Gate<ViewCompany>, query: web::Query<CompaniesQuery>) -> Result<HttpResponse, AppError> {
    let query = query.into_inner();
    gate.show(move |actor, conn| load(actor, conn, query)).await
}

fn load(actor: &Actor, conn: &mut Conn, query: CompaniesQuery) -> Result<IndexPage, AppError> {
    let org = actor.organization;
    let own = match actor.reach::<ViewCompany>() {
        Reach::Everywhere => None,
        _ => Some(actor.own_companies(conn, ViewCompany::ID)?),
    };
    let (status, wanted) = query.status();
    let (sort, order) = query.sort();
    let any = company::has_any(conn, org, own.as_deref())?;
    let is_own = own.is_some();
    let filter = CompanyFilter {
        own,
        status: wanted,
        words: search::query(&query.q),
        sort: order,
    };
    let cursor = Cursor::parse(&query.after);
    let rows = company::list(conn, org, &filter, cursor.as_ref(), SIZE + 1)?;
    let cut = Page::cut(rows, SIZE, cursor.as_ref(), |row| order.key(row));
    let ids: Vec<_> = cut.rows.iter().map(|row| row.id).collect();
    let staff = if actor.permissions.has(ViewCompanyMembers::ID) {
        let counts = actor.role_counts(conn)?;
        Some(CompanyStaff::count(conn, org, counts, &ids)?)
    } else {
        None
    };
    let path = actor.path("/companies");
    let link = |after: String| {
        format!(
            "{path}?q={}&status={status}&sort={sort}&after={after}",
            query_value(&query.q)
        )
    };
    let pinned = pinned(actor, conn)?;
    Ok(IndexPage {
        here: link(query_value(&query.after)),
        deleted: deleted(actor, conn)?,
        layout: actor.layout(conn, "companies")?,
        previous: cut.previous.map(&link),
        next: cut.next.map(&link),
        rows: cut
            .rows
            .into_iter()
            .map(|row| CompanyRow::of(row, actor, staff.as_ref(), pinned.as_deref()))
            .collect(),
        unit: actor.unit,
        may: actor.permissions,
        own: is_own,
        any,
        q: query.q,
        status,
        sort,
        path,
    })
}

/// The companies that the reader has pinned; `None` in a support session.
fn pinned(actor: &Actor, conn: &mut Conn) -> Result<Option<Vec<CompanyId>>, AppError> {
    if actor.membership().is_none() {
        return Ok(None);
    }
    let pinned = pin::pinned(conn, actor)?;
    Ok(Some(pinned.into_iter().map(|company| company.id).collect()))
}

/// How many deleted companies the reader can restore.
fn deleted(actor: &Actor, conn: &mut Conn) -> Result<i64, AppError> {
    if !actor.permissions.delete_companies() {
        return Ok(0);
    }
    Ok(deleted_company::count(conn, actor.organization)?)
}
