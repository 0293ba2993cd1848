//! What happens when somebody comes in, at once or by approval: one way for both.

use serde_json::{Value, json};

use crate::app::Ctx;
use crate::audit::{Action, Event, Events};
use crate::authz::role::{CompanyRole, Role};
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::id::{CompanyId, MembershipId, UserId};
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::models::join_request;
use crate::models::membership;
use crate::models::membership::Origin;
use crate::models::membership::add::NewMembership;
use crate::models::onboarding_link::{Link, Purpose};
use crate::services::assignments;
use crate::services::assignments::Assignment;
use crate::services::company_form;
use crate::services::company_form::{CompanyForm, NewCompany};
use crate::services::invitations::supersede;
use crate::services::onboarding_links::queries;
use crate::services::onboarding_links::queries::Company;
use crate::services::onboarding_links::rules::LinkState;

/// Somebody at the door.
#[derive(Debug, Clone)]
pub struct Newcomer {
    pub user: UserId,
    pub name: String,
    pub email: String,
    /// The company to make.
    pub wish: Option<NewCompany>,
}

/// What came of it.
#[derive(Debug)]
pub struct Admitted {
    /// The slug of the company that was made.
    pub company: Option<String>,
    pub events: Events,
}

/// Reads the name of a company to make; its address is made of the name.
pub fn wish(name: &str, unit: UnitLabel) -> Result<NewCompany, FormErrors> {
    let form = CompanyForm {
        name: name.to_owned(),
        slug: String::new(),
    };
    company_form::wish(&form, unit.one()).map_err(|errors| {
        let sentence = errors.get("name").unwrap_or("Enter another name");
        FormErrors::one("company_name", sentence)
    })
}

/// Lets somebody in as a link says. The use is counted already; `by` is on whose rights it happens, and `approved` tells
/// that a person decided it.
pub fn admit(
    conn: &mut Conn,
    cx: &Ctx,
    link: &Link,
    newcomer: &Newcomer,
    by: UserId,
    approved: bool,
) -> Result<Admitted, AppError> {
    let organization = link.organization_id;
    let made = match &newcomer.wish {
        Some(wish) => Some(found(conn, cx, link, wish)?),
        None => None,
    };
    let companies: Vec<Company> = match &made {
        Some((company, _)) => vec![company.clone()],
        // A company that was archived meanwhile takes nobody in.
        None => queries::companies(conn, organization, link.companies(), None)?,
    };
    let (present, standing) = queries::standing(conn, organization, newcomer.user, cx.now)?;
    let mut events = Events::none("what was made follows");
    if let Some((company, slug)) = &made {
        let event = Event::new(Action::CompanyCreated, "company", company.id, &company.name)
            .after(json!({ "name": company.name, "slug": slug, "link": link.name }));
        events = Events::organization(organization, event);
    }
    if let Some(place) = present.filter(|_| standing == LinkState::Member) {
        events = events.and(assign(conn, cx, link, place, newcomer, &companies)?);
        if approved {
            let event = Event::new(Action::JoinApproved, "member", place.0, &newcomer.name).after(facts(
                link,
                place.1,
                &companies,
                &newcomer.email,
            ));
            events = events.and(Events::organization(organization, event));
        }
    } else {
        let enrolment = NewMembership {
            role: link.role,
            access_until: None,
            invited_by: Some(by),
            origin: Origin::Link,
            companies: companies.iter().map(|one| (one.id, link.company_role)).collect(),
        };
        let enrolled = membership::add(conn, cx, organization, newcomer.user, &enrolment)?;
        // Joined in another way between two statements: nothing of this stays, and the next try finds a member.
        let membership = enrolled.ok_or(AppError::Busy)?;
        let action = if approved {
            Action::JoinApproved
        } else {
            Action::MemberJoined
        };
        let event = Event::new(action, "member", membership, &newcomer.name).after(facts(
            link,
            link.role,
            &companies,
            &newcomer.email,
        ));
        events = events.and(Events::organization(organization, event));
    }
    events = events.and(supersede::supersede_of(conn, cx, organization, &newcomer.email)?);
    if !approved {
        let name = newcomer.wish.as_ref().map_or("", |wish| wish.name.as_str());
        join_request::note(conn, cx, link, newcomer.user, name)?;
    }
    Ok(Admitted {
        company: made.map(|(_, slug)| slug),
        events,
    })
}

fn facts(link: &Link, role: Role, companies: &[Company], email: &str) -> Value {
    let named: Vec<String> = companies
        .iter()
        .map(|one| format!("{} ({})", one.name, link.company_role.label()))
        .collect();
    json!({ "role": role.as_str(), "companies": named, "email": email, "link": link.name, "link_id": link.id.as_str() })
}

/// Makes the company under a free slug like its name.
fn found(conn: &mut Conn, cx: &Ctx, link: &Link, wish: &NewCompany) -> Result<(Company, String), AppError> {
    let organization = link.organization_id;
    let free = company_form::free_like(conn, organization, &wish.slug)?.ok_or(AppError::Busy)?;
    let id: CompanyId = company_form::create(conn, organization, cx.now, &wish.name, &free)?.ok_or(AppError::Busy)?;
    let company = Company {
        id,
        name: wish.name.clone(),
    };
    Ok((company, free.as_str().to_owned()))
}

/// A member who makes a company keeps their role in the organization, and works in the company as the link says; who is
/// in every company anyway gains nothing by it.
fn assign(
    conn: &mut Conn,
    cx: &Ctx,
    link: &Link,
    (membership, role): (MembershipId, Role),
    newcomer: &Newcomer,
    companies: &[Company],
) -> Result<Events, AppError> {
    let mut events = Events::none("the role reaches it anyway");
    if role.inherited() == Some(CompanyRole::Manager) || link.purpose == Purpose::Join {
        return Ok(events);
    }
    for company in companies {
        let assignment = Assignment::new(
            link.organization_id,
            membership,
            &newcomer.name,
            company.id,
            &company.name,
        );
        let role = link.company_role;
        events = events.and(assignments::assign_by_link(conn, cx, &assignment, role, &link.name)?);
    }
    Ok(events)
}
