//! Pages that were shown and have not changed are answered from memory. Session, membership and every end by time are decided
//! on each request, in one of two ways: the database says that nothing at all was committed since (SQLite), or one indexed query
//! reads session, membership and the versions that every write raises (`models::page_version`).

mod answer;
mod recheck;

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use actix_web::HttpResponse;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap};
use actix_web::http::{Method, StatusCode};
use actix_web::web::Bytes;

use crate::app::stored::{PageKey, PageReader, StoredPage};
use crate::app::{App, RequestInfo};
use crate::common::config::StoredPages as Mode;
use crate::db::changes::ChangeWatch;
use crate::web::route_tree::pattern;
pub use crate::web::stored::answer::StoredRoute;
use crate::web::stored::answer::{Wishes, show};

/// What the memory has for a request.
pub enum Found {
    /// The page, unchanged.
    Page(HttpResponse),
    /// Nothing that is still true: the page is made, and may be kept.
    Nothing(Box<Place>),
    /// The request is for no page.
    NoPage,
}

/// Where a page will be kept.
pub struct Place {
    keeps: bool,
    key: PageKey,
    wishes: Wishes,
    /// SQLite's number of its last change, read before the page is made.
    data_version: Option<i64>,
    /// The page that would have been shown, where pages are only compared.
    expected: Option<Arc<StoredPage>>,
}

/// Looks for the page of a request. Who sends no session cookie has none, and neither has who brings what they typed into a form
/// (`allowed` is false): that may belong on the page.
pub async fn find(req: &ServiceRequest, app: &App, request: &RequestInfo, allowed: bool) -> Found {
    let mode = app.config.stored_pages;
    if !allowed || mode == Mode::Off || !matches!(*req.method(), Method::GET | Method::HEAD) {
        return Found::NoPage;
    }
    let Some(key) = key(req, request) else {
        return Found::NoPage;
    };
    let wishes = Wishes::of(req);
    let data_version = app.db.changes().and_then(ChangeWatch::version);
    let mut expected = None;
    if let Some(page) = app.stored.find(&key) {
        let now = app.clock.now();
        if page.is_timely(now) && recheck::is_unchanged(app, &page, data_version, now).await {
            if mode == Mode::On {
                if let Some(who) = &page.who {
                    let _ = request.who.set(who.clone());
                }
                return Found::Page(show(&page, &wishes));
            }
            expected = Some(page);
        } else {
            app.stored.forget(&key);
        }
    }
    Found::Nothing(Box::new(Place {
        // What HEAD looks at has left out the message for the next page.
        keeps: *req.method() == Method::GET,
        key,
        wishes,
        data_version,
        expected,
    }))
}

/// Everything of a request on which a page may depend, except what the server keeps.
fn key(req: &ServiceRequest, request: &RequestInfo) -> Option<PageKey> {
    let mut cookies = Vec::new();
    let mut htmx = Vec::new();
    for (name, value) in req.headers() {
        let list = match name.as_str() {
            "cookie" => &mut cookies,
            name if name.starts_with("hx-") => {
                htmx.extend_from_slice(name.as_bytes());
                htmx.push(b'=');
                &mut htmx
            }
            _ => continue,
        };
        list.extend_from_slice(value.as_bytes());
        list.push(b'\n');
    }
    (!cookies.is_empty()).then(|| PageKey {
        path: request.path.clone(),
        cookies,
        htmx,
    })
}

/// Keeps the page of a response, if it may be kept, and answers with it.
pub fn keep(
    response: ServiceResponse<BoxBody>,
    place: Place,
    app: &App,
    request: &RequestInfo,
) -> ServiceResponse<BoxBody> {
    let Some(reader) = request.page.reader().filter(|_| may_be_kept(&response)) else {
        return response;
    };
    let route = pattern(response.request()).unwrap_or("-");
    let headers = response.headers().clone();
    let mut body = None;
    let response = response.map_body(|_, whole| match whole.try_into_bytes() {
        Ok(bytes) => {
            body = Some(bytes);
            BoxBody::new(())
        }
        Err(whole) => whole,
    });
    let Some(body) = body else {
        return response;
    };
    if let Some(expected) = &place.expected
        && expected.body != body
    {
        return response.into_response(differs(&expected.body, &body, &place.key));
    }
    let page = Arc::new(made(
        reader,
        app,
        headers,
        body,
        (route, request.who.get().cloned()),
        place.data_version,
    ));
    let answer = show(&page, &place.wishes);
    if place.keeps && page.is_timely(app.clock.now()) {
        app.stored.keep(place.key, page);
    }
    response.into_response(answer).map_into_boxed_body()
}

fn made(
    reader: PageReader,
    app: &App,
    headers: HeaderMap,
    body: Bytes,
    (route, who): (&'static str, Option<(String, String)>),
    data_version: Option<i64>,
) -> StoredPage {
    StoredPage {
        reader,
        made: app.clock.now(),
        data_version: AtomicI64::new(data_version.unwrap_or_default()),
        headers,
        tag: format!("W/\"{}\"", app.stored.tag(&body)),
        body,
        packed: std::sync::OnceLock::new(),
        route,
        who,
    }
}

/// Whole pages and fragments that set no cookie and have the usual policy.
fn may_be_kept(response: &ServiceResponse<BoxBody>) -> bool {
    let headers = response.headers();
    let is_page = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes() == b"text/html; charset=utf-8");
    response.status() == StatusCode::OK
        && is_page
        && !headers.contains_key(header::SET_COOKIE)
        && !headers.contains_key(header::CONTENT_ENCODING)
        && response
            .response()
            .extensions()
            .get::<crate::web::middleware::ContentPolicy>()
            .is_none()
}

/// The answer where a stored page is not what would have been made now.
fn differs(stored: &Bytes, fresh: &Bytes, key: &PageKey) -> HttpResponse {
    let at = stored
        .iter()
        .zip(fresh.iter())
        .take_while(|(one, other)| one == other)
        .count();
    let around = |bytes: &Bytes| {
        let part = &bytes[at.saturating_sub(200).min(bytes.len())..(at + 200).min(bytes.len())];
        String::from_utf8_lossy(part).into_owned()
    };
    let (path, stored, fresh) = (&key.path, around(stored), around(fresh));
    tracing::error!(%path, %stored, %fresh, "a stored page differs from the present one");
    HttpResponse::InternalServerError()
        .content_type("text/plain; charset=utf-8")
        .body(format!(
            "A stored page differs from the present one: {path}\n\nStored:\n{stored}\n\nPresent:\n{fresh}\n"
        ))
}
