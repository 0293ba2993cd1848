//! Which requests reach a handler: those to this host, with a method that the path knows, and no form of another site. Other
//! spellings of an address are redirected to the usual one.

use std::net::{IpAddr, SocketAddr};

use actix_web::HttpResponse;
use actix_web::dev::ServiceRequest;
use actix_web::http::header::{self, HeaderMap};
use actix_web::http::{Method, StatusCode};

use crate::app::App;
use crate::common::error::AppError;
use crate::web::problem::is_api;
use crate::web::route_tree::Routes;

/// The answer to a method that the path does not know (RFC 9110, 15.5.6).
pub fn method_not_allowed(allowed: &str) -> HttpResponse {
    HttpResponse::build(StatusCode::METHOD_NOT_ALLOWED)
        .insert_header((header::ALLOW, allowed))
        .finish()
}

/// The text of a header, or an empty one.
pub fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// Every line of a header; one that is no text is empty, so that nobody can make a later line the last.
pub fn lines<'a>(headers: &'a HeaderMap, name: &'static str) -> impl Iterator<Item = &'a str> {
    headers.get_all(name).map(|value| value.to_str().unwrap_or_default())
}

/// Who is connected. A socket for both families gives IPv4 addresses as IPv6.
pub fn peer(req: &ServiceRequest) -> Option<IpAddr> {
    req.peer_addr().map(|addr| addr.ip().to_canonical())
}

/// The address of a hop, which some proxies write with a port.
pub fn address(hop: &str) -> Option<IpAddr> {
    let bare = hop.trim_start_matches('[').trim_end_matches(']');
    let ip = bare
        .parse()
        .ok()
        .or_else(|| hop.parse().ok().map(|addr: SocketAddr| addr.ip()));
    ip.map(|ip: IpAddr| ip.to_canonical())
}

/// Refuses a foreign host or origin, answers an unknown method, and redirects other spellings of an address.
pub fn admit(req: &ServiceRequest, app: &App) -> Result<Option<HttpResponse>, AppError> {
    // Probes use the IP address, not the host name.
    if !req.path().starts_with("/health/") && !is_our_host(req, app) {
        return Err(AppError::Misdirected);
    }
    // Answered here, so that a wrong method is not reported as a form of another site. What the router finds for a path in
    // percent-encoding may differ, so no check below is left out because of this one.
    if let Some(allowed) = methods(req, req.path())
        && !allowed.split(", ").any(|known| known == req.method().as_str())
    {
        return Ok(Some(method_not_allowed(allowed)));
    }
    if matches!(*req.method(), Method::GET | Method::HEAD) {
        return Ok(usual_address(req).map(|there| {
            HttpResponse::PermanentRedirect()
                .insert_header((header::LOCATION, there))
                .finish()
        }));
    }
    // The API knows no cookies, so no other site can send what a browser keeps.
    if is_api(req.path()) {
        return Ok(None);
    }
    // Browsers send the site of a request (Fetch Metadata). Without it the origin must be ours.
    let headers = req.headers();
    let ours = match text(headers, "Sec-Fetch-Site") {
        "same-origin" | "none" => true,
        "" => text(headers, "Origin") == app.config.base_url,
        _ => false,
    };
    if ours { Ok(None) } else { Err(AppError::CrossSite) }
}

/// The methods of a path, if the table has it.
fn methods<'a>(req: &'a ServiceRequest, path: &str) -> Option<&'a str> {
    let Routes(tree) = req.app_data()?;
    tree.find(path).map(|place| place.allowed.as_str())
}

/// The address without a trailing slash and with the slug in small letters, if the request has another one. It is always a
/// path of the table: `//evil.example/` has no address here, and so leads nowhere.
fn usual_address(req: &ServiceRequest) -> Option<String> {
    let given = req.path();
    let short = given.trim_end_matches('/');
    let mut path = given;
    if short != given && methods(req, short).is_some() {
        path = short;
    }
    let mut usual = None;
    if let Some(rest) = path.strip_prefix("/organizations/") {
        let slug = rest.split('/').next().unwrap_or_default();
        if slug.bytes().any(|b| b.is_ascii_uppercase()) {
            usual = Some(path.replacen(slug, &slug.to_lowercase(), 1));
        }
    }
    if usual.is_none() && path == given {
        return None;
    }
    let path = usual.unwrap_or_else(|| path.to_owned());
    match req.uri().query() {
        Some(query) => Some(format!("{path}?{query}")),
        None => Some(path),
    }
}

fn is_our_host(req: &ServiceRequest, app: &App) -> bool {
    let headers = req.headers();
    let by_proxy = peer(req).is_some_and(|peer| app.config.is_proxy(peer));
    // The last one is what the proxy beside this instance says.
    let forwarded = lines(headers, "X-Forwarded-Host").last().unwrap_or_default();
    let forwarded = forwarded.rsplit(',').next().unwrap_or_default().trim();
    let host = if by_proxy && !forwarded.is_empty() {
        forwarded
    } else {
        text(headers, "Host")
    };
    app.config.is_own_host(host, by_proxy)
}
