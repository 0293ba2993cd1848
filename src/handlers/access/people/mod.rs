//! People with their roles and where these come from: in the organization, and in its companies.

mod assignments;
mod lines;
mod query;

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::{InviteMembers, Permission, ViewAccess};
use crate::authz::role::{CompanyRole, Role};
use crate::common::error::AppError;
use crate::common::html::number;
use crate::common::id::MembershipId;
use crate::common::paging::Cursor;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::access::may_change;
use crate::handlers::access::people::lines::{PeopleDetails, PeopleReader, PersonLine};
use crate::handlers::access::people::query::AccessQuery;
use crate::handlers::access::queries;
use crate::models::company_choice::{CompanyChoice, CompanyChoices};
use crate::models::custom_role;
use crate::models::custom_role::CustomRole;
use crate::models::member_search;
use crate::models::member_search::MemberFilter;
use crate::services::members::visible::CompanyScope;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::NavTab;

/// The most people on a page.
const SIZE: usize = 20;

#[derive(Template)]
#[template(path = "access/people.html", blocks = ["people"])]
struct PeoplePage {
    layout: Layout,
    organization: String,
    unit: UnitLabel,
    tabs: Vec<&'static NavTab>,
    tab: &'static str,
    base: String,
    members: String,
    asked: AccessQuery,
    may_change: bool,
    people_count: Option<i64>,
    assignments_count: Option<String>,
    roles: Vec<(String, String)>,
    choices: CompanyChoices,
    /// The company of the filter, and the roles that reach it without an assignment.
    company: Option<CompanyChoice>,
    by_role: Vec<(String, Option<String>)>,
    lines: Vec<PersonLine>,
    previous: Option<String>,
    next: Option<String>,
    count: String,
}

/// `GET /organizations/{slug}/access`
pub async fn index(gate: Gate<ViewAccess>, query: web::Query<AccessQuery>) -> Result<HttpResponse, AppError> {
    let (query, whole) = (query.into_inner(), !gate.fragment());
    gate.show(move |actor, conn| PeoplePage::load(conn, actor, query, whole))
        .await
}

crate::page!(PeoplePage => as_people);

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

    fn explain(&self, line: &PersonLine) -> String {
        let company = line.company.as_ref().map(|slug| format!("&company={slug}"));
        format!(
            "{}/explain?member={}{}",
            self.base,
            line.id,
            company.unwrap_or_default()
        )
    }

    fn profile(&self, line: &PersonLine) -> String {
        format!("{}/{}", self.members, line.id)
    }

    /// The name of a line's menu, unique on the page.
    fn actions(&self, line: &PersonLine) -> String {
        if self.asked.by_company() {
            format!("Actions for {}, {}", line.name, line.reach)
        } else {
            format!("Actions for {}", line.name)
        }
    }

    fn load(conn: &mut Conn, actor: &Actor, mut asked: AccessQuery, whole: bool) -> Result<Self, AppError> {
        let scope = CompanyScope::of(conn, actor)?;
        let customs = custom_role::all(conn, actor.organization)?;
        let company = match asked.company.trim() {
            "" => None,
            text => scope.meant(conn, actor, text)?,
        };
        let filter = asked.filter(actor, &scope, company.as_ref());
        let assignments = asked.assignments(&scope, company.as_ref());
        if let Some(company) = &company {
            // The address may have an id or the beginning of a name; the select has slugs.
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
            assignments_count: None,
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
            page.frame(conn, actor, &scope, &customs)?;
        }
        page.others(conn, actor, &scope)?;
        match (page.asked.by_company(), filter, assignments) {
            (true, _, Some(filter)) => page.list_assignments(conn, actor, &filter)?,
            (false, Some(filter), _) => page.list(conn, actor, &filter, &customs)?,
            _ => {}
        }
        Ok(page)
    }

    /// What is around the list.
    fn frame(
        &mut self,
        conn: &mut Conn,
        actor: &Actor,
        scope: &CompanyScope,
        customs: &[CustomRole],
    ) -> Result<(), AppError> {
        if scope.own().is_none() {
            self.people_count = Some(actor.role_counts(conn)?.members(None));
        }
        self.assignments_count = Some(assignments::count(conn, actor, scope)?);
        self.choices = scope.choices(conn, actor)?;
        if let (Some(company), true) = (&self.company, self.choices.typed) {
            self.asked.company.clone_from(&company.name);
        }
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

    /// The roles that reach the company, or every company, without an assignment.
    fn others(&mut self, conn: &mut Conn, actor: &Actor, scope: &CompanyScope) -> Result<(), AppError> {
        if !self.asked.by_company() {
            return Ok(());
        }
        let counts = queries::everywhere(conn, actor.organization)?;
        self.by_role = counts
            .into_iter()
            .map(|(role, people)| {
                let href = scope.own().is_none().then(|| format!("{}?role={role}", self.base));
                (format!("{}: {}", role.label(), number(&people)), href)
            })
            .collect();
        Ok(())
    }

    fn list(
        &mut self,
        conn: &mut Conn,
        actor: &Actor,
        filter: &MemberFilter,
        customs: &[CustomRole],
    ) -> Result<(), AppError> {
        let organization = actor.organization;
        let cursor = Cursor::parse(&self.asked.after);
        let counts = actor.role_counts(conn)?;
        let found = member_search::page_with_counts(conn, organization, filter, counts, cursor.as_ref(), SIZE)?;
        self.count = found.words("person", "people");
        let href = |after: String| format!("{}{}", self.base, self.asked.query(&after));
        (self.previous, self.next) = (found.page.previous.clone().map(href), found.page.next.clone().map(href));
        let rows = found.page.rows;
        let ids: Vec<MembershipId> = rows.iter().map(|row| row.id).collect();
        let grants = queries::grants(conn, organization, &ids)?;
        // A role that reaches every company needs no names of companies.
        let assigned = rows.iter().filter(|row| row.role.inherited().is_none());
        let assigned: Vec<MembershipId> = assigned.map(|row| row.id).collect();
        let in_groups = grants.values().filter(|one| one.group_count > 0).map(|one| one.id);
        let in_groups: Vec<MembershipId> = in_groups.collect();
        let details = PeopleDetails {
            assignments: queries::assignments(conn, organization, &assigned, filter.within.as_deref())?,
            groups: queries::group_grants(conn, organization, &in_groups)?,
            grants,
        };
        let reader = PeopleReader::of(conn, actor, customs)?;
        self.lines = rows.iter().map(|row| reader.in_organization(row, &details)).collect();
        Ok(())
    }
}
