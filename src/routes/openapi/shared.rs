//! What the operations of the API have in common.

use serde_json::{Map, Value, json};
use utoipa::PartialSchema;

use crate::common::problem::{CONTENT_TYPE, ProblemDocument};

pub const ABOUT: &str = "Each request has an API key, which someone creates in the console under Settings, Developers. A key has the \
permissions that its scopes allow and that its owner has at the time of the request. Errors are problem documents (RFC 9457) whose \
`type` never changes.";

/// Status, title, description and the problem kinds of answers that many operations have.
const PROBLEMS: &[(&str, &str)] = &[
    ("400", "The query or the body can’t be read: `unreadable`"),
    (
        "401",
        "The key is missing or doesn’t work: `missing-key`, `invalid-key-format`, `invalid-key`",
    ),
    (
        "403",
        "The key lacks the scope (`missing-scope`), its owner the permission (`missing-permission`), or nothing can be changed because the organization will be deleted (`not-possible-now`)",
    ),
    ("404", "It doesn’t exist, or the key can’t reach it: `not-found`"),
    (
        "409",
        "The first request with the same `Idempotency-Key` is still running: `request-running`",
    ),
    (
        "422",
        "A value isn’t valid or unknown; `field` says which: `invalid-value`, `unknown-field`; or another request had the `Idempotency-Key`: `idempotency-key-reused`",
    ),
    (
        "429",
        "The quota of the key or the organization is used up: `too-many-requests`",
    ),
    ("500", "Something went wrong and nothing was changed: `internal-error`"),
    ("503", "The instance is busy and nothing was changed: `unavailable`"),
];

/// The answers of an operation beside those that it names.
pub fn statuses(path: &str, changes: bool) -> &'static [&'static str] {
    match (path.contains("{company}"), changes) {
        (true, true) => &["308", "400", "401", "403", "404", "409", "422", "429", "500", "503"],
        (true, false) => &["308", "400", "401", "403", "404", "422", "429", "500", "503"],
        (false, true) => &["400", "401", "403", "404", "409", "422", "429", "500", "503"],
        (false, false) => &["400", "401", "403", "404", "422", "429", "500", "503"],
    }
}

/// The schema of a problem document.
pub fn problem() -> Value {
    serde_json::to_value(ProblemDocument::schema()).unwrap_or_default()
}

pub fn problem_content() -> Value {
    json!({ "schema": { "$ref": "#/components/schemas/Problem" } })
}

pub fn components() -> Value {
    let mut responses = Map::new();
    for (status, description) in PROBLEMS {
        let mut headers = json!({
            "RateLimit": { "$ref": "#/components/headers/RateLimit" },
            "RateLimit-Policy": { "$ref": "#/components/headers/RateLimit-Policy" },
            "X-Request-Id": { "$ref": "#/components/headers/X-Request-Id" },
        });
        if matches!(*status, "409" | "429" | "503") {
            headers["Retry-After"] = json!({ "$ref": "#/components/headers/Retry-After" });
        }
        if *status == "401" {
            headers["WWW-Authenticate"] = text_header("How to send a key.", "Bearer realm=\"Tenantry\"");
        }
        let response =
            json!({ "description": description, "headers": headers, "content": { CONTENT_TYPE: problem_content() } });
        responses.insert((*status).to_owned(), response);
    }
    let moved = json!({
        "description": "The company has another slug now",
        "headers": { "Location": text_header("The address with the present slug.", "/api/v1/companies/harbor") },
    });
    responses.insert("308".to_owned(), moved);
    json!({
        "securitySchemes": { "api_key": {
            "type": "http",
            "scheme": "bearer",
            "description": "An API key: `Authorization: Bearer tnt_live_…`",
        } },
        "parameters": { "IdempotencyKey": {
            "name": "Idempotency-Key",
            "in": "header",
            "required": false,
            "description": "Makes the request safe to repeat: for 24 hours, the same request with the same key gets the first answer and changes nothing.",
            "schema": { "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$", "examples": ["0193a1b2-c3d4-7e5f-a071-8293a4b5c6d7"] },
        } },
        "headers": headers(),
        "responses": responses,
    })
}

fn headers() -> Value {
    json!({
        "RateLimit": text_header("What is left of each quota, and in how many seconds it is whole again.", "\"key\";r=5999;t=1, \"organization\";r=29999;t=1"),
        "RateLimit-Policy": text_header("The quotas: requests, and the seconds that they are for.", "\"key\";q=6000;w=60, \"organization\";q=30000;w=60"),
        "Retry-After": text_header("Seconds after which the request can be sent again.", "1"),
        "X-Request-Id": text_header("Names the request, also in the audit log.", "0193a1b2c3d4e5f60718293a4b5c6d7e"),
        "Idempotency-Replayed": text_header("`true`: the answer was given before.", "true"),
        "Link": text_header("The address of the next page, if there is one.", "<https://tenantry.example/api/v1/companies?after=bjAx>; rel=\"next\""),
    })
}

fn text_header(description: &str, example: &str) -> Value {
    json!({ "description": description, "schema": { "type": "string", "examples": [example] } })
}
