//! Beginning a support session.

use serde_json::json;

use crate::app::Ctx;
use crate::audit::{Action, Event, Events};
use crate::auth::current_user::CurrentUser;
use crate::change_error;
use crate::common::error::AppError;
use crate::common::id::{SupportId, UserId};
use crate::common::time::Span;
use crate::common::token::Token;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::models::membership::record;
use crate::models::support_session;
use crate::models::support_session::ActiveSupport;
use crate::models::{login_attempt, session};
use crate::services::support_sessions::email;
use crate::services::support_sessions::email::SupportedOrganization;

#[derive(Debug)]
pub enum SupportError {
    /// The operator is a member of the organization.
    Member,
    NoConsent,
    AlreadyActive,
    Failed(AppError),
}

change_error!(SupportError);

/// Why and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupportRequest {
    pub reason: String,
    pub length: Span,
}

/// Begins a session of an operator who has just entered their password, and emails the owners. The operator's own session
/// gets a new token.
pub fn begin_as(
    conn: &mut Conn,
    operator: &CurrentUser,
    organization: &SupportedOrganization,
    request: &SupportRequest,
) -> Result<(Token, Events), SupportError> {
    login_attempt::clear(conn, operator.email.as_str())?;
    if record::belongs(conn, organization.id, operator.id)? {
        return Err(SupportError::Member);
    }
    let (_, events) = begin(
        conn,
        &operator.cx,
        (operator.id, &operator.name),
        organization.id,
        request,
    )?;
    let until = operator.cx.now + request.length;
    email::began(conn, operator, organization, &request.reason, until)?;
    Ok((session::renew(conn, operator.session)?, events))
}

/// Begins a session of an operator, given by id and name.
pub fn begin(
    conn: &mut Conn,
    cx: &Ctx,
    (operator, name): (UserId, &str),
    organization: OrgId,
    request: &SupportRequest,
) -> Result<(SupportId, Events), SupportError> {
    let Some(consent_by) = support_session::lock_consent(conn, organization)? else {
        return Err(SupportError::NoConsent);
    };
    if support_session::is_active(conn, cx.now, organization, operator)? {
        return Err(SupportError::AlreadyActive);
    }
    let support = ActiveSupport {
        id: SupportId::fresh(),
        reason: request.reason.clone(),
        consent_by,
        ends_at: cx.now + request.length,
    };
    support_session::insert(conn, cx.now, organization, operator, &support)?;
    let event = Event::new(Action::SupportBegan, "support", support.id, name)
        .after(json!({ "reason": support.reason, "until": support.ends_at.iso() }));
    let events = Events::organization(organization, event).on_behalf_of(Some(support.consent_by));
    Ok((support.id, events))
}
