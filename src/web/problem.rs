//! The errors of the API, as problem documents in place of pages.

use actix_web::HttpResponse;
use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::header;

use crate::app::RequestInfo;
use crate::common::error::AppError;
use crate::common::problem::Problem;
use crate::web::route_tree::pattern;

/// Whether a path is of the API.
pub fn is_api(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/")
}

/// The problem document of an error.
pub fn document(response: &ServiceResponse<BoxBody>, error: Option<&AppError>, request: &RequestInfo) -> HttpResponse {
    if let Some(AppError::Internal(what)) = error {
        let route = pattern(response.request()).unwrap_or_default();
        tracing::error!(request_id = %request.id, %route, %what, "internal error");
    }
    if let Some(AppError::CompanyMoved(slug)) = error {
        return moved(request, slug);
    }
    let problem = error.map_or_else(|| Problem::of_status(response.status()), Problem::of);
    let mut answer = problem.respond(&request.id);
    if let Some(allowed) = response.headers().get(header::ALLOW) {
        answer.headers_mut().insert(header::ALLOW, allowed.clone());
    }
    answer
}

/// The same address with the present slug of the company (RFC 9110, 15.4.9).
fn moved(request: &RequestInfo, slug: &str) -> HttpResponse {
    let (before, after) = request.path.split_once("/companies/").unwrap_or((&request.path, ""));
    let rest = after.find(['/', '?']).map_or("", |end| &after[end..]);
    HttpResponse::PermanentRedirect()
        .insert_header((header::LOCATION, format!("{before}/companies/{slug}{rest}")))
        .finish()
}
