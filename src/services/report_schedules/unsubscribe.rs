//! Unsubscribing from a scheduled report, by the link in its email or on the account's page.

use crate::app::Ctx;
use crate::audit::{Action, Event, Events};
use crate::common::error::AppError;
use crate::common::id::{MembershipId, ScheduleId, UserId};
use crate::common::token::Token;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::models::report_schedule;
use crate::models::report_schedule::write;

/// By the token of a link.
pub fn by_token(conn: &mut Conn, cx: &Ctx, token: &Token) -> Result<Events, AppError> {
    let (organization, schedule, member, _) = report_schedule::by_token(conn, token)?.ok_or(AppError::NotFound)?;
    leave(conn, cx, (organization, schedule, member))
}

/// One of the account's own.
pub fn by_user(conn: &mut Conn, cx: &Ctx, user: UserId, schedule: &str) -> Result<Events, AppError> {
    let wanted = ScheduleId::parse(schedule).ok_or(AppError::NotFound)?;
    let own = report_schedule::of_user(conn, user)?;
    let found = own.into_iter().find(|(_, schedule, _)| *schedule == wanted);
    leave(conn, cx, found.ok_or(AppError::NotFound)?)
}

fn leave(conn: &mut Conn, cx: &Ctx, row: (OrgId, ScheduleId, MembershipId)) -> Result<Events, AppError> {
    let (organization, schedule, _) = row;
    organization.advisory_lock(conn)?;
    let found = report_schedule::find(conn, organization, schedule)?;
    if !write::unsubscribe(conn, cx.now, row)? {
        return Ok(Events::none("they unsubscribed before"));
    }
    let event = Event::new(Action::ScheduleLeft, "report_schedule", schedule, found.name);
    Ok(Events::organization(organization, event))
}
