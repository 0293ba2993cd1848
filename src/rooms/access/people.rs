//! The people with what they have and where it comes from: in the organization, and in its companies.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::store::{self, Choice, Facts, Inherited, Place as Held};
use super::{Sight, may_change};
use crate::gate::Gate;
use crate::gate::assignment::Attempt;
use crate::gate::custom_role::{self, CustomRole};
use crate::gate::db::Conn;
use crate::gate::member::Member;
use crate::gate::organization::UnitLabel;
use crate::gate::permission::{AssignCompanies, InviteMembers, Permission, ViewAccess};
use crate::gate::rights::Cells;
use crate::gate::role::{CompanyRole, Role};
use crate::gate::shell::Shell;
use crate::gate::tabs::{self, Tab};
use crate::ground::error::AppError;
use crate::ground::html::{html, number, query_value};
use crate::ground::id::{CompanyId, CustomRoleId, MembershipId};
use crate::ground::name;
use crate::ground::paging::Place;
use crate::people::rules::Actor;
use crate::people::search::{self, Given, Row, Sort, Standing, Wanted};

/// So many people stand on a page.
const SIZE: usize = 20;

/// So many companies of one person are listed; the matrix has them all.
const PLACES: usize = 5;

/// The list as the address asks for it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    tab: String,
    q: String,
    role: String,
    company: String,
    after: String,
}

impl Asked {
    fn by_company(&self) -> bool {
        self.tab == "company"
    }

    fn is_narrowed(&self) -> bool {
        [&self.q, &self.role, &self.company]
            .into_iter()
            .any(|text| !text.is_empty())
    }

    /// The query of the list at another place.
    fn query(&self, after: &str) -> String {
        let fields = [
            ("tab", self.tab.as_str()),
            ("q", &self.q),
            ("role", &self.role),
            ("company", &self.company),
            ("after", after),
        ];
        let query: Vec<String> = fields
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}", query_value(value)))
            .collect();
        format!("?{}", query.join("&"))
    }

    /// What it means here; `None` when nobody can be meant.
    fn read(&self, member: &Member, sight: &Sight, company: Option<&Choice>) -> Option<Wanted> {
        let plain = Role::parse(&self.role).filter(|_| !self.by_company());
        let given = if self.by_company() {
            CompanyRole::parse(&self.role).map(Given::Place)
        } else {
            CustomRoleId::parse(&self.role).map(Given::Custom)
        };
        if company.is_none() && !self.company.trim().is_empty() {
            return None;
        }
        Some(Wanted {
            words: name::query(&self.q),
            role: plain,
            company: company.map(|company| company.id),
            given,
            standing: None,
            within: sight.own().filter(|_| company.is_none()).map(<[_]>::to_vec),
            sort: Sort::Name,
            now: member.cx.now,
        })
    }
}

/// A person with one thing that they have: their role in the organization, or a place in a company.
#[derive(Debug)]
struct Line {
    id: MembershipId,
    name: String,
    email: String,
    you: bool,
    /// What they have, by its name.
    role: String,
    /// Where it counts.
    reach: String,
    /// The slug of the one company where it does.
    company: Option<String>,
    /// Why they have it.
    origin: String,
    /// How many cells were switched for them.
    switched: usize,
    /// Badge and its tone, for who has no access at present.
    out: Option<(&'static str, &'static str)>,
    /// The query of the dialog that changes it.
    change: Option<String>,
}

/// What stands beside the rows of one page.
struct Beside {
    facts: HashMap<MembershipId, Facts>,
    places: HashMap<MembershipId, Vec<Held>>,
    inherited: Inherited,
}

/// What is the same for every line.
struct Reader<'a> {
    member: &'a Member,
    actor: Actor,
    /// The companies that the reader manages by assignment.
    own: Vec<CompanyId>,
    customs: &'a [CustomRole],
}

