//! The people with what they have and where it comes from: in the organization, and in its companies.

pub mod lines;

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::{AssignCompanies, InviteMembers, Permission, ViewAccess};
use crate::authz::role::{CompanyRole, Role};
use crate::common::error::AppError;
use crate::common::html::{html, number, query_value};
use crate::common::id::{CustomRoleId, MembershipId};
use crate::common::name;
use crate::common::paging::Cursor;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::access::may_change;
use crate::handlers::access::people::lines::{Beside, Line, Reader};
use crate::handlers::access::queries;
use crate::models::company_choice::{CompanyChoice, CompanyChoices};
use crate::models::custom_role;
use crate::models::custom_role::CustomRole;
use crate::models::member_search;
use crate::models::member_search::{Given, MemberFilter, Sort};
use crate::services::members::visible::CompanyScope;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::Tab;

/// So many people stand on a page.
const SIZE: usize = 20;

/// The list as the address asks for it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct AccessQuery {
    tab: String,
    q: String,
    role: String,
    company: String,
    after: String,
}

impl AccessQuery {
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
    fn read(&self, actor: &Actor, sight: &CompanyScope, company: Option<&CompanyChoice>) -> Option<MemberFilter> {
        let plain = Role::parse(&self.role).filter(|_| !self.by_company());
        let given = if self.by_company() {
            CompanyRole::parse(&self.role).map(Given::Place)
        } else {
            CustomRoleId::parse(&self.role).map(Given::Custom)
        };
        if company.is_none() && !self.company.trim().is_empty() {
            return None;
        }
        Some(MemberFilter {
            words: name::query(&self.q),
            role: plain,
            company: company.map(|company| company.id),
            given,
            standing: None,
            within: sight.own().filter(|_| company.is_none()).map(<[_]>::to_vec),
            sort: Sort::Name,
            now: actor.cx.now,
        })
    }
}

#[derive(Template)]
#[template(path = "access/people.html", blocks = ["people"])]
struct PeoplePage {
    layout: Layout,
    organization: String,
    unit: UnitLabel,
    tabs: Vec<&'static Tab>,
    tab: &'static str,
    base: String,
    members: String,
    asked: AccessQuery,
    may_change: bool,
    people_count: Option<i64>,
    places_count: Option<i64>,
    roles: Vec<(String, String)>,
    choices: CompanyChoices,
    /// The company by which the list is narrowed, and who else is in it by role.
    company: Option<CompanyChoice>,
    by_role: Vec<(String, Option<String>)>,
    lines: Vec<Line>,
    previous: Option<String>,
    next: Option<String>,
    count: String,
}

/// `GET /organizations/{slug}/access`
pub async fn page(gate: Gate<ViewAccess>, asked: web::Query<AccessQuery>) -> Result<HttpResponse, AppError> {
    let asked = asked.into_inner();
    let fragment = gate.fragment();
    let page = gate
        .read(move |actor, conn| PeoplePage::load(conn, actor, asked, !fragment))
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

    /// The name of a line's menu; of somebody with several lines each has its own.
    fn actions(&self, line: &Line) -> String {
        if self.asked.by_company() {
            format!("Actions for {}, {}", line.name, line.reach)
        } else {
            format!("Actions for {}", line.name)
        }
    }

    fn load(conn: &mut Conn, actor: &Actor, mut asked: AccessQuery, whole: bool) -> Result<Self, AppError> {
        let sight = CompanyScope::of(conn, actor)?;
        let customs = custom_role::all(conn, actor.organization)?;
        let company = match asked.company.trim() {
            "" => None,
            text => sight.meant(conn, actor, text)?,
        };
        let wanted = asked.read(actor, &sight, company.as_ref());
        if let Some(company) = &company {
            // An address may name a company by its id or by the beginning of its name; the select knows slugs.
            asked.company.clone_from(&company.slug);
        }
        let mut page = Self {
            layout: actor.layout(conn, "access")?,
            organization: actor.organization_name.clone(),
            unit: actor.unit,
            tabs: nav::access(actor.permissions),
            tab: "",
            base: actor.path("/access"),
            members: actor.path("/members"),
            may_change: may_change(actor) || actor.permissions.has(InviteMembers::ID),
            people_count: None,
            places_count: None,
            roles: Vec::new(),
            choices: CompanyChoices::default(),
            company,
            by_role: Vec::new(),
            lines: Vec::new(),
            previous: None,
            next: None,
            count: String::new(),
            asked,
        };
        if whole {
            page.frame(conn, actor, &sight, &customs)?;
        }
        page.others(conn, actor, &sight)?;
        if let Some(wanted) = wanted {
            page.list(conn, actor, &wanted, &customs)?;
        }
        Ok(page)
    }

    /// What stands around the list.
    fn frame(
        &mut self,
        conn: &mut Conn,
        actor: &Actor,
        sight: &CompanyScope,
        customs: &[CustomRole],
    ) -> Result<(), AppError> {
        if sight.own().is_none() {
            self.people_count = Some(member_search::counted(conn, actor.organization, None)?);
        }
        self.places_count = Some(queries::count_places(conn, actor.organization, sight.own())?);
        self.choices = sight.choices(conn, actor)?;
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
    fn others(&mut self, conn: &mut Conn, actor: &Actor, sight: &CompanyScope) -> Result<(), AppError> {
        if self.company.is_none() || !self.asked.by_company() {
            return Ok(());
        }
        let counts = queries::everywhere(conn, actor.organization)?;
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
        actor: &Actor,
        wanted: &MemberFilter,
        customs: &[CustomRole],
    ) -> Result<(), AppError> {
        let organization = actor.organization;
        let place = Cursor::parse(&self.asked.after);
        let found = member_search::page(conn, organization, wanted, place.as_ref(), SIZE)?;
        self.count = found.words("person", "people");
        let href = |after: String| format!("{}{}", self.base, self.asked.query(&after));
        (self.previous, self.next) = (found.page.previous.clone().map(href), found.page.next.clone().map(href));
        let rows = found.page.rows;
        let ids: Vec<MembershipId> = rows.iter().map(|row| row.id).collect();
        let facts = queries::facts(conn, organization, &ids)?;
        // Who acts in every company by role needs no names of companies, but on the page of companies.
        let placed: Vec<MembershipId> = rows
            .iter()
            .filter(|row| self.asked.by_company() || row.role.inherited().is_none())
            .map(|row| row.id)
            .collect();
        let grouped: Vec<MembershipId> = facts.values().filter(|one| one.groups > 0).map(|one| one.id).collect();
        let beside = Beside {
            places: queries::places(conn, organization, &placed, wanted.within.as_deref())?,
            inherited: queries::inherited(conn, organization, &grouped)?,
            facts,
        };
        let reader = Reader {
            actor,
            rank: actor.into(),
            own: actor.own_companies(conn, AssignCompanies::ID)?,
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
