//! The sums of usage events.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};
use diesel::upsert::excluded;

use crate::common::day::{Day, Month};
use crate::common::error::AppError;
use crate::common::id::CompanyId;
use crate::common::problem::Problem;
use crate::db::Conn;
use crate::db::kept::Keep;
use crate::db::schema::{usage_days, usage_months};
use crate::db::types::org_id::OrgId;
use crate::db::types::usage::{Meter, SumScope};
use crate::models::usage::NewUsage;
use crate::on_each;

/// A quantity, and how many events it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sum {
    pub quantity: i64,
    pub events: i64,
}

/// What is added to the sums of an organization: by scope, meter and day. In one order, so that two writers never wait for each
/// other.
#[derive(Debug, Default)]
pub struct SumChanges {
    days: BTreeMap<(String, Meter, Day), Sum>,
}

#[derive(Insertable)]
#[diesel(table_name = usage_days)]
struct DayRow<'a> {
    organization_id: OrgId,
    scope: &'a str,
    meter: Meter,
    day: Day,
    quantity: i64,
    events: i64,
}

#[derive(Insertable)]
#[diesel(table_name = usage_months)]
struct MonthRow<'a> {
    organization_id: OrgId,
    scope: &'a str,
    meter: Meter,
    month: Month,
    quantity: i64,
    events: i64,
}

impl SumChanges {
    /// Adds an event.
    pub fn add(&mut self, event: &NewUsage) {
        let sum = Sum {
            quantity: event.quantity,
            events: 1,
        };
        self.change(event.company, event.archived, (event.meter, event.day), sum);
    }

    /// Takes an event out.
    pub fn remove(&mut self, company: CompanyId, archived: bool, (meter, day): (Meter, Day), quantity: i64) {
        let sum = Sum {
            quantity: -quantity,
            events: -1,
        };
        self.change(company, archived, (meter, day), sum);
    }

    fn change(&mut self, company: CompanyId, archived: bool, (meter, day): (Meter, Day), sum: Sum) {
        let together = if archived { SumScope::Archived } else { SumScope::Active };
        for scope in [company.to_string(), together.to_string()] {
            let kept = self.days.entry((scope, meter, day)).or_default();
            // One batch has too few events to exceed 64 bits, and the database refuses sums that do.
            kept.quantity = kept.quantity.saturating_add(sum.quantity);
            kept.events += sum.events;
        }
    }

    /// Moves all sums of a company from those of active companies to those of archived ones, or back.
    fn move_company(&mut self, rows: Vec<(Meter, Day, i64, i64)>, to: SumScope) {
        let from = match to {
            SumScope::Active => SumScope::Archived,
            SumScope::Archived => SumScope::Active,
        };
        for (meter, day, quantity, events) in rows {
            for (scope, sign) in [(from, -1), (to, 1)] {
                let kept = self.days.entry((scope.to_string(), meter, day)).or_default();
                kept.quantity = kept.quantity.saturating_add(quantity * sign);
                kept.events += events * sign;
            }
        }
    }

    /// Writes the changes.
    pub fn apply(&self, conn: &mut Conn, organization: OrgId) -> Result<(), AppError> {
        self.write(conn, organization).map_err(|error| {
            if is_beyond_64_bits(&error) {
                too_large().into()
            } else {
                error.into()
            }
        })
    }

    fn write(&self, conn: &mut Conn, organization: OrgId) -> QueryResult<()> {
        let mut months: BTreeMap<(&str, Meter, Month), Sum> = BTreeMap::new();
        for ((scope, meter, day), sum) in &self.days {
            add_day(conn, organization, scope, (*meter, *day), *sum)?;
            let kept = months.entry((scope, *meter, day.month())).or_default();
            kept.quantity = kept.quantity.saturating_add(sum.quantity);
            kept.events += sum.events;
        }
        for ((scope, meter, month), sum) in months {
            add_month(conn, organization, scope, (meter, month), sum)?;
        }
        Ok(())
    }
}

/// PostgreSQL refuses such a number itself; on SQLite it becomes a fraction, which a check of the table refuses.
fn is_beyond_64_bits(error: &Error) -> bool {
    match error {
        Error::DatabaseError(DatabaseErrorKind::CheckViolation, _) => true,
        Error::DatabaseError(_, info) => info.message().contains("bigint out of range"),
        _ => false,
    }
}

fn too_large() -> Problem {
    Problem::new(
        "sum-too-large",
        StatusCode::UNPROCESSABLE_ENTITY,
        "The sum is too large",
        "With this change, a sum of usage would be larger than can be counted. Nothing was changed.",
    )
}

fn add_day(conn: &mut Conn, organization: OrgId, scope: &str, (meter, day): (Meter, Day), sum: Sum) -> QueryResult<()> {
    let row = DayRow {
        organization_id: organization,
        scope,
        meter,
        day,
        quantity: sum.quantity,
        events: sum.events,
    };
    let key = (
        usage_days::organization_id,
        usage_days::scope,
        usage_days::meter,
        usage_days::day,
    );
    on_each!(conn, c => diesel::insert_into(usage_days::table)
        .values(&row)
        .on_conflict(key)
        .do_update()
        .set((
            usage_days::quantity.eq(usage_days::quantity + excluded(usage_days::quantity)),
            usage_days::events.eq(usage_days::events + excluded(usage_days::events)),
        ))
        .kept()
        .execute(c))?;
    Ok(())
}

fn add_month(
    conn: &mut Conn,
    organization: OrgId,
    scope: &str,
    (meter, month): (Meter, Month),
    sum: Sum,
) -> QueryResult<()> {
    let row = MonthRow {
        organization_id: organization,
        scope,
        meter,
        month,
        quantity: sum.quantity,
        events: sum.events,
    };
    let key = (
        usage_months::organization_id,
        usage_months::scope,
        usage_months::meter,
        usage_months::month,
    );
    on_each!(conn, c => diesel::insert_into(usage_months::table)
        .values(&row)
        .on_conflict(key)
        .do_update()
        .set((
            usage_months::quantity.eq(usage_months::quantity + excluded(usage_months::quantity)),
            usage_months::events.eq(usage_months::events + excluded(usage_months::events)),
        ))
        .kept()
        .execute(c))?;
    Ok(())
}

/// Counts a company among the active ones or the archived ones from now on, with all that it ever reported.
pub fn move_company(conn: &mut Conn, organization: OrgId, company: CompanyId, to: SumScope) -> Result<(), AppError> {
    let rows = days(conn, organization, company.as_str(), Day(i32::MIN), Day(i32::MAX))?;
    let mut changes = SumChanges::default();
    changes.move_company(rows, to);
    changes.apply(conn, organization)
}

/// The sums of a scope over some days, by meter and day.
pub fn days(
    conn: &mut Conn,
    organization: OrgId,
    scope: &str,
    from: Day,
    to: Day,
) -> QueryResult<Vec<(Meter, Day, i64, i64)>> {
    usage_days::table
        .filter(usage_days::organization_id.eq(organization))
        .filter(usage_days::scope.eq(scope))
        .filter(usage_days::meter.eq_any(Meter::ALL))
        .filter(usage_days::day.between(from, to))
        .order((usage_days::meter, usage_days::day))
        .select((
            usage_days::meter,
            usage_days::day,
            usage_days::quantity,
            usage_days::events,
        ))
        .load(conn)
}
