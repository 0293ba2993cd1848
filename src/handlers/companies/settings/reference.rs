//! What a company is called in the organization's other systems.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::auth::CompanyGate;
use crate::authz::permission::EditCompany;
use crate::common::error::AppError;
use crate::common::external_ref;
use crate::common::form::FormErrors;
use crate::handlers::companies::settings::page::{SettingsInput, SettingsPage};
use crate::models::company_settings::CompanySettings;
use crate::services::companies::settings;
use crate::services::companies::settings::CompanySettingsError;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ReferenceForm {
    external_ref: String,
}

/// `POST /organizations/{slug}/companies/{company}/settings/reference`
pub async fn update(gate: CompanyGate<EditCompany>, form: web::Form<ReferenceForm>) -> Result<HttpResponse, AppError> {
    let typed = form.into_inner().external_ref;
    let saved = match external_ref::parse(&typed) {
        Err(message) => Err(FormErrors::one("external_ref", message)),
        Ok(external_ref) => {
            let change = |settings| CompanySettings {
                external_ref,
                ..settings
            };
            let saved = gate
                .try_write(move |actor, company, conn| {
                    let (_, events) = settings::update(conn, actor, company, change)?;
                    Ok((company.path(actor, "/settings#reference"), events))
                })
                .await;
            match saved {
                Err(CompanySettingsError::Failed(error)) => return Err(error),
                Err(error) => Err(FormErrors::one("external_ref", message(&error))),
                Ok(path) => Ok(path),
            }
        }
    };
    match saved {
        Ok(path) => Ok(gate.done("Reference saved", &path)),
        Err(errors) => {
            gate.refused(move |actor, company, conn| {
                SettingsPage::load(actor, company, conn, SettingsInput::Reference(typed, errors))
            })
            .await
        }
    }
}

fn message(error: &CompanySettingsError) -> &'static str {
    match error {
        CompanySettingsError::Archived => "It is archived. Restore it to change it",
        _ => "Another one has this reference, or has or had it as its web address",
    }
}
