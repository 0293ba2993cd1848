//! Schedules a report.

use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::authz::permission::{ExportReporting, Permission};
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::id::MembershipId;
use crate::db::Conn;
use crate::models::membership::by_user;
use crate::models::report_schedule;
use crate::models::report_schedule::write;
use crate::models::report_schedule::{Every, NewSchedule};
use crate::models::user;
use crate::services::report_schedules;
use crate::services::reports::ReportReader;

/// The most schedules of an organization.
pub const MOST: usize = 100;

/// The most people who get one.
pub const RECIPIENTS: usize = 50;

/// Why nothing was scheduled.
#[derive(Debug)]
pub enum ScheduleError {
    /// The address is no active member's.
    NoMember(String),
    /// The member may not export reports.
    NoPermission(String),
    TooManyRecipients,
    TooMany,
    Failed(AppError),
}

crate::change_error!(ScheduleError);

/// Schedules a report for members, by their addresses; without any, for the actor.
///
/// # Errors
/// When nothing was scheduled.
pub fn create(
    conn: &mut Conn,
    actor: &Actor,
    name: &str,
    every: Every,
    emails: &[Email],
) -> Result<((), Events), ScheduleError> {
    if report_schedule::list(conn, actor.organization)?.len() >= MOST {
        return Err(ScheduleError::TooMany);
    }
    if emails.len() > RECIPIENTS {
        return Err(ScheduleError::TooManyRecipients);
    }
    let mut recipients: Vec<MembershipId> = Vec::new();
    for email in emails {
        let member = member(conn, actor, email)?;
        if !recipients.contains(&member) {
            recipients.push(member);
        }
    }
    if recipients.is_empty() {
        recipients.extend(actor.membership());
    }
    let now = actor.cx.now;
    let due_at = report_schedules::next(every, now, actor.org_zone)
        .ok_or_else(|| AppError::internal("the next day of a scheduled report"))?;
    let new = NewSchedule {
        name: name.to_owned(),
        every,
        recipients,
        due_at,
    };
    let by = actor.membership().ok_or(AppError::NotFound)?;
    let id = write::insert(conn, &actor.cx, actor.organization, by, &new)?;
    let count = new.recipients.len();
    let event = Event::new(Action::ScheduleCreated, "report_schedule", id, name)
        .after(json!({ "every": every.as_str(), "recipients": count }));
    Ok(((), actor.event(event)))
}

/// The active member with an address, who may export reports.
fn member(conn: &mut Conn, actor: &Actor, email: &Email) -> Result<MembershipId, ScheduleError> {
    let unknown = || ScheduleError::NoMember(email.to_string());
    let account = user::by_email(conn, email)?.ok_or_else(unknown)?;
    let member = by_user::active_id(conn, actor.organization, account.id)?.ok_or_else(unknown)?;
    let reader = ReportReader::of_member(conn, &actor.cx, actor.organization, member, ExportReporting::ID)?;
    match reader {
        Some(_) => Ok(member),
        None => Err(ScheduleError::NoPermission(email.to_string())),
    }
}
