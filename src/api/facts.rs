//! The figures of a company's day: cases, campaigns, amounts placed and recovered.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Deserializer, Serialize};

use crate::api::{body, json};
use crate::api_auth::ApiCompanyGate;
use crate::authz::permission::EditCompanyData;
use crate::authz::scope::FactsWrite;
use crate::common::day::Day;
use crate::common::error::AppError;
use crate::common::problem::Problem;
use crate::models::usage::facts::DayFacts;
use crate::services::usage::facts;
use crate::services::usage::facts::{DAYS_BACK, FactsError, LARGEST};

/// All figures of a day. One that is missing is not reported.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WholeFacts {
    cases_open: Option<i64>,
    cases_new: Option<i64>,
    cases_closed: Option<i64>,
    campaigns_active: Option<i64>,
    placed_minor: Option<i64>,
    recovered_minor: Option<i64>,
}

/// A figure that is named, also with null, which takes it back.
#[derive(Deserialize)]
#[serde(from = "Option<i64>")]
struct NamedFigure(Option<i64>);

impl From<Option<i64>> for NamedFigure {
    fn from(figure: Option<i64>) -> Self {
        Self(figure)
    }
}

/// The figures that are named.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NamedFacts {
    #[serde(default, deserialize_with = "named")]
    cases_open: Option<NamedFigure>,
    #[serde(default, deserialize_with = "named")]
    cases_new: Option<NamedFigure>,
    #[serde(default, deserialize_with = "named")]
    cases_closed: Option<NamedFigure>,
    #[serde(default, deserialize_with = "named")]
    campaigns_active: Option<NamedFigure>,
    #[serde(default, deserialize_with = "named")]
    placed_minor: Option<NamedFigure>,
    #[serde(default, deserialize_with = "named")]
    recovered_minor: Option<NamedFigure>,
}

fn named<'de, D: Deserializer<'de>>(value: D) -> Result<Option<NamedFigure>, D::Error> {
    NamedFigure::deserialize(value).map(Some)
}

#[derive(Serialize)]
struct FactsDocument {
    company: String,
    day: String,
    cases_open: Option<i64>,
    cases_new: Option<i64>,
    cases_closed: Option<i64>,
    campaigns_active: Option<i64>,
    placed_minor: Option<i64>,
    recovered_minor: Option<i64>,
}

type FactsGate = ApiCompanyGate<EditCompanyData, FactsWrite>;

/// The company, which the gate reads, and the day.
type FactsPath = web::Path<(String, String)>;

/// `PUT /api/v1/companies/{company}/facts/{date}`
pub async fn create(gate: FactsGate, path: FactsPath, payload: web::Payload) -> Result<HttpResponse, AppError> {
    let sent: WholeFacts = body::read(&body::bytes(payload).await?)?;
    let facts = DayFacts {
        cases_open: sent.cases_open,
        cases_new: sent.cases_new,
        cases_closed: sent.cases_closed,
        campaigns_active: sent.campaigns_active,
        placed_minor: sent.placed_minor,
        recovered_minor: sent.recovered_minor,
    };
    set(gate, &path.1, move |_| facts).await
}

/// `PATCH /api/v1/companies/{company}/facts/{date}`
pub async fn update(gate: FactsGate, path: FactsPath, payload: web::Payload) -> Result<HttpResponse, AppError> {
    let sent: NamedFacts = body::read(&body::bytes(payload).await?)?;
    let of = |sent: Option<NamedFigure>, present| sent.map_or(present, |named| named.0);
    set(gate, &path.1, move |present| DayFacts {
        cases_open: of(sent.cases_open, present.cases_open),
        cases_new: of(sent.cases_new, present.cases_new),
        cases_closed: of(sent.cases_closed, present.cases_closed),
        campaigns_active: of(sent.campaigns_active, present.campaigns_active),
        placed_minor: of(sent.placed_minor, present.placed_minor),
        recovered_minor: of(sent.recovered_minor, present.recovered_minor),
    })
    .await
}

async fn set(
    gate: FactsGate,
    date: &str,
    change: impl FnOnce(DayFacts) -> DayFacts + Send + 'static,
) -> Result<HttpResponse, AppError> {
    let day = Day::parse(date).ok_or_else(|| Problem::invalid("date", "Send a day that exists, like 2026-11-28."))?;
    let done = gate
        .try_write(move |actor, company, conn| {
            let (facts, events) = facts::set(conn, actor, company, day, change)?;
            Ok(((company.slug.clone(), facts), events))
        })
        .await;
    let (company, facts) = match done {
        Ok(done) => done,
        Err(error) => return Err(refused(error)),
    };
    json(&FactsDocument {
        company,
        day: day.iso(),
        cases_open: facts.cases_open,
        cases_new: facts.cases_new,
        cases_closed: facts.cases_closed,
        campaigns_active: facts.campaigns_active,
        placed_minor: facts.placed_minor,
        recovered_minor: facts.recovered_minor,
    })
}

fn refused(error: FactsError) -> AppError {
    match error {
        FactsError::Archived => Problem::new(
            "company-archived",
            StatusCode::CONFLICT,
            "The company is archived",
            "Restore it first.",
        )
        .into(),
        FactsError::InTheFuture => {
            Problem::invalid("date", "The day has not begun in the organization’s time zone.").into()
        }
        FactsError::TooOld => Problem::invalid("date", format!("The day is more than {DAYS_BACK} days ago.")).into(),
        FactsError::OutOfRange(name) => {
            Problem::invalid(name, format!("Send a whole number from 0 to {LARGEST}.")).into()
        }
        FactsError::Failed(error) => error,
    }
}
