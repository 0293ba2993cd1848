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
    br: &'static [u8],
    gz: &'static [u8],
}

impl Asset {
    /// The smallest shape the browser takes: its name for `Content-Encoding`, and the bytes.
    fn shape(&'static self, accepted: Option<&str>) -> (Option<&'static str>, &'static [u8]) {
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

/// The script of all pages: htmx and our own additions. Every page works without it.
pub fn js() -> &'static str {
    url("console.js")
}

/// The script of the access matrix, which works without it.
pub fn matrix_js() -> &'static str {
    url("matrix.js")
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
mod tests {
    use super::*;
    use actix_web::body::to_bytes;
    use actix_web::test::TestRequest;

    #[expect(clippy::unused_async, reason = "the tests await it")]
    async fn get(name: &str, headers: &[(&'static str, &str)]) -> HttpResponse {
        let mut req = TestRequest::get();
        for (key, value) in headers {
            req = req.insert_header((*key, *value));
        }
        show(&req.to_http_request(), name)
    }

    fn last(url: &str) -> &str {
        url.rsplit('/').next().unwrap()
    }

    #[test]
    fn every_name_in_use_has_an_address_with_a_hash() {
        for url in [css(), extra_css(), js(), matrix_js(), icons()] {
            let parts: Vec<_> = last(url).split('.').collect();
            assert!(url.starts_with("/static/"), "{url}");
            assert_eq!(parts.len(), 3, "{url}");
            assert_eq!(parts[1].len(), 10, "{url}");
        }
        assert_eq!(find("nothing.css"), None);
    }

    #[test]
    fn the_first_load_stays_small() {
        let size = |name: &str| ASSETS.iter().find(|a| a.name == name).unwrap().br.len();
        assert!(size("console.css") <= 7 * 1024, "css {}", size("console.css"));
        assert!(size("console.js") <= 13 * 1024, "js {}", size("console.js"));
        assert!(size("icons.svg") <= 2400, "icons {}", size("icons.svg"));
        assert!(size("matrix.js") <= 1400, "matrix {}", size("matrix.js"));
    }

    #[test]
    fn styles_name_no_colour_outside_the_tokens() {
        for text in [
            include_str!("../../static/base.css"),
            include_str!("../../static/parts.css"),
            include_str!("../../static/pages.css"),
        ] {
            for line in text.lines() {
                assert!(!line.contains("rgb(") && !line.contains("hsl("), "{line}");
                let hex = line
                    .split('#')
                    .skip(1)
                    .any(|rest| rest.len() >= 3 && rest.chars().take(3).all(|c| c.is_ascii_hexdigit()));
                assert!(!hex, "{line}");
            }
        }
    }

    #[actix_web::test]
    async fn a_browser_that_takes_brotli_gets_it() {
        let answer = get(last(css()), &[("accept-encoding", "gzip, deflate, br, zstd")]).await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers().get("content-encoding").unwrap(), "br");
        assert_eq!(answer.headers().get("vary").unwrap(), "Accept-Encoding");
        assert_eq!(answer.headers().get("cache-control").unwrap(), FOR_EVER);
        assert_eq!(answer.headers().get("x-content-type-options").unwrap(), "nosniff");
    }

    #[actix_web::test]
    async fn without_brotli_gzip_is_sent() {
        let answer = get(last(css()), &[("accept-encoding", "gzip, deflate, br;q=0")]).await;
        assert_eq!(answer.headers().get("content-encoding").unwrap(), "gzip");
        let body = to_bytes(answer.into_body()).await.unwrap();
        assert!(body.starts_with(&[0x1f, 0x8b]), "{:?}", body.get(..2));
    }

    #[actix_web::test]
    async fn others_get_the_plain_text() {
        for accepted in ["identity", "gzip;q=0, br;q=0", "br; q=0.0"] {
            let answer = get(last(css()), &[("accept-encoding", accepted)]).await;
            assert!(answer.headers().get("content-encoding").is_none(), "{accepted}");
            let body = to_bytes(answer.into_body()).await.unwrap();
            assert!(body.starts_with(b"@layer"), "{accepted}");
        }
    }

    #[actix_web::test]
    async fn what_the_browser_holds_is_not_sent_again() {
        let first = get(last(js()), &[("accept-encoding", "br")]).await;
        let tag = first.headers().get("etag").unwrap().to_str().unwrap().to_owned();
        let again = get(last(js()), &[("accept-encoding", "br"), ("if-none-match", &tag)]).await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert!(to_bytes(again.into_body()).await.unwrap().is_empty());
        let plain = get(last(js()), &[("if-none-match", &tag)]).await;
        assert_eq!(plain.status(), StatusCode::OK);
    }

    #[actix_web::test]
    async fn other_names_are_not_found() {
        for name in ["console.css", "console.0000000000.css", "../Cargo.toml", ""] {
            assert_eq!(get(name, &[]).await.status(), StatusCode::NOT_FOUND, "{name}");
        }
    }
}
