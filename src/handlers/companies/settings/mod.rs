//! The settings of a company: its name and address, its reference, and what it sets instead of the organization's defaults.

pub mod page;
pub mod preferences;
pub mod preferences_form;
pub mod reference;

use actix_web::{HttpResponse, web};

use crate::auth::CompanyGate;
use crate::authz::permission::EditCompany;
use crate::change_error;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::slug::Slug;
use crate::db::types::organization::{CompanyStatus, UnitLabel};
use crate::handlers::companies::new::taken;
use crate::handlers::companies::settings::page::{SettingsInput, SettingsPage};
use crate::services::companies::form::CompanyForm;
use crate::services::companies::update;
use crate::services::companies::update::UpdateCompanyError;

/// `GET /organizations/{slug}/companies/{company}/settings`
pub async fn edit(gate: CompanyGate<EditCompany>) -> Result<HttpResponse, AppError> {
    gate.show(|actor, company, conn| SettingsPage::load(actor, company, conn, SettingsInput::Saved))
        .await
}

enum CompanyFormError {
    Invalid(FormErrors),
    Failed(AppError),
}

change_error!(CompanyFormError);

impl CompanyFormError {
    fn new(error: UpdateCompanyError, unit: UnitLabel, slug: &Slug) -> Self {
        Self::Invalid(match error {
            UpdateCompanyError::Failed(error) => return Self::Failed(error),
            UpdateCompanyError::Archived => FormErrors::one("name", archived(unit)),
            UpdateCompanyError::TooOften => FormErrors::one(
                "slug",
                "The web address changed too often lately. Go back to an earlier one, or try again in 30 days",
            ),
            UpdateCompanyError::SlugTaken { free } => {
                FormErrors::one("slug", taken(unit, slug.as_str(), free.as_ref().map(Slug::as_str)))
            }
        })
    }
}

/// `POST /organizations/{slug}/companies/{company}/settings`
pub async fn update(gate: CompanyGate<EditCompany>, form: web::Form<CompanyForm>) -> Result<HttpResponse, AppError> {
    let form = form.into_inner();
    let typed = form.clone();
    let saved = gate
        .try_write(move |actor, company, conn| {
            if company.status == CompanyStatus::Archived {
                let errors = FormErrors::one("name", archived(actor.unit));
                return Err(CompanyFormError::Invalid(errors));
            }
            let new = typed.parse(actor.unit).map_err(CompanyFormError::Invalid)?;
            let ((), events) = update::update(conn, actor, company, &new.name, &new.slug)
                .map_err(|error| CompanyFormError::new(error, actor.unit, &new.slug))?;
            Ok((actor.path(&format!("/companies/{}/settings", new.slug)), events))
        })
        .await;
    match saved {
        Ok(path) => Ok(gate.done("Settings saved", &path)),
        Err(CompanyFormError::Invalid(errors)) => {
            gate.refused(move |actor, company, conn| {
                SettingsPage::load(actor, company, conn, SettingsInput::Company(form, errors))
            })
            .await
        }
        Err(CompanyFormError::Failed(error)) => Err(error),
    }
}

/// The message at a field of an archived company.
fn archived(unit: UnitLabel) -> String {
    format!("This {} is archived. Restore it to change it", unit.one())
}
