//! Access control: who has which role where and why, changed for one person or for many at once.

pub mod assign;
pub mod change;
pub mod import;
pub mod matrix;
pub mod people;
pub mod rules;
pub mod save;
pub mod sheet;
pub mod store;

use self::store::{Choice, Choices};
use crate::gate::db::Conn;
use crate::gate::member::Member;
use crate::gate::permission::{AssignCompanies, ChangeRoles, Permission, ViewAccess};
use crate::gate::rights::Reach;
use crate::ground::error::AppError;
use crate::ground::id::CompanyId;

/// How far the reader sees: everybody, or the people of the companies where they hold the right by assignment.
#[derive(Debug, Clone)]
struct Sight(Option<Vec<CompanyId>>);

impl Sight {
    fn of(conn: &mut Conn, member: &Member) -> Result<Self, AppError> {
        Ok(Self(match member.reach::<ViewAccess>() {
            Reach::Everywhere => None,
            _ => Some(member.own_companies(conn, ViewAccess::RIGHT)?),
        }))
    }

    /// The companies by which sight ends; `None` where it does not.
    fn own(&self) -> Option<&[CompanyId]> {
        self.0.as_deref()
    }

    fn sees(&self, company: CompanyId) -> bool {
        self.own().is_none_or(|own| own.contains(&company))
    }

    /// The company that somebody means; `None` when none is.
    ///
    /// # Errors
    /// `NotFound` for an id that leads to nothing here: an id is never typed.
    fn meant(&self, conn: &mut Conn, member: &Member, text: &str) -> Result<Option<Choice>, AppError> {
        let text = text.trim();
        let meant = store::company_meant(conn, member.organization, text)?;
        match meant.filter(|meant| self.sees(meant.id)) {
            None if CompanyId::parse(text).is_some() => Err(AppError::NotFound),
            meant => Ok(meant),
        }
    }

    /// The companies to choose out of.
    fn choices(&self, conn: &mut Conn, member: &Member) -> Result<Choices, AppError> {
        Ok(Choices::of(conn, member, self.own())?)
    }
}

/// Whether somebody may change anything on these pages.
fn may_change(member: &Member) -> bool {
    member.reach::<ChangeRoles>() == Reach::Everywhere || member.rights.has(AssignCompanies::RIGHT)
}
