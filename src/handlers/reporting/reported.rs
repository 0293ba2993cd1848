//! What a company reported of its days.

use crate::auth::actor::Actor;
use crate::auth::company::Company;
use crate::common::currency::Currency;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::models::organization;
use crate::models::rate_card::RateCards;
use crate::models::usage::facts;
use crate::services::reports::DayRange;
use crate::web::figures;

/// A day with its figures, in the order of the columns.
pub struct ReportedRow {
    pub day: String,
    pub figures: [String; 6],
}

/// The reported days, the newest first.
pub fn rows(conn: &mut Conn, actor: &Actor, company: &Company, range: DayRange) -> Result<Vec<ReportedRow>, AppError> {
    let currency = match RateCards::read(conn, actor.organization)?.currency() {
        Some(currency) => Some(currency),
        None => Currency::find(&organization::profile(conn, actor.organization)?.currency),
    };
    let amount = |minor: Option<i64>| minor.map_or_else(|| "–".to_owned(), |minor| figures::amount(currency, minor));
    let days = facts::days(conn, actor.organization, company.id, range.from, range.to)?;
    Ok(days
        .into_iter()
        .map(|(day, facts)| ReportedRow {
            day: day.words(),
            figures: [
                figures::or_dash(facts.cases_open),
                figures::or_dash(facts.cases_new),
                figures::or_dash(facts.cases_closed),
                figures::or_dash(facts.campaigns_active),
                amount(facts.placed_minor),
                amount(facts.recovered_minor),
            ],
        })
        .collect())
}
