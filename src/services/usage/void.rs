//! Corrects a mistake: the event stays, marked, and leaves the sums.

use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::common::error::AppError;
use crate::common::id::{CompanyId, UsageEventId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::models::usage::sums::SumChanges;
use crate::models::usage::{event, key, subjects};

/// The longest reason, in characters.
pub const REASON: usize = 500;

/// Why an event was not voided.
#[derive(Debug)]
pub enum VoidingError {
    /// No event with this source and id was kept within 90 days, or not of a company of the sender.
    Unknown,
    /// It is voided already.
    Voided,
    Failed(AppError),
}

crate::change_error!(VoidingError);

fn missing(error: diesel::result::Error) -> VoidingError {
    match error {
        diesel::result::Error::NotFound => VoidingError::Unknown,
        other => VoidingError::Failed(other.into()),
    }
}

/// Voids the event with a source and id. `within`: only of these companies.
///
/// # Errors
/// When nothing was changed.
pub fn void(
    conn: &mut Conn,
    organization: OrgId,
    (source, id): (&str, &str),
    within: Option<&[CompanyId]>,
    (by, reason, now): (&str, &str, Time),
) -> Result<Events, VoidingError> {
    let found = key::find(conn, organization, &key::event_key(source, id)).map_err(missing)?;
    void_kept(conn, organization, found, within, (by, reason, now))
}

/// Voids a kept event, however long ago it was sent. `within`: only of these companies.
///
/// # Errors
/// When nothing was changed.
pub fn void_kept(
    conn: &mut Conn,
    organization: OrgId,
    found: UsageEventId,
    within: Option<&[CompanyId]>,
    (by, reason, now): (&str, &str, Time),
) -> Result<Events, VoidingError> {
    let event = event::find(conn, organization, found).map_err(missing)?;
    let (source, id) = (&event.source, &event.event_id);
    if within.is_some_and(|within| !within.contains(&event.company)) {
        return Err(VoidingError::Unknown);
    }
    if !event::void(conn, organization, found, by, reason, now)? {
        return Err(VoidingError::Voided);
    }
    let archived = !subjects::is_active(conn, organization, event.company)?;
    let mut sums = SumChanges::default();
    sums.remove(event.company, archived, (event.meter, event.day), event.quantity);
    sums.apply(conn, organization)?;
    let what = json!({
        "source": source, "id": id, "meter": event.meter.as_str(), "quantity_micro": event.quantity, "day": event.day.iso(),
        "reason": reason,
    });
    let voided = Event::new(Action::UsageEventVoided, "usage_event", found, format!("{source} {id}"))
        .company(event.company)
        .after(what);
    Ok(Events::organization(organization, voided))
}
