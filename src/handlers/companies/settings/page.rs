//! The page of a company's settings. Each card is a form of its own.

use askama::Template;

use crate::auth::actor::Actor;
use crate::auth::company::Company;
use crate::authz::decision::Permissions;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::hours::OpeningHours;
use crate::common::zone;
use crate::db::Conn;
use crate::db::types::inventory::{AgentHours, KnowledgeUse};
use crate::db::types::organization::{CompanyStatus, UnitLabel};
use crate::handlers::companies::settings::preferences_form::PreferencesForm;
use crate::models::company_defaults;
use crate::models::company_defaults::CompanyDefaults;
use crate::models::company_settings;
use crate::models::company_slug;
use crate::services::companies::form::CompanyForm;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

/// What was typed into one of the forms of the page, and what is wrong with it.
pub enum SettingsInput {
    /// What is saved.
    Saved,
    Company(CompanyForm, FormErrors),
    Reference(String, FormErrors),
    Preferences(Box<PreferencesForm>, FormErrors),
}

/// What the company has of the organization where it sets nothing itself.
struct Inherited {
    /// The name of the organization.
    from: String,
    timezone: &'static str,
    hours: Vec<(String, String)>,
    sender_ids: Vec<String>,
    agents: &'static str,
    knowledge: &'static str,
}

impl Inherited {
    fn of(actor: &Actor, defaults: &CompanyDefaults) -> Self {
        Self {
            from: actor.organization_name.clone(),
            timezone: actor.org_zone.name(),
            hours: defaults.hours.as_ref().map(OpeningHours::summary).unwrap_or_default(),
            sender_ids: defaults.sender_ids.clone(),
            agents: defaults.agents.label(),
            knowledge: defaults.knowledge.label(),
        }
    }
}

#[derive(Template)]
#[template(path = "companies/settings.html", blocks = ["company"])]
pub struct SettingsPage {
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
    reference: String,
    reference_errors: FormErrors,
    preferences: PreferencesForm,
    preferences_errors: FormErrors,
    inherited: Inherited,
    /// The page of the defaults, for those who may edit it.
    defaults: Option<String>,
    zones: Vec<(&'static str, Vec<(&'static str, &'static str)>)>,
    agents: Vec<(&'static str, &'static str)>,
    knowledge: Vec<(&'static str, &'static str)>,
}

crate::page!(SettingsPage => as_company);

impl SettingsPage {
    pub fn load(actor: &Actor, company: &Company, conn: &mut Conn, input: SettingsInput) -> Result<Self, AppError> {
        let saved = company_settings::read(conn, actor.organization, company.id)?;
        let defaults = company_defaults::read(conn, actor.organization)?;
        let mut page = Self {
            layout: actor.layout(conn, "companies")?,
            path: company.path(actor, ""),
            organization: actor.slug.clone(),
            unit: actor.unit,
            may: company.permissions,
            name: company.name.clone(),
            archived: company.status == CompanyStatus::Archived,
            former: company_slug::former(conn, actor.organization, company.id)?,
            form: CompanyForm {
                name: company.name.clone(),
                slug: company.slug.clone(),
                ..CompanyForm::default()
            },
            errors: FormErrors::none(),
            reference: saved.external_ref.clone().unwrap_or_default(),
            reference_errors: FormErrors::none(),
            preferences: PreferencesForm::stored(&saved, &defaults, actor.org_zone),
            preferences_errors: FormErrors::none(),
            inherited: Inherited::of(actor, &defaults),
            defaults: actor
                .permissions
                .edit_profile()
                .then(|| actor.path("/settings/defaults")),
            zones: zone::by_region(),
            agents: AgentHours::ALL
                .iter()
                .map(|agents| (agents.as_str(), agents.label()))
                .collect(),
            knowledge: KnowledgeUse::ALL
                .iter()
                .map(|knowledge| (knowledge.as_str(), knowledge.label()))
                .collect(),
        };
        match input {
            SettingsInput::Saved => {}
            SettingsInput::Company(form, errors) => (page.form, page.errors) = (form, errors),
            SettingsInput::Reference(typed, errors) => (page.reference, page.reference_errors) = (typed, errors),
            SettingsInput::Preferences(form, errors) => (page.preferences, page.preferences_errors) = (*form, errors),
        }
        Ok(page)
    }

    fn has_errors(&self) -> bool {
        [&self.errors, &self.reference_errors, &self.preferences_errors]
            .iter()
            .any(|errors| !errors.is_empty())
    }
}
