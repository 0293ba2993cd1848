//! What every request passes before its handler: request id, IP address, host and origin. What every response gets: security
//! headers, a log line, a page for each error.

use std::net::IpAddr;
use std::sync::Arc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::cookie::Cookie;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpResponse, web};

use crate::app::stored::PageNote;
use crate::app::{App, RequestInfo};
use crate::common::config::BrowserCache;
use crate::common::error::AppError;
use crate::common::html::wants_fragment;
use crate::common::id::RawId;
use crate::web::admission::{address, admit, lines, peer, text};
use crate::web::connection::RequestInProgress;
use crate::web::device_cookie::{device_cookie, remember_device};
use crate::web::error_page::dressed;
use crate::web::kept_form;
use crate::web::quotas;
use crate::web::request_body::receive;
use crate::web::route_tree::pattern;
use crate::web::stored;
use crate::web::stored::{Found, StoredRoute};

static X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const FRAMES: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; frame-src 'self'";
const FRAMED: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'";

/// A content security policy other than the usual one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentPolicy {
    /// A page that shows one of this site in a frame.
    Frames,
    /// Foreign content in such a frame: styles and inline images, nothing else.
    Framed,
}

impl ContentPolicy {
    const fn header(self) -> &'static str {
        match self {
            Self::Frames => FRAMES,
            Self::Framed => FRAMED,
        }
    }
}

/// Gives a response another policy than the usual one.
pub fn with_policy(mut response: HttpResponse, policy: ContentPolicy) -> HttpResponse {
    response.extensions_mut().insert(policy);
    response
}

/// The outermost middleware but compression.
pub async fn guard(
    mut req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let in_progress = RequestInProgress::begin(&req);
    let Some(app) = req.app_data::<web::Data<App>>().map(|data| data.get_ref().clone()) else {
        return Err(AppError::internal("the application is app data").into());
    };
    let began = std::time::Instant::now();
    let request = Arc::new(note(&req, &app));
    req.extensions_mut().insert(request.clone());

    let brought = kept_form::brought(req.request(), &app);
    let mut admitted = admit(&req, &app);
    if let Ok(None) = admitted
        && let Err(refused) = receive(&mut req, &app, &request.ip, in_progress.connection()).await
    {
        admitted = Err(refused);
    }
    let mut response = match admitted {
        // `into_response` would lose the error, and with it the words of its page.
        Err(refused) => dressed(req.error_response(refused), &app, &request),
        Ok(Some(answer)) => dressed(req.into_response(answer), &app, &request).map_into_boxed_body(),
        Ok(None) => match stored::find(&req, &app, &request, brought.is_none()).await {
            Found::Page(page) => req.into_response(page),
            Found::NoPage => {
                let response = next.call(req).await?.map_into_boxed_body();
                dressed(response, &app, &request)
            }
            Found::Nothing(place) => {
                let response = next.call(req).await?.map_into_boxed_body();
                stored::keep(dressed(response, &app, &request), *place, &app, &request)
            }
        },
    };
    if let Some(brought) = brought {
        response = kept_form::fill(response, &brought, &app, &request).await;
    }
    secure(&mut response, &app, &request);
    quotas::say(&mut response, &app, &request);
    remember_device(&mut response, &app, &request);
    log(&response, &request, began.elapsed());
    Ok(response)
}

