//! The example of a request.

use serde_json::Value;

use crate::common::html::query_value;
use crate::handlers::developers::reference::operation::pretty;
use crate::handlers::developers::reference::schema;

/// What the body of an example has: content type and schema.
type Body<'a> = Option<(&'a String, &'a Value)>;

/// A request by curl.
pub fn request(
    document: &Value,
    base: &str,
    (method, path): (&str, &str),
    parameters: &[&Value],
    body: Body<'_>,
) -> String {
    let mut address = format!("{base}{path}");
    let mut query = Vec::new();
    for parameter in parameters {
        let name = parameter["name"].as_str().unwrap_or_default();
        let value = value(document, name, parameter);
        match parameter["in"].as_str() {
            Some("path") => address = address.replace(&format!("{{{name}}}"), &value),
            // One is enough to see how.
            Some("query") if parameter.get("example").is_some() && query.is_empty() => {
                query.push(format!("{name}={}", query_value(&value)));
            }
            _ => {}
        }
    }
    if !query.is_empty() {
        address = format!("{address}?{}", query.join("&"));
    }
    let mut lines = vec![match method {
        "get" => format!("curl {}", quoted(&address)),
        _ => format!("curl -X {} {}", method.to_uppercase(), quoted(&address)),
    }];
    lines.push("-H \"Authorization: Bearer $TENANTRY_KEY\"".to_owned());
    if method != "get" {
        lines.push("-H \"Idempotency-Key: $(uuidgen)\"".to_owned());
    }
    if let Some((content_type, body)) = body {
        lines.push(format!("-H \"Content-Type: {content_type}\""));
        lines.push(format!(
            "-d {}",
            quoted(&pretty(&schema::example(document, &body["schema"])))
        ));
    }
    lines.join(" \\\n  ")
}

fn value(document: &Value, name: &str, parameter: &Value) -> String {
    if name == "company" {
        return "harbor-recovery".to_owned();
    }
    let example = parameter.get("example").cloned();
    let example = example.unwrap_or_else(|| schema::example(document, &parameter["schema"]));
    example.as_str().map_or_else(|| example.to_string(), str::to_owned)
}

/// For a shell, in single quotes.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
