//! Who makes a request to the API: a key, and nothing else. A cookie means nothing there, and a key means nothing elsewhere.
//!
//! The signature of a handler names what it needs: `ApiGate<ViewCompany, CompaniesRead>` (a permission in the organization of
//! the key, and a scope) or `ApiCompanyGate<ViewCompany, CompaniesRead>` (the same in the company of the path). They give the
//! services the same `Actor` as the gates of `auth`: the key's owner, with what the scopes and the company of the key leave of
//! the permissions that the owner has now.

pub mod answer;
mod authenticate;
mod call;
pub mod company_gate;
pub mod gate;
mod idempotency;

use std::future::{Ready, ready};
use std::marker::PhantomData;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpMessage, HttpRequest};

pub use crate::api_auth::answer::{Answer, Refused};
use crate::api_auth::call::ApiCall;
pub use crate::api_auth::company_gate::{ApiCompanyGate, company_named};
pub use crate::api_auth::gate::ApiGate;
use crate::api_auth::idempotency::RepeatableRequest;
use crate::app::ReceivedBody;
use crate::auth::request::RequestState;
use crate::authz::permission::Permission;
use crate::authz::scope::RouteScope;
use crate::common::api_key;
use crate::common::error::AppError;
use crate::common::problem::Problem;

/// A request with an API key, which is checked when the gate is used. It takes no I/O.
fn call(req: &HttpRequest) -> Result<ApiCall, AppError> {
    let mut state = RequestState::without_cookie(req)?;
    state.request.page.never_store();
    let Some(sent) = req.headers().get(AUTHORIZATION) else {
        return Err(missing().into());
    };
    let sent = sent.to_str().unwrap_or_default();
    let (scheme, key) = sent.split_once(' ').unwrap_or((sent, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(missing().into());
    }
    let key = api_key::parse(key.trim()).ok_or_else(|| {
        Problem::new(
            "invalid-key-format",
            StatusCode::UNAUTHORIZED,
            "This is not an API key",
            "A key begins with tnt_live_ and has 58 characters. Part of this one is missing or wrong. Copy the key again.",
        )
    })?;
    state.token = Some(key);
    let ReceivedBody(body) = req.extensions().get::<ReceivedBody>().cloned().unwrap_or_default();
    Ok(ApiCall {
        repeatable: RepeatableRequest::read(req, &state.request, &body),
        body,
        pass: state,
    })
}

fn missing() -> Problem {
    Problem::new(
        "missing-key",
        StatusCode::UNAUTHORIZED,
        "An API key is missing",
        "Send the header “Authorization: Bearer” with an API key.",
    )
}

impl<P: Permission, S: RouteScope> FromRequest for ApiGate<P, S> {
    type Error = AppError;
    type Future = Ready<Result<Self, AppError>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(call(req).map(|call| Self {
            call,
            what: PhantomData,
        }))
    }
}

impl<P: Permission, S: RouteScope> FromRequest for ApiCompanyGate<P, S> {
    type Error = AppError;
    type Future = Ready<Result<Self, AppError>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let company = req.match_info().get("company").unwrap_or_default().to_owned();
        ready(call(req).map(|call| Self {
            call,
            company,
            what: PhantomData,
        }))
    }
}
