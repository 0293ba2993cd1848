//! The one read of usage, figures and money: for pages, files, emails and the API.
//!
//! [`ReportReader`] says which companies someone sees, and whose money. [`Report::read`] gives quantities by meter, figures of
//! companies and costs over a range of days: in total, by company, and by day or month.
//!
//! What money means:
//! - **A line** is one meter in one month of the organization, of all its companies, also of archived ones. `rating` says what it
//!   costs, by the version of the rate card that counts for the month.
//! - **A part of a month** costs what the month costs up to its end less what it cost before (`MeterPrice::cost_between`).
//! - **A company** pays its share of the line, or of the part, by its quantity in it. So the companies add up to the organization,
//!   and archiving one changes the cost of no other.
//! - **What someone sees** is the sum of the shares of the companies that they see. What nobody used, such as a flat price in a
//!   month without usage, belongs to the organization alone.
//! - **A day or month in a chart** is what it costs the organization; for a part of the companies, their cost is spread over the days by
//!   what each day costs, so that the days add up to the total (`rating::spread`).
//! - **The forecast of a month** takes what was used before today, divided by the days that have passed and times the days of the
//!   month, at the prices of the month. On the first day there is none.
//! - Without a rate card there is no money, rather than 0.00.

mod assemble;
mod facts;
pub mod figures;
pub mod forecast;
pub mod money;
pub mod parts;
pub mod period;
mod quantities;
mod read;
pub mod reader;
mod series;
pub mod sheet;
mod totals;

pub use self::figures::{ByMeter, CostSection, Figures};
pub use self::period::{DayRange, PeriodFault, Preset};
pub use self::read::{CompanyFigures, Report, ReportMoney, ReportQuery};
pub use self::reader::ReportReader;
