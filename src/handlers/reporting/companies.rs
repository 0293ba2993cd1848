//! The lines of companies: sorted by any column, in pages.

use crate::auth::actor::Actor;
use crate::common::currency::Currency;
use crate::common::html::number;
use crate::common::id::{CompanyId, MembershipId};
use crate::common::paging::{Cursor, Page};
use crate::db::types::organization::CompanyStatus;
use crate::handlers::reporting::columns::Column;
use crate::handlers::reporting::query::{AskedReport, ReportingQuery};
use crate::services::reports::{CompanyFigures, Report};

/// Lines of a page.
const PAGE: usize = 50;

/// A head with the link that sorts.
#[derive(Debug, Clone)]
pub struct ColumnHead {
    pub label: &'static str,
    /// The value of `aria-sort`.
    pub sorted: &'static str,
    pub href: String,
}

/// A figure, with its lines if the reader may open them.
#[derive(Debug, Clone)]
pub struct LineCell {
    pub text: String,
    pub href: Option<String>,
}

/// A company's line.
#[derive(Debug, Clone)]
pub struct CompanyLine {
    pub name: String,
    pub href: Option<String>,
    pub archived: bool,
    pub cells: Vec<LineCell>,
}

/// A page of lines.
#[derive(Debug, Clone)]
pub struct CompanyTable {
    pub heads: Vec<ColumnHead>,
    pub lines: Vec<CompanyLine>,
    pub total: Vec<String>,
    pub previous: Option<String>,
    pub next: Option<String>,
    pub caption: String,
}

/// The order: a column and whether the largest comes first.
#[derive(Debug, Clone, Copy)]
struct Order(Column, bool);

impl Order {
    fn of(sort: &str, money: bool) -> Self {
        let (text, down) = sort.strip_prefix('-').map_or((sort, false), |text| (text, true));
        match Column::parse(text) {
            Some(column) if money || !column.is_money() => Self(column, down),
            _ if money => Self(Column::Total, true),
            _ => Self(Column::Company, false),
        }
    }

    fn key(self, line: &CompanyFigures) -> (Vec<u8>, String) {
        let id = line.company.as_ref().map(|company| company.id);
        let id = id.map_or_else(|| MembershipId::NIL.to_string(), |id: CompanyId| id.to_string());
        let mut key = match self.0 {
            Column::Company => line
                .company
                .as_ref()
                .map(|company| company.sort_name.clone())
                .unwrap_or_default(),
            column => column
                .value(&line.figures)
                .wrapping_sub(i64::MIN)
                .to_be_bytes()
                .to_vec(),
        };
        if self.1 {
            // Ends after everything that it begins.
            for byte in &mut key {
                *byte = !*byte;
            }
            key.push(u8::MAX);
        }
        (key, id)
    }
}

impl CompanyTable {
    pub fn of(actor: &Actor, query: &ReportingQuery, asked: &AskedReport, report: &Report) -> Self {
        let shows_money =
            report.money.is_some_and(|money| money.total) || report.companies.iter().any(|line| line.money);
        let order = Order::of(&query.sort, shows_money);
        let base = actor.path("/reporting");
        let columns: Vec<Column> = Column::ALL
            .iter()
            .copied()
            .filter(|column| shows_money || !column.is_money())
            .collect();
        let cursor = Cursor::parse(&query.after);
        let lines: Vec<&CompanyFigures> = report.companies.iter().collect();
        let page = Page::of_all(lines, PAGE, cursor.as_ref(), |line| order.key(line));
        let link =
            |after: Option<String>| after.map(|after| format!("{base}{}#companies", query.link(&[("after", &after)])));
        let currency = report.money.map(|money| money.currency);
        let total = columns.iter().skip(1).map(|column| {
            let seen = !column.is_money() || report.money.is_some_and(|money| money.total);
            if seen {
                column.text(&report.total, currency)
            } else {
                "–".to_owned()
            }
        });
        let shown = i64::try_from(page.rows.len()).unwrap_or_default();
        let all = i64::try_from(report.companies.len()).unwrap_or_default();
        Self {
            heads: columns
                .iter()
                .map(|column| head(actor, query, order, *column, &base))
                .collect(),
            total: total.collect(),
            lines: page
                .rows
                .iter()
                .map(|line| company_line(actor, asked, line, &columns, currency))
                .collect(),
            previous: link(page.previous),
            next: link(page.next),
            caption: if shown == all {
                actor.unit.count(&all)
            } else {
                format!("{} of {}", number(&shown), actor.unit.count(&all))
            },
        }
    }
}

fn head(actor: &Actor, query: &ReportingQuery, order: Order, column: Column, base: &str) -> ColumnHead {
    let is_own = order.0 == column;
    // Figures begin with the largest, names with the first.
    let down = if is_own { !order.1 } else { column != Column::Company };
    let sort = format!("{}{column}", if down { "-" } else { "" });
    ColumnHead {
        label: if column == Column::Company {
            actor.unit.title()
        } else {
            column.label()
        },
        sorted: match (is_own, order.1) {
            (false, _) => "none",
            (true, false) => "ascending",
            (true, true) => "descending",
        },
        href: format!("{base}{}#companies", query.link(&[("sort", &sort)])),
    }
}

fn company_line(
    actor: &Actor,
    asked: &AskedReport,
    line: &CompanyFigures,
    columns: &[Column],
    currency: Option<Currency>,
) -> CompanyLine {
    let slug = line.company.as_ref().map(|company| &company.slug);
    let cells = columns.iter().skip(1).map(|column| LineCell {
        text: if column.is_money() && !line.money {
            "–".to_owned()
        } else {
            column.text(&line.figures, currency)
        },
        href: slug
            .filter(|_| !column.is_money() || line.money)
            .and_then(|slug| column.lines(actor, asked, slug)),
    });
    CompanyLine {
        name: line.company.as_ref().map_or_else(
            || format!("Deleted or moved {}", actor.unit.many()),
            |company| company.name.clone(),
        ),
        href: slug
            .filter(|_| actor.permissions.view_company())
            .map(|slug| actor.path(&format!("/companies/{slug}"))),
        archived: line
            .company
            .as_ref()
            .is_some_and(|company| company.status == CompanyStatus::Archived),
        cells: cells.collect(),
    }
}
