//! The page of the matrix.

use askama::Template;

use crate::auth::actor::Actor;
use crate::authz::permission::{AssignCompanies, Permission};
use crate::authz::role::{CompanyRole, Role};
use crate::common::error::AppError;
use crate::common::id::{CompanyId, MembershipId};
use crate::common::paging::{Cursor, Page};
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::access::matrix::cells::{MatrixCell, MatrixLine, MatrixReader};
use crate::handlers::access::matrix::{MatrixInput, MatrixQuery};
use crate::handlers::access::{may_change, messages, queries};
use crate::models::company_choice::{CompanyChoice, CompanyChoices};
use crate::models::custom_role;
use crate::models::member_search;
use crate::models::member_search::MemberRow;
use crate::services::access_matrix::MatrixFault;
use crate::services::assignments;
use crate::services::members::role::Title;
use crate::services::members::visible::CompanyScope;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::NavTab;

/// The most people and companies on a page.
const PEOPLE: usize = 50;
const COMPANIES: usize = 12;

#[derive(Template)]
#[template(path = "access/matrix.html", blocks = ["matrix"])]
pub struct MatrixPage {
    layout: Layout,
    organization: String,
    unit: UnitLabel,
    tabs: Vec<&'static NavTab>,
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
    lines: Vec<MatrixLine>,
    sent: MatrixInput,
    people: (Option<String>, Option<String>),
    companies: (Option<String>, Option<String>),
    count: String,
}

crate::page!(MatrixPage => as_matrix);

impl MatrixPage {
    /// `sent` is shown over the current roles.
    pub fn load(conn: &mut Conn, actor: &Actor, mut asked: MatrixQuery, sent: MatrixInput) -> Result<Self, AppError> {
        let scope = CompanyScope::of(conn, actor)?;
        let choices = scope.choices(conn, actor)?;
        let company = match asked.company.trim() {
            "" => None,
            text => scope.meant(conn, actor, text)?,
        };
        let no_company = company.is_none() && !asked.company.trim().is_empty();
        if let Some(company) = &company {
            asked.company.clone_from(&company.slug);
        }
        let columns = if company.is_some() || no_company {
            Page {
                rows: company.into_iter().collect(),
                previous: None,
                next: None,
            }
        } else {
            let cursor = Cursor::parse(&asked.columns);
            queries::matrix::columns(conn, actor.organization, scope.own(), cursor.as_ref(), COMPANIES)?
        };
        let href = |columns: String| format!("matrix{}", asked.query(&asked.after, &columns));
        let companies = (columns.previous.map(href), columns.next.map(href));
        let columns = columns.rows;

        let cursor = Cursor::parse(&asked.after);
        let filter = asked.filter(actor, &scope);
        let counts = actor.role_counts(conn)?;
        let found =
            member_search::page_with_counts(conn, actor.organization, &filter, counts, cursor.as_ref(), PEOPLE)?;
        let count = found.words("person", "people");
        let href = |after: String| format!("matrix{}", asked.query(&after, &asked.columns));
        let people = (found.page.previous.map(href), found.page.next.map(href));
        let (lines, roles) = lines(conn, actor, &found.page.rows, &columns, &sent)?;
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

    fn message(&self, fault: &MatrixFault) -> String {
        format!("{}: {}", fault.name, messages::fault(&fault.reason, self.unit))
    }

    fn profile(&self, line: &MatrixLine) -> String {
        format!("{}/{}", self.members, line.id)
    }

    /// The first and the last company of the page.
    fn from(&self) -> &str {
        self.columns.first().map_or("", |company| company.name.as_str())
    }

    fn to(&self) -> &str {
        self.columns.last().map_or("", |company| company.name.as_str())
    }

    /// Whether people can be selected, to give them one role.
    fn selects(&self) -> bool {
        self.may_change && !self.columns.is_empty()
    }

    /// The cells of a line, each with the number of the line, and the id and the text of its heading.
    fn cells<'a>(
        &'a self,
        line: &'a MatrixLine,
        at: &usize,
    ) -> impl Iterator<Item = (usize, (String, &'a str), &'a MatrixCell)> {
        let at = *at;
        let columns = self.columns.iter().enumerate();
        let cells = columns.zip(&line.cells);
        cells.map(move |((column, company), cell)| (at, (format!("k{column}"), company.name.as_str()), cell))
    }

    fn is_refused(&self) -> bool {
        self.sent.wrong.is_some() || !self.sent.faults.is_empty()
    }

    /// The control that a fault is about, if it is on this page.
    fn anchor(&self, fault: &MatrixFault) -> String {
        for line in self.lines.iter().filter(|line| line.id == fault.cell.0) {
            match fault.cell.1 {
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

type GroupNames = Vec<(String, String)>;

/// The lines of some people, and all roles by value and label.
fn lines(
    conn: &mut Conn,
    actor: &Actor,
    rows: &[MemberRow],
    columns: &[CompanyChoice],
    sent: &MatrixInput,
) -> Result<(Vec<MatrixLine>, GroupNames), AppError> {
    let organization = actor.organization;
    let ids: Vec<MembershipId> = rows.iter().map(|row| row.id).collect();
    let shown: Vec<CompanyId> = columns.iter().map(|company| company.id).collect();
    let grants = queries::grants(conn, organization, &ids)?;
    let in_groups = grants.values().filter(|one| one.group_count > 0).map(|one| one.id);
    let in_groups: Vec<MembershipId> = in_groups.collect();
    let built_in = Role::ALL.iter().map(|role| Title::Plain(*role));
    let custom = custom_role::all(conn, organization)?.into_iter().map(Title::Custom);
    let reader = MatrixReader {
        actor,
        rank: actor.into(),
        titles: built_in.chain(custom).collect(),
        own: actor.own_companies(conn, AssignCompanies::ID)?,
        assignments: queries::assignments(conn, organization, &ids, Some(&shown))?,
        groups: queries::group_grants(conn, organization, &in_groups)?,
        grants,
        sent,
    };
    let lines = rows
        .iter()
        .enumerate()
        .filter_map(|(at, row)| reader.line(at, row, columns))
        .collect();
    let titles = reader.titles.iter();
    let roles = titles.map(|title| (title.value(), title.label().to_owned()));
    Ok((lines, roles.collect()))
}
