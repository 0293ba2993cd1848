//! What a company sets instead of the organization's defaults.

use actix_web::HttpResponse;

use crate::auth::CompanyGate;
use crate::authz::permission::EditCompany;
use crate::change_error;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::handlers::companies::settings::archived;
use crate::handlers::companies::settings::page::{SettingsInput, SettingsPage};
use crate::handlers::companies::settings::preferences_form::PreferencesForm;
use crate::models::company_settings::CompanySettings;
use crate::services::companies::settings;
use crate::services::companies::settings::CompanySettingsError;

enum PreferencesError {
    Invalid(FormErrors),
    Failed(AppError),
}

change_error!(PreferencesError);

/// `POST /organizations/{slug}/companies/{company}/settings/preferences`
pub async fn update(gate: CompanyGate<EditCompany>, fields: Fields) -> Result<HttpResponse, AppError> {
    let form = PreferencesForm::of(&fields);
    let typed = form.clone();
    let saved = gate
        .try_write(move |actor, company, conn| {
            let wanted = typed.parse().map_err(PreferencesError::Invalid)?;
            let change = |settings: CompanySettings| CompanySettings {
                external_ref: settings.external_ref,
                ..wanted
            };
            let (_, events) = settings::update(conn, actor, company, change).map_err(|error| match error {
                CompanySettingsError::Failed(error) => PreferencesError::Failed(error),
                _ => PreferencesError::Invalid(FormErrors::one("timezone", archived(actor.unit))),
            })?;
            Ok((company.path(actor, "/settings#preferences"), events))
        })
        .await;
    match saved {
        Ok(path) => Ok(gate.done("Settings saved", &path)),
        Err(PreferencesError::Failed(error)) => Err(error),
        Err(PreferencesError::Invalid(errors)) => {
            gate.refused(move |actor, company, conn| {
                let input = SettingsInput::Preferences(Box::new(form), errors);
                SettingsPage::load(actor, company, conn, input)
            })
            .await
        }
    }
}
