//! The figures at the top of a report.

use crate::auth::actor::Actor;
use crate::handlers::reporting::columns::Column;
use crate::handlers::reporting::query::{AskedReport, ReportingQuery};
use crate::services::reports::{Figures, Report};
use crate::web::figures::{self, Delta};

/// A figure of the whole.
#[derive(Debug, Clone)]
pub struct Stat {
    pub label: &'static str,
    pub value: String,
    /// What it is made of.
    pub href: Option<String>,
    pub delta: Option<Delta>,
    /// What is said below instead of a change.
    pub note: Option<String>,
}

/// The figures of the whole, with their change against the time before. Each one leads to its lines by company, the largest first;
/// of one company, to its days.
pub fn stats(
    actor: &Actor,
    query: &ReportingQuery,
    asked: &AskedReport,
    report: &Report,
    before: Option<&Report>,
) -> Vec<Stat> {
    let now = &report.total;
    let then = before.map(|before| (&before.total, before.days));
    let currency = report.money.filter(|money| money.total).map(|money| money.currency);
    let link = |column: Column| match &asked.company {
        Some(company) => column.lines(actor, asked, &company.slug),
        None => {
            let sort = format!("-{column}");
            Some(format!(
                "{}{}#companies",
                actor.path("/reporting"),
                query.link(&[("sort", &sort)])
            ))
        }
    };
    let stat = |column: Column, label: &'static str| Stat {
        label,
        value: column.text(now, currency),
        href: link(column),
        delta: then.and_then(|(before, days)| match column {
            Column::Recovery => figures::points(now.recovery(), before.recovery(), days),
            _ => {
                let value = |figures: &Figures| column.known(figures);
                figures::change(value(now), value(before), &days, None)
            }
        }),
        note: None,
    };
    let mut stats = vec![
        stat(Column::Cases, "Total cases"),
        stat(Column::Campaigns, "Active campaigns"),
        Stat {
            note: now.recovery().is_none().then(|| "Nothing was placed".to_owned()),
            ..stat(Column::Recovery, "Average recovery")
        },
        stat(Column::Sms, "SMS segments"),
        stat(Column::Calls, "Calls"),
        stat(Column::Minutes, "Voice minutes"),
    ];
    if currency.is_some() {
        stats.push(Stat {
            note: Some("With taxes".to_owned()),
            ..stat(Column::Total, "Total cost")
        });
    }
    stats
}
