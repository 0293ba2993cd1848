//! The companies on a member's page: assignments, and what can be assigned.

use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{AssignCompanies, Permission, ViewMembers};
use crate::authz::role::CompanyRole;
use crate::common::error::AppError;
use crate::common::id::CompanyId;
use crate::common::search;
use crate::common::zone::Zone;
use crate::db::Conn;
use crate::db::types::organization::CompanyStatus;
use crate::handlers::members::show::groups::MemberGroups;
use crate::models::company_choice;
use crate::models::company_choice::CompanyChoice;
use crate::models::membership::assigned;
use crate::models::membership::assigned::AssignedCompany;
use crate::models::membership::record::Membership;
use crate::services::assignments::AssignmentCheck;

/// How many companies are offered, and how many of a search.
const OFFERED: usize = 5;
const FOUND: usize = 20;

/// How many companies a search reads.
const SEARCHED: i64 = 5_000;

pub(super) struct MemberCompany {
    pub company: AssignedCompany,
    /// Whether the actor may change it.
    pub may_change: bool,
    /// The groups that give access too, by name.
    pub groups: Vec<String>,
}

impl MemberCompany {
    pub fn archived(&self) -> bool {
        self.company.status == CompanyStatus::Archived
    }

    /// "By invitation, until January 31, 2027", "By group Support".
    pub fn origin(&self, zone: Zone) -> String {
        let AssignedCompany {
            direct,
            origin,
            access_until,
            ..
        } = &self.company;
        let mut words = Vec::new();
        if direct.is_some() {
            words.push(origin.label().to_owned());
        }
        if !self.groups.is_empty() {
            let by = if words.is_empty() { "By" } else { "by" };
            words.push(format!("{by} group {}", self.groups.join(", ")));
        }
        if words.is_empty() {
            words.push(origin.label().to_owned());
        }
        let text = words.join(" and ");
        match access_until {
            Some(end) => format!("{text}, until {}", end.date(zone)),
            None => text,
        }
    }
}

/// The companies where an assignment lets the actor assign members; none when they may do so everywhere.
fn own_companies(conn: &mut Conn, actor: &Actor) -> Result<Vec<CompanyId>, AppError> {
    Ok(match actor.reach::<AssignCompanies>() {
        Reach::OwnCompanies => actor.own_companies(conn, AssignCompanies::ID)?,
        _ => Vec::new(),
    })
}

/// A member's assignments, as far as the actor sees the companies.
pub(super) fn assignments_of(
    conn: &mut Conn,
    actor: &Actor,
    member: &Membership,
    groups: &MemberGroups,
) -> Result<Vec<MemberCompany>, AppError> {
    let own = own_companies(conn, actor)?;
    let seen = match actor.reach::<ViewMembers>() {
        Reach::Everywhere => None,
        _ => Some(actor.own_companies(conn, ViewMembers::ID)?),
    };
    let check = AssignmentCheck::of(actor, AssignCompanies::ID, member.id, member.role);
    Ok(assigned::companies_of(conn, actor.organization, member.id)?
        .into_iter()
        .filter(|company| member.id == actor.id || seen.as_ref().is_none_or(|seen| seen.contains(&company.id)))
        .map(|company| MemberCompany {
            may_change: company.status == CompanyStatus::Active
                && check.touch(own.contains(&company.id), Some(company.role)).is_ok(),
            groups: groups.giving(company.id),
            company,
        })
        .collect())
}

/// The companies that the actor can assign the member to.
pub(super) struct CompanyOffer {
    pub companies: Vec<CompanyChoice>,
    pub more: bool,
}

impl CompanyOffer {
    pub fn load(conn: &mut Conn, actor: &Actor, member: &Membership, search: &str) -> Result<Self, AppError> {
        let check = AssignmentCheck::of(actor, AssignCompanies::ID, member.id, member.role);
        if check.give(true, None, CompanyRole::Viewer).is_err() {
            return Ok(Self {
                companies: Vec::new(),
                more: false,
            });
        }
        let words = search::query(search);
        let most = if words.is_empty() { OFFERED } else { FOUND };
        let within = match actor.reach::<AssignCompanies>() {
            Reach::Everywhere => None,
            _ => Some(own_companies(conn, actor)?),
        };
        // Names are compared without accents and case, which SQL cannot do; only a search reads more than it shows.
        let limit = if words.is_empty() && within.is_none() {
            i64::try_from(most + 1).unwrap_or(i64::MAX)
        } else {
            SEARCHED
        };
        let mut companies = company_choice::unassigned(conn, actor.organization, member.id, within.as_deref(), limit)?;
        companies.retain(|company| search::contains(&company.name, &words));
        let more = companies.len() > most;
        companies.truncate(most);
        Ok(Self { companies, more })
    }
}
