//! The form of a new version, with a preview.

use askama::Template;

use crate::auth::actor::Actor;
use crate::common::currency::Currency;
use crate::common::decimal;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::db::Conn;
use crate::db::types::usage::Meter;
use crate::handlers::rate_card::form;
use crate::handlers::rate_card::form::RateCardForm;
use crate::handlers::rate_card::prices::ModelChoice;
use crate::models::organization;
use crate::models::rate_card::RateCards;
use crate::rating::Cost;
use crate::services::rate_cards::preview::Preview;
use crate::services::rate_cards::save;
use crate::services::rate_cards::terms::QUANTITY_DECIMALS;
use crate::web::layout::{Layout, PageLayout};

/// A line of the preview.
struct ShownLine {
    meter: &'static str,
    quantity: String,
    now: Option<String>,
    then: String,
}

/// What the month so far costs under the new version.
pub(super) struct ShownPreview {
    days: String,
    lines: Vec<ShownLine>,
    now: Option<String>,
    then: String,
    too_large: bool,
}

impl ShownPreview {
    pub fn of(preview: &Preview, currency: Currency, present: Option<Currency>) -> Self {
        let amount = |currency: Currency, cost: Cost| currency.amount(cost.total());
        let before = |cost: Option<Cost>| present.zip(cost).map(|(present, cost)| amount(present, cost));
        Self {
            days: preview.days.words(),
            lines: preview
                .lines
                .iter()
                .map(|line| ShownLine {
                    meter: line.meter.label(),
                    quantity: decimal::words(line.quantity, QUANTITY_DECIMALS),
                    now: before(line.now),
                    then: amount(currency, line.then),
                })
                .collect(),
            now: before(preview.now),
            then: amount(currency, preview.then),
            too_large: preview.too_large,
        }
    }
}

#[derive(Template)]
#[template(path = "rate_card/new.html")]
pub(super) struct NewRateCardPage {
    layout: Layout,
    path: String,
    form: RateCardForm,
    /// The currency of the versions before, which stays.
    fixed: Option<Currency>,
    currencies: Vec<(&'static str, String)>,
    months: Vec<(String, String)>,
    models: Vec<(&'static str, &'static str)>,
    preview: Option<ShownPreview>,
    errors: FormErrors,
}

crate::page!(NewRateCardPage);

impl NewRateCardPage {
    /// `form`: what was typed; `None`: filled with the present prices.
    pub fn load(
        conn: &mut Conn,
        actor: &Actor,
        form: Option<RateCardForm>,
        preview: Option<ShownPreview>,
        errors: FormErrors,
    ) -> Result<Self, AppError> {
        // Which months can be chosen depends on the time.
        actor.cx.request.page.never_store();
        let cards = RateCards::read(conn, actor.organization)?;
        let today = save::today(conn, actor)?;
        let fixed = cards.currency();
        let form = match form {
            Some(form) => form,
            None => {
                let profile = organization::profile(conn, actor.organization)?;
                let currency = fixed.or_else(|| Currency::find(&profile.currency));
                let usual = currency.or_else(|| Currency::find("USD")).ok_or(AppError::NotFound)?;
                RateCardForm::filled(today, usual, cards.for_month(today.month()))
            }
        };
        let label = |currency: &Currency| format!("{}, {}", currency.code(), currency.name());
        Ok(Self {
            layout: actor.layout(conn, "settings")?,
            path: actor.path("/settings/rate-card"),
            fixed,
            currencies: match fixed {
                Some(fixed) => vec![(fixed.code(), label(&fixed))],
                None => Currency::all()
                    .iter()
                    .map(|currency| (currency.code(), label(currency)))
                    .collect(),
            },
            months: form::months(today),
            models: ModelChoice::ALL
                .iter()
                .map(|choice| (choice.as_str(), choice.label()))
                .collect(),
            form,
            preview,
            errors,
        })
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass references")]
    fn unit(meter: &Meter) -> (&'static str, &'static str) {
        meter.unit()
    }
}
