//! The matrix: people by companies, each crossing a role that can be changed in place.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::change::{Fault, Spot};
use super::store::{self, Choice, Facts, Inherited, Place as Held};
use super::{Sight, may_change};
use crate::gate::Gate;
use crate::gate::assignment::{self, Attempt};
use crate::gate::custom_role;
use crate::gate::db::Conn;
use crate::gate::member::Member;
use crate::gate::organization::UnitLabel;
use crate::gate::permission::{AssignCompanies, Permission, ViewAccess};
use crate::gate::role::{CompanyRole, Role};
use crate::gate::shell::Shell;
use crate::gate::tabs::{self, Tab};
use crate::ground::error::AppError;
use crate::ground::html::{html, query_value};
use crate::ground::id::{CompanyId, CustomRoleId, MembershipId};
use crate::ground::name;
use crate::ground::paging::Place;
use crate::people::role::Title;
use crate::people::rules::{self, Actor, Target};
use crate::people::search::{self, Given, Row, Sort, Wanted};

/// So many people and companies stand on a page.
const PEOPLE: usize = 50;
const COMPANIES: usize = 8;

/// The matrix as the address asks for it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    pub(super) q: String,
    pub(super) role: String,
    pub(super) company: String,
    pub(super) after: String,
    pub(super) columns: String,
}

impl Asked {
    /// The query of another place in the matrix.
    pub(super) fn query(&self, after: &str, columns: &str) -> String {
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
    pub(super) fn wanted(&self, member: &Member, sight: &Sight) -> Wanted {
        Wanted {
            words: name::query(&self.q),
            role: Role::parse(&self.role),
            company: None,
            given: CustomRoleId::parse(&self.role).map(Given::Custom),
            standing: None,
            within: sight.own().map(<[_]>::to_vec),
            sort: Sort::Name,
            now: member.cx.now,
        }
    }
}

/// A form's value with its word, and whether it is chosen.
#[derive(Debug)]
pub struct Choosable {
    value: String,
    label: String,
    chosen: bool,
}

/// One crossing, or the role in the organization.
#[derive(Debug)]
struct Cell {
    /// The control's name: `r-3`, `c-3-0`.
    name: String,
    /// For whom and where, for who hears the page.
    label: String,
    /// What can be chosen; nothing where the reader may change nothing.
    options: Vec<Choosable>,
    /// What counts, where nothing can be chosen.
    text: String,
    /// Where it comes from, when it is not the person's own.
    note: String,
    /// Why it was not saved.
    fault: Option<String>,
    /// Whether it differs from what stands.
    changed: bool,
}

/// A person with all cells of the page.
#[derive(Debug)]
struct Line {
    id: MembershipId,
    name: String,
    email: String,
    /// What stands in the person's cells, so that a change by somebody else in between is seen.
    shown: String,
    picked: bool,
    role: Cell,
    cells: Vec<Cell>,
}

/// What was sent and refused, to be shown again.
#[derive(Debug, Default)]
pub struct Sent {
    /// The chosen values.
    pub chosen: HashMap<Spot, String>,
    /// Who was checked.
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
    shell: Shell,
    organization: String,
    unit: UnitLabel,
    tabs: Vec<&'static Tab>,
    tab: &'static str,
    base: String,
    members: String,
    asked: Asked,
    may_change: bool,
    roles: Vec<(String, String)>,
    choices: Vec<Choice>,
    company_is_typed: bool,
    no_company: bool,
    columns: Vec<Choice>,
    company_roles: &'static [CompanyRole],
    lines: Vec<Line>,
    sent: Sent,
    people: (Option<String>, Option<String>),
    companies: (Option<String>, Option<String>),
    count: String,
}

/// `GET /organizations/{slug}/access/matrix`
///
/// # Errors
/// What the gate refuses; a company that is not here.
pub async fn page(gate: Gate<ViewAccess>, asked: web::Query<Asked>) -> Result<HttpResponse, AppError> {
    let asked = asked.into_inner();
    let page = gate
        .read(move |member, conn| MatrixPage::load(conn, member, asked, Sent::default()))
        .await?;
    if gate.fragment() {
        html(page.as_matrix())
    } else {
        html(page)
    }
}

/// What is the same for every cell.
struct Reader<'a> {
    member: &'a Member,
    actor: Actor,
    titles: Vec<Title>,
    /// The companies that the reader manages by assignment.
    own: Vec<CompanyId>,
    facts: HashMap<MembershipId, Facts>,
    places: HashMap<MembershipId, Vec<Held>>,
    inherited: Inherited,
    sent: &'a Sent,
}

