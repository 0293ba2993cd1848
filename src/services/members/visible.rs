//! Whom a reader may look at.

use diesel::prelude::*;

use crate::authz::permission::{Permission, ViewAccess};
use crate::models::company_choice::{self, CompanyChoice, CompanyChoices};

use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::PermissionId;
use crate::common::error::AppError;
use crate::common::id::{CompanyId, MembershipId};
use crate::db::Conn;
use crate::db::schema::company_assignments;
use crate::db::types::org_id::OrgId;
use crate::models::membership::record::Membership;

/// Somebody whom the reader may look at by a right: everybody, or who shares a company in which it is held; and themselves.
pub fn visible(
    conn: &mut Conn,
    actor: &Actor,
    permission: PermissionId,
    id: MembershipId,
) -> Result<Membership, AppError> {
    let person = Membership::find(conn, actor.organization, id)?;
    let seen = id == actor.id
        || match actor.permissions.reach(permission) {
            Reach::Everywhere => true,
            Reach::OwnCompanies => {
                let own = actor.own_companies(conn, permission)?;
                is_within(conn, actor.organization, id, &own)?
            }
            Reach::Nowhere => false,
        };
    if seen { Ok(person) } else { Err(AppError::NotFound) }
}

/// Whether somebody is assigned to one of some companies.
fn is_within(conn: &mut Conn, organization: OrgId, member: MembershipId, companies: &[CompanyId]) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        company_assignments::table
            .filter(company_assignments::organization_id.eq(organization))
            .filter(company_assignments::membership_id.eq(member))
            .filter(company_assignments::company_id.eq_any(companies)),
    ))
    .get_result(conn)
}

/// How far the reader sees: everybody, or the people of the companies where they hold the right by assignment.
#[derive(Debug, Clone)]
pub struct CompanyScope(Option<Vec<CompanyId>>);

impl CompanyScope {
    pub fn of(conn: &mut Conn, actor: &Actor) -> Result<Self, AppError> {
        Ok(Self(match actor.reach::<ViewAccess>() {
            Reach::Everywhere => None,
            _ => Some(actor.own_companies(conn, ViewAccess::ID)?),
        }))
    }

    /// The companies by which sight ends; `None` where it does not.
    pub fn own(&self) -> Option<&[CompanyId]> {
        self.0.as_deref()
    }

    pub fn sees(&self, company: CompanyId) -> bool {
        self.own().is_none_or(|own| own.contains(&company))
    }

    /// The company that somebody means; `None` when none is.
    pub fn meant(&self, conn: &mut Conn, actor: &Actor, text: &str) -> Result<Option<CompanyChoice>, AppError> {
        let text = text.trim();
        let meant = company_choice::company_meant(conn, actor.organization, text)?;
        match meant.filter(|meant| self.sees(meant.id)) {
            None if CompanyId::parse(text).is_some() => Err(AppError::NotFound),
            meant => Ok(meant),
        }
    }

    /// The companies to choose out of.
    pub fn choices(&self, conn: &mut Conn, actor: &Actor) -> Result<CompanyChoices, AppError> {
        Ok(CompanyChoices::of(
            conn,
            actor.organization,
            actor.active_companies,
            self.own(),
        )?)
    }
}
