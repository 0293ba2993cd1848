//! Sends the reports that are due.

use crate::app::Ctx;
use crate::audit::Events;
use crate::authz::permission::{ExportReporting, Permission};
use crate::common::error::AppError;
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::db::{Conn, affected};
use crate::models::organization::heading;
use crate::models::organization::heading::OrganizationHeading;
use crate::models::report_schedule;
use crate::models::report_schedule::write;
use crate::models::report_schedule::{ReportRecipient, ReportSchedule, SkipReason};
use crate::models::usage::zones::CountingZones;
use crate::services::report_schedules;
use crate::services::report_schedules::email;
use crate::services::reports::{Report, ReportQuery, ReportReader};

/// Sends one report to all who get it; `false` when none is due. A report that was due several times meanwhile is sent once.
pub fn send_one(conn: &mut Conn, cx: &Ctx) -> Result<(bool, Events), AppError> {
    let quiet = Events::none("the emails are in the list of the schedule");
    let Some(found) = report_schedule::due(conn, cx.now)? else {
        affected::no_one();
        return Ok((false, quiet));
    };
    let organization = found.organization_id;
    organization.advisory_lock(conn)?;
    // It may have been stopped or sent while this waited.
    let schedule = report_schedule::find(conn, organization, found.id)?;
    if schedule.due_at.is_none_or(|due| due > cx.now) {
        return Ok((true, quiet));
    }
    let heading = heading::heading(conn, organization)?;
    let next = report_schedules::next(schedule.every, cx.now, heading.zone);
    write::sent(conn, organization, schedule.id, cx.now, next)?;
    if heading.is_active() {
        let recipients = report_schedule::recipients_of(conn, organization, schedule.id)?;
        for recipient in recipients
            .iter()
            .filter(|recipient| recipient.unsubscribed_at.is_none())
        {
            let skipped = send_to(conn, cx, &heading, &schedule, recipient)?;
            write::note(conn, organization, recipient, cx.now, skipped)?;
        }
    }
    Ok((true, quiet))
}

/// Sends what the recipient may export now, or says why they get nothing.
fn send_to(
    conn: &mut Conn,
    cx: &Ctx,
    heading: &OrganizationHeading,
    schedule: &ReportSchedule,
    recipient: &ReportRecipient,
) -> Result<Option<SkipReason>, AppError> {
    match recipient.status {
        MembershipStatus::Removed => return Ok(Some(SkipReason::Removed)),
        MembershipStatus::Suspended => return Ok(Some(SkipReason::Suspended)),
        MembershipStatus::Active => {}
    }
    let organization: OrgId = schedule.organization_id;
    let member = recipient.membership_id;
    let Some(reader) = ReportReader::of_member(conn, cx, organization, member, ExportReporting::ID)? else {
        return Ok(Some(SkipReason::NoPermission));
    };
    let today = CountingZones::read(conn, organization, heading.zone)?.day(cx.now);
    let query = ReportQuery {
        reader: &reader,
        company: None,
        archived: false,
        days: report_schedules::days(schedule.every, today),
        today,
        series: false,
        lines: true,
    };
    let report = Report::read(conn, query)?;
    email::send(conn, cx, heading, schedule, recipient, report)?;
    Ok(None)
}
