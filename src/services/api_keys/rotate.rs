//! Replaces a key by a new one. Both work during the overlap.

use serde_json::json;

use crate::audit::{Action, Events};
use crate::auth::actor::Actor;
use crate::common::error::AppError;
use crate::common::time::{Span, Time};
use crate::common::zone::Zone;
use crate::db::Conn;
use crate::models::api_key::write;
use crate::models::api_key::{ApiKey, KeyTerms};
use crate::services::api_keys::create::{NewKey, owner};
use crate::services::api_keys::events;
use crate::services::api_keys::reach;

/// The longest overlap, in hours.
pub const LONGEST: i64 = 7 * 24;

/// Why a key was not rotated.
#[derive(Debug)]
pub enum RotationError {
    /// It was revoked, has expired, or was rotated already.
    Ended,
    Failed(AppError),
}

crate::change_error!(RotationError);

/// The settings of the new key. It works for as many days again.
pub fn renewed(key: &ApiKey, now: Time, zone: Zone) -> KeyTerms {
    let terms = key.terms();
    let again = |end: Time| {
        let days = u64::try_from((end - key.created_at).as_seconds() / 86_400).unwrap_or_default();
        Time::end_of_day(&now.day_after(days, zone), zone)
    };
    KeyTerms {
        expires_at: terms.expires_at.and_then(again),
        ..terms
    }
}

/// Whether there is anything to rotate.
pub fn is_possible(key: &ApiKey, now: Time) -> bool {
    key.ended(now).is_none() && key.overlap_until.is_none()
}

/// Makes a new key with the same settings. Who sees the new key owns it, so it has no more than they have.
pub fn rotate(conn: &mut Conn, actor: &Actor, id: &str, overlap: Span) -> Result<(NewKey, Events), RotationError> {
    let (key, now) = (reach::managed(conn, actor, id)?, actor.cx.now);
    let until = now + overlap;
    if !is_possible(&key, now) || !write::replace(conn, actor.organization, key.id, until)? {
        return Err(RotationError::Ended);
    }
    let terms = renewed(&key, now, actor.org_zone);
    let (new, text) = write::create(conn, &actor.cx, actor.organization, owner(actor)?, &terms, Some(key.id))?;
    let event = events::event(Action::KeyRotated, key.id, &key.name, key.company).after(json!({
        "new_key": new.as_str(),
        "works_until": until.iso(),
        "expires_at": terms.expires_at.map(Time::iso),
    }));
    let new = NewKey {
        name: key.name,
        key: text,
    };
    Ok((new, actor.event(event)))
}
