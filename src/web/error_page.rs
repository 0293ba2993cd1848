//! The page of every error, or its redirect.

mod words;

use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::header;
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpResponse, HttpResponseBuilder};
use askama::Template;

use crate::app::{App, Ctx, RequestInfo};
use crate::common::error::{AppError, Refusal};
use crate::common::html::{came_from, query_value};
use crate::web::error_page::words::{of_error, of_status};
use crate::web::kept_form;
use crate::web::layout::Layout;
use crate::web::problem::{document, is_api};
use crate::web::route_tree::pattern;

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    layout: Layout,
    status: u16,
    title: String,
    text: String,
    permission: Option<String>,
    people: Vec<(String, String)>,
    home: &'static str,
    ask: Option<AccessRequestLink>,
    /// Path and words of the button that leads to what is missing.
    fix: Option<(String, &'static str)>,
}

/// What can be requested, and where.
struct AccessRequestLink {
    slug: String,
    key: &'static str,
    company: Option<String>,
}

/// Gives every error its page or its redirect.
pub fn dressed(response: ServiceResponse<BoxBody>, app: &App, request: &Arc<RequestInfo>) -> ServiceResponse<BoxBody> {
    let error = response
        .response()
        .error()
        .and_then(actix_web::Error::as_error::<AppError>);
    let bare = response.status().is_client_error() || response.status().is_server_error();
    if error.is_none() && (!bare || response.headers().contains_key(header::CONTENT_TYPE)) {
        return response;
    }
    if is_api(&request.path) {
        let answer = document(&response, error, request);
        return response.into_response(answer).map_into_boxed_body();
    }
    let status = response.status();
    let answer = match error {
        Some(AppError::SignedOut) => {
            let mut answer = to_login(request, page_before(&response, app, request));
            kept_form::keep(&mut answer, response.request(), app, request);
            answer
        }
        Some(AppError::Confirm(reason)) => {
            let next = page_before(&response, app, request).unwrap_or("/");
            let next = query_value(next);
            let mut answer = elsewhere(request, &format!("/account/confirmation?why={reason}&next={next}"));
            kept_form::keep(&mut answer, response.request(), app, request);
            answer
        }
        Some(AppError::Unverified) => elsewhere(request, "/verify"),
        Some(AppError::Moved(slug)) => moved(&response, request, organization_path(&request.path, slug)),
        Some(AppError::CompanyMoved(slug)) => moved(&response, request, company_path(&request.path, slug)),
        error => {
            if let Some(AppError::Internal(what)) = error {
                let route = pattern(response.request()).unwrap_or_default();
                tracing::error!(request_id = %request.id, %route, %what, "internal error");
            }
            let mut answer = page(status, error, app, request);
            if let Some(allowed) = response.headers().get(header::ALLOW) {
                answer.headers_mut().insert(header::ALLOW, allowed.clone());
            }
            answer
        }
    };
    response.into_response(answer).map_into_boxed_body()
}

/// The page to go back to. The path of a form has no page: it is the one that the form was on.
fn page_before<'a>(response: &'a ServiceResponse<BoxBody>, app: &App, request: &'a RequestInfo) -> Option<&'a str> {
    match *response.request().method() {
        Method::GET | Method::HEAD => Some(request.path.as_str()),
        _ => came_from(response.request().headers(), &app.config.base_url),
    }
}

fn to_login(request: &RequestInfo, next: Option<&str>) -> HttpResponse {
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

fn elsewhere(request: &RequestInfo, path: &str) -> HttpResponse {
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

/// The same page under the organization's new slug. However the old slug was written (`%6Fld`), what follows stays as it is.
fn organization_path(path: &str, slug: &str) -> String {
    let after = path.strip_prefix("/organizations/").unwrap_or_default();
    let rest = after.find(['/', '?']).map_or("", |end| &after[end..]);
    format!("/organizations/{slug}{rest}")
}

/// The same page under the company's new slug.
fn company_path(path: &str, slug: &str) -> String {
    // An organization may be called “companies” too, so its slug is skipped.
    let start = "/organizations/".len();
    let found = path.get(start..).and_then(|rest| rest.find("/companies/"));
    let Some(at) = found.map(|found| start + found + "/companies/".len()) else {
        return path.to_owned();
    };
    let (before, after) = path.split_at(at);
    let rest = after.find(['/', '?']).map_or("", |end| &after[end..]);
    format!("{before}{slug}{rest}")
}

/// Redirects to another address of the same page. A form keeps its method and its fields (308, RFC 9110).
fn moved(response: &ServiceResponse<BoxBody>, request: &RequestInfo, there: String) -> HttpResponse {
    let mut builder = match *response.request().method() {
        Method::GET | Method::HEAD if request.fragment => return elsewhere(request, &there),
        Method::GET | Method::HEAD => HttpResponse::MovedPermanently(),
        // The form of a fragment too: fetch follows the redirect.
        _ => HttpResponse::PermanentRedirect(),
    };
    builder.insert_header((header::LOCATION, there)).finish()
}

fn page(status: StatusCode, error: Option<&AppError>, app: &App, request: &Arc<RequestInfo>) -> HttpResponse {
    let cx = Ctx {
        app: app.clone(),
        now: app.clock.now(),
        request: request.clone(),
        flash: None,
    };
    let refusal = match error {
        Some(AppError::Forbidden(refusal)) => Some(refusal),
        _ => None,
    };
    let missing = refusal.filter(|refusal| refusal.reason.is_none());
    let (title, text) = match error {
        Some(error) => of_error(error, status, request),
        None => of_status(status, request),
    };
    let page = ErrorPage {
        layout: Layout::bare(&cx),
        status: status.as_u16(),
        title: title.to_owned(),
        text,
        permission: missing.map(|refusal| refusal.permission.clone()),
        people: refusal.map(|refusal| refusal.people.clone()).unwrap_or_default(),
        ask: missing.and_then(|refusal| AccessRequestLink::of(refusal)),
        home: "/organizations",
        fix: match error {
            Some(AppError::SecondFactor(_, enrolled)) => Some(second_factor_fix(*enrolled, request)),
            _ => None,
        },
    };
    let body = page.render().unwrap_or_else(|_| format!("{} {title}", status.as_u16()));
    let mut builder = HttpResponseBuilder::new(status);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        builder.insert_header((header::RETRY_AFTER, "5"));
    }
    builder.content_type("text/html; charset=utf-8").body(body)
}

/// Where the missing second factor is set up, or given.
fn second_factor_fix(enrolled: bool, request: &RequestInfo) -> (String, &'static str) {
    let next = query_value(&request.path);
    if enrolled {
        (format!("/account/confirmation?next={next}"), "Enter a code")
    } else {
        (
            format!("/account/two-factor?next={next}"),
            "Set up two-factor authentication",
        )
    }
}

impl AccessRequestLink {
    fn of(refusal: &Refusal) -> Option<Self> {
        refusal.may_ask.then(|| Self {
            slug: refusal.slug.clone(),
            key: refusal.key,
            company: refusal.company.clone(),
        })
    }
}
