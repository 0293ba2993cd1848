//! Which companies someone sees in reports, and whose money.

use diesel::QueryResult;

use crate::app::Ctx;
use crate::auth::actor::Actor;
use crate::authz::decision::{Permissions, Reach};
use crate::authz::permission::{
    ExportReporting, Permission, PermissionId, ViewBillingTotals, ViewCompanyBilling, ViewCompanyReports, ViewReporting,
};
use crate::common::id::{CompanyId, MembershipId};
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::models::membership::access;

/// Whose money someone sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoneyReach {
    /// Whether of all companies that they see, together.
    pub total: bool,
    /// Of which companies alone; `None`: all.
    companies: Option<Vec<CompanyId>>,
}

impl MoneyReach {
    /// Whether they see the money of a company alone.
    pub fn of(&self, company: CompanyId) -> bool {
        self.companies.as_ref().is_none_or(|these| these.contains(&company))
    }

    /// Whether they see any.
    pub fn any(&self) -> bool {
        self.total || self.companies.as_ref().is_none_or(|these| !these.is_empty())
    }
}

/// What someone sees in reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportReader {
    pub organization: OrgId,
    /// `None`: every company.
    pub companies: Option<Vec<CompanyId>>,
    pub money: MoneyReach,
}

impl ReportReader {
    /// By a permission of the actor: to view the overview, to view or to export reporting.
    pub fn of<P: Permission>(conn: &mut Conn, actor: &Actor) -> QueryResult<Self> {
        Self::with(actor.organization, actor.permissions, P::ID, |permission| {
            actor.own_companies(conn, permission)
        })
    }

    /// As a member sees it at this moment, without a request. `None` without the permission.
    pub fn of_member(
        conn: &mut Conn,
        cx: &Ctx,
        organization: OrgId,
        member: MembershipId,
        permission: PermissionId,
    ) -> QueryResult<Option<Self>> {
        let inputs = access::access_inputs(conn, cx.now, organization, member)?;
        let permissions = inputs.permissions();
        if !permissions.has(permission) {
            return Ok(None);
        }
        let reader = Self::with(organization, permissions, permission, |permission| {
            access::companies_with(conn, cx.now, organization, member, &inputs, permission)
        })?;
        Ok(Some(reader))
    }

    fn with(
        organization: OrgId,
        permissions: Permissions,
        permission: PermissionId,
        mut own: impl FnMut(PermissionId) -> QueryResult<Vec<CompanyId>>,
    ) -> QueryResult<Self> {
        let companies = match permissions.reach(permission) {
            Reach::Everywhere => None,
            _ => Some(own(permission)?),
        };
        let is_report = permission == ViewReporting::ID || permission == ExportReporting::ID;
        let companies = match companies {
            // In companies of one's own, their reports must be allowed as well.
            Some(mut these) if is_report => {
                let reported = own(ViewCompanyReports::ID)?;
                these.retain(|company| reported.contains(company));
                Some(these)
            }
            companies => companies,
        };
        let alone = match permissions.reach(ViewCompanyBilling::ID) {
            Reach::Everywhere => None,
            Reach::OwnCompanies => Some(own(ViewCompanyBilling::ID)?),
            Reach::Nowhere => Some(Vec::new()),
        };
        let total = match (permissions.reach(ViewBillingTotals::ID), &companies) {
            (Reach::Everywhere, _) => true,
            (_, None) => false,
            (reach, Some(these)) => {
                let totals = if reach == Reach::OwnCompanies {
                    own(ViewBillingTotals::ID)?
                } else {
                    Vec::new()
                };
                let seen = |company: &CompanyId| {
                    totals.contains(company) || alone.as_ref().is_none_or(|alone| alone.contains(company))
                };
                !these.is_empty() && these.iter().all(seen)
            }
        };
        Ok(Self {
            organization,
            companies,
            money: MoneyReach {
                total,
                companies: alone,
            },
        })
    }

    /// Every company and all money, for the organization itself.
    pub fn of_everything(organization: OrgId) -> Self {
        Self {
            organization,
            companies: None,
            money: MoneyReach {
                total: true,
                companies: None,
            },
        }
    }

    /// Whether they see a company.
    pub fn sees(&self, company: CompanyId) -> bool {
        self.companies.as_ref().is_none_or(|these| these.contains(&company))
    }
}
