//! The description of the API: what the handlers say about themselves, with what the table of routes knows.

mod shared;

use std::sync::LazyLock;

use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Map, Value, json};
use utoipa::OpenApi;

use crate::api::document::ApiRoutes;
use crate::app::App;
use crate::auth::Public;
use crate::authz::scope::Scope;
use crate::common::error::AppError;
use crate::routes::{ROUTES, RouteEntry};
use crate::web::api_document::ApiDocument;

/// Stands for the address of the instance.
const BASE: &str = "https://tenantry.example";

static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| described(&serde_json::to_value(ApiRoutes::openapi()).unwrap_or_default()));

static TEXT: LazyLock<String> = LazyLock::new(|| DOCUMENT.to_string());

/// The document, without the address of an instance.
pub fn document() -> ApiDocument {
    ApiDocument(&DOCUMENT)
}

/// `GET /api/v1/openapi.json`
pub async fn show(_public: Public, req: HttpRequest) -> Result<HttpResponse, AppError> {
    let app = req.app_data::<actix_web::web::Data<App>>();
    let base = app.map_or(BASE, |app| app.config.base_url.as_str());
    let text = TEXT.replacen(&json!(BASE).to_string(), &json!(base).to_string(), 1);
    Ok(HttpResponse::Ok().content_type("application/json").body(text))
}

fn described(handlers: &Value) -> Value {
    let mut paths = handlers["paths"].clone();
    for entry in ROUTES {
        let Some((_, scope)) = entry.access.api() else { continue };
        let method = entry.method.to_ascii_lowercase();
        if let Some(operation) = paths[entry.path].get_mut(&method) {
            complete(operation, entry, scope);
        }
    }
    let mut components = shared::components();
    components["schemas"] = with_problem(handlers["components"]["schemas"].clone());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Tenantry API",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Reads and changes one organization.",
            "description": shared::ABOUT,
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": BASE }],
        "security": [{ "api_key": [] }],
        "tags": handlers["tags"],
        "paths": paths,
        "components": components,
    })
}

fn with_problem(mut schemas: Value) -> Value {
    schemas["Problem"] = shared::problem();
    schemas
}

/// Adds the scope, the header of repeated requests, the quotas and the problems to an operation.
fn complete(operation: &mut Value, entry: &RouteEntry, scope: Option<Scope>) {
    let scopes: Vec<&str> = scope.iter().map(|scope| scope.as_str()).collect();
    operation["security"] = json!([{ "api_key": scopes }]);
    let changes = entry.method != "GET";
    let mut parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    let is_list = parameters.iter().any(|parameter| parameter["name"] == "after");
    if changes {
        parameters.push(json!({ "$ref": "#/components/parameters/IdempotencyKey" }));
    }
    operation["parameters"] = Value::Array(parameters);
    let mut responses = operation["responses"].as_object().cloned().unwrap_or_default();
    for (status, response) in &mut responses {
        if status.starts_with('2') {
            success(response, changes, is_list);
        } else {
            problem(response);
        }
    }
    for status in shared::statuses(entry.path, changes) {
        let reference = json!({ "$ref": format!("#/components/responses/{status}") });
        responses.entry(*status).or_insert(reference);
    }
    operation["responses"] = Value::Object(sorted(responses));
}

fn sorted(responses: Map<String, Value>) -> Map<String, Value> {
    let mut all: Vec<(String, Value)> = responses.into_iter().collect();
    all.sort_by(|(one, _), (other, _)| one.cmp(other));
    all.into_iter().collect()
}

fn success(response: &mut Value, changes: bool, is_list: bool) {
    add_headers(response, &["RateLimit", "RateLimit-Policy", "X-Request-Id"]);
    if changes {
        add_headers(response, &["Idempotency-Replayed"]);
    }
    if is_list {
        add_headers(response, &["Link"]);
    }
}

/// An answer that is no success is a problem document, and perhaps something else.
fn problem(response: &mut Value) {
    response["content"]["application/problem+json"] = shared::problem_content();
    add_headers(response, &["RateLimit", "RateLimit-Policy", "X-Request-Id"]);
}

fn add_headers(response: &mut Value, names: &[&str]) {
    for name in names {
        response["headers"][*name] = json!({ "$ref": format!("#/components/headers/{name}") });
    }
}
