//! The figures of a company's day: cases, campaigns, amounts placed and recovered.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::body::{self, Named};
use crate::api::companies::archived;
use crate::api_auth::{Answer, ApiCompanyGate, Refused};
use crate::authz::permission::EditCompanyData;
use crate::authz::scope::FactsWrite;
use crate::common::day::Day;
use crate::common::error::AppError;
use crate::common::problem::Problem;
use crate::models::usage::facts::DayFacts;
use crate::services::usage::facts;
use crate::services::usage::facts::{DAYS_BACK, FactsError, LARGEST};

/// All figures of a day. One that is missing is not reported.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WholeFacts {
    #[schema(minimum = 0, maximum = 1_000_000_000_000_000_i64, example = 412)]
    cases_open: Option<i64>,
    #[schema(minimum = 0, maximum = 1_000_000_000_000_000_i64, example = 18)]
    cases_new: Option<i64>,
    #[schema(minimum = 0, maximum = 1_000_000_000_000_000_i64, example = 9)]
    cases_closed: Option<i64>,
    #[schema(minimum = 0, maximum = 1_000_000_000_000_000_i64, example = 3)]
    campaigns_active: Option<i64>,
    #[schema(minimum = 0, maximum = 1_000_000_000_000_000_i64, example = 1_250_000)]
    placed_minor: Option<i64>,
    #[schema(minimum = 0, maximum = 1_000_000_000_000_000_i64, example = 84500)]
    recovered_minor: Option<i64>,
}

/// The figures that are changed; `null` takes one back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NamedFacts {
    #[serde(default, deserialize_with = "body::named")]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 1_000_000_000_000_000_i64, example = 412)]
    cases_open: Named<i64>,
    #[serde(default, deserialize_with = "body::named")]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 1_000_000_000_000_000_i64, example = 18)]
    cases_new: Named<i64>,
    #[serde(default, deserialize_with = "body::named")]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 1_000_000_000_000_000_i64, example = 9)]
    cases_closed: Named<i64>,
    #[serde(default, deserialize_with = "body::named")]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 1_000_000_000_000_000_i64, example = 3)]
    campaigns_active: Named<i64>,
    #[serde(default, deserialize_with = "body::named")]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 1_000_000_000_000_000_i64, example = 1_250_000)]
    placed_minor: Named<i64>,
    #[serde(default, deserialize_with = "body::named")]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 1_000_000_000_000_000_i64, example = 84500)]
    recovered_minor: Named<i64>,
}

/// The figures of a day; `null` for one that was not reported. Amounts are in minor units of the organization's currency.
#[derive(Serialize, ToSchema)]
pub struct FactsDocument {
    /// The slug of the company.
    #[schema(example = "harbor-recovery")]
    company: String,
    day: Day,
    #[schema(example = 412)]
    cases_open: Option<i64>,
    #[schema(example = 18)]
    cases_new: Option<i64>,
    #[schema(example = 9)]
    cases_closed: Option<i64>,
    #[schema(example = 3)]
    campaigns_active: Option<i64>,
    #[schema(example = 1_250_000)]
    placed_minor: Option<i64>,
    #[schema(example = 84500)]
    recovered_minor: Option<i64>,
}

type FactsGate = ApiCompanyGate<EditCompanyData, FactsWrite>;

/// The company, which the gate reads, and the day.
type FactsPath = web::Path<(String, String)>;

/// Set the figures of a day
///
/// Sets all figures of a day that has begun in the organization's time zone, at most 800 days ago. One that is missing is not reported.
#[utoipa::path(
    put, path = "/api/v1/companies/{company}/facts/{date}", tag = "Usage", operation_id = "set_facts",
    params(
        ("company" = String, Path, description = "Its slug or its id"),
        ("date" = Day, Path, description = "The day")
    ),
    request_body = WholeFacts,
    responses(
        (status = 200, description = "The figures as they are now", body = FactsDocument),
        (status = 409, description = "`company-archived`")
    )
)]
pub async fn create(gate: FactsGate, path: FactsPath) -> Result<HttpResponse, AppError> {
    let sent = body::read::<WholeFacts>(gate.body());
    let change = sent.map(|sent| {
        move |_| DayFacts {
            cases_open: sent.cases_open,
            cases_new: sent.cases_new,
            cases_closed: sent.cases_closed,
            campaigns_active: sent.campaigns_active,
            placed_minor: sent.placed_minor,
            recovered_minor: sent.recovered_minor,
        }
    });
    set(gate, &path.1, change).await
}

/// Change figures of a day
///
/// Sets the figures that are named. The others stay as they are.
#[utoipa::path(
    patch, path = "/api/v1/companies/{company}/facts/{date}", tag = "Usage", operation_id = "change_facts",
    params(
        ("company" = String, Path, description = "Its slug or its id"),
        ("date" = Day, Path, description = "The day")
    ),
    request_body = NamedFacts,
    responses(
        (status = 200, description = "The figures as they are now", body = FactsDocument),
        (status = 409, description = "`company-archived`")
    )
)]
pub async fn update(gate: FactsGate, path: FactsPath) -> Result<HttpResponse, AppError> {
    let sent = body::read::<NamedFacts>(gate.body());
    let of = |sent: Named<i64>, present| sent.unwrap_or(present);
    let change = sent.map(|sent| {
        move |present: DayFacts| DayFacts {
            cases_open: of(sent.cases_open, present.cases_open),
            cases_new: of(sent.cases_new, present.cases_new),
            cases_closed: of(sent.cases_closed, present.cases_closed),
            campaigns_active: of(sent.campaigns_active, present.campaigns_active),
            placed_minor: of(sent.placed_minor, present.placed_minor),
            recovered_minor: of(sent.recovered_minor, present.recovered_minor),
        }
    });
    set(gate, &path.1, change).await
}

async fn set(
    gate: FactsGate,
    date: &str,
    change: Result<impl FnOnce(DayFacts) -> DayFacts + Send + 'static, AppError>,
) -> Result<HttpResponse, AppError> {
    let day = Day::parse(date).ok_or_else(|| Problem::invalid("date", "Send a day that exists, like 2026-11-28."));
    gate.change(move |actor, company, conn| {
        let day = day?;
        let (facts, events) = facts::set(conn, actor, company, day, change?).map_err(refused)?;
        let document = FactsDocument {
            company: company.slug.clone(),
            day,
            cases_open: facts.cases_open,
            cases_new: facts.cases_new,
            cases_closed: facts.cases_closed,
            campaigns_active: facts.campaigns_active,
            placed_minor: facts.placed_minor,
            recovered_minor: facts.recovered_minor,
        };
        Ok((Answer::ok(&document)?, events))
    })
    .await
}

fn refused(error: FactsError) -> Refused {
    match error {
        FactsError::Archived => archived().into(),
        FactsError::InTheFuture => {
            Problem::invalid("date", "The day has not begun in the organization’s time zone.").into()
        }
        FactsError::TooOld => Problem::invalid("date", format!("The day is more than {DAYS_BACK} days ago.")).into(),
        FactsError::OutOfRange(name) => {
            Problem::invalid(name, format!("Send a whole number from 0 to {LARGEST}.")).into()
        }
        FactsError::Failed(error) => error.into(),
    }
}
