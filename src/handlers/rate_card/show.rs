//! The prices that count now, and all versions.

use actix_web::HttpResponse;
use askama::Template;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::ViewBilling;
use crate::common::error::AppError;
use crate::common::html::counted;
use crate::db::Conn;
use crate::db::types::usage::Meter;
use crate::models::rate_card::{RateCard, RateCards};
use crate::services::rate_cards::{save, terms};
use crate::web::layout::{Layout, PageLayout};
use crate::web::nav;
use crate::web::nav::NavTab;

struct PriceRow {
    meter: &'static str,
    unit: &'static str,
    /// None: it costs nothing.
    terms: Vec<String>,
}

struct VersionRow {
    id: String,
    from: String,
    /// What it is at the moment.
    state: (&'static str, &'static str),
    by: (String, String),
    at: (String, String),
    prices: Vec<PriceRow>,
    meters: String,
}

#[derive(Template)]
#[template(path = "rate_card/show.html")]
struct RateCardPage {
    layout: Layout,
    tabs: Vec<&'static NavTab>,
    tab: &'static str,
    path: String,
    base: String,
    manages: bool,
    /// The version of the present month: since when, its currency, its prices.
    now: Option<(String, String, Vec<PriceRow>)>,
    versions: Vec<VersionRow>,
}

crate::page!(RateCardPage);

fn prices(card: &RateCard) -> Vec<PriceRow> {
    Meter::ALL
        .iter()
        .map(|meter| PriceRow {
            meter: meter.label(),
            unit: meter.unit().0,
            terms: card
                .prices
                .get(meter)
                .map(|price| terms::terms(card.currency, price))
                .unwrap_or_default(),
        })
        .collect()
}

fn load(actor: &Actor, conn: &mut Conn) -> Result<RateCardPage, AppError> {
    // Which version counts depends on the time.
    actor.cx.request.page.never_store();
    let cards = RateCards::read(conn, actor.organization)?;
    let month = save::today(conn, actor)?.month();
    let now = cards.for_month(month);
    let version = |card: &RateCard| VersionRow {
        id: card.id.to_string(),
        from: card.from_month.words(),
        state: match now {
            Some(now) if now.id == card.id => ("Current", "success"),
            _ if card.from_month > month => ("Later", "info"),
            _ => ("Replaced", ""),
        },
        by: card.created_by.clone(),
        at: (card.created_at.iso(), card.created_at.full(actor.zone)),
        prices: prices(card),
        meters: counted(i64::try_from(card.prices.len()).unwrap_or_default(), "price", "prices"),
    };
    Ok(RateCardPage {
        layout: actor.layout(conn, "settings")?,
        tabs: nav::settings(actor.permissions),
        tab: "rate-card",
        path: actor.path("/settings"),
        base: actor.path("/settings/rate-card"),
        manages: actor.permissions.manage_billing(),
        now: now.map(|card| {
            let currency = format!("{}, {}", card.currency.code(), card.currency.name());
            (card.from_month.words(), currency, prices(card))
        }),
        versions: cards.versions().iter().map(version).collect(),
    })
}

/// `GET /organizations/{slug}/settings/rate-card`
pub async fn show(gate: Gate<ViewBilling>) -> Result<HttpResponse, AppError> {
    gate.show(load).await
}
