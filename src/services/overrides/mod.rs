//! Changes of a member's overrides: permissions allowed or denied against their roles.

mod email;
pub mod rules;

use serde_json::{Value, json};

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::authz::decision::{AccessInputs, Overrides};
use crate::authz::permission::{PermissionId, PermissionSet};
use crate::common::error::AppError;
use crate::db::Conn;
use crate::models::membership;
use crate::models::membership::MembershipOutcome;
use crate::models::membership::record::Membership;
use crate::services::members::ceiling::PermissionCeiling;
use crate::services::members::rules::{ActorRank, MemberTarget, may_override};

/// Why overrides were not changed.
#[derive(Debug)]
pub enum OverrideError {
    /// The actor may not change this member.
    NotAllowed,
    /// The member's roles don't leave the permission open.
    Fixed(PermissionId),
    /// The actor does not have the permission.
    NotHeld(PermissionId),
    /// The member changed after they were read.
    Changed,
    Failed(AppError),
}

crate::change_error!(OverrideError);

/// Saves a member's overrides and sends them an email. `inputs` is the member's access before.
pub fn save(
    conn: &mut Conn,
    actor: &Actor,
    person: &Membership,
    inputs: &AccessInputs,
    after: Overrides,
) -> Result<Events, OverrideError> {
    if !may_override(&ActorRank::from(actor), &MemberTarget::from(person)) {
        return Err(OverrideError::NotAllowed);
    }
    let before = inputs.overrides;
    rules::may_change(&actor.authority(), inputs.open(), before, after)?;
    let differs = PermissionSet::ALL
        .iter()
        .filter(|permission| before.effect(*permission) != after.effect(*permission));
    let differs = PermissionSet::of(differs);
    if differs.is_empty() {
        return Ok(Events::none("nothing changed"));
    }
    let ceiling = PermissionCeiling::of(conn, actor, person.id)?;
    if membership::set_overrides(conn, actor.organization, person, after)? != MembershipOutcome::Done {
        return Err(OverrideError::Changed);
    }
    ceiling.check(conn, actor, person.id)?;
    email::changed(conn, actor, person, differs, after)?;
    let of = |overrides: Overrides| {
        let each = differs
            .iter()
            .map(|permission| (permission.key().to_owned(), json!(key(overrides.effect(permission)))));
        Value::Object(each.collect())
    };
    let event = Event::new(Action::OverridesChanged, "member", person.id, &person.name)
        .before(of(before))
        .after(of(after));
    Ok(actor.event(event))
}

/// The value of an override in forms and audit events.
pub fn key(effect: Option<bool>) -> &'static str {
    match effect {
        None => "role",
        Some(true) => "allow",
        Some(false) => "deny",
    }
}
