//! Writes of scheduled reports.

use diesel::prelude::*;

use crate::app::Ctx;
use crate::common::id::{MembershipId, ScheduleId};
use crate::common::time::Time;
use crate::common::token::Seed;
use crate::db::schema::{report_recipients, report_schedules};
use crate::db::types::org_id::OrgId;
use crate::db::{Conn, affected};
use crate::models::report_schedule::{NewSchedule, ReportRecipient, SkipReason};

pub fn insert(
    conn: &mut Conn,
    cx: &Ctx,
    organization: OrgId,
    by: MembershipId,
    new: &NewSchedule,
) -> QueryResult<ScheduleId> {
    affected::organization(organization);
    let id = ScheduleId::fresh();
    diesel::insert_into(report_schedules::table)
        .values((
            report_schedules::organization_id.eq(organization),
            report_schedules::id.eq(id),
            report_schedules::name.eq(&new.name),
            report_schedules::every.eq(new.every),
            report_schedules::due_at.eq(Some(new.due_at)),
            report_schedules::created_at.eq(cx.now),
            report_schedules::created_by.eq(by),
        ))
        .execute(conn)?;
    for member in &new.recipients {
        affected::member(organization, *member);
        let seed = Seed::random();
        diesel::insert_into(report_recipients::table)
            .values((
                report_recipients::organization_id.eq(organization),
                report_recipients::schedule_id.eq(id),
                report_recipients::membership_id.eq(member),
                report_recipients::token_hash.eq(cx.token(&seed).hash()),
                report_recipients::token_seed.eq(seed.0),
            ))
            .execute(conn)?;
    }
    Ok(id)
}

/// Says when it is sent next; `None` stops it.
pub fn set_due(conn: &mut Conn, organization: OrgId, id: ScheduleId, due_at: Option<Time>) -> QueryResult<()> {
    affected::organization(organization);
    diesel::update(report_schedules::table.find((organization, id)))
        .set(report_schedules::due_at.eq(due_at))
        .execute(conn)?;
    Ok(())
}

/// Notes that it was sent, and when it is sent next.
pub fn sent(conn: &mut Conn, organization: OrgId, id: ScheduleId, now: Time, next: Option<Time>) -> QueryResult<()> {
    affected::organization(organization);
    diesel::update(report_schedules::table.find((organization, id)))
        .set((
            report_schedules::due_at.eq(next),
            report_schedules::last_sent_at.eq(Some(now)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Notes what became of a recipient's report.
pub fn note(
    conn: &mut Conn,
    organization: OrgId,
    recipient: &ReportRecipient,
    now: Time,
    skipped: Option<SkipReason>,
) -> QueryResult<()> {
    affected::organization(organization);
    let row = report_recipients::table.find((organization, recipient.schedule_id, recipient.membership_id));
    match skipped {
        Some(reason) => diesel::update(row)
            .set(report_recipients::skipped.eq(Some(reason)))
            .execute(conn)?,
        None => diesel::update(row)
            .set((
                report_recipients::skipped.eq(None::<SkipReason>),
                report_recipients::last_sent_at.eq(Some(now)),
            ))
            .execute(conn)?,
    };
    Ok(())
}

/// `false`: they had unsubscribed before.
pub fn unsubscribe(
    conn: &mut Conn,
    now: Time,
    (organization, schedule, member): (OrgId, ScheduleId, MembershipId),
) -> QueryResult<bool> {
    affected::organization(organization);
    affected::member(organization, member);
    let row = report_recipients::table
        .find((organization, schedule, member))
        .filter(report_recipients::unsubscribed_at.is_null());
    let changed = diesel::update(row)
        .set(report_recipients::unsubscribed_at.eq(Some(now)))
        .execute(conn)?;
    Ok(changed == 1)
}

pub fn delete(conn: &mut Conn, organization: OrgId, id: ScheduleId) -> QueryResult<()> {
    affected::organization(organization);
    diesel::delete(
        report_recipients::table
            .filter(report_recipients::organization_id.eq(organization))
            .filter(report_recipients::schedule_id.eq(id)),
    )
    .execute(conn)?;
    diesel::delete(report_schedules::table.find((organization, id))).execute(conn)?;
    Ok(())
}
