//! Sets what a company reports of a day.

use serde_json::{Map, Value};

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::auth::company::Company;
use crate::common::day::Day;
use crate::common::error::AppError;
use crate::common::id::CompanyId;
use crate::db::Conn;
use crate::db::types::organization::CompanyStatus;
use crate::models::usage::facts;
use crate::models::usage::facts::DayFacts;
use crate::models::usage::zones::CountingZones;

/// The largest figure.
pub const LARGEST: i64 = 1_000_000_000_000_000;

/// How many days before today can be set.
pub const DAYS_BACK: i32 = 800;

/// Why the figures of a day were not set.
#[derive(Debug)]
pub enum FactsError {
    Archived,
    /// The day has not begun in the organization's time zone.
    InTheFuture,
    TooOld,
    /// The figure with this name is below 0 or too large.
    OutOfRange(&'static str),
    Failed(AppError),
}

crate::change_error!(FactsError);

/// Each figure with its name.
pub fn named(facts: &DayFacts) -> [(&'static str, Option<i64>); 6] {
    [
        ("cases_open", facts.cases_open),
        ("cases_new", facts.cases_new),
        ("cases_closed", facts.cases_closed),
        ("campaigns_active", facts.campaigns_active),
        ("placed_minor", facts.placed_minor),
        ("recovered_minor", facts.recovered_minor),
    ]
}

/// The company of some figures.
#[derive(Debug, Clone, Copy)]
pub struct FactsCompany<'a> {
    pub id: CompanyId,
    pub name: &'a str,
    pub status: CompanyStatus,
}

impl<'a> From<&'a Company> for FactsCompany<'a> {
    fn from(company: &'a Company) -> Self {
        Self {
            id: company.id,
            name: &company.name,
            status: company.status,
        }
    }
}

/// Sets the figures of a day to what `change` makes of the present ones, and gives them back.
///
/// # Errors
/// When nothing was changed.
pub fn set<'a>(
    conn: &mut Conn,
    actor: &Actor,
    company: impl Into<FactsCompany<'a>>,
    day: Day,
    change: impl FnOnce(DayFacts) -> DayFacts,
) -> Result<(DayFacts, Events), FactsError> {
    let company = company.into();
    let (before, after) = check(conn, actor, company, day, change)?;
    if after == before {
        return Ok((after, Events::none("nothing changed")));
    }
    facts::save(conn, actor.organization, company.id, day, after, actor.cx.now)?;
    let event = Event::new(Action::CompanyFactsChanged, "company", company.id, company.name)
        .before(changed(&before, &after, None))
        .after(changed(&after, &before, Some(day)));
    Ok((after, actor.event(event)))
}

/// The figures of a day before and after a change that is allowed.
///
/// # Errors
/// Why it is not.
pub fn check(
    conn: &mut Conn,
    actor: &Actor,
    company: FactsCompany<'_>,
    day: Day,
    change: impl FnOnce(DayFacts) -> DayFacts,
) -> Result<(DayFacts, DayFacts), FactsError> {
    if company.status != CompanyStatus::Active {
        return Err(FactsError::Archived);
    }
    let (organization, now) = (actor.organization, actor.cx.now);
    let today = CountingZones::read(conn, organization, actor.org_zone)?.day(now);
    if day > today {
        return Err(FactsError::InTheFuture);
    }
    if day < today.plus(-DAYS_BACK) {
        return Err(FactsError::TooOld);
    }
    let before = facts::of_day(conn, organization, company.id, day)?;
    let after = change(before);
    for (name, figure) in named(&after) {
        if figure.is_some_and(|figure| !(0..=LARGEST).contains(&figure)) {
            return Err(FactsError::OutOfRange(name));
        }
    }
    Ok((before, after))
}

/// The figures that differ.
fn changed(facts: &DayFacts, other: &DayFacts, day: Option<Day>) -> Value {
    let mut fields = Map::new();
    if let Some(day) = day {
        fields.insert("day".to_owned(), day.iso().into());
    }
    for ((name, figure), (_, other)) in named(facts).into_iter().zip(named(other)) {
        if figure != other {
            fields.insert(name.to_owned(), figure.into());
        }
    }
    Value::Object(fields)
}
