//! Keeps usage events and adds them to the sums, each source and id once.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::common::error::AppError;
use crate::common::external_ref;
use crate::common::id::CompanyId;
use crate::common::time::Time;
use crate::common::zone::Zone;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::CompanyStatus;
use crate::models::usage::NewUsage;
use crate::models::usage::event;
use crate::models::usage::key::EventKey;
use crate::models::usage::sums::SumChanges;
use crate::models::usage::zones::CountingZones;
use crate::models::usage::{key, subjects};
use crate::services::usage::input::{UsageFault, UsageInput};

/// Who sends events.
#[derive(Debug, Clone, Copy)]
pub struct UsageSender<'a> {
    pub organization: OrgId,
    /// The API key or the membership.
    pub id: &'a str,
    /// The companies that it may report for; `None` for all.
    pub within: Option<&'a [CompanyId]>,
    /// The organization's present time zone.
    pub zone: Zone,
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UsageStatus {
    /// It counts.
    Accepted,
    /// It was sent before, and does not count again.
    Duplicate,
    /// Its source and id were sent before with other content. It does not count, and the kept event is marked.
    Conflict,
    Rejected(UsageFault),
}

/// Why no event of a batch was kept.
#[derive(Debug)]
pub enum IngestionError {
    /// One event at least was rejected, and all were wanted or none. The status of each.
    Rejected(Vec<UsageStatus>),
    Failed(AppError),
}

crate::change_error!(IngestionError);

/// Keeps the events of a batch and says what became of each. `all`: all of them or none.
///
/// # Errors
/// When nothing was kept.
pub fn ingest(
    conn: &mut Conn,
    sender: UsageSender<'_>,
    now: Time,
    batch: &[UsageInput],
    all: bool,
) -> Result<Vec<UsageStatus>, IngestionError> {
    let checked = check(conn, sender, now, batch)?;
    let mut statuses: Vec<UsageStatus> = checked
        .iter()
        .map(|event| {
            event
                .as_ref()
                .map_or_else(|fault| UsageStatus::Rejected(*fault), |_| UsageStatus::Accepted)
        })
        .collect();
    if all && checked.iter().any(Result::is_err) {
        return Err(IngestionError::Rejected(statuses));
    }
    // The first event of a source and id counts; those after it in the batch are compared with it.
    let mut firsts: HashMap<String, usize> = HashMap::new();
    let mut keys: Vec<(EventKey, usize)> = Vec::with_capacity(batch.len());
    for (at, event) in checked.iter().enumerate() {
        let Ok(event) = event else { continue };
        let key = EventKey::of(sender.organization, event, now);
        firsts.entry(key.event_key.clone()).or_insert(at);
        keys.push((key, at));
    }
    let mut new: Vec<EventKey> = keys
        .iter()
        .filter(|(key, at)| firsts.get(&key.event_key) == Some(at))
        .map(|(key, _)| key.clone())
        .collect();
    new.sort_unstable_by(|one, other| one.event_key.cmp(&other.event_key));
    let taken: HashSet<String> = key::take(conn, &new)?.into_iter().collect();

    let mut kept = Vec::with_capacity(taken.len());
    let mut sums = SumChanges::default();
    for (key, at) in &keys {
        let counts = taken.contains(&key.event_key) && firsts.get(&key.event_key) == Some(at);
        if let Some(Ok(event)) = checked.get(*at).filter(|_| counts) {
            kept.push((key.usage_event_id, event));
            sums.add(event);
        }
    }
    event::insert(conn, sender.organization, sender.id, now, &kept)?;
    sums.apply(conn, sender.organization)?;
    let again: Vec<&(EventKey, usize)> = keys
        .iter()
        .filter(|(key, at)| !taken.contains(&key.event_key) || firsts.get(&key.event_key) != Some(at))
        .collect();
    compare(conn, sender.organization, &again, &mut statuses)?;
    Ok(statuses)
}

