//! Archiving and restoring a company.

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::auth::company::Company;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::db::types::organization::CompanyStatus;
use crate::db::types::usage::SumScope;
use crate::models::{company, usage};

pub fn archive(conn: &mut Conn, actor: &Actor, company: &Company) -> Result<((), Events), AppError> {
    set_status(conn, actor, company, CompanyStatus::Archived)
}

pub fn restore(conn: &mut Conn, actor: &Actor, company: &Company) -> Result<((), Events), AppError> {
    set_status(conn, actor, company, CompanyStatus::Active)
}

fn set_status(conn: &mut Conn, actor: &Actor, company: &Company, to: CompanyStatus) -> Result<((), Events), AppError> {
    let (action, archived_at) = match to {
        CompanyStatus::Archived => (Action::CompanyArchived, Some(actor.cx.now)),
        CompanyStatus::Active => (Action::CompanyRestored, None),
    };
    if !company::set_status(conn, actor.organization, company.id, to, archived_at)? {
        return Ok(((), Events::none("nothing changed")));
    }
    let sums = match to {
        CompanyStatus::Archived => SumScope::Archived,
        CompanyStatus::Active => SumScope::Active,
    };
    usage::sums::move_company(conn, actor.organization, company.id, sums)?;
    usage::fact_sums::move_company(conn, actor.organization, company.id, sums)?;
    let event = Event::new(action, "company", company.id, &company.name);
    Ok(((), actor.event(event)))
}
