//! Pages as answers, and the small words templates use.

use actix_web::body::MessageBody;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::common::error::AppError;

/// A page, or a block of it, as an answer with status 200.
///
/// # Errors
/// When the template fails.
pub fn html(page: impl Template) -> Result<HttpResponse, AppError> {
    html_with(actix_web::http::StatusCode::OK, page)
}

/// A form shown again with its errors: status 422.
///
/// # Errors
/// When the template fails.
pub fn refused(page: impl Template) -> Result<HttpResponse, AppError> {
    html_with(actix_web::http::StatusCode::UNPROCESSABLE_ENTITY, page)
}

/// A page struct that can answer a request, whole or as the part that htmx asks for. Made by the macro `page!`.
pub trait Page: Sized {
    /// The answer.
    ///
    /// # Errors
    /// When the template fails.
    fn respond(self, status: actix_web::http::StatusCode, fragment: bool) -> Result<HttpResponse, AppError>;
}

/// Makes template structs pages: `page!(RemovalPage => as_dialog)` answers htmx with the block `dialog`, `page!(IndexPage)`
/// always with the whole page.
#[macro_export]
macro_rules! page {
    ($page:ty => $part:ident) => {
        impl $crate::common::html::Page for $page {
            fn respond(
                self,
                status: actix_web::http::StatusCode,
                fragment: bool,
            ) -> Result<actix_web::HttpResponse, $crate::common::error::AppError> {
                if fragment {
                    $crate::common::html::part_with(status, self.$part())
                } else {
                    $crate::common::html::html_with(status, self)
                }
            }
        }
    };
    ($page:ty) => {
        impl $crate::common::html::Page for $page {
            fn respond(
                self,
                status: actix_web::http::StatusCode,
                _fragment: bool,
            ) -> Result<actix_web::HttpResponse, $crate::common::error::AppError> {
                $crate::common::html::html_with(status, self)
            }
        }
    };
}

/// A page with a status of its own.
///
/// # Errors
/// When the template fails.
pub fn html_with(status: actix_web::http::StatusCode, page: impl Template) -> Result<HttpResponse, AppError> {
    rendered(status, page, 48 * 1024)
}

/// A part of a page with a status of its own.
///
/// # Errors
/// When the template fails.
pub fn part_with(status: actix_web::http::StatusCode, part: impl Template) -> Result<HttpResponse, AppError> {
    rendered(status, part, 4 * 1024)
}

fn rendered(
    status: actix_web::http::StatusCode,
    template: impl Template,
    capacity: usize,
) -> Result<HttpResponse, AppError> {
    let mut body = String::with_capacity(capacity);
    template.render_into(&mut body)?;
    Ok(HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .body(body))
}

/// To another page, after a change: 303, or for a fragment request the header by which htmx loads the page whole.
pub fn see_other(fragment: bool, path: &str) -> HttpResponse {
    if fragment {
        HttpResponse::NoContent().insert_header(("HX-Redirect", path)).finish()
    } else {
        HttpResponse::SeeOther()
            .insert_header((header::LOCATION, path))
            .finish()
    }
}

/// A file to download.
pub fn download(name: &str, mime: &'static str, bytes: impl MessageBody + 'static) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(mime)
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .body(bytes)
}

/// Whether htmx asks for a part of the page.
pub fn wants_fragment(request: &HttpRequest) -> bool {
    let headers = request.headers();
    headers.contains_key("HX-Request")
        && !headers.contains_key("HX-Boosted")
        && !headers.contains_key("HX-History-Restore-Request")
}

/// A path on this site to go on to, or `fallback` for everything else.
pub fn local_path<'a>(next: &'a str, fallback: &'a str) -> &'a str {
    let local = next.starts_with('/')
        && !next.starts_with("//")
        && next.len() <= 2000
        && !next.contains('\\')
        && !next.chars().any(|c| c.is_control() || c.is_whitespace())
        && next
            .parse::<actix_web::http::Uri>()
            .is_ok_and(|uri| uri.authority().is_none());
    if local { next } else { fallback }
}

/// The page of this site from which a request came, if its browser says so.
pub fn came_from<'a>(headers: &'a header::HeaderMap, base_url: &str) -> Option<&'a str> {
    let page = headers.get(header::REFERER)?.to_str().ok()?.strip_prefix(base_url)?;
    Some(local_path(page, "")).filter(|page| !page.is_empty())
}

/// One or two letters for an avatar: "Maya Okonkwo" gives "MO".
pub fn initials(name: &str) -> String {
    let mut words = name
        .split_whitespace()
        .filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = words.next();
    let last = words.next_back();
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

/// One of six tints, always the same for one name.
pub fn tint(name: &str) -> u32 {
    name.bytes()
        .fold(7u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(u32::from(byte)))
        % 6
        + 1
}

/// The tint of a person: by their email address, or by the name of someone without one.
pub fn person_tint(name: &str, email: impl std::fmt::Display) -> u32 {
    let email = email.to_string().to_lowercase();
    tint(if email.is_empty() { name } else { &email })
}

/// "1,234,567".
pub fn number(n: &i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3 + 1);
    if *n < 0 {
        text.push('\u{2212}');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number with its noun: "1 member", "1,234 members".
pub fn counted(n: i64, one: &str, many: &str) -> String {
    format!("{} {}", number(&n), if n == 1 { one } else { many })
}

/// The line below a page of a list: "1 request on this page".
pub fn on_this_page(rows: usize, one: &str, many: &str) -> String {
    let rows = i64::try_from(rows).unwrap_or(i64::MAX);
    format!("{} on this page", counted(rows, one, many))
}

/// Percent-encodes a value for a query string.
pub fn query_value(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        use std::fmt::Write;
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(test)]
mod tests;
