//! The settings of a company: what it sets itself, and what it has from the organization.

use actix_web::HttpResponse;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::body::Named;
use crate::api::companies::archived;
use crate::api::{body, json};
use crate::api_auth::{Answer, ApiCompanyGate, Refused};
use crate::auth::actor::Actor;
use crate::auth::company::Company;
use crate::authz::permission::{EditCompany, ViewCompany};
use crate::authz::scope::{CompaniesRead, CompaniesWrite};
use crate::common::error::AppError;
use crate::common::hours::OpeningHours;
use crate::common::problem::Problem;
use crate::common::zone::Zone;
use crate::common::{external_ref, phone};
use crate::db::Conn;
use crate::db::types::inventory::{AgentHours, KnowledgeUse};
use crate::models::company_settings::CompanySettings;
use crate::models::{company_defaults, company_settings};
use crate::services::companies::settings;
use crate::services::companies::settings::CompanySettingsError;

/// The settings of a company, as they apply.
#[derive(Debug, Serialize, ToSchema)]
pub struct CompanySettingsDocument {
    /// The slug of the company.
    pub company: String,
    /// What it is called in other systems.
    pub external_ref: Option<String>,
    /// An IANA name.
    #[schema(example = "America/Chicago")]
    pub timezone: &'static str,
    /// By weekday; null: not set.
    #[schema(value_type = Option<Object>)]
    pub hours: Option<OpeningHours>,
    /// What people see as the sender of a text message.
    pub sender_ids: Vec<String>,
    /// When phone agents answer: `always`, `opening_hours` or `never`.
    pub agents: &'static str,
    /// Which knowledge sources it uses: `shared` (the organization’s and its own) or `own`.
    pub knowledge: &'static str,
    /// The fields that the company has from the organization.
    pub inherited: Vec<&'static str>,
}

/// What a company sets itself. A field that is null is the organization's again; one that is not named stays as it is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(example = json!({"timezone": "America/Chicago", "sender_ids": ["HARBOR"], "agents": "always"}))]
#[serde(deny_unknown_fields)]
pub struct CompanySettingsChanges {
    /// Unique in the organization, and no slug of another company; null: none.
    #[serde(default, deserialize_with = "body::named")]
    #[schema(value_type = Option<String>)]
    pub external_ref: Named<String>,
    /// An IANA name.
    #[serde(default, deserialize_with = "body::named")]
    #[schema(value_type = Option<String>)]
    pub timezone: Named<String>,
    /// By weekday. A day that is not named is closed.
    #[serde(default, deserialize_with = "body::named")]
    #[schema(value_type = Option<Object>)]
    pub hours: Named<OpeningHours>,
    /// At most 20: 3 to 11 letters and digits, or phone numbers in the international form.
    #[serde(default, deserialize_with = "body::named")]
    #[schema(value_type = Option<Vec<String>>)]
    pub sender_ids: Named<Vec<String>>,
    /// `always`, `opening_hours` or `never`.
    #[serde(default, deserialize_with = "body::named")]
    #[schema(value_type = Option<String>)]
    pub agents: Named<String>,
    /// `shared` or `own`.
    #[serde(default, deserialize_with = "body::named")]
    #[schema(value_type = Option<String>)]
    pub knowledge: Named<String>,
}

/// What the named fields mean.
struct Wanted {
    external_ref: Named<String>,
    timezone: Named<Zone>,
    hours: Named<OpeningHours>,
    sender_ids: Named<Vec<String>>,
    agents: Named<AgentHours>,
    knowledge: Named<KnowledgeUse>,
}

/// Reads a named field.
fn read<T, V, E: Into<String>>(
    field: &'static str,
    sent: Named<T>,
    parse: impl FnOnce(T) -> Result<V, E>,
) -> Result<Named<V>, Problem> {
    let wrong = |message: E| Problem::invalid(field, format!("{}.", message.into()));
    match sent {
        None => Ok(None),
        Some(None) => Ok(Some(None)),
        Some(Some(value)) => parse(value).map(|value| Some(Some(value))).map_err(wrong),
    }
}

