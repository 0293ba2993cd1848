//! Reports of invitations to the operators, by the link in the email. The organization does not learn of them: they are in the
//! log of the sender's account, which operators keep.

use serde_json::json;

use crate::app::Ctx;
use crate::audit::{Action, Event, Events};
use crate::common::error::AppError;
use crate::common::token::Token;
use crate::db::Conn;
use crate::models::invitation::Invitation;
use crate::models::invitation_report;
use crate::services::invitations::block;

/// The longest comment, in characters.
pub const LONGEST: usize = 1000;

#[derive(Debug)]
pub enum ReportError {
    TooLong,
    Failed(AppError),
}

crate::change_error!(ReportError);

/// Reports the invitation of a link.
pub fn report(conn: &mut Conn, cx: &Ctx, token: &Token, comment: &str) -> Result<Events, ReportError> {
    let comment = comment.trim();
    if comment.chars().count() > LONGEST {
        return Err(ReportError::TooLong);
    }
    let of = block::invitation_of(conn, cx, token)?;
    if !invitation_report::insert(conn, cx.now, &of, comment)? {
        return Ok(Events::none("it was reported before"));
    }
    Ok(event(&of, Action::InvitationReported))
}

/// Withdraws the report of a link's invitation, unless an operator closed it.
pub fn withdraw(conn: &mut Conn, cx: &Ctx, token: &Token) -> Result<Events, AppError> {
    let of = block::invitation_of(conn, cx, token)?;
    if !invitation_report::withdraw(conn, of.organization_id, of.id)? {
        return Ok(Events::none("no report was open"));
    }
    Ok(event(&of, Action::ReportWithdrawn))
}

fn event(of: &Invitation, action: Action) -> Events {
    let event = Event::new(action, "account", of.invited_by, &of.email).after(json!({
        "organization": of.organization_id.to_string(),
        "invitation": of.id.as_str(),
    }));
    Events::account(of.invited_by, event)
}
