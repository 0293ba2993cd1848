//! Whom a reader may look at.

use diesel::prelude::*;

use crate::authz::permission::{Permission, ViewAccess};
use crate::models::company_choice::{self, Choice, Choices};

use crate::auth::actor::Member;
use crate::authz::decision::Reach;
use crate::authz::permission::Right;
use crate::common::error::AppError;
use crate::common::id::{CompanyId, MembershipId};
use crate::db::Conn;
use crate::db::schema::company_assignments;
use crate::db::types::org_id::OrgId;
use crate::models::membership::record::Standing;

/// Somebody whom the reader may look at by a right: everybody, or who shares a company in which it is held; and themselves.
///
/// # Errors
/// `NotFound` for everybody else.
pub fn visible(conn: &mut Conn, member: &Member, right: Right, id: MembershipId) -> Result<Standing, AppError> {
    let person = Standing::find(conn, member.organization, id)?;
    let seen = id == member.id
        || match member.rights.reach(right) {
            Reach::Everywhere => true,
            Reach::OwnCompanies => {
                let own = member.own_companies(conn, right)?;
                is_within(conn, member.organization, id, &own)?
            }
            Reach::Nowhere => false,
        };
    if seen { Ok(person) } else { Err(AppError::NotFound) }
}

/// Whether somebody is assigned to one of some companies.
///
/// # Errors
/// When the database fails.
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
pub struct Sight(Option<Vec<CompanyId>>);

impl Sight {
    pub fn of(conn: &mut Conn, member: &Member) -> Result<Self, AppError> {
        Ok(Self(match member.reach::<ViewAccess>() {
            Reach::Everywhere => None,
            _ => Some(member.own_companies(conn, ViewAccess::RIGHT)?),
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
    ///
    /// # Errors
    /// `NotFound` for an id that leads to nothing here: an id is never typed.
    pub fn meant(&self, conn: &mut Conn, member: &Member, text: &str) -> Result<Option<Choice>, AppError> {
        let text = text.trim();
        let meant = company_choice::company_meant(conn, member.organization, text)?;
        match meant.filter(|meant| self.sees(meant.id)) {
            None if CompanyId::parse(text).is_some() => Err(AppError::NotFound),
            meant => Ok(meant),
        }
    }

    /// The companies to choose out of.
    pub fn choices(&self, conn: &mut Conn, member: &Member) -> Result<Choices, AppError> {
        Ok(Choices::of(
            conn,
            member.organization,
            member.active_companies,
            self.own(),
        )?)
    }
}
