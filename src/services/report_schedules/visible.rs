//! Which scheduled reports a member sees and changes.

use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::ExportReporting;
use crate::common::error::AppError;
use crate::common::id::ScheduleId;
use crate::db::Conn;
use crate::models::report_schedule;
use crate::models::report_schedule::{ReportRecipient, ReportSchedule};

/// Whether the actor stops and deletes it: who made it, and who exports the reports of all companies.
pub fn manages(actor: &Actor, schedule: &ReportSchedule) -> bool {
    actor.support.is_none()
        && (actor.reach::<ExportReporting>() == Reach::Everywhere || schedule.created_by == actor.id)
}

/// Those that the actor sees, with who gets them: all, or those that they made or get.
pub fn list(conn: &mut Conn, actor: &Actor) -> Result<Vec<(ReportSchedule, Vec<ReportRecipient>)>, AppError> {
    let recipients = report_schedule::recipients(conn, actor.organization)?;
    let everything = actor.reach::<ExportReporting>() == Reach::Everywhere;
    let all = report_schedule::list(conn, actor.organization)?
        .into_iter()
        .map(|schedule| {
            let own = recipients
                .iter()
                .filter(|recipient| recipient.schedule_id == schedule.id);
            let own: Vec<ReportRecipient> = own.cloned().collect();
            (schedule, own)
        });
    Ok(all
        .filter(|(schedule, recipients)| {
            let gets = recipients.iter().any(|recipient| recipient.membership_id == actor.id);
            everything || schedule.created_by == actor.id || gets
        })
        .collect())
}

/// A schedule that the actor changes.
pub fn managed(conn: &mut Conn, actor: &Actor, id: &str) -> Result<ReportSchedule, AppError> {
    let id = ScheduleId::parse(id).ok_or(AppError::NotFound)?;
    let schedule = report_schedule::find(conn, actor.organization, id)?;
    if manages(actor, &schedule) {
        Ok(schedule)
    } else {
        Err(AppError::NotFound)
    }
}
