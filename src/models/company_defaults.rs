//! What companies have that set nothing else, beside the time zone of the organization.

use diesel::prelude::*;

use crate::common::hours::OpeningHours;
use crate::db::schema::company_defaults;
use crate::db::types::inventory::{AgentHours, KnowledgeUse};
use crate::db::types::org_id::OrgId;
use crate::db::{Conn, affected};
use crate::models::company_settings::{list_text, read_list};
use crate::on_each;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompanyDefaults {
    /// `None`: not set.
    pub hours: Option<OpeningHours>,
    pub sender_ids: Vec<String>,
    pub agents: AgentHours,
    pub knowledge: KnowledgeUse,
}

impl Default for CompanyDefaults {
    fn default() -> Self {
        Self {
            hours: None,
            sender_ids: Vec::new(),
            agents: AgentHours::Always,
            knowledge: KnowledgeUse::Shared,
        }
    }
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = company_defaults, treat_none_as_null = true)]
struct DefaultsRow {
    hours: Option<String>,
    sender_ids: String,
    agents: AgentHours,
    knowledge: KnowledgeUse,
}

pub fn read(conn: &mut Conn, organization: OrgId) -> QueryResult<CompanyDefaults> {
    let row: Option<DefaultsRow> = company_defaults::table
        .find(organization)
        .select(DefaultsRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map_or_else(CompanyDefaults::default, |row| CompanyDefaults {
        hours: row.hours.and_then(|text| OpeningHours::read(&text)),
        sender_ids: read_list(&row.sender_ids),
        agents: row.agents,
        knowledge: row.knowledge,
    }))
}

pub fn save(conn: &mut Conn, organization: OrgId, defaults: &CompanyDefaults) -> QueryResult<()> {
    affected::organization(organization);
    let row = || DefaultsRow {
        hours: defaults.hours.as_ref().map(OpeningHours::text),
        sender_ids: list_text(&defaults.sender_ids),
        agents: defaults.agents,
        knowledge: defaults.knowledge,
    };
    let new = (company_defaults::organization_id.eq(organization), row());
    on_each!(conn, c => diesel::insert_into(company_defaults::table)
        .values(new)
        .on_conflict(company_defaults::organization_id)
        .do_update()
        .set(row())
        .execute(c))?;
    Ok(())
}
