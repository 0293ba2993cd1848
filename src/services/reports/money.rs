//! What the parts of a range cost, and the share of each company.

use std::collections::BTreeMap;

use diesel::QueryResult;

use crate::common::id::CompanyId;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::models::rate_card::RateCards;
use crate::rating;
use crate::rating::{Cost, TooLarge};
use crate::services::reports::figures::{ByMeter, plus};
use crate::services::reports::parts::MonthPart;
use crate::services::reports::quantities;
use crate::services::reports::quantities::PartQuantities;

/// What a part of a month costs.
#[derive(Debug)]
pub(super) struct PartCosts {
    pub part: MonthPart,
    /// What was used in the month before the part.
    pub before: ByMeter<i64>,
    pub companies: BTreeMap<CompanyId, ByMeter<Cost>>,
    /// What nobody used: it belongs to the organization alone.
    pub unused: ByMeter<Cost>,
}

/// What each part costs; `None` when an amount does not fit.
pub(super) fn read(
    conn: &mut Conn,
    organization: OrgId,
    cards: &RateCards,
    parts: &[PartQuantities],
) -> QueryResult<Option<Vec<PartCosts>>> {
    let mut all = Vec::with_capacity(parts.len());
    for used in parts {
        let before = quantities::before(conn, organization, &used.part)?;
        match costs(cards, used, before) {
            Ok(costs) => all.push(costs),
            Err(TooLarge) => return Ok(None),
        }
    }
    Ok(Some(all))
}

fn costs(cards: &RateCards, used: &PartQuantities, before: ByMeter<i64>) -> Result<PartCosts, TooLarge> {
    let part = used.part;
    let mut companies: BTreeMap<CompanyId, ByMeter<Cost>> = BTreeMap::new();
    let mut unused = ByMeter::default();
    if let Some(card) = cards.for_month(part.month) {
        for (meter, price) in &card.prices {
            let weights: Vec<i64> = used.companies.values().map(|sums| sums.get(*meter)).collect();
            let before = (!part.begins_month()).then(|| before.get(*meter));
            let shared = rating::share(price, before, &weights)?;
            let Some(shares) = shared.shares else {
                *unused.get_mut(*meter) = shared.total;
                continue;
            };
            for (company, share) in used.companies.keys().zip(shares) {
                let own = companies.entry(*company).or_default().get_mut(*meter);
                *own = plus(*own, share);
            }
        }
    }
    Ok(PartCosts {
        part,
        before,
        companies,
        unused,
    })
}
