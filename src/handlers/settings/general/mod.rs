//! The general settings: profile, contacts, dual control, and pending approvals.

pub mod owner_card;
pub mod page;

use actix_web::{HttpResponse, web};

use crate::auth::Gate;
use crate::authz::permission::EditProfile;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::handlers::settings::general::page::{GeneralInput, GeneralPage};
use crate::handlers::settings::profile_form::ProfileForm;
use crate::services::organizations::profile;
use crate::services::organizations::profile::ProfileError;
use crate::services::rate_cards::terms;

/// `GET /organizations/{slug}/settings/general`
pub async fn edit(gate: Gate<EditProfile>) -> Result<HttpResponse, AppError> {
    gate.show(|actor, conn| GeneralPage::load(actor, conn, GeneralInput::Saved))
        .await
}

/// `POST /organizations/{slug}/settings/general`
pub async fn update(gate: Gate<EditProfile>, form: web::Form<ProfileForm>) -> Result<HttpResponse, AppError> {
    let form = form.into_inner();
    let profile = match form.parse() {
        Ok(profile) => profile,
        Err(errors) => {
            let typed = GeneralInput::Profile(Box::new(form), errors);
            return gate
                .refused(move |actor, conn| GeneralPage::load(actor, conn, typed))
                .await;
        }
    };
    let saved = gate
        .try_write(move |actor, conn| {
            let ((), events) = profile::update(conn, actor.organization, profile, actor.cx.now)?;
            Ok((actor.path("/settings/general"), events))
        })
        .await;
    match saved {
        Ok(path) => Ok(gate.done("Profile saved", &path)),
        Err(ProfileError::Failed(error)) => Err(error),
        Err(ProfileError::CurrencyFixed(currency, since)) => {
            let errors = FormErrors::one("currency", terms::currency_fixed(currency, since));
            let typed = GeneralInput::Profile(Box::new(form), errors);
            gate.refused(move |actor, conn| GeneralPage::load(actor, conn, typed))
                .await
        }
    }
}
