//! `tenantry rollup rebuild`.

use std::collections::BTreeSet;

use crate::audit::Events;
use crate::auth::System;
use crate::cli::{CommandErrors, audit, one, queries, say};
use crate::common::day::Month;
use crate::common::error::AppError;
use crate::common::html::number;
use crate::common::id::CompanyId;
use crate::db::affected;
use crate::db::types::org_id::OrgId;
use crate::services::usage::rebuild;

/// Organizations in one read.
const ORGANIZATIONS: i64 = 500;

const QUIET: &str = "what was corrected is one event of the organization";

/// Makes the sums of usage of all organizations, or of one, anew from the events. The server can run meanwhile.
pub fn rebuild(slug: Option<&str>) -> Result<(), CommandErrors> {
    let system = System::command(&audit::open()?, "rollup");
    let (mut organizations, mut corrected, mut after) = (0_i64, 0, None);
    loop {
        let found = system
            .read(|_, conn| Ok(queries::organizations(conn, slug, after, ORGANIZATIONS)?))
            .map_err(fault)?;
        let Some((last, _)) = found.last() else { break };
        after = Some(*last);
        for (organization, name) in found {
            organizations += 1;
            let wrong = organization_sums(&system, organization, &name).map_err(fault)?;
            corrected += wrong;
            if wrong > 0 {
                say(&format!(
                    "{name}: {} sums corrected.",
                    number(&i64::try_from(wrong).unwrap_or(i64::MAX))
                ));
            }
        }
    }
    if let (Some(slug), 0) = (slug, organizations) {
        return Err(one(format!("there is no organization {slug}")));
    }
    say(&match corrected {
        0 => "All sums match the events.".to_owned(),
        corrected => format!(
            "{} sums corrected.",
            number(&i64::try_from(corrected).unwrap_or(i64::MAX))
        ),
    });
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn fault(error: AppError) -> CommandErrors {
    one(error.to_string())
}

/// The sums of an organization. Each piece is a transaction of its own, so no other write waits long.
fn organization_sums(system: &System, organization: OrgId, name: &str) -> Result<usize, AppError> {
    let (mut companies, mut months, mut wrong) = (BTreeSet::<CompanyId>::new(), BTreeSet::<Month>::new(), 0);
    while let Some(company) =
        system.read(|_, conn| Ok(rebuild::next_company(conn, organization, companies.last().copied())?))?
    {
        companies.insert(company);
        for month in system.read(|_, conn| Ok(rebuild::months(conn, organization, company.as_str())?))? {
            months.insert(month);
            wrong += system.write(|_, conn| {
                let wrong = rebuild::company(conn, organization, company, month)?;
                quiet(wrong);
                Ok((wrong, Events::none(QUIET)))
            })?;
        }
    }
    for scope in ["active", "archived"] {
        months.extend(system.read(|_, conn| Ok(rebuild::months(conn, organization, scope)?))?);
    }
    for month in months {
        wrong += system.write(|_, conn| {
            let wrong = rebuild::together(conn, organization, &companies, month)?;
            quiet(wrong);
            Ok((wrong, Events::none(QUIET)))
        })?;
    }
    for month in system.read(|_, conn| Ok(rebuild::months_of_figures(conn, organization)?))? {
        wrong += system.write(|_, conn| {
            let wrong = rebuild::figures(conn, organization, month)?;
            quiet(wrong);
            Ok((wrong, Events::none(QUIET)))
        })?;
    }
    if wrong > 0 {
        system.write(|_, _| {
            affected::organization(organization);
            Ok(((), rebuild::event(organization, name, wrong)))
        })?;
    }
    Ok(wrong)
}

/// Pages do not change where nothing was wrong.
fn quiet(wrong: usize) {
    if wrong == 0 {
        affected::no_one();
    }
}
