//! A year of usage and figures for each company of the demo: weekends, growth, and companies of different sizes.

use diesel::prelude::*;

use crate::audit::Events;
use crate::cli::demo::fixtures::ORGANIZATIONS;
use crate::cli::demo::prices;
use crate::cli::demo::schedules;
use crate::cli::demo::timeline::{DAY, Timeline, account, minutes};
use crate::common::day::Day;
use crate::common::error::AppError;
use crate::common::id::{ApiKeyId, CompanyId};
use crate::common::time::Span;
use crate::common::zone::Zone;
use crate::db::Conn;
use crate::db::schema::{api_keys, companies, organization_slugs, organizations};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::CompanyStatus;
use crate::db::types::usage::Meter;
use crate::models::membership::by_user;
use crate::models::usage::facts;
use crate::models::usage::facts::DayFacts;
use crate::services::usage::ingest::{IngestionError, UsageSender, ingest};
use crate::services::usage::input::UsageInput;

const YEAR: i32 = 365;

/// Days in one transaction: events may be 35 days old when they arrive.
const DAYS: i32 = 28;

/// The last days have an event for each day, those before one for each week: the demo starts in seconds.
const DAILY: i32 = 98;

/// What a company of average size does on a working day.
const TYPICAL: [(Meter, i64); 5] = [
    (Meter::VoiceSeconds, 21_600),
    (Meter::Calls, 180),
    (Meter::SmsSegments, 640),
    (Meter::SelfHealingActions, 24),
    (Meter::Leads, 15),
];

struct DemoCompany {
    id: CompanyId,
    slug: String,
    /// Percent of the average size.
    size: i64,
    /// What its figures vary by.
    seed: u64,
}

/// A number from 0 to 99 that is always the same for the same place.
fn chance(seed: u64, place: u64) -> i64 {
    // SplitMix64.
    let mut x = seed ^ place.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    i64::try_from((x ^ (x >> 31)) % 100).unwrap_or_default()
}

/// A typical quantity on a day: fewer on weekends, more from month to month, and a little up and down.
fn on_day(company: &DemoCompany, typical: i64, what: usize, day: Day, today: Day) -> i64 {
    let age = i64::from(today.0 - day.0);
    let grown = 100 - age * 45 / i64::from(YEAR);
    let week = if day.of_week() >= 5 { 22 } else { 100 };
    let varied = 80 + chance(company.seed ^ what as u64, day.0.unsigned_abs().into()) * 40 / 100;
    typical * company.size * grown / 100 * week / 100 * varied / 10_000
}

pub fn seed(timeline: &Timeline) -> Result<(), AppError> {
    for demo in ORGANIZATIONS {
        let (organization, zone, companies, sender) = timeline.ago(0, |_, conn| {
            let (organization, zone): (OrgId, Zone) = organizations::table
                .inner_join(organization_slugs::table.on(organization_slugs::organization_id.eq(organizations::id)))
                .filter(organization_slugs::slug.eq(demo.slug))
                .select((organizations::id, organizations::timezone))
                .first(conn)?;
            let rows: Vec<(CompanyId, String)> = companies::table
                .filter(companies::organization_id.eq(organization))
                .filter(companies::status.eq(CompanyStatus::Active))
                .order(companies::slug)
                .select((companies::id, companies::slug))
                .load(conn)?;
            let sender = sender(conn, organization, demo.owner)?;
            Ok(((organization, zone, rows, sender), None, Events::none("a read")))
        })?;
        let companies: Vec<DemoCompany> = companies
            .into_iter()
            .map(|(id, slug)| {
                let seed = slug
                    .bytes()
                    .fold(7, |sum: u64, byte| sum.wrapping_mul(31) + u64::from(byte));
                DemoCompany {
                    id,
                    size: 40 + chance(seed, 1) * 2,
                    slug,
                    seed,
                }
            })
            .collect();
        let today = Day::of(timeline.today.now, zone);
        let mut first = today.plus(-YEAR);
        while first <= today {
            let last = first.plus(DAYS - 1).min(today);
            let sender = UsageSender {
                organization,
                id: &sender,
                within: None,
                zone,
            };
            piece(timeline, sender, &companies, (first, last, today))?;
            first = last.plus(1);
        }
        prices::seed(timeline, organization, demo.owner, today)?;
        schedules::seed(timeline, organization, demo.owner, zone)?;
    }
    Ok(())
}

