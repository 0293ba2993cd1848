//! The matrix: people by companies, each crossing a role that can be changed in place.

pub mod cells;

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::{AssignCompanies, Permission, ViewAccess};
use crate::authz::role::{CompanyRole, Role};
use crate::common::error::AppError;
use crate::common::html::{html, query_value};
use crate::common::id::{CompanyId, CustomRoleId, MembershipId};
use crate::common::name;
use crate::common::paging::Cursor;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::access::matrix::cells::{Line, Reader};
use crate::handlers::access::may_change;
use crate::handlers::access::queries;
use crate::models::company_choice::{CompanyChoice, CompanyChoices};
use crate::models::custom_role;
use crate::models::member_search;
use crate::models::member_search::{Given, MemberFilter, Sort};
use crate::services::assignments;
use crate::services::members::access_matrix::{CellKey, Fault};
use crate::services::members::role::Title;
use crate::services::members::visible::CompanyScope;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::Tab;

/// So many people and companies stand on a page.
const PEOPLE: usize = 50;
const COMPANIES: usize = 8;

/// The matrix as the address asks for it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct MatrixQuery {
    pub q: String,
    pub role: String,
    pub company: String,
    pub after: String,
    pub columns: String,
}

impl MatrixQuery {
    /// The query of another place in the matrix.
    pub fn query(&self, after: &str, columns: &str) -> String {
        let fields = [
            ("q", self.q.as_str()),
            ("role", &self.role),
            ("company", &self.company),
            ("after", after),
            ("columns", columns),
        ];
        let query: Vec<String> = fields
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}", query_value(value)))
            .collect();
        format!("{}{}", if query.is_empty() { "" } else { "?" }, query.join("&"))
    }

    /// Whom it means. A company chooses the column; the people stay.
    pub fn wanted(&self, actor: &Actor, sight: &CompanyScope) -> MemberFilter {
        MemberFilter {
            words: name::query(&self.q),
            role: Role::parse(&self.role),
            company: None,
            given: CustomRoleId::parse(&self.role).map(Given::Custom),
            standing: None,
            within: sight.own().map(<[_]>::to_vec),
            sort: Sort::Name,
            now: actor.cx.now,
        }
    }
}

/// What was sent and refused, to be shown again.
#[derive(Debug, Default)]
pub struct Sent {
    pub chosen: HashMap<CellKey, String>,
    pub picked: Vec<MembershipId>,
    /// The company and the role for whoever was checked.
    pub bulk: (String, String),
    /// What was refused.
    pub faults: Vec<Fault>,
    /// What is wrong with the form as a whole.
    pub wrong: Option<String>,
}

/// The page.
#[derive(Template)]
#[template(path = "access/matrix.html", blocks = ["matrix"])]
pub struct MatrixPage {
    layout: Layout,
    organization: String,
    unit: UnitLabel,
    tabs: Vec<&'static Tab>,
    tab: &'static str,
    base: String,
    members: String,
    asked: MatrixQuery,
    may_change: bool,
    roles: Vec<(String, String)>,
    choices: CompanyChoices,
    no_company: bool,
    columns: Vec<CompanyChoice>,
    company_roles: &'static [CompanyRole],
    lines: Vec<Line>,
    sent: Sent,
    people: (Option<String>, Option<String>),
    companies: (Option<String>, Option<String>),
    count: String,
}

/// `GET /organizations/{slug}/access/matrix`
pub async fn page(gate: Gate<ViewAccess>, asked: web::Query<MatrixQuery>) -> Result<HttpResponse, AppError> {
    let asked = asked.into_inner();
    let page = gate
        .read(move |actor, conn| MatrixPage::load(conn, actor, asked, Sent::default()))
        .await?;
    if gate.fragment() {
        html(page.as_matrix())
    } else {
        html(page)
    }
}

