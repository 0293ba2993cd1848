//! What companies have that set nothing else.

use actix_web::HttpResponse;
use askama::Template;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::EditProfile;
use crate::change_error;
use crate::common::error::AppError;
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::common::phone;
use crate::db::Conn;
use crate::db::types::inventory::{AgentHours, KnowledgeUse};
use crate::db::types::organization::UnitLabel;
use crate::models::company_defaults;
use crate::models::company_defaults::CompanyDefaults;
use crate::services::companies::settings;
use crate::web::hours_form::HoursForm;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::NavTab;

#[derive(Debug, Clone, Default)]
pub struct DefaultsForm {
    hours: HoursForm,
    sender_ids: String,
    agents: String,
    knowledge: String,
}

impl DefaultsForm {
    fn of(fields: &Fields) -> Self {
        Self {
            hours: HoursForm::of(fields),
            sender_ids: fields.get("sender_ids").to_owned(),
            agents: fields.get("agents").to_owned(),
            knowledge: fields.get("knowledge").to_owned(),
        }
    }

    fn stored(defaults: &CompanyDefaults) -> Self {
        Self {
            hours: defaults.hours.as_ref().map(HoursForm::stored).unwrap_or_default(),
            sender_ids: defaults.sender_ids.join("\n"),
            agents: defaults.agents.to_string(),
            knowledge: defaults.knowledge.to_string(),
        }
    }

    /// Hours of which no day is filled in are not set.
    fn parse(&self) -> Result<CompanyDefaults, FormErrors> {
        let mut errors = FormErrors::none();
        let hours = if self.hours.is_empty() {
            Some(None)
        } else {
            self.hours.parse(&mut errors).map(Some)
        };
        let sender_ids = errors.take("sender_ids", phone::parse_senders(&self.sender_ids));
        let agents = AgentHours::parse(&self.agents).ok_or("Choose when phone agents answer");
        let agents = errors.take("agents", agents);
        let knowledge = KnowledgeUse::parse(&self.knowledge).ok_or("Choose which knowledge sources they use");
        match (hours, sender_ids, agents, errors.take("knowledge", knowledge)) {
            (Some(hours), Some(sender_ids), Some(agents), Some(knowledge)) => Ok(CompanyDefaults {
                hours,
                sender_ids,
                agents,
                knowledge,
            }),
            _ => Err(errors),
        }
    }
}

#[derive(Template)]
#[template(path = "settings/defaults.html")]
struct DefaultsPage {
    layout: Layout,
    tabs: Vec<&'static NavTab>,
    tab: &'static str,
    path: String,
    unit: UnitLabel,
    timezone: &'static str,
    form: DefaultsForm,
    faults: FormErrors,
    agents: Vec<(&'static str, &'static str)>,
    knowledge: Vec<(&'static str, &'static str)>,
}

crate::page!(DefaultsPage);

impl DefaultsPage {
    fn load(actor: &Actor, conn: &mut Conn, typed: Option<(DefaultsForm, FormErrors)>) -> Result<Self, AppError> {
        let (form, faults) = match typed {
            Some(typed) => typed,
            None => {
                let saved = company_defaults::read(conn, actor.organization)?;
                (DefaultsForm::stored(&saved), FormErrors::none())
            }
        };
        Ok(Self {
            layout: actor.layout(conn, "settings")?,
            tabs: nav::settings(actor.permissions),
            tab: "defaults",
            path: actor.path("/settings"),
            unit: actor.unit,
            timezone: actor.org_zone.name(),
            form,
            faults,
            agents: AgentHours::ALL
                .iter()
                .map(|agents| (agents.as_str(), agents.label()))
                .collect(),
            knowledge: KnowledgeUse::ALL
                .iter()
                .map(|knowledge| (knowledge.as_str(), knowledge.label()))
                .collect(),
        })
    }
}

/// `GET /organizations/{slug}/settings/defaults`
pub async fn edit(gate: Gate<EditProfile>) -> Result<HttpResponse, AppError> {
    gate.show(|actor, conn| DefaultsPage::load(actor, conn, None)).await
}

enum DefaultsError {
    Invalid(FormErrors),
    Failed(AppError),
}

change_error!(DefaultsError);

/// `POST /organizations/{slug}/settings/defaults`
pub async fn update(gate: Gate<EditProfile>, fields: Fields) -> Result<HttpResponse, AppError> {
    let form = DefaultsForm::of(&fields);
    let typed = form.clone();
    let saved = gate
        .try_write(move |actor, conn| {
            let defaults = typed.parse().map_err(DefaultsError::Invalid)?;
            let ((), events) = settings::update_defaults(conn, actor, &defaults)?;
            Ok((actor.path("/settings/defaults"), events))
        })
        .await;
    match saved {
        Ok(path) => Ok(gate.done("Defaults saved", &path)),
        Err(DefaultsError::Failed(error)) => Err(error),
        Err(DefaultsError::Invalid(errors)) => {
            gate.refused(move |actor, conn| DefaultsPage::load(actor, conn, Some((form, errors))))
                .await
        }
    }
}
