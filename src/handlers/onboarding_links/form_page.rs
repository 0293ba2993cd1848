//! The form of a link.

use askama::Template;

use crate::auth::actor::Actor;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::db::Conn;
use crate::db::types::organization::UnitLabel;
use crate::handlers::onboarding_links::form::{OnboardingLinkForm, granted};
use crate::models::onboarding_link::OnboardingLink;
use crate::services::invitations::authority::InviteAuthority;
use crate::services::onboarding_links::grant;
use crate::web::company_picker::CompanyPicker;
use crate::web::layout::{Layout, PageLayout};
use crate::web::nav;
use crate::web::nav::NavTab;

/// Value and label of each option.
type SelectOptions = Vec<(&'static str, &'static str)>;

#[derive(Template)]
#[template(path = "onboarding_links/form.html", blocks = ["companies"])]
pub struct LinkFormPage {
    layout: Layout,
    tabs: Vec<&'static NavTab>,
    tab: &'static str,
    path: String,
    action: String,
    /// The name of the link, or nothing for a new one.
    title: String,
    paused: bool,
    unit: UnitLabel,
    typed: OnboardingLinkForm,
    errors: FormErrors,
    roles: SelectOptions,
    company_roles: SelectOptions,
    picker: CompanyPicker,
}

crate::page!(LinkFormPage => as_companies);

impl LinkFormPage {
    /// `link`: the link that is changed.
    pub fn load(
        conn: &mut Conn,
        actor: &Actor,
        link: Option<&OnboardingLink>,
        typed: OnboardingLinkForm,
        errors: FormErrors,
    ) -> Result<Self, AppError> {
        let authority = InviteAuthority::of(conn, actor)?;
        let base = actor.path("/settings/onboarding");
        let (action, search) = match link {
            Some(link) => (format!("{base}/{}", link.id), format!("{base}/{}", link.id)),
            None => (base.clone(), format!("{base}/new")),
        };
        let scope = (&authority).into();
        Ok(Self {
            layout: actor.layout(conn, "settings")?,
            tabs: nav::settings(actor.permissions),
            tab: "onboarding",
            path: actor.path("/settings"),
            action,
            title: link.map(|link| link.name.clone()).unwrap_or_default(),
            paused: match link {
                Some(link) => !grant::is_authorized(conn, &actor.cx, link)?,
                None => false,
            },
            unit: actor.unit,
            roles: granted(&authority).map(|role| (role.as_str(), role.label())).collect(),
            company_roles: authority
                .company_roles()
                .iter()
                .map(|role| (role.as_str(), role.label()))
                .collect(),
            picker: CompanyPicker::of(conn, actor.organization, &scope, &typed.companies, search, false)?,
            typed,
            errors,
        })
    }
}