/// Who sends the events: the oldest API key, or the owner.
fn sender(conn: &mut Conn, organization: OrgId, owner: &str) -> Result<String, AppError> {
    let key: Option<ApiKeyId> = api_keys::table
        .filter(api_keys::organization_id.eq(organization))
        .order(api_keys::created_at)
        .select(api_keys::id)
        .first(conn)
        .optional()?;
    if let Some(key) = key {
        return Ok(key.to_string());
    }
    let owner = account(conn, owner)?;
    let member = by_user::active_id(conn, organization, owner)?.ok_or(AppError::NotFound)?;
    Ok(member.to_string())
}

/// The events and figures of some days.
fn piece(
    timeline: &Timeline,
    sender: UsageSender<'_>,
    companies: &[DemoCompany],
    (first, last, today): (Day, Day, Day),
) -> Result<(), AppError> {
    let age = i64::from(today.0 - last.0);
    timeline.ago(age * DAY, |cx, conn| {
        let mut batch = Vec::new();
        let mut day = first;
        while day <= last {
            for company in companies {
                batch.extend(events(company, day, today, sender.zone));
                facts::save(
                    conn,
                    sender.organization,
                    company.id,
                    day,
                    figures(company, day, today),
                    cx.now,
                )?;
            }
            day = day.plus(1);
        }
        // Events of today that are still to come.
        batch.retain(|event| event.occurred_at.is_some_and(|at| at <= cx.now));
        for events in batch.chunks(1_000) {
            ingest(conn, sender, cx.now, events, true).map_err(|error| match error {
                IngestionError::Failed(error) => error,
                IngestionError::Rejected(_) => AppError::internal("an event of the demo is wrong"),
            })?;
        }
        Ok(((), None, Events::none("usage events are their own record")))
    })
}

fn events(company: &DemoCompany, day: Day, today: Day, zone: Zone) -> Vec<UsageInput> {
    let daily = today.0 - day.0 < DAILY;
    if !daily && day.of_week() != 4 {
        return Vec::new();
    }
    let start = day.start(zone);
    TYPICAL
        .iter()
        .enumerate()
        .map(|(what, (meter, typical))| {
            let quantity: i64 = if daily {
                on_day(company, *typical, what, day, today)
            } else {
                (0..7)
                    .map(|back| on_day(company, *typical, what, day.plus(-back), today))
                    .sum()
            };
            UsageInput {
                source: "dialer".to_owned(),
                id: format!("{}-{meter}-{}", company.slug, day.iso()),
                meter: meter.to_string(),
                subject: company.slug.clone(),
                quantity: quantity.to_string(),
                occurred_at: start.map(|start| start + Span::minutes(7 * 60 + 15 * minutes(what))),
            }
        })
        .collect()
}

fn figures(company: &DemoCompany, day: Day, today: Day) -> DayFacts {
    let open = on_day(company, 420, 90, Day(day.0 - day.of_week()), today);
    let new = on_day(company, 26, 91, day, today);
    let closed = on_day(company, 23, 92, day, today);
    let placed = on_day(company, 3_400_000, 93, day, today);
    let rate = 17 + chance(company.seed, 94) / 8;
    DayFacts {
        cases_open: Some(open),
        cases_new: Some(new),
        cases_closed: Some(closed),
        campaigns_active: Some(2 + chance(company.seed, 95) / 18),
        placed_minor: Some(placed),
        recovered_minor: Some(placed * (rate + chance(company.seed, day.0.unsigned_abs().into()) / 20) / 100),
    }
}
