//! The settings of a company: what it is called in other systems, and what it sets instead of the organization's defaults.

use serde_json::{Map, Value};

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::auth::company::Company;
use crate::change_error;
use crate::common::error::AppError;
use crate::common::hours::OpeningHours;
use crate::common::zone::Zone;
use crate::db::Conn;
use crate::db::types::inventory::{AgentHours, KnowledgeUse};
use crate::db::types::organization::CompanyStatus;
use crate::models::company_defaults;
use crate::models::company_defaults::CompanyDefaults;
use crate::models::company_settings;
use crate::models::company_settings::CompanySettings;
use crate::models::company_slug;

/// Why the settings were not changed.
#[derive(Debug)]
pub enum CompanySettingsError {
    Archived,
    /// Another company has the reference, or has or had it as its slug.
    ReferenceTaken,
    Failed(AppError),
}

change_error!(CompanySettingsError);

/// Changes the settings of a company to what `change` makes of the present ones.
pub fn update(
    conn: &mut Conn,
    actor: &Actor,
    company: &Company,
    change: impl FnOnce(CompanySettings) -> CompanySettings,
) -> Result<(CompanySettings, Events), CompanySettingsError> {
    if company.status != CompanyStatus::Active {
        return Err(CompanySettingsError::Archived);
    }
    let before = company_settings::read(conn, actor.organization, company.id)?;
    let after = change(before.clone());
    if after == before {
        return Ok((after, Events::none("nothing changed")));
    }
    if let Some(reference) = &after.external_ref
        && company_slug::is_taken(conn, actor.organization, reference, Some(company.id))?
    {
        return Err(CompanySettingsError::ReferenceTaken);
    }
    company_settings::save(conn, actor.organization, company.id, &after)?;
    let (was, is) = changes(fields(&before), fields(&after));
    let event = Event::new(Action::CompanyEdited, "company", company.id, &company.name)
        .before(was)
        .after(is);
    Ok((after, actor.event(event)))
}

/// Changes what companies have that set nothing else.
pub fn update_defaults(conn: &mut Conn, actor: &Actor, defaults: &CompanyDefaults) -> Result<((), Events), AppError> {
    let before = company_defaults::read(conn, actor.organization)?;
    if before == *defaults {
        return Ok(((), Events::none("nothing changed")));
    }
    company_defaults::save(conn, actor.organization, defaults)?;
    let (was, is) = changes(default_fields(&before), default_fields(defaults));
    let event = Event::new(
        Action::CompanyDefaultsEdited,
        "organization",
        actor.organization,
        &actor.organization_name,
    )
    .before(was)
    .after(is);
    Ok(((), actor.event(event)))
}

fn hours_value(hours: Option<&OpeningHours>) -> Value {
    hours.map_or(Value::Null, |hours| hours.line().into())
}

/// Null: as the organization.
fn fields(settings: &CompanySettings) -> Vec<(&'static str, Value)> {
    vec![
        ("external_ref", settings.external_ref.clone().unwrap_or_default().into()),
        ("timezone", settings.timezone.map(Zone::name).into()),
        ("hours", hours_value(settings.hours.as_ref())),
        ("sender_ids", settings.sender_ids.clone().into()),
        ("agents", settings.agents.map(AgentHours::as_str).into()),
        ("knowledge", settings.knowledge.map(KnowledgeUse::as_str).into()),
    ]
}

fn default_fields(defaults: &CompanyDefaults) -> Vec<(&'static str, Value)> {
    let hours = match &defaults.hours {
        Some(hours) => hours.line().into(),
        None => "".into(),
    };
    vec![
        ("hours", hours),
        ("sender_ids", defaults.sender_ids.clone().into()),
        ("agents", defaults.agents.as_str().into()),
        ("knowledge", defaults.knowledge.as_str().into()),
    ]
}

/// The fields that differ, before and after.
fn changes(before: Vec<(&'static str, Value)>, after: Vec<(&'static str, Value)>) -> (Value, Value) {
    let (mut was, mut is) = (Map::new(), Map::new());
    for ((field, old), (_, new)) in before.into_iter().zip(after) {
        if old != new {
            was.insert(field.into(), old);
            is.insert(field.into(), new);
        }
    }
    (was.into(), is.into())
}