impl Reader<'_> {
    fn line(&self, row: &Row) -> Line {
        Line {
            id: row.id,
            name: row.name.clone(),
            email: row.email.clone(),
            you: row.id == self.member.id,
            role: String::new(),
            reach: String::new(),
            company: None,
            origin: String::new(),
            switched: 0,
            out: match row.standing(self.member.cx.now) {
                Standing::Active => None,
                Standing::Suspended => Some(("Suspended", "danger")),
                Standing::Ended => Some(("Access ended", "warning")),
            },
            change: None,
        }
    }

    /// Why the role counts: a group gives a higher one than the person's own, or the person has it.
    fn title(&self, row: &Row, beside: &Beside) -> (String, String) {
        let Some(facts) = beside.facts.get(&row.id) else {
            return (row.role.label().into(), "Direct".into());
        };
        if facts.own_role != row.role
            && let Some(group) = beside.inherited.role(row.id, row.role)
        {
            return (row.role.label().into(), format!("By group {group}"));
        }
        let custom = facts
            .custom_role
            .and_then(|id| self.customs.iter().find(|custom| custom.id == id));
        match custom {
            Some(custom) => (
                custom.name.clone(),
                format!("Direct, a custom role at the height of {}", custom.base.label()),
            ),
            None => (row.role.label().into(), "Direct".into()),
        }
    }

    fn in_organization(&self, row: &Row, beside: &Beside) -> Line {
        let (role, origin) = self.title(row, beside);
        let many = self.member.unit.many();
        let places = beside.places.get(&row.id).map_or(&[][..], Vec::as_slice);
        let switched = beside.facts.get(&row.id).map_or(0, |facts| {
            let cells = Cells::read(&facts.overrides);
            cells.allow.iter().count() + cells.deny.iter().count()
        });
        Line {
            role,
            origin,
            switched,
            reach: match (row.role.inherited(), places) {
                (Some(_), _) => format!("All {many}"),
                (None, []) if row.role == Role::BillingAdmin => "Billing".into(),
                (None, []) if row.role == Role::UserAdmin => "People".into(),
                (None, []) => format!("No {}", self.member.unit.one()),
                (None, [one]) => one.name.clone(),
                (None, [one, other]) => format!("{}, {}", one.name, other.name),
                (None, [one, other, more @ ..]) => format!("{}, {} +{}", one.name, other.name, more.len()),
            },
            change: (self.actor.may_touch(row.role)).then(|| format!("?member_id={}", row.id)),
            ..self.line(row)
        }
    }

    /// One line for each place: by the role in the organization, by assignment, by a group.
    fn in_companies(&self, row: &Row, beside: &Beside, wanted: &Wanted) -> Vec<Line> {
        let mut lines = Vec::new();
        let role_wanted = match wanted.given {
            Some(Given::Place(role)) => Some(role),
            _ => None,
        };
        if wanted.company.is_none()
            && let Some(inherited) = row.role.inherited()
            && role_wanted.is_none_or(|role| role == inherited)
        {
            let (title, origin) = self.title(row, beside);
            lines.push(Line {
                role: inherited.label().into(),
                reach: format!("All {}", self.member.unit.many()),
                origin: match origin.strip_prefix("By ") {
                    Some(group) => format!("Inherited from {title}, by {group}"),
                    None => format!("Inherited from {title}"),
                },
                ..self.line(row)
            });
        }
        let attempt = Attempt::of(self.member, AssignCompanies::RIGHT, row.id, row.role);
        let mut more = 0;
        for place in beside.places.get(&row.id).map_or(&[][..], Vec::as_slice) {
            let counts = role_wanted.is_none_or(|role| role == place.role)
                && wanted.company.is_none_or(|company| company == place.company)
                && wanted.within.as_ref().is_none_or(|own| own.contains(&place.company));
            if !counts {
                continue;
            }
            if lines.len() >= PLACES {
                more += 1;
                continue;
            }
            let may = attempt
                .touch(self.own.contains(&place.company), Some(place.role))
                .is_ok()
                && !place.archived;
            lines.push(Line {
                role: place.role.label().into(),
                reach: place.name.clone(),
                company: Some(place.slug.clone()),
                origin: match beside.inherited.place(row.id, place.company) {
                    Some((_, group)) if place.by_group() => format!("By group {group}"),
                    _ => place.origin.label().into(),
                },
                change: may.then(|| format!("?member_id={}&company_id={}", row.id, place.company)),
                ..self.line(row)
            });
        }
        if lines.is_empty() {
            lines.push(Line {
                reach: format!("No {}", self.member.unit.one()),
                ..self.line(row)
            });
        } else if more > 0 {
            lines.push(Line {
                reach: format!("and {more} more {}", self.member.unit.many()),
                ..self.line(row)
            });
        }
        lines
    }
}