impl Reader<'_> {
    fn line(&self, at: usize, row: &Row, columns: &[Choice]) -> Option<Line> {
        let facts = self.facts.get(&row.id)?;
        let own = facts
            .custom_role
            .map_or_else(|| facts.own_role.to_string(), |custom| custom.to_string());
        let mut shown = vec![own.clone()];
        let mut cells = Vec::with_capacity(columns.len());
        for (column, company) in columns.iter().enumerate() {
            let held = self.places.get(&row.id).into_iter().flatten();
            let held = held.into_iter().find(|held| held.company == company.id);
            let direct = held.and_then(|held| held.direct);
            shown.push(direct.map(|role| role.to_string()).unwrap_or_default());
            cells.push(self.cell(format!("c-{at}-{column}"), row, company, held));
        }
        Some(Line {
            id: row.id,
            name: row.name.clone(),
            email: row.email.clone(),
            shown: shown.join(","),
            picked: self.sent.picked.contains(&row.id),
            role: self.title(format!("r-{at}"), row, facts, &own),
            cells,
        })
    }

    fn title(&self, name: String, row: &Row, facts: &Facts, own: &str) -> Cell {
        let target = Target {
            id: row.id,
            role: row.role,
            access_until: row.access_until,
        };
        let label_of = |value: &str| {
            let title = self.titles.iter().find(|title| title.value() == value);
            title.map_or_else(|| value.to_owned(), |title| title.label().to_owned())
        };
        let offered: Vec<&Title> = self
            .titles
            .iter()
            .filter(|title| title.value() == own || rules::may_give(&self.actor, &target, title.held()))
            .collect();
        let by_group = (facts.own_role != row.role).then(|| self.inherited.role(row.id, row.role));
        let spot = (row.id, None);
        let chosen = self.sent.chosen.get(&spot).map_or(own, String::as_str);
        // A single one is the present one: nothing can be chosen then.
        let options = if offered.len() > 1 {
            let option = |title: &&Title| Choosable {
                value: title.value(),
                label: title.label().to_owned(),
                chosen: title.value() == chosen,
            };
            offered.iter().map(option).collect()
        } else {
            Vec::new()
        };
        Cell {
            label: format!("Role of {} in the organization", row.name),
            options,
            text: label_of(own),
            note: match by_group.flatten() {
                Some(group) => format!("{} by group {group}", row.role.label()),
                None => String::new(),
            },
            fault: self.fault(spot),
            changed: chosen != own,
            name,
        }
    }

    fn cell(&self, name: String, row: &Row, company: &Choice, held: Option<&Held>) -> Cell {
        let direct = held.and_then(|held| held.direct);
        let by_role = row.role.inherited();
        let by_group = held.filter(|held| held.by_group()).map(|held| held.role);
        let group = self.inherited.place(row.id, company.id).map(|(_, name)| name);
        // What counts besides the own role, and why.
        let beside = match (by_role, by_group) {
            (Some(role), group) if group.is_none_or(|group| role <= group) => Some((role, "by role".to_owned())),
            (_, Some(role)) => Some((role, group.map_or("by group".into(), |name| format!("by group {name}")))),
            (_, None) => None,
        };
        let attempt = Attempt::of(self.member, AssignCompanies::RIGHT, row.id, row.role);
        let (own, present) = (self.own.contains(&company.id), held.map(|held| held.role));
        let useless = by_role == Some(CompanyRole::Manager) && direct.is_none();
        let open = !useless && attempt.give(own, present, CompanyRole::Viewer).is_ok();
        let spot = (row.id, Some(company.id));
        let stands = direct.map(|role| role.to_string()).unwrap_or_default();
        let chosen = self.sent.chosen.get(&spot).cloned().unwrap_or_else(|| stands.clone());
        let mut options = Vec::new();
        if open {
            options.push(Choosable {
                chosen: chosen.is_empty(),
                value: String::new(),
                label: "–".into(),
            });
            let roles = assignment::grantable(self.member.rights.reach(AssignCompanies::RIGHT));
            options.extend(roles.iter().rev().map(|role| Choosable {
                value: role.to_string(),
                label: role.label().to_owned(),
                chosen: role.as_str() == chosen,
            }));
        }
        let counts = match (&beside, direct) {
            (Some((role, _)), Some(direct)) => Some((*role).min(direct)),
            (Some((role, _)), None) => Some(*role),
            (None, direct) => direct,
        };
        Cell {
            label: format!("Role of {} in {}", row.name, company.name),
            text: counts.map_or("–", CompanyRole::label).into(),
            note: match beside {
                Some((role, why)) if open || direct.is_some() => format!("{} {why}", role.label()),
                Some((_, why)) => why,
                None => String::new(),
            },
            fault: self.fault(spot),
            changed: open && chosen != stands,
            options,
            name,
        }
    }

    fn fault(&self, spot: Spot) -> Option<String> {
        let fault = self.sent.faults.iter().find(|fault| fault.spot == spot);
        fault.map(|fault| fault.sentence.clone())
    }
}

