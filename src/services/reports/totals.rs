//! The total of all companies, from the sums of all together.

use diesel::QueryResult;

use crate::common::currency::Currency;
use crate::common::day::Month;
use crate::db::Conn;
use crate::db::types::usage::SumScope;
use crate::models::rate_card::RateCards;
use crate::models::usage::fact_report;
use crate::rating;
use crate::services::reports::assemble::seen;
use crate::services::reports::facts;
use crate::services::reports::figures::{Figures, plus};
use crate::services::reports::parts::MonthPart;
use crate::services::reports::quantities;
use crate::services::reports::read::{Report, ReportMoney, ReportQuery};

/// A total without the lines that add up to it.
pub(super) struct Total {
    figures: Figures,
    /// Whether an amount did not fit.
    too_large: bool,
}

/// The total of all companies that count. `None` when it needs the companies one by one: archived ones used something and do not
/// count, so that the others pay a share.
pub(super) fn read(
    conn: &mut Conn,
    query: &ReportQuery<'_>,
    cards: Option<&RateCards>,
    parts: &[MonthPart],
) -> QueryResult<Option<Total>> {
    let organization = query.reader.organization;
    let mut figures = Figures::default();
    let mut too_large = false;
    for used in quantities::together(conn, organization, parts, query.today)? {
        let of = |scope| used.companies.get(&scope).copied().unwrap_or_default();
        let (mut all, archived) = (of(SumScope::Active), of(SumScope::Archived));
        if !query.archived && archived.iter().any(|(_, quantity)| quantity != 0) {
            return Ok(None);
        }
        all.add(&archived);
        figures.quantities.add(&all);
        let Some(card) = cards.and_then(|cards| cards.for_month(used.part.month)) else {
            continue;
        };
        let before = quantities::before(conn, organization, &used.part)?;
        for (meter, price) in &card.prices {
            let before = (!used.part.begins_month()).then(|| before.get(*meter));
            match rating::share(price, before, &[all.get(*meter)]) {
                Ok(shared) => {
                    let cost = figures.costs.get_mut(*meter);
                    *cost = plus(*cost, shared.total);
                }
                Err(rating::TooLarge) => too_large = true,
            }
        }
    }
    figures.facts = facts::together(conn, query, parts)?;
    figures.latest = fact_report::latest_together(conn, organization, query.archived, query.days.to)?;
    Ok(Some(Total { figures, too_large }))
}

impl Total {
    pub fn report(self, query: &ReportQuery<'_>, money: Option<(Currency, Month)>) -> Report {
        let reach = &query.reader.money;
        let money = money
            .filter(|_| !self.too_large)
            .map(|money| ReportMoney::of(money, reach.total));
        Report {
            days: query.days,
            companies: Vec::new(),
            total: seen(self.figures, money.is_some_and(|money| money.total)),
            series: Vec::new(),
            money,
            too_large: self.too_large,
        }
    }
}
