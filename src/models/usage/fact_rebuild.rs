//! The sums of figures as they follow from the figures of days, and their replacement where they differ.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use crate::common::day::{Day, Month};
use crate::common::id::CompanyId;
use crate::db::schema::{company_facts, fact_days, fact_months};
use crate::db::types::org_id::OrgId;
use crate::db::types::usage::SumScope;
use crate::db::{Conn, affected};
use crate::models::usage::fact_sums::{FactSum, add_day, add_month};
use crate::models::usage::facts::DayFacts;

type SumColumns = (i64, i64, i64, i64, i64);

fn sum((reports, cases_new, cases_closed, placed_minor, recovered_minor): SumColumns) -> FactSum {
    FactSum {
        reports,
        cases_new,
        cases_closed,
        placed_minor,
        recovered_minor,
    }
}

/// The months in which an organization has figures or sums of them.
pub fn months(conn: &mut Conn, organization: OrgId) -> QueryResult<BTreeSet<Month>> {
    let ends: (Option<Day>, Option<Day>) = company_facts::table
        .filter(company_facts::organization_id.eq(organization))
        .select((
            diesel::dsl::min(company_facts::day),
            diesel::dsl::max(company_facts::day),
        ))
        .first(conn)?;
    let kept: Vec<Month> = fact_months::table
        .filter(fact_months::organization_id.eq(organization))
        .select(fact_months::month)
        .distinct()
        .load(conn)?;
    let mut months: BTreeSet<Month> = kept.into_iter().collect();
    if let (Some(first), Some(last)) = ends {
        months.extend((first.month().0..=last.month().0).map(Month));
    }
    Ok(months)
}

/// The sums of a month.
#[derive(Debug, Default, PartialEq, Eq)]
struct MonthSums {
    days: BTreeMap<(SumScope, Day), FactSum>,
    months: BTreeMap<String, FactSum>,
}

impl MonthSums {
    fn right(conn: &mut Conn, organization: OrgId, active: &BTreeSet<CompanyId>, month: Month) -> QueryResult<Self> {
        let rows: Vec<(CompanyId, Day, DayFacts)> = company_facts::table
            .filter(company_facts::organization_id.eq(organization))
            .filter(company_facts::day.between(month.first(), month.last()))
            .select((company_facts::company_id, company_facts::day, DayFacts::as_select()))
            .load(conn)?;
        let mut sums = Self::default();
        for (company, day, facts) in rows {
            let scope = if active.contains(&company) {
                SumScope::Active
            } else {
                SumScope::Archived
            };
            let facts = FactSum::of(&facts);
            sums.days.entry((scope, day)).or_default().add(facts, 1);
            for scope in [company.to_string(), scope.to_string()] {
                sums.months.entry(scope).or_default().add(facts, 1);
            }
        }
        Ok(sums)
    }

    fn kept(conn: &mut Conn, organization: OrgId, month: Month) -> QueryResult<Self> {
        let days: Vec<(SumScope, Day, SumColumns)> = fact_days::table
            .filter(fact_days::organization_id.eq(organization))
            .filter(fact_days::scope.eq_any(SumScope::ALL))
            .filter(fact_days::day.between(month.first(), month.last()))
            .select((
                fact_days::scope,
                fact_days::day,
                (
                    fact_days::reports,
                    fact_days::cases_new,
                    fact_days::cases_closed,
                    fact_days::placed_minor,
                    fact_days::recovered_minor,
                ),
            ))
            .load(conn)?;
        let months: Vec<(String, SumColumns)> = fact_months::table
            .filter(fact_months::organization_id.eq(organization))
            .filter(fact_months::month.eq(month))
            .select((
                fact_months::scope,
                (
                    fact_months::reports,
                    fact_months::cases_new,
                    fact_months::cases_closed,
                    fact_months::placed_minor,
                    fact_months::recovered_minor,
                ),
            ))
            .load(conn)?;
        let mut sums = Self {
            days: days
                .into_iter()
                .map(|(scope, day, columns)| ((scope, day), sum(columns)))
                .collect(),
            months: months
                .into_iter()
                .map(|(scope, columns)| (scope, sum(columns)))
                .collect(),
        };
        // Sums of a company that was archived can be left with 0.
        sums.days.retain(|_, sum| *sum != FactSum::default());
        sums.months.retain(|_, sum| *sum != FactSum::default());
        Ok(sums)
    }
}

/// Replaces the sums of a month if they differ. Returns how many do.
pub fn replace(conn: &mut Conn, organization: OrgId, active: &BTreeSet<CompanyId>, month: Month) -> QueryResult<usize> {
    let right = MonthSums::right(conn, organization, active, month)?;
    let kept = MonthSums::kept(conn, organization, month)?;
    let days: BTreeSet<_> = right.days.keys().chain(kept.days.keys()).collect();
    let months: BTreeSet<_> = right.months.keys().chain(kept.months.keys()).collect();
    let wrong = days
        .into_iter()
        .filter(|key| right.days.get(key) != kept.days.get(key))
        .count()
        + months
            .into_iter()
            .filter(|key| right.months.get(*key) != kept.months.get(*key))
            .count();
    if wrong == 0 {
        return Ok(0);
    }
    affected::organization(organization);
    diesel::delete(
        fact_days::table
            .filter(fact_days::organization_id.eq(organization))
            .filter(fact_days::scope.eq_any(SumScope::ALL))
            .filter(fact_days::day.between(month.first(), month.last())),
    )
    .execute(conn)?;
    diesel::delete(
        fact_months::table
            .filter(fact_months::organization_id.eq(organization))
            .filter(fact_months::month.eq(month)),
    )
    .execute(conn)?;
    for ((scope, day), sum) in &right.days {
        add_day(conn, organization, *scope, *day, *sum)?;
    }
    for (scope, sum) in &right.months {
        add_month(conn, organization, scope, month, *sum)?;
    }
    Ok(wrong)
}
