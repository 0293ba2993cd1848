//! What holds for every request before a handler sees it: its id, its sender, its host, its origin; and for every answer:
//! security headers, a log line, a page for each error.

use std::net::IpAddr;
use std::sync::Arc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpResponse, HttpResponseBuilder, web};
use askama::Template;

use crate::app::{App, Ctx, Request};
use crate::common::error::AppError;
use crate::common::html::{came_from, query_value, wants_fragment};
use crate::common::id::RawId;
use crate::web::layout::Layout;

const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What a page may load and be framed by, where it is not the usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// A page that shows one of this site in a frame.
    Frames,
    /// Foreign matter in such a frame: it may look like something and can do nothing.
    Framed,
}

impl Policy {
    fn header(self) -> String {
        match self {
            Self::Frames => format!("{CSP}; frame-src 'self'"),
            Self::Framed => "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'".to_owned(),
        }
    }
}

/// Gives an answer another policy than the usual one.
pub fn with_policy(mut response: HttpResponse, policy: Policy) -> HttpResponse {
    response.extensions_mut().insert(policy);
    response
}

/// The outermost layer.
pub async fn guard(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let Some(app) = req.app_data::<web::Data<App>>().map(|data| data.get_ref().clone()) else {
        return Err(AppError::internal("the house is app data").into());
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

/// What is known of a request before anything is asked of the database.
fn note(req: &ServiceRequest, app: &App) -> Request {
    let headers = req.headers();
    let peer = req.peer_addr().map(|addr| addr.ip());
    let trusted = |ip: IpAddr| app.config.trusted_proxies.iter().any(|net| net.contains(&ip));
    let mut ip = peer;
    if peer.is_some_and(trusted) {
        // From the right: the first hop that is no proxy of ours is the sender.
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
    Request {
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

/// Refuses a foreign host and a foreign origin; leads a slug in capitals to its one address.
fn admit(req: &ServiceRequest, app: &App) -> Result<Option<HttpResponse>, AppError> {
    let path = req.path();
    // Probes ask by address, not by name.
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
        // The browser says where a request comes from (Fetch Metadata); one that does not must at least name our origin.
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

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    layout: Layout,
    status: u16,
    title: String,
    text: String,
    permission: Option<String>,
    people: Vec<(String, String)>,
    home: String,
    ask: Option<Ask>,
}

/// What can be asked for, and where.
struct Ask {
    slug: String,
    key: &'static str,
    company: Option<String>,
}

/// Gives every error its page, or its way on.
fn dressed(response: ServiceResponse<BoxBody>, app: &App, request: &Arc<Request>) -> ServiceResponse<BoxBody> {
    let error = response
        .response()
        .error()
        .and_then(actix_web::Error::as_error::<AppError>);
    let bare = response.status().is_client_error() || response.status().is_server_error();
    if error.is_none() && (!bare || response.headers().contains_key(header::CONTENT_TYPE)) {
        return response;
    }
    let status = response.status();
    let answer = match error {
        Some(AppError::SignedOut) => {
            // A form's own address shows nothing when it is asked for afterwards: back to the page it stood on.
            let headers = response.request().headers();
            let next = match *response.request().method() {
                Method::GET | Method::HEAD => Some(request.path.as_str()),
                _ => came_from(headers, &app.config.base_url),
            };
            to_login(request, next)
        }
        Some(AppError::Unverified) => elsewhere(request, "/verify"),
        Some(AppError::Moved(slug)) => moved(&response, request, slug),
        error => {
            if let Some(AppError::Internal(what)) = error {
                let route = response.request().match_pattern().unwrap_or_default();
                tracing::error!(request_id = %request.id, %route, %what, "defect");
            }
            page(status, error, app, request)
        }
    };
    response.into_response(answer).map_into_boxed_body()
}

fn to_login(request: &Request, next: Option<&str>) -> HttpResponse {
    let next = next
        .filter(|next| *next != "/")
        .map_or_else(String::new, |next| format!("?next={}", query_value(next)));
    if request.fragment {
        HttpResponse::Unauthorized()
            .insert_header(("HX-Redirect", format!("/login{next}")))
            .finish()
    } else {
        HttpResponse::SeeOther()
            .insert_header((header::LOCATION, format!("/login{next}")))
            .finish()
    }
}

fn elsewhere(request: &Request, path: &str) -> HttpResponse {
    if request.fragment {
        HttpResponse::Unauthorized()
            .insert_header(("HX-Redirect", path))
            .finish()
    } else {
        HttpResponse::SeeOther()
            .insert_header((header::LOCATION, path))
            .finish()
    }
}

/// The same page under the organization's new slug. A form keeps its method and what was typed (308, RFC 9110).
fn moved(response: &ServiceResponse<BoxBody>, request: &Request, slug: &str) -> HttpResponse {
    // However the old slug was written (`%6Fld`): what follows it stays as it was asked.
    let after = request.path.strip_prefix("/organizations/").unwrap_or_default();
    let rest = after.find(['/', '?']).map_or("", |end| &after[end..]);
    let there = format!("/organizations/{slug}{rest}");
    let mut builder = match *response.request().method() {
        Method::GET | Method::HEAD if request.fragment => return elsewhere(request, &there),
        Method::GET | Method::HEAD => HttpResponse::MovedPermanently(),
        // A fragment's form too: fetch sends it again to where this leads.
        _ => HttpResponse::PermanentRedirect(),
    };
    builder.insert_header((header::LOCATION, there)).finish()
}

fn page(status: StatusCode, error: Option<&AppError>, app: &App, request: &Arc<Request>) -> HttpResponse {
    let cx = Ctx {
        app: app.clone(),
        now: app.clock.now(),
        request: request.clone(),
        flash: None,
    };
    let (mut permission, mut people, mut ask) = (None, Vec::new(), None);
    let (title, text): (&str, String) = match error {
        Some(AppError::Forbidden(refusal)) => {
            people.clone_from(&refusal.people);
            if let Some(reason) = &refusal.reason {
                ("No access at the moment", reason.clone())
            } else {
                permission = Some(refusal.permission.clone());
                ask = refusal.may_ask.then(|| Ask {
                    slug: refusal.slug.clone(),
                    key: refusal.key,
                    company: refusal.company.clone(),
                });
                (
                    "Your role does not allow this",
                    "What this page does needs a right that your role does not have.".into(),
                )
            }
        }
        Some(AppError::CrossSite) => (
            "This request came from another site",
            "Open the page here and try again.".into(),
        ),
        Some(AppError::Misdirected) => (
            "Nothing is served under this name",
            "Open the console under its own address.".into(),
        ),
        Some(AppError::Unreadable(what)) => ("This request cannot be read", what.clone()),
        Some(AppError::TooMany(what)) => ("Too many requests", what.clone()),
        Some(AppError::Busy) => (
            "The console is busy",
            "The database does not answer at the moment. Nothing was changed. Try again in a minute.".into(),
        ),
        Some(AppError::DiskFull) => (
            "The disk of the console is full",
            "Nothing was changed. Tell the people who run this console.".into(),
        ),
        _ => match status {
            StatusCode::NOT_FOUND => (
                "There is no such page",
                "The address may be mistyped, or what it led to is gone or belongs to somebody else.".into(),
            ),
            StatusCode::METHOD_NOT_ALLOWED => (
                "This cannot be done here",
                "Go back and use the buttons of the page.".into(),
            ),
            StatusCode::PAYLOAD_TOO_LARGE => ("That is too much at once", "Send less, in several steps.".into()),
            status if status.is_client_error() => ("This request cannot be read", "Go back and try again.".into()),
            _ => (
                "Something went wrong on our side",
                format!(
                    "Nothing was lost that you saw saved. If it happens again, name this number to the people who run this console: {}",
                    request.id
                ),
            ),
        },
    };
    let page = ErrorPage {
        layout: Layout::bare(&cx),
        status: status.as_u16(),
        title: title.to_owned(),
        text,
        permission,
        people,
        ask,
        home: "/organizations".into(),
    };
    let body = page.render().unwrap_or_else(|_| format!("{} {title}", status.as_u16()));
    let mut builder = HttpResponseBuilder::new(status);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        builder.insert_header((header::RETRY_AFTER, "5"));
    }
    builder.content_type("text/html; charset=utf-8").body(body)
}

/// The headers of every answer.
fn secure(response: &mut ServiceResponse<BoxBody>, app: &App, request: &Request) {
    let is_static = request.path.starts_with("/static/");
    let policy = response.response().extensions().get::<Policy>().copied();
    let policy = policy.map_or_else(|| CSP.to_owned(), Policy::header);
    let headers = response.headers_mut();
    let mut set = |name: &'static str, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    set("x-request-id", &request.id);
    set("content-security-policy", &policy);
    set("x-content-type-options", "nosniff");
    set("referrer-policy", "same-origin");
    set("cross-origin-opener-policy", "same-origin");
    if app.config.is_https() {
        set("strict-transport-security", "max-age=31536000; includeSubDomains");
    }
    if !is_static {
        set("cache-control", "no-store");
        set("vary", "Cookie, HX-Request, Accept-Encoding");
    }
}

/// One line a request. A path may hold a secret and a query a name: the route's pattern is told, with organization and actor.
fn log(response: &ServiceResponse<BoxBody>, request: &Request, took: std::time::Duration) {
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
