//! Reads a report.

use std::collections::BTreeMap;

use crate::common::currency::Currency;
use crate::common::day::{Day, Month};
use crate::common::error::AppError;
use crate::common::id::CompanyId;
use crate::db::Conn;
use crate::db::types::usage::Meter;
use crate::models::rate_card::RateCards;
use crate::models::usage::fact_report;
use crate::models::usage::fact_sums::FactSum;
use crate::models::usage::report;
use crate::models::usage::report::ReportedCompany;
use crate::rating::Cost;
use crate::services::reports::assemble;
use crate::services::reports::facts;
use crate::services::reports::figures::Figures;
use crate::services::reports::money;
use crate::services::reports::money::PartCosts;
use crate::services::reports::parts;
use crate::services::reports::period::DayRange;
use crate::services::reports::quantities;
use crate::services::reports::quantities::PartQuantities;
use crate::services::reports::reader::ReportReader;
use crate::services::reports::series;
use crate::services::reports::totals;

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct ReportQuery<'a> {
    pub reader: &'a ReportReader,
    /// Only this one of the companies that the reader sees, archived or not.
    pub company: Option<CompanyId>,
    /// Whether archived companies count.
    pub archived: bool,
    pub days: DayRange,
    /// The organization's present day.
    pub today: Day,
    /// Whether the days or months are wanted, too.
    pub series: bool,
    /// Whether the lines of companies are wanted. Without them and the series, the total of all companies costs little, however many
    /// there are.
    pub lines: bool,
}

/// A company's line. Without a company: all those that were deleted or moved away.
#[derive(Debug, Clone)]
pub struct CompanyFigures {
    pub company: Option<ReportedCompany>,
    pub figures: Figures,
    /// Whether the reader sees its costs. They are 0 otherwise.
    pub money: bool,
}

/// That there is money to show.
#[derive(Debug, Clone, Copy)]
pub struct ReportMoney {
    pub currency: Currency,
    /// From which month on there are prices.
    pub from: Month,
    /// Whether the reader sees the costs of the total. They are 0 otherwise.
    pub total: bool,
}

impl ReportMoney {
    pub(super) fn of((currency, from): (Currency, Month), total: bool) -> Self {
        Self { currency, from, total }
    }
}

/// A report.
#[derive(Debug, Clone)]
pub struct Report {
    pub days: DayRange,
    /// By identifier.
    pub companies: Vec<CompanyFigures>,
    pub total: Figures,
    /// Each day of a range of up to three months, each month of a longer one.
    pub series: Vec<(DayRange, Figures)>,
    /// `None`: there is no rate card, or the reader sees no money.
    pub money: Option<ReportMoney>,
    /// Whether an amount did not fit into 64 bits, so that no money is shown.
    pub too_large: bool,
}

/// What was read of the parts, before it is put together.
pub(super) struct ReportParts<'a> {
    pub query: ReportQuery<'a>,
    pub cards: &'a RateCards,
    /// The companies with a line.
    pub shown: Vec<ReportedCompany>,
    /// Whether the lines are all of the organization's companies, or all active ones.
    pub whole: bool,
    pub quantities: Vec<PartQuantities>,
    pub costs: Vec<PartCosts>,
    pub facts: Vec<BTreeMap<CompanyId, FactSum>>,
}

