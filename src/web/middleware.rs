//! What every request passes before its handler: request id, IP address, host and origin. What every response gets: security
//! headers, a log line, a page for each error.

use std::net::IpAddr;
use std::sync::Arc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpResponse, web};

use crate::app::{App, RequestInfo};
use crate::common::error::AppError;
use crate::common::html::wants_fragment;
use crate::common::id::RawId;
use crate::web::error_page::dressed;

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
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let Some(app) = req.app_data::<web::Data<App>>().map(|data| data.get_ref().clone()) else {
        return Err(AppError::internal("the application is app data").into());
    };
    let began = std::time::Instant::now();
    let request = Arc::new(note(&req, &app));
    req.extensions_mut().insert(request.clone());

    let mut response = match admit(&req, &app) {
        Err(refused) => {
            dressed(req.into_response(HttpResponse::from_error(refused)), &app, &request).map_into_boxed_body()
        }
        Ok(Some(elsewhere)) => req.into_response(elsewhere).map_into_boxed_body(),
        Ok(None) => {
            let response = next.call(req).await?.map_into_boxed_body();
            dressed(response, &app, &request)
        }
    };
    secure(&mut response, &app, &request);
    log(&response, &request, began.elapsed());
    Ok(response)
}

/// What a request says about itself.
fn note(req: &ServiceRequest, app: &App) -> RequestInfo {
    let headers = req.headers();
    let peer = req.peer_addr().map(|addr| addr.ip());
    let trusted = |ip: IpAddr| app.config.trusted_proxies.iter().any(|net| net.contains(&ip));
    let mut ip = peer;
    if peer.is_some_and(trusted) {
        // From the right: the first hop that is no trusted proxy is the sender.
        for hop in text(headers, "X-Forwarded-For").split(',').rev() {
            let Ok(hop) = hop.trim().parse::<IpAddr>() else { break };
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
    let theme = match req.cookie("theme").as_ref().map(actix_web::cookie::Cookie::value) {
        Some("light") => "light",
        Some("dark") => "dark",
        _ => "system",
    };
    RequestInfo {
        ip: ip.map(|ip| ip.to_string()).unwrap_or_default(),
        agent: text(headers, "User-Agent")
            .chars()
            .filter(|c| !c.is_control())
            .take(256)
            .collect(),
        id,
        path: req
            .uri()
            .path_and_query()
            .map_or_else(|| req.path().to_owned(), ToString::to_string),
        theme,
        fragment: wants_fragment(req.request()),
        who: std::sync::OnceLock::new(),
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// Refuses a foreign host or origin, and redirects a slug in capitals.
fn admit(req: &ServiceRequest, app: &App) -> Result<Option<HttpResponse>, AppError> {
    let path = req.path();
    // Probes use the IP address, not the host name.
    if path.starts_with("/health/") {
        return Ok(None);
    }
    let headers = req.headers();
    let peer_is_proxy = req
        .peer_addr()
        .is_some_and(|peer| app.config.trusted_proxies.iter().any(|net| net.contains(&peer.ip())));
    let forwarded = text(headers, "X-Forwarded-Host");
    let host = if peer_is_proxy && !forwarded.is_empty() {
        forwarded
    } else {
        text(headers, "Host")
    };
    if !host.eq_ignore_ascii_case(app.config.host()) {
        return Err(AppError::Misdirected);
    }
    if !matches!(*req.method(), Method::GET | Method::HEAD) {
        // Browsers send the site of a request (Fetch Metadata). Without it the origin must be ours.
        let site = text(headers, "Sec-Fetch-Site");
        let ours = match site {
            "same-origin" | "none" => true,
            "" => text(headers, "Origin") == app.config.base_url,
            _ => false,
        };
        if !ours {
            return Err(AppError::CrossSite);
        }
    } else if let Some(slug) = path
        .strip_prefix("/organizations/")
        .and_then(|rest| rest.split('/').next())
        && slug.bytes().any(|b| b.is_ascii_uppercase())
    {
        let lower = req.uri().to_string().replacen(slug, &slug.to_lowercase(), 1);
        return Ok(Some(
            HttpResponse::PermanentRedirect()
                .insert_header((header::LOCATION, lower))
                .finish(),
        ));
    }
    Ok(None)
}

/// The headers of every response.
fn secure(response: &mut ServiceResponse<BoxBody>, app: &App, request: &RequestInfo) {
    let policy = response.response().extensions().get::<ContentPolicy>().copied();
    let headers = response.headers_mut();
    let mut set = |name: &'static str, value: HeaderValue| {
        headers.insert(HeaderName::from_static(name), value);
    };
    if let Ok(id) = HeaderValue::from_str(&request.id) {
        set("x-request-id", id);
    }
    let policy = policy.map_or(CSP, ContentPolicy::header);
    set("content-security-policy", HeaderValue::from_static(policy));
    set("x-content-type-options", HeaderValue::from_static("nosniff"));
    set("referrer-policy", HeaderValue::from_static("same-origin"));
    set("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    if app.config.is_https() {
        let value = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        set("strict-transport-security", value);
    }
    if !request.path.starts_with("/static/") {
        set("cache-control", HeaderValue::from_static("no-store"));
        let value = HeaderValue::from_static("Cookie, HX-Request, Accept-Encoding");
        set("vary", value);
    }
}

/// One line a request. A path may contain a secret and a query a name, so the line has the pattern of the route, with
/// organization and actor.
fn log(response: &ServiceResponse<BoxBody>, request: &RequestInfo, took: std::time::Duration) {
    let route = response.request().match_pattern().unwrap_or_else(|| "-".into());
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
