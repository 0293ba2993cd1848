//! What a company takes along to another organization beside its people: its settings and its resources.

use crate::common::error::AppError;
use crate::common::id::CompanyId;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::models::company_move::MovedCompany;
use crate::models::company_settings;
use crate::models::company_slug;
use crate::models::company_words;
use crate::models::resource::of_company;

/// What the move page says, and what the move does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarriedAlong {
    /// What the company is called in other systems.
    pub reference: Option<String>,
    /// Whether the reference is free in the other organization. If not, the company has none there.
    pub keeps_reference: bool,
    pub resources: i64,
    /// How many resources lose their reference, because one there has it.
    pub losing: usize,
}

impl CarriedAlong {
    pub fn plan(conn: &mut Conn, from: OrgId, to: OrgId, company: CompanyId) -> Result<Self, AppError> {
        let reference = company_settings::reference(conn, from, company)?;
        let keeps_reference = match &reference {
            Some(reference) => !company_slug::is_taken(conn, to, reference, Some(company))?,
            None => true,
        };
        Ok(Self {
            reference,
            keeps_reference,
            resources: of_company::count(conn, from, company)?,
            losing: of_company::losing_references(conn, from, to, company)?.len(),
        })
    }

    /// Takes them along, after the company is in the other organization.
    pub(super) fn apply(
        &self,
        conn: &mut Conn,
        from: OrgId,
        to: OrgId,
        company: &MovedCompany,
    ) -> Result<(), AppError> {
        let reference = self.reference.as_deref().filter(|_| self.keeps_reference);
        company_settings::carry(conn, from, to, company.id, reference)?;
        of_company::carry(conn, from, to, company.id)?;
        company_words::replace(conn, to, company.id, &company.name, company.status)?;
        Ok(())
    }
}
