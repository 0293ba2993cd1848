//! The schemas of the description as fields in words, and as examples.

use serde_json::{Map, Value, json};

/// A field of a body or a parameter.
#[derive(Debug, Clone)]
pub struct ApiField {
    /// `companies[].role`.
    pub name: String,
    /// Where it is: `path`, `query`, `header`; empty for a body.
    pub place: String,
    /// "text of 1 to 80 characters".
    pub kind: String,
    pub required: bool,
    pub text: String,
}

/// How deep schemas are followed. None contains itself.
const DEEPEST: usize = 6;

/// The schema that a reference leads to; of one that may be null, the other part.
pub fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let mut schema = schema;
    for _ in 0..DEEPEST {
        if let Some(reference) = schema["$ref"].as_str() {
            let path = reference.strip_prefix('#').unwrap_or_default();
            schema = document.pointer(path).unwrap_or(&Value::Null);
        } else if let Some(some) = schema["oneOf"].as_array() {
            schema = some.iter().find(|one| one["type"] != "null").unwrap_or(&Value::Null);
        } else {
            break;
        }
    }
    schema
}

/// The fields of an object, with those inside of them.
pub fn fields(document: &Value, schema: &Value) -> Vec<ApiField> {
    let mut all = Vec::new();
    collect(document, schema, "", &mut all, 0);
    all
}

fn collect(document: &Value, schema: &Value, prefix: &str, all: &mut Vec<ApiField>, depth: usize) {
    let object = resolved(document, schema);
    let Some(properties) = object["properties"].as_object().filter(|_| depth < DEEPEST) else {
        return;
    };
    let required = required(object);
    for (name, property) in properties {
        let inner = resolved(document, property);
        let is_list = type_of(inner) == "array";
        let path = format!("{prefix}{name}{}", if is_list { "[]" } else { "" });
        let text = property["description"]
            .as_str()
            .or_else(|| inner["description"].as_str());
        all.push(ApiField {
            name: path.clone(),
            place: String::new(),
            kind: kind(document, property),
            required: required.contains(&name.as_str()),
            text: text.unwrap_or_default().to_owned(),
        });
        let inside = if is_list { &inner["items"] } else { inner };
        collect(document, inside, &format!("{path}."), all, depth + 1);
    }
}

fn required(object: &Value) -> Vec<&str> {
    let names = object["required"].as_array().into_iter().flatten();
    names.filter_map(Value::as_str).collect()
}

/// The type that is not null.
fn type_of(schema: &Value) -> &str {
    match &schema["type"] {
        Value::Array(types) => types
            .iter()
            .filter_map(Value::as_str)
            .find(|kind| *kind != "null")
            .unwrap_or_default(),
        kind => kind.as_str().unwrap_or_default(),
    }
}

/// What a value is, in words.
pub fn kind(document: &Value, schema: &Value) -> String {
    let inner = resolved(document, schema);
    if let Some(values) = inner["enum"].as_array() {
        let values: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
        return format!("one of `{}`", values.join("`, `"));
    }
    match type_of(inner) {
        "string" => text_kind(inner),
        "integer" => format!("whole number{}", range(&inner["minimum"], &inner["maximum"], "")),
        "number" => format!("number{}", range(&inner["minimum"], &inner["maximum"], "")),
        "boolean" => "`true` or `false`".to_owned(),
        "array" => "list".to_owned(),
        "object" => "object".to_owned(),
        other => other.to_owned(),
    }
}

fn text_kind(schema: &Value) -> String {
    match schema["format"].as_str() {
        Some("date-time") => "time".to_owned(),
        Some("date") => "day".to_owned(),
        Some("email") => "email address".to_owned(),
        _ if schema["pattern"] == "^[0-9a-f]{32}$" => "id".to_owned(),
        _ => format!(
            "text{}",
            range(&schema["minLength"], &schema["maxLength"], " characters")
        ),
    }
}

fn range(least: &Value, most: &Value, unit: &str) -> String {
    match (least.as_i64(), most.as_i64()) {
        (Some(least), Some(most)) => format!(", {least} to {most}{unit}"),
        (None, Some(most)) => format!(", at most {most}{unit}"),
        (Some(least), None) => format!(", at least {least}{unit}"),
        (None, None) => String::new(),
    }
}

/// A value that the schema allows.
pub fn example(document: &Value, schema: &Value) -> Value {
    example_within(document, schema, 0)
}

fn example_within(document: &Value, schema: &Value, depth: usize) -> Value {
    if let Some(given) = given(schema) {
        return given;
    }
    let inner = resolved(document, schema);
    if let Some(given) = given(inner) {
        return given;
    }
    match type_of(inner) {
        "object" if depth < DEEPEST => {
            let required = required(inner);
            let properties = inner["properties"].as_object().into_iter().flatten();
            // A text that may be missing, and of which there is no example, says nothing.
            let shown = properties.filter(|(name, property)| {
                let inside = resolved(document, property);
                let has_example = given(property).or_else(|| given(inside)).is_some();
                required.contains(&name.as_str()) || has_example || type_of(inside) != "string"
            });
            let fields = shown.map(|(name, property)| (name.clone(), example_within(document, property, depth + 1)));
            Value::Object(fields.collect::<Map<_, _>>())
        }
        "array" if depth < DEEPEST => json!([example_within(document, &inner["items"], depth + 1)]),
        "integer" | "number" => inner["minimum"].as_i64().unwrap_or(1).into(),
        "boolean" => false.into(),
        "string" => "text".into(),
        _ => Value::Null,
    }
}

fn given(schema: &Value) -> Option<Value> {
    let first = schema["examples"].as_array().and_then(|examples| examples.first());
    schema
        .get("example")
        .or(first)
        .or_else(|| schema.get("default"))
        .or_else(|| schema["enum"].get(0))
        .cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_is_told_in_words_and_by_an_example() {
        let document = json!({ "components": { "schemas": {
            "Offer": { "type": "object", "required": ["role"], "properties": {
                "role": { "type": "string", "enum": ["manager", "editor"], "description": "The role" },
                "until": { "oneOf": [{ "type": "null" }, { "type": "string", "format": "date", "examples": ["2027-01-31"] }] },
            } },
        } } });
        let body = json!({ "type": "object", "properties": {
            "name": { "type": ["string", "null"], "minLength": 1, "maxLength": 80 },
            "offers": { "type": "array", "items": { "$ref": "#/components/schemas/Offer" } },
        } });
        let found: Vec<(String, String, bool)> = fields(&document, &body)
            .into_iter()
            .map(|field| (field.name, field.kind, field.required))
            .collect();
        let expected = [
            ("name", "text, 1 to 80 characters", false),
            ("offers[]", "list", false),
            ("offers[].role", "one of `manager`, `editor`", true),
            ("offers[].until", "day", false),
        ];
        assert_eq!(
            found,
            expected.map(|(name, kind, required)| (name.to_owned(), kind.to_owned(), required))
        );
        let value = example(&document, &body);
        assert_eq!(value["offers"], json!([{ "role": "manager", "until": "2027-01-31" }]));
    }
}
