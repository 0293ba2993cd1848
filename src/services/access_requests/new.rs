//! Requesting a permission.

use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{DecideRequests, Permission};
use crate::common::error::AppError;
use crate::common::id::RequestId;
use crate::db::Conn;
use crate::models::access_matrix;
use crate::models::access_request;
use crate::models::access_request::{NewAccessRequest, RequestedAccess};
use crate::models::membership::record::Membership;
use crate::services::access_requests::email;

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessRequestOutcome {
    /// It is open, and this many people got an email.
    Requested(RequestId, usize),
    /// The same request was open before.
    AlreadyOpen(RequestId),
}

/// Why nothing was requested.
#[derive(Debug)]
pub enum AccessRequestError {
    /// The actor has the permission.
    AlreadyAllowed,
    /// Too many requests are open, or were made today.
    TooMany,
    Failed(AppError),
}

crate::change_error!(AccessRequestError);

/// Opens a request and tells everyone who can decide it. An operator in a support session has no membership and requests
/// nothing; neither does anyone in an organization that is pending deletion.
pub fn request(
    conn: &mut Conn,
    actor: &Actor,
    new: &NewAccessRequest,
) -> Result<(AccessRequestOutcome, Events), AccessRequestError> {
    let member = requester(conn, actor)?;
    let has = match new.company {
        None => actor.permissions.reach(new.permission) == Reach::Everywhere,
        Some(company) => {
            let role = access_matrix::active_role(conn, actor.cx.now, actor.organization, actor.id, company)?;
            actor.in_company(role).has(new.permission)
        }
    };
    if has {
        return Err(AccessRequestError::AlreadyAllowed);
    }
    let id = match access_request::create(conn, &actor.cx, actor.organization, actor.id, new)? {
        RequestedAccess::Before(id) => return Ok((AccessRequestOutcome::AlreadyOpen(id), Events::none("open before"))),
        RequestedAccess::TooMany => return Err(AccessRequestError::TooMany),
        RequestedAccess::New(id) => id,
    };
    let request = access_request::find(conn, actor.organization, id)?;
    let told = email::to_decide(conn, actor, &request)?;
    let event = Event::new(Action::AccessRequested, "request", id, &member.name)
        .company(request.company)
        .after(json!({
            "permission": request.permission,
            "company": request.company_name,
            "note": request.note,
        }));
    Ok((AccessRequestOutcome::Requested(id, told), actor.event(event)))
}

/// The actor's membership, when they can request access.
pub fn requester(conn: &mut Conn, actor: &Actor) -> Result<Membership, AppError> {
    let member = Membership::find(conn, actor.organization, actor.id)?;
    if actor.delete_after.is_some() {
        return Err(actor.refusal(conn, DecideRequests::ID)?);
    }
    Ok(member)
}
