//! The charts of a report, and the tables behind them.

use crate::common::day::Month;
use crate::db::types::usage::Meter;
use crate::services::reports::{CostSection, DayRange, Figures, Report};
use crate::web::charts::{LineChart, StackChart};
use crate::web::figures;

/// The most points of a chart. More days are shown as weeks.
const POINTS: usize = 31;

/// The columns of the table behind a chart, and its rows.
#[derive(Debug, Clone, Default)]
pub struct ChartTable {
    pub head: Vec<&'static str>,
    pub rows: Vec<(String, Vec<String>)>,
}

/// A share of the cost.
#[derive(Debug, Clone)]
pub struct CostShare {
    pub label: &'static str,
    pub amount: String,
    pub percent: String,
    /// Of a thousand, for the bar.
    pub width: i64,
}

/// The charts.
#[derive(Debug, Clone)]
pub struct ReportCharts {
    /// "day", "week" or "month".
    pub unit: &'static str,
    /// Costs, or calls and messages where no money is shown.
    pub main: StackChart,
    pub main_title: String,
    pub main_lead: String,
    pub main_table: ChartTable,
    pub recovery: LineChart,
    pub recovery_lead: String,
    pub recovery_table: ChartTable,
    pub shares: Vec<CostShare>,
    /// New and closed cases.
    pub cases: StackChart,
    pub cases_table: ChartTable,
}

/// The points: at most a month of days, weeks of a quarter, or months.
fn points(report: &Report) -> (&'static str, Vec<(DayRange, Figures)>) {
    let days = &report.series;
    let by_month =
        days.first().is_some_and(|(range, _)| range.len() > 1) || days.last().is_some_and(|(range, _)| range.len() > 1);
    if by_month {
        return ("month", days.clone());
    }
    if days.len() <= POINTS {
        return ("day", days.clone());
    }
    let weeks = days.chunks(7).map(|week| {
        let mut sum = Figures::default();
        for (_, figures) in week {
            sum.add(figures);
        }
        let first = week.first().map_or(report.days.from, |(range, _)| range.from);
        let last = week.last().map_or(report.days.to, |(range, _)| range.to);
        (DayRange::new(first, last), sum)
    });
    ("week", weeks.collect())
}

fn time(range: DayRange) -> String {
    let month: Month = range.from.month();
    if range.len() > 7 && range == DayRange::new(month.first(), month.last()) {
        month.words()
    } else if range.len() == 1 {
        range.from.short()
    } else {
        format!("{} to {}", range.from.short(), range.to.short())
    }
}

impl ReportCharts {
    pub fn of(report: &Report) -> Self {
        let (unit, points) = points(report);
        let (main, main_title, main_lead, main_table) = match report.money.filter(|money| money.total) {
            Some(_) => costs(report, unit, &points),
            None => usage(report, unit, &points),
        };
        let (recovery, recovery_table) = recovery(&points);
        let (cases, cases_table) = cases(&points);
        Self {
            unit,
            main,
            main_title,
            main_lead,
            main_table,
            recovery,
            recovery_lead: match report.total.recovery() {
                Some(share) => format!("{} of what was placed was recovered", figures::percent(Some(share))),
                None => "Nothing was placed".to_owned(),
            },
            recovery_table,
            shares: shares(report),
            cases,
            cases_table,
        }
    }
}

type Points = [(DayRange, Figures)];