impl MatrixPage {
    /// Loads the page as the address asks for it, with what was sent over what stands.
    ///
    /// # Errors
    /// When the database fails; a company that is not here.
    pub(super) fn load(conn: &mut Conn, member: &Member, mut asked: Asked, sent: Sent) -> Result<Self, AppError> {
        let organization = member.organization;
        let sight = Sight::of(conn, member)?;
        let customs = custom_role::all(conn, organization)?;
        let (choices, company_is_typed) = sight.choices(conn, member)?;
        let company = match asked.company.trim() {
            "" => None,
            text => sight.meant(conn, member, text)?,
        };
        let no_company = company.is_none() && !asked.company.trim().is_empty();
        let mut columns = Vec::new();
        let mut companies = (None, None);
        if let Some(company) = company {
            asked.company.clone_from(&company.slug);
            columns.push(company);
        } else if !no_company {
            let place = Place::parse(&asked.columns);
            let page = store::matrix::columns(conn, organization, sight.own(), place.as_ref(), COMPANIES)?;
            let href = |columns: String| format!("matrix{}", asked.query(&asked.after, &columns));
            companies = (page.previous.map(href), page.next.map(href));
            columns = page.rows;
        }

        let place = Place::parse(&asked.after);
        let found = search::page(
            conn,
            organization,
            &asked.wanted(member, &sight),
            place.as_ref(),
            PEOPLE,
        )?;
        let count = found.words("person", "people");
        let href = |after: String| format!("matrix{}", asked.query(&after, &asked.columns));
        let people = (found.page.previous.map(href), found.page.next.map(href));
        let rows = found.page.rows;
        let ids: Vec<MembershipId> = rows.iter().map(|row| row.id).collect();
        let shown: Vec<CompanyId> = columns.iter().map(|company| company.id).collect();
        let facts = store::facts(conn, organization, &ids)?;
        let grouped: Vec<MembershipId> = facts.values().filter(|one| one.groups > 0).map(|one| one.id).collect();
        let plain = Role::ALL.iter().map(|role| Title::Plain(*role));
        let reader = Reader {
            member,
            actor: member.into(),
            titles: plain.chain(customs.into_iter().map(Title::Custom)).collect(),
            own: member.own_companies(conn, AssignCompanies::RIGHT)?,
            places: store::places(conn, organization, &ids, Some(&shown))?,
            inherited: store::inherited(conn, organization, &grouped)?,
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
            shell: member.shell(conn, "access")?,
            organization: member.organization_name.clone(),
            unit: member.unit,
            tabs: tabs::access(member.rights),
            tab: "/matrix",
            base: member.path("/access"),
            members: member.path("/members"),
            may_change: may_change(member),
            company_roles: assignment::grantable(member.rights.reach(AssignCompanies::RIGHT)),
            roles,
            choices,
            company_is_typed,
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
