//! The body of a request to the API.

use std::fmt::Formatter;
use std::marker::PhantomData;

use actix_web::http::StatusCode;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::common::error::AppError;
use crate::common::problem::Problem;

/// How deep arrays and objects may be nested.
const DEEPEST: usize = 32;

/// The longest name of a field in a problem, in characters.
const LONGEST_NAME: usize = 100;

/// A field that a change may name: `None` when it does not, `Some(None)` when it is null.
pub type Named<T> = Option<Option<T>>;

/// Reads a field that is there, also with null. Together with serde's `default` for one that is not.
pub fn named<'de, D: Deserializer<'de>, T: Deserialize<'de>>(value: D) -> Result<Named<T>, D::Error> {
    Option::deserialize(value).map(Some)
}

/// A JSON object. serde alone would also take an array, as the fields in their order.
#[derive(Debug)]
pub struct Object<T>(pub T);

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(fields)).map(Object)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
        value.deserialize_map(ObjectVisitor(PhantomData))
    }
}

/// Reads a field that is an object.
pub fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(value: D) -> Result<T, D::Error> {
    Object::deserialize(value).map(|Object(read)| read)
}

/// Reads a field that is a list of objects.
pub fn objects<'de, D: Deserializer<'de>, T: Deserialize<'de>>(value: D) -> Result<Vec<T>, D::Error> {
    let list: Vec<Object<T>> = Vec::deserialize(value)?;
    Ok(list.into_iter().map(|Object(read)| read).collect())
}

/// A JSON document of a known form.
pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, AppError> {
    check_depth(bytes)?;
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let Object(read) = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        of(bytes, error.inner(), Some(path).filter(|path| path != "."))
    })?;
    json.end().map_err(|error| of(bytes, &error, None))?;
    Ok(read)
}

/// As `read`; a body without anything is an empty object.
pub fn read_optional<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, AppError> {
    read(if bytes.is_empty() { b"{}" } else { bytes })
}

/// A body that cannot be read at all.
pub fn unreadable(detail: impl Into<String>) -> AppError {
    Problem::new(
        "unreadable",
        StatusCode::BAD_REQUEST,
        "The request can’t be read",
        detail,
    )
    .into()
}

/// What is wrong with a document: no JSON, or another form. `field`: where.
pub fn of(bytes: &[u8], error: &serde_json::Error, field: Option<String>) -> AppError {
    // What is no JSON can have the wrong form before.
    if let Err(error) = serde_json::from_slice::<IgnoredAny>(bytes) {
        return unreadable(format!(
            "The body is not JSON: line {}, column {}.",
            error.line(),
            error.column()
        ));
    }
    let words = words(error);
    let named = |start: &str| words.strip_prefix(start).and_then(|rest| rest.split('`').next());
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    if let Some(name) = named("unknown field `") {
        return Problem {
            field: Some(short(name)),
            ..Problem::new(
                "unknown-field",
                status,
                "The request has an unknown field",
                format!("{words}."),
            )
        }
        .into();
    }
    let missing = named("missing field `").map(|name| match &field {
        Some(parent) => format!("{parent}.{name}"),
        None => name.to_owned(),
    });
    Problem {
        field: missing.or(field).as_deref().map(short),
        ..Problem::new(
            "invalid-value",
            status,
            "A value isn’t valid",
            format!("{words} (line {}, column {}).", error.line(), error.column()),
        )
    }
    .into()
}

fn short(name: &str) -> String {
    name.chars().take(LONGEST_NAME).collect()
}

/// The words of an error without its place.
pub fn words(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ")
        .next()
        .unwrap_or_default()
        .chars()
        .take(300)
        .collect()
}

/// Refuses documents that are nested too deeply.
pub fn check_depth(bytes: &[u8]) -> Result<(), AppError> {
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for byte in bytes {
        match (in_text, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => in_text = !in_text,
            (false, b'[' | b'{') => depth += 1,
            (false, b']' | b'}') => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return Err(unreadable(format!("The body is nested deeper than {DEEPEST} levels.")));
        }
    }
    Ok(())
}