#[derive(Template)]
#[template(path = "access/people.html", blocks = ["people"])]
struct PeoplePage {
    shell: Shell,
    organization: String,
    unit: UnitLabel,
    tabs: Vec<&'static Tab>,
    tab: &'static str,
    base: String,
    members: String,
    asked: Asked,
    may_change: bool,
    people_count: Option<i64>,
    places_count: Option<i64>,
    roles: Vec<(String, String)>,
    companies: Vec<Choice>,
    company_is_typed: bool,
    /// The company by which the list is narrowed, and who else is in it by role.
    company: Option<Choice>,
    by_role: Vec<(String, Option<String>)>,
    lines: Vec<Line>,
    previous: Option<String>,
    next: Option<String>,
    count: String,
}

/// `GET /organizations/{slug}/access`
///
/// # Errors
/// What the gate refuses; a company that is not here.
pub async fn page(gate: Gate<ViewAccess>, asked: web::Query<Asked>) -> Result<HttpResponse, AppError> {
    let asked = asked.into_inner();
    let fragment = gate.fragment();
    let page = gate
        .read(move |member, conn| PeoplePage::load(conn, member, asked, !fragment))
        .await?;
    if fragment { html(page.as_people()) } else { html(page) }
}

impl PeoplePage {
    fn assign(&self) -> String {
        match (&self.company, self.asked.by_company()) {
            (Some(company), _) => format!("{}/assignments/new?company_id={}", self.base, company.id),
            _ => format!("{}/assignments/new", self.base),
        }
    }

    fn change(&self, query: &str) -> String {
        format!("{}/assignments/new{query}", self.base)
    }

    fn explain(&self, line: &Line) -> String {
        let company = line.company.as_ref().map(|slug| format!("&company={slug}"));
        format!(
            "{}/explain?member={}{}",
            self.base,
            line.id,
            company.unwrap_or_default()
        )
    }

    fn profile(&self, line: &Line) -> String {
        format!("{}/{}", self.members, line.id)
    }

