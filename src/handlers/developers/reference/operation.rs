//! One operation of the API, as the page shows it.

use serde_json::Value;

use crate::handlers::developers::reference::curl;
use crate::handlers::developers::reference::schema;
use crate::handlers::developers::reference::schema::ApiField;

/// The order of methods at one address.
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// A method at an address.
#[derive(Debug, Clone)]
pub struct ApiOperation {
    pub id: String,
    pub section: String,
    pub method: String,
    pub path: String,
    pub title: String,
    pub text: String,
    /// The scope that a key needs.
    pub scope: Option<String>,
    pub parameters: Vec<ApiField>,
    /// The content types of the body, and its fields.
    pub content_types: Vec<String>,
    pub fields: Vec<ApiField>,
    pub request: String,
    pub answers: Vec<ApiAnswer>,
    /// Status, and when.
    pub problems: Vec<(String, String)>,
}

/// An answer without an error.
#[derive(Debug, Clone)]
pub struct ApiAnswer {
    pub status: String,
    pub text: String,
    /// A document, or nothing.
    pub example: String,
}

impl ApiOperation {
    /// All operations, in the order of the document.
    pub fn all(document: &Value, base: &str) -> Vec<Self> {
        let mut all = Vec::new();
        for (path, item) in document["paths"].as_object().into_iter().flatten() {
            for method in METHODS {
                if let Some(operation) = item.get(method) {
                    all.push(Self::of(document, base, (method, path), operation));
                }
            }
        }
        all
    }

    fn of(document: &Value, base: &str, (method, path): (&str, &str), operation: &Value) -> Self {
        let text = |name: &str| operation[name].as_str().unwrap_or_default().to_owned();
        let content = operation["requestBody"]["content"].as_object();
        let body = content.and_then(|content| content.iter().next());
        let parameters: Vec<&Value> = operation["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|parameter| schema::resolved(document, parameter))
            .collect();
        let (answers, problems) = answers(document, operation);
        Self {
            id: text("operationId"),
            section: operation["tags"][0].as_str().unwrap_or_default().to_owned(),
            method: method.to_uppercase(),
            path: path.to_owned(),
            title: text("summary"),
            text: text("description"),
            scope: operation["security"][0]["api_key"][0].as_str().map(str::to_owned),
            content_types: content.into_iter().flatten().map(|(name, _)| name.clone()).collect(),
            fields: body
                .map(|(_, body)| schema::fields(document, &body["schema"]))
                .unwrap_or_default(),
            request: curl::request(document, base, (method, path), &parameters, body),
            parameters: parameters.iter().map(|one| parameter(document, one)).collect(),
            answers,
            problems,
        }
    }
}

fn parameter(document: &Value, parameter: &Value) -> ApiField {
    let text = |name: &str| parameter[name].as_str().unwrap_or_default().to_owned();
    let default = &parameter["schema"]["default"];
    let mut kind = schema::kind(document, &parameter["schema"]);
    if !default.is_null() {
        let default = default.as_str().map_or_else(|| default.to_string(), str::to_owned);
        kind = format!("{kind}, `{default}` without it");
    }
    ApiField {
        name: text("name"),
        place: text("in"),
        kind,
        required: parameter["required"] == true,
        text: text("description"),
    }
}

/// The answers without errors, and the others.
fn answers(document: &Value, operation: &Value) -> (Vec<ApiAnswer>, Vec<(String, String)>) {
    let (mut good, mut problems) = (Vec::new(), Vec::new());
    for (status, response) in operation["responses"].as_object().into_iter().flatten() {
        let response = schema::resolved(document, response);
        let text = response["description"].as_str().unwrap_or_default().to_owned();
        if !status.starts_with('2') {
            problems.push((status.clone(), text));
            continue;
        }
        let body = response["content"]["application/json"]["schema"].as_object();
        let example = body.map(|_| schema::example(document, &response["content"]["application/json"]["schema"]));
        good.push(ApiAnswer {
            status: status.clone(),
            text,
            example: example.map(|example| pretty(&example)).unwrap_or_default(),
        });
    }
    (good, problems)
}

/// JSON on several lines.
pub fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
