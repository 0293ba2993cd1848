//! Usage events as they are kept.

use diesel::prelude::*;

use crate::common::day::Day;
use crate::common::id::{CompanyId, UsageEventId};
use crate::common::time::Time;
use crate::db::schema::usage_events;
use crate::db::types::org_id::OrgId;
use crate::db::types::usage::Meter;
use crate::db::{Conn, affected};
use crate::models::usage::NewUsage;
use crate::on_each;

/// Events in one statement. Its text is the same each time, so it stays prepared.
const ROWS: usize = 25;

#[derive(Insertable)]
#[diesel(table_name = usage_events, treat_none_as_default_value = false)]
struct EventRow {
    organization_id: OrgId,
    id: UsageEventId,
    company_id: CompanyId,
    meter: Meter,
    quantity: i64,
    occurred_at: Time,
    day: Day,
    received_at: Time,
    source: String,
    event_id: String,
    sender_id: String,
}

/// A kept event.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = usage_events)]
pub struct UsageEvent {
    pub id: UsageEventId,
    #[diesel(column_name = company_id)]
    pub company: CompanyId,
    pub meter: Meter,
    pub quantity: i64,
    pub occurred_at: Time,
    pub day: Day,
    pub received_at: Time,
    pub source: String,
    pub event_id: String,
    pub sender_id: String,
    pub conflicts: i32,
    pub voided_at: Option<Time>,
    pub voided_by: Option<String>,
    pub void_reason: Option<String>,
}

/// Keeps new events.
pub fn insert(
    conn: &mut Conn,
    organization: OrgId,
    sender: &str,
    now: Time,
    events: &[(UsageEventId, &NewUsage)],
) -> QueryResult<()> {
    affected::organization(organization);
    let rows: Vec<EventRow> = events
        .iter()
        .map(|(id, event)| EventRow {
            organization_id: organization,
            id: *id,
            company_id: event.company,
            meter: event.meter,
            quantity: event.quantity,
            occurred_at: event.occurred_at,
            day: event.day,
            received_at: now,
            source: event.source.clone(),
            event_id: event.event_id.clone(),
            sender_id: sender.to_owned(),
        })
        .collect();
    let (many, rest) = rows.as_chunks::<ROWS>();
    for rows in many {
        on_each!(conn, c => diesel::insert_into(usage_events::table).values(rows).execute(c))?;
    }
    for row in rest {
        on_each!(conn, c => diesel::insert_into(usage_events::table).values(row).execute(c))?;
    }
    Ok(())
}

/// Marks that an event came again with other content.
pub fn mark_conflict(conn: &mut Conn, organization: OrgId, id: UsageEventId) -> QueryResult<()> {
    affected::organization(organization);
    diesel::update(usage_events::table.find((organization, id)))
        .set(usage_events::conflicts.eq(usage_events::conflicts + 1))
        .execute(conn)?;
    Ok(())
}

/// Voids an event. `false`: it was voided before.
pub fn void(
    conn: &mut Conn,
    organization: OrgId,
    id: UsageEventId,
    by: &str,
    reason: &str,
    now: Time,
) -> QueryResult<bool> {
    affected::organization(organization);
    let voided = diesel::update(
        usage_events::table
            .find((organization, id))
            .filter(usage_events::voided_at.is_null()),
    )
    .set((
        usage_events::voided_at.eq(Some(now)),
        usage_events::voided_by.eq(Some(by)),
        usage_events::void_reason.eq(Some(reason)),
    ))
    .execute(conn)?;
    Ok(voided == 1)
}

pub fn find(conn: &mut Conn, organization: OrgId, id: UsageEventId) -> QueryResult<UsageEvent> {
    usage_events::table
        .find((organization, id))
        .select(UsageEvent::as_select())
        .first(conn)
}

/// The events of a company and a meter over some days, the newest day first. `before`: only those after this one in the list, by day and
/// identifier.
pub fn page(
    conn: &mut Conn,
    organization: OrgId,
    company: CompanyId,
    meter: Meter,
    (from, to): (Day, Day),
    before: Option<(Day, UsageEventId)>,
    limit: i64,
) -> QueryResult<Vec<UsageEvent>> {
    let mut query = usage_events::table
        .filter(usage_events::organization_id.eq(organization))
        .filter(usage_events::company_id.eq(company))
        .filter(usage_events::meter.eq(meter))
        .filter(usage_events::day.between(from, to))
        .order((usage_events::day.desc(), usage_events::id.desc()))
        .limit(limit)
        .select(UsageEvent::as_select())
        .into_boxed::<<Conn as diesel::Connection>::Backend>();
    if let Some((day, id)) = before {
        query = query.filter(
            usage_events::day
                .lt(day)
                .or(usage_events::day.eq(day).and(usage_events::id.lt(id))),
        );
    }
    query.load(conn)
}
