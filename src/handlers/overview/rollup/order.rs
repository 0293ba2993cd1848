//! The order of companies.

use crate::common::id::CompanyId;
use crate::db::types::usage::Meter;
use crate::handlers::overview::rollup::OverviewQuery;
use crate::models::company_staff::CompanyStaff;
use crate::services::reports::CompanyFigures;

crate::text_enum! {
    /// What companies are sorted by.
    pub enum CardColumn {
        Name = "name",
        Cases = "cases",
        Staff = "staff",
        Billing = "billing",
        Calls = "calls",
        SmsSegments = "sms",
    }
}

impl CardColumn {
    pub fn label(self) -> &'static str {
        match self {
            Self::Name => "Name",
            Self::Cases => "Cases",
            Self::Staff => "Staff",
            Self::Billing => "Billing",
            Self::Calls => "Calls",
            Self::SmsSegments => "SMS segments",
        }
    }

    /// As in “Most cases”.
    fn most(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Cases => "cases",
            Self::Staff => "staff",
            Self::Billing => "billing",
            Self::Calls => "calls",
            Self::SmsSegments => "SMS segments",
        }
    }

    fn value(self, line: &CompanyFigures, staff: &CompanyStaff) -> i64 {
        match self {
            Self::Name => 0,
            Self::Cases => line.figures.latest.cases_open.unwrap_or(-1),
            Self::Staff => line.company.as_ref().map_or(0, |company| staff.total(company.id)),
            Self::Billing => line.figures.cost().total(),
            Self::Calls => line.figures.quantities.get(Meter::Calls),
            Self::SmsSegments => line.figures.quantities.get(Meter::SmsSegments),
        }
    }
}

/// A column, and whether the largest comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CardOrder {
    pub column: CardColumn,
    pub down: bool,
}

impl CardOrder {
    /// What was asked for; money only for who sees it.
    pub fn of(sort: &str, money: bool) -> Self {
        let (text, down) = sort.strip_prefix('-').map_or((sort, false), |text| (text, true));
        match CardColumn::parse(text) {
            Some(CardColumn::Billing) if !money => Self::by_name(),
            Some(column) => Self { column, down },
            None => Self::by_name(),
        }
    }

    fn by_name() -> Self {
        Self {
            column: CardColumn::Name,
            down: false,
        }
    }

    /// The text of the parameter.
    pub fn text(self) -> String {
        format!("{}{}", if self.down { "-" } else { "" }, self.column)
    }

    /// The value of `aria-sort` of a column.
    pub fn sorted(self, column: CardColumn) -> &'static str {
        match (self.column == column, self.down) {
            (false, _) => "none",
            (true, false) => "ascending",
            (true, true) => "descending",
        }
    }

    /// The order after a click on a column: figures begin with the largest, names with the first.
    pub fn clicked(self, column: CardColumn) -> Self {
        let down = if self.column == column {
            !self.down
        } else {
            column != CardColumn::Name
        };
        Self { column, down }
    }

    /// The place of a line.
    pub fn key(self, line: &CompanyFigures, staff: &CompanyStaff) -> (Vec<u8>, String) {
        let company = line.company.as_ref();
        let id = company.map_or_else(|| "f".repeat(32), |company| CompanyId::to_string(&company.id));
        let name = company.map(|company| company.sort_name.clone()).unwrap_or_default();
        let mut key = match self.column {
            CardColumn::Name => name,
            column => {
                let value = column.value(line, staff).wrapping_sub(i64::MIN).to_be_bytes();
                value.to_vec()
            }
        };
        if self.down {
            // A name ends after all that begin with it.
            for byte in &mut key {
                *byte = !*byte;
            }
            key.push(u8::MAX);
        }
        (key, id)
    }
}

/// A head of the table.
#[derive(Debug, Clone)]
pub struct CardHead {
    pub label: &'static str,
    pub sorted: &'static str,
    pub href: String,
}

pub fn heads(query: &OverviewQuery, order: CardOrder, money: bool, base: &str) -> Vec<CardHead> {
    let columns = CardColumn::ALL.iter().copied();
    let shown = columns.filter(|column| money || *column != CardColumn::Billing);
    let head = |column: CardColumn| CardHead {
        label: column.label(),
        sorted: order.sorted(column),
        href: format!(
            "{}#companies-h",
            query.link(base, &[("sort", &order.clicked(column).text())])
        ),
    };
    shown.map(head).collect()
}

/// Text and label of each order.
pub fn orders(money: bool) -> Vec<(String, String)> {
    let columns = CardColumn::ALL.iter().copied();
    let shown = columns.filter(|column| money || *column != CardColumn::Billing);
    let order = |column: CardColumn| match column {
        CardColumn::Name => ("name".to_owned(), "By name".to_owned()),
        column => (format!("-{column}"), format!("Most {}", column.most())),
    };
    shown.map(order).collect()
}