/// What a request says about itself.
fn note(req: &ServiceRequest, app: &App) -> RequestInfo {
    let headers = req.headers();
    let peer = peer(req);
    let trusted = |ip: IpAddr| app.config.is_proxy(ip);
    let mut ip = peer;
    if peer.is_some_and(trusted) {
        // From the right: the first hop that is no trusted proxy is the sender. Some proxies add a line of their own, so all
        // lines are one list (RFC 9110, 5.3).
        let hops: Vec<&str> = lines(headers, "X-Forwarded-For")
            .flat_map(|line| line.split(','))
            .collect();
        for hop in hops.into_iter().rev() {
            let Some(hop) = address(hop.trim()) else { break };
            ip = Some(hop);
            if !trusted(hop) {
                break;
            }
        }
    }
    let id = Some(text(headers, "X-Request-Id"))
        .filter(|id| {
            peer.is_some_and(trusted)
                && (8..=64).contains(&id.len())
                && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        })
        .map_or_else(|| RawId::fresh().as_str().to_owned(), str::to_owned);
    let cookies = req.cookies().ok();
    let cookie = |name: &str| {
        let found = cookies.iter().flat_map(|cookies| cookies.iter());
        found.map(Cookie::name_value).find(|(found, _)| *found == name)
    };
    let theme = match cookie("theme") {
        Some((_, "light")) => "light",
        Some((_, "dark")) => "dark",
        _ => "system",
    };
    RequestInfo {
        ip: ip.map(|ip| ip.to_string()).unwrap_or_default(),
        agent: agent(text(headers, "User-Agent")),
        id,
        path: req
            .uri()
            .path_and_query()
            .map_or_else(|| req.path(), |path| path.as_str())
            .to_owned(),
        theme,
        fragment: wants_fragment(req.request()),
        device: cookie(device_cookie(app))
            .map(|(_, value)| value.chars().take(1024).collect())
            .unwrap_or_default(),
        new_device: std::sync::OnceLock::new(),
        who: std::sync::OnceLock::new(),
        page: PageNote::default(),
        quotas: std::sync::OnceLock::new(),
    }
}

/// At most 256 characters. Most of them are all letters, and only copied.
fn agent(text: &str) -> String {
    if text.len() <= 256 && !text.bytes().any(|b| b.is_ascii_control()) {
        return text.to_owned();
    }
    text.chars().filter(|c| !c.is_control()).take(256).collect()
}

/// The headers of every response.
fn secure(response: &mut ServiceResponse<BoxBody>, app: &App, request: &RequestInfo) {
    let policy = response.response().extensions().get::<ContentPolicy>().copied();
    let is_stored = response.response().extensions().get::<StoredRoute>().is_some();
    let is_unchanged = response.status() == StatusCode::NOT_MODIFIED;
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&request.id) {
        headers.insert(X_REQUEST_ID.clone(), id);
    }
    let mut set = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    // What a 304 leaves out, a browser takes from the page that it has (RFC 9111, 3.2).
    if !is_unchanged {
        set(
            header::CONTENT_SECURITY_POLICY,
            policy.map_or(CSP, ContentPolicy::header),
        );
        set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
        set(header::REFERRER_POLICY, "same-origin");
        set(header::CROSS_ORIGIN_OPENER_POLICY, "same-origin");
    }
    if app.config.is_https() {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains");
    }
    if !request.path.starts_with("/static/") {
        let control = if is_stored && app.config.browser_cache == BrowserCache::Confirmed {
            "private, no-cache"
        } else {
            "no-store"
        };
        set(header::CACHE_CONTROL, control);
        set(header::VARY, "Cookie, HX-Request, Accept-Encoding");
    }
}

/// One line a request. A path may contain a secret and a query a name, so the line has the pattern of the route, with
/// organization and actor.
fn log(response: &ServiceResponse<BoxBody>, request: &RequestInfo, took: std::time::Duration) {
    let extensions = response.response().extensions();
    let stored = extensions.get::<StoredRoute>().map(|StoredRoute(route)| *route);
    let route = stored.or_else(|| pattern(response.request())).unwrap_or("-");
    if route.starts_with("/static") || route.starts_with("/health") {
        return;
    }
    let (organization, actor) = request.who.get().map_or(("", ""), |(organization, actor)| {
        (organization.as_str(), actor.as_str())
    });
    let status = response.status().as_u16();
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    let method = response.request().method();
    if status >= 500 {
        tracing::warn!(request_id = %request.id, %method, %route, status, micros, ip = %request.ip, organization, actor, "request");
    } else {
        tracing::info!(request_id = %request.id, %method, %route, status, micros, ip = %request.ip, organization, actor, "request");
    }
}
