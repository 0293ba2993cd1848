//! A line of an organization's log.

use diesel::prelude::*;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Action, sentence};
use crate::gate::schema::deeds;
use crate::ground::id::DeedId;
use crate::ground::time::Time;
use crate::ground::token::hex;

/// A line of an organization's log, with its place in the chain.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = deeds)]
pub struct Entry {
    /// Its number, from 1, without gaps.
    pub seq: i64,
    /// Its id.
    pub id: DeedId,
    /// When.
    pub at: Time,
    /// Who, by account; `None` is the house itself.
    pub actor_id: Option<String>,
    /// Who, by the name at the time.
    pub actor_name: String,
    /// Who allowed it, when an operator acted in a support session.
    pub on_behalf_of: Option<String>,
    /// From which address.
    pub ip: String,
    /// With which browser.
    pub agent: String,
    /// In which request.
    pub request_id: String,
    /// What.
    pub action: Action,
    /// What kind of thing it was done to.
    pub target_kind: String,
    /// Which one.
    pub target_id: String,
    /// Its name at the time.
    pub target_label: String,
    /// The changed fields as they were (JSON).
    pub before: String,
    /// The changed fields as they are (JSON).
    pub after: String,
    /// The hash of the line before; nothing for the first.
    pub prev_hash: String,
    /// SHA-256 of this line with `prev_hash` in it.
    pub hash: String,
}

impl Entry {
    /// The line as a JSON object, as exports hold it.
    pub fn json(&self) -> Value {
        let mut line = self.hashed();
        line["hash"] = self.hash.as_str().into();
        line
    }

    /// What the hash covers: everything but the hash itself.
    fn hashed(&self) -> Value {
        let parse = |text: &str| serde_json::from_str(text).unwrap_or_else(|_| Value::from(text));
        json!({
            "seq": self.seq,
            "id": self.id.as_str(),
            "at": self.at.iso_micros(),
            "actor_id": self.actor_id,
            "actor": self.actor_name,
            "on_behalf_of": self.on_behalf_of,
            "ip": self.ip,
            "agent": self.agent,
            "request_id": self.request_id,
            "action": self.action.as_str(),
            "target_kind": self.target_kind,
            "target_id": self.target_id,
            "target": self.target_label,
            "before": parse(&self.before),
            "after": parse(&self.after),
            "prev": self.prev_hash,
        })
    }

    /// SHA-256 in hex of the line as JSON without spaces, keys in the order of their bytes: what any language's JSON
    /// library writes when it is told to sort keys.
    pub fn digest(&self) -> String {
        hex(&Sha256::digest(self.hashed().to_string().as_bytes()))
    }

    /// The words behind the actor's name: "invited hana@example.com as Editor".
    pub fn sentence(&self) -> String {
        let parse = |text: &str| serde_json::from_str(text).unwrap_or(Value::Null);
        sentence::sentence(
            self.action,
            &self.target_label,
            &parse(&self.before),
            &parse(&self.after),
        )
    }
}
