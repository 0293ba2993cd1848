//! What the audit log says about a key.

use serde_json::{Map, Value, json};

use crate::audit::{Action, Event};
use crate::common::error::AppError;
use crate::common::id::{ApiKeyId, CompanyId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::models::api_key::KeyTerms;
use crate::models::company;

/// An event on a key. Managers of the company that it is limited to see it.
pub fn event(action: Action, id: ApiKeyId, name: &str, company: Option<CompanyId>) -> Event {
    Event::new(action, "api_key", id, name).company(company)
}

/// The settings of a key.
pub fn terms(conn: &mut Conn, organization: OrgId, terms: &KeyTerms) -> Result<Value, AppError> {
    let company = match terms.company {
        Some(id) => company::name_of(conn, organization, id)?,
        None => None,
    };
    let mut facts = Map::new();
    facts.insert("scopes".into(), terms.scopes.text().into());
    if let (Some(id), Some(name)) = (terms.company, company) {
        facts.insert("company".into(), name.into());
        facts.insert("company_id".into(), id.as_str().into());
    }
    facts.insert("expires_at".into(), json!(terms.expires_at.map(Time::iso)));
    facts.insert("allowed_ips".into(), terms.allowed_ips.as_str().into());
    Ok(Value::Object(facts))
}
