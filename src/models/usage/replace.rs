//! The replacement of sums that are not what they should be.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use crate::common::day::Month;
use crate::db::schema::{usage_days, usage_months};
use crate::db::types::org_id::OrgId;
use crate::db::types::usage::Meter;
use crate::db::{Conn, affected};
use crate::models::usage::rebuild::{DaySums, kept};
use crate::models::usage::sums::Sum;

/// The sums of a month as they follow from those of its days.
fn of_days(days: &DaySums) -> BTreeMap<Meter, Sum> {
    let mut months: BTreeMap<Meter, Sum> = BTreeMap::new();
    for ((meter, _), sum) in days {
        let month = months.entry(*meter).or_default();
        month.quantity = month.quantity.saturating_add(sum.quantity);
        month.events += sum.events;
    }
    months
}

/// Replaces the sums of a scope in a month where they differ. Returns how many days and months differed.
pub fn replace(conn: &mut Conn, organization: OrgId, scope: &str, month: Month, right: &DaySums) -> QueryResult<usize> {
    // Days whose events were all voided may be kept with 0.
    let some = |sums: DaySums| -> DaySums { sums.into_iter().filter(|(_, sum)| *sum != Sum::default()).collect() };
    let (right, kept) = (some(right.clone()), some(kept(conn, organization, scope, month)?));
    let rows: Vec<(Meter, i64, i64)> = usage_months::table
        .filter(usage_months::organization_id.eq(organization))
        .filter(usage_months::scope.eq(scope))
        .filter(usage_months::meter.eq_any(Meter::ALL))
        .filter(usage_months::month.eq(month))
        .select((usage_months::meter, usage_months::quantity, usage_months::events))
        .load(conn)?;
    let kept_months: BTreeMap<Meter, Sum> = rows
        .into_iter()
        .map(|(meter, quantity, events)| (meter, Sum { quantity, events }))
        .filter(|(_, sum)| *sum != Sum::default())
        .collect();
    let right_months = of_days(&right);
    let keys: BTreeSet<_> = right.keys().chain(kept.keys()).collect();
    let mut wrong = keys.into_iter().filter(|key| right.get(*key) != kept.get(*key)).count();
    wrong += usize::from(kept_months != right_months);
    if wrong == 0 {
        return Ok(0);
    }
    affected::organization(organization);
    diesel::delete(
        usage_days::table
            .filter(usage_days::organization_id.eq(organization))
            .filter(usage_days::scope.eq(scope))
            .filter(usage_days::meter.eq_any(Meter::ALL))
            .filter(usage_days::day.between(month.first(), month.last())),
    )
    .execute(conn)?;
    diesel::delete(
        usage_months::table
            .filter(usage_months::organization_id.eq(organization))
            .filter(usage_months::scope.eq(scope))
            .filter(usage_months::meter.eq_any(Meter::ALL))
            .filter(usage_months::month.eq(month)),
    )
    .execute(conn)?;
    insert(conn, organization, scope, month, &right, &right_months)?;
    Ok(wrong)
}

fn insert(
    conn: &mut Conn,
    organization: OrgId,
    scope: &str,
    month: Month,
    days: &DaySums,
    months: &BTreeMap<Meter, Sum>,
) -> QueryResult<()> {
    for ((meter, day), sum) in days {
        let row = (
            usage_days::organization_id.eq(organization),
            usage_days::scope.eq(scope),
            usage_days::meter.eq(*meter),
            usage_days::day.eq(*day),
            usage_days::quantity.eq(sum.quantity),
            usage_days::events.eq(sum.events),
        );
        diesel::insert_into(usage_days::table).values(row).execute(conn)?;
    }
    for (meter, sum) in months {
        let row = (
            usage_months::organization_id.eq(organization),
            usage_months::scope.eq(scope),
            usage_months::meter.eq(*meter),
            usage_months::month.eq(month),
            usage_months::quantity.eq(sum.quantity),
            usage_months::events.eq(sum.events),
        );
        diesel::insert_into(usage_months::table).values(row).execute(conn)?;
    }
    Ok(())
}
