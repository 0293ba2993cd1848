//! Why a member can or can't do something.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{Permission, PermissionId, ViewAccess};
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{Page, query_value};
use crate::common::id::{CompanyId, MembershipId};
use crate::common::search;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::permissions::about::AboutPermission;
use crate::handlers::permissions::labels::{PermissionChoices, choices};
use crate::handlers::permissions::person::PermissionSubject;
use crate::handlers::permissions::sheet::PermissionSheet;
use crate::models::access_matrix;
use crate::models::company_choice;
use crate::models::company_choice::CompanyChoice;
use crate::models::member_search;
use crate::models::member_search::{MemberFilter, MemberRow};
use crate::models::membership::record::Membership;
use crate::services::members::visible::visible;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::NavTab;

/// The most people and companies found by name.
const FOUND: usize = 8;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ExplainQuery {
    member: String,
    q: String,
    company: String,
    pub permission: String,
}

#[derive(Template)]
#[template(path = "permissions/explain.html")]
struct ExplainPage {
    layout: Layout,
    tabs: Vec<&'static NavTab>,
    tab: &'static str,
    base: String,
    unit: UnitLabel,
    question: ExplainQuery,
    errors: FormErrors,
    found: Vec<MemberRow>,
    searched: bool,
    person: Option<Membership>,
    /// The companies that match, when there are several.
    companies: Vec<CompanyChoice>,
    choices: PermissionChoices,
    told: Option<AboutPermission>,
    sheet: Option<PermissionSheet>,
}

crate::page!(ExplainPage);

impl ExplainPage {
    /// The same question about another company.
    fn company_link(&self, company: &CompanyChoice) -> String {
        let member = self
            .person
            .as_ref()
            .map(|person| person.id.to_string())
            .unwrap_or_default();
        format!(
            "?member={member}&q={}&company={}&permission={}",
            query_value(&self.question.q),
            company.id,
            query_value(&self.question.permission)
        )
    }

    /// The same question about another member or permission.
    fn link(&self, member: &MembershipId, permission: &str) -> String {
        format!(
            "?member={member}&company={}&permission={}",
            query_value(&self.question.company),
            query_value(permission)
        )
    }

    fn load(conn: &mut Conn, actor: &Actor, mut question: ExplainQuery) -> Result<Self, AppError> {
        let own = match actor.reach::<ViewAccess>() {
            Reach::Everywhere => None,
            _ => Some(actor.own_companies(conn, ViewAccess::ID)?),
        };
        let mut errors = FormErrors::none();
        let mut companies = company(conn, actor, &question.company, own.as_deref(), &mut errors)?;
        let company = match companies.pop() {
            Some(only) if companies.is_empty() => Some(access_matrix::company(conn, actor.organization, only.id)?),
            last => {
                companies.extend(last);
                None
            }
        };
        let permission = PermissionId::parse_available(&question.permission);
        if permission.is_none() && !question.permission.is_empty() {
            errors.add("permission", "Choose a permission from the list");
        }
        let searched = question.member.is_empty() && !question.q.trim().is_empty();
        let (person, found) = person(conn, actor, &question, own.clone())?;
        let (mut told, mut sheet) = (None, None);
        if let (Some(person), true) = (person.clone(), errors.is_empty() && companies.is_empty()) {
            let mut subject = PermissionSubject::of(conn, actor, person)?;
            if let Some(company) = &company {
                subject = subject.in_company(conn, actor, company)?;
            }
            match permission {
                Some(permission) => told = Some(subject.about.tell(actor, permission, &subject.answer(permission))),
                None => sheet = Some(PermissionSheet::of(&subject)),
            }
        }
        if let Some(company) = company {
            question.company = company.name;
        }
        if let Some(person) = &person
            && question.q.is_empty()
        {
            question.q = format!("{} ({})", person.name, person.email);
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
            companies,
            choices: choices(actor.unit),
            found,
            told,
            sheet,
            question,
        })
    }
}

/// The companies that the question names, of those that the actor may view.
fn company(
    conn: &mut Conn,
    actor: &Actor,
    text: &str,
    own: Option<&[CompanyId]>,
    errors: &mut FormErrors,
) -> Result<Vec<CompanyChoice>, AppError> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let found = company_choice::named(conn, actor.organization, own, text, FOUND)?;
    if found.is_empty() {
        errors.add("company", format!("No {} has this name", actor.unit.one()));
    }
    Ok(found)
}

/// The member of the question, or those whose name or address matches when there are several.
fn person(
    conn: &mut Conn,
    actor: &Actor,
    question: &ExplainQuery,
    within: Option<Vec<CompanyId>>,
) -> Result<(Option<Membership>, Vec<MemberRow>), AppError> {
    if !question.member.is_empty() {
        let id = MembershipId::parse(&question.member).ok_or(AppError::NotFound)?;
        return Ok((Some(visible(conn, actor, ViewAccess::ID, id)?), Vec::new()));
    }
    if question.q.trim().is_empty() {
        return Ok((None, Vec::new()));
    }
    let wanted = MemberFilter::by_words(search::query(&question.q), within, actor.cx.now);
    let found = member_search::page(conn, actor.organization, &wanted, None, FOUND)?
        .page
        .rows;
    if let [only] = found.as_slice() {
        let only = Membership::find(conn, actor.organization, only.id)?;
        return Ok((Some(only), Vec::new()));
    }
    Ok((None, found))
}

/// `GET /organizations/{slug}/access/explain`
pub async fn show(gate: Gate<ViewAccess>, question: web::Query<ExplainQuery>) -> Result<HttpResponse, AppError> {
    let question = question.into_inner();
    let page = gate
        .read(move |actor, conn| ExplainPage::load(conn, actor, question))
        .await?;
    let status = if page.errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    page.respond(status, gate.fragment())
}