/// What would become of the events of a batch, if it was sent now. Nothing is written.
///
/// # Errors
/// When the database can't be read.
pub fn preview(
    conn: &mut Conn,
    sender: UsageSender<'_>,
    now: Time,
    batch: &[UsageInput],
) -> Result<Vec<UsageStatus>, IngestionError> {
    let checked = check(conn, sender, now, batch)?;
    let key = |event: &Result<NewUsage, UsageFault>| {
        let event = event.as_ref().map_err(|fault| *fault)?;
        Ok(EventKey::of(sender.organization, event, now))
    };
    let keys: Vec<Result<EventKey, UsageFault>> = checked.iter().map(key).collect();
    let texts: Vec<&str> = keys.iter().flatten().map(|key| key.event_key.as_str()).collect();
    let mut contents: HashMap<String, String> = key::known(conn, sender.organization, &texts)?
        .into_iter()
        .map(|(key, content, _)| (key, content))
        .collect();
    let mut statuses = Vec::with_capacity(keys.len());
    for key in keys {
        statuses.push(match key {
            Err(fault) => UsageStatus::Rejected(fault),
            Ok(key) => match contents.insert(key.event_key.clone(), key.content.clone()) {
                None => UsageStatus::Accepted,
                Some(content) if content == key.content => UsageStatus::Duplicate,
                Some(content) => {
                    contents.insert(key.event_key, content);
                    UsageStatus::Conflict
                }
            },
        });
    }
    Ok(statuses)
}

/// Says of each event that came before whether it says the same.
fn compare(
    conn: &mut Conn,
    organization: OrgId,
    again: &[&(EventKey, usize)],
    statuses: &mut [UsageStatus],
) -> Result<(), IngestionError> {
    if again.is_empty() {
        return Ok(());
    }
    let keys: Vec<&str> = again.iter().map(|(key, _)| key.event_key.as_str()).collect();
    let known = key::known(conn, organization, &keys)?;
    let known: HashMap<String, _> = known
        .into_iter()
        .map(|(key, content, id)| (key, (content, id)))
        .collect();
    for (key, at) in again {
        let Some((content, id)) = known.get(&key.event_key) else {
            continue;
        };
        let same = *content == key.content;
        if !same {
            event::mark_conflict(conn, organization, *id)?;
        }
        if let Some(status) = statuses.get_mut(*at) {
            *status = if same {
                UsageStatus::Duplicate
            } else {
                UsageStatus::Conflict
            };
        }
    }
    Ok(())
}

/// Checks each event, and finds its company and day.
fn check(
    conn: &mut Conn,
    sender: UsageSender<'_>,
    now: Time,
    batch: &[UsageInput],
) -> Result<Vec<Result<NewUsage, UsageFault>>, IngestionError> {
    let subjects: BTreeSet<&str> = batch
        .iter()
        .map(|input| input.subject.as_str())
        .filter(|subject| external_ref::is_valid(subject))
        .collect();
    let companies = subjects::by_names(conn, sender.organization, &subjects)?;
    let zones = CountingZones::read(conn, sender.organization, sender.zone)?;
    let check = |input: &UsageInput| {
        let (meter, quantity, occurred_at) = input.check(now)?;
        let (company, status) = companies
            .get(&input.subject)
            .filter(|(id, _)| sender.within.is_none_or(|within| within.contains(id)))
            .ok_or(UsageFault::UnknownCompany)?;
        if *status != CompanyStatus::Active {
            return Err(UsageFault::ArchivedCompany);
        }
        Ok(NewUsage {
            company: *company,
            archived: false,
            meter,
            quantity,
            occurred_at,
            is_timed: input.occurred_at.is_some(),
            day: zones.day(occurred_at),
            source: input.source.clone(),
            event_id: input.id.clone(),
        })
    };
    Ok(batch.iter().map(check).collect())
}
