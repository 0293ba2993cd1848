//! Stops, resumes and deletes a scheduled report.

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::models::report_schedule::ReportSchedule;
use crate::models::report_schedule::write;
use crate::services::report_schedules;
use crate::services::report_schedules::visible;

fn event(actor: &Actor, action: Action, schedule: &ReportSchedule) -> Events {
    actor.event(Event::new(action, "report_schedule", schedule.id, &schedule.name))
}

/// Stops it, or lets it go on. Returns its name.
pub fn set_running(conn: &mut Conn, actor: &Actor, id: &str, runs: bool) -> Result<(String, Events), AppError> {
    let schedule = visible::managed(conn, actor, id)?;
    if schedule.due_at.is_some() == runs {
        return Ok((schedule.name, Events::none("nothing changed")));
    }
    let due = if runs {
        report_schedules::next(schedule.every, actor.cx.now, actor.org_zone)
    } else {
        None
    };
    write::set_due(conn, actor.organization, schedule.id, due)?;
    let action = if runs {
        Action::ScheduleResumed
    } else {
        Action::ScheduleStopped
    };
    let events = event(actor, action, &schedule);
    Ok((schedule.name, events))
}

/// Deletes it. Returns its name.
pub fn delete(conn: &mut Conn, actor: &Actor, id: &str) -> Result<(String, Events), AppError> {
    let schedule = visible::managed(conn, actor, id)?;
    write::delete(conn, actor.organization, schedule.id)?;
    let events = event(actor, Action::ScheduleDeleted, &schedule);
    Ok((schedule.name, events))
}
