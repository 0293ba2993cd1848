//! A stored page as an answer: whole, compressed, or that the client has it.

use actix_web::HttpResponse;
use actix_web::dev::ServiceRequest;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::Bytes;

use crate::app::stored::StoredPage;
use crate::common::compress::{gzip, takes_gzip};

/// The pattern of the route of a stored page, for the log line.
#[derive(Debug, Clone, Copy)]
pub struct StoredRoute(pub &'static str);

/// What the client takes, and what it has.
#[derive(Debug, Clone)]
pub struct Wishes {
    gzip: bool,
    has: Option<HeaderValue>,
}

impl Wishes {
    pub fn of(req: &ServiceRequest) -> Self {
        Self {
            gzip: takes_gzip(req.headers()),
            has: req.headers().get(header::IF_NONE_MATCH).cloned(),
        }
    }

    /// Whether the client has this version (RFC 9110, 13.1.2: compared weakly).
    fn have(&self, tag: &str) -> bool {
        let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
        let listed = self
            .has
            .as_ref()
            .and_then(|list| list.to_str().ok())
            .unwrap_or_default();
        listed.split(',').any(|one| opaque(one) == opaque(tag))
    }
}

/// The page, in the form that the client takes.
pub fn show(page: &StoredPage, wishes: &Wishes) -> HttpResponse {
    let unchanged = wishes.have(&page.tag);
    let packed = if wishes.gzip && !unchanged {
        page.packed.get_or_init(|| gzip(&page.body).map(Bytes::from)).as_ref()
    } else {
        None
    };
    let mut response = match (unchanged, packed) {
        (true, _) => HttpResponse::new(StatusCode::NOT_MODIFIED),
        (false, Some(packed)) => HttpResponse::Ok().body(packed.clone()),
        (false, None) => HttpResponse::Ok().body(page.body.clone()),
    };
    let headers = response.headers_mut();
    if !unchanged {
        for (name, value) in &page.headers {
            headers.insert(name.clone(), value.clone());
        }
        if packed.is_some() {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
    }
    if let Ok(tag) = HeaderValue::from_str(&page.tag) {
        headers.insert(header::ETAG, tag);
    }
    response.extensions_mut().insert(StoredRoute(page.route));
    response
}
