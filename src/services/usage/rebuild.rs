//! Makes the sums of usage anew from the events, a month at a time, while others write.

use std::collections::BTreeSet;

use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::common::day::Month;
use crate::common::error::AppError;
use crate::common::id::CompanyId;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::db::types::usage::SumScope;
use crate::models::usage::{fact_rebuild, rebuild, replace};

pub use crate::models::usage::fact_rebuild::months as months_of_figures;
pub use crate::models::usage::rebuild::{months, next_company};

/// Makes the sums of a company in a month anew. Returns how many differed.
pub fn company(conn: &mut Conn, organization: OrgId, company: CompanyId, month: Month) -> Result<usize, AppError> {
    organization.advisory_lock(conn)?;
    let right = rebuild::of_events(conn, organization, company, month)?;
    Ok(replace::replace(conn, organization, company.as_str(), month, &right)?)
}

/// Makes the sums of all companies together in a month anew. `companies`: all that have any. Returns how many differed.
pub fn together(
    conn: &mut Conn,
    organization: OrgId,
    companies: &BTreeSet<CompanyId>,
    month: Month,
) -> Result<usize, AppError> {
    organization.advisory_lock(conn)?;
    let active = rebuild::active(conn, organization)?;
    let mut wrong = 0;
    for scope in [SumScope::Active, SumScope::Archived] {
        let of_scope = |id: &&CompanyId| active.contains(id) == (scope == SumScope::Active);
        let ids: Vec<CompanyId> = companies.iter().filter(of_scope).copied().collect();
        let right = rebuild::of_companies(conn, organization, &ids, month)?;
        wrong += replace::replace(conn, organization, scope.as_str(), month, &right)?;
    }
    Ok(wrong)
}

/// Makes the sums of figures in a month anew. Returns how many differed.
pub fn figures(conn: &mut Conn, organization: OrgId, month: Month) -> Result<usize, AppError> {
    organization.advisory_lock(conn)?;
    let active = rebuild::active(conn, organization)?;
    Ok(fact_rebuild::replace(conn, organization, &active, month)?)
}

/// The audit event of an organization whose sums were corrected.
pub fn event(organization: OrgId, name: &str, corrected: usize) -> Events {
    let event = Event::new(Action::UsageSumsRebuilt, "organization", organization, name)
        .after(json!({ "corrected": corrected }));
    Events::organization(organization, event)
}
