//! The last use of a key, and the last request that was refused.

use diesel::prelude::*;

use crate::app::Ctx;
use crate::common::id::ApiKeyId;
use crate::common::time::{Span, Time};
use crate::db::schema::api_keys;
use crate::db::types::org_id::OrgId;
use crate::db::{Conn, affected};
use crate::models::api_key::ApiKey;
use crate::models::api_key::state::KeyRefusal;

/// How often a use is saved.
const EVERY: Span = Span::minutes(1);

/// What a request says about its key.
#[derive(Debug, Clone)]
pub struct KeyTouch {
    organization: OrgId,
    key: ApiKeyId,
    refused: Option<KeyRefusal>,
    /// Whether it is time to save it.
    pub is_due: bool,
}

impl KeyTouch {
    pub fn of(key: &ApiKey, refused: Option<KeyRefusal>, now: Time) -> Self {
        let last = match refused {
            None => key.last_used_at,
            // Another reason is news.
            Some(_) => key.refused_at.filter(|_| key.refused_reason == refused),
        };
        Self {
            organization: key.organization_id,
            key: key.id,
            refused,
            is_due: last.is_none_or(|at| now - at > EVERY),
        }
    }

    /// Saves it. The page that shows it is never stored, so no stored page changes.
    pub fn save(&self, conn: &mut Conn, cx: &Ctx) -> QueryResult<()> {
        affected::no_one();
        let row = api_keys::table
            .filter(api_keys::organization_id.eq(self.organization))
            .filter(api_keys::id.eq(self.key));
        let ip = &cx.request.ip;
        match self.refused {
            // A key that is used again can be flagged again.
            None => diesel::update(row)
                .set((
                    api_keys::last_used_at.eq(Some(cx.now)),
                    api_keys::last_used_ip.eq(ip),
                    api_keys::idle_since.eq(cx.now),
                    api_keys::flagged_at.eq(None::<Time>),
                ))
                .execute(conn)?,
            Some(reason) => diesel::update(row)
                .set((
                    api_keys::refused_at.eq(Some(cx.now)),
                    api_keys::refused_ip.eq(ip),
                    api_keys::refused_reason.eq(Some(reason)),
                ))
                .execute(conn)?,
        };
        Ok(())
    }
}