impl ReportParts<'_> {
    /// Whether what a company did counts; those that are gone count as archived ones.
    pub fn counts(&self, company: CompanyId) -> bool {
        self.position(company).is_some() || self.counts_gone() && self.query.reader.sees(company)
    }

    fn counts_gone(&self) -> bool {
        self.whole && self.query.archived
    }

    pub fn position(&self, company: CompanyId) -> Option<usize> {
        self.shown.binary_search_by_key(&company, |shown| shown.id).ok()
    }

    /// What the companies with a line used in a part, paid and reported.
    pub fn part(&self, at: usize) -> Figures {
        let mut sum = Figures::default();
        for (company, figures) in self.of_part(at) {
            if self.counts(company) {
                sum.add(&figures);
            }
        }
        if let Some(costs) = self.costs.get(at).filter(|_| self.whole) {
            sum.costs.add(&costs.unused);
        }
        sum
    }

    /// What the organization pays in a month between two quantities. Amounts that do not fit were refused before.
    pub fn cost_between(&self, month: Month, meter: Meter, before: Option<i64>, through: i64) -> Cost {
        let price = self.cards.for_month(month).and_then(|card| card.prices.get(&meter));
        let cost = price.and_then(|price| price.cost_between(before, through).ok());
        cost.unwrap_or_default()
    }

    pub fn of_part(&self, at: usize) -> BTreeMap<CompanyId, Figures> {
        let mut all: BTreeMap<CompanyId, Figures> = BTreeMap::new();
        for (company, sums) in self.quantities.get(at).iter().flat_map(|part| &part.companies) {
            all.entry(*company).or_default().quantities.add(sums);
        }
        for (company, costs) in self.costs.get(at).iter().flat_map(|part| &part.companies) {
            all.entry(*company).or_default().costs.add(costs);
        }
        for (company, facts) in self.facts.get(at).into_iter().flatten() {
            all.entry(*company).or_default().facts.add(*facts, 1);
        }
        all
    }
}

impl Report {
    /// Reads what the reader sees.
    pub fn read(conn: &mut Conn, query: ReportQuery<'_>) -> Result<Self, AppError> {
        let organization = query.reader.organization;
        let cards = if query.reader.money.any() {
            RateCards::read(conn, organization)?
        } else {
            RateCards::default()
        };
        Self::read_at(conn, query, &cards)
    }

    /// As `read`, at other prices: for previews.
    pub fn read_at<'a>(conn: &mut Conn, query: ReportQuery<'a>, cards: &'a RateCards) -> Result<Self, AppError> {
        let reader = query.reader;
        let money = cards.currency().zip(cards.first_month()).filter(|_| reader.money.any());
        let within: Option<Vec<CompanyId>> = match (query.company, &reader.companies) {
            (Some(one), _) => Some(if reader.sees(one) { vec![one] } else { Vec::new() }),
            (None, own) => own.clone(),
        };
        let parts = parts::parts(query.days);
        if within.is_none()
            && !query.lines
            && !query.series
            && let Some(total) = totals::read(conn, &query, money.map(|_| cards), &parts)?
        {
            return Ok(total.report(&query, money));
        }
        let archived = query.archived || query.company.is_some();
        let shown = report::companies(conn, reader.organization, within.as_deref(), archived)?;
        // Shares need the quantities of all companies.
        let of = within.as_deref().filter(|_| money.is_none());
        let quantities = quantities::read(conn, reader.organization, of, &parts, query.today)?;
        let (costs, too_large) = match money {
            None => (Vec::new(), false),
            Some(_) => match money::read(conn, reader.organization, cards, &quantities)? {
                Some(costs) => (costs, false),
                None => (Vec::new(), true),
            },
        };
        let read = ReportParts {
            whole: within.is_none(),
            facts: facts::read(conn, &query, &parts)?,
            query,
            cards,
            shown,
            quantities,
            costs,
        };
        let latest = fact_report::latest(conn, reader.organization, query.days.to)?;
        let total = match query.company {
            Some(one) => reader.money.of(one),
            None => reader.money.total,
        };
        let money = money.filter(|_| !too_large).map(|money| ReportMoney::of(money, total));
        let series = if query.series {
            series::read(conn, &read)?
        } else {
            Vec::new()
        };
        Ok(assemble::assemble(&read, &latest, series, money, too_large))
    }

    /// The line of a company.
    pub fn company(&self, id: CompanyId) -> Option<&CompanyFigures> {
        let is = |line: &&CompanyFigures| line.company.as_ref().is_some_and(|company| company.id == id);
        self.companies.iter().find(is)
    }
}
