//! The answer to a change, as it is sent and kept.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue, LOCATION, RETRY_AFTER};
use serde::Serialize;

use crate::common::error::{AppError, ChangeError};
use crate::common::problem;
use crate::common::problem::Problem;

const JSON: &str = "application/json";

/// Says that an answer was given before.
static REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// An answer of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: StatusCode,
    pub content_type: String,
    /// The address of what was created.
    pub location: Option<String>,
    pub body: String,
}

impl Answer {
    pub fn new(status: StatusCode, document: &impl Serialize) -> Result<Self, AppError> {
        Ok(Self {
            status,
            content_type: JSON.to_owned(),
            location: None,
            body: serde_json::to_string(document).map_err(AppError::internal)?,
        })
    }

    pub fn ok(document: &impl Serialize) -> Result<Self, AppError> {
        Self::new(StatusCode::OK, document)
    }

    /// `location`: the path of what was created.
    pub fn created(location: String, document: &impl Serialize) -> Result<Self, AppError> {
        Ok(Self {
            location: Some(location),
            ..Self::new(StatusCode::CREATED, document)?
        })
    }

    /// Nothing to say.
    pub fn none() -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            content_type: String::new(),
            location: None,
            body: String::new(),
        }
    }

    fn problem(problem: &Problem, request_id: &str) -> Self {
        Self {
            status: problem.status,
            content_type: problem::CONTENT_TYPE.to_owned(),
            location: None,
            body: problem.document(request_id),
        }
    }

    /// `replayed`: whether it was given before.
    pub fn respond(self, replayed: bool) -> HttpResponse {
        let mut builder = HttpResponse::build(self.status);
        if !self.content_type.is_empty() {
            builder.content_type(self.content_type);
        }
        if let Some(location) = self.location {
            builder.insert_header((LOCATION, location));
        }
        if replayed {
            builder.insert_header((REPLAYED.clone(), HeaderValue::from_static("true")));
        }
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            builder.insert_header((RETRY_AFTER, "5"));
        }
        builder.body(self.body)
    }
}

/// Why nothing was changed.
#[derive(Debug)]
pub enum Refused {
    /// With an answer of its own, which is no problem document.
    Answered(Answer),
    Failed(AppError),
}

impl From<AppError> for Refused {
    fn from(error: AppError) -> Self {
        Self::Failed(error)
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::Failed(problem.into())
    }
}

impl From<diesel::result::Error> for Refused {
    fn from(error: diesel::result::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl ChangeError for Refused {
    fn failure(&self) -> Option<&AppError> {
        match self {
            Self::Failed(error) => Some(error),
            Self::Answered(_) => None,
        }
    }
}

impl Refused {
    /// The answer, if a repeated request would get it again: the request itself is wrong. Who may make it, how often, and what the
    /// server can do at the moment may be different the next time.
    pub fn lasting(&self, request_id: &str) -> Option<Answer> {
        let error = match self {
            Self::Answered(answer) => return Some(answer.clone()),
            Self::Failed(error) => error,
        };
        if matches!(error, AppError::CompanyMoved(_) | AppError::Moved(_)) {
            return None;
        }
        let problem = Problem::of(error);
        let passes = matches!(
            problem.status,
            StatusCode::UNAUTHORIZED
                | StatusCode::FORBIDDEN
                | StatusCode::REQUEST_TIMEOUT
                | StatusCode::TOO_MANY_REQUESTS
        );
        let of_client = problem.status.is_client_error() && !passes && problem.retry_after.is_none();
        of_client.then(|| Answer::problem(&problem, request_id))
    }

    pub fn into_result(self) -> Result<HttpResponse, AppError> {
        match self {
            Self::Answered(answer) => Ok(answer.respond(false)),
            Self::Failed(error) => Err(error),
        }
    }
}
