//! Tells the members who manage keys about keys that no one uses.

use std::collections::BTreeMap;

use serde_json::json;

use crate::app::Ctx;
use crate::audit::{Action, Events};
use crate::common::error::AppError;
use crate::db::types::org_id::OrgId;
use crate::db::{Conn, affected};
use crate::models::api_key::list;
use crate::models::api_key::list::IdleKey;
use crate::models::api_key::write;
use crate::services::api_keys::email;
use crate::services::api_keys::events;

/// Flags keys that were not used for 90 days, at most `limit`. Each is reported once, until it is used again.
pub fn flag(conn: &mut Conn, cx: &Ctx, limit: i64) -> Result<Events, AppError> {
    let mut flagged: BTreeMap<OrgId, Vec<IdleKey>> = BTreeMap::new();
    for key in list::idle(conn, cx.now, limit)? {
        if write::flag(conn, key.organization_id, key.id, key.idle_since, cx.now)? {
            flagged.entry(key.organization_id).or_default().push(key);
        }
    }
    let mut all = Events::none("no key is idle");
    for (organization, keys) in flagged {
        affected::organization(organization);
        email::unused(conn, cx, organization, &keys)?;
        for key in keys {
            let event = events::event(Action::KeyFlagged, key.id, &key.name, key.company)
                .after(json!({ "unused_since": key.idle_since.iso() }));
            all = all.and(Events::organization(organization, event));
        }
    }
    if all.is_empty() {
        affected::no_one();
    }
    Ok(all)
}
