//! Reports as documents.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::common::decimal;
use crate::common::error::AppError;
use crate::services::reports::{CostSection, Figures};

/// Costs in minor units of the currency.
#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the API names the unit of each amount")]
pub struct CostsDocument {
    pub voice_minor: i64,
    pub sms_minor: i64,
    pub self_healing_minor: i64,
    pub fees_minor: i64,
    pub tax_minor: i64,
    pub total_minor: i64,
}

/// Usage, figures and costs.
#[derive(Serialize, ToSchema)]
pub struct FiguresDocument {
    pub cases_open: Option<i64>,
    pub cases_new: i64,
    pub cases_closed: i64,
    pub campaigns_active: Option<i64>,
    pub placed_minor: i64,
    pub recovered_minor: i64,
    /// By meter.
    #[schema(value_type = BTreeMap<String, f64>, example = json!({"calls": 120, "voice_seconds": 5400.5}))]
    pub quantities: BTreeMap<&'static str, Box<RawValue>>,
    /// Null without a rate card, and where the key may not read costs.
    pub costs: Option<CostsDocument>,
}

/// What one company used and reported.
#[derive(Serialize, ToSchema)]
pub struct ReportLineDocument {
    /// Null for all that were deleted or moved away.
    pub company: Option<String>,
    pub name: Option<String>,
    #[serde(flatten)]
    pub figures: FiguresDocument,
}

/// A report. When there are more companies, the header `Link` has the address of the next page.
#[derive(Serialize, ToSchema)]
pub struct ReportDocument {
    pub from: String,
    pub to: String,
    pub time_zone: String,
    pub currency: Option<&'static str>,
    pub total: FiguresDocument,
    pub data: Vec<ReportLineDocument>,
}

/// What is said of figures. `sees`: whether with costs.
pub fn figures(figures: &Figures, sees: bool) -> Result<FiguresDocument, AppError> {
    let quantities = figures
        .quantities
        .iter()
        .map(|(meter, micro)| {
            let number = RawValue::from_string(decimal::text(micro, 6, 0)).map_err(AppError::internal)?;
            Ok((meter.as_str(), number))
        })
        .collect::<Result<_, AppError>>()?;
    Ok(FiguresDocument {
        cases_open: figures.latest.cases_open,
        cases_new: figures.facts.cases_new,
        cases_closed: figures.facts.cases_closed,
        campaigns_active: figures.latest.campaigns_active,
        placed_minor: figures.facts.placed_minor,
        recovered_minor: figures.facts.recovered_minor,
        quantities,
        costs: sees.then(|| CostsDocument {
            voice_minor: figures.section(CostSection::Voice),
            sms_minor: figures.section(CostSection::Sms),
            self_healing_minor: figures.section(CostSection::SelfHealing),
            fees_minor: figures.section(CostSection::Fees),
            tax_minor: figures.cost().tax,
            total_minor: figures.cost().total(),
        }),
    })
}
