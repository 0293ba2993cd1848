//! The companies on a member's page: assignments, and what can be assigned.

use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{AssignCompanies, Permission};
use crate::authz::role::CompanyRole;
use crate::common::error::AppError;
use crate::common::id::CompanyId;
use crate::common::search;
use crate::common::zone::Zone;
use crate::db::Conn;
use crate::db::types::organization::CompanyStatus;
use crate::handlers::members::show::form::{AssignmentRow, MemberForm};
use crate::handlers::members::show::groups::MemberGroups;
use crate::handlers::members::shown_companies;
use crate::models::company_choice;
use crate::models::company_choice::CompanyChoice;
use crate::models::company_found;
use crate::models::membership::assigned;
use crate::models::membership::assigned::AssignedCompany;
use crate::models::membership::record::Membership;
use crate::services::assignments::AssignmentCheck;

/// How many companies are offered, and how many of a search.
const OFFERED: usize = 8;
const FOUND: usize = 20;

/// A company in the table of assignments.
#[expect(clippy::struct_excessive_bools, reason = "each is one thing that the row shows")]
pub(super) struct MemberCompany {
    pub id: CompanyId,
    pub name: String,
    pub archived: bool,
    /// Where the access comes from.
    pub origin: String,
    /// Whether the actor may change it.
    pub may_change: bool,
    /// Whether the actor may give another role and an end, not only remove the assignment.
    pub may_give: bool,
    /// The role of the member's own, as the form has it; empty for none.
    pub role: String,
    /// What it means to have no role of their own.
    pub none: String,
    /// The effective role in words, for a row that can't be changed.
    pub effective: &'static str,
    pub until: String,
    pub until_words: String,
    /// Role and end as they are stored.
    pub seen: String,
    pub added: bool,
    pub fault: Option<String>,
}

impl MemberCompany {
    fn of(company: AssignedCompany, (may_change, may_give): (bool, bool), groups: &[String], zone: Zone) -> Self {
        let (role, until) = (
            company.direct.map(|role| role.to_string()).unwrap_or_default(),
            company.access_until.map(|end| end.day(zone)).unwrap_or_default(),
        );
        Self {
            id: company.id,
            archived: company.status == CompanyStatus::Archived,
            origin: origin(&company, groups),
            may_change,
            may_give,
            none: if groups.is_empty() {
                "No access".into()
            } else {
                "Only by group".into()
            },
            effective: company.role.label(),
            until_words: company.access_until.map(|end| end.date(zone)).unwrap_or_default(),
            seen: AssignmentRow::state(&role, &until),
            added: false,
            fault: None,
            name: company.name,
            role,
            until,
        }
    }

    /// A company that is added to the table.
    fn added(company: CompanyChoice) -> Self {
        Self {
            id: company.id,
            name: company.name,
            archived: false,
            origin: "Not saved yet".into(),
            may_change: true,
            may_give: true,
            role: CompanyRole::Viewer.to_string(),
            none: "No access".into(),
            effective: "",
            until: String::new(),
            until_words: String::new(),
            seen: String::new(),
            added: true,
            fault: None,
        }
    }

    /// What was entered, instead of what is stored.
    fn enter(&mut self, row: &AssignmentRow) {
        self.role.clone_from(&row.role);
        self.until.clone_from(&row.until);
        self.seen.clone_from(&row.seen);
        self.fault.clone_from(&row.fault);
    }
}

/// "By invitation", "Direct and by group Support".
fn origin(company: &AssignedCompany, groups: &[String]) -> String {
    let mut words = Vec::new();
    if company.direct.is_some() {
        words.push(company.origin.label().to_owned());
    }
    if !groups.is_empty() {
        let by = if words.is_empty() { "By" } else { "by" };
        words.push(format!("{by} group {}", groups.join(", ")));
    }
    if words.is_empty() {
        words.push(company.origin.label().to_owned());
    }
    words.join(" and ")
}

/// The companies where an assignment lets the actor assign members; none when they may do so everywhere.
fn own_companies(conn: &mut Conn, actor: &Actor) -> Result<Vec<CompanyId>, AppError> {
    Ok(match actor.reach::<AssignCompanies>() {
        Reach::OwnCompanies => actor.own_companies(conn, AssignCompanies::ID)?,
        _ => Vec::new(),
    })
}

/// A member's assignments, as far as the actor sees the companies, and what was entered.
pub(super) fn assignments_of(
    conn: &mut Conn,
    actor: &Actor,
    member: &Membership,
    groups: &MemberGroups,
    form: &MemberForm,
) -> Result<Vec<MemberCompany>, AppError> {
    let own = own_companies(conn, actor)?;
    let seen = shown_companies(conn, actor)?;
    let check = AssignmentCheck::of(actor, AssignCompanies::ID, member.id, member.role);
    let stored = assigned::companies_of(conn, actor.organization, member.id)?;
    let mut rows: Vec<MemberCompany> = stored
        .into_iter()
        .filter(|company| member.id == actor.id || seen.as_ref().is_none_or(|seen| seen.contains(&company.id)))
        .map(|company| {
            let (open, mine) = (company.status == CompanyStatus::Active, own.contains(&company.id));
            let may = (
                open && check.touch(mine, Some(company.role)).is_ok(),
                open && check.give(mine, Some(company.role), CompanyRole::Viewer).is_ok(),
            );
            let giving = groups.giving(company.id);
            MemberCompany::of(company, may, &giving, actor.org_zone)
        })
        .collect();
    let mut added: Vec<CompanyId> = form
        .rows
        .iter()
        .filter_map(|row| CompanyId::parse(&row.company))
        .collect();
    added.extend(CompanyId::parse(&form.add));
    added.retain(|id| rows.iter().all(|row| row.id != *id));
    let within = (actor.reach::<AssignCompanies>() != Reach::Everywhere).then_some(own);
    added.retain(|id| within.as_ref().is_none_or(|own| own.contains(id)));
    if check.give(true, None, CompanyRole::Viewer).is_ok() && !added.is_empty() {
        let found = company_choice::among(conn, actor.organization, &added)?;
        rows.extend(found.into_iter().map(MemberCompany::added));
    }
    for row in &mut rows {
        if let Some(entered) = form.rows.iter().find(|entered| entered.company == row.id.as_str()) {
            row.enter(entered);
        }
    }
    Ok(rows)
}

/// The companies that the actor can assign the member to.
pub(super) struct CompanyOffer {
    pub companies: Vec<CompanyChoice>,
    pub more: bool,
}

impl CompanyOffer {
    /// `listed`: the companies that are in the table.
    pub fn load(
        conn: &mut Conn,
        actor: &Actor,
        member: &Membership,
        search: &str,
        listed: &[MemberCompany],
    ) -> Result<Self, AppError> {
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
        // Those in the table are left out afterwards.
        let limit = most + 1 + listed.len();
        let (organization, within) = (actor.organization, within.as_deref());
        let mut companies = if words.is_empty() {
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            company_choice::unassigned(conn, organization, member.id, within, limit)?
        } else {
            company_found::search_unassigned(conn, organization, member.id, within, &words, limit)?.companies
        };
        companies.retain(|company| listed.iter().all(|row| row.id != company.id));
        let more = companies.len() > most;
        companies.truncate(most);
        Ok(Self { companies, more })
    }
}
