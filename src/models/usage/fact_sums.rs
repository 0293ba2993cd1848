//! The sums of what companies report of their days: for each company by month, and for all active and all archived companies
//! together by day and by month. Whoever writes figures adds the difference in the same transaction.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::upsert::excluded;

use crate::common::day::{Day, Month};
use crate::common::id::CompanyId;
use crate::db::Conn;
use crate::db::kept::Keep;
use crate::db::schema::{company_facts, fact_days, fact_months};
use crate::db::types::org_id::OrgId;
use crate::db::types::usage::SumScope;
use crate::models::usage::facts::DayFacts;
use crate::on_each;

/// Figures that add up. What was not reported counts as 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FactSum {
    /// How many days of companies have figures.
    pub reports: i64,
    pub cases_new: i64,
    pub cases_closed: i64,
    /// Minor units of the organization's currency.
    pub placed_minor: i64,
    pub recovered_minor: i64,
}

impl FactSum {
    /// Of one day of a company.
    pub fn of(facts: &DayFacts) -> Self {
        Self {
            reports: 1,
            cases_new: facts.cases_new.unwrap_or_default(),
            cases_closed: facts.cases_closed.unwrap_or_default(),
            placed_minor: facts.placed_minor.unwrap_or_default(),
            recovered_minor: facts.recovered_minor.unwrap_or_default(),
        }
    }

    /// Adds another sum as often as `times` says, which may be negative. The database refuses sums beyond 64 bits.
    pub fn add(&mut self, other: Self, times: i64) {
        let sum = |one: i64, other: i64| one.saturating_add(other.saturating_mul(times));
        *self = Self {
            reports: sum(self.reports, other.reports),
            cases_new: sum(self.cases_new, other.cases_new),
            cases_closed: sum(self.cases_closed, other.cases_closed),
            placed_minor: sum(self.placed_minor, other.placed_minor),
            recovered_minor: sum(self.recovered_minor, other.recovered_minor),
        };
    }
}

/// What is added to the sums of an organization, in one order, so that two writers never wait for each other.
#[derive(Debug, Default)]
pub struct FactChanges {
    days: BTreeMap<(SumScope, Day), FactSum>,
    months: BTreeMap<(String, Month), FactSum>,
}

impl FactChanges {
    /// Replaces the figures of a company's day.
    pub fn replace(
        &mut self,
        company: CompanyId,
        scope: SumScope,
        day: Day,
        before: Option<&DayFacts>,
        after: &DayFacts,
    ) {
        let mut change = FactSum::of(after);
        if let Some(before) = before {
            change.add(FactSum::of(before), -1);
        }
        let months = self.months.entry((company.to_string(), day.month())).or_default();
        months.add(change, 1);
        self.together(scope, day, change, 1);
    }

    fn together(&mut self, scope: SumScope, day: Day, change: FactSum, times: i64) {
        self.days.entry((scope, day)).or_default().add(change, times);
        let months = self.months.entry((scope.to_string(), day.month())).or_default();
        months.add(change, times);
    }

    /// Writes the changes.
    pub fn apply(&self, conn: &mut Conn, organization: OrgId) -> QueryResult<()> {
        for ((scope, day), sum) in self.days.iter().filter(|(_, sum)| **sum != FactSum::default()) {
            add_day(conn, organization, *scope, *day, *sum)?;
        }
        for ((scope, month), sum) in self.months.iter().filter(|(_, sum)| **sum != FactSum::default()) {
            add_month(conn, organization, scope, *month, *sum)?;
        }
        Ok(())
    }
}

/// Counts the figures of a company among those of active companies or of archived ones from now on.
pub fn move_company(conn: &mut Conn, organization: OrgId, company: CompanyId, to: SumScope) -> QueryResult<()> {
    let rows: Vec<(Day, DayFacts)> = company_facts::table
        .filter(company_facts::organization_id.eq(organization))
        .filter(company_facts::company_id.eq(company))
        .select((company_facts::day, DayFacts::as_select()))
        .load(conn)?;
    let from = match to {
        SumScope::Active => SumScope::Archived,
        SumScope::Archived => SumScope::Active,
    };
    let mut changes = FactChanges::default();
    for (day, facts) in rows {
        changes.together(from, day, FactSum::of(&facts), -1);
        changes.together(to, day, FactSum::of(&facts), 1);
    }
    changes.apply(conn, organization)
}

macro_rules! add {
    ($conn:expr, $table:ident, $unit:ident, $organization:expr, $scope:expr, $at:expr, $sum:expr) => {{
        let (sum, scope) = ($sum, $scope);
        let row = (
            $table::organization_id.eq($organization),
            $table::scope.eq(scope),
            $table::$unit.eq($at),
            $table::reports.eq(sum.reports),
            $table::cases_new.eq(sum.cases_new),
            $table::cases_closed.eq(sum.cases_closed),
            $table::placed_minor.eq(sum.placed_minor),
            $table::recovered_minor.eq(sum.recovered_minor),
        );
        let key = ($table::organization_id, $table::scope, $table::$unit);
        on_each!($conn, c => diesel::insert_into($table::table)
            .values(row)
            .on_conflict(key)
            .do_update()
            .set((
                $table::reports.eq($table::reports + excluded($table::reports)),
                $table::cases_new.eq($table::cases_new + excluded($table::cases_new)),
                $table::cases_closed.eq($table::cases_closed + excluded($table::cases_closed)),
                $table::placed_minor.eq($table::placed_minor + excluded($table::placed_minor)),
                $table::recovered_minor.eq($table::recovered_minor + excluded($table::recovered_minor)),
            ))
            .kept()
            .execute(c))?;
        Ok(())
    }};
}

pub(super) fn add_day(
    conn: &mut Conn,
    organization: OrgId,
    scope: SumScope,
    day: Day,
    sum: FactSum,
) -> QueryResult<()> {
    add!(conn, fact_days, day, organization, scope.as_str(), day, sum)
}

pub(super) fn add_month(
    conn: &mut Conn,
    organization: OrgId,
    scope: &str,
    month: Month,
    sum: FactSum,
) -> QueryResult<()> {
    add!(conn, fact_months, month, organization, scope, month, sum)
}
