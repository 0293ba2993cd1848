//! Granting or denying a request.

use serde_json::{Value, json};

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::authz::permission::{AssignCompanies, DecideRequests, Permission};
use crate::common::error::AppError;
use crate::db::Conn;
use crate::models::access_request;
use crate::models::access_request::{AccessRequest, RequestStatus};
use crate::models::membership::access;
use crate::models::membership::record::Membership;
use crate::services::access_requests::email;
use crate::services::access_requests::grants::{self, AccessGrant};
use crate::services::assignments;
use crate::services::assignments::AssignmentError;
use crate::services::members::errors::RoleChangeError;
use crate::services::members::role;
use crate::services::overrides;
use crate::services::overrides::OverrideError;

/// What the actor decided.
#[derive(Debug, Clone)]
pub enum RequestDecision {
    /// Granted by the option with this value.
    Grant(String),
    Deny,
}

/// Why nothing was decided.
#[derive(Debug)]
pub enum DecisionError {
    AlreadyDecided,
    /// The actor is not offered this grant.
    NotOffered,
    Assignment(AssignmentError),
    Override(OverrideError),
    Role(RoleChangeError),
    Failed(AppError),
}

crate::change_error!(DecisionError);

impl From<AssignmentError> for DecisionError {
    fn from(error: AssignmentError) -> Self {
        match error {
            AssignmentError::Failed(error) => Self::Failed(error),
            error => Self::Assignment(error),
        }
    }
}

impl From<OverrideError> for DecisionError {
    fn from(error: OverrideError) -> Self {
        match error {
            OverrideError::Failed(error) => Self::Failed(error),
            error => Self::Override(error),
        }
    }
}

impl From<RoleChangeError> for DecisionError {
    fn from(error: RoleChangeError) -> Self {
        match error {
            RoleChangeError::Failed(error) => Self::Failed(error),
            error => Self::Role(error),
        }
    }
}

/// Decides a request, grants it, and sends the requester an email. No one decides their own request; the first decision
/// counts.
pub fn decide(
    conn: &mut Conn,
    actor: &Actor,
    request: &AccessRequest,
    decision: &RequestDecision,
    answer: &str,
) -> Result<Events, DecisionError> {
    if request.member == actor.id {
        return Err(actor.refusal(conn, DecideRequests::ID)?.into());
    }
    let status = match decision {
        RequestDecision::Grant(_) => RequestStatus::Granted,
        RequestDecision::Deny => RequestStatus::Denied,
    };
    let by = actor.person.id;
    if !access_request::close(conn, &actor.cx, actor.organization, request.id, status, by, answer)? {
        return Err(DecisionError::AlreadyDecided);
    }
    let (action, granted, events) = match decision {
        RequestDecision::Grant(value) => {
            let (grant, events) = grant(conn, actor, request, value)?;
            (Action::AccessGranted, Some(grant), events)
        }
        RequestDecision::Deny => (Action::AccessDenied, None, Events::default()),
    };
    email::decided(conn, actor, request, granted.is_some(), answer)?;
    let event = Event::new(action, "request", request.id, &request.name)
        .company(request.company)
        .before(json!({ "permission": request.permission, "company": request.company_name }))
        .after(json!({ "answer": answer, "way": granted.as_ref().map_or(json!(""), described) }));
    Ok(events.and(actor.event(event)))
}

fn grant(
    conn: &mut Conn,
    actor: &Actor,
    request: &AccessRequest,
    value: &str,
) -> Result<(AccessGrant, Events), DecisionError> {
    let member = Membership::find(conn, actor.organization, request.member)?;
    let inputs = access::access_inputs(conn, actor.cx.now, actor.organization, member.id)?;
    let grant = grants::offered(conn, actor, &member, &inputs, request)?
        .into_iter()
        .find(|grant| grant.value() == value)
        .ok_or(DecisionError::NotOffered)?;
    let events = match &grant {
        AccessGrant::CompanyRole(company, role) => {
            assignments::give(conn, actor, AssignCompanies::ID, &member, *company, *role)?.events
        }
        AccessGrant::Override(permission) => {
            let after = inputs.overrides.set(*permission, Some(true));
            overrides::save(conn, actor, &member, &inputs, after)?
        }
        AccessGrant::Role(title) => role::change(conn, actor, &member, title)?.1,
    };
    Ok((grant, events))
}

/// The grant in the audit event.
fn described(grant: &AccessGrant) -> Value {
    match grant {
        AccessGrant::CompanyRole(_, role) => json!(format!("company role: {}", role.label())),
        AccessGrant::Override(_) => json!("override"),
        AccessGrant::Role(title) => json!(format!("role: {}", title.label())),
    }
}