impl MatrixPage {
    /// Loads the page as the address asks for it, with what was sent over what stands.
    pub fn load(conn: &mut Conn, actor: &Actor, mut asked: MatrixQuery, sent: Sent) -> Result<Self, AppError> {
        let organization = actor.organization;
        let sight = CompanyScope::of(conn, actor)?;
        let customs = custom_role::all(conn, organization)?;
        let choices = sight.choices(conn, actor)?;
        let company = match asked.company.trim() {
            "" => None,
            text => sight.meant(conn, actor, text)?,
        };
        let no_company = company.is_none() && !asked.company.trim().is_empty();
        let mut columns = Vec::new();
        let mut companies = (None, None);
        if let Some(company) = company {
            asked.company.clone_from(&company.slug);
            columns.push(company);
        } else if !no_company {
            let place = Cursor::parse(&asked.columns);
            let page = queries::matrix::columns(conn, organization, sight.own(), place.as_ref(), COMPANIES)?;
            let href = |columns: String| format!("matrix{}", asked.query(&asked.after, &columns));
            companies = (page.previous.map(href), page.next.map(href));
            columns = page.rows;
        }

        let place = Cursor::parse(&asked.after);
        let found = member_search::page(conn, organization, &asked.wanted(actor, &sight), place.as_ref(), PEOPLE)?;
        let count = found.words("person", "people");
        let href = |after: String| format!("matrix{}", asked.query(&after, &asked.columns));
        let people = (found.page.previous.map(href), found.page.next.map(href));
        let rows = found.page.rows;
        let ids: Vec<MembershipId> = rows.iter().map(|row| row.id).collect();
        let shown: Vec<CompanyId> = columns.iter().map(|company| company.id).collect();
        let facts = queries::facts(conn, organization, &ids)?;
        let grouped: Vec<MembershipId> = facts.values().filter(|one| one.groups > 0).map(|one| one.id).collect();
        let plain = Role::ALL.iter().map(|role| Title::Plain(*role));
        let reader = Reader {
            actor,
            rank: actor.into(),
            titles: plain.chain(customs.into_iter().map(Title::Custom)).collect(),
            own: actor.own_companies(conn, AssignCompanies::ID)?,
            places: queries::places(conn, organization, &ids, Some(&shown))?,
            inherited: queries::inherited(conn, organization, &grouped)?,
            facts,
            sent: &sent,
        };
        let lines = rows
            .iter()
            .enumerate()
            .filter_map(|(at, row)| reader.line(at, row, &columns))
            .collect();
        let roles = reader
            .titles
            .iter()
            .map(|title| (title.value(), title.label().to_owned()))
            .collect();
        Ok(Self {
            layout: actor.layout(conn, "access")?,
            organization: actor.organization_name.clone(),
            unit: actor.unit,
            tabs: nav::access(actor.permissions),
            tab: "/matrix",
            base: actor.path("/access"),
            members: actor.path("/members"),
            may_change: may_change(actor),
            company_roles: assignments::grantable(actor.permissions.reach(AssignCompanies::ID)),
            roles,
            choices,
            no_company,
            columns,
            lines,
            people,
            companies,
            count,
            asked,
            sent,
        })
    }

    fn profile(&self, line: &Line) -> String {
        format!("{}/{}", self.members, line.id)
    }

    /// The first and the last company of the page.
    fn from(&self) -> &str {
        self.columns.first().map_or("", |company| company.name.as_str())
    }

    fn to(&self) -> &str {
        self.columns.last().map_or("", |company| company.name.as_str())
    }

    fn is_refused(&self) -> bool {
        self.sent.wrong.is_some() || !self.sent.faults.is_empty()
    }

    /// The control that a refusal is about, if it stands on this page.
    fn anchor(&self, fault: &Fault) -> String {
        for line in self.lines.iter().filter(|line| line.id == fault.spot.0) {
            match fault.spot.1 {
                None => return line.role.name.clone(),
                Some(company) => {
                    let column = self.columns.iter().position(|column| column.id == company);
                    if let Some(cell) = column.and_then(|column| line.cells.get(column)) {
                        return cell.name.clone();
                    }
                }
            }
        }
        "matrix".into()
    }
}
