//! Rate cards: what usage costs, in versions that are never changed.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::common::currency::Currency;
use crate::common::day::Month;
use crate::common::id::{RateCardId, UserId};
use crate::common::time::Time;
use crate::db::schema::{rate_cards, users};
use crate::db::types::org_id::OrgId;
use crate::db::types::usage::Meter;
use crate::db::{Conn, affected};
use crate::rating::MeterPrice;

/// The prices of the meters that cost something.
pub type Prices = BTreeMap<Meter, MeterPrice>;

/// A version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateCard {
    pub id: RateCardId,
    pub currency: Currency,
    /// From which month on it counts, instead of all versions before it.
    pub from_month: Month,
    pub prices: Prices,
    pub created_at: Time,
    /// The name of the person who made it, and their email address.
    pub created_by: (String, String),
}

/// All versions of an organization.
#[derive(Debug, Clone, Default)]
pub struct RateCards {
    /// The newest first.
    versions: Vec<RateCard>,
}

impl RateCards {
    /// As if these were all, the newest first: for previews.
    pub fn of(versions: Vec<RateCard>) -> Self {
        Self { versions }
    }

    /// Reads them.
    pub fn read(conn: &mut Conn, organization: OrgId) -> QueryResult<Self> {
        type Row = (RateCardId, String, Month, String, Time, (String, String));
        let rows: Vec<Row> = rate_cards::table
            .inner_join(users::table.on(users::id.eq(rate_cards::created_by)))
            .filter(rate_cards::organization_id.eq(organization))
            .order(rate_cards::id.desc())
            .select((
                rate_cards::id,
                rate_cards::currency,
                rate_cards::from_month,
                rate_cards::prices,
                rate_cards::created_at,
                (users::name, users::email),
            ))
            .load(conn)?;
        let unreadable = |what: String| diesel::result::Error::DeserializationError(what.into());
        let versions = rows
            .into_iter()
            .map(|(id, currency, from_month, prices, created_at, created_by)| {
                Ok(RateCard {
                    currency: Currency::find(&currency)
                        .ok_or_else(|| unreadable(format!("unknown currency: {currency}")))?,
                    prices: from_json(&prices).map_err(|error| unreadable(error.to_string()))?,
                    id,
                    from_month,
                    created_at,
                    created_by,
                })
            })
            .collect::<QueryResult<Vec<RateCard>>>()?;
        Ok(Self { versions })
    }

    /// The newest first.
    pub fn versions(&self) -> &[RateCard] {
        &self.versions
    }

    /// The version that counts for a month: the newest one from this month or an earlier one.
    pub fn for_month(&self, month: Month) -> Option<&RateCard> {
        self.versions.iter().find(|version| version.from_month <= month)
    }

    /// The currency of all versions; `None` while there is none.
    pub fn currency(&self) -> Option<Currency> {
        self.versions.first().map(|version| version.currency)
    }

    /// The first month with prices.
    pub fn first_month(&self) -> Option<Month> {
        self.versions.iter().map(|version| version.from_month).min()
    }
}

fn from_json(text: &str) -> serde_json::Result<Prices> {
    let read: BTreeMap<String, MeterPrice> = serde_json::from_str(text)?;
    // A meter that a later version knew has no price here.
    Ok(read
        .into_iter()
        .filter_map(|(key, price)| Some((Meter::parse(&key)?, price)))
        .collect())
}

/// Prices as they are stored, and as the audit log shows them.
pub fn to_json(prices: &Prices) -> serde_json::Value {
    let by_key = prices.iter().map(|(meter, price)| {
        let value = serde_json::to_value(price).unwrap_or_default();
        (meter.as_str().to_owned(), value)
    });
    serde_json::Value::Object(by_key.collect())
}

/// What a new version says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRateCard {
    pub currency: Currency,
    pub from_month: Month,
    pub prices: Prices,
}

/// Saves a version.
pub fn insert(
    conn: &mut Conn,
    organization: OrgId,
    by: UserId,
    now: Time,
    new: &NewRateCard,
) -> QueryResult<RateCardId> {
    affected::organization(organization);
    let id = RateCardId::fresh();
    diesel::insert_into(rate_cards::table)
        .values((
            rate_cards::organization_id.eq(organization),
            rate_cards::id.eq(id),
            rate_cards::currency.eq(new.currency.code()),
            rate_cards::from_month.eq(new.from_month),
            rate_cards::prices.eq(to_json(&new.prices).to_string()),
            rate_cards::created_at.eq(now),
            rate_cards::created_by.eq(by),
        ))
        .execute(conn)?;
    Ok(id)
}
