//! A line of an organization's log.

use std::io::Write;

use diesel::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::audit::{Action, describe};
use crate::common::time::Time;
use crate::common::token::hex;
use crate::db::schema::audit_events;

/// A line of an organization's log, with its place in the chain. What stands in the database is taken as it is, also an
/// action that this program does not know: a line that somebody changed must still be read to be found.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_events)]
pub struct Entry {
    /// Its number, from 1, without gaps.
    pub seq: i64,
    /// Its id.
    pub id: String,
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
    /// What, by the action's stable name.
    pub action: String,
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

/// What the hash covers: everything but the hash itself. The fields stand in the order of their bytes, as JSON with
/// sorted keys has them.
#[derive(Serialize)]
struct Hashed<'a> {
    action: &'a str,
    actor: &'a str,
    actor_id: Option<&'a str>,
    after: Value,
    agent: &'a str,
    at: String,
    before: Value,
    id: &'a str,
    ip: &'a str,
    on_behalf_of: Option<&'a str>,
    prev: &'a str,
    request_id: &'a str,
    seq: i64,
    target: &'a str,
    target_id: &'a str,
    target_kind: &'a str,
}

/// Feeds what is written to it into a hash.
struct Sink(Sha256);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Entry {
    /// What was done, if this program knows it.
    pub fn action(&self) -> Option<Action> {
        Action::parse(&self.action)
    }

    /// The line as a JSON object, as exports hold it.
    pub fn json(&self) -> Value {
        let mut line = serde_json::to_value(self.hashed()).unwrap_or_default();
        line["hash"] = self.hash.as_str().into();
        line
    }

    fn hashed(&self) -> Hashed<'_> {
        Hashed {
            action: &self.action,
            actor: &self.actor_name,
            actor_id: self.actor_id.as_deref(),
            after: canonical(&self.after),
            agent: &self.agent,
            at: self.at.iso_micros(),
            before: canonical(&self.before),
            id: &self.id,
            ip: &self.ip,
            on_behalf_of: self.on_behalf_of.as_deref(),
            prev: &self.prev_hash,
            request_id: &self.request_id,
            seq: self.seq,
            target: &self.target_label,
            target_id: &self.target_id,
            target_kind: &self.target_kind,
        }
    }

    /// SHA-256 in hex of the line as JSON without spaces, keys in the order of their bytes: what any language's JSON
    /// library writes when it is told to sort keys.
    pub fn digest(&self) -> String {
        let mut sink = Sink(Sha256::new());
        // Neither a text nor a number fails to be written, and the sink takes everything.
        let _ = serde_json::to_writer(&mut sink, &self.hashed());
        hex(&sink.0.finalize())
    }

    /// The changed fields before and after.
    pub fn details(&self) -> (Value, Value) {
        (canonical(&self.before), canonical(&self.after))
    }

    /// The words behind the actor's name: "invited hana@example.com as Editor".
    pub fn sentence(&self) -> String {
        let (before, after) = self.details();
        match self.action() {
            Some(action) => describe::describe(action, &self.target_label, &before, &after),
            None => format!("did “{}” to {}", self.action, self.target_label),
        }
    }
}

/// Numbers up to here are the same in every language, also where all numbers are floating.
const EXACT: u64 = 1 << 53;

/// A stored text as what is hashed and exported: an object. Where the text is not exactly what every JSON library would write of it
/// again (a fraction, a huge number, a key given twice, spaces), it is taken as text: then nothing in it can be changed
/// without the hash telling, and nobody has to agree on how 1e21 is written.
fn canonical(text: &str) -> Value {
    if text == "{}" {
        return Value::Object(Map::new());
    }
    match serde_json::from_str::<Value>(text) {
        Ok(value) if value.is_object() && is_exact(&value) && is_written(&value, text) => value,
        _ => Value::from(text),
    }
}

/// Whether this is what is written of a value.
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
mod tests {
    use super::*;

    fn line(after: &str) -> Entry {
        Entry {
            seq: 7,
            id: "01930000000070008000000000000007".into(),
            at: Time(1_764_094_225_123_456),
            actor_id: None,
            actor_name: "Zoë \u{1f98a} \"Q\" \u{2028}\u{7f}".into(),
            on_behalf_of: Some("Olivia".into()),
            ip: "127.0.0.1".into(),
            agent: "Lighthouse/1.0".into(),
            request_id: "r".into(),
            action: "company.edited".into(),
            target_kind: "company".into(),
            target_id: "x".into(),
            target_label: "Nörth\\".into(),
            before: "{}".into(),
            after: after.into(),
            prev_hash: String::new(),
            hash: String::new(),
        }
    }

    #[test]
    fn the_hash_is_that_of_sorted_json_without_spaces() {
        let line = line(r#"{"a":[1,true,null],"ß":{"b":"\u0001\n","c":-5}}"#);
        let text = "{\"action\":\"company.edited\",\"actor\":\"Zoë \u{1f98a} \\\"Q\\\" \u{2028}\u{7f}\",\"actor_id\":null,\
                    \"after\":{\"a\":[1,true,null],\"ß\":{\"b\":\"\\u0001\\n\",\"c\":-5}},\"agent\":\"Lighthouse/1.0\",\
                    \"at\":\"2025-11-25T18:10:25.123456Z\",\"before\":{},\"id\":\"01930000000070008000000000000007\",\
                    \"ip\":\"127.0.0.1\",\"on_behalf_of\":\"Olivia\",\"prev\":\"\",\"request_id\":\"r\",\"seq\":7,\
                    \"target\":\"Nörth\\\\\",\"target_id\":\"x\",\"target_kind\":\"company\"}";
        assert_eq!(serde_json::to_string(&line.hashed()).unwrap(), text);
        assert_eq!(line.digest(), hex(&Sha256::digest(text.as_bytes())));
        // An export holds the same, with the hash at its place in the order.
        let mut exported = line.json();
        exported.as_object_mut().unwrap().remove("hash");
        assert_eq!(exported.to_string(), text);
        let keys: Vec<_> = line.json().as_object().unwrap().keys().cloned().collect();
        assert!(keys.is_sorted(), "{keys:?}");
    }

    #[test]
    fn what_languages_write_differently_is_hashed_as_text() {
        for text in [
            "1.5",
            r#"{"n":1e21}"#,
            r#"{"n":18446744073709551616}"#,
            r#"{"n":9007199254740993}"#,
            r#"{"n":-9007199254740993}"#,
            r#"{"a":1,"a":2}"#,
            r#"{"b":1,"a":2}"#,
            r#"{"a": 1}"#,
            r#"{"a":"\u00e9"}"#,
            "not json",
            "\"a text\"",
            "[]",
            "null",
            "",
        ] {
            assert_eq!(canonical(text), Value::from(text), "{text}");
        }
        for text in [
            "{}",
            r#"{"a":[],"b":null}"#,
            r#"{"n":9007199254740992}"#,
            r#"{"n":-9007199254740992}"#,
        ] {
            assert_eq!(canonical(text).to_string(), text);
        }
    }

    proptest::proptest! {
        #[test]
        fn no_two_stored_texts_have_one_hash(one in "[{}\\[\\]\":,a-c0-9. \\\\e-]{0,12}", other in "[{}\\[\\]\":,a-c0-9. \\\\e-]{0,12}") {
            proptest::prop_assume!(one != other);
            proptest::prop_assert_ne!(line(&one).digest(), line(&other).digest());
        }
    }
}
