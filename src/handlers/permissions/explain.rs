//! Why somebody can or cannot do something.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::area::Area;
use crate::authz::decision::Reach;
use crate::authz::permission::{Permission, PermissionId, PermissionSet, ViewAccess, ViewOrganization};
use crate::authz::role::{CompanyRole, Role};
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{html, query_value, refused, see_other};
use crate::common::id::MembershipId;
use crate::common::name;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::permissions::person::Subject;
use crate::handlers::permissions::queries;
use crate::handlers::permissions::sheet::{Sheet, heading};
use crate::handlers::permissions::words;
use crate::handlers::permissions::words::Told;
use crate::models::member_search;
use crate::models::member_search::{MemberFilter, MemberRow, Sort};
use crate::models::membership::record::Membership;
use crate::services::members::visible::visible;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::Tab;

/// So many people are offered for a name, and so many companies to choose from.
const FOUND: usize = 8;
const OFFERED: i64 = 100;

/// What is asked.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Question {
    member: String,
    q: String,
    company: String,
    permission: String,
}

/// Permissions to choose from: the area, then key and words.
pub type Choices = Vec<(String, Vec<(&'static str, String)>)>;

/// Every permission to choose from, by area.
pub fn choices(unit: UnitLabel) -> Choices {
    Area::split(PermissionSet::ALL)
        .into_iter()
        .map(|(area, permissions)| {
            let permissions = permissions
                .into_iter()
                .map(|permission| (permission.key(), words::label(permission, unit)));
            (heading(area, unit), permissions.collect())
        })
        .collect()
}

#[derive(Template)]
#[template(path = "permissions/explain.html")]
struct ExplainPage {
    layout: Layout,
    tabs: Vec<&'static Tab>,
    tab: &'static str,
    base: String,
    unit: UnitLabel,
    question: Question,
    errors: FormErrors,
    found: Vec<MemberRow>,
    searched: bool,
    person: Option<Membership>,
    companies: Vec<queries::Company>,
    choices: Choices,
    told: Option<Told>,
    sheet: Option<Sheet>,
}

impl ExplainPage {
    /// The same question about somebody, or about another permission of theirs.
    fn link(&self, member: &MembershipId, permission: &str) -> String {
        format!(
            "?member={member}&company={}&permission={}",
            query_value(&self.question.company),
            query_value(permission)
        )
    }

    fn load(conn: &mut Conn, actor: &Actor, mut question: Question) -> Result<Self, AppError> {
        let organization = actor.organization;
        let own = match actor.reach::<ViewAccess>() {
            Reach::Everywhere => None,
            _ => Some(actor.own_companies(conn, ViewAccess::ID)?),
        };
        let mut errors = FormErrors::none();
        let company = if question.company.trim().is_empty() {
            None
        } else {
            let found = queries::company_meant(conn, organization, question.company.trim())?
                .filter(|company| own.as_ref().is_none_or(|own| own.contains(&company.id)));
            if found.is_none() {
                errors.add("company", format!("No {} has this name or address", actor.unit.one()));
            }
            found
        };
        let permission = PermissionId::parse(&question.permission);
        if permission.is_none() && !question.permission.is_empty() {
            errors.add("permission", "Choose a permission of the list");
        }
        let mut found = Vec::new();
        let searched = question.member.is_empty() && !question.q.trim().is_empty();
        let mut person = match MembershipId::parse(&question.member) {
            Some(id) => Some(visible(conn, actor, ViewAccess::ID, id)?),
            None if !question.member.is_empty() => return Err(AppError::NotFound),
            None => None,
        };
        if searched {
            let wanted = MemberFilter {
                words: name::query(&question.q),
                role: None,
                company: None,
                given: None,
                standing: None,
                within: own.clone(),
                sort: Sort::Name,
                now: actor.cx.now,
            };
            found = member_search::page(conn, organization, &wanted, None, FOUND)?.page.rows;
            if let [only] = found.as_slice() {
                person = Some(Membership::find(conn, organization, only.id)?);
                found.clear();
            }
        }
        let (mut told, mut sheet) = (None, None);
        if let (Some(person), true) = (person.clone(), errors.is_empty()) {
            let mut subject = Subject::of(conn, actor, person)?;
            if let Some(company) = &company {
                subject = subject.in_company(conn, actor, company)?;
            }
            match permission {
                Some(permission) => told = Some(subject.about.tell(actor, permission, &subject.answer(permission))),
                None => sheet = Some(Sheet::of(&subject)),
            }
        }
        if let Some(company) = company {
            question.company = company.slug;
        }
        if let Some(person) = &person
            && question.q.is_empty()
        {
            question.q.clone_from(&person.email);
        }
        Ok(Self {
            layout: actor.layout(conn, "access")?,
            tabs: nav::access(actor.permissions),
            tab: "/explain",
            base: actor.path("/access"),
            unit: actor.unit,
            errors,
            searched,
            person,
            companies: queries::companies(conn, organization, own.as_deref(), OFFERED)?,
            choices: choices(actor.unit),
            found,
            told,
            sheet,
            question,
        })
    }
}

/// `GET /organizations/{slug}/access/explain`
pub async fn show(gate: Gate<ViewAccess>, question: web::Query<Question>) -> Result<HttpResponse, AppError> {
    let question = question.into_inner();
    let page = gate
        .read(move |actor, conn| ExplainPage::load(conn, actor, question))
        .await?;
    if page.errors.is_empty() {
        html(page)
    } else {
        refused(page)
    }
}

#[derive(Template)]
#[template(path = "permissions/mine.html")]
struct MinePage {
    layout: Layout,
    tabs: Vec<&'static Tab>,
    tab: &'static str,
    base: String,
    organization: String,
    unit: UnitLabel,
    title: String,
    groups: Vec<String>,
    inherits: Option<&'static str>,
    permission: String,
    told: Option<Told>,
    sheet: Sheet,
    requests: Vec<crate::models::access_request::Request>,
    may_ask: bool,
}

/// So many of one's own requests are shown.
const REQUESTS: i64 = 10;

/// `GET /organizations/{slug}/access/mine`: what can I do here?
pub async fn mine(gate: Gate<ViewOrganization>, question: web::Query<Question>) -> Result<HttpResponse, AppError> {
    let question = question.into_inner();
    let page = gate
        .read(move |actor, conn| {
            // An operator who looks in is nobody's member: their banner says what they may.
            if actor.support.is_some() {
                return Ok(Err(actor.path("")));
            }
            let person = Membership::find(conn, actor.organization, actor.id)?;
            let subject = Subject::of(conn, actor, person)?;
            let permission = PermissionId::parse(&question.permission);
            Ok(Ok(MinePage {
                layout: actor.layout(conn, "mine")?,
                tabs: nav::access(actor.permissions),
                tab: "/mine",
                base: actor.path("/access"),
                organization: actor.organization_name.clone(),
                unit: actor.unit,
                groups: subject.about.groups.iter().map(|group| group.name.clone()).collect(),
                inherits: words::inherits(&subject.inputs)
                    .and_then(Role::inherited)
                    .map(CompanyRole::label),
                told: permission.map(|permission| subject.about.tell(actor, permission, &subject.answer(permission))),
                permission: permission.map(PermissionId::key).unwrap_or_default().to_owned(),
                sheet: Sheet::of(&subject),
                title: subject.about.title,
                requests: crate::models::access_request::of(conn, actor.organization, actor.id, REQUESTS)?,
                may_ask: actor.delete_after.is_none(),
            }))
        })
        .await?;
    match page {
        Ok(page) => html(page),
        Err(overview) => Ok(see_other(gate.fragment(), &overview)),
    }
}
