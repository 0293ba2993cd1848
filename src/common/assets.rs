//! The files a browser loads. They are part of the program, compressed while it was built, and carry the hash of their
//! content in their name: a browser asks once, and a new version of the program is used immediately.

use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::{HttpRequest, HttpResponse};

/// One file, ready to send.
pub struct Asset {
    /// What the sources call it, like `console.css`.
    name: &'static str,
    /// The last part of its address, like `console.0a1b2c3d4e.css`.
    hashed: &'static str,
    /// The address a page links to.
    url: &'static str,
    mime: &'static str,
    raw: &'static [u8],
    /// Empty for a font, which is compressed already.
    br: &'static [u8],
    gz: &'static [u8],
}

impl Asset {
    const fn new(
        name: &'static str,
        hashed: &'static str,
        url: &'static str,
        mime: &'static str,
        raw: &'static [u8],
        br: &'static [u8],
        gz: &'static [u8],
    ) -> Self {
        Self {
            name,
            hashed,
            url,
            mime,
            raw,
            br,
            gz,
        }
    }

    /// The smallest shape the browser takes: its name for `Content-Encoding`, and the bytes.
    fn shape(&'static self, accepted: Option<&str>) -> (Option<&'static str>, &'static [u8]) {
        if self.br.is_empty() {
            return (None, self.raw);
        }
        if takes(accepted, "br") {
            return (Some("br"), self.br);
        }
        if takes(accepted, "gzip") {
            return (Some("gzip"), self.gz);
        }
        (None, self.raw)
    }
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// A year: as long as caches are asked to keep anything. The name changes with the content, so nothing goes stale.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Where the file can be fetched, or `None` when the program has no file of this name.
pub fn find(name: &str) -> Option<&'static str> {
    ASSETS.iter().find(|asset| asset.name == name).map(|asset| asset.url)
}

/// The address for a page to link to. Names are fixed in the sources; an unknown one yields an empty address, which the
/// tests refuse for all names in use.
pub fn url(name: &str) -> &'static str {
    find(name).unwrap_or_default()
}

/// The style sheet of all pages.
pub fn css() -> &'static str {
    url("console.css")
}

/// The style sheet of the few pages with wide tables and differences.
pub fn extra_css() -> &'static str {
    url("extra.css")
}

/// The style sheet of pages with charts, and of the rate card.
pub fn charts_css() -> &'static str {
    url("charts.css")
}

/// The style sheet of the reference of the API.
pub fn reference_css() -> &'static str {
    url("reference.css")
}

/// The script of all pages: htmx and our own additions. Every page works without it.
pub fn js() -> &'static str {
    url("console.js")
}

/// The script of the access matrix, which works without it.
pub fn matrix_js() -> &'static str {
    url("matrix.js")
}

/// The script of pages that use passkeys, which alone need one.
pub fn passkeys_js() -> &'static str {
    url("passkeys.js")
}

/// The icon sprite; a page refers to one icon as `icons.…svg#name`.
pub fn icons() -> &'static str {
    url("icons.svg")
}

/// `GET /static/{name}`: the file in the shape the browser takes, or 404 for a name that is not, or no longer, ours.
pub fn show(req: &HttpRequest, name: &str) -> HttpResponse {
    let Some(asset) = ASSETS.iter().find(|asset| asset.hashed == name) else {
        return HttpResponse::NotFound().finish();
    };

    let (coding, bytes) = asset.shape(header(req, &ACCEPT_ENCODING));
    let tag = format!("\"{}.{}\"", asset.hashed, coding.unwrap_or("raw"));

    let known = header(req, &IF_NONE_MATCH).is_some_and(|tags| knows(tags, &tag));
    let mut answer = HttpResponse::build(if known {
        StatusCode::NOT_MODIFIED
    } else {
        StatusCode::OK
    });
    answer
        .insert_header((CACHE_CONTROL, FOR_EVER))
        .insert_header((VARY, "Accept-Encoding"))
        .insert_header((ETAG, tag))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"));
    if known {
        return answer.finish();
    }
    answer.insert_header((CONTENT_TYPE, asset.mime));
    if let Some(coding) = coding {
        answer.insert_header((CONTENT_ENCODING, coding));
    }
    answer.body(bytes)
}

fn header<'a>(req: &'a HttpRequest, name: &actix_web::http::header::HeaderName) -> Option<&'a str> {
    req.headers().get(name).and_then(|value| value.to_str().ok())
}

/// Whether the browser takes this coding. `br;q=0` is a refusal; a `*` is not counted, since every browser that knows a
/// coding names it.
fn takes(accepted: Option<&str>, coding: &str) -> bool {
    accepted.is_some_and(|list| {
        list.split(',').any(|item| {
            let mut parts = item.split(';').map(str::trim);
            let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(coding));
            let refused = parts
                .filter_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")))
                .any(|q| q.trim().parse::<f32>().is_ok_and(|q| q <= 0.0));
            named && !refused
        })
    })
}

/// Whether one of the tags the browser sends is this one (RFC 9110, 13.1.2: weak comparison).
fn knows(tags: &str, tag: &str) -> bool {
    tags.split(',')
        .map(|one| one.trim().trim_start_matches("W/"))
        .any(|one| one == "*" || one == tag)
}

#[cfg(test)]
mod tests;
