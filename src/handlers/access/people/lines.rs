//! The roles of one person, line by line, and where they come from.

use std::collections::HashMap;

use crate::auth::actor::Actor;
use crate::authz::decision::Overrides;
use crate::authz::permission::{AssignCompanies, Permission};
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::id::{CompanyId, MembershipId};
use crate::db::Conn;
use crate::db::types::MembershipStatus;
use crate::db::types::organization::CompanyStatus;
use crate::handlers::access::queries::assigned::AssignmentRow;
use crate::handlers::access::queries::{GroupGrants, ListedAssignment, MemberGrants};
use crate::models::custom_role::CustomRole;
use crate::models::member_search::{AccessStatus, MemberRow};
use crate::services::assignments::AssignmentCheck;
use crate::services::members::rules::ActorRank;

/// A person with their role in the organization, or in a company.
#[derive(Debug)]
pub struct PersonLine {
    pub id: MembershipId,
    pub name: String,
    pub email: String,
    pub you: bool,
    /// The label of the role.
    pub role: String,
    pub reach: String,
    /// The slug of the company, for a role in a company.
    pub company: Option<String>,
    /// Where the role comes from.
    pub origin: String,
    /// The number of overrides.
    pub overrides: usize,
    /// Badge and tone for someone without access.
    pub out: Option<(&'static str, &'static str)>,
    /// The query of the dialog that changes it.
    pub change: Option<String>,
}

impl PersonLine {
    pub fn badge(&self) -> &'static str {
        if self.you { "You" } else { "" }
    }

    pub fn tone(&self) -> &'static str {
        if self.role == Role::Owner.label() { "accent" } else { "" }
    }

    pub fn overrides_label(&self) -> String {
        let noun = if self.overrides == 1 { "override" } else { "overrides" };
        format!("{} {noun}", self.overrides)
    }
}

/// Where the roles of the people on one page come from.
pub struct PeopleDetails {
    pub grants: HashMap<MembershipId, MemberGrants>,
    pub assignments: HashMap<MembershipId, Vec<ListedAssignment>>,
    pub groups: GroupGrants,
}

/// What every line needs.
pub struct PeopleReader<'a> {
    pub actor: &'a Actor,
    pub rank: ActorRank,
    /// The companies that the actor manages by assignment.
    pub own: Vec<CompanyId>,
    pub customs: &'a [CustomRole],
}

impl<'a> PeopleReader<'a> {
    pub fn of(conn: &mut Conn, actor: &'a Actor, customs: &'a [CustomRole]) -> Result<Self, AppError> {
        Ok(Self {
            actor,
            rank: actor.into(),
            own: actor.own_companies(conn, AssignCompanies::ID)?,
            customs,
        })
    }

    fn line(&self, row: &MemberRow) -> PersonLine {
        PersonLine {
            id: row.id,
            name: row.name.clone(),
            email: row.email.clone(),
            you: row.id == self.actor.id,
            role: String::new(),
            reach: String::new(),
            company: None,
            origin: String::new(),
            overrides: 0,
            out: match row.access_status(self.actor.cx.now) {
                AccessStatus::Active | AccessStatus::Ending => None,
                AccessStatus::Suspended => Some(("Suspended", "danger")),
                AccessStatus::Ended => Some(("Access ended", "warning")),
            },
            change: None,
        }
    }

    /// The role and where it comes from: a group gives a higher one than the person's own, or it is their own.
    fn title(&self, row: &MemberRow, details: &PeopleDetails) -> (String, String) {
        let Some(grants) = details.grants.get(&row.id) else {
            return (row.role.label().into(), "Direct".into());
        };
        if grants.direct_role != row.role
            && let Some(group) = details.groups.role(row.id, row.role)
        {
            return (row.role.label().into(), format!("By group {group}"));
        }
        let custom = grants
            .custom_role
            .and_then(|id| self.customs.iter().find(|custom| custom.id == id));
        match custom {
            Some(custom) => (
                custom.name.clone(),
                format!("Custom role ({} level)", custom.base.label()),
            ),
            None => (row.role.label().into(), "Direct".into()),
        }
    }

    /// The role in the organization.
    pub fn in_organization(&self, row: &MemberRow, details: &PeopleDetails) -> PersonLine {
        let (role, origin) = self.title(row, details);
        let many = self.actor.unit.many();
        let assignments = details.assignments.get(&row.id).map_or(&[][..], Vec::as_slice);
        let overrides = details.grants.get(&row.id).map_or(0, |grants| {
            let overrides = Overrides::read(&grants.overrides);
            overrides.allow.iter().count() + overrides.deny.iter().count()
        });
        PersonLine {
            role,
            origin,
            overrides,
            reach: match (row.role.inherited(), assignments) {
                (Some(_), _) => format!("All {many}"),
                (None, []) if row.role == Role::BillingAdmin => "Billing".into(),
                (None, []) if row.role == Role::UserAdmin => "People".into(),
                (None, []) => format!("No {}", self.actor.unit.one()),
                (None, [one]) => one.name.clone(),
                (None, [one, other]) => format!("{}, {}", one.name, other.name),
                (None, [one, other, more @ ..]) => format!("{}, {} +{}", one.name, other.name, more.len()),
            },
            change: (self.rank.may_touch(row.role)).then(|| format!("?member_id={}", row.id)),
            ..self.line(row)
        }
    }

    /// A role in a company.
    pub fn assignment(&self, row: &AssignmentRow, groups: &GroupGrants) -> PersonLine {
        let check = AssignmentCheck::of(self.actor, AssignCompanies::ID, row.member, row.member_role);
        let archived = row.company_status == CompanyStatus::Archived;
        let own = self.own.contains(&row.company);
        let may = !archived && check.touch(own, Some(row.role)).is_ok();
        PersonLine {
            id: row.member,
            name: row.name.clone(),
            email: row.email.clone(),
            you: row.member == self.actor.id,
            role: row.role.label().into(),
            reach: row.company_name.clone(),
            company: Some(row.slug.clone()),
            origin: match groups.in_company(row.member, row.company) {
                Some((_, group)) if row.by_group() => format!("By group {group}"),
                _ => row.origin.label().into(),
            },
            overrides: 0,
            out: if row.member_until.is_some_and(|end| end < self.actor.cx.now) {
                Some(("Access ended", "warning"))
            } else if row.status == MembershipStatus::Suspended {
                Some(("Suspended", "danger"))
            } else if archived {
                Some(("Archived", ""))
            } else {
                None
            },
            change: may.then(|| format!("?member_id={}&company_id={}", row.member, row.company)),
        }
    }
}