    fn badge(&self, line: &Line) -> &'static str {
        if line.you { "You" } else { "" }
    }

    fn tone(&self, line: &Line) -> &'static str {
        if line.role == Role::Owner.label() { "accent" } else { "" }
    }

    fn switched(&self, line: &Line) -> String {
        format!("{} switched", line.switched)
    }

    /// The name of a line's menu; of somebody with several lines each has its own.
    fn actions(&self, line: &Line) -> String {
        if self.asked.by_company() {
            format!("Actions for {}, {}", line.name, line.reach)
        } else {
            format!("Actions for {}", line.name)
        }
    }

    fn load(conn: &mut Conn, member: &Member, mut asked: Asked, whole: bool) -> Result<Self, AppError> {
        let sight = Sight::of(conn, member)?;
        let customs = custom_role::all(conn, member.organization)?;
        let company = match asked.company.trim() {
            "" => None,
            text => sight.meant(conn, member, text)?,
        };
        let wanted = asked.read(member, &sight, company.as_ref());
        if let Some(company) = &company {
            // An address may name a company by its id or by the beginning of its name; the select knows slugs.
            asked.company.clone_from(&company.slug);
        }
        let mut page = Self {
            shell: member.shell(conn, "access")?,
            organization: member.organization_name.clone(),
            unit: member.unit,
            tabs: tabs::access(member.rights),
            tab: "",
            base: member.path("/access"),
            members: member.path("/members"),
            may_change: may_change(member) || member.rights.has(InviteMembers::RIGHT),
            people_count: None,
            places_count: None,
            roles: Vec::new(),
            companies: Vec::new(),
            company_is_typed: false,
            company,
            by_role: Vec::new(),
            lines: Vec::new(),
            previous: None,
            next: None,
            count: String::new(),
            asked,
        };
        if whole {
            page.frame(conn, member, &sight, &customs)?;
        }
        page.others(conn, member, &sight)?;
        if let Some(wanted) = wanted {
            page.list(conn, member, &wanted, &customs)?;
        }
        Ok(page)
    }

    /// What stands around the list.
    fn frame(
        &mut self,
        conn: &mut Conn,
        member: &Member,
        sight: &Sight,
        customs: &[CustomRole],
    ) -> Result<(), AppError> {
        if sight.own().is_none() {
            self.people_count = Some(search::counted(conn, member.organization, None)?);
        }
        self.places_count = Some(store::count_places(conn, member.organization, sight.own())?);
        (self.companies, self.company_is_typed) = sight.choices(conn, member)?;
        self.roles = if self.asked.by_company() {
            let roles = CompanyRole::ALL.iter();
            roles.map(|role| (role.to_string(), role.label().to_owned())).collect()
        } else {
            let plain = Role::ALL.iter().map(|role| (role.to_string(), role.label().to_owned()));
            let custom = customs
                .iter()
                .map(|custom| (custom.id.to_string(), custom.name.clone()));
            plain.chain(custom).collect()
        };
        Ok(())
    }

    /// Who is in the chosen company without an assignment.
    fn others(&mut self, conn: &mut Conn, member: &Member, sight: &Sight) -> Result<(), AppError> {
        if self.company.is_none() || !self.asked.by_company() {
            return Ok(());
        }
        let counts = store::everywhere(conn, member.organization)?;
        self.by_role = counts
            .into_iter()
            .map(|(role, people)| {
                let href = sight.own().is_none().then(|| format!("{}?role={role}", self.base));
                (format!("{}: {}", role.label(), number(&people)), href)
            })
            .collect();
        Ok(())
    }

    fn list(
        &mut self,
        conn: &mut Conn,
        member: &Member,
        wanted: &Wanted,
        customs: &[CustomRole],
    ) -> Result<(), AppError> {
        let organization = member.organization;
        let place = Place::parse(&self.asked.after);
        let found = search::page(conn, organization, wanted, place.as_ref(), SIZE)?;
        self.count = found.words("person", "people");
        let href = |after: String| format!("{}{}", self.base, self.asked.query(&after));
        (self.previous, self.next) = (found.page.previous.clone().map(href), found.page.next.clone().map(href));
        let rows = found.page.rows;
        let ids: Vec<MembershipId> = rows.iter().map(|row| row.id).collect();
        let facts = store::facts(conn, organization, &ids)?;
        // Who acts in every company by role needs no names of companies, but on the page of companies.
        let placed: Vec<MembershipId> = rows
            .iter()
            .filter(|row| self.asked.by_company() || row.role.inherited().is_none())
            .map(|row| row.id)
            .collect();
        let grouped: Vec<MembershipId> = facts.values().filter(|one| one.groups > 0).map(|one| one.id).collect();
        let beside = Beside {
            places: store::places(conn, organization, &placed, wanted.within.as_deref())?,
            inherited: store::inherited(conn, organization, &grouped)?,
            facts,
        };
        let reader = Reader {
            member,
            actor: member.into(),
            own: member.own_companies(conn, AssignCompanies::RIGHT)?,
            customs,
        };
        self.lines = if self.asked.by_company() {
            rows.iter()
                .flat_map(|row| reader.in_companies(row, &beside, wanted))
                .collect()
        } else {
            rows.iter().map(|row| reader.in_organization(row, &beside)).collect()
        };
        Ok(())
    }
}