impl CompanySettingsChanges {
    fn parse(self) -> Result<Wanted, Problem> {
        let agents = |text: String| AgentHours::parse(&text).ok_or("Send always, opening_hours or never");
        let knowledge = |text: String| KnowledgeUse::parse(&text).ok_or("Send shared or own");
        let reference = |text: String| external_ref::parse(&text);
        Ok(Wanted {
            external_ref: read("external_ref", self.external_ref, reference)?.map(Option::flatten),
            timezone: read("timezone", self.timezone, |name| Zone::parse(&name))?,
            hours: self.hours,
            sender_ids: read("sender_ids", self.sender_ids, |list| {
                phone::parse_senders(&list.join("\n"))
            })?,
            agents: read("agents", self.agents, agents)?,
            knowledge: read("knowledge", self.knowledge, knowledge)?,
        })
    }
}

impl Wanted {
    fn apply(self, present: CompanySettings) -> CompanySettings {
        CompanySettings {
            external_ref: self.external_ref.unwrap_or(present.external_ref),
            timezone: self.timezone.unwrap_or(present.timezone),
            hours: self.hours.unwrap_or(present.hours),
            sender_ids: self.sender_ids.unwrap_or(present.sender_ids),
            agents: self.agents.unwrap_or(present.agents),
            knowledge: self.knowledge.unwrap_or(present.knowledge),
        }
    }
}

fn of(
    conn: &mut Conn,
    actor: &Actor,
    company: &Company,
    own: CompanySettings,
) -> Result<CompanySettingsDocument, AppError> {
    let defaults = company_defaults::read(conn, actor.organization)?;
    let inherited = [
        ("timezone", own.timezone.is_none()),
        ("hours", own.hours.is_none()),
        ("sender_ids", own.sender_ids.is_none()),
        ("agents", own.agents.is_none()),
        ("knowledge", own.knowledge.is_none()),
    ];
    Ok(CompanySettingsDocument {
        company: company.slug.clone(),
        external_ref: own.external_ref,
        timezone: own.timezone.unwrap_or(actor.org_zone).name(),
        hours: own.hours.or(defaults.hours),
        sender_ids: own.sender_ids.unwrap_or(defaults.sender_ids),
        agents: own.agents.unwrap_or(defaults.agents).as_str(),
        knowledge: own.knowledge.unwrap_or(defaults.knowledge).as_str(),
        inherited: inherited
            .into_iter()
            .filter(|(_, inherited)| *inherited)
            .map(|(field, _)| field)
            .collect(),
    })
}

/// Get the settings of a company
///
/// What applies to it: what it sets itself, and what it has from the organization.
#[utoipa::path(
    get, path = "/api/v1/companies/{company}/settings", tag = "Companies", operation_id = "get_company_settings",
    params(("company" = String, Path, description = "Its slug or its id")),
    responses((status = 200, description = "The settings that apply", body = CompanySettingsDocument))
)]
pub async fn show(gate: ApiCompanyGate<ViewCompany, CompaniesRead>) -> Result<HttpResponse, AppError> {
    let document = gate
        .read(|actor, company, conn| {
            let own = company_settings::read(conn, actor.organization, company.id)?;
            of(conn, actor, company, own)
        })
        .await?;
    json(&document)
}

/// Change the settings of a company
///
/// A field that is missing stays as it is; null is the organization's again.
#[utoipa::path(
    patch, path = "/api/v1/companies/{company}/settings", tag = "Companies", operation_id = "update_company_settings",
    params(("company" = String, Path, description = "Its slug or its id")),
    request_body = CompanySettingsChanges,
    responses(
        (status = 200, description = "The settings that apply now", body = CompanySettingsDocument),
        (status = 409, description = "`company-archived`: the company is archived")
    )
)]
pub async fn update(gate: ApiCompanyGate<EditCompany, CompaniesWrite>) -> Result<HttpResponse, AppError> {
    let sent = body::read::<CompanySettingsChanges>(gate.body());
    gate.change(move |actor, company, conn| {
        let wanted = sent?.parse()?;
        let changed = settings::update(conn, actor, company, |present| wanted.apply(present));
        let (own, events) = changed.map_err(refused)?;
        Ok((Answer::ok(&of(conn, actor, company, own)?)?, events))
    })
    .await
}

fn refused(error: CompanySettingsError) -> Refused {
    match error {
        CompanySettingsError::Archived => archived().into(),
        CompanySettingsError::ReferenceTaken => Problem::invalid(
            "external_ref",
            "Another company has this reference, or has or had it as its slug.",
        )
        .into(),
        CompanySettingsError::Failed(error) => error.into(),
    }
}
