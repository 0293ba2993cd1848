//! An event as it is stored, hashed and exported.

use std::io::Write;

use diesel::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::audit::Action;
use crate::audit::describe::EventFacts;
use crate::common::time::Time;
use crate::common::token::hex;
use crate::db::schema::audit_events;

/// The version of the hashed record.
pub const VERSION: i32 = 2;

/// An event of an organization's log. Fields are read as they are stored, even an action that this program does not know:
/// an event that someone changed must be readable to be found.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_events, treat_none_as_default_value = false)]
pub struct AuditEntry {
    /// The version of the hashed record.
    pub v: i32,
    /// Its number, from 1, without gaps.
    pub seq: i64,
    /// Its id.
    pub id: String,
    /// When.
    pub at: Time,
    /// The kind of the actor: `user`, `api_key`, `operator` or `system`.
    pub actor_kind: String,
    /// The actor's account; `None` for Tenantry itself.
    pub actor_id: Option<String>,
    /// The actor's name at the time.
    pub actor_name: String,
    /// Who allowed it, when an operator acted in a support session.
    pub on_behalf_of: Option<String>,
    /// The company that it concerns.
    pub company_id: Option<String>,
    /// The IP address of the request.
    pub ip: String,
    /// The browser of the request.
    pub agent: String,
    /// The request.
    pub request_id: String,
    /// The action's stable name.
    pub action: String,
    /// The kind of the target.
    pub target_kind: String,
    /// The target's id.
    pub target_id: String,
    /// The target's name at the time.
    pub target_label: String,
    /// The changed fields before the change (JSON).
    pub before: String,
    /// The changed fields after the change (JSON).
    pub after: String,
    /// The hash of the event before; empty for the first.
    pub prev_hash: String,
    /// SHA-256 of this event, `prev_hash` included.
    pub hash: String,
}

/// What the hash covers: everything but the hash itself. The fields are in the order of their bytes, as JSON with sorted
/// keys has them.
#[derive(Serialize)]
struct HashedRecord<'a> {
    action: &'a str,
    actor: &'a str,
    actor_id: Option<&'a str>,
    actor_kind: &'a str,
    after: Value,
    agent: &'a str,
    at: String,
    before: Value,
    company_id: Option<&'a str>,
    id: &'a str,
    ip: &'a str,
    on_behalf_of: Option<&'a str>,
    prev: &'a str,
    request_id: &'a str,
    seq: i64,
    target: &'a str,
    target_id: &'a str,
    target_kind: &'a str,
    v: i32,
}

/// Feeds what is written to it into a hash.
struct HashSink(Sha256);

impl Write for HashSink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl AuditEntry {
    /// The action, if this program knows it.
    pub fn action(&self) -> Option<Action> {
        Action::parse(&self.action)
    }

    /// The event as a JSON object, as in an export.
    pub fn json(&self) -> Value {
        let mut line = serde_json::to_value(self.hashed()).unwrap_or_default();
        line["hash"] = self.hash.as_str().into();
        line
    }

    fn hashed(&self) -> HashedRecord<'_> {
        HashedRecord {
            action: &self.action,
            actor: &self.actor_name,
            actor_id: self.actor_id.as_deref(),
            actor_kind: &self.actor_kind,
            after: canonical(&self.after),
            agent: &self.agent,
            at: self.at.iso_micros(),
            before: canonical(&self.before),
            company_id: self.company_id.as_deref(),
            id: &self.id,
            ip: &self.ip,
            on_behalf_of: self.on_behalf_of.as_deref(),
            prev: &self.prev_hash,
            request_id: &self.request_id,
            seq: self.seq,
            target: &self.target_label,
            target_id: &self.target_id,
            target_kind: &self.target_kind,
            v: self.v,
        }
    }

    /// SHA-256 in hex of the event as JSON without spaces, keys in the order of their bytes: what the JSON library of any
    /// language writes with sorted keys.
    pub fn digest(&self) -> String {
        let mut sink = HashSink(Sha256::new());
        // Neither a text nor a number fails to be written, and the sink accepts everything.
        let _ = serde_json::to_writer(&mut sink, &self.hashed());
        hex(&sink.0.finalize())
    }

    /// The changed fields before and after.
    pub fn details(&self) -> (Value, Value) {
        (canonical(&self.before), canonical(&self.after))
    }

    /// The words after the actor's name: "invited hana@example.com as Editor".
    pub fn description(&self) -> String {
        let (before, after) = self.details();
        let facts = EventFacts {
            label: &self.target_label,
            before: &before,
            after: &after,
        };
        match self.action() {
            Some(action) => action.describe(&facts),
            None => format!("did “{}” to {}", self.action, self.target_label),
        }
    }
}

/// Numbers up to here are the same in every language, also where all numbers are floating.
const EXACT: u64 = 1 << 53;

/// A stored text as it is hashed and exported: an object. A text that JSON libraries would write differently (a fraction, a
/// huge number, a repeated key, spaces) stays a text. Then every change in it changes the hash, and no two languages have
/// to agree on how 1e21 is written.
fn canonical(text: &str) -> Value {
    if text == "{}" {
        return Value::Object(Map::new());
    }
    match serde_json::from_str::<Value>(text) {
        Ok(value) if value.is_object() && is_exact(&value) && is_written(&value, text) => value,
        _ => Value::from(text),
    }
}

fn is_written(value: &Value, text: &str) -> bool {
    serde_json::to_string(value).is_ok_and(|written| written == text)
}

fn is_exact(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) => true,
        Value::Number(number) => number
            .as_i64()
            .map(i64::unsigned_abs)
            .or(number.as_u64())
            .is_some_and(|number| number <= EXACT),
        Value::Array(values) => values.iter().all(is_exact),
        Value::Object(fields) => fields.values().all(is_exact),
    }
}

#[cfg(test)]
mod tests;