/// The values of a point, stacked.
fn stacked(
    points: &Points,
    legend: &[&'static str],
    values: impl Fn(&Figures) -> Vec<i64>,
    say: impl Fn(i64) -> String,
    with_sum: bool,
) -> (Vec<(String, Vec<i64>, String)>, ChartTable) {
    let mut table = ChartTable {
        head: legend.to_vec(),
        rows: Vec::new(),
    };
    if with_sum {
        table.head.push("Total");
    }
    let bars = points
        .iter()
        .map(|(range, figures)| {
            let values = values(figures);
            let sum = values.iter().fold(0_i64, |sum, value| sum.saturating_add(*value));
            let mut cells: Vec<String> = values.iter().map(|value| say(*value)).collect();
            if with_sum {
                cells.push(say(sum));
            }
            let named: Vec<String> = table
                .head
                .iter()
                .zip(&cells)
                .map(|(name, cell)| format!("{name} {cell}"))
                .collect();
            let said = format!("{}: {}", time(*range), named.join(", "));
            table.rows.push((time(*range), cells));
            (time(*range), values, said)
        })
        .collect();
    (bars, table)
}

fn costs(report: &Report, unit: &str, points: &Points) -> (StackChart, String, String, ChartTable) {
    let Some(money) = report.money else {
        return usage(report, unit, points);
    };
    let legend = ["Voice", "SMS", "Self-healing and fees", "Taxes"];
    let values = |figures: &Figures| {
        let of = |section| figures.section(section);
        let others = of(CostSection::SelfHealing).saturating_add(of(CostSection::Fees));
        vec![of(CostSection::Voice), of(CostSection::Sms), others, figures.cost().tax]
    };
    let say = |minor: i64| money.currency.amount(minor);
    let (bars, table) = stacked(points, &legend, values, say, true);
    let total = report.total.cost().total();
    let label = format!("Stacked bars of the cost of each {unit}. The numbers are in the table below.");
    let chart = StackChart::of(label, legend.to_vec(), bars, say);
    let average = total / i64::from(report.days.len().max(1));
    let lead = match report.days.len() {
        1 => say(total),
        days => format!("{} in {days} days, {} a day on average", say(total), say(average)),
    };
    (chart, format!("Cost by {unit}"), lead, table)
}

fn usage(report: &Report, unit: &str, points: &Points) -> (StackChart, String, String, ChartTable) {
    let legend = [Meter::Calls.label(), Meter::SmsSegments.label()];
    let whole = |micro: i64| micro / crate::rating::MICRO;
    let values = |figures: &Figures| {
        vec![
            whole(figures.quantities.get(Meter::Calls)),
            whole(figures.quantities.get(Meter::SmsSegments)),
        ]
    };
    let say = |count: i64| crate::common::html::number(&count);
    let (bars, table) = stacked(points, &legend, values, say, false);
    let label = format!("Stacked bars of calls and SMS segments of each {unit}. The numbers are in the table below.");
    let quantity = |meter| figures::quantity(meter, report.total.quantities.get(meter));
    let lead = format!(
        "{} calls, {} SMS segments",
        quantity(Meter::Calls),
        quantity(Meter::SmsSegments)
    );
    let chart = StackChart::of(label, legend.to_vec(), bars, say);
    (chart, format!("Usage by {unit}"), lead, table)
}

fn cases(points: &Points) -> (StackChart, ChartTable) {
    let legend = ["New", "Closed"];
    let say = |count: i64| crate::common::html::number(&count);
    let values = |figures: &Figures| vec![figures.facts.cases_new, figures.facts.cases_closed];
    let (bars, table) = stacked(points, &legend, values, say, false);
    let label = "Stacked bars of new and closed cases. The numbers are in the table below.".to_owned();
    (StackChart::of(label, legend.to_vec(), bars, say), table)
}

fn recovery(points: &Points) -> (LineChart, ChartTable) {
    let mut table = ChartTable {
        head: vec!["Recovery"],
        rows: Vec::new(),
    };
    let line = points
        .iter()
        .map(|(range, figures)| {
            let share = figures.recovery();
            table.rows.push((time(*range), vec![figures::percent(share)]));
            let said = format!("{}: {}", time(*range), figures::percent(share));
            (time(*range), share, said)
        })
        .collect();
    let label = "The share of placed amounts that was recovered. The numbers are in the table below.".to_owned();
    (LineChart::of(label, line, |micro| figures::percent(Some(micro))), table)
}

/// Each section's share of the total cost.
fn shares(report: &Report) -> Vec<CostShare> {
    let Some(money) = report.money.filter(|money| money.total) else {
        return Vec::new();
    };
    let total = report.total.cost().total();
    let share = |label: &'static str, minor: i64| {
        let of = |parts: i64| {
            let share = i128::from(minor.max(0)) * i128::from(parts) / i128::from(total.max(1));
            i64::try_from(share).unwrap_or(parts).min(parts)
        };
        CostShare {
            label,
            amount: money.currency.amount(minor),
            percent: format!("{}%", of(100)),
            width: of(1_000),
        }
    };
    let sections = CostSection::ALL.into_iter();
    let mut shares: Vec<CostShare> = sections
        .map(|section| share(section.label(), report.total.section(section)))
        .collect();
    shares.push(share("Taxes", report.total.cost().tax));
    shares
}
