//! Puts together what was read.

use std::collections::HashMap;

use crate::common::id::CompanyId;
use crate::models::usage::fact_report::LatestFacts;
use crate::models::usage::report::ReportedCompany;
use crate::services::reports::figures::{ByMeter, Figures};
use crate::services::reports::period::DayRange;
use crate::services::reports::read::{CompanyFigures, Report, ReportMoney, ReportParts};

pub(super) fn assemble(
    read: &ReportParts<'_>,
    latest: &HashMap<CompanyId, LatestFacts>,
    mut series: Vec<(DayRange, Figures)>,
    money: Option<ReportMoney>,
    too_large: bool,
) -> Report {
    let mut lines: Vec<Figures> = read
        .shown
        .iter()
        .map(|company| Figures {
            latest: latest.get(&company.id).copied().unwrap_or_default(),
            ..Figures::default()
        })
        .collect();
    let mut gone = Figures::default();
    let mut total = Figures::default();
    for at in 0..read.quantities.len() {
        for (company, figures) in read.of_part(at) {
            match read.position(company) {
                Some(line) => lines[line].add(&figures),
                None if read.counts(company) => gone.add(&figures),
                None => {}
            }
        }
        total.add(&read.part(at));
    }
    // A part has no latest figures: those are of the end of the range.
    for line in &lines {
        total.add(&Figures {
            latest: line.latest,
            ..Figures::default()
        });
    }
    let reach = &read.query.reader.money;
    let line = |(company, figures): (Option<ReportedCompany>, Figures)| {
        let sees = company.as_ref().map_or(reach.total, |company| reach.of(company.id)) && money.is_some();
        CompanyFigures {
            figures: seen(figures, sees),
            company,
            money: sees,
        }
    };
    let mut companies: Vec<CompanyFigures> = read.shown.iter().cloned().map(Some).zip(lines).map(line).collect();
    if gone != Figures::default() {
        companies.push(line((None, gone)));
    }
    let sees = money.is_some_and(|money| money.total);
    for (_, figures) in &mut series {
        *figures = seen(*figures, sees);
    }
    Report {
        days: read.query.days,
        companies,
        total: seen(total, sees),
        series,
        money,
        too_large,
    }
}

/// Costs that the reader does not see are not in a report at all.
pub(super) fn seen(figures: Figures, sees: bool) -> Figures {
    Figures {
        costs: if sees { figures.costs } else { ByMeter::default() },
        ..figures
    }
}
