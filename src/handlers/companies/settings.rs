//! The settings of a company.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::CompanyGate;
use crate::auth::actor::Actor;
use crate::auth::company::Company;
use crate::authz::decision::Permissions;
use crate::authz::permission::EditCompany;
use crate::change_error;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::slug::Slug;
use crate::db::Conn;
use crate::db::types::organization::{CompanyStatus, UnitLabel};
use crate::handlers::companies::new::taken;
use crate::models::company_slug;
use crate::services::companies::form::CompanyForm;
use crate::services::companies::update;
use crate::services::companies::update::UpdateCompanyError;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

#[derive(Template)]
#[template(path = "companies/settings.html", blocks = ["company"])]
struct SettingsPage {
    layout: Layout,
    path: String,
    organization: String,
    unit: UnitLabel,
    may: Permissions,
    name: String,
    archived: bool,
    /// Earlier addresses, which redirect here.
    former: Vec<String>,
    form: CompanyForm,
    errors: FormErrors,
}

crate::page!(SettingsPage => as_company);

impl SettingsPage {
    fn load(
        actor: &Actor,
        company: &Company,
        conn: &mut Conn,
        form: Option<CompanyForm>,
        errors: FormErrors,
    ) -> Result<Self, AppError> {
        Ok(Self {
            layout: actor.layout(conn, "companies")?,
            path: company.path(actor, ""),
            organization: actor.slug.clone(),
            unit: actor.unit,
            may: company.permissions,
            name: company.name.clone(),
            archived: company.status == CompanyStatus::Archived,
            former: company_slug::former(conn, actor.organization, company.id)?,
            form: form.unwrap_or_else(|| CompanyForm {
                name: company.name.clone(),
                slug: company.slug.clone(),
                ..CompanyForm::default()
            }),
            errors,
        })
    }
}

/// `GET /organizations/{slug}/companies/{company}/settings`
pub async fn edit(gate: CompanyGate<EditCompany>) -> Result<HttpResponse, AppError> {
    gate.show(|actor, company, conn| SettingsPage::load(actor, company, conn, None, FormErrors::none()))
        .await
}

enum CompanySettingsError {
    Invalid(FormErrors),
    Failed(AppError),
}

change_error!(CompanySettingsError);

impl CompanySettingsError {
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
                return Err(CompanySettingsError::Invalid(errors));
            }
            let new = typed.parse(actor.unit).map_err(CompanySettingsError::Invalid)?;
            let ((), events) = update::update(conn, actor, company, &new.name, &new.slug)
                .map_err(|error| CompanySettingsError::new(error, actor.unit, &new.slug))?;
            Ok((actor.path(&format!("/companies/{}/settings", new.slug)), events))
        })
        .await;
    match saved {
        Ok(path) => Ok(gate.done("Settings saved", &path)),
        Err(CompanySettingsError::Invalid(errors)) => {
            gate.refused(move |actor, company, conn| SettingsPage::load(actor, company, conn, Some(form), errors))
                .await
        }
        Err(CompanySettingsError::Failed(error)) => Err(error),
    }
}

fn archived(unit: UnitLabel) -> String {
    format!("This {} is archived. Restore it to change it", unit.one())
}
