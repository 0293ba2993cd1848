//! What the present month costs under a version that is not saved yet.

use actix_web::HttpResponse;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::ManageBilling;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::db::Conn;
use crate::handlers::rate_card::form;
use crate::handlers::rate_card::form::RateCardForm;
use crate::handlers::rate_card::page::{NewRateCardPage, ShownPreview};
use crate::models::rate_card::RateCards;
use crate::services::rate_cards::save::RateCardError;
use crate::services::rate_cards::{preview, save};

/// `POST /organizations/{slug}/settings/rate-card/preview`
pub async fn create(gate: Gate<ManageBilling>, fields: Fields) -> Result<HttpResponse, AppError> {
    let form = RateCardForm::of(&fields);
    let typed = form.clone();
    let (shown, errors) = gate.read(move |actor, conn| load(actor, conn, &typed)).await?;
    if !errors.is_empty() {
        return gate
            .refused(move |actor, conn| NewRateCardPage::load(conn, actor, Some(form), None, errors))
            .await;
    }
    gate.show(move |actor, conn| NewRateCardPage::load(conn, actor, Some(form), shown, errors))
        .await
}

fn load(actor: &Actor, conn: &mut Conn, form: &RateCardForm) -> Result<(Option<ShownPreview>, FormErrors), AppError> {
    let mut errors = FormErrors::none();
    let cards = RateCards::read(conn, actor.organization)?;
    let Some(new) = form.read(cards.currency(), &mut errors) else {
        return Ok((None, errors));
    };
    match save::check(&cards, save::today(conn, actor)?, &new) {
        Ok(()) => {}
        Err(RateCardError::Failed(error)) => return Err(error),
        Err(error) => return Ok((None, form::refusal(&error).unwrap_or_default())),
    }
    let preview = preview::preview(conn, actor, &new)?;
    Ok((Some(ShownPreview::of(&preview, new.currency, cards.currency())), errors))
}
