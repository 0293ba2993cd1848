//! Suggestions for a field in which someone types the name of a person or a company: the options of its list.

pub mod companies;
pub mod people;

use actix_web::HttpRequest;
use askama::Template;

use crate::common::fields::Fields;

/// The most suggestions.
const MOST: usize = 8;

#[derive(Template)]
#[template(path = "suggestions/options.html")]
struct Suggestions {
    /// What the field gets, and what is shown beside it.
    options: Vec<(String, String)>,
}

crate::page!(Suggestions);

/// What was typed: fields have names of their own, and send nothing else.
fn typed(request: &HttpRequest) -> String {
    let fields = Fields::urlencoded(request.query_string()).unwrap_or_default();
    fields
        .iter()
        .next()
        .map(|(_, text)| text.to_owned())
        .unwrap_or_default()
}
