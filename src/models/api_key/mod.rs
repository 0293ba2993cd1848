//! API keys: what programs refer to an organization by.

pub mod holder;
pub mod list;
pub mod state;
pub mod touch;
pub mod write;

use diesel::prelude::*;

use crate::authz::scope::Scopes;
use crate::common::error::AppError;
use crate::common::id::{ApiKeyId, CompanyId, MembershipId, UserId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::api_keys;
use crate::db::types::org_id::OrgId;
use crate::models::api_key::state::KeyRefusal;

/// What someone chooses when they create a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyTerms {
    pub name: String,
    pub scopes: Scopes,
    /// The only company that the key reaches.
    pub company: Option<CompanyId>,
    pub expires_at: Option<Time>,
    /// Addresses and ranges separated by spaces; empty: any.
    pub allowed_ips: String,
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = api_keys)]
pub struct ApiKey {
    pub organization_id: OrgId,
    pub id: ApiKeyId,
    pub name: String,
    /// The beginning of the key.
    pub prefix: String,
    scopes: String,
    #[diesel(column_name = company_id)]
    pub company: Option<CompanyId>,
    pub allowed_ips: String,
    /// The member whose permissions limit the key.
    #[diesel(column_name = owner_id)]
    pub owner: MembershipId,
    pub created_by: UserId,
    pub created_at: Time,
    pub expires_at: Option<Time>,
    pub revoked_at: Option<Time>,
    /// Until when a key that was rotated still works.
    pub overlap_until: Option<Time>,
    pub last_used_at: Option<Time>,
    pub last_used_ip: String,
    /// When someone was told that it is not used.
    pub flagged_at: Option<Time>,
    pub refused_at: Option<Time>,
    pub refused_ip: String,
    pub refused_reason: Option<KeyRefusal>,
}

impl ApiKey {
    pub fn scopes(&self) -> Scopes {
        Scopes::read(&self.scopes)
    }

    pub fn terms(&self) -> KeyTerms {
        KeyTerms {
            name: self.name.clone(),
            scopes: self.scopes(),
            company: self.company,
            expires_at: self.expires_at,
            allowed_ips: self.allowed_ips.clone(),
        }
    }
}

/// The key that makes a request.
#[derive(Debug, Clone)]
pub struct ActingKey {
    pub id: ApiKeyId,
    pub name: String,
    /// The only company that it reaches.
    pub company: Option<CompanyId>,
}

/// Finds a key by the id in a path. `within`: only keys that are limited to one of these companies.
pub fn find(conn: &mut Conn, organization: OrgId, id: &str, within: Option<&[CompanyId]>) -> Result<ApiKey, AppError> {
    let id = ApiKeyId::parse(id).ok_or(AppError::NotFound)?;
    let key: ApiKey = api_keys::table
        .filter(api_keys::organization_id.eq(organization))
        .filter(api_keys::id.eq(id))
        .select(ApiKey::as_select())
        .first(conn)?;
    match within {
        Some(own) if key.company.is_none_or(|company| !own.contains(&company)) => Err(AppError::NotFound),
        _ => Ok(key),
    }
}
