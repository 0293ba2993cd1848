//! The roles of one person, line by line, and where they come from.

use std::collections::HashMap;

use crate::auth::actor::Actor;
use crate::authz::decision::Overrides;
use crate::authz::permission::{AssignCompanies, Permission};
use crate::authz::role::Role;
use crate::common::id::{CompanyId, MembershipId};
use crate::handlers::access::queries::{GroupGrants, ListedAssignment, MemberGrants};
use crate::models::custom_role::CustomRole;
use crate::models::member_search::{AccessStatus, GrantFilter, MemberFilter, MemberRow};
use crate::services::assignments::AssignmentCheck;
use crate::services::members::rules::ActorRank;

/// The most companies of one person in the list; the matrix has all.
const LISTED: usize = 5;

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

impl PeopleReader<'_> {
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

    /// One line for each role in a company: inherited, by assignment, by a group.
    pub fn in_companies(&self, row: &MemberRow, details: &PeopleDetails, filter: &MemberFilter) -> Vec<PersonLine> {
        let mut lines = Vec::new();
        let role_wanted = match filter.given {
            Some(GrantFilter::Assignment(role)) => Some(role),
            _ => None,
        };
        if filter.company.is_none()
            && let Some(inherited) = row.role.inherited()
            && role_wanted.is_none_or(|role| role == inherited)
        {
            let (title, origin) = self.title(row, details);
            lines.push(PersonLine {
                role: inherited.label().into(),
                reach: format!("All {}", self.actor.unit.many()),
                origin: match origin.strip_prefix("By ") {
                    Some(group) => format!("Inherited from {title}, by {group}"),
                    None => format!("Inherited from {title}"),
                },
                ..self.line(row)
            });
        }
        let check = AssignmentCheck::of(self.actor, AssignCompanies::ID, row.id, row.role);
        let mut more = 0;
        for assignment in details.assignments.get(&row.id).map_or(&[][..], Vec::as_slice) {
            if role_wanted.is_some_and(|role| role != assignment.role) || !is_listed(filter, assignment.company) {
                continue;
            }
            if lines.len() >= LISTED {
                more += 1;
                continue;
            }
            let own = self.own.contains(&assignment.company);
            let may = !assignment.archived && check.touch(own, Some(assignment.role)).is_ok();
            lines.push(PersonLine {
                role: assignment.role.label().into(),
                reach: assignment.name.clone(),
                company: Some(assignment.slug.clone()),
                origin: match details.groups.in_company(row.id, assignment.company) {
                    Some((_, group)) if assignment.by_group() => format!("By group {group}"),
                    _ => assignment.origin.label().into(),
                },
                change: may.then(|| format!("?member_id={}&company_id={}", row.id, assignment.company)),
                ..self.line(row)
            });
        }
        if lines.is_empty() {
            lines.push(PersonLine {
                reach: format!("No {}", self.actor.unit.one()),
                ..self.line(row)
            });
        } else if more > 0 {
            lines.push(PersonLine {
                reach: format!("and {more} more {}", self.actor.unit.many()),
                ..self.line(row)
            });
        }
        lines
    }
}

/// Whether the filter lists assignments to a company.
fn is_listed(filter: &MemberFilter, company: CompanyId) -> bool {
    filter.company.is_none_or(|wanted| wanted == company)
        && filter.within.as_ref().is_none_or(|own| own.contains(&company))
}
