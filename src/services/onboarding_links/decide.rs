//! Approves and declines requests to join.

use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{DecideRequests, Permission};
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::models::join_request;
use crate::models::join_request::{JoinRequest, JoinStatus};
use crate::models::membership::by_user;
use crate::models::membership::by_user::MembershipState;
use crate::models::onboarding_link;
use crate::models::onboarding_link::{LinkPurpose, OnboardingLink};
use crate::models::user;
use crate::services::companies::form::NewCompany;
use crate::services::invitations::authority::InviteAuthority;
use crate::services::onboarding_links::admit;
use crate::services::onboarding_links::admit::{LinkAdmission, Newcomer};
use crate::services::onboarding_links::email;
use crate::services::onboarding_links::grant;
use crate::services::onboarding_links::grant::LinkGrant;

/// Why a request was not answered.
pub enum DecisionError {
    /// It was answered or withdrawn already.
    Answered,
    RoleNotAllowed(Role),
    /// Neither the actor nor the link can create companies.
    CompanyNotAllowed,
    /// The link is not for this address.
    EmailNotAllowed {
        email: String,
    },
    Suspended {
        name: String,
    },
    AlreadyMember {
        name: String,
    },
    UsedUp,
    /// The request has no valid name for a company.
    NoCompanyName {
        name: String,
    },
    Failed(AppError),
}

crate::change_error!(DecisionError);

/// Requests concern the organization: a permission in some companies is not enough.
pub fn check_permission(conn: &mut Conn, actor: &Actor) -> Result<(), AppError> {
    if actor.reach::<DecideRequests>() == Reach::Everywhere {
        Ok(())
    } else {
        Err(actor.refusal(conn, DecideRequests::ID)?)
    }
}

/// Approves a request with the actor's own permissions. Everything is checked again, except the end of the link: the
/// person asked while it was open. Returns the person's name.
pub fn approve(conn: &mut Conn, actor: &Actor, id: &str) -> Result<(String, Events), DecisionError> {
    let (request, link) = find(conn, actor, id)?;
    let newcomer = check(conn, actor, &request, &link)?;
    let (cx, by) = (&actor.cx, actor.person.id);
    let to = JoinStatus::Approved;
    if !join_request::close(conn, cx, actor.organization, request.id, to, Some(by))? {
        return Err(DecisionError::Answered);
    }
    if !onboarding_link::take(conn, cx, &link)? {
        return Err(AppError::Busy.into());
    }
    let admission = LinkAdmission {
        link: &link,
        by,
        approved: true,
    };
    let (company, events) = admit::admit(conn, cx, admission, &newcomer)?;
    email::approved(conn, actor, &newcomer, company.as_ref())?;
    Ok((newcomer.name, events))
}

/// Finds the request and its link, and locks the link.
fn find(conn: &mut Conn, actor: &Actor, id: &str) -> Result<(JoinRequest, OnboardingLink), AppError> {
    check_permission(conn, actor)?;
    let request = join_request::find(conn, actor.organization, id)?;
    let link = onboarding_link::find(conn, actor.organization, request.link.as_str())?;
    onboarding_link::lock_row(conn, &actor.cx.token(&link.seed()))?;
    let link = onboarding_link::find(conn, actor.organization, request.link.as_str())?;
    Ok((request, link))
}

fn check(
    conn: &mut Conn,
    actor: &Actor,
    request: &JoinRequest,
    link: &OnboardingLink,
) -> Result<Newcomer, DecisionError> {
    if request.status != JoinStatus::Awaiting {
        return Err(DecisionError::Answered);
    }
    let authority = InviteAuthority::of(conn, actor)?;
    let grant = LinkGrant::from(link);
    if !grant.is_granted_by(&authority) {
        return Err(DecisionError::RoleNotAllowed(link.role));
    }
    if !grant.is_created_by(&authority) && !grant::is_authorized(conn, &actor.cx, link)? {
        return Err(DecisionError::CompanyNotAllowed);
    }
    let account = user::by_id(conn, request.user)?;
    let verified = account.verified();
    let (name, email) = (account.name, account.email);
    if !verified || !link.admits(&email) {
        return Err(DecisionError::EmailNotAllowed { email });
    }
    match by_user::state(conn, actor.organization, request.user, actor.cx.now)?.1 {
        MembershipState::Suspended => return Err(DecisionError::Suspended { name }),
        MembershipState::Member if link.purpose == LinkPurpose::Join => {
            return Err(DecisionError::AlreadyMember { name });
        }
        _ => {}
    }
    if link.is_used_up() {
        return Err(DecisionError::UsedUp);
    }
    let company = match link.purpose {
        LinkPurpose::Join => None,
        LinkPurpose::NewCompany => match NewCompany::named(&request.company_name, actor.unit) {
            Ok(company) => Some(company),
            Err(_) => return Err(DecisionError::NoCompanyName { name }),
        },
    };
    Ok(Newcomer {
        user: request.user,
        name,
        email,
        company,
    })
}

/// Declines a request. Returns the person's name.
pub fn deny(conn: &mut Conn, actor: &Actor, id: &str) -> Result<(String, Events), DecisionError> {
    let (request, _) = find(conn, actor, id)?;
    let (by, to) = (Some(actor.person.id), JoinStatus::Denied);
    if !join_request::close(conn, &actor.cx, actor.organization, request.id, to, by)? {
        return Err(DecisionError::Answered);
    }
    let account = user::by_id(conn, request.user)?;
    email::denied(conn, actor, &account)?;
    let event = Event::new(Action::JoinDenied, "join_request", request.id, &account.name)
        .before(json!({ "status": JoinStatus::Awaiting.as_str() }))
        .after(json!({ "status": to.as_str(), "email": account.email }));
    Ok((account.name, actor.event(event)))
}
