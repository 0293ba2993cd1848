//! What can go wrong with a request, as one type. The outer middleware renders it as a page.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};

use crate::common::confirm::ConfirmReason;
use crate::common::problem::Problem;

/// Why a request was not served.
#[derive(Debug)]
pub enum AppError {
    /// Not signed in: redirects to the sign-in page, and back afterwards.
    SignedOut,
    /// Signed in, but the address isn't verified yet: redirects to the verification page.
    Unverified,
    /// The person has to prove again who they are: redirects to where they do, and back afterwards.
    Confirm(ConfirmReason),
    /// The organization requires a second factor, and the session has none. The name of the organization, and whether the account
    /// has one.
    SecondFactor(String, bool),
    /// It doesn't exist, or belongs to another tenant: both look alike.
    NotFound,
    /// The organization has a new address; the slug of it.
    Moved(String),
    /// The company has a new address; the slug of it.
    CompanyMoved(String),
    /// A member without the permission.
    Forbidden(Box<Refusal>),
    /// The request came from another site, or without saying where it comes from.
    CrossSite,
    /// The `Host` is not the one of the base URL.
    Misdirected,
    /// The form can't be read at all; it is not an error of one field.
    Unreadable(String),
    /// The body of the request arrived too slowly.
    TooSlow,
    /// Too many requests from this sender.
    TooMany(String),
    /// What the API answers, in words of its own.
    Problem(Box<Problem>),
    /// The database or the pool does not answer in time.
    Busy,
    /// A background job's lease ran out and another worker has the job.
    LeaseLost,
    /// The disk is full.
    DiskFull,
    /// A defect. The text is logged, never shown.
    Internal(String),
}

/// What the refusal page says.
#[derive(Debug, Default)]
pub struct Refusal {
    /// The label of the missing permission, such as "Invite members".
    pub permission: String,
    /// The key of the permission, for an access request.
    pub key: &'static str,
    /// The slug of the organization where it is missing.
    pub slug: String,
    /// Name and address of people who can grant it.
    pub people: Vec<(String, String)>,
    /// A reason other than a missing permission, such as ended access.
    pub reason: Option<String>,
    /// The slug of the company where it is missing, if it is one company.
    pub company: Option<String>,
    /// Whether the member can request it.
    pub may_ask: bool,
}

impl AppError {
    /// A defect; `what` is logged.
    pub fn internal(what: impl std::fmt::Display) -> Self {
        Self::Internal(what.to_string())
    }

    /// What does not exist, as a problem of the field that names it.
    #[must_use]
    pub fn or_problem(self, problem: impl FnOnce() -> Problem) -> Self {
        match self {
            Self::NotFound | Self::CompanyMoved(_) | Self::Forbidden(_) => problem().into(),
            other => other,
        }
    }
}

impl std::fmt::Display for AppError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Internal(what) => write!(f, "internal: {what}"),
            Self::Unreadable(what) => write!(f, "unreadable: {what}"),
            other => write!(f, "{other:?}"),
        }
    }
}

impl ResponseError for AppError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::SignedOut | Self::Unverified | Self::Confirm(_) => StatusCode::SEE_OTHER,
            Self::Moved(_) | Self::CompanyMoved(_) => StatusCode::PERMANENT_REDIRECT,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Forbidden(_) | Self::CrossSite | Self::SecondFactor(..) => StatusCode::FORBIDDEN,
            Self::Misdirected => StatusCode::MISDIRECTED_REQUEST,
            Self::Unreadable(_) => StatusCode::BAD_REQUEST,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Problem(problem) => problem.status,
            Self::Busy | Self::LeaseLost | Self::DiskFull => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

impl From<diesel::result::Error> for AppError {
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::{DatabaseErrorKind, Error};
        match &error {
            Error::NotFound => Self::NotFound,
            Error::DatabaseError(DatabaseErrorKind::ClosedConnection, _) | Error::BrokenTransactionManager => {
                Self::Busy
            }
            Error::DatabaseError(_, info) => {
                let message = info.message();
                if message.contains("disk is full") || message.contains("No space left") {
                    Self::DiskFull
                } else if message.contains("database is locked")
                    || message.contains("deadlock detected")
                    || message.contains("canceling statement due to")
                    || message.contains("server closed the connection")
                    || message.contains("no connection to the server")
                    || message.contains("terminating connection")
                    || message.contains("could not receive data")
                    || message.contains("could not send data")
                {
                    Self::Busy
                } else {
                    Self::Internal(error.to_string())
                }
            }
            _ => Self::Internal(error.to_string()),
        }
    }
}

impl From<Problem> for AppError {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

/// Stored JSON is the product's own.
impl From<serde_json::Error> for AppError {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(error)
    }
}

impl From<askama::Error> for AppError {
    fn from(error: askama::Error) -> Self {
        Self::internal(error)
    }
}

/// What a change of a service can fail with. It is either a refusal that a page explains, or an [`AppError`] that the outer
/// layer answers. Either way the transaction is rolled back.
pub trait ChangeError: From<AppError> + Send + 'static {
    /// The error that is not a refusal, if it is one.
    fn failure(&self) -> Option<&AppError>;
}

impl ChangeError for AppError {
    fn failure(&self) -> Option<&AppError> {
        Some(self)
    }
}

/// Makes an enum with a variant `Failed(AppError)` a [`ChangeError`], so that `?` works on reads inside a change.
#[macro_export]
macro_rules! change_error {
    ($($name:ty),+ $(,)?) => {$(
        impl From<$crate::common::error::AppError> for $name {
            fn from(error: $crate::common::error::AppError) -> Self { Self::Failed(error) }
        }

        impl From<diesel::result::Error> for $name {
            fn from(error: diesel::result::Error) -> Self { Self::Failed(error.into()) }
        }

        impl $crate::common::error::ChangeError for $name {
            fn failure(&self) -> Option<&$crate::common::error::AppError> {
                match self {
                    Self::Failed(error) => Some(error),
                    #[allow(unreachable_patterns, reason = "an enum may have no other variant yet")]
                    _ => None,
                }
            }
        }
    )+};
}
