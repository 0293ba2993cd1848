//! The companies that a member has pinned to the sidebar.

use crate::audit::Events;
use crate::auth::actor::Actor;
use crate::auth::company::Company;
use crate::authz::decision::Reach;
use crate::authz::permission::{Permission, ViewCompany};
use crate::change_error;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::db::types::organization::CompanyStatus;
use crate::models::company_choice::CompanyChoice;
use crate::models::company_pin;

#[derive(Debug)]
pub enum PinError {
    Archived,
    TooMany,
    Failed(AppError),
}

change_error!(PinError);

const PERSONAL: &str = "a pin is personal and changes nothing for others";

/// The pinned companies that the actor can view, by name.
pub fn pinned(conn: &mut Conn, actor: &Actor) -> Result<Vec<CompanyChoice>, AppError> {
    let Some(member) = actor.membership() else {
        return Ok(Vec::new());
    };
    let pinned = company_pin::active(conn, actor.organization, member)?;
    visible(conn, actor, pinned)
}

/// Those of the actor's pinned companies that the actor can view.
pub fn visible(conn: &mut Conn, actor: &Actor, mut pinned: Vec<CompanyChoice>) -> Result<Vec<CompanyChoice>, AppError> {
    if !pinned.is_empty() && actor.reach::<ViewCompany>() != Reach::Everywhere {
        let own = actor.own_companies(conn, ViewCompany::ID)?;
        pinned.retain(|company| own.contains(&company.id));
    }
    Ok(pinned)
}

pub fn pin(conn: &mut Conn, actor: &Actor, company: &Company) -> Result<((), Events), PinError> {
    if company.status == CompanyStatus::Archived {
        return Err(PinError::Archived);
    }
    let pinned = pinned(conn, actor)?;
    let is_new = pinned.iter().all(|one| one.id != company.id);
    if is_new && pinned.len() >= company_pin::MOST {
        return Err(PinError::TooMany);
    }
    company_pin::pin(conn, actor.cx.now, actor.organization, actor.id, company.id)?;
    Ok(((), Events::none(PERSONAL)))
}

pub fn unpin(conn: &mut Conn, actor: &Actor, company: &Company) -> Result<((), Events), AppError> {
    company_pin::unpin(conn, actor.organization, actor.id, company.id)?;
    Ok(((), Events::none(PERSONAL)))
}
