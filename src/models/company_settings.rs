//! What a company sets for itself. What it does not set, it has from the organization.

use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};

use crate::common::hours::OpeningHours;
use crate::common::id::CompanyId;
use crate::common::zone::Zone;
use crate::db::schema::company_settings;
use crate::db::types::inventory::{AgentHours, KnowledgeUse};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::CompanyStatus;
use crate::db::{Conn, affected};
use crate::models::company;
use crate::models::company_words;
use crate::on_each;

/// The settings of a company; `None`: as the organization.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CompanySettings {
    /// What it is called in the organization's other systems. It is inherited from nothing.
    pub external_ref: Option<String>,
    pub timezone: Option<Zone>,
    pub hours: Option<OpeningHours>,
    pub sender_ids: Option<Vec<String>>,
    pub agents: Option<AgentHours>,
    pub knowledge: Option<KnowledgeUse>,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = company_settings, treat_none_as_null = true)]
struct SettingsRow {
    external_ref: Option<String>,
    timezone: Option<Zone>,
    hours: Option<String>,
    sender_ids: Option<String>,
    agents: Option<AgentHours>,
    knowledge: Option<KnowledgeUse>,
}

impl From<SettingsRow> for CompanySettings {
    fn from(row: SettingsRow) -> Self {
        Self {
            external_ref: row.external_ref,
            timezone: row.timezone,
            hours: row.hours.and_then(|text| OpeningHours::read(&text)),
            sender_ids: row.sender_ids.map(|text| read_list(&text)),
            agents: row.agents,
            knowledge: row.knowledge,
        }
    }
}

pub(super) fn read_list(text: &str) -> Vec<String> {
    serde_json::from_str(text).unwrap_or_default()
}

pub(super) fn list_text(list: &[String]) -> String {
    serde_json::to_string(list).unwrap_or_default()
}

pub fn read(conn: &mut Conn, organization: OrgId, company: CompanyId) -> QueryResult<CompanySettings> {
    let row: Option<SettingsRow> = company_settings::table
        .find((organization, company))
        .select(SettingsRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(CompanySettings::from).unwrap_or_default())
}

/// Which knowledge sources a company sets that it uses.
pub fn knowledge(conn: &mut Conn, organization: OrgId, company: CompanyId) -> QueryResult<Option<KnowledgeUse>> {
    let found: Option<Option<KnowledgeUse>> = company_settings::table
        .find((organization, company))
        .select(company_settings::knowledge)
        .first(conn)
        .optional()?;
    Ok(found.flatten())
}

/// The reference of a company.
pub fn reference(conn: &mut Conn, organization: OrgId, company: CompanyId) -> QueryResult<Option<String>> {
    let found: Option<Option<String>> = company_settings::table
        .find((organization, company))
        .select(company_settings::external_ref)
        .first(conn)
        .optional()?;
    Ok(found.flatten())
}

/// The company with a reference, also a deleted one.
pub fn with_reference(conn: &mut Conn, organization: OrgId, reference: &str) -> QueryResult<Option<CompanyId>> {
    company_settings::table
        .filter(company_settings::organization_id.eq(organization))
        .filter(company_settings::external_ref.eq(reference))
        .select(company_settings::company_id)
        .first(conn)
        .optional()
}

/// Saves the settings of an active company, and the words by which it is found.
pub fn save(conn: &mut Conn, organization: OrgId, company: CompanyId, settings: &CompanySettings) -> QueryResult<()> {
    affected::organization(organization);
    let row = || SettingsRow {
        external_ref: settings.external_ref.clone(),
        timezone: settings.timezone,
        hours: settings.hours.as_ref().map(OpeningHours::text),
        sender_ids: settings.sender_ids.as_deref().map(list_text),
        agents: settings.agents,
        knowledge: settings.knowledge,
    };
    let key = (company_settings::organization_id, company_settings::company_id);
    let new = (
        company_settings::organization_id.eq(organization),
        company_settings::company_id.eq(company),
        row(),
    );
    on_each!(conn, c => diesel::insert_into(company_settings::table)
        .values(new)
        .on_conflict(key)
        .do_update()
        .set(row())
        .execute(c))?;
    if let Some(name) = company::name_of(conn, organization, company)? {
        company_words::replace(conn, organization, company, &name, CompanyStatus::Active)?;
    }
    Ok(())
}

/// Deletes the settings of a company that is deleted permanently.
pub fn delete(conn: &mut Conn, organization: OrgId, company: CompanyId) -> QueryResult<()> {
    diesel::delete(company_settings::table.find((organization, company))).execute(conn)?;
    Ok(())
}

/// Takes the settings of a company along. `reference`: what it is called there.
pub fn carry(conn: &mut Conn, from: OrgId, to: OrgId, company: CompanyId, reference: Option<&str>) -> QueryResult<()> {
    let sql = "INSERT INTO company_settings \
        (organization_id, company_id, external_ref, timezone, hours, sender_ids, agents, knowledge) \
        SELECT $1, company_id, $2, timezone, hours, sender_ids, agents, knowledge FROM company_settings \
        WHERE organization_id = $3 AND company_id = $4";
    on_each!(conn, c => diesel::sql_query(sql)
        .bind::<Text, _>(to)
        .bind::<Nullable<Text>, _>(reference)
        .bind::<Text, _>(from)
        .bind::<Text, _>(company)
        .execute(c))?;
    delete(conn, from, company)
}
