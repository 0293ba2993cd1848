//! The companies, as cards or as a table.

use std::collections::HashMap;

use crate::auth::actor::Actor;
use crate::common::currency::Currency;
use crate::common::day::Day;
use crate::common::error::AppError;
use crate::common::html::number;
use crate::common::id::CompanyId;
use crate::common::paging::{Cursor, Page};
use crate::common::search::fold;
use crate::db::Conn;
use crate::db::types::organization::CompanyStatus;
use crate::db::types::usage::Meter;
use crate::handlers::overview::queries::rollup;
use crate::handlers::overview::queries::rollup::Pulse;
use crate::handlers::overview::rollup::OverviewQuery;
use crate::handlers::overview::rollup::order::{CardHead, CardOrder, heads, orders};
use crate::models::company_staff::CompanyStaff;
use crate::models::usage::report::ReportedCompany;
use crate::rating::MICRO;
use crate::services::reports::{CompanyFigures, Report};
use crate::web::charts;
use crate::web::figures;

/// Cards and lines of a page.
const CARDS: usize = 24;
const LINES: usize = 50;

/// Days of the little line.
const DAYS: i32 = 30;

/// A company.
#[derive(Debug, Clone)]
pub struct CompanyCard {
    pub name: String,
    /// The company, or the request for access to it.
    pub href: String,
    /// Whether the reader may open it.
    pub opens: bool,
    pub archived: bool,
    pub cases: String,
    pub staff: String,
    /// `None`: the reader does not see it.
    pub billing: Option<String>,
    pub calls: String,
    pub messages: String,
    /// Of all costs, or of all calls and messages where money is not shown: in words, and of a thousand for the bar.
    pub share: (String, i64),
    pub recovery: Option<String>,
    /// The path of the little line; empty without usage.
    pub spark: String,
    /// The last day with usage, for machines and for people.
    pub last: Option<(String, String)>,
}

/// A page of companies.
pub struct CompanyCards {
    pub cards: Vec<CompanyCard>,
    pub heads: Vec<CardHead>,
    /// Text and label of each order.
    pub orders: Vec<(String, String)>,
    pub order: String,
    pub money: bool,
    /// What the shares are of.
    pub share_of: &'static str,
    pub table: bool,
    /// Whether there are any companies without a search.
    pub any: bool,
    pub caption: String,
    pub previous: Option<String>,
    pub next: Option<String>,
}

/// What a share is of: money where it is shown, otherwise calls and messages.
fn weight(line: &CompanyFigures, money: bool) -> i64 {
    if money {
        line.figures.cost().total()
    } else {
        let of = |meter| line.figures.quantities.get(meter) / MICRO;
        of(Meter::Calls).saturating_add(of(Meter::SmsSegments))
    }
}

impl CompanyCards {
    pub(super) fn of(
        conn: &mut Conn,
        actor: &Actor,
        query: &OverviewQuery,
        report: &Report,
        today: Day,
    ) -> Result<Self, AppError> {
        let money = report.money.is_some() && report.companies.iter().any(|line| line.money);
        let order = CardOrder::of(&query.sort, money);
        let named: Vec<&CompanyFigures> = report.companies.iter().filter(|line| line.company.is_some()).collect();
        let counts = actor.role_counts(conn)?.clone();
        let staff = CompanyStaff::count(conn, actor.organization, &counts, &ids(&named))?;
        let whole: i64 = named
            .iter()
            .map(|line| weight(line, money))
            .fold(0, i64::saturating_add);
        let words: Vec<String> = fold(&query.q).split_whitespace().map(str::to_owned).collect();
        let any = !named.is_empty();
        let found: Vec<&CompanyFigures> = named.into_iter().filter(|line| matches(line, &words)).collect();
        let count = i64::try_from(found.len()).unwrap_or(i64::MAX);
        let size = if query.is_table() { LINES } else { CARDS };
        let cursor = Cursor::parse(&query.after);
        let page = Page::of_all(found, size, cursor.as_ref(), |line| order.key(line, &staff));
        let pulses = rollup::pulses(
            conn,
            actor.organization,
            &ids(&page.rows),
            (today.plus(1 - DAYS), today),
        )?;
        let shares = Shares {
            money,
            whole,
            currency: report.money.map(|money| money.currency),
        };
        let cards = page.rows.iter().filter_map(|line| {
            let company = line.company.as_ref()?;
            Some(shares.card(actor, line, company, &staff, &pulses))
        });
        let base = actor.path("");
        let link = |after: Option<String>| {
            after.map(|after| format!("{}#companies-h", query.link(&base, &[("after", &after)])))
        };
        Ok(Self {
            cards: cards.collect(),
            heads: heads(query, order, money, &base),
            orders: orders(money),
            order: order.text(),
            money,
            share_of: if money { "billing" } else { "calls and SMS" },
            table: query.is_table(),
            any,
            caption: caption(actor, i64::try_from(page.rows.len()).unwrap_or(i64::MAX), count),
            previous: link(page.previous),
            next: link(page.next),
        })
    }
}

fn ids(lines: &[&CompanyFigures]) -> Vec<CompanyId> {
    let companies = lines.iter().filter_map(|line| line.company.as_ref());
    companies.map(|company| company.id).collect()
}

fn caption(actor: &Actor, shown: i64, found: i64) -> String {
    if shown == found {
        actor.unit.count(&found)
    } else {
        format!("{} of {}", number(&shown), actor.unit.count(&found))
    }
}

/// Each word begins a word of the name.
fn matches(line: &CompanyFigures, words: &[String]) -> bool {
    let Some(company) = &line.company else { return false };
    let name = fold(&company.name);
    words.iter().all(|word| {
        name.split(|c: char| !c.is_alphanumeric())
            .any(|part| part.starts_with(word.as_str()))
    })
}

/// What each company has of the whole.
struct Shares {
    money: bool,
    whole: i64,
    currency: Option<Currency>,
}

impl Shares {
    fn card(
        &self,
        actor: &Actor,
        line: &CompanyFigures,
        company: &ReportedCompany,
        staff: &CompanyStaff,
        pulses: &HashMap<CompanyId, Pulse>,
    ) -> CompanyCard {
        let pulse = pulses.get(&company.id);
        let opens = actor.permissions.view_company();
        let quantity = |meter| figures::quantity(meter, line.figures.quantities.get(meter));
        let slug = &company.slug;
        CompanyCard {
            name: company.name.clone(),
            href: if opens {
                actor.path(&format!("/companies/{slug}"))
            } else {
                actor.path(&format!("/access/requests/new?permission=co.view&company={slug}"))
            },
            opens,
            archived: company.status == CompanyStatus::Archived,
            cases: figures::or_dash(line.figures.latest.cases_open),
            staff: number(&staff.total(company.id)),
            billing: line
                .money
                .then(|| figures::amount(self.currency, line.figures.cost().total())),
            calls: quantity(Meter::Calls),
            messages: quantity(Meter::SmsSegments),
            share: self.share(weight(line, self.money)),
            recovery: line.figures.recovery().map(|share| figures::percent(Some(share))),
            spark: pulse.map(|pulse| charts::spark(&pulse.days)).unwrap_or_default(),
            last: pulse.and_then(|pulse| pulse.last).map(|day| (day.iso(), day.short())),
        }
    }

    fn share(&self, part: i64) -> (String, i64) {
        let of = |parts: i64| {
            let share = i128::from(part.max(0)) * i128::from(parts) / i128::from(self.whole.max(1));
            i64::try_from(share).unwrap_or(parts).min(parts)
        };
        (figures::percent(Some(of(MICRO))), of(1_000))
    }
}
