//! Which members an actor may see.

use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{PermissionId, ViewAccess};
use crate::common::error::AppError;
use crate::common::id::{CompanyId, MembershipId};
use crate::db::Conn;
use crate::models::company_choice::{self, CompanyChoice, CompanyChoices};
use crate::models::membership::assigned;
use crate::models::membership::record::Membership;

/// A member whom the actor may see with a permission: anyone, or members of the companies in which the actor has it, and
/// themselves. A key that is limited to a company sees only those of the company.
pub fn visible(
    conn: &mut Conn,
    actor: &Actor,
    permission: PermissionId,
    id: MembershipId,
) -> Result<Membership, AppError> {
    let member = Membership::find(conn, actor.organization, id)?;
    let seen = (id == actor.id && actor.only_company().is_none())
        || match actor.permissions.reach(permission) {
            Reach::Everywhere => true,
            Reach::OwnCompanies => {
                let own = actor.own_companies(conn, permission)?;
                assigned::is_in_any(conn, actor.organization, id, &own)?
            }
            Reach::Nowhere => false,
        };
    if seen { Ok(member) } else { Err(AppError::NotFound) }
}

/// Which companies the actor sees: all, or those where an assignment gives the permission.
#[derive(Debug, Clone)]
pub struct CompanyScope(Option<Vec<CompanyId>>);

impl CompanyScope {
    pub fn of(conn: &mut Conn, actor: &Actor) -> Result<Self, AppError> {
        Ok(Self(actor.limited_to::<ViewAccess>(conn)?))
    }

    /// The visible companies; `None` when all are visible.
    pub fn own(&self) -> Option<&[CompanyId]> {
        self.0.as_deref()
    }

    pub fn sees(&self, company: CompanyId) -> bool {
        self.own().is_none_or(|own| own.contains(&company))
    }

    /// The company that a text names; `None` when there is none.
    pub fn meant(&self, conn: &mut Conn, actor: &Actor, text: &str) -> Result<Option<CompanyChoice>, AppError> {
        let text = text.trim();
        let meant = company_choice::company_meant(conn, actor.organization, text)?;
        match meant.filter(|meant| self.sees(meant.id)) {
            None if CompanyId::parse(text).is_some() => Err(AppError::NotFound),
            meant => Ok(meant),
        }
    }

    /// The companies to choose from.
    pub fn choices(&self, conn: &mut Conn, actor: &Actor) -> Result<CompanyChoices, AppError> {
        Ok(CompanyChoices::of(
            conn,
            actor.organization,
            actor.active_companies,
            self.own(),
        )?)
    }
}
