//! A new version.

use actix_web::HttpResponse;

use crate::auth::Gate;
use crate::authz::permission::ManageBilling;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::handlers::rate_card::form;
use crate::handlers::rate_card::form::RateCardForm;
use crate::handlers::rate_card::page::NewRateCardPage;
use crate::models::rate_card::RateCards;
use crate::services::rate_cards::save;
use crate::services::rate_cards::save::RateCardError;

/// `GET /organizations/{slug}/settings/rate-card/new`
pub async fn new(gate: Gate<ManageBilling>) -> Result<HttpResponse, AppError> {
    gate.show(|actor, conn| NewRateCardPage::load(conn, actor, None, None, FormErrors::none()))
        .await
}

/// `POST /organizations/{slug}/settings/rate-card`
pub async fn create(gate: Gate<ManageBilling>, fields: Fields) -> Result<HttpResponse, AppError> {
    let form = RateCardForm::of(&fields);
    let typed = form.clone();
    let (new, mut errors, path) = gate
        .read(move |actor, conn| {
            let mut errors = FormErrors::none();
            let fixed = RateCards::read(conn, actor.organization)?.currency();
            let new = typed.read(fixed, &mut errors);
            Ok((new, errors, actor.path("/settings/rate-card")))
        })
        .await?;
    if let Some(new) = new {
        let month = new.from_month;
        let saved = gate.try_write(move |actor, conn| save::save(conn, actor, &new)).await;
        match saved {
            Ok(()) => return Ok(gate.done(format!("The new prices take effect from {}", month.words()), &path)),
            Err(RateCardError::Failed(error)) => return Err(error),
            Err(error) => errors = form::refusal(&error).unwrap_or_default(),
        }
    }
    gate.refused(move |actor, conn| NewRateCardPage::load(conn, actor, Some(form), None, errors))
        .await
}
