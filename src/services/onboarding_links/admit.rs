//! Admits a person by a link: without a request, or by an approved one.

use serde_json::{Value, json};

use crate::app::Ctx;
use crate::audit::{Action, Event, Events};
use crate::authz::role::{CompanyRole, Role};
use crate::common::error::AppError;
use crate::common::id::{MembershipId, UserId};
use crate::common::slug::Slug;
use crate::db::Conn;
use crate::models::company_choice;
use crate::models::company_choice::CompanyChoice;
use crate::models::join_request;
use crate::models::membership;
use crate::models::membership::Origin;
use crate::models::membership::add::NewMembership;
use crate::models::membership::by_user;
use crate::models::membership::by_user::MembershipState;
use crate::models::onboarding_link::{LinkPurpose, OnboardingLink};
use crate::services::assignments;
use crate::services::assignments::NamedAssignment;
use crate::services::companies::create;
use crate::services::companies::create::{CompanyCreationError, CreatedCompany};
use crate::services::companies::form::NewCompany;
use crate::services::invitations::supersede;

/// The person who joins.
#[derive(Debug, Clone)]
pub struct Newcomer {
    pub user: UserId,
    pub name: String,
    pub email: String,
    /// The company to create.
    pub company: Option<NewCompany>,
}

/// The link, and whose decision it is.
#[derive(Debug, Clone, Copy)]
pub struct LinkAdmission<'a> {
    pub link: &'a OnboardingLink,
    /// The member with whose permissions it happens.
    pub by: UserId,
    /// Whether that member approved a request.
    pub approved: bool,
}

/// Makes the person a member, or gives a member the new company. The use of the link is counted already. Returns the slug
/// of the new company.
pub fn admit(
    conn: &mut Conn,
    cx: &Ctx,
    admission: LinkAdmission<'_>,
    newcomer: &Newcomer,
) -> Result<(Option<Slug>, Events), AppError> {
    let link = admission.link;
    let organization = link.organization_id;
    let (created, mut events) = match &newcomer.company {
        Some(company) => create_company(conn, cx, link, company)?,
        None => (None, Events::none("no company is created")),
    };
    let companies: Vec<CompanyChoice> = match &created {
        Some(company) => vec![CompanyChoice {
            id: company.id,
            name: company.name.clone(),
            slug: company.slug.to_string(),
        }],
        // Archived companies are left out.
        None => company_choice::among(conn, organization, &link.companies())?,
    };
    let (membership, state) = by_user::state(conn, organization, newcomer.user, cx.now)?;
    events = events.and(match membership.filter(|_| state == MembershipState::Member) {
        Some(membership) => assign_member(conn, cx, admission, membership, newcomer, &companies)?,
        None => add_member(conn, cx, admission, newcomer, &companies)?,
    });
    events = events.and(supersede::supersede_of(conn, cx, organization, &newcomer.email)?);
    if !admission.approved {
        let name = newcomer.company.as_ref().map_or("", |company| company.name.as_str());
        join_request::record_join(conn, cx, link, newcomer.user, name)?;
    }
    Ok((created.map(|company| company.slug), events))
}

fn create_company(
    conn: &mut Conn,
    cx: &Ctx,
    link: &OnboardingLink,
    company: &NewCompany,
) -> Result<(Option<CreatedCompany>, Events), AppError> {
    match create::create(conn, link.organization_id, cx.now, company, Some(&link.name)) {
        Ok((created, events)) => Ok((Some(created), events)),
        // The slug is generated: another request took the free one a moment ago.
        Err(CompanyCreationError::SlugTaken { .. }) => Err(AppError::Busy),
        Err(CompanyCreationError::Failed(error)) => Err(error),
    }
}

fn add_member(
    conn: &mut Conn,
    cx: &Ctx,
    admission: LinkAdmission<'_>,
    newcomer: &Newcomer,
    companies: &[CompanyChoice],
) -> Result<Events, AppError> {
    let link = admission.link;
    let new = NewMembership {
        role: link.role,
        access_until: None,
        invited_by: Some(admission.by),
        origin: Origin::Link,
        companies: companies.iter().map(|one| (one.id, link.company_role)).collect(),
    };
    // None: they joined in another way between two statements. The next try finds a member.
    let membership = membership::add(conn, cx, link.organization_id, newcomer.user, &new)?.ok_or(AppError::Busy)?;
    let action = if admission.approved {
        Action::JoinApproved
    } else {
        Action::MemberJoined
    };
    Ok(member_event(action, link, (membership, link.role), newcomer, companies))
}

/// A member who creates a company keeps the role in the organization.
fn assign_member(
    conn: &mut Conn,
    cx: &Ctx,
    admission: LinkAdmission<'_>,
    membership: (MembershipId, Role),
    newcomer: &Newcomer,
    companies: &[CompanyChoice],
) -> Result<Events, AppError> {
    let link = admission.link;
    let mut events = assign(conn, cx, link, membership, newcomer, companies)?;
    if admission.approved {
        let approved = member_event(Action::JoinApproved, link, membership, newcomer, companies);
        events = events.and(approved);
    }
    Ok(events)
}

fn assign(
    conn: &mut Conn,
    cx: &Ctx,
    link: &OnboardingLink,
    (membership, role): (MembershipId, Role),
    newcomer: &Newcomer,
    companies: &[CompanyChoice],
) -> Result<Events, AppError> {
    let mut events = Events::none("the role includes every company");
    if role.inherited() == Some(CompanyRole::Manager) || link.purpose == LinkPurpose::Join {
        return Ok(events);
    }
    for company in companies {
        let assignment = NamedAssignment::new(
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

fn member_event(
    action: Action,
    link: &OnboardingLink,
    (membership, role): (MembershipId, Role),
    newcomer: &Newcomer,
    companies: &[CompanyChoice],
) -> Events {
    // Of several companies none is the one that it concerns.
    let company = match companies {
        [company] => Some(company.id),
        _ => None,
    };
    let event = Event::new(action, "member", membership, &newcomer.name)
        .company(company)
        .after(facts(link, role, companies, &newcomer.email));
    Events::organization(link.organization_id, event)
}

fn facts(link: &OnboardingLink, role: Role, companies: &[CompanyChoice], email: &str) -> Value {
    let named: Vec<String> = companies
        .iter()
        .map(|one| format!("{} ({})", one.name, link.company_role.label()))
        .collect();
    json!({ "role": role.as_str(), "companies": named, "email": email, "link": link.name, "link_id": link.id.as_str() })
}
