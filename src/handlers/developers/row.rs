//! A key as the list shows it.

use std::collections::HashMap;

use crate::auth::actor::Actor;
use crate::authz::decision::{AccessInputs, KeyLimit};
use crate::authz::scope::Scope;
use crate::common::error::AppError;
use crate::common::id::MembershipId;
use crate::common::time::Time;
use crate::db::Conn;
use crate::models::api_key::ApiKey;
use crate::models::api_key::list::ListedKey;
use crate::models::api_key::state::KeyRefusal;
use crate::models::membership::access;
use crate::models::reader;
use crate::services::api_keys::{adopt, rotate};

/// A moment: for machines and for people.
pub type Moment = (String, String);

pub struct KeyRow {
    pub id: String,
    pub name: String,
    /// The beginning of the key.
    pub shown: String,
    pub scopes: Vec<&'static str>,
    /// The scopes for which the owner lacks the permissions.
    pub lacking: Vec<&'static str>,
    /// The company that it is limited to.
    pub company: Option<String>,
    pub owner: String,
    pub allowed_ips: String,
    pub ends: Option<Moment>,
    pub used: Option<(Moment, String)>,
    /// Labels and tones.
    pub badges: Vec<(&'static str, &'static str)>,
    /// Why it doesn't work, or until when it does.
    pub state: Option<String>,
    /// The last request that was refused: when, from where, and why.
    pub refused: Option<(Moment, String, &'static str)>,
    pub rotates: bool,
    pub adopts: bool,
    pub revokes: bool,
}

impl KeyRow {
    /// The rows of a page of the list.
    pub fn all(conn: &mut Conn, actor: &Actor, keys: Vec<ListedKey>) -> Result<Vec<Self>, AppError> {
        let mut owners = HashMap::new();
        let mut rows = Vec::with_capacity(keys.len());
        for listed in keys {
            let lacking = lacking(conn, actor, &listed.key, &mut owners)?;
            rows.push(Self::of(actor, listed, lacking));
        }
        Ok(rows)
    }

    fn of(actor: &Actor, listed: ListedKey, lacking: Vec<&'static str>) -> Self {
        let (now, key) = (actor.cx.now, listed.key);
        let refusal = key.refusal(listed.owner_state, now);
        let ago = |at: Time| (at.iso(), at.ago(now, actor.zone));
        let manages = actor.permissions.manage_keys() && refusal != Some(KeyRefusal::Revoked);
        Self {
            id: key.id.to_string(),
            shown: format!("{}…", key.prefix),
            scopes: key.scopes().iter().map(Scope::as_str).collect(),
            lacking: if refusal.is_none() { lacking } else { Vec::new() },
            company: key.company.map(|_| {
                let deleted = || format!("a deleted {}", actor.unit.one());
                listed.company.unwrap_or_else(deleted)
            }),
            allowed_ips: key.allowed_ips.replace(' ', ", "),
            ends: key.expires_at.map(|end| (end.iso(), end.date(actor.org_zone))),
            used: key.last_used_at.map(|at| (ago(at), key.last_used_ip.clone())),
            badges: badges(&key, refusal),
            state: state(actor, &key, refusal, &listed.owner),
            refused: key
                .refused_at
                .zip(key.refused_reason)
                .map(|(at, reason)| (ago(at), key.refused_ip.clone(), why(reason))),
            rotates: manages && refusal.is_none() && rotate::is_possible(&key, now),
            adopts: manages && adopt::is_possible(&key, actor),
            revokes: manages && key.ended(now).is_none(),
            owner: listed.owner,
            name: key.name,
        }
    }
}

fn badges(key: &ApiKey, refusal: Option<KeyRefusal>) -> Vec<(&'static str, &'static str)> {
    let mut badges = Vec::new();
    match refusal {
        None if key.overlap_until.is_some() => badges.push(("Replaced", "warning")),
        None => {}
        Some(KeyRefusal::Revoked) => badges.push(("Revoked", "")),
        Some(KeyRefusal::Replaced) => badges.push(("Replaced", "")),
        Some(KeyRefusal::Expired) => badges.push(("Expired", "")),
        Some(_) => badges.push(("Stopped", "danger")),
    }
    if refusal.is_none() && key.flagged_at.is_some() {
        badges.push(("Unused for 90 days", "warning"));
    }
    badges
}

fn state(actor: &Actor, key: &ApiKey, refusal: Option<KeyRefusal>, owner: &str) -> Option<String> {
    let full = |at: Time| at.full(actor.zone);
    let adopt = "It works again when someone who can manage keys adopts it";
    match refusal {
        None => key.overlap_until.map(|end| format!("Works until {}", full(end))),
        Some(KeyRefusal::Revoked) => key.revoked_at.map(|at| format!("Revoked {}", full(at))),
        Some(KeyRefusal::Replaced) => key.overlap_until.map(|at| format!("Stopped working {}", full(at))),
        Some(KeyRefusal::Expired) => key.expires_at.map(|at| format!("Expired {}", at.date(actor.org_zone))),
        Some(KeyRefusal::OwnerRemoved) => Some(format!("{owner} is no longer a member. {adopt}")),
        Some(KeyRefusal::OwnerSuspended) => Some(format!("{owner} is suspended. {adopt}")),
        Some(KeyRefusal::OwnerSecondFactor) => Some(format!(
            "{owner} has to set up two-factor authentication first. {adopt}"
        )),
        Some(KeyRefusal::OwnerEnded) => Some(format!("The access of {owner} ended. {adopt}")),
        Some(KeyRefusal::Address) => None,
    }
}

fn why(reason: KeyRefusal) -> &'static str {
    match reason {
        KeyRefusal::Revoked => "the key was revoked",
        KeyRefusal::Replaced => "the key was replaced",
        KeyRefusal::Expired => "the key had expired",
        KeyRefusal::OwnerRemoved => "the owner is no longer a member",
        KeyRefusal::OwnerSuspended => "the owner was suspended",
        KeyRefusal::OwnerSecondFactor => "the owner had no two-factor authentication",
        KeyRefusal::OwnerEnded => "the owner’s access had ended",
        KeyRefusal::Address => "the address isn’t allowed",
    }
}

/// The scopes that are no use, because the owner lacks their permissions at the moment.
fn lacking(
    conn: &mut Conn,
    actor: &Actor,
    key: &ApiKey,
    owners: &mut HashMap<MembershipId, AccessInputs>,
) -> Result<Vec<&'static str>, AppError> {
    let mut inputs = match owners.get(&key.owner) {
        Some(inputs) => inputs.clone(),
        None => {
            let found = access::access_inputs(conn, actor.cx.now, actor.organization, key.owner)?;
            owners.insert(key.owner, found.clone());
            found
        }
    };
    if let Some(company) = key.company {
        let role = reader::company_role(conn, actor.cx.now, actor.organization, key.owner, company)?;
        inputs.companies = role.into_iter().collect();
    }
    let scopes = key.scopes();
    inputs.limit = Some(KeyLimit {
        permissions: scopes.permissions(),
        one_company: key.company.is_some(),
    });
    let permissions = inputs.permissions();
    let has = permissions.everywhere().or(permissions.own());
    Ok(scopes
        .iter()
        .filter(|scope| !scope.is_useful_with(has))
        .map(Scope::as_str)
        .collect())
}
